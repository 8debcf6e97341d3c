//! A small run of the stream on the engines in Rust, and a planted fault that is found and minimized.
//! `scripts/test.sh` runs the other engines, `docs/sameness.md` records the long runs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use kakekomi_tests::same::compare::{Found, Run, run, run_with};
use kakekomi_tests::same::engine::{Engine, Native, Sandboxed, Which};
use kakekomi_tests::same::{Answer, Question, Stream, shrink};

const SEED: u64 = 20_261_124;

fn compared(which: Which, count: u64) -> Found {
    let found = run(&Stream::new(SEED), which, &Run { from: 0, count, jobs: 2 }).unwrap();
    assert_eq!((found.mismatches, found.tally.drafts), (0, count), "{}: {:?}", which.name(), found.first);
    found
}

#[test]
fn sandbox_equals_native_core_for_thirty_thousand_drafts() {
    let tally = compared(Which::Sandbox, 30_000).tally;
    assert_eq!(tally.silent(), Vec::<&str>::new(), "codes that no draft reaches");
    assert!(tally.parsed > tally.drafts / 3, "{tally}");
    assert!(tally.accepted > tally.drafts / 10, "{tally}");
}

#[test]
fn wasmi_equals_native_core() {
    compared(Which::Wasmi, 1_000);
}

/// The native core, with another report for drafts about ransomware.
struct Faulty;

impl Engine for Faulty {
    fn answers(&mut self, questions: &[Question]) -> Vec<Answer> {
        let says = |question: &Question| question.text.windows(10).any(|word| word == b"ransomware");
        let mut answers = Native.answers(questions);
        for (answer, _) in answers.iter_mut().zip(questions).filter(|(_, question)| says(question)) {
            if let Ok(report) = answer {
                report.push(b' ');
            }
        }
        answers
    }
}

#[test]
fn planted_fault_is_found_and_minimized() {
    let stream = Stream::new(SEED);
    let found = run_with(&stream, vec![Box::new(Faulty)], &Run { from: 0, count: 500, jobs: 1 });
    let first = *found.first.first().expect("the fault shows within 500 drafts");
    let mut differs = |question: &Question| {
        Native.answers(std::slice::from_ref(question)) != Faulty.answers(std::slice::from_ref(question))
    };
    let small = shrink::smallest(stream.question(first), &Stream::plain_context(), &mut differs);
    assert_eq!(String::from_utf8_lossy(&small.text), "ransomware");
    let row = shrink::row("faulty", &small, &Native::answer(&small), &Faulty.answers(std::slice::from_ref(&small))[0]);
    let table: toml::Table = toml::from_str(&row).expect("a row of the table");
    assert_eq!(table["case"][0]["text"].as_str(), Some("ransomware"));
}

/// The module with one letter of one code changed.
fn broken() -> Vec<u8> {
    let mut wasm = kakekomi_artifact::WASM.to_vec();
    let word = b"phone.invalid";
    let at = wasm.windows(word.len()).position(|window| window == word).expect("the word of a code");
    wasm[at + word.len() - 1] ^= 1;
    wasm
}

#[test]
fn changed_module_is_found_and_minimized() {
    let stream = Stream::new(SEED);
    let mut engine = Sandboxed::new(&broken()).unwrap();
    let found =
        run_with(&stream, vec![Box::new(Sandboxed::new(&broken()).unwrap())], &Run { from: 0, count: 2_000, jobs: 1 });
    let first = *found.first.first().expect("the code is said within 2,000 drafts");
    assert!(found.mismatches < found.tally.drafts / 2, "only where the code is said: {}", found.mismatches);
    let mut ask = |question: &Question| engine.answers(std::slice::from_ref(question)).remove(0);
    let whole = stream.question(first);
    let mut differs = |question: &Question| Native::answer(question) != ask(question);
    let small = shrink::smallest(whole.clone(), &Stream::plain_context(), &mut differs);
    assert!(
        differs(&small) && small.text.len() <= whole.text.len().min(60),
        "{}",
        String::from_utf8_lossy(&small.text)
    );
}

#[test]
fn stream_is_reproducible() {
    let texts = |from: u64| (from..from + 50).map(|number| Stream::new(7).question(number)).collect::<Vec<_>>();
    assert_eq!(texts(1_000), texts(1_000));
    assert_ne!(texts(1_000), texts(2_000));
}
