//! Tests of accounts with a real database and a clock of their own.

mod managing;
mod refusing;
mod secrets;
mod signing_in;

use std::cell::Cell;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kakekomi_sealing::{HashKey, Identities, Recipients, open_body};
use kakekomi_store::{Store, open, url_in};
use serde_json::Value;

use crate::totp::TotpSecret;
use crate::{Accounts, RecoveryCodes, Role, SetUpLink, SignIn};

const START: i64 = 1_795_140_000_000;
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const PASSWORD: &str = "correct horse battery";

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(START) };
}

fn now() -> i64 {
    NOW.get()
}

/// Lets time pass for the accounts of this thread.
fn pass(milliseconds: i64) {
    NOW.set(now() + milliseconds);
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Accounts on an empty database, with the identity that opens their events.
struct Desk {
    accounts: Arc<Accounts>,
    store: Arc<dyn Store>,
    key: HashKey,
    identity: Identities,
    folder: PathBuf,
}

/// An account that is set up.
struct Owner {
    name: &'static str,
    secret: TotpSecret,
    codes: RecoveryCodes,
}

impl Desk {
    async fn new() -> Desk {
        let mut random = [0; 8];
        getrandom::fill(&mut random).unwrap();
        let folder = std::env::temp_dir().join(format!("kakekomi-accounts-{:x}", u64::from_ne_bytes(random)));
        std::fs::create_dir(&folder).unwrap();
        let store = open(&url_in(&folder)).await.unwrap();
        let pairs = [Identities::generate(), Identities::generate()];
        let lines = pairs.each_ref().map(|pair| pair.recipients().concat()).join("\n");
        let recipients = Recipients::parse(&lines, Path::new("recipients")).unwrap();
        let key = HashKey::generate().unwrap();
        let accounts = Arc::new(Accounts::new(Arc::clone(&store), recipients, key.clone(), now));
        let [identity, _] = pairs;
        Desk { accounts, store, key, identity, folder }
    }

    async fn add(&self, name: &str, role: Role) -> SetUpLink {
        self.accounts.add("cli:root", name, "佐藤", role).await.unwrap()
    }

    /// Sets an account up with its link; afterwards a new one-time code is valid.
    async fn set_up(&self, name: &'static str, link: &SetUpLink) -> Owner {
        let secret = TotpSecret::of_link(&self.key, &link.token);
        let codes = self.accounts.finish_set_up(&link.token, PASSWORD, &secret.code(now())).await.unwrap();
        pass(30 * SECOND);
        Owner { name, secret, codes }
    }

    async fn owner(&self, name: &'static str, role: Role) -> Owner {
        let link = self.add(name, role).await;
        self.set_up(name, &link).await
    }

    async fn sign_in(&self, name: &str, password: &str, second: &str) -> SignIn {
        self.accounts.sign_in(name, password, second, address("192.0.2.7")).await.unwrap()
    }

    /// Signs in with a new one-time code; returns the session's token.
    async fn session(&self, owner: &Owner) -> String {
        pass(30 * SECOND);
        match self.sign_in(owner.name, PASSWORD, &owner.secret.code(now())).await {
            SignIn::SignedIn(token) => token.as_str().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    /// Reads actor, kind and opened body of all events.
    async fn events(&self) -> Vec<(String, String, Value)> {
        let events = self.store.events(0, 500, None).await.unwrap();
        let read = |event: kakekomi_store::Event| {
            assert_eq!((event.case_number, event.n), (None, None));
            let opened = open_body(&self.identity, &event.body.unwrap()).unwrap();
            assert_eq!(opened.commitment.as_slice(), event.commitment);
            (event.actor, event.kind, serde_json::from_slice(&opened.body).unwrap())
        };
        events.into_iter().map(read).collect()
    }

    /// Waits until there are so many events: those of refusals are written in the background.
    async fn wait_for_events(&self, count: i64) {
        while self.store.audit_head().await.unwrap().seq < count {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
}
