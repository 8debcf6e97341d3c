//! `kakekomi keys rotate`: seals all cases to the present recipients.
//!
//! `recipients` changed, or `--new-desk` → `120 cases sealed again, 0 are left`
//!
//! Each case is its own step, and one that another process sealed meanwhile is left alone: the command may be interrupted
//! and run again. Only `case_seals` changes; the events, which are sealed to a case's own recipient, do not change.

use std::path::PathBuf;

use clap::Args;
use kakekomi_sealing::{Identities, KeyFolder, Recipients, SealingError, seal_again};
use kakekomi_service::sealed_case::is_written_with;
use kakekomi_store::{self as store, CASES_A_PAGE, Case, Filter, Resealed, Store, clock, seq_of};
use serde::Serialize;

use crate::cli::args::{FormatArgs, StorageArgs};
use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;

/// Passes over the cases: a serving desk may seal to the former recipients meanwhile.
const PASSES: u32 = 5;

/// Flags of `keys rotate`.
#[derive(Debug, Args)]
pub struct RotateArgs {
    #[command(flatten)]
    storage: StorageArgs,
    /// The age recipients that cases are sealed to [default: the file recipients in the key folder]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_RECIPIENTS")]
    recipients: Option<PathBuf>,
    /// Make a new identity for the desk first
    #[arg(long)]
    new_desk: bool,
    #[command(flatten)]
    format: FormatArgs,
}

/// The result of a rotation.
#[derive(Debug, Default, Serialize)]
struct Rotation {
    /// Cases that were sealed again.
    resealed: u64,
    /// Cases that are still sealed to other recipients.
    left: u64,
    /// The file that keeps the desk's former identity.
    kept: Option<PathBuf>,
    /// Identities that left `desk.identity`.
    forgotten: usize,
}

/// Seals the cases again and prints the result.
pub async fn run(args: RotateArgs, file: Settings) -> Result<(), CliError> {
    let settings = Settings { recipients: args.recipients, ..Settings::default() }.or(args.storage.settings(file));
    let folder = settings.key_folder()?;
    let store = store::open_to_write(&settings.database_url()).await?;
    let rotated = rotate(&*store, &settings, &folder, args.new_desk).await;
    store.close().await?;
    report(&rotated?, args.format.is_json())
}

async fn rotate(
    store: &dyn Store,
    settings: &Settings,
    folder: &KeyFolder,
    new_desk: bool,
) -> Result<Rotation, CliError> {
    if let Ok(key) = folder.hash_key()
        && is_written_with(store, &key).await? == Some(false)
    {
        return Err(CliError::OtherHashKey(folder.hash_key_file().display().to_string()));
    }
    let mut rotation = Rotation::default();
    if new_desk {
        if let Some(elsewhere) = &settings.recipients {
            let refusal = "--new-desk changes the key folder's recipients, and cases are sealed to those of";
            return Err(CliError::Usage(format!(
                "{refusal} {}: edit that file, then keys rotate",
                elsewhere.display()
            )));
        }
        rotation.kept = Some(folder.renew_desk(&clock::format_rfc3339(clock::now(), "+00:00"))?);
    }
    let recipients = folder.recipients_or(settings.recipients.as_deref())?;
    let identities = identities(settings, folder)?;
    let others = Filter { not_sealed_to: Some(recipients.sealed_to()), ..Filter::default() };
    for _ in 0..PASSES {
        let resealed = reseal_all(store, &identities, &recipients).await?;
        rotation.resealed += resealed;
        rotation.left = store.count(&others).await?;
        if rotation.left == 0 || resealed == 0 {
            break;
        }
    }
    // A serving process seals to the former recipients until it is reloaded, so the former identity stays for now.
    if !new_desk && rotation.left == 0 && settings.recipients.is_none() {
        rotation.forgotten = folder.forget_former()?;
    }
    Ok(rotation)
}

/// Joins all identities that may open a case: of `--identity`, and of the folder.
fn identities(settings: &Settings, folder: &KeyFolder) -> Result<Identities, CliError> {
    let named = settings.identity.as_deref().map(Identities::read).transpose()?;
    let all: Vec<_> = named.into_iter().chain(folder.all_identities()?).collect();
    if all.is_empty() {
        return Err(SealingError::NoDesk(folder.desk_file()).into());
    }
    Ok(Identities::joined(&all))
}

/// Seals the cases of other recipients again, page by page. A case that cannot be opened is named and passed over.
async fn reseal_all(store: &dyn Store, identities: &Identities, recipients: &Recipients) -> Result<u64, CliError> {
    let sealed_to = recipients.sealed_to();
    let others = Filter { not_sealed_to: Some(sealed_to.clone()), ..Filter::default() };
    let progress = print::progress(store.count(&others).await?, "{wide_bar} {pos}/{len}");
    let (mut after, mut resealed) = (0, 0);
    loop {
        let page = store.cases(after, CASES_A_PAGE, &others).await?;
        let Some(last) = page.last() else { break };
        after = seq_of(last);
        let mut seals = Vec::new();
        for case in page {
            match case
                .map_err(|damaged| damaged.to_string())
                .and_then(|case| again(case, identities, recipients, &sealed_to))
            {
                Ok(seal) => seals.extend(seal),
                Err(fault) => print::words(&format!("kakekomi: {fault}")),
            }
            progress.inc(1);
        }
        resealed += store.reseal(seals).await?;
    }
    progress.finish_and_clear();
    Ok(resealed)
}

/// Seals one case again; `None` for one that was erased meanwhile.
fn again(
    case: Case,
    identities: &Identities,
    recipients: &Recipients,
    sealed_to: &str,
) -> Result<Option<Resealed>, String> {
    let Some((sealed, before)) = case.sealed.zip(case.sealed_to) else { return Ok(None) };
    let line = case.line;
    let sealed = seal_again(identities, recipients, &sealed)
        .map_err(|error| format!("case {} (seq {}) is unchanged: {error}", line.number, line.seq))?;
    Ok(Some(Resealed { seq: line.seq, before, sealed, sealed_to: sealed_to.to_owned() }))
}

fn report(rotation: &Rotation, json: bool) -> Result<(), CliError> {
    if json {
        print::record(rotation)?;
    } else {
        print::line(format!("{} cases sealed again, {} are left", rotation.resealed, rotation.left))?;
    }
    if let Some(kept) = &rotation.kept {
        let kept = kept.display();
        print::words(&format!(
            "kakekomi: the former identity is kept as {kept}: earlier backups open only with it. Move it offline, and \
             delete it with the last of these backups.\n\
             kakekomi: a serving desk still seals to the former recipients: reload it (SIGHUP), then run kakekomi keys \
             rotate once more."
        ));
    }
    if rotation.forgotten > 0 {
        print::words("kakekomi: desk.identity holds the new identity alone now");
    }
    // The message above names a desk that still seals to the former recipients; the next run seals its cases again.
    if rotation.left > 0 && rotation.kept.is_none() {
        return Err(CliError::NotResealed(rotation.left));
    }
    Ok(())
}
