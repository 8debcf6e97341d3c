//! `make same SEED=1 N=100000 ENGINE=sandbox`: the same drafts to two engines, every byte compared.
//!
//! Prints the table of codes and the number of mismatches, and shrinks the first one to a row for
//! `tests/cases`. Exit 0: none; 1: a mismatch, or a code that no draft reached; 2: usage, or an engine that
//! cannot be started.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::expect_used, reason = "it is a command of the tests")]

use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use kakekomi_tests::same::compare::{Found, Run, run};
use kakekomi_tests::same::engine::{Engine, Native, Which};
use kakekomi_tests::same::{Answer, Question, Stream, shrink};

const USAGE: &str = "same [--seed N] [--from N] [--count N] [--jobs N] [--uncovered] ENGINE…
engines: sandbox other-module (the file KAKEKOMI_OTHER_MODULE) wasmi node-page node-host node-package python
  chromium firefox webkit
--uncovered: codes that are not reached are no failure (a small run cannot reach them all)";

fn main() -> ExitCode {
    match read(std::env::args().skip(1)) {
        Ok(asked) => asked.answer(),
        Err(words) => {
            eprintln!("{words}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

struct Asked {
    seed: u64,
    run: Run,
    uncovered: bool,
    engines: Vec<Which>,
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let mut asked =
        Asked { seed: 1, run: Run { from: 0, count: 100_000, jobs }, uncovered: false, engines: Vec::new() };
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let word = arguments.next().unwrap_or_default();
            word.replace('_', "").parse::<u64>().map_err(|error| format!("{argument} {word}: {error}"))
        };
        match argument.as_str() {
            "--seed" => asked.seed = number()?,
            "--from" => asked.run.from = number()?,
            "--count" => asked.run.count = number()?,
            "--jobs" => asked.run.jobs = usize::try_from(number()?).unwrap_or(1),
            "--uncovered" => asked.uncovered = true,
            name => asked.engines.push(Which::read(name).ok_or_else(|| format!("there is no engine {name}"))?),
        }
    }
    if asked.engines.is_empty() { Err("name an engine".to_owned()) } else { Ok(asked) }
}

impl Asked {
    fn answer(&self) -> ExitCode {
        let stream = Stream::new(self.seed);
        println!("module sha256:{}, seed {}, from {}", kakekomi_artifact::SHA256, self.seed, self.run.from);
        let mut code = ExitCode::SUCCESS;
        for which in &self.engines {
            match run(&stream, *which, &self.run) {
                Ok(found) => {
                    print(*which, &found);
                    if let Some(first) = found.first.first() {
                        println!("{}", smallest(&stream, *which, *first));
                    }
                    if found.mismatches > 0 || !(self.uncovered || found.tally.silent().is_empty()) {
                        code = ExitCode::FAILURE;
                    }
                }
                Err(words) => {
                    eprintln!("{}: {words}", which.name());
                    return ExitCode::from(2);
                }
            }
        }
        code
    }
}

fn print(which: Which, found: &Found) {
    static TABLE: OnceLock<()> = OnceLock::new();
    // The same drafts reach the same codes on every engine: one table is enough.
    TABLE.get_or_init(|| print!("{}", found.tally));
    let Found { tally, mismatches, first, time } = found;
    println!("{:<10} {:>10} drafts  {mismatches} mismatches {first:?}  {}", which.name(), tally.drafts, seconds(*time));
}

fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

/// Makes the row of the table for the first mismatch.
fn smallest(stream: &Stream, which: Which, number: u64) -> String {
    let mut engine = match which.start() {
        Ok(engine) => engine,
        Err(words) => return words,
    };
    let mut ask = |question: &Question| -> Answer { one(engine.as_mut(), question) };
    let plain = Stream::plain_context();
    let question =
        shrink::smallest(stream.question(number), &plain, &mut |question| Native::answer(question) != ask(question));
    shrink::row(which.name(), &question, &Native::answer(&question), &ask(&question))
}

fn one(engine: &mut dyn Engine, question: &Question) -> Answer {
    engine.answers(std::slice::from_ref(question)).pop().expect("an answer for each question")
}
