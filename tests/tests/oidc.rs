//! Single sign-on by the real program, with a provider that can lie: every wrong answer is refused with its code, and signs nobody in.
//! `tests/browser/single_sign_on.test.mjs` signs in at a provider of other authors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]
#![allow(dead_code, reason = "the signer is that of the crate's own tests")]

#[path = "oidc/exchange.rs"]
mod exchange;
#[path = "oidc/provider.rs"]
mod provider;
#[path = "../../host/oidc/src/tests/signer.rs"]
mod signer;
#[path = "oidc/visit.rs"]
mod visit;

use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::Home;
use kakekomi_tests::wire::Answer;
use serde_json::{Value, json};

use exchange::{Exchange, logout_claims, send_logout};
use provider::TestProvider;
use signer::{Signer, encode};
use visit::{CLIENT, Desk, claims, goes_on_to, seconds, session_of};

on_both_databases! {
    an_attempt_is_used_once_and_in_its_time
    the_account_follows_the_provider
    a_person_who_loses_the_role_loses_sessions_and_tokens
    a_logout_ends_earlier_sessions_and_no_later_ones
    an_account_with_a_password_moves_to_the_provider
}

/// Signs the claims with a header of its own and a signature that is none.
fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
    format!("{}.{}.{signature}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()))
}

type Change = fn(&mut Exchange);

/// Wrong answers, each wrong in one way, with the code that refuses it.
const WRONG: &[(&str, Change, &str)] = &[
    ("another audience", |one| one.claims["aud"] = json!("another"), "oidc.audience"),
    ("a second audience", |one| one.claims["aud"] = json!([CLIENT, "another"]), "oidc.audience"),
    ("another party", |one| one.claims["azp"] = json!("another"), "oidc.authorized_party"),
    ("another issuer", |one| one.claims["iss"] = json!("https://evil.example"), "oidc.issuer"),
    ("another nonce", |one| one.claims["nonce"] = json!("another"), "oidc.nonce"),
    ("no nonce", |one| one.claims["nonce"] = Value::Null, "oidc.nonce"),
    ("expired", |one| one.claims["exp"] = json!(seconds() - 61), "oidc.expired"),
    ("from the future", |one| one.claims["iat"] = json!(seconds() + 120), "oidc.issued_in_future"),
    ("no subject", |one| one.claims["sub"] = json!(""), "oidc.subject"),
    ("alg none", |one| one.token = Some(unsigned(&json!({"alg": "none"}), &one.claims, "")), "oidc.algorithm"),
    (
        "HS256 with the public key",
        |one| {
            let (header, signature) =
                (json!({"alg": "HS256", "kid": one.signer.kid}), one.signer.hs256_with_public_key(&one.claims));
            one.token = Some(unsigned(&header, &one.claims, &signature));
        },
        "oidc.algorithm",
    ),
    ("an unknown key", |one| one.signer = Signer::es256(), "oidc.unknown_key"),
    (
        "another key under the known kid",
        |one| one.signer = Signer::rsa("RS256").named_like(&one.signer),
        "oidc.signature",
    ),
    ("no token", |one| one.token = Some("a.b".to_owned()), "oidc.malformed_token"),
    ("another state", |one| one.set_query("state", &"0".repeat(64)), "oidc.state"),
    ("no state", |one| one.without_query("state"), "oidc.state"),
    ("another browser", |one| one.cookie = format!("kakekomi-desk-oidc={}", "0".repeat(64)), "oidc.browser"),
    ("no cookie", |one| one.cookie = String::new(), "oidc.browser"),
    ("an answer of another issuer", |one| one.set_query("iss", "https://evil.example"), "oidc.answer_issuer"),
    ("an answer of nobody", |one| one.without_query("iss"), "oidc.answer_issuer"),
    ("an error of the provider", |one| one.set_query("error", "access_denied"), "oidc.denied"),
    ("no code", |one| one.without_query("code"), "oidc.denied"),
    ("a refused code", |one| one.answer = Some(json!({"error": "invalid_grant"})), "oidc.code_refused"),
    ("no ID token", |one| one.answer = Some(json!({"access_token": "a"})), "oidc.no_id_token"),
    ("no role", |one| one.claims["groups"] = json!(["all"]), "oidc.no_role"),
    ("a name that is none", |one| one.claims["preferred_username"] = json!("佐藤@example"), "oidc.name"),
    ("the name of a local account", |one| one.claims["preferred_username"] = json!("lead"), "oidc.name_taken"),
    (
        "user info of another person",
        |one| {
            one.claims.as_object_mut().unwrap().remove("groups");
            one.user_info = json!({"sub": "another", "groups": ["desk"]});
        },
        "oidc.user_info",
    ),
];

