//! Mail from a real desk to aiosmtpd, read by Python's email.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use kakekomi_sealing::KeyFolder;
use kakekomi_store::{EventKind, clock};
use kakekomi_tests::applicant::{SUBMIT, example};
use kakekomi_tests::drafts::FREE_TEXT;
use kakekomi_tests::mail::{MailServer, ReceivedMail, Security};
use kakekomi_tests::returning::{questions, submit, write};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;
use kakekomi_tests::wire::Request;
use serde_json::{Value, json};

#[path = "mail/connection.rs"]
mod connection;

/// Time in which a notice reaches a state; a retry comes after five seconds.
const PATIENCE: Duration = Duration::from_secs(25);
/// A word of every field of text and of the address.
const WORD: &str = "kanaria";
const ADDRESS: &str = "kanaria-mail@example.jp";
/// An address of a Japanese carrier, which a mail names in quotes.
const CARRIER: &str = "kanaria..mail.@docomo.ne.jp";
/// Makes the section of an operator.
fn operator(name: &str, address: &str, role: &str, more: &str) -> String {
    format!("[[mail.operators]]\nname = {name:?}\naddress = {address:?}\nrole = {role:?}\n{more}\n")
}

fn duty() -> String {
    operator("duty", "duty@desk.example.jp", "operator", "")
}

const APPLICANTS: &str = "[mail.applicants]\nenabled = true\n";

/// Starts a desk with these settings.
fn serve(home: Home, settings: &str) -> Server {
    serve_with(home, settings, &[])
}

fn serve_with(home: Home, settings: &str, more: &[&str]) -> Server {
    let file = home.path().join("kakekomi.toml");
    fs::write(&file, settings).unwrap();
    let more = [&["--config", file.to_str().unwrap()], more].concat();
    Server::start_with(home, &more)
}

/// Submits a case with a word in every field of text that an applicant's page has; returns its number.
fn submit_words(server: &Server, key: &str, locale: &str, address: Option<&str>) -> String {
    let full = fs::read_to_string(root().join("tests/cases/base/full.json")).unwrap();
    let mut draft: Value = serde_json::from_str(&full).unwrap();
    draft["consent"] = serde_json::from_slice::<Value>(&example(&server.home, &[])).unwrap()["consent"].take();
    for path in FREE_TEXT.map(|path| path.replace("/devices/", "/devices/0/").replace("/logs/", "/logs/0/")) {
        *draft.pointer_mut(&path).unwrap_or_else(|| panic!("{path}")) = json!(format!("{WORD} {path}"));
    }
    let contact = draft["contact"].as_object_mut().unwrap();
    contact.remove("email");
    contact.extend(address.map(|address| ("email".to_owned(), json!(address))));
    let request = Request::post(&format!("{SUBMIT}?locale={locale}")).header("idempotency-key", key);
    let answer = server.send(&request.json(draft.to_string().as_bytes()));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["number"].as_str().unwrap().to_owned()
}

/// The notices of a target as `outbox list` prints them.
fn outbox(home: &Home, target: &str) -> Vec<Value> {
    let output = home.run(&["outbox", "list", "--target", target, "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).unwrap().as_array().unwrap().clone()
}

/// Waits until a notice of a target fulfils a condition, and returns it.
fn notice(server: &Server, target: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let notices = outbox(&server.home, target);
        if let Some(notice) = notices.iter().find(|notice| is_there(notice)) {
            return notice.clone();
        }
        assert!(started.elapsed() < PATIENCE, "{notices:?}: {}", server.log());
        sleep(Duration::from_millis(100));
    }
}

fn to<'a>(mails: &'a [ReceivedMail], address: &str) -> Vec<&'a ReceivedMail> {
    mails.iter().filter(|mail| mail.to == [address]).collect()
}

