//! `kakekomi doctor`: checks everything that `serve` would use, and names wrong settings.
//!
//! ```text
//! ok       module     sha256:…, ruleset 2026.11.1; it accepts the example
//! warning  phone      0120-000-000 is the example's and fictional: put your own number into desk.toml
//! error    documents  the consent document has changed, and its version is still 1: raise it in desk.toml
//! ```
//!
//! Nothing is changed, except that a file is written into the data folder and removed. Warnings leave the exit code
//! at 0; an error makes it 5, or 4 where only the module is wrong.

mod accounts;
mod company;
mod damage;
mod database;
mod delivery;
mod desk;
mod engine;
mod evidence;
mod example;
mod finding;
pub(super) mod keys;
mod machine;
mod organizations;
mod serving;
mod single_sign_on;

use std::fmt::Write as _;

use clap::Args;
use kakekomi_service::desk::Desk;
use kakekomi_store::clock;

pub(super) use self::accounts::is_of_account;
pub(super) use self::database::unverified;
use self::finding::{Finding, Level};
pub(super) use self::keys::is_for_service;
use super::args::FormatArgs;
use super::block_on::block_on;
use super::inert::inert_lines;
use super::print::{self, Style};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The flags that `serve` would be started with.
    #[command(flatten)]
    serve: Settings,
    /// Only ask the desk at --admin-listen if it would store a submission now, as the health check of a container
    #[arg(long)]
    ready: bool,
    #[command(flatten)]
    format: FormatArgs,
}

/// Runs all checks, or with `--ready` that one alone, and prints the findings.
pub fn run(args: DoctorArgs, file: Settings) -> Result<Exit, CliError> {
    let settings = args.serve.or(file);
    let findings = if args.ready { vec![block_on(serving::ready(&settings))?] } else { block_on(findings(&settings))? };
    print(&findings, &args.format)
}

/// Prints findings; returns the exit code that they give.
pub(super) fn print(findings: &[Finding], format: &FormatArgs) -> Result<Exit, CliError> {
    let exit = exit(findings);
    if format.json {
        print::record(&serde_json::json!({ "healthy": exit == Exit::Accepted, "findings": findings }))?;
    } else if format.ndjson {
        findings.iter().try_for_each(print::record)?;
    } else {
        print::data(readable(findings).as_bytes())?;
    }
    Ok(exit)
}

async fn findings(settings: &Settings) -> Vec<Finding> {
    let now = clock::now();
    let mut found = Vec::from(engine::look(&settings.modules()));
    let desk = match Desk::load(settings.desk.as_deref()) {
        Ok(desk) => {
            found.extend(desk::look(&desk, settings, now));
            found.extend(example::look(&desk, settings));
            Some(desk)
        }
        Err(error) => {
            found.push(Finding::new("desk", Err(error.into())));
            None
        }
    };
    found.extend(machine::look(settings, now));
    found.extend(keys::look(settings));
    found.extend(database::look(settings, desk.as_ref(), now).await);
    found.extend(evidence::scanner(settings));
    found.extend(serving::look(settings).await);
    found.extend(single_sign_on::look(settings, now).await);
    found
}

fn exit(findings: &[Finding]) -> Exit {
    let wrong = || findings.iter().filter(|finding| finding.level == Level::Error);
    match wrong().next() {
        None => Exit::Accepted,
        Some(_) if wrong().all(|finding| finding.check == "module") => Exit::Engine,
        Some(_) => Exit::Io,
    }
}

fn readable(findings: &[Finding]) -> String {
    let style = Style::of_stdout();
    let mut text = String::new();
    for finding in findings {
        let level = match finding.level {
            Level::Ok => style.right("ok     "),
            Level::Warning => style.strong("warning"),
            Level::Error => style.wrong("error  "),
        };
        let _ = writeln!(text, "{level}  {:<10} {}", finding.check, inert_lines(&finding.message));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_leave_exit_0_and_the_highest_error_counts() {
        let exit = |levels: &[(&'static str, Level)]| {
            let found = levels.iter().map(|(check, level)| Finding { check, level: *level, message: String::new() });
            super::exit(&found.collect::<Vec<_>>())
        };
        assert_eq!(exit(&[("clock", Level::Ok), ("phone", Level::Warning)]), Exit::Accepted);
        assert_eq!(exit(&[("module", Level::Error)]), Exit::Engine);
        assert_eq!(exit(&[("module", Level::Error), ("data", Level::Error)]), Exit::Io);
    }
}
