//! `kakekomi doctor`: looks at everything that `serve` would use, and says what is set up wrongly.
//!
//! ```text
//! ok       module     sha256:…, ruleset 2026.11.1; it accepts the example
//! warning  phone      0120-000-000 is the example's and fictional: put your own number into desk.toml
//! error    documents  the consent document has changed, and its version is still 1: raise it in desk.toml
//! ```
//!
//! Nothing is changed but a file that is written into the data folder and taken away again. Warnings
//! leave the exit code at 0; of what is wrong the highest counts: 5, or 4 where the module does not judge.

mod damage;
mod database;
mod desk;
mod engine;
mod example;
mod finding;
mod machine;
mod serving;

use clap::Args;
use kakekomi_service::desk::Desk;
use kakekomi_store::clock;
use std::fmt::Write as _;

use self::finding::{Finding, Level};
use super::args::ServeArgs;
use super::inert::inert_lines;
use super::print::{self, Style};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The same flags as `serve`: what it would be started with is what is looked at.
    #[command(flatten)]
    serve: ServeArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Print one JSON object a line for each finding
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
}

/// Looks at everything and prints what it found.
pub fn run(args: DoctorArgs, file: Settings) -> Result<Exit, CliError> {
    let findings = findings(&args.serve.settings().or(file))?;
    if args.json {
        let whole = serde_json::json!({ "healthy": exit(&findings) == Exit::Accepted, "findings": findings });
        print::json_line(&serde_json::to_vec(&whole)?)?;
    } else if args.ndjson {
        findings.iter().try_for_each(|finding| print::json_line(&serde_json::to_vec(finding)?))?;
    } else {
        print::data(readable(&findings).as_bytes())?;
    }
    Ok(exit(&findings))
}

fn findings(settings: &Settings) -> Result<Vec<Finding>, CliError> {
    let now = clock::now();
    let mut found = engine::look(&settings.modules());
    match Desk::load(settings.desk.as_deref()) {
        Ok(desk) => {
            found.extend(desk::look(&desk, settings, now));
            found.extend(example::look(&desk, settings));
        }
        Err(error) => found.push(Finding::error("desk", error.to_string())),
    }
    found.extend(machine::look(settings, now));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::Io("threads".to_owned(), error))?;
    found.extend(runtime.block_on(database::look(settings, now)));
    found.extend(runtime.block_on(serving::look(settings)));
    Ok(found)
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
    fn warnings_are_no_failure_and_the_highest_counts() {
        let exit = |levels: &[(&'static str, Level)]| {
            let found = levels.iter().map(|(check, level)| Finding { check, level: *level, message: String::new() });
            super::exit(&found.collect::<Vec<_>>())
        };
        assert_eq!(exit(&[("clock", Level::Ok), ("phone", Level::Warning)]), Exit::Accepted);
        assert_eq!(exit(&[("module", Level::Error)]), Exit::Engine);
        assert_eq!(exit(&[("module", Level::Error), ("data", Level::Error)]), Exit::Io);
    }
}
