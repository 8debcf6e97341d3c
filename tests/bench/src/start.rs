//! Time from the start of the process to a first verdict, and the memory of the desk.

use std::error::Error;
use std::process::Stdio;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::CHECK;
use kakekomi_tests::load_clients::peak_memory;
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::Request;

use super::drive::{post, rush};
use super::median;

/// Number of starts of each.
const ROUNDS: usize = 11;
/// Until it has packed its files, a desk that has nothing else to do is not idle.
pub const SETTLED: Duration = Duration::from_secs(10);

/// Prints the figures for a draft.
///
/// # Errors
/// If the program does not start.
pub fn bench(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let home = Home::new();
    let file = home.path().join("draft.json");
    std::fs::write(&file, draft)?;
    let command = |engine: &str| -> Result<f64, Box<dyn Error>> {
        let start = Instant::now();
        let mut check = home.command(&["check", "--engine", engine]);
        let status = check.arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if !status.success() {
            return Err(format!("check ended with {status}").into());
        }
        Ok(start.elapsed().as_secs_f64() * 1e3)
    };
    let (mut module, mut core, mut served) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        module.push(command("module")?);
        core.push(command("core")?);
        served.push(serving(draft)?);
    }
    println!(
        "cold start, kakekomi check           {:>8.0} ms (aim 100); {:.0} ms by the native core",
        median(&module),
        median(&core)
    );
    println!(
        "cold start, kakekomi serve           {:>8.0} ms to the first verdict over HTTP (aim 100)",
        median(&served)
    );
    memory(draft)
}

/// Measures the milliseconds from the start of a desk with an empty folder to its first verdict.
fn serving(draft: &[u8]) -> Result<f64, Box<dyn Error>> {
    let (home, at) = (Home::new(), free_address());
    let start = Instant::now();
    let mut desk = home.command(&["serve", "--listen", &at.to_string()]);
    let mut desk = desk.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let request = Request::post(CHECK).json(draft);
    let answered = loop {
        match request.try_send(at) {
            Ok(answer) if answer.status == 200 => break Ok(start.elapsed().as_secs_f64() * 1e3),
            _ if start.elapsed() > Duration::from_mins(1) => break Err("the desk does not start"),
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    desk.kill()?;
    desk.wait()?;
    Ok(answered?)
}

/// Measures resident memory of an idle desk, and its peak.
fn memory(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let server = Server::start_with(Home::new(), &["--log", "warn"]);
    std::thread::sleep(SETTLED);
    let idle = resident(server.id())?;
    rush(server.at, 64, 200, &|client, number| {
        post("/v1/submissions", &format!("Idempotency-Key: {client}-{number}\r\n"), draft)
    })?;
    println!(
        "resident memory                      {:>8} MB idle, {} MB at most (12,800 submissions of 64 at once)",
        idle / 1_000_000,
        peak_memory(server.id()) / 1_000_000
    );
    Ok(())
}

/// Bytes (Linux: `VmRSS`).
fn resident(process: u32) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}
