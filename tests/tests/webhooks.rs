//! Webhooks from outside: what arrives, who verifies it, what is in it, and the commands of the outbox.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::source_tree::root;
use kakekomi_tests::webhooks::{Received, Receiver, SECRETS, settings};
use kakekomi_tests::wire::Request;
use serde_json::{Value, json};

const LOOPBACK: &str = "kinds = [\"case.received\"]\nprivate_address = true";
/// Another secret than those of the settings.
const OTHER_SECRET: &str = "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

fn serving(receiver: &Receiver) -> Server {
    serving_with(receiver, &[])
}

fn serving_with(receiver: &Receiver, more: &[&str]) -> Server {
    let home = Home::new();
    let config = settings(&home, &[("siem", &receiver.url, LOOPBACK)]);
    Server::start_with(home, &[&["--config", &config], more].concat())
}

/// Submits a draft; returns the number.
fn submit(server: &Server, key: &str, draft: &[u8]) -> String {
    let answer = server.send(&submission(key, draft));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["number"].as_str().unwrap().to_owned()
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Runs a command of the outbox; returns its exit code and all it says.
fn outbox(home: &Home, arguments: &[&str]) -> (Option<i32>, String) {
    let output = home.run(&[&["outbox"], arguments].concat());
    (output.status.code(), text(&output))
}

/// Writes what came as the verifying programs read it.
fn lines(got: &[Received]) -> String {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let line = |received: &Received| {
        let headers = names.map(|name| (name.to_owned(), Value::from(received.header(name))));
        json!({ "body": received.body, "headers": Value::Object(headers.into_iter().collect()) }).to_string() + "\n"
    };
    got.iter().map(line).collect()
}

/// Runs a verifying program; returns the number of webhooks that it verifies.
fn verified(program: &Path, script: &str, secret: &str, lines: &str) -> usize {
    let mut command = Command::new(program);
    command.arg(root().join(script)).arg(secret).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}");
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn standardwebhooks_of_npm_and_pypi_verify_what_arrives() {
    let receiver = Receiver::start(|_| Some(204));
    let server = serving(&receiver);
    let draft = example(&server.home, &[]);
    (0..5).for_each(|index| drop(submit(&server, &format!("key-{index}"), &draft)));
    let lines = lines(&receiver.wait_until("five cases", |got| got.len() >= 5));
    let python = std::env::var_os("KAKEKOMI_TOOLS").map(|tools| PathBuf::from(tools).join("bin/python"));
    let mut programs = vec![(PathBuf::from("node"), "tests/browser/verify_webhooks.mjs")];
    match python.filter(|python| python.exists()) {
        Some(python) => programs.push((python, "tests/verify_webhooks.py")),
        None => eprintln!("not run: standardwebhooks of PyPI; KAKEKOMI_TOOLS names no folder with it"),
    }
    for (program, script) in programs {
        for secret in SECRETS {
            assert_eq!(verified(&program, script, secret, &lines), 5, "{script}");
        }
        assert_eq!(verified(&program, script, OTHER_SECRET, &lines), 0, "{script}");
    }
}

#[test]
fn a_body_has_number_kind_and_time_and_is_one_of_the_schema() {
    let receiver = Receiver::start(|_| Some(204));
    let server = serving(&receiver);
    let number = submit(&server, "key", &example(&server.home, &[]));
    outbox(&server.home, &["test", "webhook:siem"]);
    let got = receiver.wait_until("a case and a test", |got| got.len() >= 2);
    let schema = serde_json::from_str(&fs::read_to_string(root().join("docs/webhooks.schema.json")).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for received in &got {
        assert!(schema.is_valid(&received.json()), "{}", received.body);
        assert!(!schema.is_valid(&json!({ "type": "case.received" })));
    }
    let case = got.iter().find(|received| received.json()["type"] == "case.received").unwrap().json();
    assert_eq!(case["data"], json!({ "number": number, "kind": "case.received" }));
    assert!(case["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(case.as_object().unwrap().len(), 3);
}

#[test]
fn the_schema_in_the_documents_is_that_of_the_program() {
    let file = root().join("docs/webhooks.schema.json");
    let made = serde_json::to_string_pretty(&kakekomi_delivery::schema()).unwrap() + "\n";
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == made, "make it anew: cargo run --release -p kakekomi-tests --bin webhooks-schema");
}

/// The beginning of every word, which is rare in other texts.
const WORD: &str = "kanaria";

/// Puts a word into every text of an accepted draft that takes any text.
fn with_words(value: &mut Value, path: &str, count: &mut usize) {
    let free =
        ["company", "department", "person", "summary", "purpose", "note", "notes", "target", "operation", "requests"];
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(key, value)| with_words(value, key, count));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|value| with_words(value, path, count)),
        Value::String(text) if free.contains(&path) => {
            *count += 1;
            *text = format!("{WORD}{count}");
        }
        _ => {}
    }
}

