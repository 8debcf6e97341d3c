//! Refusals of wrong credentials: the same bytes, and the same time whatever is wrong.
//!
//! The kinds take turns; the median of each is compared with that of the first one.

use std::error::Error;
use std::net::Ipv6Addr;
use std::time::Instant;

use kakekomi_service::return_visit::ReturnCode;
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_tests::server::Home;
use serde_json::{Value, json};

use super::super::drive::{Line, post};
use super::super::median;
use super::{Desk, PASSWORD, attempt};

/// Attempts of each kind to open a case, and to sign in, unless `KAKEKOMI_BENCH_ATTEMPTS` names another number.
const RETURNS: u32 = 10_000;
const SIGN_INS: u32 = 1_000;

/// Prints the figures for each database.
///
/// # Errors
/// A connection breaks, or two refusals differ.
pub fn bench(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let attempts = std::env::var("KAKEKOMI_BENCH_ATTEMPTS").ok().map(|number| number.parse()).transpose()?;
    for (database, home) in [("SQLite", Some(Home::new())), ("PostgreSQL", Home::on_postgres())] {
        let Some(home) = home else { continue };
        let desk = Desk::start(home)?;
        returns(database, &desk, attempts.unwrap_or(RETURNS), draft)?;
        if database == "SQLite" {
            sign_ins(database, &desk, attempts.unwrap_or(SIGN_INS))?;
        }
    }
    Ok(())
}

/// Wrong codes for a case, and its code for wrong numbers.
fn returns(database: &str, desk: &Desk, attempts: u32, draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut line = Line::open(desk.server.at)?;
    let code = ReturnCode::random()?.to_string();
    let header =
        format!("Idempotency-Key: return\r\nKakekomi-Return: sha256:{}\r\n", sha256(code.replace(' ', "").as_bytes()));
    let (_, receipt) = line.exchange(&post("/v1/submissions", &header, draft))?;
    let receipt: Value = serde_json::from_slice(&receipt)?;
    let number = receipt.pointer("/number").and_then(Value::as_str).ok_or("no number")?;
    let request = |number: &str, code: &str, index: u32| {
        let from = format!("X-Forwarded-For: {}\r\n", address(index));
        post("/v1/return", &from, json!({ "number": number, "code": code }).to_string().as_bytes())
    };
    let title = format!("POST /v1/return, {database}, {attempts} each");
    compare(&title, ["wrong code", "wrong number"], attempts, &mut line, |index| {
        Ok([
            request(number, &ReturnCode::random()?.to_string(), index),
            request(&Number::random()?.to_string(), &code, index),
        ])
    })
}

/// A wrong name, password, or code.
fn sign_ins(database: &str, desk: &Desk, attempts: u32) -> Result<(), Box<dyn Error>> {
    desk.sign_in(1)?;
    let mut line = Line::open(desk.at)?;
    let title = format!("POST /login, {database}, {attempts} each");
    compare(&title, ["wrong password", "wrong name", "wrong code"], attempts, &mut line, |index| {
        let address = address(index).to_string();
        Ok([
            attempt("bench0", "the bench's old words", &address),
            attempt("bench9", PASSWORD, &address),
            attempt("bench0", PASSWORD, &address),
        ])
    })
}

/// Sends attempts of all kinds in turns, in another order each time; prints each median beside the first kind's.
fn compare<const N: usize>(
    title: &str,
    kinds: [&str; N],
    attempts: u32,
    line: &mut Line,
    requests: impl Fn(u32) -> Result<[Vec<u8>; N], Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut times = [const { Vec::new() }; N];
    let mut first = None;
    for index in 0..attempts {
        let mut turn: Vec<_> = requests(index)?.into_iter().zip(&mut times).collect();
        turn.rotate_left(usize::try_from(index)? % N);
        for (request, times) in turn {
            let start = Instant::now();
            let answer = line.exchange(&request)?;
            times.push(start.elapsed().as_secs_f64());
            let answer = (answer.0, unnamed(&answer.1));
            let expected = first.get_or_insert_with(|| answer.clone());
            if answer != *expected {
                return Err(format!(
                    "{title}: two refusals differ: {} {}, {} {}",
                    expected.0, expected.1, answer.0, answer.1
                )
                .into());
            }
        }
    }
    println!("{title}: the same bytes, {}", first.map_or_else(String::new, |(status, _)| status.trim_end().to_owned()));
    let medians = times.map(|times| median(&times));
    let base = medians.first().copied().unwrap_or(f64::NAN);
    for (kind, median) in kinds.iter().zip(medians) {
        println!(
            "  {kind:<20}               {:>8.2} % from the first (aim 2); {:.3} ms",
            100.0 * (median / base - 1.0),
            median * 1e3
        );
    }
    Ok(())
}

/// The body without what the sender typed or the desk numbers for its log.
fn unnamed(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace("bench0", "bench").replace("bench9", "bench")
}

/// An address for each attempt: none is locked.
fn address(index: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits((0x2001_0db8 << 96) | (u128::from(index) << 64) | 1)
}
