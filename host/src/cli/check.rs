//! `kakekomi check`: what the desk would say of a draft, without sending it.
//!
//! `kakekomi check draft.json` → the issues for people, exit 1. `--json` prints the report's very
//! bytes: of one file nothing else, of several a line each. `--ndjson` reads a draft a line and prints a
//! report a line. The context is the desk profile's and the clock's, or that of `--context`; with it the
//! bytes are the ones that page and server would get.

mod input;
mod readable;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use kakekomi_core::{Context, Locale};
use kakekomi_sandbox::Sandbox;
use kakekomi_service::desk::Desk;
use kakekomi_service::submit::Verdict;
use kakekomi_store::clock;

use super::args::{DeskArgs, Language};
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Drafts; - or nothing: the standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The context to judge in [default: the desk profile's, and the clock]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_CONTEXT")]
    context: Option<PathBuf>,
    /// The time to judge at (2026-11-20T09:30, 2026-11-20T09:30:00+09:00, or milliseconds since the epoch)
    #[arg(long, value_name = "TIME", env = "KAKEKOMI_NOW", allow_hyphen_values = true)]
    now: Option<String>,
    /// The language of the sentences
    #[arg(long, value_enum, env = "KAKEKOMI_LOCALE")]
    locale: Option<Language>,
    /// The module in its sandbox, or the core compiled for this machine (the same bytes)
    #[arg(long, value_enum, env = "KAKEKOMI_ENGINE", default_value_t = Which::Module)]
    engine: Which,
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
enum Which {
    Module,
    Core,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// The report's bytes and nothing behind them.
    Bytes,
    /// A report a line.
    Lines,
    /// For people.
    Words,
}

/// What judges.
enum Engine {
    Module(Box<Sandbox>),
    Core,
}

/// Checks every file; the highest exit counts, and a file that fails keeps no other from its check.
pub fn run(args: &CheckArgs, file: Settings) -> Result<Exit, CliError> {
    let standard_input = vec![PathBuf::from("-")];
    let files = if args.files.is_empty() { &standard_input } else { &args.files };
    if files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
        return Err(CliError::Usage("the standard input can be read once: write - once".to_owned()));
    }
    let context: Arc<[u8]> = context(args, file)?.into();
    let engine = match args.engine {
        Which::Module => Engine::Module(Box::new(Sandbox::new(kakekomi_service::embedded_module::sandbox_config())?)),
        Which::Core => Engine::Core,
    };
    let shape = match (args.json, args.ndjson, files.len()) {
        (true, _, 1) => Shape::Bytes,
        (true, _, _) | (_, true, _) => Shape::Lines,
        (false, false, _) => Shape::Words,
    };
    let mut worst = Exit::Accepted;
    for file in files {
        for exit in drafts(file, args.ndjson).map(|text| one(&engine, text?, file, &context, shape)) {
            worst = worst.max(exit.unwrap_or_else(|failed| {
                print::words(&format!("kakekomi: {}: {failed}", file.display()));
                failed.exit()
            }));
        }
    }
    Ok(worst)
}

/// The drafts of a file: one, or one a line. What cannot be read ends them.
fn drafts(file: &Path, by_line: bool) -> Box<dyn Iterator<Item = Result<Vec<u8>, CliError>>> {
    let failed = |error| CliError::Io("reading".to_owned(), error);
    if !by_line {
        return Box::new(std::iter::once(input::whole(file).map_err(failed)));
    }
    match input::lines(file) {
        Ok(lines) => Box::new(lines.map(move |line| line.map_err(failed))),
        Err(error) => Box::new(std::iter::once(Err(failed(error)))),
    }
}

/// Judges one draft and prints what is said of it. A reader that has gone changes nothing of the verdict.
fn one(engine: &Engine, text: Vec<u8>, file: &Path, context: &Arc<[u8]>, shape: Shape) -> Result<Exit, CliError> {
    let report = match engine {
        Engine::Module(sandbox) => sandbox.check_now(sandbox.current(), text.into(), Arc::clone(context))?,
        Engine::Core => kakekomi_core::answer(&text, context)?,
    };
    let verdict = Verdict::read(report)?;
    let name = file.display().to_string();
    let printed = match shape {
        Shape::Bytes => print::bytes(verdict.report()),
        Shape::Lines => print::json_line(verdict.report()),
        Shape::Words => print::data(readable::readable(&name, &verdict, locale_of(context)).as_bytes()),
    };
    match printed {
        Ok(()) | Err(CliError::BrokenPipe) => Ok(exit(&verdict)),
        Err(failed) => Err(failed),
    }
}

fn exit(verdict: &Verdict) -> Exit {
    match (verdict.accepted(), verdict.text_code()) {
        (true, _) => Exit::Accepted,
        (false, Some(_)) => Exit::NotJson,
        (false, None) => Exit::Issues,
    }
}

/// The context's bytes: a file's, or the desk's; time and language as the flags say.
fn context(args: &CheckArgs, file: Settings) -> Result<Vec<u8>, CliError> {
    let Some(path) = &args.context else {
        return desk_context(args, file);
    };
    let bytes = fs::read(path).map_err(|error| CliError::Io(path.display().to_string(), error))?;
    let mut context =
        Context::read(&bytes).map_err(|failure| CliError::Usage(format!("--context {}: {failure}", path.display())))?;
    if args.now.is_none() && args.locale.is_none() {
        return Ok(bytes);
    }
    context.now = args.now(&desk(args, file)?)?.unwrap_or(context.now);
    context.locale = args.locale.map_or(context.locale, Locale::from);
    Ok(context.to_bytes())
}

fn desk_context(args: &CheckArgs, file: Settings) -> Result<Vec<u8>, CliError> {
    let desk = desk(args, file)?;
    let now = args.now(&desk)?.unwrap_or_else(clock::now);
    let locale = args.locale.map_or(Locale::Ja, Locale::from);
    Ok(desk.context(now, locale)?.to_bytes())
}

fn desk(args: &CheckArgs, file: Settings) -> Result<Desk, CliError> {
    Ok(Desk::load(args.desk.desk.clone().or(file.desk).as_deref())?)
}

impl CheckArgs {
    /// The time that the flag says; one without an offset is in the desk's.
    fn now(&self, desk: &Desk) -> Result<Option<i64>, CliError> {
        let read = |text: &String| {
            let moment = clock::parse_local(text, &desk.profile().calendar.offset)
                .ok_or("write it as 2026-11-20T09:30:00+09:00, or as milliseconds since the epoch")?;
            let sayable = clock::RFC3339_RANGE.contains(&moment);
            sayable
                .then_some(moment)
                .ok_or("it must lie within the years 1 to 9999; milliseconds are counted from 1970")
        };
        let refused = |why| CliError::Usage(format!("--now {}: {why}", self.now.as_deref().unwrap_or_default()));
        self.now.as_ref().map(read).transpose().map_err(refused)
    }
}

fn locale_of(context: &[u8]) -> Locale {
    Context::read(context).map_or(Locale::Ja, |context| context.locale)
}
