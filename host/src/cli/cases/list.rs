//! `kakekomi cases list`: a line a case; with `--json` one list of all, with `--ndjson` an object a line.

use std::fmt::Write as _;

use clap::Args;

use super::{FromArgs, HowArgs, WhichArgs};
use crate::cli::print::{self, Style};
use crate::config::Settings;
use crate::desk::Desk;
use crate::error::{Exit, Failed};
use crate::store::{CaseLine, LINES_A_PAGE};

/// Flags of `cases list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    from: FromArgs,
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    how: HowArgs,
    /// At most so many
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
}

pub async fn run(args: ListArgs, file: Settings) -> Result<Exit, Failed> {
    let desked = args.from.load(file)?;
    let filter = args.which.filter(&desked.desk)?;
    let store = desked.open().await?;
    let (mut after, mut left) = (args.which.after.unwrap_or(0), args.limit.unwrap_or(u32::MAX));
    let mut first = true;
    while left > 0 {
        let page = store.lines(after, LINES_A_PAGE.min(left), &filter).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        left = left.saturating_sub(u32::try_from(page.len()).unwrap_or(u32::MAX));
        let mut text = Vec::new();
        for case in &page {
            if args.how.json {
                text.push(if first { b'[' } else { b',' });
                text.extend(serde_json::to_vec(case)?);
                first = false;
            } else if args.how.ndjson {
                text.extend(serde_json::to_vec(case)?);
                text.push(b'\n');
            } else {
                text.extend(row(case, &desked.desk).into_bytes());
            }
        }
        print::data(&text)?;
    }
    if args.how.json {
        print::line(if first { b"[]" } else { b"]" })?;
    }
    Ok(Exit::Accepted)
}

/// Number, when, status, language, module, and what is out of the ordinary.
pub(super) fn row(case: &CaseLine, desk: &Desk) -> String {
    let style = Style::of_stdout();
    let accepted = if case.accepted { "accepted" } else { "not accepted" };
    let module = case.module.get(..19).unwrap_or(&case.module);
    let mut text = format!(
        "{}  {}  {}  {accepted}  {}  {}",
        style.strong(&case.number),
        desk.show(case.received_at),
        case.status,
        case.locale,
        style.faint(module)
    );
    if let Some(partner) = &case.partner {
        let _ = write!(text, "  {partner}");
    }
    if case.test {
        text.push_str("  test");
    }
    text.push('\n');
    text
}
