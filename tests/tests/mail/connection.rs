//! The connection to the mail server: TLS, refusals, and servers that do not keep to SMTP.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::thread;

use kakekomi_tests::mail::{MailServer, Security};
use kakekomi_tests::returning::submit;
use kakekomi_tests::server::Home;
use serde_json::{Value, json};

use super::{duty, notice, operator, serve};

#[test]
fn a_certificate_of_another_authority_is_refused_and_the_mail_tried_again() {
    let (mails, others) = (MailServer::start(Security::Tls), MailServer::start(Security::Tls));
    let duty = duty();
    let server = serve(Home::new(), &(mails.settings_that_trust(&others.authority()) + &duty));
    submit(&server, "key-1");
    let waits = notice(&server, "mail:duty", |notice| notice["attempts"] == 1);
    assert_eq!((&waits["answer"], &waits["state"]), (&json!("certificate"), &json!("pending")), "{waits}");
    assert!(waits["next_at"].as_i64() > waits["at"].as_i64() && mails.received().is_empty(), "{waits}");
    let home = server.stop().home;
    let server = serve(home, &(mails.settings() + &duty));
    let mail = &mails.mails(1)[0];
    assert_eq!(mail.tls.as_deref(), Some("TLSv1.3"));
    let taken = notice(&server, "mail:duty", |notice| notice["state"] == "delivered");
    assert_eq!(taken["answer"], "250 2.0.0");
}

#[test]
fn only_tls_1_2_and_1_3_are_spoken() {
    let tried = |mails: &MailServer| {
        let server = serve(Home::new(), &(mails.settings() + &duty()));
        submit(&server, "key-1");
        notice(&server, "mail:duty", |notice| !notice["answer"].is_null())
    };
    let is_refused = |security| {
        let old = MailServer::start_with(security, &json!({ "tls_max": "TLSv1_1" }));
        assert!(old.accepts_tls("tls1_1"), "openssl is served");
        let notice = tried(&old);
        assert_eq!(notice["state"], "pending", "{notice}");
        assert!(["tls", "connection"].map(Value::from).contains(&notice["answer"]), "{notice}");
        assert!(old.received().is_empty());
    };
    thread::scope(|scope| {
        scope.spawn(|| is_refused(Security::Tls));
        scope.spawn(|| is_refused(Security::StartTls));
        let earlier = MailServer::start_with(Security::StartTls, &json!({ "tls_max": "TLSv1_2" }));
        tried(&earlier);
        assert_eq!(earlier.mails(1)[0].tls.as_deref(), Some("TLSv1.2"));
    });
}

#[test]
fn refusals_are_kept_as_codes_and_a_busy_server_is_asked_again() {
    let mails = MailServer::start(Security::Plain);
    let settings = mails.settings()
        + &operator("busy", "busy@desk.example.jp", "operator", "")
        + &operator("gone", "gone@desk.example.jp", "operator", "");
    let server = serve(Home::new(), &settings);
    submit(&server, "key-1");
    let gone = notice(&server, "mail:gone", |notice| notice["state"] == "failed");
    assert_eq!((&gone["answer"], &gone["attempts"]), (&json!("550 5.1.1"), &json!(1)));
    let busy = notice(&server, "mail:busy", |notice| notice["attempts"] == 1);
    assert_eq!((&busy["answer"], &busy["state"]), (&json!("451 4.3.0"), &json!("pending")));
    let busy = notice(&server, "mail:busy", |notice| notice["state"] == "delivered");
    assert_eq!(busy["answer"], "250 2.0.0");
    assert_eq!(mails.received().len(), 1);
    let doctor = server.home.run(&["doctor", "--config", "kakekomi.toml"]);
    let doctor = String::from_utf8(doctor.stdout).unwrap();
    assert!(doctor.contains("mail:gone: 1 notices were given up") && !doctor.contains("mail:busy"), "{doctor}");
    assert!(!server.stop().log.contains("mailbox unknown"), "the text of an answer");
}

