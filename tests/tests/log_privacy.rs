//! Answers of an applicant are in no log, no metric, no error and in clear in no file, the database's and a backup's included.
//!
//! Every field, unknown keys and every header contain a unique word, and the log has its most detailed level; then all
//! output and files of the desk are searched for the words.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::path::PathBuf;

use kakekomi_tests::applicant::{CHECK, SUBMIT, example, submission};
use kakekomi_tests::drafts::FREE_TEXT;
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree;
use kakekomi_tests::traces::{files, postgres_files};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::Value;

on_both_databases! {
    field_values_reach_no_log_or_metric
}

/// Prefix of every word, which is rare in other texts.
const WORD: &str = "kanaria";

/// Makes a draft with a word in every field, even in numbers and choices: most are issues.
fn wrong(value: &mut Value, count: &mut usize) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|value| wrong(value, count));
            members.insert(word(count), Value::from(word(count)));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|value| wrong(value, count)),
        place => *place = Value::from(word(count)),
    }
}

/// Makes an accepted draft with a word in every field of free text.
fn right(value: &mut Value, path: &str, free: &[&str], count: &mut usize) {
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(key, value)| right(value, &format!("{path}/{key}"), free, count));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|value| right(value, path, free, count)),
        place if free.contains(&path) => *place = Value::from(word(count)),
        _ => {}
    }
}

fn word(count: &mut usize) -> String {
    *count += 1;
    format!("{WORD}{count}")
}

/// Phone numbers and addresses of the draft, which are recognized by their form.
const SHAPED: [(&str, &str, &str); 3] = [
    ("/contact/phone", "080-7391-5526", "80739155"),
    ("/contact/email", "kanaria-mail@example.jp", "kanaria-mail"),
    ("/logs/0/sha256", "c0ffee11c0ffee22c0ffee33c0ffee44c0ffee55c0ffee66c0ffee77c0ffee88", "c0ffee11"),
];

