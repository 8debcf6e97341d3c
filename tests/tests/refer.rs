//! Hand-overs by the command line, opened by age and validated by bagit: programs of other authors.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kakekomi_sealing::Identities;
use kakekomi_service::return_visit::ReturnCode;
use kakekomi_store::EventKind;
use kakekomi_store::digest::sha256;
use kakekomi_tests::applicant::{example, submission, with};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::{Returning, header_of, kinds, token, write};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::uploads::{Upload, noise};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::{Value, json};

on_both_databases! {
    age_and_bagit_accept_what_an_organization_collects
    a_withdrawn_package_is_gone_for_its_organization
    no_package_is_sealed_to_a_recipient_of_the_database_alone
}

/// Bytes of the evidence file: five parts of its storage, and six objects of the package.
const FILE: usize = 40 << 20;
/// The most memory that a package takes, whatever its length.
const MEMORY_MAX: u64 = 64 << 20;

/// A desk with a registered organization and a case whose applicant agreed to the hand-over.
struct Referring {
    server: Server,
    desk: SocketAddr,
    case: Returning,
    /// The identity of the organization.
    key: PathBuf,
}

impl Referring {
    fn new(home: Home) -> Referring {
        let desk = free_address();
        let server = Server::start_with(home, &["--evidence-min-free", "0", "--desk-listen", &desk.to_string()]);
        let home = &server.home;
        let key = home.path().join("organization.key");
        let made = Command::new("age-keygen").arg("-o").arg(&key).output().unwrap();
        assert!(made.status.success(), "{}", words(&made));
        let recipient = Command::new("age-keygen").arg("-y").arg(&key).output().unwrap().stdout;
        let recipient = String::from_utf8(recipient).unwrap();
        let flags = ["--name", "会社", "--kind", "forensics", "--recipient", recipient.trim()];
        assert_eq!(run(home, &[&["organizations", "add", "ntt-at"], &flags[..]].concat()).0, Some(0));
        let draft = with(&example(home, &[]), "/service", json!({ "forensics": { "transfer_consent": true } }));
        let code = ReturnCode::random().unwrap().to_string();
        let answer = server.send(&submission("key-1", &draft).header("kakekomi-return", &header_of(&code)));
        assert_eq!(answer.status, 201, "{}", answer.text());
        let case = Returning { number: answer.json()["number"].as_str().unwrap().to_owned(), code };
        Referring { server, desk, case, key }
    }

    fn home(&self) -> &Home {
        &self.server.home
    }

    fn release(&self) {
        write(self.home(), &self.case.number, EventKind::HandoverReleased, &json!({ "organization": "ntt-at" }));
    }

    /// Runs `refer`; returns its exit code, its record and its words.
    fn refer(&self, word: &str) -> (Option<i32>, Value, String) {
        run(self.home(), &["refer", word, &self.case.number, "--json"])
    }

    fn collect(&self, link: &str) -> Answer {
        let path = &link[link.find("/collect/").unwrap()..];
        Request::post(path).header("sec-fetch-site", "same-origin").send(self.desk)
    }
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn run(home: &Home, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output = home.run(arguments);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default(), words(&output))
}

/// Opens a package with Debian's age and tar; returns the folder of the bag.
fn unpack(home: &Home, key: &Path, sealed: &[u8]) -> PathBuf {
    let folder = home.path().join("unpacked");
    fs::create_dir(&folder).unwrap();
    fs::write(home.path().join("package.age"), sealed).unwrap();
    let script = "age --decrypt --identity \"$1\" \"$2\" | tar -x -C \"$3\"";
    let opened =
        Command::new("sh").args(["-ec", script, "sh"]).args([key, &home.path().join("package.age"), &folder]).output();
    let opened = opened.unwrap();
    assert!(opened.status.success(), "{}", words(&opened));
    let entries: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(entries.len(), 1, "a bag has one folder at the top: {entries:?}");
    entries[0].clone()
}

/// Validates a bag with the Library of Congress's program.
fn validate(bag: &Path) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-tools");
    let tools = std::env::var_os("KAKEKOMI_TOOLS").map_or(root, PathBuf::from);
    Command::new(tools.join("bin/python")).args(["-m", "bagit", "--validate"]).arg(bag).output().unwrap()
}

