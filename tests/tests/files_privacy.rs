//! A word in the name, the type and the bytes of every file is in clear in no log, no answer and no file of the desk.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::path::PathBuf;

use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::{submit, token};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::traces::{files, postgres_files};
use kakekomi_tests::uploads::{Upload, declaration, encoded, evidence_folder, metadata, opened};
use kakekomi_tests::wire::{Answer, Request};

on_both_databases! {
    a_word_of_a_file_is_nowhere_in_clear
}

/// The word, which is rare in other texts.
const WORD: &str = "mejiro";
/// Bytes of a part.
const PART: usize = 8 << 20;

fn a_word_of_a_file_is_nowhere_in_clear(home: Home) {
    let temporary = home.path().join("temporary");
    fs::create_dir_all(&temporary).unwrap();
    let quiet = ["cranelift", "regalloc2", "wasmtime"].map(|name| format!(",{name}=off")).concat();
    let more = ["--log", &format!("trace{quiet}")];
    let variables = [("TMPDIR", temporary.clone()), ("SQLITE_TMPDIR", temporary.clone())];
    let server = Server::start_under(home, &more, &variables);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let named = metadata(&[("filename", &format!("{WORD}.log")), ("filetype", &format!("text/{WORD}"))]);
    // Longer than a part, with the word everywhere, also across the ends of parts and blocks.
    let bytes = WORD.as_bytes().repeat(PART / WORD.len() + 10_000);
    let [whole, cut, refused] = [(); 3].map(|()| Upload::of(&server, &token, bytes.len() as u64, &named));
    let mut answers = vec![whole.patch(&server, 0, &bytes)];
    assert_eq!(answers[0].status, 204, "{}", answers[0].text());
    cut.cut(server.at, 0, &bytes, PART + 100);
    answers.push(refused.patch(&server, 7, &bytes[..1000]));
    for wrong in ["what", "log", "sha256", "filename", WORD] {
        let described = format!("{wrong} {},filename {}", encoded(WORD), encoded(WORD));
        answers.push(server.send(&declaration(&token, 1, &described)));
    }
    answers.push(server.send(&declaration(&token, 1, WORD).header("upload-length", WORD)));
    answers.push(server.send(&Request::head(&format!("/v1/files/{WORD}")).header("tus-resumable", "1.0.0")));
    answers.push(server.send(&refused.request(Request::delete)));
    for answer in &answers {
        assert_clear_of_the_word("an answer", &all_of(answer));
    }
    // The cut upload stores what came.
    assert!((0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        cut.offset(&server) > 0
    }));

    let stopped = server.stop();
    assert!(stopped.log.contains("/v1/files/{id}"), "there is no log");
    assert_clear_of_the_word("the log", stopped.log.as_bytes());
    assert_eq!(files(&temporary), Vec::<PathBuf>::new(), "temporary files are left");
    if stopped.home.database_url().is_none() {
        let backup = stopped.home.path().join("backup.sqlite3");
        assert!(stopped.home.run(&["backup", backup.to_str().unwrap()]).status.success());
    }
    let written = files(stopped.home.path());
    assert!(written.iter().filter(|file| file.extension().is_some_and(|ending| ending == "age")).count() > 2);
    for file in written.into_iter().chain(postgres_files(&stopped.home)) {
        let name = file.display().to_string();
        assert!(!name.contains(WORD), "{name}");
        assert_clear_of_the_word(&name, &fs::read(&file).unwrap_or_default());
    }
    // The word is there for the desk, so it was looked for in vain and not by mistake.
    assert!(opened(&stopped.home, &evidence_folder(&stopped.home), &case.number, &whole) == bytes);
}

fn all_of(answer: &Answer) -> Vec<u8> {
    let heads: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    [heads.join("\n").as_bytes(), &answer.body].concat()
}

/// Looks for the word, and for its beginning in base64.
fn assert_clear_of_the_word(what: &str, bytes: &[u8]) {
    for word in [WORD, &encoded(WORD)[..7]] {
        let at = bytes.windows(word.len()).position(|window| window == word.as_bytes());
        assert!(at.is_none(), "{what} contains {word} at {at:?}");
    }
}
