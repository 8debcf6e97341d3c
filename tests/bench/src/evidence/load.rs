//! Fifty uploads at once: the memory of the desk, and the form beside them.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::load_clients::peak_memory;
use kakekomi_tests::returning::{submit, token};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::uploads::{Upload, noise};

use super::super::drive::{paced, post};
use super::super::log::percentile;
use super::super::start::SETTLED;
use super::super::{median, sorted};
use super::{BYTES, PIECE, Patch, mib, size};

/// Uploads at once, each of a case of its own.
const AT_ONCE: u32 = 50;
/// Rounds in which the form is alone and beside uploads.
const ROUNDS: usize = 5;
/// Applicants, and what all of them submit in a second: far more than a desk gets, and far less than it can take.
const APPLICANTS: u32 = 16;
const SUBMISSIONS_PER_SECOND: f64 = 100.0;
/// Duration of a turn, and of one where the disk has little room.
const TURN: Duration = Duration::from_secs(5);
const SHORT_TURN: Duration = Duration::from_secs(1);
/// Declared bytes of an upload that does not end within a turn.
const ENDLESS: u64 = 8 << 30;
/// Bytes that a sender hands over at once, and the time between them at 20 Mbit/s, which is 1 Gbit/s of all senders.
const SLICE: usize = 64 << 10;
const PACE: Duration = Duration::from_micros(26_214);

/// Prints the most memory of a desk while fifty files arrive.
///
/// # Errors
/// The desk does not start or refuses an upload, or the disk is full.
pub fn memory() -> Result<(), Box<dyn Error>> {
    let server = start();
    let bytes = size(&server.home)? / u64::from(AT_ONCE);
    let piece = noise(PIECE, 1);
    let (uploads, before, started) = (declare(&server, bytes), peak_memory(server.id()), Instant::now());
    let send = &|upload: &Upload| -> Result<(), String> {
        let patch = begin(&server, upload, bytes).map_err(|error| error.to_string())?;
        patch.whole(&piece, bytes).map(drop).map_err(|error| error.to_string())
    };
    thread::scope(|scope| {
        let sending: Vec<_> = uploads.iter().map(|upload| scope.spawn(move || send(upload))).collect();
        sending.into_iter().try_for_each(|sending| sending.join().map_err(|_| "a sender panicked".to_owned())?)
    })?;
    println!(
        "{AT_ONCE} uploads at once of {:.0} MiB        {:>8} MB of memory at most (aim 150), {} MB before; {:.0} MiB/s in all",
        mib(bytes),
        peak_memory(server.id()) / 1_000_000,
        before / 1_000_000,
        f64::from(AT_ONCE) * mib(bytes) / started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Prints the response time of submissions beside fifty uploads, as fast as loopback carries them and at the speed of a
/// network, as a multiple of the time without them.
///
/// # Errors
/// As [`memory`].
pub fn form(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    for (name, pace) in [("1 Gbit/s in all", PACE), ("as fast as they can", Duration::ZERO)] {
        let (mut alone, mut beside, mut speeds) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            // Another desk in each round, whose folder is removed after it.
            let server = start();
            let turn = if size(&server.home)? < BYTES { SHORT_TURN } else { TURN };
            let submit = |when: &str| {
                let submit = |applicant, number| {
                    post("/v1/submissions", &format!("Idempotency-Key: {when}-{applicant}-{number}\r\n"), draft)
                };
                paced(server.at, APPLICANTS, SUBMISSIONS_PER_SECOND, turn, &submit)
            };
            submit("warm")?;
            alone.extend(submit("alone")?);
            let (took, slices) = while_uploading(&server, pace, || submit("beside"))?;
            beside.extend(took);
            speeds.push(mib(slices * SLICE as u64) / turn.as_secs_f64());
        }
        let [alone, beside] = [alone, beside].map(|times| 1e3 * percentile(&sorted(times), 99));
        println!(
            "HTTP /v1/submissions beside uploads  {:>8.2} × p99 without (aim 1.2); {beside:.1} ms, alone {alone:.1} ms; {AT_ONCE} uploads, {name}: {:.0} MiB/s",
            beside / alone,
            median(&speeds)
        );
    }
    Ok(())
}

fn start() -> Server {
    let server = Server::start_with(Home::new(), &["--log", "warn", "--address-quota", "0", "--daily-quota", "0"]);
    thread::sleep(SETTLED);
    server
}

/// Declares a file of each of as many cases.
fn declare(server: &Server, bytes: u64) -> Vec<Upload> {
    let declare =
        |case| Upload::declare(server, &token(server, &submit(server, &format!("case-{case}"))), "fw.log", bytes);
    (0..AT_ONCE).map(declare).collect()
}

fn begin(server: &Server, upload: &Upload, bytes: u64) -> Result<Patch, Box<dyn Error>> {
    Patch::begin(server.at, &upload.path, &format!("Authorization: Bearer {}\r\n", upload.token), bytes)
}

/// Does some work while uploads run, which break off after it; returns its result, and the number of slices that were sent.
fn while_uploading<T>(
    server: &Server,
    pace: Duration,
    work: impl FnOnce() -> Result<T, Box<dyn Error>>,
) -> Result<(T, u64), Box<dyn Error>> {
    let (uploads, piece, is_over) = (declare(server, ENDLESS), noise(PIECE, 1), AtomicBool::new(false));
    let send = &|upload: &Upload| -> Result<u32, String> {
        let mut patch = begin(server, upload, ENDLESS).map_err(|error| error.to_string())?;
        let (started, mut slices) = (Instant::now(), 0);
        for slice in piece.chunks(SLICE).cycle().take_while(|_| !is_over.load(Ordering::Relaxed)) {
            thread::sleep((pace * slices).saturating_sub(started.elapsed()));
            patch.send(slice).map_err(|error| error.to_string())?;
            slices += 1;
        }
        Ok(slices)
    };
    thread::scope(|scope| {
        let sending: Vec<_> = uploads.iter().map(|upload| scope.spawn(move || send(upload))).collect();
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        let joined = sending.into_iter().map(|sending| sending.join().map_err(|_| "a sender panicked".to_owned())?);
        let slices = joined.map(|slices| slices.map(u64::from)).sum::<Result<u64, String>>()?;
        Ok((done?, slices))
    })
}