#[test]
fn no_answer_of_an_applicant_is_in_a_webhook_a_header_or_the_log() {
    let receiver = Receiver::start(|_| Some(503));
    let admin = free_address();
    let server = serving_with(&receiver, &["--log", "kakekomi=trace", "--admin-listen", &admin.to_string()]);
    let full = fs::read_to_string(root().join("tests/cases/base/full.json")).unwrap();
    let mut draft: Value = serde_json::from_str(&full).unwrap();
    draft["consent"] = serde_json::from_slice::<Value>(&example(&server.home, &[])).unwrap()["consent"].take();
    let mut count = 0;
    with_words(&mut draft, "", &mut count);
    assert!(count >= 10, "{count} fields have a word");
    let number = submit(&server, "key", draft.to_string().as_bytes());
    // The second attempt comes five seconds after the first one.
    let got = receiver.wait_until("two attempts", |got| got.len() >= 2);
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    let metrics = Request::get("/metrics").send(admin).text();
    assert!(metrics.contains("kakekomi_outbox{target=\"webhook:siem\",state=\"pending\"} 1"), "{metrics}");
    assert!(metrics.contains("kakekomi_outbox_oldest_seconds{target=\"webhook:siem\"} "), "{metrics}");
    let (_, listed) = outbox(&server.home, &["list"]);
    assert!(listed.contains(&number) && listed.contains("answer 503"), "{listed}");
    let log = server.stop().log;
    assert!(log.contains("tried again later") && log.contains("webhook:siem"), "{log}");
    let sent: String = got.iter().flat_map(|received| [received.head.as_str(), received.body.as_str()]).collect();
    for (place, text) in [("webhook", &sent), ("log", &log), ("metrics", &metrics), ("list", &listed)] {
        assert!(!text.contains(WORD), "{place}: {text}");
        assert!(!SECRETS.iter().any(|secret| text.contains(&secret[6..])), "{place} has a secret");
    }
}

#[test]
fn an_endpoint_that_is_gone_is_disabled_until_somebody_enables_it() {
    let status = Arc::new(AtomicU16::new(410));
    let answered = Arc::clone(&status);
    let receiver = Receiver::start(move |_| Some(answered.load(Ordering::SeqCst)));
    let server = serving(&receiver);
    let draft = example(&server.home, &[]);
    submit(&server, "first", &draft);
    receiver.wait_until("the first case", |got| !got.is_empty());
    let started = Instant::now();
    while !outbox(&server.home, &["list"]).1.contains("is disabled since") {
        assert!(started.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(100));
    }
    submit(&server, "second", &draft);
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(receiver.got().len(), 1, "a disabled endpoint gets nothing");
    let finding = text(&server.home.run(&["doctor", "--listen", "127.0.0.1:9"]));
    assert!(finding.contains("webhook:siem: its answer 410 has disabled it"), "{finding}");
    status.store(204, Ordering::SeqCst);
    assert_eq!(outbox(&server.home, &["retry", "--target", "webhook:other"]).0, Some(2));
    let (code, words) = outbox(&server.home, &["retry", "--target", "webhook:siem"]);
    assert_eq!((code, words.trim()), (Some(0), "kakekomi: webhook:siem is enabled, 2 notices are tried again"));
    receiver.wait_until("both cases", |got| got.len() >= 3);
    assert_eq!(outbox(&server.home, &["test", "webhook:siem"]), (Some(0), "webhook:siem  delivered  204\n".to_owned()));
    status.store(500, Ordering::SeqCst);
    let (code, words) = outbox(&server.home, &["test", "webhook:siem"]);
    assert_eq!((code, words.trim()), (Some(5), "kakekomi: webhook:siem: 500"));
    let json = outbox(&server.home, &["list", "--json", "--state", "delivered"]).1;
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap().as_array().unwrap().len(), 2, "{json}");
    let home = server.stop().home;
    assert_eq!(outbox(&home, &["forget", "webhook:siem"]), (Some(0), String::new()));
    assert_eq!(outbox(&home, &["forget", "webhook:siem"]).0, Some(2));
    assert_eq!(outbox(&home, &["list", "--ndjson"]), (Some(0), String::new()));
}

