//! The return of an applicant under the consent document's clauses: the intent of 1②, its withdrawal, and disclosures (2).

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use kakekomi_sealing::KeyFolder;
use kakekomi_service::return_visit::DISCLOSURE_MS;
use kakekomi_service::sealed_case::{EventDraft, open_event, seal_event, seal_store_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    Appended, EventKind, FileId, NewCollectLink, NewPackage, Organization, OrganizationChange, OrganizationKind,
    PackageId, PackageLine, PackagePart, PackagePurpose, Store, clock,
};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::{
    Returning, authorized, events, kinds, post, run, start, state, submit, submit_referral, submit_service, token,
    write,
};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::{Value, json};

on_both_databases! {
    an_intent_is_given_withdrawn_and_given_again
    an_intent_with_the_application_is_known
    an_intent_has_a_name_a_role_and_the_document_in_force
    requests_about_an_intent_are_replayed
    a_withdrawal_destroys_a_package_that_was_not_collected
    disclosures_are_listed_without_their_texts
    a_disclosure_is_opened_until_it_expires
}

const INTENTS: &str = "/v1/intents";
const WITHDRAWALS: &str = "/v1/withdrawals";

/// The consent document in force, in a language.
fn document(server: &Server, locale: &str) -> Value {
    let document = server.send(&Request::get(&format!("/v1/consent/{locale}"))).json()["document"].clone();
    json!({ "version": document["version"], "sha256": document["sha256"] })
}

/// The body of an intent that is accepted.
fn intent(server: &Server) -> Value {
    json!({ "name": "佐藤 一郎", "role": "情報システム部長", "document": document(server, "ja") })
}

fn withdraw(server: &Server, token: &str, key: &str, what: &str) -> Answer {
    post(server, WITHDRAWALS, token, key, &json!({ "what": what }))
}

fn referral(server: &Server, token: &str) -> Value {
    state(server, token)["referral"].clone()
}

fn an_intent_is_given_withdrawn_and_given_again(home: Home) {
    let server = start(home);
    let case = submit_referral(&server, "key-1", false);
    let token = token(&server, &case);
    let before = referral(&server, &token);
    assert_eq!((&before["state"], before.get("since")), (&json!("applied"), None));
    assert!(before["purposes"][0].as_str().unwrap().contains("フォレンジック"), "{before}");
    withdraw(&server, &token, "w0", "intent").assert_problem("no intent yet", 409, "referral.none");

    let given = post(&server, INTENTS, &token, "a", &intent(&server));
    assert_eq!((given.status, given.json()), (201, json!({"n": 2})), "{}", given.text());
    let (event, body) = events(&server.home, &case.number).pop().unwrap();
    assert_eq!((event.kind.as_str(), event.actor.as_str()), ("intent.given", "applicant"));
    let mut expected = intent(&server);
    expected["by"] = json!("return");
    assert_eq!(body.unwrap(), expected);
    let service = KeyFolder::at(server.home.keys()).service().unwrap();
    assert!(open_event(&service, &event).is_err(), "this host cannot read it back");
    assert_eq!(referral(&server, &token)["state"], "intent");
    assert_eq!(referral(&server, &token)["since"], json!(event.at));
    post(&server, INTENTS, &token, "b", &intent(&server)).assert_problem("a second one", 409, "intent.known");

    assert_eq!(withdraw(&server, &token, "w1", "intent").json(), json!({"n": 3}));
    let after = referral(&server, &token);
    assert_eq!((&after["state"], after.get("since")), (&json!("withdrawn"), None));
    let (_, body) = events(&server.home, &case.number).pop().unwrap();
    assert_eq!(body.unwrap(), json!({"by": "return"}));
    withdraw(&server, &token, "w2", "intent").assert_problem("withdrawn already", 409, "referral.none");
    let english = json!({ "name": "Ichiro Sato", "role": "CIO", "document": document(&server, "en") });
    assert_eq!(post(&server, INTENTS, &token, "c", &english).status, 201, "the document in English");
    let expected = ["case.received", "intent.given", "intent.withdrawn", "intent.given"];
    assert_eq!(kinds(&server.home, &case.number), expected);
}

fn an_intent_with_the_application_is_known(home: Home) {
    let server = start(home);
    let case = submit_referral(&server, "key-1", true);
    let opened = token(&server, &case);
    let shown = referral(&server, &opened);
    assert_eq!((&shown["state"], shown["since"].is_i64()), (&json!("intent"), true));
    post(&server, INTENTS, &opened, "a", &intent(&server)).assert_problem("known", 409, "intent.known");
    assert_eq!(withdraw(&server, &opened, "w", "intent").status, 201);
    assert_eq!(post(&server, INTENTS, &opened, "a", &intent(&server)).status, 201);

    // Without the wish for an introduction there is nothing to hand over, until the desk records the wish.
    let plain = submit_service(&server, "key-2", json!({}));
    let opened = token(&server, &plain);
    assert_eq!(referral(&server, &opened), json!({"state": null, "purposes": []}));
    post(&server, INTENTS, &opened, "a", &intent(&server)).assert_problem("no wish", 409, "referral.none");
    write(&server.home, &plain.number, EventKind::ReferralApplied, &json!({"reason": "by telephone"}));
    assert_eq!(post(&server, INTENTS, &opened, "a", &intent(&server)).status, 201);
}