#[test]
fn a_server_that_cannot_be_used_keeps_the_mail_and_names_the_reason() {
    let wrong_user = MailServer::start_with(Security::Tls, &json!({ "user": ["desk@example.jp", "another"] }));
    let plain = MailServer::start(Security::Plain);
    let starttls = plain.settings().replace("smtp+plain://", "smtp://");
    let nobody = plain.settings().replace("127.0.0.1:", "127.0.0.2:");
    let cases = [(wrong_user.settings(), "sign-in 535 5.7.8"), (starttls, "no STARTTLS"), (nobody, "connection")];
    thread::scope(|scope| {
        for (settings, answer) in cases {
            scope.spawn(move || {
                let server = serve(Home::new(), &(settings + &duty()));
                submit(&server, "key-1");
                let tried = notice(&server, "mail:duty", |notice| !notice["answer"].is_null());
                assert_eq!((&tried["answer"], &tried["state"]), (&json!(answer), &json!("pending")), "{answer}");
            });
        }
    });
    assert!(wrong_user.received().is_empty() && plain.received().is_empty());
}

/// Answers in clear that follow the one to STARTTLS in the same segment: for EHLO and for AUTH, so that every later answer would be
/// taken for the one after the next command.
const INJECTED: [&str; 3] = ["250-x", "250 AUTH PLAIN LOGIN", "250 y"];

#[test]
fn answers_in_clear_after_starttls_break_the_connection() {
    let settings = json!({ "injected": INJECTED, "dropped": true });
    let mails = MailServer::start_with(Security::StartTls, &settings);
    let server = serve(Home::new(), &(mails.settings() + &duty()));
    submit(&server, "key-1");
    let tried = notice(&server, "mail:duty", |notice| !notice["answer"].is_null());
    assert_eq!((&tried["answer"], &tried["state"]), (&json!("tls"), &json!("pending")), "{tried}");
}

/// The bytes of an endless answer that the buffers of the sockets may take beside what the desk reads.
const SOCKET_BUFFERS: usize = 16 << 20;

#[test]
fn an_endless_answer_is_not_read_to_its_end() {
    thread::scope(|scope| {
        for scheme in ["smtp", "smtp+plain"] {
            scope.spawn(move || {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let address = listener.local_addr().unwrap();
                let talking = thread::spawn(move || talk_endlessly(&listener.accept().unwrap().0));
                let settings = format!(
                    "[mail]\nserver = \"{scheme}://{address}\"\nfrom = \"desk@example.jp\"\n\
                     desk_url = \"https://desk.example.jp\"\n"
                );
                let server = serve(Home::new(), &(settings + &duty()));
                submit(&server, "key-1");
                let tried = notice(&server, "mail:duty", |notice| !notice["answer"].is_null());
                assert_eq!((&tried["answer"], &tried["state"]), (&json!("no answer"), &json!("pending")), "{scheme}");
                assert!(talking.join().unwrap() < SOCKET_BUFFERS, "{scheme}");
            });
        }
    });
}

/// Sends a greeting without an end until the desk closes the connection; returns the number of its bytes.
fn talk_endlessly(mut stream: &TcpStream) -> usize {
    let part = vec![b'2'; 64 << 10];
    let parts = (0..2 * SOCKET_BUFFERS / part.len()).take_while(|_| stream.write_all(&part).is_ok());
    parts.count() * part.len()
}

#[test]
fn a_refusal_before_the_recipient_is_named_is_tried_again() {
    let mails = MailServer::start_with(Security::Plain, &json!({ "mail_from": "530 5.7.0 Authentication required" }));
    let server = serve(Home::new(), &(mails.settings() + &duty()));
    submit(&server, "key-1");
    let tried = notice(&server, "mail:duty", |notice| !notice["answer"].is_null());
    assert_eq!((&tried["answer"], &tried["state"]), (&json!("530 5.7.0"), &json!("pending")), "{tried}");
}
