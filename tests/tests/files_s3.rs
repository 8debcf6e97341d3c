//! Evidence files in a bucket: two servers of others, which fail, hang and come back.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use kakekomi_evidence::{
    CredentialSource, Evidence, EvidenceLimits, ObjectName, PartStorage as _, S3Location, S3Storage, Tidied,
};
use kakekomi_sealing::HashKey;
use kakekomi_store::{clock, open_to_write, url_in};
use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::returning::{Returning, state, submit, token};
use kakekomi_tests::s3::{Kind, S3Server};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::uploads::{Upload, listed, metadata, noise, offset_of};

/// Bytes of a part.
const PART: usize = 8 << 20;
/// Time in which a desk finds its storage again.
const PATIENCE: Duration = Duration::from_secs(30);
/// A word that is in files and in their names.
const WORD: &str = "tatarigami";

/// A desk whose evidence files are in a bucket.
struct Desk {
    storage: S3Server,
    server: Server,
}

impl Desk {
    fn start(kind: Kind) -> Desk {
        let storage = S3Server::start(kind);
        let server = serve(Home::new(), &storage);
        Desk { storage, server }
    }

    /// Runs a command with the settings of the desk.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        command(&self.server.home, &self.storage.url("evidence"), arguments)
    }

    /// The keys of all parts.
    fn parts(&self) -> Vec<String> {
        let keys = self.storage.objects().into_keys().filter(|key| key != "desk/store");
        keys.inspect(|key| assert!(key.starts_with("desk/parts/") && key.len() == 47, "{key}")).collect()
    }
}

fn credentials(home: &Home) -> PathBuf {
    home.path().join("credentials")
}

fn serve(home: Home, storage: &S3Server) -> Server {
    storage.credentials(&credentials(&home));
    let (url, credentials) = (storage.url("evidence"), credentials(&home));
    Server::start_with(home, &["--evidence-url", &url, "--evidence-credentials", credentials.to_str().unwrap()])
}

/// Runs a command; returns its exit code and all that it prints.
fn command(home: &Home, url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let config = home.path().join("kakekomi.toml");
    let credentials = credentials(home);
    let settings = format!("evidence_url = \"{url}\"\nevidence_credentials = \"{}\"\n", credentials.display());
    fs::write(&config, settings).unwrap();
    let output = home.run(&[&["--config", config.to_str().unwrap()], arguments].concat());
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&printed).into_owned())
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(200));
    }
}