fn an_intent_has_a_name_a_role_and_the_document_in_force(home: Home) {
    let server = start(home);
    let case = submit_referral(&server, "key-1", false);
    let token = token(&server, &case);
    let with = |member: &str, value: Value| {
        let mut body = intent(&server);
        body[member] = value;
        post(&server, INTENTS, &token, "a", &body)
    };
    for (member, value) in [
        ("name", json!(null)),
        ("name", json!(5)),
        ("name", json!({"unknown": true})),
        ("name", json!("a".repeat(201))),
        ("role", json!("a\nb")),
        ("role", json!(["a"])),
        ("document", json!("1")),
        ("document", json!({"version": "1"})),
        ("document", json!({"version": "1", "sha256": "a", "more": 1})),
        ("more", json!("a")),
    ] {
        with(member, value.clone()).assert_problem(&format!("{member} {value}"), 400, "http.body");
    }
    for body in [&b"{"[..], b"{}", b"[]", b"null"] {
        let request = authorized(Request::post(INTENTS), &token).header("idempotency-key", "a").json(body);
        server.send(&request).assert_problem("another shape", 400, "http.body");
    }
    for (member, text, code) in [
        ("name", "", "required"),
        ("name", "\u{3000} ", "required"),
        ("role", "", "required"),
        ("name", "a\u{0}b", "chars.control"),
        ("role", "a\u{202e}b", "chars.bidi"),
    ] {
        let refused = with(member, json!(text));
        refused.assert_problem(code, 422, "draft.issues");
        let issue = &refused.json()["report"]["issues"][0];
        assert!(issue["code"].as_str().unwrap().starts_with(code), "{issue}");
        assert_eq!(issue["path"], format!("/other/{member}"));
    }
    let current = document(&server, "ja");
    for (version, sha256) in [(json!("0"), &current["sha256"]), (current["version"].clone(), &json!("ab".repeat(32)))] {
        let stale = with("document", json!({ "version": version, "sha256": sha256 }));
        stale.assert_problem("another document", 409, "consent.stale");
        assert_eq!(stale.json()["current"]["consent"]["version"], current["version"]);
    }
    let bare = Request::post(INTENTS).header("idempotency-key", "a").json(intent(&server).to_string().as_bytes());
    server.send(&bare).assert_problem("no token", 401, "return.expired");
    let keyless = authorized(Request::post(INTENTS), &token).json(intent(&server).to_string().as_bytes());
    server.send(&keyless).assert_problem("no key", 400, "idempotency.missing");
    assert_eq!(kinds(&server.home, &case.number), ["case.received"]);
}

fn requests_about_an_intent_are_replayed(home: Home) {
    let server = start(home);
    let case = submit_referral(&server, "key-1", false);
    let token = token(&server, &case);
    for (path, body, other) in [
        (INTENTS, intent(&server), json!({"name": "a", "role": "b", "document": document(&server, "ja")})),
        (WITHDRAWALS, json!({"what": "intent"}), json!({"what": "application"})),
    ] {
        let first = post(&server, path, &token, path, &body);
        assert_eq!((first.status, first.header("idempotency-replayed")), (201, None), "{path}: {}", first.text());
        let again = post(&server, path, &token, path, &body);
        assert_eq!((again.status, &again.body), (201, &first.body), "{path}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{path}");
        post(&server, path, &token, path, &other).assert_problem(path, 422, "idempotency.reused");
    }
    let expected = ["case.received", "intent.given", "intent.withdrawn"];
    assert_eq!(kinds(&server.home, &case.number), expected);
}

