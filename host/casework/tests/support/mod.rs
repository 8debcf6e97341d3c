//! A desk with keys and cases on both databases.
//!
//! `desks().await` → a desk on SQLite, and one on PostgreSQL where the test command has named a server

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kakekomi_casework::{Casework, DeskTerms, Operator, Parts, Role};
use kakekomi_sealing::{HashKey, KeyFolder};
use kakekomi_service::sealed_case::{
    CaseReader, CaseRecord, CaseSealer, Contents, EventDraft, seal_event, seal_store_event,
};
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    AccountChange, Appended, EventKind, FileId, Inserted, NewCollectLink, NewEvent, NewLink, NewPackage, Organization,
    OrganizationChange, OrganizationKind, PackageId, PackagePart, PackagePurpose, Store, open, open_to_write, url_in,
};
use serde_json::json;
use serde_json::value::to_raw_value;
use sha2::Digest as _;

/// The moment at which the cases were received.
pub const RECEIVED_AT: i64 = 1_795_140_000_000;

/// The clock of all desks.
static NOW: AtomicI64 = AtomicI64::new(RECEIVED_AT);

fn now() -> i64 {
    NOW.load(Ordering::SeqCst)
}

/// Moves the clock on.
pub fn pass(milliseconds: i64) {
    NOW.fetch_add(milliseconds, Ordering::SeqCst);
}

/// A desk.
pub struct Desk {
    pub store: Arc<dyn Store>,
    pub url: String,
    pub sealer: CaseSealer,
    pub reader: Arc<CaseReader>,
    pub keys: KeyFolder,
}

/// The values of a usual report.
pub fn values(company: &str) -> serde_json::Value {
    json!({
        "contact": { "company": company, "phone": "+81332119999", "email": "hanako@example.jp" },
        "incident": { "kind": "ransomware", "ongoing": "yes", "purpose": { "unknown": true } },
    })
}

impl Desk {
    /// Stores a case of a company.
    pub async fn case(&self, company: &str) -> Number {
        let number = Number::random().unwrap();
        let report = json!({
            "accepted": true,
            "advisories": [{ "code": "support.interview_incomplete", "message": "missing: a" }],
            "progress": [{ "section": "incident", "required": 5, "answered": 4, "unknown": 1 }],
            "values": values(company),
        });
        let report = report.to_string().into_bytes();
        let consent = json!({ "record": number.to_string() });
        let module = format!("sha256:{}", "cd".repeat(32));
        let receipt = json!({
            "number": number.to_string(),
            "received_at": RECEIVED_AT,
            "module": module,
            "consent": consent,
        });
        let record = CaseRecord {
            number: number.to_string(),
            received_at: RECEIVED_AT,
            partner: None,
            test: false,
            locale: "ja".to_owned(),
            accepted: true,
            ruleset: "1".to_owned(),
            module,
            page_module: None,
            key: number.to_string(),
            consent: to_raw_value(&consent).unwrap(),
            text_sha256: sha256(b"{}"),
            report_sha256: sha256(&report),
            page_report_sha256: None,
            urgency: Some("critical".to_owned()),
            taken_by: None,
            return_code: Some(None),
        };
        let receipt = receipt.to_string().into_bytes();
        let contents = Contents { record, text: b"{}", report: &report, page_report: None, receipt };
        let case = self.sealer.seal(contents).unwrap();
        assert!(matches!(self.store.insert(case.into()).await.unwrap(), Inserted::Stored(_)));
        number
    }

    /// Adds an account.
    pub async fn account(&self, name: &str, role: Role) {
        let link = NewLink { token: sha2::Sha256::digest(name).into(), expires_at: RECEIVED_AT };
        let (name, display_name, role) = (name.to_owned(), name.to_owned(), role.as_str().to_owned());
        let add = AccountChange::Add { name, display_name, role, at: RECEIVED_AT, link };
        assert!(self.store.change_account(add, None).await.unwrap());
    }

    /// Registers an organization.
    pub async fn organization(&self, id: &str, kind: OrganizationKind) {
        let organization = Organization {
            id: id.to_owned(),
            name: id.to_owned(),
            kind,
            recipient: "age1none".to_owned(),
            disabled: false,
            created_at: RECEIVED_AT,
        };
        let body = json!({ "id": id, "name": id, "kind": kind.as_str(), "recipient": organization.recipient });
        let event = self.store_event(EventKind::OrganizationAdded, &body);
        let change = OrganizationChange::Add(organization);
        assert!(self.store.change_organization(change, event).await.unwrap());
    }

    /// Disables an organization.
    pub async fn disable(&self, id: &str) {
        let event = self.store_event(EventKind::OrganizationDisabled, &json!({ "id": id }));
        assert!(self.store.change_organization(OrganizationChange::Disable(id.to_owned()), event).await.unwrap());
    }