fn field_values_reach_no_log_or_metric(home: Home) {
    let temporary = home.path().join("temporary");
    fs::create_dir_all(&temporary).unwrap();
    let admin = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // The compiler of the module, which sees no draft, would write a million lines.
    let log = format!(
        "trace{}",
        ["cranelift", "regalloc2", "wasmtime"].map(|crate_name| format!(",{crate_name}=off")).concat()
    );
    let server = Server::start_under(
        home,
        &["--log", &log, "--admin-listen", &admin.to_string()],
        &[("TMPDIR", temporary.clone()), ("SQLITE_TMPDIR", temporary.clone())],
    );
    let full = fs::read_to_string(source_tree::root().join("tests/cases/base/full.json")).unwrap();
    let mut count = 0;
    let (mut accepted, mut refused): (Value, Value) =
        (serde_json::from_str(&full).unwrap(), serde_json::from_str(&full).unwrap());
    accepted["consent"] = serde_json::from_slice::<Value>(&example(&server.home, &[])).unwrap()["consent"].take();
    right(&mut accepted, "", &FREE_TEXT, &mut count);
    assert_eq!(count, FREE_TEXT.len(), "a field is missing in the draft of the table");
    for (path, value, _) in SHAPED {
        *accepted.pointer_mut(path).unwrap() = Value::from(value);
    }
    wrong(&mut refused, &mut count);
    let broken = format!("{{\"contact\":{{\"company\":\"{WORD}-broken");

    let mut errors = Vec::new();
    for draft in [accepted.to_string(), refused.to_string(), broken] {
        errors.push(server.send(&Request::post(CHECK).json(draft.as_bytes())));
        errors.push(server.send(&with_words(&submission(&format!("{WORD}-key"), draft.as_bytes()))));
        errors.push(server.send(&submission(&format!("{WORD}-other"), draft.as_bytes()).header("content-type", WORD)));
        errors.push(server.send(&Request::post(SUBMIT).json(draft.as_bytes())));
    }
    assert!(errors.iter().any(|answer| answer.status == 201), "{:?}", errors[1].text());
    errors.push(server.send(&Request::get(&format!("/{WORD}-path?{WORD}=query"))));
    errors.push(server.send(&Request::get(&format!("/module/{WORD}.wasm"))));
    let metrics = Request::get("/metrics").send(admin);
    assert!(metrics.status == 200 && metrics.text().contains("/v1/submissions"), "{}", metrics.text());
    errors.push(metrics);
    if server.home.database_url().is_none() {
        server.fill_disk(1);
        let full = server.send(&submission(&format!("{WORD}-full"), accepted.to_string().as_bytes()));
        full.assert_problem("a full disk", 503, "store.failed");
        errors.push(full);
    }
    for answer in &errors {
        nowhere(&format!("an answer of status {}", answer.status), &own_words(answer));
    }
    let kept = server.home.run(&["cases", "export"]).stdout;
    let kept = String::from_utf8(kept).unwrap();
    let missing: Vec<_> = (1..=FREE_TEXT.len()).filter(|word| !kept.contains(&format!("\"{WORD}{word}\""))).collect();
    assert!(missing.is_empty(), "words {missing:?} are not in the database, where alone they are looked for in vain");
    let stopped = server.stop();
    assert!(stopped.log.contains("/v1/submissions"), "there is no log: {}", stopped.log);
    nowhere("the log", &stopped.log);
    assert_eq!(files(&temporary), Vec::<PathBuf>::new(), "temporary files are left");
    let backup = stopped.home.path().join("backup.sqlite3");
    if stopped.home.database_url().is_none() {
        let output = stopped.home.run(&["backup", backup.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    fs::remove_file(stopped.home.keys().join("desk.identity")).unwrap();
    for arguments in [&["cases", "export"][..], &["cases", "list", "--json"], &["audit", "verify", "--json"]] {
        let output = stopped.home.run(arguments);
        sealed_in("the output without an identity", &[output.stdout, output.stderr].concat());
    }
    for file in files(stopped.home.path()).into_iter().chain(postgres_files(&stopped.home)) {
        let (name, bytes) = (file.display().to_string(), fs::read(&file).unwrap_or_default());
        if name.contains("sqlite3") || !file.starts_with(stopped.home.path()) {
            sealed_in(&name, &bytes);
        } else {
            nowhere(&name, &String::from_utf8_lossy(&bytes));
        }
    }
}

/// Asserts that bytes contain no word of a field. Idempotency keys are stored in clear.
fn sealed_in(what: &str, bytes: &[u8]) {
    let is_at = |word: &[u8], position: usize| bytes[position..].starts_with(word);
    for position in 0..bytes.len() {
        let numbered =
            is_at(WORD.as_bytes(), position) && bytes.get(position + WORD.len()).is_some_and(u8::is_ascii_digit);
        let shaped = SHAPED.iter().any(|(_, _, word)| is_at(word.as_bytes(), position));
        assert!(!numbered && !shaped, "{what} contains a field's value at {position}");
    }
}

/// Makes headers of a browser and a proxy, with words in them.
fn with_words(request: &Request) -> Request {
    let names = ["user-agent", "referer", "cookie", "authorization", "x-forwarded-for", "accept-language", "x-own"];
    names.iter().fold(request.clone(), |request, name| request.header(name, &format!("{WORD}-{name}")))
}

/// Returns the desk's own part of a response: a report goes back to the author of the draft, and repeats it.
fn own_words(answer: &Answer) -> String {
    let heads: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let heads = heads.concat();
    let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(&answer.body) else {
        return heads + &answer.text();
    };
    if answer.status == 200 {
        return heads;
    }
    body.remove("report");
    heads + &Value::Object(body).to_string()
}

fn nowhere(what: &str, text: &str) {
    let words = SHAPED.iter().map(|(_, _, word)| *word).chain([WORD]);
    for word in words {
        if let Some(at) = text.find(word) {
            let from = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let line: String = text[from..].lines().next().unwrap().chars().take(600).collect();
            panic!("{word} stands in {what}: {line}");
        }
    }
}
