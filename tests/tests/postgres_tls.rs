//! TLS to PostgreSQL: a real server with certificates of the test. A server of the right authority, name and version is accepted,
//! and no other.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr, // a test that is not run says so
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::certificates::certificate;
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::server::{Home, Server};

/// A server with a certificate for `localhost`.
struct Bed {
    cluster: Cluster,
    files: Home,
}

impl Bed {
    /// Starts the server; `None`, and a message, if the tests run without PostgreSQL.
    fn new() -> Option<Bed> {
        if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
            eprintln!("not run: KAKEKOMI_TEST_POSTGRES is not set");
            return None;
        }
        let bed = Bed { cluster: Cluster::start(), files: Home::new() };
        bed.authority("right");
        bed.cluster.speak_tls(&bed.files.path().join("right"));
        Some(bed)
    }

    /// Makes an authority with a certificate for `localhost`.
    fn authority(&self, name: &str) -> PathBuf {
        let folder = self.files.path().join(name);
        certificate(&folder, "localhost");
        folder
    }

    fn url(&self) -> String {
        self.cluster.verified_url("localhost", &self.files.path().join("right"))
    }
}

/// Asserts that `serve` and other commands end with 5 and these words.
fn assert_refused(url: &str, words: &str) {
    let home = Home::at(url);
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["cases", "list"], &["migrate", "--check"]] {
        let output = home.run(command);
        let printed = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{command:?}: {printed}");
        assert!(printed.contains(words), "{command:?}: {printed}");
    }
}

#[test]
fn a_server_of_the_right_authority_and_name_is_used_over_tls_1_2_and_1_3() {
    let Some(bed) = Bed::new() else { return };
    let server = Server::start_in(Home::at(&bed.url()));
    let draft = example(&server.home, &[]);
    let receipt = server.send(&submission("first", &draft));
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    let versions = "SELECT string_agg(DISTINCT coalesce(version, 'none'), ',') FROM pg_stat_ssl JOIN pg_stat_activity \
                    USING (pid) WHERE application_name = 'kakekomi'";
    assert_eq!(bed.cluster.ask(versions), "TLSv1.3");
    assert_eq!(server.home.cases()[0]["number"], receipt.json()["number"], "commands take the same way");
    let doctor = server.home.run(&["doctor", "--listen", &server.at.to_string()]);
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
    let home = server.stop().home;

    bed.cluster.set("ssl_max_protocol_version", "TLSv1.2");
    let server = Server::start_in(home);
    assert_eq!(server.send(&submission("first", &draft)).body, receipt.body);
    assert_eq!(bed.cluster.ask(versions), "TLSv1.2");
}

#[test]
fn a_wrong_authority_a_wrong_name_and_a_plain_server_are_refused() {
    let Some(bed) = Bed::new() else { return };
    let other = bed.authority("other");
    assert_refused(&bed.cluster.verified_url("localhost", &other), "invalid peer certificate");
    let by_address = bed.cluster.verified_url("127.0.0.1", &bed.files.path().join("right"));
    assert_refused(&by_address, "not valid for name");
    bed.cluster.set("ssl", "off");
    assert_refused(&bed.url(), "server does not support TLS");
    let missing = bed.url().replace("right/authority.pem", "missing.pem");
    assert_refused(&missing, "missing.pem: No such file");
    fs::write(bed.files.path().join("missing.pem"), "no certificate").unwrap();
    assert_refused(&missing, "missing.pem: it has no certificate");
    assert_refused(&bed.url().replace("verify-full", "require"), "no effect without sslmode=verify-full");
}

#[test]
fn a_server_with_tls_1_1_alone_is_refused() {
    let Some(bed) = Bed::new() else { return };
    bed.cluster.set("ssl_min_protocol_version", "TLSv1");
    bed.cluster.set("ssl_max_protocol_version", "TLSv1.1");
    bed.cluster.set("ssl_ciphers", "DEFAULT:@SECLEVEL=0");
    let address = bed.cluster.url.split('@').nth(1).unwrap().split('/').next().unwrap();
    let mut openssl = Command::new("openssl");
    openssl.args([
        "s_client",
        "-starttls",
        "postgres",
        "-tls1_1",
        "-cipher",
        "DEFAULT:@SECLEVEL=0",
        "-connect",
        address,
    ]);
    let reached = openssl.stdin(Stdio::null()).stderr(Stdio::null()).output().unwrap();
    assert!(reached.status.success(), "the server speaks TLS 1.1: {}", String::from_utf8_lossy(&reached.stdout));
    assert_refused(&bed.url(), "ProtocolVersion");
}

#[test]
fn doctor_and_serve_warn_of_a_server_elsewhere_that_is_not_verified() {
    let warning = "the server db.invalid of the database is not verified";
    let home = Home::at("postgres://kakekomi@db.invalid/kakekomi?sslmode=require");
    let doctor = home.run(&["doctor", "--json", "--listen", "127.0.0.1:9"]);
    let printed = String::from_utf8_lossy(&doctor.stdout);
    assert!(printed.contains(warning), "{printed}");
    let serve = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    let printed = String::from_utf8_lossy(&serve.stderr);
    assert!(serve.status.code() == Some(5) && printed.contains(warning), "{printed}");
    let verified = Home::at("postgres://kakekomi@db.invalid/kakekomi?sslmode=verify-full");
    let doctor = verified.run(&["doctor", "--json", "--listen", "127.0.0.1:9"]);
    assert!(!String::from_utf8_lossy(&doctor.stdout).contains("is not verified"));
}