    fn store_event(&self, kind: EventKind, body: &serde_json::Value) -> NewEvent {
        let recipients = self.keys.recipients().unwrap();
        let draft = EventDraft { at: RECEIVED_AT, actor: "operator:lead", kind, body, after: None, also_to: None };
        seal_store_event(&recipients, &draft).unwrap()
    }

    /// Makes the package of a released hand-over.
    pub async fn package(&self, number: &Number, organization: &str) -> PackageId {
        let case = self.store.show(number).await.unwrap().unwrap().unwrap();
        let id = PackageId(FileId(sha2::Sha256::digest(number.to_string())[..16].try_into().unwrap()));
        let package = NewPackage {
            id,
            number: number.clone(),
            organization: organization.to_owned(),
            purpose: PackagePurpose::Referral,
            manifest_sha256: [7; 32],
            sealed_sha256: [8; 32],
            length: 1,
            created_at: RECEIVED_AT,
            parts: vec![PackagePart { start: 0, length: 1, object: id.to_string() }],
            link: NewCollectLink {
                token_hash: sha2::Sha256::digest(number.to_string()).into(),
                expires_at: RECEIVED_AT,
            },
        };
        let body = json!({ "organization": organization, "package": id.to_string() });
        let draft = EventDraft {
            at: RECEIVED_AT,
            actor: "operator:lead",
            kind: EventKind::HandoverCreated,
            body: &body,
            after: None,
            also_to: None,
        };
        let appended = self.store.add_package(package, seal_event(&case, &draft).unwrap()).await.unwrap();
        assert!(matches!(appended, Appended::Stored { .. }), "{appended:?}");
        id
    }

    /// The case work of a host with all keys.
    pub fn casework(&self) -> Casework {
        self.casework_over(Arc::clone(&self.store))
    }

    /// The case work of another host with all keys.
    pub fn casework_over(&self, store: Arc<dyn Store>) -> Casework {
        Casework::new(Parts { reader: Some(Arc::clone(&self.reader)), ..self.parts(store) }).with_terms(terms())
    }

    /// The case work of a host without the desk's identity.
    pub fn casework_without_identity(&self) -> Casework {
        Casework::new(self.parts(Arc::clone(&self.store))).with_terms(terms())
    }

    fn parts(&self, store: Arc<dyn Store>) -> Parts {
        Parts {
            store,
            reader: None,
            hash_key: Some(HashKey::read(&self.keys.hash_key_file()).unwrap()),
            service: Some(Arc::new(self.keys.service().unwrap())),
            storage: None,
            now,
        }
    }

    /// Another host's, or another program's, handle of the database.
    pub async fn other_store(&self) -> Arc<dyn Store> {
        if self.url.starts_with("sqlite:") {
            open_to_write(&self.url).await.unwrap()
        } else {
            open(&self.url).await.unwrap()
        }
    }
}

/// The terms of the example desk.
fn terms() -> DeskTerms {
    DeskTerms::of(&kakekomi_service::desk::Desk::load(None).unwrap())
}

pub fn operator(name: &str) -> Operator {
    Operator::account(name, Role::Operator)
}

pub fn lead() -> Operator {
    Operator::account("lead", Role::Lead)
}

/// Creates a folder of its own for a test.
fn folder() -> PathBuf {
    let name = format!("kakekomi-casework-{}-{}", std::process::id(), Number::random().unwrap());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// An empty desk on each database.
pub async fn desks() -> Vec<Desk> {
    let mut urls = vec![url_in(&folder())];
    match std::env::var("KAKEKOMI_TEST_POSTGRES") {
        Ok(server) => {
            let name = format!("casework_{}", Number::random().unwrap().to_string().replace('-', "_"));
            let create = format!("CREATE DATABASE {name}");
            let status = Command::new("psql")
                .args(["--quiet", "--dbname", &format!("{server}/postgres"), "--command", &create])
                .status();
            assert!(status.unwrap().success());
            urls.push(format!("{server}/{name}"));
        }
        Err(_) => eprintln!("not run on PostgreSQL: KAKEKOMI_TEST_POSTGRES is not set"),
    }
    let mut desks = Vec::new();
    for url in urls {
        let keys = KeyFolder::at(folder().join("keys"));
        keys.create_demo().unwrap();
        let sealer = CaseSealer::load(&keys, None).unwrap();
        let reader = Arc::new(CaseReader::load(&keys, None).unwrap().unwrap());
        desks.push(Desk { store: open(&url).await.unwrap(), url, sealer, reader, keys });
    }
    desks
}
