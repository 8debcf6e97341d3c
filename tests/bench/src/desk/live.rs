//! Five hundred open queues: the time until a new case appears in all of them, and submissions beside them and a flood of
//! passwords.

use std::error::Error;
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_store as store;
use kakekomi_tests::server::Home;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::super::drive::{Line, paced, post};
use super::super::log::percentile;
use super::super::{median, sorted};
use super::{Desk, attempt, get, url_of};

/// Open queues, and those of each account.
const QUEUES: usize = 500;
const QUEUES_AN_ACCOUNT: usize = 10;
/// Cases that are submitted one after another.
const CASES: u32 = 20;
/// Time in which a case must appear at all.
const PATIENCE: Duration = Duration::from_secs(30);
/// Rounds in which submissions are sent without and with queues and flood, and the time of a turn.
const ROUNDS: usize = 15;
const TURN: Duration = Duration::from_secs(4);
/// Applicants at a time, and the rate of their submissions: well below the peak.
const CLIENTS: u32 = 16;
const SUBMISSIONS_PER_SECOND: f64 = 60.0;
/// Clients that try passwords. Fewer than may wait, so that each attempt hashes a password.
const FLOOD: u32 = 16;

/// Prints the figures; PostgreSQL with two hosts, the queues at both.
///
/// # Errors
/// A connection breaks, or the store fails.
pub fn bench(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let one = Desk::start(Home::new())?;
    let cookies = one.sign_in(QUEUES / QUEUES_AN_ACCOUNT)?;
    appearing("SQLite", &[&one], &cookies, draft)?;
    flooded("SQLite", &one, &cookies, draft)?;
    drop(one);
    let Some(home) = Home::on_postgres() else { return Ok(()) };
    let first = Desk::start(home)?;
    let second = Desk::start(Home::at(first.server.home.database_url().ok_or("no database")?))?;
    let cookies = first.sign_in(QUEUES / QUEUES_AN_ACCOUNT)?;
    appearing("PostgreSQL, two hosts", &[&first, &second], &cookies, draft)?;
    drop(second);
    flooded("PostgreSQL", &first, &cookies, draft)
}

/// The open queues of some desks; dropping them ends their connections.
struct Queues {
    #[expect(dead_code, reason = "dropping it ends the streams")]
    runtime: Runtime,
    /// The last number that each queue got, and when.
    seen: Arc<Vec<Mutex<(i64, Instant)>>>,
}

impl Queues {
    /// Opens the queues with the cookies of the accounts, in turns at the desks, and waits until each has its first number.
    fn open(desks: &[&Desk], cookies: &[String]) -> Result<Queues, Box<dyn Error>> {
        let runtime = Runtime::new()?;
        let seen: Arc<Vec<_>> = Arc::new((0..QUEUES).map(|_| Mutex::new((0, Instant::now()))).collect());
        let mut tasks = JoinSet::new();
        for ((index, desk), cookie) in desks.iter().cycle().take(QUEUES).enumerate().zip(cookies.iter().cycle()) {
            let (at, request, seen) = (desk.at, get("/queue/events", cookie), Arc::clone(&seen));
            tasks.spawn_on(
                async move { listen(at, &request, &seen, index).await.map_err(|error| error.to_string()) },
                runtime.handle(),
            );
        }
        let queues = Queues { runtime, seen };
        queues.slowest(1, Instant::now())?;
        // The tasks end with the runtime.
        tasks.detach_all();
        Ok(queues)
    }