#[test]
fn notices_reach_operators_and_applicants_in_their_languages() {
    let mails = MailServer::start(Security::StartTls);
    let settings = mails.settings()
        + &duty()
        + &operator("lead", "lead@desk.example.jp", "lead", "language = \"en\"")
        + APPLICANTS;
    let log = ["--log", "trace,wasmtime=off,cranelift=off,regalloc2=off"];
    let server = serve_with(Home::new(), &settings, &log);
    let ja = submit_words(&server, "key-ja", "ja", Some(ADDRESS));
    let en = submit_words(&server, "key-en", "en", Some(CARRIER));
    let silent = submit_words(&server, "key-silent", "ja", None);
    for number in [&ja, &en, &silent] {
        write(&server.home, number, EventKind::QuestionAsked, &questions("q1"));
    }
    // Each draft gives an intent, too, of which the lead is told.
    let received = mails.mails(11);
    for (address, parts) in [
        ("duty@desk.example.jp", ["新しい申し込みを受け付けました", "受付一覧：https://desk.example.jp/\n"]),
        ("lead@desk.example.jp", ["A new case was received", "Queue: https://desk.example.jp/\n"]),
    ] {
        let mails = to(&received, address);
        let new = mails.iter().filter(|mail| mail.text.contains(parts[0]));
        let numbers: BTreeSet<_> = new.map(|mail| number_in(mail, parts[0])).collect();
        assert_eq!(numbers, BTreeSet::from([ja.clone(), en.clone(), silent.clone()]), "{address}");
        assert!(mails.iter().all(|mail| mail.text.contains(parts[1])), "{mails:?}");
    }
    let applicants = [to(&received, ADDRESS), to(&received, CARRIER)].concat();
    assert_eq!(applicants.len(), 2, "the third gave no address");
    assert!(applicants[1].raw.contains("To: \"kanaria..mail.\"@docomo.ne.jp"), "{:?}", applicants[1]);
    for (number, words) in [(&ja, "窓口からの質問が届いています"), (&en, "The desk has a question for you")]
    {
        let mail = applicants.iter().find(|mail| mail.text.contains(number.as_str())).unwrap();
        assert!(mail.header("subject").contains(words) && mail.text.contains(words), "{mail:?}");
        assert!(mail.text.contains("https://example.jp/return\n"), "{}", mail.text);
    }
    received.iter().for_each(assert_well_formed);
    let ids: BTreeSet<_> = received.iter().map(|mail| mail.header("message-id")).collect();
    assert_eq!(ids.len(), received.len(), "each mail has its own id");
    assert!(received.iter().all(|mail| mail.tls.as_deref() == Some("TLSv1.3")), "{received:?}");
    let skipped = |notice: &Value| notice["state"] == "skipped" && notice["case_number"] == silent.as_str();
    notice(&server, "mail:applicant", skipped);
    assert_no_word(server, &received);
}

