//! A desk that hands over: organizations with a key, packages as they collect and open them.

use crate::support::{Answer, TestDesk};
use std::collections::BTreeMap;
use std::io::Read as _;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
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
pub const TO: &str = "organization=ntt-at";

/// The files of a package by their paths in the bag.
pub type Bag = BTreeMap<String, Vec<u8>>;

/// A desk with a lead, and an organization of each kind that holds `key`.
pub struct Referring {
    pub desk: TestDesk,
    pub lead: String,
    key: Identities,
}

impl Referring {
    pub async fn open(name: &str) -> Referring {
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
    pub async fn submit(&self) -> String {
        let intent = |draft: &mut Value| draft["service"]["forensics"] = json!({ "transfer_consent": true });
        self.desk.submit_changed("ransomware", intent).await
    }

    pub async fn append(&self, number: &str, kind: EventKind, body: Value) {
        let store = &self.desk.intake.store;
        let case = store.show(&Number::read(number).unwrap()).await.unwrap().unwrap().unwrap();
        let actor = if kind == EventKind::IntentGiven { "applicant" } else { "operator:test" };
        let draft = EventDraft { at: clock::now(), actor, kind, body: &body, after: None, also_to: None };
        let appended = store.append(vec![seal_event(&case, &draft).unwrap()]).await.unwrap();
        assert!(matches!(appended[0], Appended::Stored { .. }), "{kind} {appended:?}");
    }

    pub async fn release(&self, number: &str) {
        self.append(number, EventKind::HandoverReleased, json!({ "organization": "ntt-at" })).await;
    }

    pub async fn send_file(&self, number: &str, name: &str, bytes: &[u8]) -> FileId {
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

    pub async fn post(&self, path: &str, form: &str) -> Answer {
        self.desk.post(path, &self.lead, form).await
    }

    /// Makes the package of a case; returns the path of its link.
    pub async fn make(&self, number: &str) -> String {
        link_of(&self.post(&format!("/cases/{number}/packages"), TO).await)
    }

    /// Collects a package as its organization does; `None` for a dead link.
    pub async fn collect(&self, link: &str) -> Option<Vec<u8>> {
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
    pub fn open_bag(&self, sealed: &[u8]) -> Bag {
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

    pub async fn kinds(&self, number: &str) -> Vec<String> {
        let events = self.desk.intake.store.events(0, 1000, Some(&Number::read(number).unwrap())).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    pub async fn count(&self, number: &str, kind: &str) -> usize {
        self.kinds(number).await.iter().filter(|one| *one == kind).count()
    }
}

/// Reads the link of a page that shows it.
pub fn link_of(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let (_, rest) = answer.body.split_once("/collect/").unwrap();
    format!("/collect/{}", rest.get(..64).unwrap())
}

pub fn json_of(bag: &Bag, name: &str) -> Value {
    serde_json::from_slice(&bag[name]).unwrap()
}
