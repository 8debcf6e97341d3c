//! `kakekomi completions SHELL`: a script that completes commands and flags.
//!
//! `kakekomi completions bash > /etc/bash_completion.d/kakekomi`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, print};
use crate::error::{CliError, Exit};

/// Flags of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// For which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kakekomi", &mut script);
    print::data(&script)?;
    Ok(Exit::Accepted)
}