#[test]
fn closing_bogus_and_double_cases_sends_no_mail_to_whom_they_name() {
    let mails = MailServer::start(Security::Plain);
    let server = serve(Home::new(), &(mails.settings() + APPLICANTS));
    let submit = |key: &str| submit_words(&server, key, "ja", Some(ADDRESS));
    let [bogus, double, advised] = ["key-bogus", "key-double", "key-advised"].map(submit);
    for arguments in [
        &["close", &bogus, "--outcome", "out_of_scope"][..],
        &["close", &double, "--outcome", "duplicate_of", "--duplicate-of", &advised],
        &["close", &advised, "--outcome", "advised"],
    ] {
        let output = server.home.run(&[&["cases"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    for number in [&bogus, &double] {
        let is_skipped = |notice: &Value| notice["state"] == "skipped" && notice["case_number"] == number.as_str();
        notice(&server, "mail:applicant", is_skipped);
    }
    let received = mails.mails(1);
    assert!(received.len() == 1 && received[0].text.contains(&advised), "{received:?}");
}

#[test]
fn notices_of_applicants_wait_for_a_host_with_the_identity() {
    let mails = MailServer::start(Security::Plain);
    let settings = mails.settings() + APPLICANTS;
    let home = serve(Home::new(), &settings).stop().home;
    let (identity, elsewhere) = (KeyFolder::at(home.keys()).desk_file(), home.path().join("elsewhere"));
    fs::rename(&identity, &elsewhere).unwrap();
    let server = serve(home, &settings);
    let number = submit_words(&server, "key-1", "ja", Some(ADDRESS));
    write(&server.home, &number, EventKind::QuestionAsked, &questions("q1"));
    let waits = notice(&server, "mail:applicant", |notice| notice["kind"] == "question.asked");
    assert_eq!((&waits["state"], &waits["attempts"]), (&json!("pending"), &json!(0)), "{waits}");
    assert!(server.log().contains("notices wait for a host that can deliver them"), "{}", server.log());
    let doctor = server.home.run(&["doctor", "--config", "kakekomi.toml"]);
    let doctor = String::from_utf8(doctor.stdout).unwrap();
    assert!(doctor.contains("the desk's identity is not here"), "{doctor}");
    let home = server.stop().home;
    fs::rename(&elsewhere, &identity).unwrap();
    let _server = serve(home, &settings);
    assert!(mails.mails(1)[0].text.contains(&number));
}

/// The reception number in the subject of a mail, which is also in its text.
fn number_in(mail: &ReceivedMail, kind: &str) -> String {
    let subject = mail.header("subject");
    assert!(subject.contains(kind) && mail.text.contains(kind), "{mail:?}");
    let number: String = subject.chars().filter(|char| char.is_ascii_digit() || *char == '-').collect();
    assert!(mail.text.contains(&number), "{mail:?}");
    number
}

fn assert_well_formed(mail: &ReceivedMail) {
    assert!(mail.defects.is_empty() && mail.is_ascii && mail.content_type == "text/plain", "{mail:?}");
    assert_eq!((mail.from.as_str(), mail.hello.as_str()), ("noreply@desk.example.jp", "desk.example.jp"));
    assert_eq!(mail.user, "desk@example.jp");
    let expected = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ];
    let names: Vec<_> = mail.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    assert_eq!(names, expected);
    assert_eq!(mail.header("from"), "相談窓口 <noreply@desk.example.jp>");
    assert_eq!(mail.header("auto-submitted"), "auto-generated");
    let id = mail.header("message-id");
    assert!(id.starts_with("<evt_") && id.ends_with("@desk.example.jp>"), "{id}");
    // A link to a page and nothing in it that says whom it is for.
    let links: Vec<_> = mail.text.lines().filter_map(|line| line.find("http").map(|at| &line[at..])).collect();
    assert!(matches!(links[..], ["https://desk.example.jp/" | "https://example.jp/return"]), "{links:?}");
}

/// Asserts that no word of an answer is in a mail, in the log or in clear in a file of the desk.
fn assert_no_word(server: Server, mails: &[ReceivedMail]) {
    for mail in mails {
        let own: Vec<_> = mail.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("to")).collect();
        assert!(!format!("{own:?}{}", mail.text).contains(WORD), "{mail:?}");
    }
    let stopped = server.stop();
    assert!(stopped.log.contains("TRACE"), "the log has its most detailed level");
    assert!(!stopped.log.contains(WORD), "the log has a word of an answer");
    for file in kakekomi_tests::traces::files(&stopped.home.path().join("data")) {
        let bytes = fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(WORD.len()).any(|part| part == WORD.as_bytes()), "{}", file.display());
    }
}

/// Makes a home whose desk is open, or closed, on the days around this one.
fn desk(is_open: bool) -> Home {
    let home = Home::with_desk("");
    let file = home.path().join("desk/desk.toml");
    let day = |day: i64| {
        let moment = clock::now() + day * 24 * 60 * 60 * 1000;
        clock::format_rfc3339(moment, "+09:00").chars().take(10).collect::<String>()
    };
    let days = format!("[\"{}\", \"{}\", \"{}\"]", day(-1), day(0), day(1));
    let list = if is_open { "extra_open" } else { "extra_closed" };
    let mut profile = fs::read_to_string(&file).unwrap();
    for (from, to) in [
        (format!("{list} = []"), format!("{list} = {days}")),
        ("open = \"09:00\"".to_owned(), "open = \"00:00\"".to_owned()),
        ("close = \"17:00\"".to_owned(), "close = \"24:00\"".to_owned()),
    ] {
        assert_eq!(profile.matches(&from).count(), 1, "{from}");
        profile = profile.replace(&from, &to);
    }
    fs::write(file, profile).unwrap();
    home
}

#[test]
fn operators_get_mail_in_their_hours() {
    thread::scope(|scope| {
        scope.spawn(|| get_mail_in_their_hours(true));
        get_mail_in_their_hours(false);
    });
}

fn get_mail_in_their_hours(is_open: bool) {
    let mails = MailServer::start(Security::Plain);
    let entries = ["open", "closed", "always"]
        .map(|hours| operator(hours, &format!("{hours}@desk.example.jp"), "operator", &format!("hours = {hours:?}")));
    let server = serve(desk(is_open), &(mails.settings() + &entries.concat()));
    submit(&server, "key-1");
    let other = if is_open { "open" } else { "closed" };
    let mut recipients: Vec<_> = mails.mails(2).iter().map(|mail| mail.to[0].clone()).collect();
    recipients.sort();
    assert_eq!(recipients, ["always@desk.example.jp".to_owned(), format!("{other}@desk.example.jp")]);
    if is_open {
        notice(&server, "mail:closed", |notice| notice["state"] == "skipped");
    } else {
        let waits = notice(&server, "mail:open", |notice| notice["next_at"].as_i64() > Some(0));
        assert_eq!((&waits["state"], &waits["attempts"]), (&json!("pending"), &json!(0)));
        assert!(waits["next_at"].as_i64().unwrap() > clock::now() + 60 * 60 * 1000, "{waits}");
    }
}

#[test]
fn two_hosts_send_the_audit_head_once_a_day() {
    let Some(first) = Home::on_postgres() else { return };
    let second = Home::at(first.database_url().unwrap());
    let mails = MailServer::start(Security::Plain);
    let settings = mails.settings() + &operator("audit", "audit@desk.example.jp", "auditor", "");
    let (one, two) = thread::scope(|scope| {
        let one = scope.spawn(|| serve(first, &settings));
        let two = scope.spawn(|| serve(second, &settings));
        (one.join().unwrap(), two.join().unwrap())
    });
    submit(&one, "key-1");
    let mail = &mails.mails(1)[0];
    assert!(mail.header("subject").contains("監査記録"), "{mail:?}");
    let head = mail.text.lines().find(|line| line.contains(':') && line.len() > 64 && line.is_ascii()).unwrap();
    assert!(one.home.run(&["audit", "verify", "--head", head]).status.success(), "{head}");
    // A restart on the same day adds none.
    let three = serve(two.stop().home, &settings);
    sleep(Duration::from_millis(1500));
    assert_eq!(outbox(&three.home, "mail:audit").len(), 1);
    assert_eq!(mails.received().len(), 1);
    one.home.alter("UPDATE outbox SET at = at - 86400000, done_at = done_at - 86400000");
    let four = serve(three.stop().home, &settings);
    mails.mails(2);
    assert_eq!(outbox(&four.home, "mail:audit").len(), 2);
}

#[test]
fn a_test_reaches_an_operator_at_any_hour() {
    let mails = MailServer::start(Security::Plain);
    let settings = mails.settings() + &operator("duty", "duty@desk.example.jp", "operator", "hours = \"open\"");
    let server = serve(desk(false), &settings);
    let output = server.home.run(&["outbox", "test", "mail:duty"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(mails.mails(1)[0].header("subject").contains("試験"));
}

#[test]
fn a_wrong_setting_ends_the_start_with_its_key() {
    let home = Home::new();
    let file = home.path().join("kakekomi.toml");
    let duty = operator("duty", "duty", "operator", "");
    let settings = "[mail]\nserver = \"smtps://mail.example.jp\"\nfrom = \"desk@example.jp\"\ndesk_url = \"https://desk.example.jp\"\n";
    fs::write(&file, settings.to_owned() + &duty).unwrap();
    let output = home.run(&["serve", "--config", file.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("[mail] operators \"duty\": address is no mail address"),
        "{said}"
    );
    assert!(!Path::new(&home.path().join("data")).exists(), "nothing is created before the settings are checked");
}
