//! `kakekomi cases show NUMBER`: one case with all its stored parts.

use std::borrow::Cow;
use std::fmt::Write as _;

use clap::Args;
use kakekomi_service::desk::Desk;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Case, CaseLine};
use serde::Serialize;
use serde_json::value::RawValue;

use super::args::SourceArgs;
use super::damages::Damages;
use crate::cli::args::FormatArgs;
use crate::cli::inert::{inert, inert_bytes};
use crate::cli::print::{self, Style};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The reception number, as on the receipt; spaces, hyphens, full-width digits and small letters do not matter
    #[arg(required = true, value_name = "NUMBER")]
    number: Vec<String>,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub async fn run(args: ShowArgs, file: Settings) -> Result<Exit, CliError> {
    let number = args.number.join(" ");
    let number = Number::read(&number).map_err(|error| CliError::Usage(format!("{number}: {error}")))?;
    let source = args.source.load(file)?;
    let case = source.open().await?.show(&number).await?.ok_or_else(|| CliError::NoCase(number.to_string()))?;
    let mut damages = Damages::default();
    if let Some((case, faults)) = damages.case(case) {
        if args.format.json || args.format.ndjson {
            print::record(&record(&case, &faults))?;
        } else {
            print::data(readable(&case, &faults, &source.desk).as_bytes())?;
        }
    }
    Ok(damages.exit())
}

/// A case as one JSON object. Report, consent and receipt are the stored bytes, the draft is a string.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    #[serde(flatten)]
    line: &'a CaseLine,
    page_module: Option<&'a str>,
    text_sha256: &'a str,
    text: Cow<'a, str>,
    /// The faults of a damaged case.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    damage: &'a [String],
    report: Option<&'a RawValue>,
    page_report: Option<&'a RawValue>,
    consent: Option<&'a RawValue>,
    receipt: Option<&'a RawValue>,
}

pub(super) fn record<'a>(case: &'a Case, faults: &'a [String]) -> Record<'a> {
    // Damaged JSON is printed as null.
    let raw = |json| serde_json::from_slice(json).ok();
    Record {
        line: &case.line,
        page_module: case.page_module.as_deref(),
        text_sha256: &case.text_sha256,
        text: String::from_utf8_lossy(&case.text),
        damage: faults,
        report: raw(&case.report),
        page_report: case.page_report.as_deref().and_then(raw),
        consent: raw(case.consent.as_bytes()),
        receipt: raw(&case.receipt),
    }
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
