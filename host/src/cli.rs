//! The command line: `kakekomi serve`, `check`, `example`, `describe`, `schema`, `openapi`, `module`, `cases`,
//! `stats`, `evidence`, `upload`, `export`, `packages`, `recheck`, `keys`, `operators`, `organizations`, `refer`, `outbox`, `audit`, `demo`, `rebuild`, `retention`, `backup`, `restore`, `migrate`, `doctor`,
//! `completions`.
//!
//! Data goes to stdout, words to stderr. `echo '{' | kakekomi check` → exit 3 and a sentence why.
//! The exit codes are [`crate::error::Exit`]'s. A closed stdout (`… | head -1`) is no error.

mod actor;
mod args;
mod audit;
mod backup;
mod block_on;
mod builtin;
mod cases;
mod check;
mod demo;
mod doctor;
mod evidence;
mod export;
mod export_record;
mod inert;
mod keys;
mod keys_at_start;
mod migrate;
mod operators;
mod organizations;
mod outbox;
mod packages;
mod print;
mod rebuild;
mod recheck;
mod refer;
mod retention;
mod serve;
mod stats;
mod upload;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use kakekomi_core::Locale;
use kakekomi_service::example;

use crate::config::Settings;
use crate::error::{CliError, Exit};
use crate::log;
use args::{DeskArgs, locale_parser};

/// Time for the last log lines before the process ends, however slow the reader of stderr is.
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
    Serve(Settings),
    /// Check drafts, as the desk would
    Check(check::CheckArgs),
    /// Print a draft that is accepted
    Example {
        /// Of which kind of incident
        #[arg(long, default_value = "ransomware", value_parser = PossibleValuesParser::new(example::kinds()))]
        kind: String,
        /// A draft that is not accepted instead
        #[arg(long, conflicts_with = "kind")]
        incomplete: bool,
        #[command(flatten)]
        desk: DeskArgs,
    },
    /// Print the form description that the page is drawn from
    Describe {
        /// The language of titles and words
        #[arg(long, value_parser = locale_parser(), env = "KAKEKOMI_LOCALE", default_value = "ja")]
        locale: Locale,
    },
    /// Print the draft as JSON Schema 2020-12
    Schema,
    /// Print the HTTP interface as OpenAPI 3.1
    Openapi(DeskArgs),
    /// Look at the set-up and say what is wrong with it
    Doctor(doctor::DoctorArgs),
    /// Print what a shell needs to complete commands and flags
    Completions {
        /// For which shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Say which module this is
    Module(builtin::ModuleArgs),
    /// Look at the cases that came in
    #[command(subcommand)]
    Cases(cases::CasesCommand),
    /// Count closed months: tables over coded answers that identify nobody
    Stats(stats::StatsArgs),
    /// Write what a partner hosts or pastes
    Export(export::ExportArgs),
    /// Write the packages for npm and pip that the desk serves
    Packages(packages::PackagesArgs),
    /// Judge the stored drafts anew, by this module or another one; changes nothing
    Recheck(recheck::RecheckArgs),
    /// List, save and verify the evidence files of cases
    #[command(subcommand)]
    Evidence(evidence::EvidenceCommand),
    /// Send evidence files to a desk, as an applicant
    Upload(upload::UploadArgs),
    /// Make, check and exchange the keys that cases are sealed with
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Manage the accounts of the desk
    #[command(subcommand)]
    Operators(operators::OperatorsCommand),
    /// Manage the organizations that may receive something
    #[command(subcommand)]
    Organizations(organizations::OrganizationsCommand),
    /// Hand a case over to an organization
    #[command(subcommand)]
    Refer(refer::ReferCommand),
    /// List the notices of events, and try them again
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// Verify the chain of events; needs no key
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Fill the database with 30 invented cases, to try the desk
    Demo(demo::DemoArgs),
    /// Rebuild the states of the cases from their events
    Rebuild(rebuild::RebuildArgs),
    /// Erase cases whose retention period has ended
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
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
    let file = cli.config.map_or_else(|| Ok(Settings::default()), |path| Settings::of_file(&path))?;
    match cli.command {
        Command::Check(args) => return check::run(&args, &file),
        Command::Doctor(args) => return doctor::run(args, file),
        Command::Cases(command) => return cases::run(command, file),
        Command::Stats(args) => return stats::run(args, file),
        Command::Recheck(args) => return recheck::run(args, file),
        Command::Evidence(command) => return evidence::run(command, file),
        Command::Upload(args) => return upload::run(&args),
        Command::Keys(command) => return keys::run(command, file),
        Command::Operators(command) => return operators::run(command, file),
        Command::Organizations(command) => return organizations::run(command, file),
        Command::Refer(command) => return refer::run(command, file),
        Command::Outbox(command) => return outbox::run(command, file),
        Command::Audit(command) => return audit::run(command, file),
        Command::Demo(args) => return demo::run(args, file),
        Command::Rebuild(args) => return rebuild::run(args, file),
        Command::Retention(command) => return retention::run(command, file),
        Command::Migrate(args) => return migrate::run(args, file),
        Command::Serve(flags) => serve::run(&flags.or(file))?,
        Command::Example { kind, incomplete, desk } => builtin::example(&kind, incomplete, &desk.load(&file)?)?,
        Command::Describe { locale } => builtin::describe(locale)?,
        Command::Schema => builtin::schema()?,
        Command::Openapi(desk) => builtin::openapi(&desk.load(&file)?)?,
        Command::Completions { shell } => builtin::completions(shell, &mut Cli::command())?,
        Command::Module(args) => builtin::module(&args)?,
        Command::Export(args) => export::run(&args, &file)?,
        Command::Packages(args) => packages::run(&args)?,
        Command::Backup(args) => backup::backup(args, file)?,
        Command::Restore(args) => backup::restore(args, file)?,
    }
    Ok(Exit::Accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_line_is_consistent() {
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