/// Sends all bytes as a page does: from the offset that the desk names, until they have arrived.
fn send(server: &Server, upload: &Upload, bytes: &[u8]) {
    let started = Instant::now();
    let mut offset = upload.offset(server);
    loop {
        let start = usize::try_from(offset).unwrap();
        if start == bytes.len() {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{offset}: {}", server.log());
        let end = bytes.len().min(start + PART / 2 * 3);
        let answer = upload.patch(server, offset, &bytes[start..end]);
        assert!([204, 503].contains(&answer.status), "{}", answer.text());
        let after = if answer.status == 204 { offset_of(&answer) } else { upload.offset(server) };
        assert!(after >= offset, "nothing that was acknowledged is lost");
        offset = after;
    }
}

/// A file with the word in it, and its upload.
fn declared(server: &Server, length: usize) -> (Returning, Upload, Vec<u8>) {
    let case = submit(server, "key-1");
    let mut bytes = noise(length, length as u64);
    bytes[length / 2..][..WORD.len()].copy_from_slice(WORD.as_bytes());
    let name = format!("{WORD}.log");
    let of = metadata(&[("what", "log"), ("filename", &name)]);
    let upload = Upload::of(server, &token(server, &case), length as u64, &of);
    (case, upload, bytes)
}

fn file_is_stored_read_and_erased(kind: Kind) {
    let desk = Desk::start(kind);
    let (case, upload, bytes) = declared(&desk.server, 2 * PART + 1);
    send(&desk.server, &upload, &bytes);
    let visit = state(&desk.server, &upload.token);
    assert_eq!(listed(&visit, &upload)["state"], "arrived");

    let objects = desk.storage.objects();
    let stored: usize = objects.values().map(Vec::len).sum();
    assert!(stored > bytes.len(), "{stored}");
    for (key, object) in &objects {
        assert!(!object.windows(WORD.len()).any(|window| window == WORD.as_bytes()), "{key} has the word");
        assert!(
            !key.contains(WORD) && (key == "desk/store" || object.starts_with(b"age-encryption.org/v1\n")),
            "{key}"
        );
    }
    assert!(desk.parts().len() > 2);
    let spools = desk.server.home.path().join("data/evidence-spool");
    assert_eq!(fs::read_dir(spools).unwrap().count(), 0);

    let folder = desk.server.home.path().to_str().unwrap();
    let (code, printed) = desk.run(&["evidence", "open", &case.number, "--out", folder]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(fs::read(desk.server.home.path().join(format!("{WORD}.log"))).unwrap() == bytes);
    let (code, printed) = desk.run(&["evidence", "get", &case.number, "--out", folder]);
    assert_eq!(code, Some(0), "{printed}");
    let (code, printed) = desk.run(&["evidence", "verify", &case.number]);
    assert_eq!((code, printed.contains("sound")), (Some(0), true), "{printed}");
    let (code, printed) = desk.run(&["doctor", "--listen", "127.0.0.1:9"]);
    assert_eq!((code, printed.contains("parts of a sample are there")), (Some(0), true), "{printed}");

    // By its flags, as `serve` has them, and without a file of settings.
    let (url, key) = (desk.storage.url("evidence"), credentials(&desk.server.home));
    let storage = ["--evidence-url", &url, "--evidence-credentials", key.to_str().unwrap()];
    let erased = desk.server.home.run(&[&["cases", "erase", &case.number, "--yes"], &storage[..]].concat());
    assert_eq!((erased.status.code(), desk.parts()), (Some(0), vec![]));
    let log = desk.server.stop().log;
    for secret in [WORD, desk.storage.secret()] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn file_is_stored_in_moto_read_and_erased() {
    file_is_stored_read_and_erased(Kind::Moto);
}

#[test]
fn file_is_stored_in_pys3local_read_and_erased() {
    file_is_stored_read_and_erased(Kind::Pys3local);
}

#[test]
fn storage_that_is_killed_or_hangs_loses_nothing_and_the_upload_goes_on() {
    let Desk { mut storage, server } = Desk::start(Kind::Pys3local);
    let (case, upload, bytes) = declared(&server, 5 * PART);
    let answer = upload.patch(&server, 0, &bytes[..PART]);
    assert_eq!((answer.status, offset_of(&answer)), (204, PART as u64));
    storage.kill();
    // The desk repeats its request for some seconds, and then gives up.
    let refused = upload.patch(&server, PART as u64, &bytes[PART..3 * PART]);
    refused.assert_problem("a storage that is gone", 503, "evidence.unavailable");
    assert!(refused.text().contains("0120-"), "the desk's number: {}", refused.text());
    assert_eq!(upload.offset(&server), PART as u64, "nothing that was acknowledged is lost");
    assert_eq!(server.send(&submission("other", &example(&server.home, &[]))).status, 201, "the form does not need it");

    storage.restart();
    scope(|scope| {
        let sending = scope.spawn(|| send(&server, &upload, &bytes));
        sleep(Duration::from_millis(100));
        storage.pause(true);
        sleep(Duration::from_millis(1500));
        storage.pause(false);
        sending.join().unwrap();
    });
    let (code, printed) = command(&server.home, &storage.url("evidence"), &["evidence", "verify", &case.number]);
    assert_eq!((code, printed.contains("sound")), (Some(0), true), "{printed}");
}

#[test]
fn desk_that_starts_without_its_storage_takes_cases_at_once_and_files_later() {
    let mut storage = S3Server::start(Kind::Pys3local);
    storage.kill();
    let server = serve(Home::new(), &storage);
    let (_, upload, bytes) = declared(&server, 1000);
    upload.patch(&server, 0, &bytes).assert_problem("no storage yet", 503, "evidence.unavailable");
    storage.restart();
    wait_until("the desk takes files", || upload.patch(&server, 0, &bytes).status == 204);
    assert!(storage.objects().contains_key("desk/store"));
}

#[test]
fn wrong_key_wrong_bucket_and_the_bucket_of_another_database_are_named() {
    let Desk { storage, server } = Desk::start(Kind::Moto);
    let (_, upload, bytes) = declared(&server, 1000);
    let file = credentials(&server.home);
    storage.credentials_with(&file, "wrong-secret");
    upload.patch(&server, 0, &bytes).assert_problem("a wrong key", 503, "evidence.unavailable");
    wait_until("the log names the reason", || server.log().contains("SignatureDoesNotMatch"));
    // The key is read for each request.
    storage.credentials(&file);
    assert_eq!(upload.patch(&server, 0, &bytes).status, 204);

    let serve_and_doctor = |home: &Home, url: &str, words: &[&str]| {
        for arguments in [&["serve", "--listen", "127.0.0.1:0"], &["doctor", "--listen", "127.0.0.1:9"]] {
            let (code, printed) = command(home, url, arguments);
            assert_eq!(code, Some(5), "{printed}");
            assert!(words.iter().all(|word| printed.contains(word)), "{printed}");
            assert!(!printed.contains("wrong-secret") && !printed.contains(storage.secret()), "{printed}");
        }
    };
    let home = server.kill();
    serve_and_doctor(&home, &storage.url("elsewhere"), &["there is no such bucket", "NoSuchBucket"]);
    storage.credentials_with(&file, "wrong-secret");
    serve_and_doctor(&home, &storage.url("evidence"), &["the key is wrong", "SignatureDoesNotMatch"]);
    fs::write(&file, "").unwrap();
    serve_and_doctor(&home, &storage.url("evidence"), &["aws_access_key_id"]);
    let other = Home::new();
    storage.credentials(&credentials(&other));
    let (code, printed) = command(&other, &storage.url("evidence"), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!((code, printed.contains("belong to database")), (Some(5), true), "{printed}");
    assert_eq!(storage.objects().len(), 2, "nothing is deleted");
}

#[test]
fn objects_that_no_part_names_are_deleted_after_their_age() {
    let Desk { storage, server } = Desk::start(Kind::Pys3local);
    let (_, upload, bytes) = declared(&server, 1000);
    send(&server, &upload, &bytes);
    let orphan = format!("desk/parts/{}.age", "ab".repeat(16));
    let foreign = ["desk/notes.txt".to_owned(), format!("other/parts/{}.age", "cd".repeat(16))];
    foreign.iter().chain([&orphan]).for_each(|key| storage.put(key));

    let location = S3Location::parse(&storage.url("evidence")).unwrap();
    let source = CredentialSource::File(credentials(&server.home));
    let bucket = Arc::new(S3Storage::open(location, source, &server.home.path().join("data/evidence-spool")).unwrap());
    assert!(bucket.has(&ObjectName::read(&"ab".repeat(16)).unwrap()).unwrap());
    assert!(!bucket.has(&ObjectName::random().unwrap()).unwrap());
    let home = server.kill();
    let tidy = || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = open_to_write(&url_in(&home.path().join("data"))).await.unwrap();
            let (key, limits) = (HashKey::generate().unwrap(), EvidenceLimits::default());
            Evidence { store, storage: bucket.clone(), key, limits }.tidy(clock::now()).await.unwrap()
        })
    };
    assert_eq!(tidy(), Tidied::default(), "the bytes of an upload under way may be there");
    storage.set_times("2026-01-01T00:00:00");
    assert_eq!(tidy(), Tidied { orphans: 1, ..Tidied::default() });
    let left = storage.objects();
    assert!(!left.contains_key(&orphan) && foreign.iter().all(|key| left.contains_key(key)), "{:?}", left.keys());
    assert_eq!(left.len(), 4);
}

#[test]
fn url_of_a_bucket_is_checked_before_anything_else() {
    let home = Home::new();
    for (url, word) in [
        ("s3://evidence", "region is missing"),
        ("s3://evidence?endpoint=http://s3.example.jp", "allow-http"),
        ("s3://AKIA:hush@evidence?region=a", "--evidence-credentials"),
        ("gs://evidence", "s3://BUCKET/PREFIX"),
    ] {
        let output = home.run(&["serve", "--listen", "127.0.0.1:0", "--evidence-url", url]);
        let printed = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{printed}");
        assert!(printed.contains(word) && !printed.contains("hush"), "{printed}");
    }
}