#[test]
fn a_target_of_the_settings_is_not_forgotten_and_its_absence_is_reported() {
    let receiver = Receiver::start(|_| Some(204));
    let server = serving(&receiver);
    let config = server.home.path().join("kakekomi.toml").display().to_string();
    let doctor = || text(&server.home.run(&["doctor", "--listen", "127.0.0.1:9", "--config", &config]));
    let missing = "webhook:siem is in the settings and not in the database";
    assert!(!doctor().contains(missing));
    let (code, words) = outbox(&server.home, &["forget", "webhook:siem", "--config", &config]);
    assert!(code == Some(2) && words.contains("webhook:siem is in the settings"), "{words}");
    // Without the settings, as from another machine.
    assert_eq!(outbox(&server.home, &["forget", "webhook:siem"]), (Some(0), String::new()));
    assert!(doctor().contains(missing), "{}", doctor());
}

#[test]
fn a_test_that_another_one_replaced_reports_no_answer() {
    let receiver = Receiver::start(|_| {
        thread::sleep(Duration::from_secs(3));
        Some(204)
    });
    let server = serving(&receiver);
    thread::scope(|scope| {
        let first = scope.spawn(|| outbox(&server.home, &["test", "webhook:siem"]));
        receiver.wait_until("the first test", |got| !got.is_empty());
        let second = outbox(&server.home, &["test", "webhook:siem"]);
        assert_eq!(second, (Some(0), "webhook:siem  delivered  204\n".to_owned()));
        let replaced = "kakekomi: webhook:siem: another test has replaced this one\n";
        assert_eq!(first.join().unwrap(), (Some(5), replaced.to_owned()));
    });
}

#[test]
fn a_private_address_that_is_not_named_gets_no_connection() {
    let receiver = Receiver::start(|_| Some(204));
    let home = Home::new();
    let port = receiver.url.split(':').nth(2).unwrap();
    // A name, since an address in its place is refused at the start.
    let url = format!("https://localhost:{port}");
    let config = settings(&home, &[("siem", &url, "kinds = [\"case.received\"]")]);
    let server = Server::start_with(home, &["--config", &config]);
    submit(&server, "key", &example(&server.home, &[]));
    let started = Instant::now();
    while !outbox(&server.home, &["list"]).1.contains("answer private address") {
        assert!(started.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(100));
    }
    assert!(receiver.got().is_empty());
}

#[test]
fn a_wrong_setting_ends_the_start_with_the_reason() {
    let home = Home::new();
    for (url, more, reason) in [
        ("https://127.0.0.1/hooks", "kinds = [\"case.received\"]", "private_address"),
        ("http://siem.example/hooks", "kinds = [\"case.received\"]", "https://"),
        ("https://siem.example/hooks", "kinds = [\"case.recieved\"]", "case.recieved"),
        ("https://siem.example/hooks", "kinds = [\"case.received\"]\nauthority = \"/nowhere.pem\"", "/nowhere.pem"),
    ] {
        let config = settings(&home, &[("siem", url, more)]);
        let output = home.run(&["serve", "--listen", "127.0.0.1:0", "--config", &config]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(reason), "{}", text(&output));
    }
    assert!(!home.path().join("data").exists(), "nothing is made before the settings are right");
    let secret = outbox(&home, &["secret"]).1;
    assert!(secret.starts_with("whsec_") && secret != outbox(&home, &["secret"]).1);
}

#[test]
fn a_private_authority_is_trusted_where_it_is_named() {
    let home = Home::new();
    let folder = home.path().join("certificate");
    fs::create_dir(&folder).unwrap();
    let script = root().join("tests/install/certificate.sh");
    assert!(Command::new("bash").arg(script).arg(&folder).arg("localhost").status().unwrap().success());
    // Another desk is the server over TLS: it answers 404 to a webhook, which is an answer over TLS all the same.
    let [cert, key] = ["fullchain.pem", "privkey.pem"].map(|file| folder.join(file).display().to_string());
    let (other, at) = (Home::new(), free_address());
    let mut serve = other.command(&["serve", "--listen", &at.to_string(), "--tls-cert", &cert, "--tls-key", &key]);
    let mut serve = serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let url = format!("https://localhost:{}/hooks", at.port());
    let authority = folder.join("authority.pem").display().to_string();
    let trusting = format!("{LOOPBACK}\nauthority = {authority:?}");
    let config = settings(&home, &[("trusting", &url, &trusting), ("strict", &url, LOOPBACK)]);
    let server = Server::start_with(home, &["--config", &config]);
    submit(&server, "key", &example(&server.home, &[]));
    let started = Instant::now();
    loop {
        let (_, listed) = outbox(&server.home, &["list"]);
        if listed.contains("answer 404") && listed.contains("answer untrusted certificate") {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(40), "{listed}");
        thread::sleep(Duration::from_millis(200));
    }
    serve.kill().unwrap();
    serve.wait().unwrap();
}
