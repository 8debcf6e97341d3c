//! Hand-overs: organizations, packages, the page over which they are collected, and grants.

use crate::support::{Answer, TestDesk};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use futures_util::stream;
use kakekomi_accounts::Role;
use kakekomi_evidence::{NewUpload, What};
use kakekomi_sealing::{Identities, open_part};
use kakekomi_service::sealed_case::{EventDraft, seal_event};
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, EventKind, FileId, clock};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The form that makes a package for the released company.
const TO: &str = "organization=ntt-at";

/// The files of a package by their paths in the bag.
type Bag = BTreeMap<String, Vec<u8>>;

/// A desk with a lead, and an organization of each kind that holds `key`.
struct Referring {
    desk: TestDesk,
    lead: String,
    key: Identities,
}

impl Referring {
    async fn open(name: &str) -> Referring {
        let desk = TestDesk::open(name).await;
        let lead = desk.sign_in(Role::Lead).await;
        let key = Identities::generate();
        let recipient = key.recipients().concat();
        for (id, kind) in [("ntt-at", "forensics"), ("helper", "subcontractor")] {
            let form = format!("id={id}&name=Company+{id}&kind={kind}&recipient={recipient}");
            assert_eq!(desk.post("/organizations", &lead, &form).await.status, StatusCode::SEE_OTHER, "{id}");
        }
        Referring { desk, lead, key }
    }

    /// Submits a draft whose applicant agreed to the hand-over.
    async fn submit(&self) -> String {
        let intent = |draft: &mut Value| draft["service"]["forensics"] = json!({ "transfer_consent": true });
        self.desk.submit_changed("ransomware", intent).await
    }

    async fn append(&self, number: &str, kind: EventKind, body: Value) {
        let store = &self.desk.intake.store;
        let case = store.show(&Number::read(number).unwrap()).await.unwrap().unwrap().unwrap();
        let draft =
            EventDraft { at: clock::now(), actor: "operator:test", kind, body: &body, after: None, also_to: None };
        let appended = store.append(vec![seal_event(&case, &draft).unwrap()]).await.unwrap();
        assert!(matches!(appended[0], Appended::Stored { .. }), "{kind} {appended:?}");
    }

    async fn release(&self, number: &str) {
        self.append(number, EventKind::HandoverReleased, json!({ "organization": "ntt-at" })).await;
    }

    async fn send_file(&self, number: &str, name: &str, bytes: &[u8]) -> FileId {
        let number = Number::read(number).unwrap();
        let new = NewUpload {
            what: What::Log,
            log: Some(0),
            name: name.to_owned(),
            media_type: "text/plain".to_owned(),
            length: bytes.len() as u64,
            sha256: Some(Sha256::digest(bytes).into()),
        };
        let id = self.desk.evidence.create(&number, new, clock::now()).await.unwrap().id;
        let chunks = [Ok::<_, ()>(bytes.to_vec().into())];
        self.desk.evidence.append(&number, &id, 0, stream::iter(chunks), clock::now).await.unwrap();
        id
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        self.desk.post(path, &self.lead, form).await
    }

    /// Makes the package of a case; returns the path of its link.
    async fn make(&self, number: &str) -> String {
        link_of(&self.post(&format!("/cases/{number}/packages"), TO).await)
    }

    /// Collects a package as its organization does; `None` for a dead link.
    async fn collect(&self, link: &str) -> Option<Vec<u8>> {
        let request = Request::post(link).header("sec-fetch-site", "same-origin");
        let (parts, body) = tower::ServiceExt::oneshot(self.desk.router.clone(), request.body(Body::empty()).unwrap())
            .await
            .unwrap()
            .into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        if parts.status == StatusCode::NOT_FOUND {
            return None;
        }
        assert_eq!(parts.status, StatusCode::OK);
        assert!(parts.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment; filename="));
        assert_eq!(parts.headers[header::CACHE_CONTROL], "no-store");
        Some(bytes)
    }

    /// Opens a package and checks every digest of its bag.
    fn open_bag(&self, sealed: &[u8]) -> Bag {
        let mut archive = tar::Archive::new(open_part(&self.key, sealed).unwrap());
        let mut bag = Bag::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_str().unwrap().split_once('/').unwrap().1.to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            bag.insert(path, bytes);
        }
        let mut payload = 0;
        for (manifest, is_payload) in [("manifest-sha256.txt", true), ("tagmanifest-sha256.txt", false)] {
            for line in String::from_utf8(bag[manifest].clone()).unwrap().lines() {
                let (digest, path) = line.split_once("  ").unwrap();
                assert_eq!(digest, sha256(&bag[path]), "{path}");
                payload += usize::from(is_payload);
            }
        }
        assert_eq!(payload, bag.keys().filter(|path| path.starts_with("data/")).count());
        bag
    }

    async fn kinds(&self, number: &str) -> Vec<String> {
        let events = self.desk.intake.store.events(0, 1000, Some(&Number::read(number).unwrap())).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    async fn count(&self, number: &str, kind: &str) -> usize {
        self.kinds(number).await.iter().filter(|one| *one == kind).count()
    }
}

/// Reads the link of a page that shows it.
fn link_of(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let (_, rest) = answer.body.split_once("/collect/").unwrap();
    format!("/collect/{}", rest.get(..64).unwrap())
}

fn json_of(bag: &Bag, name: &str) -> Value {
    serde_json::from_slice(&bag[name]).unwrap()
}

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
    assert!(page.contains("引き渡し先が受け取り済み"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_before_its_steps_and_what_is_missing_is_shown() {
    let test = Referring::open("missing").await;
    let without = test.desk.submit("ransomware").await;
    let number = test.submit().await;
    let path = format!("/cases/{number}/packages");
    for (case, missing) in [(&without, "お客さまの情報提供の同意"), (&number, "責任者による引き渡し先の承認")]
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
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("別の引き渡し先"), "{earlier}");
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
    let text = String::from_utf8_lossy(&bag.values().flatten().copied().collect::<Vec<u8>>()).into_owned();
    for (path, word) in &words {
        let is_granted = ["/incident/summary", "/devices/*/os"].contains(&path.as_str());
        assert_eq!(text.contains(word.as_str()), is_granted, "{path}");
    }
    assert!(text.contains("granted-name") && text.contains("granted-bytes") && text.contains("委託した業務"));
    for other in ["other-name", "other-bytes", "amended-word", "transfer_consent", "agreed_at"] {
        assert!(!text.contains(other), "{other}");
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