/// Waits for a text in the log, which is written in the background.
fn wait_for_line(desk: &Desk, text: &str) {
    let begun = Instant::now();
    while !desk.server.log().contains(text) {
        assert!(begun.elapsed() < Duration::from_secs(10), "{text} in {}", desk.server.log());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn every_wrong_answer_is_refused_with_its_code_and_signs_nobody_in() {
    let (provider, signer) = (TestProvider::start(), Signer::rsa("RS256"));
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(Home::new(), &provider, "", &[]);
    let mut secrets = vec!["code-of-the-test".to_owned(), "access-of-the-test".to_owned(), "eyJ".to_owned()];
    for (what, change, code) in WRONG {
        let attempt = desk.begin("/sessions");
        let mut exchange = Exchange::of(&provider, &signer, &attempt, "248289", "sato");
        change(&mut exchange);
        let page = exchange.finish(&desk, &provider);
        assert_eq!((page.status, session_of(&page)), (422, None), "{what}: {}", page.text());
        assert!(page.text().contains(&format!("<code>{code}</code>")), "{what}: {}", page.text());
        wait_for_line(&desk, &format!("\"code\":\"{code}\""));
        secrets.extend([attempt.state, attempt.nonce, attempt.cookie.rsplit('=').next().unwrap().to_owned()]);
    }
    let attempt = desk.begin("/sessions");
    let page = Exchange::of(&provider, &signer, &attempt, "248289", "sato").finish(&desk, &provider);
    assert!(session_of(&page).is_some(), "the right answer signs in: {}", page.text());
    let log = desk.server.log();
    for secret in secrets.iter().map(String::as_str).chain(["248289", "佐藤"]) {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(desk.server.home.run(&["audit", "verify"]).status.success());
}

fn an_attempt_is_used_once_and_in_its_time(home: Home) {
    let (provider, signer) = (TestProvider::start(), Signer::ed25519());
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(home, &provider, "", &[]);
    let attempt = desk.begin("/sessions?lang=en");
    let required =
        ["tenant=1&response_type=code&client_id=kakekomi", "scope=openid+profile", "code_challenge_method=S256"];
    assert!(required.iter().all(|part| attempt.address.contains(part)), "{}", attempt.address);
    let exchange = Exchange::of(&provider, &signer, &attempt, "1", "sato");
    let page = exchange.finish(&desk, &provider);
    assert_eq!((page.status, goes_on_to(&page)), (200, "/sessions?lang=en".to_owned()));
    let replayed = exchange.finish(&desk, &provider);
    assert!(replayed.status == 422 && replayed.text().contains("oidc.state"), "{}", replayed.text());
    let token = provider.answers().requests.iter().filter(|one| one.starts_with("POST /token")).count();
    assert_eq!(token, 1, "a code is sent to the provider once");

    finish_at_another_host(&desk, &provider, &signer);

    let late = desk.begin("/");
    desk.server.home.alter("UPDATE oidc_attempts SET created_at = created_at - 600001");
    let page = Exchange::of(&provider, &signer, &late, "1", "sato").finish(&desk, &provider);
    assert!(page.status == 422 && page.text().contains("oidc.attempt_expired"), "{}", page.text());
    // Another site's page begins nothing, and leads to no other site.
    let foreign = kakekomi_tests::wire::Request::post("/oidc/start").header("sec-fetch-site", "cross-site");
    assert_eq!(foreign.send(desk.address).status, 403);
    let attempt = desk.begin("//evil.example");
    let page = Exchange::of(&provider, &signer, &attempt, "1", "sato").finish(&desk, &provider);
    assert_eq!(goes_on_to(&page), "/");
}

/// Begins an attempt at one host and finishes it at another one of the same database, where a database serves several.
fn finish_at_another_host(desk: &Desk, provider: &TestProvider, signer: &Signer) {
    let Some(url) = desk.server.home.database_url() else { return };
    let other = Desk::start(Home::at(url), provider, "", &[]);
    let exchange = Exchange::of(provider, signer, &desk.begin("/sessions"), "1", "sato");
    let session = session_of(&exchange.finish(&other, provider)).unwrap();
    assert_eq!(desk.get("/sessions", &session).status, 200);
    assert!(exchange.finish(desk, provider).text().contains("oidc.state"), "it is used at both");
}

/// Signs a person in; returns the callback's page.
fn sign_in(desk: &Desk, provider: &TestProvider, signer: &Signer, change: impl FnOnce(&mut Exchange)) -> Answer {
    let mut exchange = Exchange::of(provider, signer, &desk.begin("/sessions"), "1", "sato");
    change(&mut exchange);
    exchange.finish(desk, provider)
}

fn the_account_follows_the_provider(home: Home) {
    let (provider, signer) = (TestProvider::start(), Signer::es256());
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(home, &provider, "", &[]);
    let home = &desk.server.home;
    let session = session_of(&sign_in(&desk, &provider, &signer, |_| ())).unwrap();
    assert_eq!(desk.get("/cases/new", &session).status, 200);
    assert_eq!(desk.get("/audit", &session).status, 403);
    // The role comes from the claim, also from the user info; the name stays.
    let page = sign_in(&desk, &provider, &signer, |one| {
        one.claims["preferred_username"] = json!("another");
        one.claims.as_object_mut().unwrap().remove("groups");
        one.user_info = json!({"sub": "1", "groups": "audit", "preferred_username": "evil"});
    });
    assert!(session_of(&page).is_some(), "{}", page.text());
    assert_eq!(desk.get("/audit", &session).status, 200, "at once, in earlier sessions as well");
    assert_eq!(desk.get("/cases/new", &session).status, 403);
    let list = String::from_utf8(home.run(&["operators", "list"]).stdout).unwrap();
    assert!(list.contains("sato  auditor  enabled at the identity provider  佐藤 花子") && !list.contains("another"));
    let words = |arguments: &[&str]| {
        let done = home.run(arguments);
        assert!(!done.status.success());
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(words(&["operators", "reset", "sato"]).contains("is of the identity provider"));
    assert!(words(&["operators", "role", "sato", "lead"]).contains("is of the identity provider"));
    let renewal = desk.post("/renew", &session, "password=a&code=1");
    assert!(renewal.status == 403 && renewal.text().contains("認証サーバーで変更してください"));

    // The provider ends the session by its ID; a token that is none ends nothing.
    let logout = logout_claims(&provider, &json!({"sid": "session of 1"}));
    let mut other = logout.clone();
    other["aud"] = json!("another");
    let send = |claims: &Value, by: &Signer| send_logout(&desk, claims, by);
    assert_eq!((send(&other, &signer), send(&logout, &Signer::es256())), (400, 400));
    assert_eq!(desk.get("/sessions", &session).status, 200);
    assert_eq!(send(&logout, &signer), 200);
    assert_eq!(desk.get("/sessions", &session).status, 303);

    // Signing out goes on to the provider.
    let session = session_of(&sign_in(&desk, &provider, &signer, |_| ())).unwrap();
    let page = desk.post("/logout", &session, "");
    let address = goes_on_to(&page);
    assert!(address.starts_with(&format!("{}/end?client_id=kakekomi&post_logout_redirect_uri=", provider.issuer())));
    assert_eq!(desk.get("/sessions", &session).status, 303);

    assert!(home.run(&["operators", "disable", "sato"]).status.success());
    let page = sign_in(&desk, &provider, &signer, |_| ());
    assert!(session_of(&page).is_none() && page.text().contains("oidc.disabled"), "{}", page.text());
    let doctor = |home: &Home| {
        let done = home.run(&["doctor", "--json", "--listen", "127.0.0.1:9", "--config", "kakekomi.toml"]);
        serde_json::from_slice::<Value>(&done.stdout).unwrap()["findings"].clone()
    };
    let level = |check: &str| {
        let findings = doctor(home);
        let found = findings.as_array().unwrap().iter().find(|one| one["check"] == check).unwrap().clone();
        (found["level"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().to_owned())
    };
    assert_eq!((level("accounts").0.as_str(), level("oidc").0.as_str()), ("ok", "warning"), "desk_url is missing");
    home.alter("UPDATE accounts SET subject = '2' WHERE name = 'sato'");
    let (found, message) = level("accounts");
    assert!(found == "error" && message.contains("person of sato"), "{message}");
}

fn a_logout_ends_earlier_sessions_and_no_later_ones(home: Home) {
    let (provider, signer) = (TestProvider::start(), Signer::es256());
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(home, &provider, "", &[]);
    let begin = |session: Value| {
        let page = sign_in(&desk, &provider, &signer, |one| one.claims["sid"] = session);
        session_of(&page).unwrap()
    };
    let is_open = |session: &str| desk.get("/sessions", session).status == 200;
    let (unknown, other) = (begin(Value::Null), begin(json!("other")));
    let of_both = json!({"sub": "1", "sid": "of the logout alone"});
    let logout = |issued: u64| {
        let mut claims = logout_claims(&provider, &of_both);
        claims["iat"] = json!(issued);
        send_logout(&desk, &claims, &signer)
    };
    assert_eq!(logout(seconds() - 10), 200);
    assert!(is_open(&unknown), "it began after the logout");
    assert_eq!(logout(seconds() - 125), 400, "a token is used within two minutes");
    assert_eq!(logout(seconds()), 200);
    assert!(!is_open(&unknown), "the ID token named no session, so it may have been this one");
    assert!(is_open(&other), "the ID token named another session");
    let all = logout_claims(&provider, &json!({"sub": "1"}));
    assert_eq!(send_logout(&desk, &all, &signer), 200);
    assert!(!is_open(&other));
}

fn a_person_who_loses_the_role_loses_sessions_and_tokens(home: Home) {
    let (provider, signer) = (TestProvider::start(), Signer::es256());
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(home, &provider, "", &[]);
    let home = &desk.server.home;
    let session = session_of(&sign_in(&desk, &provider, &signer, |_| ())).unwrap();
    let added = home.run(&["operators", "token", "add", "sato", "--scope", "queue"]);
    let token = String::from_utf8(added.stdout).unwrap();
    let api = || {
        let request = kakekomi_tests::wire::Request::get("/api/cases");
        request.header("authorization", &format!("Bearer {}", token.trim())).send(desk.address).status
    };
    assert_eq!((desk.get("/sessions", &session).status, api()), (200, 200));
    let auditor = sign_in(&desk, &provider, &signer, |one| {
        one.claims = claims(&provider, one.claims["nonce"].as_str().unwrap(), "2", "abe");
        one.claims["groups"] = json!("audit");
    });
    let auditor = session_of(&auditor).unwrap();
    let ends = || desk.get("/audit", &auditor).text().matches("ログアウトした").count();
    let ends_before = ends();
    for _ in 0..2 {
        let page = sign_in(&desk, &provider, &signer, |one| one.claims["groups"] = json!(["all"]));
        assert!(session_of(&page).is_none() && page.text().contains("oidc.no_role"), "{}", page.text());
        assert_eq!((desk.get("/sessions", &session).status, api()), (303, 401));
        assert_eq!(ends(), ends_before + 1, "one event for what ended");
    }
    let page = sign_in(&desk, &provider, &signer, |_| ());
    assert!(session_of(&page).is_some() && api() == 401, "the role comes back, the token does not: {}", page.text());
    assert!(home.run(&["audit", "verify"]).status.success());
}

fn an_account_with_a_password_moves_to_the_provider(home: Home) {
    let (provider, signer) = (TestProvider::start(), Signer::es256());
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(home, &provider, "", &[]);
    let run = |arguments: &[&str]| {
        let done = desk.server.home.run(&[&["operators"], arguments].concat());
        (done.status.code(), String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap())
    };
    let link = |name: &str| run(&["link", name, "--subject", "1", "--config", "kakekomi.toml"]);
    let (code, words) = run(&["link", "lead", "--subject", "1"]);
    assert!(code == Some(2) && words.contains("--issuer"), "{words}");
    let (code, words) = link("lead");
    assert!(code == Some(0) && words.contains("lead  lead  enabled at the identity provider"), "{words}");
    let (code, words) = link("admin");
    assert!(code != Some(0) && words.contains("the account lead is of this person"), "{words}");
    assert!(session_of(&sign_in(&desk, &provider, &signer, |_| ())).is_some());
    let (_, list) = run(&["list"]);
    assert!(list.contains("lead  operator  enabled at the identity provider") && !list.contains("sato"), "{list}");
    let done = desk.server.home.run(&["doctor", "--json", "--listen", "127.0.0.1:9"]);
    let findings: Value = serde_json::from_slice(&done.stdout).unwrap();
    let accounts = findings["findings"].as_array().unwrap().iter().find(|one| one["check"] == "accounts").unwrap();
    assert_eq!(accounts["level"], "ok", "{accounts}");
}

#[test]
fn the_name_of_a_person_alone_is_not_worth_a_request() {
    let (provider, signer) = (TestProvider::start(), Signer::es256());
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(Home::new(), &provider, "", &[]);
    // The user info of this provider is wrong, so that it would refuse the person.
    let page = sign_in(&desk, &provider, &signer, |one| {
        one.claims.as_object_mut().unwrap().remove("name");
    });
    assert!(session_of(&page).is_some(), "{}", page.text());
    let asked = provider.answers().requests.iter().any(|one| one.starts_with("GET /user-info"));
    assert!(!asked);
    let list = String::from_utf8(desk.server.home.run(&["operators", "list"]).stdout).unwrap();
    assert!(list.contains("sato  operator  enabled at the identity provider  sato"), "{list}");
}

#[test]
fn one_address_keeps_nobody_out() {
    let (provider, signer) = (TestProvider::start(), Signer::es256());
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(Home::new(), &provider, "", &[]);
    let attempts: Vec<_> = (0..101).map(|_| desk.begin("/sessions")).collect();
    let finish = |at: usize| Exchange::of(&provider, &signer, &attempts[at], "1", "sato").finish(&desk, &provider);
    assert!(finish(0).text().contains("oidc.state"), "the oldest of a hundred and one gave way");
    assert!(session_of(&finish(1)).is_some() && session_of(&finish(100)).is_some());
}

#[test]
fn a_rotated_key_is_found_and_the_old_one_refused() {
    let (provider, old, new) = (TestProvider::start(), Signer::es256(), Signer::rsa("PS256"));
    provider.answers().keys = vec![old.jwk()];
    let desk = Desk::start(Home::new(), &provider, "", &[]);
    // The keys are fetched when the first token comes, which is signed with the new key already: the provider published both.
    provider.answers().keys.push(new.jwk());
    assert!(session_of(&sign_in(&desk, &provider, &new, |_| ())).is_some());
    assert!(session_of(&sign_in(&desk, &provider, &old, |_| ())).is_some());
    let (stranger, mut refused) = (Signer::es256(), 0);
    provider.answers().keys = vec![new.jwk(), stranger.jwk()];
    for _ in 0..3 {
        refused += usize::from(session_of(&sign_in(&desk, &provider, &stranger, |_| ())).is_none());
    }
    let asked = provider.answers().requests.iter().filter(|one| one.starts_with("GET /keys")).count();
    assert_eq!((refused, asked), (3, 1), "an unknown kid asks once a minute at most");
}

#[test]
fn without_local_accounts_only_an_emergency_start_takes_passwords() {
    let (provider, signer) = (TestProvider::start(), Signer::es256());
    provider.answers().keys = vec![signer.jwk()];
    let desk = Desk::start(Home::new(), &provider, "local_accounts = false", &[]);
    let log = desk.server.log();
    assert!(!log.contains("set up the account") && log.contains("instead of accounts with a password"), "{log}");
    let login = desk.get("/login", "").text();
    assert!(login.contains("action=\"/oidc/start\"") && !login.contains("action=\"/login\""), "{login}");
    let refused = desk.post("/login", "", "name=lead&password=a&code=1");
    assert!(refused.status == 403 && refused.text().contains("パスワードによるログインを止めています"));
    let added = desk.server.home.run(&["operators", "add", "sato", "--role", "admin", "--config", "kakekomi.toml"]);
    assert!(String::from_utf8_lossy(&added.stderr).contains("KAKEKOMI_LOCAL_ACCOUNTS=true"));
    let link = String::from_utf8(added.stdout).unwrap();
    let path = format!("/setup/{}", link.trim().rsplit('/').next().unwrap());
    assert_eq!(desk.get(&path, "").status, 404, "a set-up link is refused");
    let page = sign_in(&desk, &provider, &signer, |one| one.claims["preferred_username"] = json!("abe"));
    assert!(session_of(&page).is_some());

    let home = desk.server.stop().home;
    let desk = Desk::start(home, &provider, "local_accounts = false", &["--local-accounts"]);
    assert_eq!(desk.get(&path, "").status, 200, "the link of before works");
    let login = desk.get("/login", "").text();
    assert!(login.contains("action=\"/oidc/start\"") && login.contains("action=\"/login\""));
}
