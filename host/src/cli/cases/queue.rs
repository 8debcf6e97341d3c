//! `kakekomi cases queue`: the cases that the desk has to work on, the most urgent and longest waiting first.
//!
//! `2609-4873-1059  critical  received  waits since 2026-11-20T09:30:00+09:00  ransomware`

use std::fmt::Write as _;

use clap::Args;
use kakekomi_casework::{Urgency, WorkState};
use kakekomi_service::desk::Desk;
use kakekomi_store::{Assignee, LINES_A_PAGE, QueueFilter, QueueLine};

use super::args::SourceArgs;
use super::damages::Damages;
use crate::cli::args::FormatArgs;
use crate::cli::inert::inert;
use crate::cli::print::{self, Style};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The number of cases where no other is given.
const LIMIT: u32 = 50;

/// Flags of `cases queue`.
#[derive(Debug, Args)]
pub struct QueueArgs {
    /// With this status; without it, all that are neither closed nor erased
    #[arg(long, value_parser = ["received", "in_progress", "waiting", "closed"])]
    status: Option<String>,
    /// With this assignee
    #[arg(long, value_name = "NAME", conflicts_with = "unassigned")]
    assignee: Option<String>,
    /// Without an assignee
    #[arg(long)]
    unassigned: bool,
    /// With this kind of incident
    #[arg(long)]
    kind: Option<String>,
    /// With this urgency
    #[arg(long, value_parser = ["critical", "high", "normal", "low"])]
    urgency: Option<String>,
    /// The cases of partners' test keys instead of the real ones
    #[arg(long)]
    test: bool,
    /// Only cases whose applicants wait for the desk
    #[arg(long)]
    waiting_only: bool,
    /// Number of cases to print at most
    #[arg(long, value_name = "NUMBER", default_value_t = LIMIT)]
    limit: u32,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub async fn run(args: QueueArgs, file: Settings) -> Result<Exit, CliError> {
    let QueueArgs { status, assignee, unassigned, kind, urgency, test, waiting_only, limit, source, format } = args;
    let source = source.load(file)?;
    let store = source.open().await?;
    let assignee = if unassigned { Some(Assignee::Nobody) } else { assignee.map(Assignee::Name) };
    let filter =
        QueueFilter { status, assignee, kind, urgency, test: Some(test), follow_up_before: None, waiting_only };
    let (mut damages, mut lines, mut after, mut left) = (Damages::default(), Vec::new(), None, limit);
    while left > 0 {
        let page = store.queue(&filter, after, left.min(LINES_A_PAGE)).await?;
        left = left.saturating_sub(u32::try_from(page.len()).unwrap_or(left));
        let Some(last) = page.iter().rev().find_map(|line| line.as_ref().ok()) else { break };
        after = Some(last.key());
        lines.extend(page.into_iter().filter_map(|line| damages.readable(line)));
    }
    print_lines(&lines, &format, &source.desk)?;
    Ok(damages.exit())
}

fn print_lines(lines: &[QueueLine], format: &FormatArgs, desk: &Desk) -> Result<(), CliError> {
    if format.json {
        return print::record(&lines);
    }
    if format.ndjson {
        return lines.iter().try_for_each(print::record);
    }
    let style = Style::of_stdout();
    let mut text = String::new();
    for queued in lines {
        let QueueLine { line, waiting_since, follow_up, .. } = queued;
        let urgency = line.urgency.as_deref().unwrap_or(Urgency::Normal.as_str());
        let _ = write!(text, "{}  {}  {}", style.strong(&line.number), inert(urgency), inert(&line.status));
        match waiting_since {
            Some(since) => {
                let _ = write!(text, "  waits since {}", desk.show(*since));
            }
            None if line.status == WorkState::Waiting.as_str() => text.push_str("  waits for the applicant"),
            None => {}
        }
        if let Some(state) = queued.pending_referral() {
            let _ = write!(text, "  referral {state}");
        }
        for shown in [&line.coded.kind, &line.assignee].into_iter().flatten() {
            let _ = write!(text, "  {}", inert(shown));
        }
        if let Some(at) = follow_up {
            let _ = write!(text, "  follow-up {}", desk.show(*at));
        }
        text.push('\n');
    }
    print::data(text.as_bytes())
}
