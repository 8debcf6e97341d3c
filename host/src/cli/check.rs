//! `kakekomi check`: the desk's judgement of a draft, without sending it.
//!
//! `kakekomi check draft.json` → the issues for people, exit 1. `--json` prints the report's very
//! bytes: of one file nothing else, of several a line each. `--ndjson` reads a draft a line and prints a
//! report a line. The context is the desk profile's and the clock's, or that of `--context`; with it the
//! bytes are the ones that page and server would get.

mod input;
mod readable;

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use kakekomi_core::{Context, Locale};
use kakekomi_sandbox::Sandbox;
use kakekomi_service::embedded_module::sandbox_config;
use kakekomi_service::submit::Verdict;
use kakekomi_store::clock;

use super::args::{DeskArgs, locale_parser};
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Drafts; - or nothing: the standard input
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    files: Vec<PathBuf>,
    /// The context to judge in [default: the desk profile's, and the clock]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_CONTEXT")]
    context: Option<PathBuf>,
    /// The time to judge at (2026-11-20T09:30, 2026-11-20T09:30:00+09:00, or milliseconds since the epoch)
    #[arg(long, value_name = "TIME", env = "KAKEKOMI_NOW", allow_hyphen_values = true)]
    now: Option<String>,
    /// The language of the sentences
    #[arg(long, value_parser = locale_parser(), env = "KAKEKOMI_LOCALE")]
    locale: Option<Locale>,
    /// The module in its sandbox, or the core compiled for this machine (the same bytes)
    #[arg(long, value_enum, env = "KAKEKOMI_ENGINE", default_value_t = Engine::Module)]
    engine: Engine,
    /// Print the report's very bytes; of several files, each on a line
    #[arg(long)]
    json: bool,
    /// Read a draft a line, and print a report a line
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
    #[command(flatten)]
    desk: DeskArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    Module,
    Core,
}

/// The output format of reports.
#[derive(Debug, Clone, Copy)]
enum Format {
    /// The report's bytes without a line break.
    Bytes,
    /// A report a line.
    Lines,
    /// For people.
    Text,
}

/// The judgement of drafts, and its output.
struct Checker {
    /// The sandboxed module; `None` for the core compiled for this machine.
    sandbox: Option<Sandbox>,
    context: Arc<[u8]>,
    locale: Locale,
    format: Format,
}

/// Checks every file; the highest exit counts, and a file that fails keeps no other from its check.
pub fn run(args: &CheckArgs, file: &Settings) -> Result<Exit, CliError> {
    if args.files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
        return Err(CliError::Usage("the standard input can be read once: write - once".to_owned()));
    }
    let context = context(args, file)?;
    let checker = Checker {
        locale: Context::read(&context).map_or(Locale::Ja, |context| context.locale),
        context: context.into(),
        sandbox: match args.engine {
            Engine::Module => Some(Sandbox::new(sandbox_config())?),
            Engine::Core => None,
        },
        format: match (args.json, args.ndjson, args.files.len()) {
            (true, _, 1) if !io::stdout().is_terminal() => Format::Bytes,
            (true, ..) | (_, true, _) => Format::Lines,
            (false, false, _) => Format::Text,
        },
    };
    let mut worst = Exit::Accepted;
    for file in &args.files {
        let drafts = input::drafts(file, args.ndjson);
        for exit in drafts.map(|text| checker.check(text.map_err(CliError::io("reading"))?, file)) {
            worst = worst.max(exit.unwrap_or_else(|error| {
                print::words(&format!("kakekomi: {}: {error}", file.display()));
                error.exit()
            }));
        }
    }
    Ok(worst)
}

impl Checker {
    /// Judges one draft and prints its report. A closed pipe does not change the exit code.
    fn check(&self, text: Vec<u8>, file: &Path) -> Result<Exit, CliError> {
        let report = match &self.sandbox {
            Some(sandbox) => sandbox.check_now(sandbox.current(), text.into(), Arc::clone(&self.context))?,
            None => kakekomi_core::answer(&text, &self.context)?,
        };
        let verdict = Verdict::read(report)?;
        let printed = match self.format {
            Format::Bytes => print::data(verdict.report()),
            Format::Lines => print::json_line(verdict.report()),
            Format::Text => {
                print::data(readable::readable(&file.display().to_string(), &verdict, self.locale).as_bytes())
            }
        };
        match (printed, verdict.text_code()) {
            (Err(error), _) if !matches!(error, CliError::BrokenPipe) => Err(error),
            _ if verdict.accepted() => Ok(Exit::Accepted),
            (_, Some(_)) => Ok(Exit::NotJson),
            (_, None) => Ok(Exit::Issues),
        }
    }
}

/// The context's bytes: a file's, or the desk's, with the time and locale of the flags.
fn context(args: &CheckArgs, file: &Settings) -> Result<Vec<u8>, CliError> {
    let Some(path) = &args.context else {
        let desk = args.desk.load(file)?;
        let now = args.now(&desk.profile().calendar.offset)?.unwrap_or_else(clock::now);
        return Ok(desk.context(now, args.locale.unwrap_or(Locale::Ja))?.to_bytes());
    };
    let bytes = fs::read(path).map_err(CliError::io(path))?;
    let mut context =
        Context::read(&bytes).map_err(|error| CliError::Usage(format!("--context {}: {error}", path.display())))?;
    if args.now.is_none() && args.locale.is_none() {
        return Ok(bytes);
    }
    context.now = args.now(&args.desk.load(file)?.profile().calendar.offset)?.unwrap_or(context.now);
    context.locale = args.locale.unwrap_or(context.locale);
    Ok(context.to_bytes())
}

impl CheckArgs {
    /// Parses the time of the flag; one without an offset is in the desk's.
    fn now(&self, desk_offset: &str) -> Result<Option<i64>, CliError> {
        let parse = |text: &String| {
            let moment = clock::parse_local(text, desk_offset)
                .ok_or("write it as 2026-11-20T09:30:00+09:00, or as milliseconds since the epoch")?;
            let is_valid = clock::RFC3339_RANGE.contains(&moment);
            let range = "it must lie within the years 1 to 9999; milliseconds are counted from 1970";
            is_valid.then_some(moment).ok_or(range)
        };
        let refused = |why| CliError::Usage(format!("--now {}: {why}", self.now.as_deref().unwrap_or_default()));
        self.now.as_ref().map(parse).transpose().map_err(refused)
    }
}
