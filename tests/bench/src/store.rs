//! The store: group commit against one flush a case, and a list's first and last page at a thousand
//! and at a million cases. SQLite, and PostgreSQL's writing where `KAKEKOMI_TEST_POSTGRES` names a server.
//!
//! The ways of writing take turns, the ratio is the median over the rounds.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, Filter, NewCase, QUEUE, SearchHash, SearchKind, Store};
use kakekomi_tests::postgres::Database;
use kakekomi_tests::sealed::{new_case, sealer_of};
use kakekomi_tests::server::Home;

/// Number of rounds in which the ways of writing take turns.
const ROUNDS: usize = 9;
/// Number of cases that a way writes in its turn.
const CASES: usize = QUEUE;
/// Number of reads of a page.
const READS: u32 = 50;

/// Prints the figures; a case is as large as the example's.
///
/// # Errors
/// If a database fails.
pub fn bench(draft: &[u8], report: &[u8]) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (home, database) = (Home::new(), Database::new());
        let sealer = sealer_of(&home.path().join("data"))?;
        let template = new_case(&sealer, "", draft, report)?;
        let mut stores = vec![("SQLite", store::open(&store::url_in(home.path())).await?)];
        if let Some(database) = &database {
            stores.push(("PostgreSQL", store::open(database.url()).await?));
        }
        for (name, store) in stores {
            writing(name, &store, &|| case(&template)).await?;
            store.close().await?;
        }
        let home = Home::new();
        let store = store::open(&store::url_in(home.path())).await?;
        reading(&store, &new_case(&sealer, "", b"{}", b"{}")?).await
    })
}

/// Group commit against one flush a case.
async fn writing(name: &str, store: &Arc<dyn Store>, case: &dyn Fn() -> Arc<NewCase>) -> Result<(), Box<dyn Error>> {
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CASES {
            store.insert(case()).await?;
        }
        let alone = start.elapsed().as_secs_f64();
        let start = Instant::now();
        together(store, (0..CASES).map(|_| case()).collect()).await?;
        let group = start.elapsed().as_secs_f64();
        ratios.push(alone / group);
        rates.push(f64::from(u32::try_from(CASES)?) / group);
    }
    println!(
        "store, {name:<10}                   {:>8.1} × one flush a case (aim 4); {:.0} durable cases a second",
        super::median(&ratios),
        super::median(&rates)
    );
    Ok(())
}

/// A list's pages at a thousand and at a million cases.
async fn reading(store: &Arc<dyn Store>, sealed: &NewCase) -> Result<(), Box<dyn Error>> {
    let real = Filter { test: Some(false), ..Filter::default() };
    let mut few = [0.0; 4];
    let mut size = 0;
    for target in [1_000, 1_000_000] {
        while size < target {
            let batch: Vec<_> = (0..CASES.min(target - size)).map(|_| case(sealed)).collect();
            size += batch.len();
            together(store, batch).await?;
        }
        let last = store.last().await?;
        let number = Filter { number: Some(Number::begin("234679")?), ..Filter::default() };
        let first = store.lines(0, 1, &Filter::default()).await?;
        let first = first.first().and_then(|line| line.as_ref().ok()).ok_or("no case")?;
        let search = SearchHash { kind: SearchKind::Phone, hash: sha256_of(&first.number) };
        let found = Filter { search: Some(search), ..Filter::default() };
        let times = [
            page(store, 0, &real).await?,
            page(store, last - 100, &real).await?,
            page(store, 0, &number).await?,
            page(store, 0, &found).await?,
        ];
        if target == 1_000 {
            few = times;
            continue;
        }
        for ((what, time), few) in ["first page", "last page", "by number", "by phone"].iter().zip(times).zip(few) {
            println!(
                "list, {what:<10}                     {:>8.2} × at a million cases (aim 2); {:.2} ms",
                time / few,
                time * 1e3
            );
        }
    }
    Ok(())
}

/// Seconds for a page of a hundred.
async fn page(store: &Arc<dyn Store>, after: i64, filter: &Filter) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    for _ in 0..READS {
        store.lines(after, 100, filter).await?;
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(READS))
}

/// Stores cases at the same time.
///
/// # Errors
/// The database fails.
pub async fn together(store: &Arc<dyn Store>, cases: Vec<Arc<NewCase>>) -> Result<(), Box<dyn Error>> {
    let mut set = tokio::task::JoinSet::new();
    for case in cases {
        let store = Arc::clone(store);
        set.spawn(async move { store.insert(case).await });
    }
    for stored in set.join_all().await {
        stored?;
    }
    Ok(())
}

/// Makes a case with a random number from a sealed one: the store's own time is measured, without sealing.
#[expect(clippy::expect_used, reason = "a machine without randomness has no bench")]
pub fn case(sealed: &NewCase) -> Arc<NewCase> {
    let number = Number::random().expect("randomness");
    let search = SearchHash { kind: SearchKind::Phone, hash: sha256_of(&number.to_string()) };
    Arc::new(NewCase { key: number.to_string(), search: vec![search], number, ..sealed.clone() })
}

fn sha256_of(text: &str) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).into()
}