/// Makes the package of a case, and measures the memory of the command (`VmHWM` of Linux).
fn make_measured(test: &Referring) -> (Value, u64) {
    let mut command = test.home().command(&["refer", "make", &test.case.number, "--json"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(kakekomi_tests::load_clients::peak_memory(child.id()));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let made = child.wait_with_output().unwrap();
    assert_eq!(made.status.code(), Some(0));
    (serde_json::from_slice(&made.stdout).unwrap(), peak)
}

fn age_and_bagit_accept_what_an_organization_collects(home: Home) {
    let test = Referring::new(home);
    let (home, number) = (test.home(), &test.case.number);
    let bytes = noise(FILE, 23);
    let upload = Upload::declare(&test.server, &token(&test.server, &test.case), "記録 1.log", bytes.len() as u64);
    assert_eq!(upload.patch(&test.server, 0, &bytes).status, 204);
    let (code, shown, _) = test.refer("show");
    assert_eq!((code, &shown["state"], &shown["missing"]), (Some(0), &json!("intent"), &json!(["release"])));
    let (code, _, why) = test.refer("make");
    assert!(code == Some(5) && why.contains("this is missing: release"), "{why}");
    test.release();
    let wrong = run(home, &["refer", "make", number, "--organization", "another"]);
    assert_eq!(wrong.0, Some(5), "{}", wrong.2);
    let head = home.run(&["audit", "head"]).stdout;
    let head = String::from_utf8(head).unwrap().trim().to_owned();

    let (made, peak) = make_measured(&test);
    assert!(peak < MEMORY_MAX, "{peak} bytes for a package of {}", made["length"]);
    let link = made["link"].as_str().unwrap();
    let page = Request::get(&link[link.find("/collect/").unwrap()..]).send(test.desk);
    assert!(page.status == 200 && page.text().contains(made["sha256"].as_str().unwrap()), "{}", page.text());
    assert_eq!(kinds(home, number).last().unwrap(), "handover.created");
    let answer = test.collect(link);
    assert_eq!((answer.status, sha256(&answer.body)), (200, made["sha256"].as_str().unwrap().to_owned()));
    assert_eq!(kinds(home, number).last().unwrap(), "handover.collected");

    let bag = unpack(home, &test.key, &answer.body);
    let valid = validate(&bag);
    assert!(valid.status.success(), "{}", words(&valid));
    assert_eq!(sha256(&fs::read(bag.join("manifest-sha256.txt")).unwrap()), made["manifest_sha256"].as_str().unwrap());
    assert_eq!(fs::read(bag.join("data/files/0001-記録 1.log")).unwrap(), bytes);
    let audit: Value = serde_json::from_slice(&fs::read(bag.join("data/audit.json")).unwrap()).unwrap();
    assert_eq!(audit["head"], head.as_str());
    let (code, _, why) = run(home, &["audit", "verify", "--head", &head]);
    assert_eq!(code, Some(0), "{why}");
    let info = fs::read_to_string(bag.join("bag-info.txt")).unwrap();
    for line in
        [format!("External-Identifier: {number}"), format!("Audit-Head: {head}"), "機密 CONFIDENTIAL".to_owned()]
    {
        assert!(info.contains(&line), "{info}");
    }
    let (_, shown, _) = test.refer("show");
    assert!(shown["state"] == "collected" && shown["packages"][0]["collected_at"].is_i64(), "{shown}");
    fs::write(bag.join("data/draft.json"), "{}").unwrap();
    assert!(!validate(&bag).status.success(), "bagit finds a changed file");
}

fn a_withdrawn_package_is_gone_for_its_organization(home: Home) {
    let test = Referring::new(home);
    test.release();
    let (code, made, why) = test.refer("make");
    assert_eq!(code, Some(0), "{why}");
    write(test.home(), &test.case.number, EventKind::IntentWithdrawn, &json!({ "by": "phone" }));
    assert_eq!(test.collect(made["link"].as_str().unwrap()).status, 404);
    let (_, shown, _) = test.refer("show");
    assert!(shown["state"] == "withdrawn" && shown["packages"][0]["destroyed_at"].is_i64(), "{shown}");
    assert_eq!(test.refer("make").0, Some(5));
}

fn no_package_is_sealed_to_a_recipient_of_the_database_alone(home: Home) {
    let test = Referring::new(home);
    let home = test.home();
    test.release();
    let organizations = || {
        let done = home.run(&["doctor", "--json", "--listen", "127.0.0.1:9"]);
        let whole: Value = serde_json::from_slice(&done.stdout).unwrap();
        let found = whole["findings"].as_array().unwrap().iter().find(|one| one["check"] == "organizations").unwrap();
        (found["level"].as_str().unwrap().to_owned(), found["message"].to_string())
    };
    assert_eq!(organizations().0, "ok", "{}", organizations().1);
    let sealed = run(home, &["organizations", "list", "--json"]).1[0]["recipient"].as_str().unwrap().to_owned();
    let other = Identities::generate().recipients().concat();
    let change = |recipient: &str| home.alter(&format!("UPDATE organizations SET recipient = '{recipient}'"));
    change(&other);
    let (level, message) = organizations();
    assert!(level == "error" && message.contains("the recipient of ntt-at is not that of its event"), "{message}");
    let (code, _, why) = test.refer("make");
    assert!(code == Some(5) && why.contains("another recipient of this organization than its sealed event"), "{why}");
    change(&sealed);
    home.alter("UPDATE organizations SET disabled = (1 = 1)");
    assert!(organizations().1.contains("the mark of ntt-at"), "{}", organizations().1);
    home.alter("UPDATE organizations SET disabled = (1 = 0)");
    assert_eq!(organizations().0, "ok");
    assert_eq!(test.refer("make").0, Some(0));
}

#[test]
fn an_organization_is_registered_once_and_disabled() {
    let test = Referring::new(Home::new());
    let home = test.home();
    let again = ["organizations", "add", "ntt-at", "--name", "x", "--kind", "forensics", "--recipient", "age1none"];
    assert_eq!(run(home, &again).0, Some(2));
    let (_, listed, _) = run(home, &["organizations", "list", "--json"]);
    assert_eq!((&listed[0]["id"], &listed[0]["disabled"]), (&json!("ntt-at"), &json!(false)));
    assert_eq!(run(home, &["organizations", "disable", "ntt-at", "--json"]).1["disabled"], true);
    test.release();
    let (code, _, why) = test.refer("make");
    assert!(code == Some(5) && why.contains("no registered and enabled organization"), "{why}");
    assert_eq!(run(home, &["organizations", "disable", "nobody"]).0, Some(5));
}
