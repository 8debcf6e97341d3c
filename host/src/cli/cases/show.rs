//! `kakekomi cases show NUMBER`: one case with everything that is kept of it.

use std::fmt::Write as _;

use clap::Args;
use kakekomi_service::desk::Desk;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Case, CaseLine, is_json};
use serde::Serialize;

use super::args::{FromArgs, HowArgs};
use super::damages::Damages;
use crate::cli::inert::{inert, inert_bytes};
use crate::cli::print::{self, Style, with_members};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The reception number, as on the receipt; spaces, hyphens and small letters do not matter
    #[arg(required = true, value_name = "NUMBER")]
    number: Vec<String>,
    #[command(flatten)]
    from: FromArgs,
    #[command(flatten)]
    how: HowArgs,
}

pub async fn run(args: ShowArgs, file: Settings) -> Result<Exit, CliError> {
    let number = args.number.join(" ");
    let number = Number::read(&number).map_err(|error| CliError::Usage(format!("{number}: {error}")))?;
    let desked = args.from.load(file)?;
    let case = desked.open().await?.show(&number).await?.ok_or_else(|| CliError::NoCase(number.to_string()))?;
    let mut damages = Damages::default();
    if let Some((case, faults)) = damages.case(case) {
        if args.how.json || args.how.ndjson {
            print::json_line(&record(&case, &faults)?)?;
        } else {
            print::data(readable(&case, &faults, &desked.desk).as_bytes())?;
        }
    }
    Ok(damages.exit())
}

/// A case as one JSON object; report, consent and receipt are the stored bytes, the draft is a string. A damaged case
/// says so in `damage`, and what is no JSON any more is null.
pub(super) fn record(case: &Case, faults: &[String]) -> Result<Vec<u8>, CliError> {
    #[derive(Serialize)]
    struct Record<'a> {
        #[serde(flatten)]
        line: &'a CaseLine,
        page_module: Option<&'a str>,
        text_sha256: &'a str,
        text: &'a str,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        damage: &'a [String],
    }
    let record = Record {
        line: &case.line,
        page_module: case.page_module.as_deref(),
        text_sha256: &case.text_sha256,
        text: &String::from_utf8_lossy(&case.text),
        damage: faults,
    };
    let members: [(&str, &[u8]); 4] = [
        ("report", &case.report),
        ("page_report", case.page_report.as_deref().unwrap_or(b"null")),
        ("consent", case.consent.as_bytes()),
        ("receipt", &case.receipt),
    ];
    let members = members.map(|(name, json)| (name, if is_json(json) { json } else { b"null" }));
    Ok(with_members(serde_json::to_vec(&record)?, &members))
}

fn readable(case: &Case, faults: &[String], desk: &Desk) -> String {
    let style = Style::of_stdout();
    let line = &case.line;
    let rows = [
        ("number", line.number.as_str()),
        ("received", &desk.show(line.received_at)),
        ("status", &line.status),
        ("module", &line.module),
        ("page's module", case.page_module.as_deref().unwrap_or("not said")),
        ("ruleset", &line.ruleset),
        ("text", &format!("sha256:{}, {} bytes", case.text_sha256, case.text.len())),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{} {}", style.faint(&format!("{name:<13}")), inert(value));
    }
    for fault in faults {
        let _ = writeln!(text, "{} {}", style.faint("damaged      "), style.wrong(fault));
    }
    text.push('\n');
    text.push_str(&inert_bytes(&case.text));
    text.push('\n');
    text
}
