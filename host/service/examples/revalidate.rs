//! Judges a draft in a Rust server, with the host's own sandbox:
//! `cargo run --package kakekomi-service --example revalidate -- kakekomi.wasm SHA256 context.json draft.json`
//!
//! Prints the report. Exit 0: accepted; 1: issues; 2: the module is another one than was wanted; 4: it failed.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use kakekomi_sandbox::{Digest, Sandbox, SandboxConfig};
use kakekomi_service::submit::Verdict;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, wanted, context, draft] = arguments.as_slice() else {
        eprintln!("revalidate kakekomi.wasm SHA256 context.json draft.json");
        return ExitCode::from(2);
    };
    match revalidate(module.as_ref(), wanted, context.as_ref(), draft.as_ref()) {
        Ok(verdict) => {
            println!("{}", String::from_utf8_lossy(verdict.report()));
            ExitCode::from(u8::from(!verdict.accepted()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(if error.is::<OtherModule>() { 2 } else { 4 })
        }
    }
}

/// The verdict of the module that was wanted, on the draft's very bytes.
///
/// # Errors
/// It is another module ([`OtherModule`]), a file cannot be read, or the module gives no report.
pub fn revalidate(module: &Path, wanted: &str, context: &Path, draft: &Path) -> Result<Verdict, Box<dyn Error>> {
    let wasm = fs::read(module)?;
    let wanted: Digest = wanted.parse()?;
    let found = Digest::of(&wasm);
    if found != wanted {
        return Err(OtherModule { found, wanted }.into());
    }
    // A server makes the sandbox once, when it starts, and awaits `Sandbox::check`.
    let sandbox = Sandbox::new(SandboxConfig::of(&wasm))?;
    let report = sandbox.check_now(sandbox.current(), fs::read(draft)?.into(), fs::read(context)?.into())?;
    Ok(Verdict::read(report)?)
}

/// The file is another module than the one that was agreed on.
#[derive(Debug)]
pub struct OtherModule {
    found: Digest,
    wanted: Digest,
}

impl std::fmt::Display for OtherModule {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the module is sha256:{}, and sha256:{} was wanted", self.found, self.wanted)
    }
}

impl Error for OtherModule {}