/// Releases the hand-over and makes a package, as the desk does.
fn hand_over(home: &Home, number: &str) -> PackageId {
    write(home, number, EventKind::HandoverReleased, &json!({"organization": "forensics"}));
    let id = PackageId(FileId::random().unwrap());
    run(home, async |store| {
        add_organization(home, store).await;
        let number = Number::read(number).unwrap();
        let case = store.show(&number).await.unwrap().unwrap().unwrap();
        let (at, kind, body) = (clock::now(), EventKind::HandoverCreated, json!({"package": id.to_string()}));
        let draft = EventDraft { at, actor: "operator:sato", kind, body: &body, after: None, also_to: None };
        let package = NewPackage {
            id,
            number,
            organization: "forensics".to_owned(),
            purpose: PackagePurpose::Referral,
            manifest_sha256: [7; 32],
            sealed_sha256: [8; 32],
            length: 10,
            created_at: at,
            parts: vec![PackagePart { start: 0, length: 10, object: id.to_string() }],
            link: NewCollectLink { token_hash: id.0.0.repeat(2).try_into().unwrap(), expires_at: at + 60_000 },
        };
        let added = store.add_package(package, seal_event(&case, &draft).unwrap()).await.unwrap();
        assert!(matches!(added, Appended::Stored { .. }), "{added:?}");
    });
    id
}

async fn add_organization(home: &Home, store: &dyn Store) {
    let recipients = KeyFolder::at(home.keys()).recipients().unwrap();
    let (at, kind, body) = (clock::now(), EventKind::OrganizationAdded, json!({"id": "forensics"}));
    let draft = EventDraft { at, actor: "operator:sato", kind, body: &body, after: None, also_to: None };
    let organization = Organization {
        id: "forensics".to_owned(),
        name: "れいフォレンジック".to_owned(),
        kind: OrganizationKind::Forensics,
        recipient: "age1".to_owned(),
        disabled: false,
        created_at: at,
    };
    let event = seal_store_event(&recipients, &draft).unwrap();
    // A second package goes to the same one.
    store.change_organization(OrganizationChange::Add(organization), event).await.unwrap();
}

fn packages(home: &Home, number: &str) -> Vec<PackageLine> {
    run(home, async |store| store.packages_of(&Number::read(number).unwrap()).await.unwrap())
}

fn collect(home: &Home, case: &Returning, id: PackageId) {
    run(home, async |store| {
        let case = store.show(&Number::read(&case.number).unwrap()).await.unwrap().unwrap().unwrap();
        let (at, kind, body) = (clock::now(), EventKind::HandoverCollected, json!({"package": id.to_string()}));
        let draft = EventDraft { at, actor: "organization:forensics", kind, body: &body, after: None, also_to: None };
        let collected = store.record_collection(&id, seal_event(&case, &draft).unwrap()).await.unwrap();
        assert!(matches!(collected, Appended::Stored { .. }), "{collected:?}");
    });
}

fn a_withdrawal_destroys_a_package_that_was_not_collected(home: Home) {
    let server = start(home);
    for (key, what, kind) in [("key-1", "intent", "intent.withdrawn"), ("key-2", "application", "case.withdrawn")] {
        let case = submit_referral(&server, key, true);
        let token = token(&server, &case);
        let id = hand_over(&server.home, &case.number);
        assert_eq!(referral(&server, &token)["state"], "packaged");
        let withdrawn = withdraw(&server, &token, "w", what);
        assert_eq!(withdrawn.status, 201, "{}", withdrawn.text());
        let replayed = withdraw(&server, &token, "w", what);
        assert_eq!((&replayed.body, replayed.header("idempotency-replayed")), (&withdrawn.body, Some("true")));
        let events = events(&server.home, &case.number);
        let [.., (withdrawal, _), (destroyed, body)] = &events[..] else { panic!("two events") };
        assert_eq!((withdrawal.kind.as_str(), destroyed.kind.as_str()), (kind, "handover.destroyed"));
        assert_eq!(body.as_ref().unwrap(), &json!({"package": id.to_string(), "reason": "withdrawn"}));
        assert_eq!((withdrawal.n, destroyed.actor.as_str()), (withdrawn.json()["n"].as_i64(), "applicant"));
        let [line] = &packages(&server.home, &case.number)[..] else { panic!("one package") };
        assert!(line.destroyed_at.is_some() && line.collected_at.is_none() && line.link_expires_at.is_none());
        assert_eq!(referral(&server, &token)["state"], "withdrawn");
    }
    let case = submit_referral(&server, "key-3", true);
    let token = token(&server, &case);
    let id = hand_over(&server.home, &case.number);
    collect(&server.home, &case, id);
    assert_eq!(referral(&server, &token)["state"], "collected");
    assert_eq!(withdraw(&server, &token, "w", "intent").status, 201);
    let kinds = kinds(&server.home, &case.number);
    assert_eq!(kinds.last().unwrap(), "intent.withdrawn", "what was collected cannot be called back");
    assert!(packages(&server.home, &case.number)[0].collected_at.is_some());
}

/// Requests the text of a disclosure.
fn disclosure(server: &Server, token: &str, n: impl std::fmt::Display) -> Answer {
    server.send(&authorized(Request::get(&format!("/v1/disclosures/{n}")), token))
}

