//! The command line: `kakekomi serve`, `check`, `example`, `describe`, `schema`, `openapi`, `module`, `cases`,
//! `backup`, `restore`, `migrate`, `doctor`, `completions`.
//!
//! Data goes to stdout, words to stderr. `echo '{' | kakekomi check` → exit 3 and a sentence why.
//! The exit codes are [`crate::error::Exit`]'s. A reader that goes away (`… | head -1`) is no error.

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

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kakekomi_core::Locale;

use crate::config::{LogFormat, Settings};
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
    Serve(ServeArgs),
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

/// Flags of `serve`.
#[derive(Debug, Args)]
struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "KAKEKOMI_LISTEN")]
    listen: Option<SocketAddr>,
    /// Where to answer /livez, /readyz and /metrics [default: nowhere]
    #[arg(long, value_name = "ADDR", env = "KAKEKOMI_ADMIN_LISTEN")]
    admin_listen: Option<SocketAddr>,
    #[command(flatten)]
    place: StorageArgs,
    #[command(flatten)]
    desk: DeskArgs,
    /// The folder of modules that open pages may still run, and of retired.txt [default: modules in the data folder]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_MODULES")]
    modules: Option<PathBuf>,
    /// Serve the page from this folder, read anew each time (to work on the page)
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_PAGE")]
    page: Option<PathBuf>,
    /// How many connections to serve at a time [default: 12000, or as many as files may be open]
    #[arg(long, value_name = "NUMBER", env = "KAKEKOMI_CONNECTIONS")]
    connections: Option<usize>,
    /// Drafts a minute that one address may send, checked and handed in; 0 for no limit [default: 240]
    #[arg(long, value_name = "NUMBER", env = "KAKEKOMI_RATE_LIMIT")]
    rate_limit: Option<u32>,
    /// Free disk space in MiB under which no case is stored; 0 for no floor [default: 256]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_MIN_FREE_SPACE")]
    min_free_space: Option<u32>,
    /// MiB that one address may store a day; 0 for no limit [default: 64]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_ADDRESS_QUOTA")]
    address_quota: Option<u32>,
    /// MiB that all addresses together may store a day; 0 for no limit [default: 8192]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_DAILY_QUOTA")]
    daily_quota: Option<u32>,
    /// Proxies that may name their clients: addresses and networks, with commas between [default: none]
    #[arg(long, value_name = "LIST", env = "KAKEKOMI_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Option<Vec<String>>,
    /// How to write the log [default: text on a terminal, else json]
    #[arg(long, value_name = "FORMAT", env = "KAKEKOMI_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    /// What is in the log: debug, info, warn, error, off; or of one part, kakekomi=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "KAKEKOMI_LOG")]
    log: Option<String>,
}

/// Where the cases are.
#[derive(Debug, Clone, Args)]
struct StorageArgs {
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DATA")]
    data: Option<PathBuf>,
    /// The database, `sqlite:PATH` or `postgres://USER@HOST/NAME` [default: a file in the data folder]
    #[arg(long, value_name = "URL", env = "KAKEKOMI_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// Whose desk it is.
#[derive(Debug, Clone, Args)]
struct DeskArgs {
    /// The desk profile's folder [default: the one in the program]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DESK")]
    desk: Option<PathBuf>,
}

/// A language of the sentences.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    /// 日本語
    Ja,
    /// English
    En,
}

impl From<Language> for Locale {
    fn from(language: Language) -> Locale {
        match language {
            Language::Ja => Locale::Ja,
            Language::En => Locale::En,
        }
    }
}

impl StorageArgs {
    fn settings(self) -> Settings {
        Settings { data: self.data, database_url: self.database_url, ..Settings::default() }
    }
}

impl ServeArgs {
    fn settings(self) -> Settings {
        Settings {
            listen: self.listen,
            admin_listen: self.admin_listen,
            desk: self.desk.desk,
            modules: self.modules,
            page: self.page,
            connections: self.connections,
            rate_limit: self.rate_limit,
            min_free_space: self.min_free_space,
            address_quota: self.address_quota,
            daily_quota: self.daily_quota,
            trusted_proxies: self.trusted_proxies,
            log_format: self.log_format,
            log: self.log,
            ..self.place.settings()
        }
    }
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
        Command::Completions(args) => completions::run(&args),
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
    use clap::CommandFactory;

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
