//! `kakekomi completions SHELL`: a script that completes commands and flags.
//!
//! `kakekomi completions bash > /etc/bash_completion.d/kakekomi`

use clap::{Args, Command};
use clap_complete::Shell;

use super::print;
use crate::error::{CliError, Exit};

/// Flags of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// For which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script that completes `command`.
pub fn run(args: &CompletionsArgs, mut command: Command) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "kakekomi", &mut script);
    print::data(&script)?;
    Ok(Exit::Accepted)
}
