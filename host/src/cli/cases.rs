//! `kakekomi cases list` and `kakekomi cases show`: what came in, for the operator.

use clap::{Args, Subcommand};
use serde::Serialize;
use std::fmt::Write as _;

use super::print::{self, Style, with_members};
use super::{DeskArgs, PlaceArgs};
use crate::config::Settings;
use crate::desk::Desk;
use crate::error::{Exit, Failed};
use crate::receipt::number::Number;
use crate::store::{self, Case, CaseLine};

/// Flags of `cases`.
#[derive(Debug, Args)]
pub struct CasesArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List all cases, in the order in which they came
    List(ListArgs),
    /// Show one case with everything that is kept of it
    Show(ShowArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    how: HowArgs,
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The reception number, as on the receipt; spaces, hyphens and small letters do not matter
    #[arg(required = true, value_name = "NUMBER")]
    number: Vec<String>,
    #[command(flatten)]
    how: HowArgs,
}

#[derive(Debug, Args)]
struct HowArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    desk: DeskArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
}

/// Lists or shows.
pub fn run(args: CasesArgs, file: Settings) -> Result<Exit, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failed::Outside("threads".to_owned(), error))?;
    match args.what {
        What::List(ListArgs { how }) => runtime.block_on(list(how, file)),
        What::Show(ShowArgs { number, how }) => {
            let number = number.join(" ");
            let number = Number::read(&number).map_err(|error| Failed::Usage(format!("{number}: {error}")))?;
            runtime.block_on(show(&number, how, file))
        }
    }
}

async fn list(how: HowArgs, file: Settings) -> Result<Exit, Failed> {
    let settings = how.place.clone().settings().or(file);
    let cases = store::open_existing(&settings.database_url()).await?.list().await?;
    if how.json {
        print::line(&serde_json::to_vec(&cases)?)?;
    } else if how.ndjson {
        for case in &cases {
            print::line(&serde_json::to_vec(case)?)?;
        }
    } else {
        let desk = Desk::load(how.desk.desk.or(settings.desk).as_deref())?;
        print::data(table(&cases, &desk).as_bytes())?;
    }
    Ok(Exit::Accepted)
}

async fn show(number: &Number, how: HowArgs, file: Settings) -> Result<Exit, Failed> {
    let settings = how.place.clone().settings().or(file);
    let store = store::open_existing(&settings.database_url()).await?;
    let case = store.show(number).await?.ok_or_else(|| Failed::NoCase(number.to_string()))?;
    if how.json || how.ndjson {
        print::line(&record(&case)?)?;
    } else {
        let desk = Desk::load(how.desk.desk.or(settings.desk).as_deref())?;
        print::data(readable(&case, &desk).as_bytes())?;
    }
    Ok(Exit::Accepted)
}

/// A line a case: number, when, status, language, module.
fn table(cases: &[CaseLine], desk: &Desk) -> String {
    let style = Style::of_stdout();
    let mut text = String::new();
    for case in cases {
        let accepted = if case.accepted { "accepted" } else { "not accepted" };
        let module = case.module.get(..19).unwrap_or(&case.module);
        let _ = writeln!(
            text,
            "{}  {}  {}  {accepted}  {}  {}",
            style.strong(&case.number),
            desk.show(case.received_at),
            case.status,
            case.locale,
            style.faint(module)
        );
    }
    text
}

/// A case as one JSON object; report, consent and receipt are the stored bytes, the draft is a string.
fn record(case: &Case) -> Result<Vec<u8>, Failed> {
    #[derive(Serialize)]
    struct Record<'a> {
        #[serde(flatten)]
        line: &'a CaseLine,
        page_module: Option<&'a str>,
        text_sha256: &'a str,
        text: &'a str,
    }
    let record = Record {
        line: &case.line,
        page_module: case.page_module.as_deref(),
        text_sha256: &case.text_sha256,
        text: &String::from_utf8_lossy(&case.text),
    };
    let members: [(&str, &[u8]); 3] =
        [("report", &case.report), ("consent", case.consent.as_bytes()), ("receipt", &case.receipt)];
    Ok(with_members(serde_json::to_vec(&record)?, &members))
}

fn readable(case: &Case, desk: &Desk) -> String {
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
        let _ = writeln!(text, "{} {value}", style.faint(&format!("{name:<13}")));
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(&case.text));
    text.push('\n');
    text
}
