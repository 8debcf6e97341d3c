//! `kakekomi keys`: makes and checks the key folder, and exchanges its keys.
//!
//! `kakekomi keys new --recovery-out /media/usb/recovery.identity` → `data.keys` with the desk's identity; the recovery identity
//! only in the named file

mod check;
mod new;
mod rotate;

use clap::Subcommand;

use super::block_on::block_on;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `keys`.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make the key folder of a desk that has no cases yet
    New(new::NewArgs),
    /// Try each key, and count the cases that are sealed to other recipients
    Check(check::CheckArgs),
    /// Seal all cases to the present recipients, while the desk may be serving
    Rotate(rotate::RotateArgs),
}

/// Runs a command of `keys`.
pub fn run(command: KeysCommand, file: Settings) -> Result<Exit, CliError> {
    match command {
        KeysCommand::New(args) => new::run(args, file).map(|()| Exit::Accepted),
        KeysCommand::Check(args) => block_on(check::run(args, file))?,
        KeysCommand::Rotate(args) => block_on(rotate::run(args, file))?.map(|()| Exit::Accepted),
    }
}