fn openings(home: &Home, number: &str) -> Vec<i64> {
    let opened = events(home, number).into_iter().filter(|(event, _)| event.kind == "disclosure.opened");
    opened.map(|(_, body)| body.unwrap()["n"].as_i64().unwrap()).collect()
}

fn disclosures_are_listed_without_their_texts(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let shared = |body: &Value| write(&server.home, &case.number, EventKind::DisclosureShared, body);
    let text = "<img src=x onerror=alert(1)> \u{202e}通信元：203.0.113.5";
    let first = shared(&json!({ "text": text }));
    let second = shared(&json!({ "text": "another", "expires_at": clock::now() + 60_000 }));
    let shown = state(&server, &token);
    assert!(!shown.to_string().contains("203.0.113.5"), "{shown}");
    let [one, other] = &shown["disclosures"].as_array().unwrap()[..] else { panic!("{shown}") };
    let ends = one["at"].as_i64().unwrap() + DISCLOSURE_MS;
    let listed = |n: i64, line: &Value, ends: &Value, opened: bool| {
        assert_eq!(line, &json!({"n": n, "at": line["at"], "expires_at": ends, "opened": opened}));
    };
    listed(first, one, &json!(ends), false);
    listed(second, other, &other["expires_at"], false);
    assert_eq!(openings(&server.home, &case.number), [0; 0], "a list opens nothing");
    for _ in 0..3 {
        let opened = disclosure(&server, &token, first);
        assert_eq!((opened.status, opened.header("cache-control")), (200, Some("no-store")));
        let expected = json!({"n": first, "at": one["at"], "expires_at": ends, "text": text});
        assert_eq!(opened.json(), expected);
    }
    assert_eq!(openings(&server.home, &case.number), [first], "the first opening alone is an event");
    listed(first, &state(&server, &token)["disclosures"][0], &json!(ends), true);
}

fn a_disclosure_is_opened_until_it_expires(home: Home) {
    let server = start(home);
    let (case, other) = (submit(&server, "key-1"), submit(&server, "key-2"));
    let opened = token(&server, &case);
    let shared = |expires_at: i64| {
        let body = json!({ "text": "ログの写しを受け取りました。", "expires_at": expires_at });
        write(&server.home, &case.number, EventKind::DisclosureShared, &body)
    };
    let (past, now) = (shared(clock::now() - 1), shared(clock::now() + 60_000));
    let expired = disclosure(&server, &opened, past);
    expired.assert_problem("an expired one", 410, "disclosure.expired");
    assert!(!expired.text().contains("写し"));
    assert_eq!(state(&server, &opened)["disclosures"][0]["n"], json!(past), "it stays in the list");
    for n in ["0", "-1", "1", "999", "x", "9223372036854775808", "%2e%2e"] {
        disclosure(&server, &opened, n).assert_problem(n, 404, "disclosure.unknown");
    }
    let elsewhere = disclosure(&server, &token(&server, &other), now);
    elsewhere.assert_problem("that of another case", 404, "disclosure.unknown");
    let bare = server.send(&Request::get(&format!("/v1/disclosures/{now}")));
    bare.assert_problem("no token", 401, "return.expired");
    assert_eq!(bare.header("www-authenticate"), Some("Bearer"));
    assert_eq!(openings(&server.home, &case.number), [0; 0]);
    assert_eq!(disclosure(&server, &opened, now).status, 200);
}

#[test]
fn of_two_hosts_one_stores_an_intent_and_one_a_withdrawal() {
    let Some(home) = Home::on_postgres() else { return };
    let first = start(home);
    let second = start(Home::at(first.home.database_url().unwrap()));
    let case = submit_referral(&first, "key-1", false);
    let token = token(&second, &case);
    let body = intent(&first);
    let send = |path: &str, keys: [&str; 4], body: &Value| -> Vec<Answer> {
        let hosts = [&first, &second, &first, &second];
        std::thread::scope(|scope| {
            let sent = |index: usize| post(hosts[index], path, &token, keys[index], body);
            let threads: Vec<_> = (0..4).map(|index| scope.spawn(move || sent(index))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    };
    let same = send(INTENTS, ["a"; 4], &body);
    assert!(same.iter().all(|answer| answer.status == 201 && answer.body == same[0].body));
    hand_over(&first.home, &case.number);
    let others = send(WITHDRAWALS, ["w", "x", "y", "z"], &json!({"what": "intent"}));
    let codes: Vec<_> = others.iter().filter(|answer| answer.status != 201).map(Answer::code).collect();
    assert_eq!(codes, ["referral.none"; 3]);
    let kinds = kinds(&first.home, &case.number);
    let count = |kind: &str| kinds.iter().filter(|other| *other == kind).count();
    assert_eq!(["intent.given", "intent.withdrawn", "handover.destroyed"].map(count), [1; 3], "{kinds:?}");
}
