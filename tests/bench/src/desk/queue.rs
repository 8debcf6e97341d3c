//! The queue at a million cases beside a queue of a thousand: the page over HTTP and the read of the store, each p50.
//!
//! Two desks take turns, so that a machine whose speed drifts slows both. The cases after the first thousand are written by
//! SQL into the two tables that a queue reads.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use kakekomi_store::{self as store, NewCase, QUEUE, QueueFilter, QueueKey, Store};
use kakekomi_tests::sealed::{RECEIVED_AT, new_case, sealer_in};
use kakekomi_tests::server::Home;

use super::super::drive::Line;
use super::super::median;
use super::super::store::{case, together};
use super::{Desk, get, url_of};

/// Open cases of the small desk, and of the large one at first.
const FEW: usize = 1_000;
/// Cases of the large desk, unless `KAKEKOMI_BENCH_CASES` names another number.
const MANY: usize = 1_000_000;
/// Rounds in which the desks take turns.
const ROUNDS: usize = 41;
/// Lines of a page.
const PAGE: u32 = 50;
/// The conditions that the page offers.
const FILTERS: [(&str, &str); 7] = [
    ("GET /", "/"),
    ("status=received", "/?status=received"),
    ("assignee=me", "/?assignee=me"),
    ("assignee=nobody", "/?assignee=nobody"),
    ("urgency=low", "/?urgency=low"),
    ("test=only", "/?test=only"),
    ("follow_up=due", "/?follow_up=due"),
];

/// Prints the figures for each database.
///
/// # Errors
/// A database or a connection fails.
pub fn bench() -> Result<(), Box<dyn Error>> {
    let many = std::env::var("KAKEKOMI_BENCH_CASES").ok().map_or(Ok(MANY), |number| number.parse())?;
    let homes = [Some((Home::new(), Home::new())), Home::on_postgres().zip(Home::on_postgres())];
    for (database, homes) in ["SQLite", "PostgreSQL"].into_iter().zip(homes) {
        let Some((small, large)) = homes else { continue };
        let (small, large) = (Side::start(small)?, Side::start(large)?);
        let home = &large.desk.server.home;
        home.alter(&format!("{}; {}", more_cases(many), MORE_STATES));
        analyze(home);
        let deep = QueueKey { rank: 3, waiting_since: RECEIVED_AT, seq: 500 };
        compare(&format!("{database}, {FEW} of {many} open"), [(&small, deep), (&large, deep)])?;
        home.alter(OPEN_ALL);
        analyze(home);
        let deeper = QueueKey { waiting_since: RECEIVED_AT + i64::try_from(many)? / 2, ..deep };
        compare(&format!("{database}, all of {many} open"), [(&small, deep), (&large, deeper)])?;
    }
    Ok(())
}

/// A desk with an account that is signed in.
struct Side {
    desk: Desk,
    cookie: String,
    store: Arc<dyn Store>,
    runtime: tokio::runtime::Runtime,
}

impl Side {
    /// Fills a home with the open cases of the small desk, and serves it.
    fn start(home: Home) -> Result<Side, Box<dyn Error>> {
        let runtime = tokio::runtime::Runtime::new()?;
        let url = url_of(&home);
        std::fs::create_dir_all(home.path().join("data"))?;
        runtime.block_on(async {
            let sealed = new_case(&sealer_in(&home.keys())?, "", b"{}", b"{}")?;
            let store = store::open(&url).await?;
            let urgencies = ["critical", "high", "normal", "low"].into_iter().cycle();
            let with_urgency =
                |urgency: &str| NewCase { first_urgency: Some(urgency.to_owned()), ..(*case(&sealed)).clone() };
            let cases: Vec<_> = urgencies.take(FEW).map(|urgency| Arc::new(with_urgency(urgency))).collect();
            for batch in cases.chunks(QUEUE) {
                together(&store, batch.to_vec()).await?;
            }
            store.close().await?;
            Ok::<_, Box<dyn Error>>(())
        })?;
        let desk = Desk::start(home)?;
        let cookie = desk.sign_in(1)?.concat();
        let store = runtime.block_on(store::open_existing(&url))?;
        Ok(Side { desk, cookie, store, runtime })
    }

