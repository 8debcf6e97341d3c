//! The command line: `kakekomi serve`, `check`, `example`, `describe`, `schema`, `openapi`, `module`, `cases`,
//! `backup`, `restore`, `migrate`, `doctor`, `completions`.
//!
//! Data goes to stdout, words to stderr. `echo '{' | kakekomi check` → exit 3 and a sentence why.
//! The exit codes are [`crate::error::Exit`]'s. A reader that goes away (`… | head -1`) is no error.

mod args;
mod backup;
mod cases;
mod check;
mod completions;
mod doctor;
mod example;
mod export;
mod inert;
mod migrate;
mod module;
mod print;
mod recheck;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::Settings;
use crate::error::{CliError, Exit};
use crate::log;

/// Time that the last log lines get before the process ends; a reader that has stopped reading is not waited for.
const LOG_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The intake of a security incident desk.
#[derive(Debug, Parser)]
#[command(name = "kakekomi", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// A file of settings (TOML); flags and the environment go before it
    #[arg(long, global = true, value_name = "FILE", env = "KAKEKOMI_CONFIG")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the desk: the page, the checks, the submissions
    Serve(args::ServeArgs),
    /// Check drafts, as the desk would
    Check(check::CheckArgs),
    /// Print a draft that is accepted
    Example(example::ExampleArgs),
    /// Print the form description that the page is drawn from
    Describe(module::DescribeArgs),
    /// Print the draft as JSON Schema 2020-12
    Schema,
    /// Print the HTTP interface as OpenAPI 3.1
    Openapi(module::OpenapiArgs),
    /// Look at the set-up and say what is wrong with it
    Doctor(doctor::DoctorArgs),
    /// Print what a shell needs to complete commands and flags
    Completions(completions::CompletionsArgs),
    /// Say which module this is
    Module(module::ModuleArgs),
    /// Look at the cases that came in
    Cases(cases::CasesArgs),
    /// Write what a partner hosts or pastes
    Export(export::ExportArgs),
    /// Judge the stored drafts anew, by this module or another one; changes nothing
    Recheck(recheck::RecheckArgs),
    /// Write the database into a file, while the desk may be serving
    Backup(backup::BackupArgs),
    /// Put a backup in the place of the database, which is kept under another name
    Restore(backup::RestoreArgs),
    /// Bring the database's tables up to date, as `serve` does when it starts
    Migrate(migrate::MigrateArgs),
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = run(cli).unwrap_or_else(|failed| {
        if !matches!(failed, CliError::BrokenPipe) {
            print::words(&format!("kakekomi: {failed}"));
        }
        failed.exit()
    });
    log::flush(LOG_FLUSH_TIMEOUT);
    exit.into()
}

fn run(cli: Cli) -> Result<Exit, CliError> {
    let file = match &cli.config {
        Some(path) => Settings::of_file(path)?,
        None => Settings::default(),
    };
    match cli.command {
        Command::Serve(args) => serve::run(args.settings().or(file)),
        Command::Check(args) => check::run(&args, file),
        Command::Example(args) => example::run(args, file),
        Command::Describe(args) => module::describe(&args),
        Command::Schema => module::schema(),
        Command::Openapi(args) => module::openapi(args, file),
        Command::Doctor(args) => doctor::run(args, file),
        Command::Completions(args) => completions::run(&args, Cli::command()),
        Command::Module(args) => module::run(&args),
        Command::Cases(args) => cases::run(args, file),
        Command::Export(args) => export::run(&args, file),
        Command::Recheck(args) => recheck::run(args, file),
        Command::Backup(args) => backup::backup(args, file),
        Command::Restore(args) => backup::restore(args, file),
        Command::Migrate(args) => migrate::run(args, file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_put_together_right() {
        Cli::command().debug_assert();
    }

    #[test]
    fn doctor_takes_every_flag_of_serve() {
        let cli = Cli::command();
        let flags = |name: &str| -> Vec<String> {
            let command = cli.find_subcommand(name).unwrap();
            command.get_arguments().map(|argument| argument.get_id().to_string()).collect()
        };
        let doctor = flags("doctor");
        let missing: Vec<_> = flags("serve").into_iter().filter(|flag| !doctor.contains(flag)).collect();
        assert_eq!(missing, Vec::<String>::new());
    }
}
