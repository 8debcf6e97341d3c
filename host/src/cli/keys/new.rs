//! `kakekomi keys new`: makes the key folder before the desk serves for the first time.
//!
//! `--recovery-out FILE` → a pair of desk and recovery; `--recipients FILE` → a host that seals to given recipients and can
//! open nothing
//!
//! The recovery identity is never written beside the desk's: with both in one place, one theft or one fire takes both.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use kakekomi_sealing::{Identities, KeyFolder, Recipients, SealingError, write_identity};

use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;

/// Flags of `keys new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DATA")]
    data: Option<PathBuf>,
    /// The key folder to make [default: the data folder's name with .keys appended]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_KEYS")]
    keys: Option<PathBuf>,
    /// The file to write the recovery identity to, outside both folders, to be kept offline
    #[arg(long, value_name = "FILE", required_unless_present = "recipients")]
    recovery_out: Option<PathBuf>,
    /// Seal to the age recipients of this file, whose identities are elsewhere, and make none here
    #[arg(long, value_name = "FILE", conflicts_with = "recovery_out")]
    recipients: Option<PathBuf>,
}

/// Makes the folder, and prints its recipients.
pub fn run(args: NewArgs, file: Settings) -> Result<(), CliError> {
    let settings = Settings { data: args.data, keys: args.keys, ..Settings::default() }.or(file);
    let folder = settings.key_folder()?;
    let path = folder.path();
    if path.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(CliError::Usage(format!(
            "{} exists already; to exchange its keys: kakekomi keys rotate --new-desk",
            path.display()
        )));
    }
    match (args.recipients, args.recovery_out) {
        (Some(recipients), _) => seal_only(&folder, &recipients),
        (None, Some(recovery)) => pair(&folder, &recovery, settings.data()),
        (None, None) => Err(CliError::Usage("--recovery-out or --recipients is needed".to_owned())),
    }
}

fn seal_only(folder: &KeyFolder, recipients: &Path) -> Result<(), CliError> {
    let recipients = Recipients::read(recipients)?;
    made(folder, folder.create(&recipients)?)?;
    print::line(format!("{}: cases are sealed to", folder.path().display()))?;
    recipients.to_strings().iter().try_for_each(print::line)?;
    print::words("kakekomi: this host can open no case: read them where the identities are (--identity FILE)");
    Ok(())
}

/// The recovery identity is written first: a folder whose recovery recipient nobody has must not exist.
fn pair(folder: &KeyFolder, recovery_out: &Path, data: &Path) -> Result<(), CliError> {
    for inside in [folder.path(), data] {
        if is_inside(recovery_out, inside) {
            return Err(CliError::Usage(format!(
                "--recovery-out {}: this is in {}; choose a place that is not on this machine, such as a USB stick",
                recovery_out.display(),
                inside.display()
            )));
        }
    }
    let (desk, recovery) = (Identities::generate(), Identities::generate());
    write_identity(&recovery, recovery_out)?;
    let created = folder.create_pair(&desk, &recovery.recipients().concat()).map_err(CliError::from);
    if let Err(error) = created.and_then(|is_made| made(folder, is_made)) {
        // Nothing is sealed to it.
        let _ = fs::remove_file(recovery_out);
        return Err(error);
    }
    let (shown, recovery_out) = (folder.path().display(), recovery_out.display());
    print::line(format!("desk      {}", desk.recipients().concat()))?;
    print::line(format!("recovery  {}", recovery.recipients().concat()))?;
    print::words(&format!(
        "kakekomi: {shown} has the keys of this desk. Copy it to a second safe place: without it and without the recovery \
         identity every case is lost. No backup of the database holds it.\n\
         kakekomi: {recovery_out} is the recovery identity. Keep it offline, on paper or in a safe, and leave no copy \
         of it on this machine.\n\
         kakekomi: then: kakekomi keys check, and start the desk."
    ));
    Ok(())
}

fn made(folder: &KeyFolder, is_made: bool) -> Result<(), CliError> {
    if is_made { Ok(()) } else { Err(SealingError::Incomplete(folder.path().to_owned()).into()) }
}

/// Reports whether a file would lie in a folder or below it, which need not exist.
fn is_inside(file: &Path, folder: &Path) -> bool {
    let real = |path: &Path| {
        let existing = path.ancestors().find_map(|part| {
            let part = if part.as_os_str().is_empty() { Path::new(".") } else { part };
            Some((part.to_owned(), fs::canonicalize(part).ok()?))
        });
        existing.map_or_else(
            || path.to_owned(),
            |(part, real)| path.strip_prefix(&part).map_or_else(|_| real.join(path), |rest| real.join(rest)),
        )
    };
    real(file).starts_with(real(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_a_folder_are_found_though_neither_exists() {
        for (file, folder, inside) in [
            ("data.keys/recovery", "data.keys", true),
            ("./data.keys/a/recovery", "data.keys", true),
            ("recovery", "data.keys", false),
            ("data.keysrecovery", "data.keys", false),
            ("/dev/../nowhere/x", "/nowhere", true),
        ] {
            assert_eq!(is_inside(Path::new(file), Path::new(folder)), inside, "{file} {folder}");
        }
    }
}