    /// Seconds for a page over HTTP.
    fn page(&self, line: &mut Line, target: &str) -> Result<f64, Box<dyn Error>> {
        let start = Instant::now();
        let (status, _) = line.exchange(&get(target, &self.cookie))?;
        if status.starts_with("HTTP/1.1 200") { Ok(start.elapsed().as_secs_f64()) } else { Err(status.into()) }
    }

    /// Seconds for the store's read of a page.
    fn read(&self, after: Option<QueueKey>) -> Result<f64, Box<dyn Error>> {
        let start = Instant::now();
        let lines = self.runtime.block_on(self.store.queue(&QueueFilter::default(), after, PAGE))?;
        if lines.len() == 50 && lines.iter().all(Result::is_ok) {
            Ok(start.elapsed().as_secs_f64())
        } else {
            Err(format!("{} lines, some perhaps damaged", lines.len()).into())
        }
    }
}

/// Prints each kind of page of the large desk beside that of the small one.
fn compare(title: &str, sides: [(&Side, QueueKey); 2]) -> Result<(), Box<dyn Error>> {
    println!("queue, {title}");
    let [mut small, mut large] = [Line::open(sides[0].0.desk.at)?, Line::open(sides[1].0.desk.at)?];
    for (name, target) in FILTERS {
        print(name, || Ok([sides[0].0.page(&mut small, target)?, sides[1].0.page(&mut large, target)?]))?;
    }
    let target = |key: QueueKey| format!("/?after={}.{}.{}", key.rank, key.waiting_since, key.seq);
    print("GET /, a late page", || {
        Ok([sides[0].0.page(&mut small, &target(sides[0].1))?, sides[1].0.page(&mut large, &target(sides[1].1))?])
    })?;
    print("Store::queue", || Ok([sides[0].0.read(None)?, sides[1].0.read(None)?]))?;
    print("Store::queue, late", || Ok([sides[0].0.read(Some(sides[0].1))?, sides[1].0.read(Some(sides[1].1))?]))
}

/// Prints the ratio of the medians of reads that take turns.
fn print(name: &str, mut turn: impl FnMut() -> Result<[f64; 2], Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let (mut small, mut large) = (Vec::new(), Vec::new());
    let started = Instant::now();
    for round in 0..=ROUNDS {
        let [one, other] = turn()?;
        // The first round warms both; a page that is slow is not read for minutes.
        if round > 0 {
            small.push(one);
            large.push(other);
        }
        if round > 4 && started.elapsed().as_secs() > 20 {
            break;
        }
    }
    let (small, large) = (median(&small), median(&large));
    println!("  {name:<20}               {:>8.2} × at a thousand cases (aim 2); {:.2} ms", large / small, large * 1e3);
    Ok(())
}

/// Adds closed cases up to a number of cases.
fn more_cases(many: usize) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (VALUES ({}) UNION ALL SELECT i + 1 FROM n WHERE i < {many})
         INSERT INTO cases (seq, number, received_at, test, locale, accepted, ruleset, module, idempotency_key, text_hash,
             recipient, receipt, first_urgency)
         SELECT i, substr(CAST(100000000000 + i AS TEXT), 1, 4) || '-' || substr(CAST(100000000000 + i AS TEXT), 5, 4)
                || '-' || substr(CAST(100000000000 + i AS TEXT), 9, 4),
             received_at + i, test, locale, accepted, ruleset, module, CAST(i AS TEXT), text_hash, recipient, receipt,
             CASE i % 4 WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'normal' ELSE 'low' END
         FROM n, cases WHERE seq = 1",
        FEW + 1
    )
}

const MORE_STATES: &str = "INSERT INTO projections (case_seq, status, urgency, held, last_n, changed_n)
     SELECT seq, 'closed', first_urgency, 1 = 0, 1, 1 FROM cases WHERE seq > (SELECT max(case_seq) FROM projections)";
const OPEN_ALL: &str =
    "UPDATE projections SET status = 'received', waiting_since = 1795140000000 + case_seq WHERE status = 'closed'";

/// Lets PostgreSQL count, as it does by itself within a minute; the program does the same for SQLite where it needs it.
fn analyze(home: &Home) {
    if home.database_url().is_some() {
        home.alter("ANALYZE cases, projections");
    }
}
