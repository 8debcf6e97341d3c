//! `kakekomi cases erase NUMBER…`: removes the contents of cases for good.
//!
//! `cases erase 2609-4873-1059 --yes` → the event `case.erased`; the sealed contents, the receipt, the coded answers, the
//! keyed hashes and the bodies of all events are gone.
//!
//! The event keeps no reason: nothing could open its body after the case's own identity is gone.

use std::io::{self, IsTerminal as _};

use clap::Args;
use kakekomi_casework::Erased;
use kakekomi_evidence::delete_discarded;
use kakekomi_store::Store;
use kakekomi_store::receipt_number::Number;
use serde_json::json;

use super::args::{SourceArgs, parse_number};
use super::work::{Work, act_error};
use crate::cli::args::{EvidenceArgs, FormatArgs};
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};
use crate::evidence_place::EvidencePlace;

/// Flags of `cases erase`.
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// The reception numbers
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    evidence: EvidenceArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// The sentence about what an erasure leaves.
const REMAINS: &str = "The number, times, module, state, key of the submission and events without their bodies remain. \
    Backups from before the erasure still hold the contents.";

pub async fn run(args: EraseArgs, file: Settings) -> Result<Exit, CliError> {
    let numbers = args.numbers.iter().map(|text| parse_number(text)).collect::<Result<Vec<_>, _>>()?;
    let source = args.source.load(file)?;
    let Work { store, casework, operator } = Work::open(&source, None).await?;
    for number in &numbers {
        // A missing case is found before the first one is erased.
        if store.show(number).await?.is_none() {
            return Err(CliError::NoCase(number.to_string()));
        }
    }
    if !args.yes && !confirmed(&numbers)? {
        print::words("kakekomi: nothing was erased");
        return Ok(Exit::Usage);
    }
    let mut exit = Exit::Accepted;
    let mut erased = 0;
    for number in &numbers {
        match casework.erase(&operator, number).await.map_err(|error| act_error(number, error)) {
            Ok(Erased { n }) => {
                erased += 1;
                if args.format.is_json() {
                    print::record(&json!({ "number": number.to_string(), "n": n, "status": "erased" }))?;
                } else {
                    print::line(format!("{number}  event {n}  erased"))?;
                }
            }
            Err(error @ (CliError::Unchanged(..) | CliError::NoCase(_))) => {
                exit = exit.max(error.exit());
                print::words(&format!("kakekomi: {error}"));
            }
            Err(other) => return Err(other),
        }
    }
    if erased > 0 {
        remove_remains(&args.evidence.settings(source.settings), &*store).await?;
        print::words(REMAINS);
    }
    store.close().await?;
    Ok(exit)
}

/// Removes what erased cases leave in the database's files and in the storage of evidence files; warns of the rest.
pub async fn remove_remains(settings: &Settings, store: &dyn Store) -> Result<(), CliError> {
    if let Some(storage) = EvidencePlace::of(settings)?.open_existing()?
        && let Err(error) = delete_discarded(store, &storage).await
    {
        print::warn(&format!("sealed parts of erased files are left to the next hourly run of serve: {error}"));
    }
    if !store.purge().await? {
        print::warn(
            "the database's files still contain the sealed bytes of the erased cases: either another program, such as a \
             backup, is reading the database, or its table of seals is too large to rewrite at once (docs/operate.md)",
        );
    }
    Ok(())
}

/// Asks on the terminal.
fn confirmed(numbers: &[Number]) -> Result<bool, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::Usage("nobody can be asked here: --yes erases without a question".to_owned()));
    }
    let list = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    print::words(&format!("Erase the contents of {list}? This cannot be undone. Type yes:"));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(CliError::io("stdin"))?;
    Ok(answer.trim() == "yes")
}