    /// Waits until all queues have a number; returns the seconds from a moment until the last one got it.
    fn slowest(&self, number: i64, since: Instant) -> Result<f64, Box<dyn Error>> {
        loop {
            let seen = self.seen.iter().map(|seen| *seen.lock().unwrap_or_else(PoisonError::into_inner));
            let have: Vec<Instant> = seen.filter(|(seen, _)| *seen >= number).map(|(_, at)| at).collect();
            if have.len() == QUEUES {
                let last = have.into_iter().max().ok_or("no queue")?;
                return Ok(last.saturating_duration_since(since).as_secs_f64());
            }
            if since.elapsed() > PATIENCE {
                return Err(format!("{} of {QUEUES} queues have event {number}", have.len()).into());
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Reads the numbers of a stream until it ends.
async fn listen(
    at: SocketAddr,
    request: &[u8],
    seen: &[Mutex<(i64, Instant)>],
    index: usize,
) -> Result<(), Box<dyn Error>> {
    let mut stream = TcpStream::connect(at).await?;
    stream.write_all(request).await?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await? {
        if let (Some(number), Some(seen)) = (line.strip_prefix("data: "), seen.get(index)) {
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = (number.trim().parse()?, Instant::now());
        }
    }
    Ok(())
}

/// Prints the longest time from the sending of a case until all queues have it.
fn appearing(name: &str, desks: &[&Desk], cookies: &[String], draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let desk = desks.first().ok_or("no desk")?;
    let runtime = Runtime::new()?;
    let store = runtime.block_on(store::open_existing(&url_of(&desk.server.home)))?;
    let mut line = Line::open(desk.server.at)?;
    let mut submit = |key: u32| -> Result<i64, Box<dyn Error>> {
        let (status, _) =
            line.exchange(&post("/v1/submissions", &format!("Idempotency-Key: live-{key}\r\n"), draft))?;
        if !status.starts_with("HTTP/1.1 201") {
            return Err(status.into());
        }
        Ok(runtime.block_on(store.audit_head())?.seq)
    };
    submit(0)?;
    let queues = Queues::open(desks, cookies)?;
    let mut delays = Vec::new();
    for key in 1..=CASES {
        // At different moments between two of the desk's looks, one of which has just been.
        thread::sleep(Duration::from_millis(u64::from(key) * 370 % 1_000));
        let sent = Instant::now();
        let number = submit(key)?;
        delays.push(queues.slowest(number, sent)?);
    }
    println!(
        "a case in {QUEUES} open queues, {name}: {:.2} s until the last one has it (aim 2), median of {CASES} {:.2} s",
        delays.iter().copied().fold(0.0, f64::max),
        median(&delays)
    );
    Ok(())
}

/// Prints the times of submissions beside open queues and a flood of passwords, as multiples of those without them.
fn flooded(database: &str, desk: &Desk, cookies: &[String], draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let turn = |key: String| {
        let submit =
            |client, number| post("/v1/submissions", &format!("Idempotency-Key: {key}-{client}-{number}\r\n"), draft);
        paced(desk.server.at, CLIENTS, SUBMISSIONS_PER_SECOND, TURN, &submit)
    };
    let mut times = [const { Vec::new() }; 3];
    let tried = AtomicU32::new(0);
    for round in 0..=ROUNDS {
        let alone = turn(format!("alone-{round}"))?;
        let queues = Queues::open(&[desk], cookies)?;
        let beside = turn(format!("queues-{round}"))?;
        let both = with_flood(desk, &tried, || turn(format!("flood-{round}")))?;
        drop(queues);
        // The first round warms the desk.
        if round > 0 {
            times.iter_mut().zip([alone, beside, both]).for_each(|(all, turn)| all.extend(turn));
        }
    }
    let [alone, queues, both] = times.map(sorted);
    for (name, beside) in [("500 open queues", &queues), ("queues and passwords", &both)] {
        let [half, most] = [50, 99].map(|percent| percentile(beside, percent) / percentile(&alone, percent));
        println!(
            "submissions beside {name}, {database:<11} {half:>6.2} × p50 and {most:.2} × p99 without (aim 1.2); p99 {:.1} ms, without {:.1} ms",
            1e3 * percentile(beside, 99),
            1e3 * percentile(&alone, 99)
        );
    }
    let seconds = (TURN * u32::try_from(ROUNDS + 1)?).as_secs_f64();
    println!("  {:.0} passwords a second were compared", f64::from(tried.into_inner()) / seconds);
    Ok(())
}

/// Runs work beside clients that try passwords as fast as they are answered, each attempt with another name and address.
fn with_flood<T>(
    desk: &Desk,
    tried: &AtomicU32,
    work: impl FnOnce() -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let flood: Vec<_> = (0..FLOOD)
            .map(|_| scope.spawn(|| guess(desk.at, tried, &is_over).map_err(|error| error.to_string())))
            .collect();
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        for client in flood {
            client.join().map_err(|_| "a client panicked")??;
        }
        done
    })
}

fn guess(at: SocketAddr, tried: &AtomicU32, is_over: &AtomicBool) -> Result<(), Box<dyn Error>> {
    let mut line = Line::open(at)?;
    while !is_over.load(Ordering::Relaxed) {
        let number = tried.fetch_add(1, Ordering::Relaxed);
        let address = Ipv6Addr::from_bits((0x2001_0db8 << 96) | (u128::from(number) << 64) | 1);
        let (status, _) =
            line.exchange(&attempt(&format!("sato{number}"), "a wrong password", &address.to_string()))?;
        if !status.starts_with("HTTP/1.1 422") {
            return Err(format!("an attempt is not refused as wrong: {status}").into());
        }
    }
    Ok(())
}
