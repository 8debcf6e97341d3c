//! A desk over a real store in a temporary folder, for tests and for looking at the pages.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use kakekomi_accounts::{Accounts, Role, SignIn};
use kakekomi_casework::{Casework, DeskTerms, Operator, Parts};
use kakekomi_desk_pages::{DeskParts, DeskState, router};
use kakekomi_evidence::{Evidence, EvidenceLimits, FolderStorage, PartStorage};
use kakekomi_http::client_ip::Trusted;
use kakekomi_sandbox::Sandbox;
use kakekomi_sealing::{KeyFolder, Recipients};
use kakekomi_service::capacity::{Capacity, CapacityLimits};
use kakekomi_service::desk::Desk;
use kakekomi_service::example;
use kakekomi_service::sealed_case::{CaseReader, CaseSealer};
use kakekomi_service::submit::{IdempotencyKey, Intake, Outcome, PageModule, Submission};
use kakekomi_store::{clock, url_in};
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse battery";
/// Bytes of the longest page of a test.
const PAGE_MAX: usize = 4 << 20;

/// A desk and all that tests ask of it.
pub struct TestDesk {
    pub router: Router,
    pub casework: Arc<Casework>,
    pub accounts: Arc<Accounts>,
    pub intake: Intake,
    pub evidence: Evidence,
    pub stop: watch::Sender<bool>,
    folder: PathBuf,
}

/// A response that was read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl TestDesk {
    pub async fn open(name: &str) -> TestDesk {
        let folder = std::env::temp_dir().join(format!("kakekomi-pages-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let keys = KeyFolder::at(folder.join("keys"));
        keys.create_demo().unwrap();
        let store = kakekomi_store::open(&url_in(&folder)).await.unwrap();
        let sealer = Arc::new(CaseSealer::load(&keys, None).unwrap());
        let storage: Arc<dyn PartStorage> = Arc::new(FolderStorage::open(&folder.join("evidence")).unwrap());
        kakekomi_evidence::bind(&*store, &storage).await.unwrap();
        let evidence = Evidence {
            store: Arc::clone(&store),
            storage: Arc::clone(&storage),
            key: keys.hash_key().unwrap(),
            // The disk of a test may be nearly full.
            limits: EvidenceLimits { min_free_percent: 0, ..EvidenceLimits::default() },
        };
        let parts = Parts {
            store: Arc::clone(&store),
            reader: CaseReader::load(&keys, None).unwrap().map(Arc::new),
            hash_key: Some(keys.hash_key().unwrap()),
            service: Some(Arc::new(keys.service().unwrap())),
            storage: Some(Arc::clone(&storage)),
            now: clock::now,
        };
        let desk = Arc::new(Desk::load(None).unwrap());
        let casework = Arc::new(Casework::new(parts).with_terms(DeskTerms::of(&desk)));
        let recipients = keys.recipients().unwrap();
        let accounts =
            Arc::new(Accounts::new(Arc::clone(&store) as _, recipients, keys.hash_key().unwrap(), clock::now));
        let intake = Intake {
            desk,
            sandbox: Arc::new(Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).unwrap()),
            store,
            sealer,
            capacity: Arc::new(Capacity::new(CapacityLimits::default(), None)),
            retired: Arc::new(BTreeSet::new()),
            rulesets: Arc::new(BTreeMap::new()),
        };
        let (stop, stopped) = watch::channel(false);
        let state = DeskState::new(DeskParts {
            accounts: Arc::clone(&accounts),
            casework: Arc::clone(&casework),
            intake: intake.clone(),
            now: clock::now,
            is_https: false,
            trusted: Trusted::default(),
            stop: stopped,
        });
        let router = router(Arc::new(state.unwrap()));
        TestDesk { router, casework, accounts, intake, evidence, stop, folder }
    }

    /// Adds an account of a role, whose name is the role's, and signs it in; returns its cookie.
    pub async fn sign_in(&self, role: Role) -> String {
        self.sign_in_as(role.as_str(), role).await
    }

    pub async fn sign_in_as(&self, name: &str, role: Role) -> String {
        let link = self.accounts.add("cli:test", name, name, role).await.unwrap().token;
        let set_up = self.accounts.set_up(&link).await.unwrap().unwrap();
        let code = totp_rs::Totp::from_url(&set_up.totp_uri)
            .unwrap()
            .generate(u64::try_from(clock::now() / 1000).unwrap())
            .to_string();
        let codes = self.accounts.finish_set_up(&link, PASSWORD, &code).await.unwrap();
        let signed = self.accounts.sign_in(name, PASSWORD, &codes.as_slice()[0], [127, 0, 0, 1].into()).await.unwrap();
        let SignIn::SignedIn(token) = signed else { panic!("{signed:?}") };
        format!("kakekomi-desk={}", token.as_str())
    }

    /// Submits the example of a kind; returns its number.
    pub async fn submit(&self, kind: &str) -> String {
        self.submit_text(&example::example(kind, &self.intake.desk).unwrap()).await
    }

    /// Submits a draft after a change.
    pub async fn submit_changed(&self, kind: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut draft = serde_json::from_str(&example::example(kind, &self.intake.desk).unwrap()).unwrap();
        change(&mut draft);
        self.submit_text(&draft.to_string()).await
    }

    async fn submit_text(&self, text: &str) -> String {
        use std::sync::atomic::{AtomicU32, Ordering};
        static KEY: AtomicU32 = AtomicU32::new(0);
        let key = format!("key{}", KEY.fetch_add(1, Ordering::SeqCst));
        let submission = Submission {
            return_hash: None,
            text: text.to_owned().into(),
            key: IdempotencyKey::read(key.as_bytes()).unwrap(),
            module: PageModule::Current,
            locale: kakekomi_core::Locale::Ja,
            through: None,
            client: None,
            by_phone: None,
        };
        let outcome = self.intake.submit(submission, clock::now()).await.outcome;
        let Outcome::Stored(receipt) = outcome else { panic!("{outcome:?}") };
        let receipt: Value = serde_json::from_slice(&receipt).unwrap();
        receipt["number"].as_str().unwrap().to_owned()
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, cookie: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8_lossy(&to_bytes(body, PAGE_MAX).await.unwrap()).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Returns the recipients of the store's own events.
    pub fn recipients(&self) -> Recipients {
        KeyFolder::at(self.folder.join("keys")).recipients().unwrap()
    }

    /// Changes a byte of each stored part of an evidence file.
    pub fn damage_parts(&self) {
        for folder in std::fs::read_dir(self.folder.join("evidence/parts")).unwrap() {
            for part in std::fs::read_dir(folder.unwrap().path()).unwrap().map(|part| part.unwrap().path()) {
                let mut bytes = std::fs::read(&part).unwrap();
                *bytes.last_mut().unwrap() ^= 1;
                std::fs::write(part, bytes).unwrap();
            }
        }
    }

    /// Returns the last changing event of a case, as the forms have it.
    pub async fn changed_n(&self, number: &str) -> i64 {
        let operator = Operator::account("auditor", Role::Auditor);
        let number = kakekomi_store::receipt_number::Number::read(number).unwrap();
        self.casework.view(&operator, &number).await.unwrap().case.changed_n
    }
}

impl Drop for TestDesk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
