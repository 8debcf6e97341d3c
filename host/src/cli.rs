//! The command line: `kakekomi serve`, `check`, `example`, `describe`, `schema`, `module`, `cases`.
//!
//! Data goes to stdout, words to stderr. `echo '{' | kakekomi check` → exit 3 and a sentence why.
//! The exit codes are [`crate::error::Exit`]'s. A reader that goes away (`… | head -1`) is no error.

mod cases;
mod check;
mod example;
mod module;
mod print;
mod serve;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kakekomi_core::Locale;

use crate::config::{LogFormat, Settings};
use crate::error::{Exit, Failed};

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
    /// Say which module this is
    Module(module::ModuleArgs),
    /// Look at the cases that came in
    Cases(cases::CasesArgs),
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
    place: PlaceArgs,
    #[command(flatten)]
    desk: DeskArgs,
    /// A folder of older modules that open pages may still run
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_MODULES")]
    modules: Option<PathBuf>,
    /// Serve the page from this folder, read anew each time (to work on the page)
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_PAGE")]
    page: Option<PathBuf>,
    /// How to write the log [default: text on a terminal, else json]
    #[arg(long, value_name = "FORMAT", env = "KAKEKOMI_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    /// What is in the log: debug, info, warn, error, off; or of one part, kakekomi=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "KAKEKOMI_LOG")]
    log: Option<String>,
}

/// Where the cases are.
#[derive(Debug, Clone, Args)]
struct PlaceArgs {
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DATA")]
    data: Option<PathBuf>,
    /// The database, sqlite:PATH [default: a file in the data folder]
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

impl PlaceArgs {
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
            log_format: self.log_format,
            log: self.log,
            ..self.place.settings()
        }
    }
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(failed) => {
            if !matches!(failed, Failed::ReaderGone) {
                print::words(&format!("kakekomi: {failed}"));
            }
            failed.exit().into()
        }
    }
}

fn run(cli: Cli) -> Result<Exit, Failed> {
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
        Command::Module(args) => module::run(&args),
        Command::Cases(args) => cases::run(args, file),
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
}
