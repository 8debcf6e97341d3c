//! Hand-overs: organizations, packages, the page over which they are collected, and grants.

use crate::referring::{Referring, TO, json_of, link_of};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use kakekomi_accounts::Role;
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{EventKind, clock};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

#[tokio::test(flavor = "multi_thread")]
async fn a_released_case_is_collected_once_its_organization_presses_the_button() {
    let test = Referring::open("handover").await;
    let number = test.submit().await;
    let log: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    test.send_file(&number, "../記録 100%.log", &log).await;
    test.append(&number, EventKind::NoteAdded, json!({ "text": "internal-note" })).await;
    test.release(&number).await;
    let page = test.desk.get(&format!("/cases/{number}"), &test.lead).await.body;
    assert!(page.contains("作成とリンクの発行") && page.contains("Company ntt-at"), "{page}");
    let head = test.desk.intake.store.audit_head().await.unwrap();
    let link = test.make(&number).await;

    for method in [Method::GET, Method::HEAD, Method::GET] {
        let request = Request::builder().method(method).uri(&link).body(Body::empty()).unwrap();
        let shown = test.desk.send(request).await;
        assert_eq!((shown.status, shown.header("referrer-policy")), (StatusCode::OK, "same-origin"));
        assert_eq!(shown.header("cache-control"), "no-store");
    }
    let shown = test.desk.get(&link, "").await.body;
    let events = test.kinds(&number).await;
    assert!(
        events.ends_with(&["handover.released", "case.viewed", "handover.created"].map(str::to_owned)),
        "{events:?}"
    );
    let sealed = test.collect(&link).await.unwrap();
    for expected in [
        "機密",
        &number,
        "セキュリティ事故対応/フォレンジックサービスの提供",
        "noindex",
        &sha256(&sealed),
        "Company ntt-at",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert_eq!(test.kinds(&number).await.last().unwrap(), "handover.collected");
    assert_eq!(test.collect(&link).await.unwrap(), sealed);
    assert_eq!(test.count(&number, "handover.collected").await, 2);

    let bag = test.open_bag(&sealed);
    assert_eq!(json_of(&bag, "data/audit.json")["head"], head.to_string());
    assert_eq!(bag["data/files/0001-_._記録 100_.log"], log);
    let listed = json_of(&bag, "data/files.json");
    assert_eq!((&listed[0]["name"], &listed[0]["sha256"]), (&json!("../記録 100%.log"), &json!(sha256(&log))));
    let (draft, consent) = (json_of(&bag, "data/draft.json"), json_of(&bag, "data/consent.json"));
    assert_eq!(draft["service"]["forensics"]["transfer_consent"], true);
    assert_eq!(consent["record"]["document"]["version"], draft["consent"]["document"]["version"]);
    assert!(consent["events"].as_array().unwrap().iter().any(|event| event["kind"] == "intent.given"));
    let custody = json_of(&bag, "data/custody.json").to_string();
    assert!(custody.contains("file.declared") && custody.contains("file.arrived"));
    let readme = String::from_utf8(bag["data/README.txt"].clone()).unwrap();
    assert!(readme.contains("機密 CONFIDENTIAL") && readme.contains("Company ntt-at") && readme.contains(&number));
    let all = bag.values().flatten().copied().collect::<Vec<u8>>();
    assert!(!String::from_utf8_lossy(&all).contains("internal-note"), "a note of the desk stays there");
    let page = test.desk.get(&format!("/cases/{number}"), &test.lead).await.body;
    assert!(page.contains("引き渡し済み"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_before_its_steps_and_what_is_missing_is_shown() {
    let test = Referring::open("missing").await;
    let without = test.desk.submit("ransomware").await;
    let number = test.submit().await;
    let path = format!("/cases/{number}/packages");
    for (case, missing) in [(&without, "お客さまの提供意思"), (&number, "責任者による引き渡し先の承認")]
    {
        let refused = test.post(&format!("/cases/{case}/packages"), TO).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(missing), "{}", refused.body);
    }
    let page = test.desk.get(&format!("/cases/{number}"), &test.lead).await.body;
    assert!(page.contains("引き渡しの前に必要なこと") && page.contains("責任者による引き渡し先の承認"));
    test.release(&number).await;
    test.post("/organizations/ntt-at/disable", "").await;
    let refused = test.post(&path, TO).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("登録されていない"));
    test.post("/organizations/ntt-at/enable", "").await;
    // The page of another lead may still name the company of an earlier release.
    for earlier in ["organization=other", ""] {
        let refused = test.post(&path, earlier).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("別の引き渡し先"),
            "{earlier}"
        );
    }
    test.make(&number).await;
    let refused = test.post(&path, TO).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("すでに作成"));
    assert_eq!(test.count(&number, "handover.created").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_ends_the_link_and_deletes_the_objects() {
    let test = Referring::open("withdrawn").await;
    let number = test.submit().await;
    test.release(&number).await;
    let link = test.make(&number).await;
    assert!(!test.desk.evidence.storage.is_empty().unwrap());
    test.append(&number, EventKind::IntentWithdrawn, json!({ "by": "phone" })).await;
    let gone = test.desk.get(&link, "").await;
    assert!(gone.status == StatusCode::NOT_FOUND && gone.body.contains("受け取れません"), "{}", gone.body);
    assert_eq!(test.collect(&link).await, None);
    assert_eq!(test.count(&number, "handover.collected").await, 0);
    test.desk.evidence.tidy(clock::now()).await.unwrap();
    assert!(test.desk.evidence.storage.is_empty().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_leads_at_once_make_one_package() {
    let test = Referring::open("twice").await;
    let number = test.submit().await;
    test.release(&number).await;
    let path = format!("/cases/{number}/packages");
    let (first, second) = tokio::join!(test.post(&path, TO), test.post(&path, TO));
    let mut statuses = [first.status, second.status];
    statuses.sort();
    assert_eq!(statuses[0], StatusCode::CREATED, "{statuses:?}");
    assert!([StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY].contains(&statuses[1]), "{statuses:?}");
    assert_eq!(test.count(&number, "handover.created").await, 1);
    // The objects of the other one are deleted.
    let store = &test.desk.intake.store;
    let line = store.packages_of(&Number::read(&number).unwrap()).await.unwrap().remove(0);
    let kept = store.package_parts(line.seq).await.unwrap().len();
    let stored =
        (0..=u8::MAX).map(|begin| test.desk.evidence.storage.old_objects(begin, Duration::ZERO).unwrap().len());
    assert_eq!(stored.sum::<usize>(), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_end_by_renewal_disabling_and_destruction() {
    let test = Referring::open("links").await;
    let number = test.submit().await;
    test.release(&number).await;
    let first = test.make(&number).await;
    let id = test.desk.intake.store.packages_of(&Number::read(&number).unwrap()).await.unwrap()[0].id;
    let path = format!("/cases/{number}/packages/{id}");
    let second = link_of(&test.post(&format!("{path}/link"), "").await);
    assert_eq!(test.collect(&first).await, None);
    assert_eq!(test.desk.get(&second, "").await.status, StatusCode::OK);
    for (days, is_alive) in [(13, true), (15, false)] {
        let hash = Sha256::digest(second.strip_prefix("/collect/").unwrap()).into();
        let at = clock::now() + days * 24 * 60 * 60 * 1000;
        let linked = test.desk.intake.store.linked_package(hash, at).await.unwrap();
        assert_eq!(linked.is_some(), is_alive, "after {days} days");
    }
    test.post("/organizations/ntt-at/disable", "").await;
    assert_eq!(test.collect(&second).await, None);
    assert_eq!(test.post(&format!("{path}/link"), "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    test.post("/organizations/ntt-at/enable", "").await;
    let third = link_of(&test.post(&format!("{path}/link"), "").await);
    let destroyed = test.post(&format!("{path}/destroy"), "reason=wrong+company").await;
    assert_eq!(destroyed.status, StatusCode::SEE_OTHER, "{}", destroyed.body);
    assert_eq!((test.collect(&third).await, test.count(&number, "handover.destroyed").await), (None, 1));
    assert_eq!(test.post(&format!("{path}/link"), "").await.status, StatusCode::NOT_FOUND);
    let other = test.submit().await;
    let elsewhere = test.post(&format!("/cases/{other}/packages/{id}/link"), "").await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "a package of another case is unknown");
}

/// Puts a word of its own into every answer of free text, by its path.
fn mark(value: &mut Value, path: &str, words: &mut Vec<(String, String)>) {
    const FREE: [&str; 13] = [
        "/contact/company",
        "/contact/department",
        "/contact/person",
        "/contact/responsible",
        "/incident/summary",
        "/incident/purpose",
        "/incident/target",
        "/incident/operation",
        "/incident/requests",
        "/devices/*/os",
        "/devices/*/antivirus",
        "/devices/*/notes",
        "/network/topology",
    ];
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, value)| mark(value, &format!("{path}/{name}"), words));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|value| mark(value, &format!("{path}/*"), words)),
        place if FREE.contains(&path) => {
            let word = format!("kanaria{}x", words.len());
            *place = Value::from(word.clone());
            words.push((path.to_owned(), word));
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subcontractor_gets_the_granted_answers_and_files_alone() {
    let test = Referring::open("grant").await;
    let mut words = Vec::new();
    let number = test.desk.submit_changed("ransomware", |draft| mark(draft, "", &mut words)).await;
    assert!(words.len() >= 8, "{words:?}");
    let granted = test.send_file(&number, "granted-name.log", b"granted-bytes").await;
    test.send_file(&number, "other-name.log", b"other-bytes").await;
    test.append(&number, EventKind::AmendmentReceived, json!({ "text": "amended-word" })).await;
    let path = format!("/cases/{number}/grants");
    let form = format!("organization=helper&fields=/incident/summary&fields=/devices/*/os&files={granted}&days=7");
    let link = link_of(&test.post(&path, &form).await);
    let sealed = test.collect(&link).await.unwrap();
    let bag = test.open_bag(&sealed);
    let contents = String::from_utf8_lossy(&bag.values().flatten().copied().collect::<Vec<u8>>()).into_owned();
    for (path, word) in &words {
        let is_granted = ["/incident/summary", "/devices/*/os"].contains(&path.as_str());
        assert_eq!(contents.contains(word.as_str()), is_granted, "{path}");
    }
    assert!(
        contents.contains("granted-name") && contents.contains("granted-bytes") && contents.contains("委託した業務")
    );
    for other in ["other-name", "other-bytes", "amended-word", "transfer_consent", "agreed_at"] {
        assert!(!contents.contains(other), "{other}");
    }
    let events = test.kinds(&number).await;
    assert!(events.ends_with(&["grant.given", "grant.used"].map(str::to_owned)), "{events:?}");

    for wrong in [
        "organization=helper&days=7",
        "organization=helper&fields=/none&days=7",
        "organization=helper&fields=/incident&days=0",
        "organization=helper&fields=/incident&days=91",
        "organization=ntt-at&fields=/incident&days=7",
        "organization=nobody&fields=/incident&days=7",
        "organization=helper&files=0123456789abcdef0123456789abcdef&days=7",
    ] {
        assert_eq!(test.post(&path, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let id = test.desk.intake.store.packages_of(&Number::read(&number).unwrap()).await.unwrap()[0].id;
    test.post(&format!("/cases/{number}/packages/{id}/destroy"), "reason=done").await;
    assert_eq!((test.collect(&link).await, test.count(&number, "grant.ended").await), (None, 1));
    test.append(&number, EventKind::CaseWithdrawn, json!({ "reason": "by phone" })).await;
    let refused = test.post(&path, "organization=helper&fields=/incident&days=7").await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("終了した受付"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_renewed_after_its_organization_is_enabled_again() {
    let test = Referring::open("enabled").await;
    let number = test.submit().await;
    let form = "organization=helper&fields=/incident/summary&days=7";
    let first = link_of(&test.post(&format!("/cases/{number}/grants"), form).await);
    let line =
        || async { test.desk.intake.store.packages_of(&Number::read(&number).unwrap()).await.unwrap().remove(0) };
    let before = line().await;
    for word in ["disable", "enable"] {
        test.post(&format!("/organizations/helper/{word}"), "").await;
        assert_eq!(test.collect(&first).await, None, "{word}");
    }
    let second = link_of(&test.post(&format!("/cases/{number}/packages/{}/link", before.id), "").await);
    assert_eq!(test.collect(&first).await, None);
    assert!(test.collect(&second).await.is_some());
    assert_eq!(line().await.link_expires_at, before.link_expires_at, "the end of the grant stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_ended_grants_and_collected_hand_overs_are_destroyed() {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let test = Referring::open("ended").await;
    let (granted, handed) = (test.submit().await, test.submit().await);
    let form = "organization=helper&fields=/incident/summary&days=7";
    test.post(&format!("/cases/{granted}/grants"), form).await;
    test.release(&handed).await;
    let link = test.make(&handed).await;
    let tidied = async |days: i64| test.desk.evidence.tidy(clock::now() + days * DAY).await.unwrap().ended;
    assert_eq!(tidied(6).await, 0);
    assert_eq!(tidied(8).await, 1);
    let events = test.kinds(&granted).await;
    assert!(events.ends_with(&["grant.given", "grant.ended"].map(str::to_owned)), "{events:?}");
    assert_eq!(tidied(60).await, 0, "a hand-over that nobody collected gets a new link");
    assert!(test.collect(&link).await.is_some());
    // An applicant's next intent, with a package of its own, stays as it is.
    test.append(&handed, EventKind::IntentGiven, json!({ "by": "return" })).await;
    test.release(&handed).await;
    let next = test.make(&handed).await;
    let changed =
        async || test.desk.intake.store.show(&Number::read(&handed).unwrap()).await.unwrap().unwrap().unwrap();
    let before = changed().await;
    assert_eq!(tidied(29).await, 0);
    assert_eq!(tidied(31).await, 1);
    assert_eq!(tidied(31).await, 0);
    let after = changed().await;
    assert_eq!((after.clauses, after.changed_n), (before.clauses, before.changed_n));
    assert_eq!(test.count(&handed, "handover.copy_destroyed").await, 1);
    let packages = test.desk.intake.store.packages_of(&Number::read(&handed).unwrap()).await.unwrap();
    let gone: Vec<_> = packages.iter().map(|line| line.destroyed_at.is_some()).collect();
    assert_eq!((gone, packages[0].collected_at.is_some()), (vec![true, false], true));
    let renewed = test.post(&format!("/cases/{handed}/packages/{}/link", packages[0].id), "").await;
    assert_eq!(renewed.status, StatusCode::NOT_FOUND);
    assert!(test.collect(&next).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_leads_hand_over() {
    let test = Referring::open("leads").await;
    let number = test.submit().await;
    test.release(&number).await;
    for role in [Role::Operator, Role::Auditor, Role::Admin] {
        let cookie = test.desk.sign_in(role).await;
        let answer = test.desk.post(&format!("/cases/{number}/packages"), &cookie, "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role}");
        if role == Role::Operator {
            let page = test.desk.get(&format!("/cases/{number}"), &cookie).await.body;
            assert!(page.contains("引き渡し") && !page.contains("作成とリンクの発行"));
        }
    }
    let form = "id=ntt-at&name=Twice&kind=forensics&recipient=age1none";
    let refused = test.post("/organizations", form).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("age1で始まる"));
}
