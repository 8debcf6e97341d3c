//! Single sign-on in the store: an attempt is used once, an account belongs to one person, sessions end with the provider's.

use std::sync::Arc;

use serde_json::json;

use super::accounts::another_host;
use super::{databases, random, verified_events};
use crate::{AccountChange, Change, EventKind, NewAttempt, NewEvent, NewLink, ProviderSubject, SecretHash, Store};

const NOW: i64 = 1_795_140_000_000;
const MINUTE: i64 = 60_000;
const ISSUER: &str = "https://login.example";

fn attempt(state: SecretHash, address: &str, at: i64) -> AccountChange {
    AccountChange::BeginOidc {
        attempt: NewAttempt { state, browser: [1; 32], address: address.to_owned(), next: "/audit".to_owned(), at },
        began_before: at - 10 * MINUTE,
        max_of_address: 3,
        max: 5,
    }
}

async fn applies(store: &Arc<dyn Store>, change: AccountChange) -> bool {
    store.change_account(change, None).await.unwrap()
}

fn person(subject: &str) -> ProviderSubject {
    ProviderSubject { issuer: ISSUER.to_owned(), subject: subject.to_owned() }
}

fn add(name: &str, subject: &str) -> AccountChange {
    let (name, person) = (name.to_owned(), person(subject));
    AccountChange::AddOfProvider { display_name: name.clone(), name, role: "operator".to_owned(), at: NOW, person }
}

fn sign_in(name: &str, subject: &str, provider_session: Option<SecretHash>, token: SecretHash) -> AccountChange {
    AccountChange::SignInOfProvider {
        name: name.to_owned(),
        person: person(subject),
        provider_session,
        token,
        at: NOW,
        idle_before: NOW - MINUTE,
        began_before: NOW - MINUTE,
    }
}

#[tokio::test]
async fn an_attempt_is_used_once_by_one_of_two_hosts() {
    for database in databases().await {
        let (store, other) = (&database.store, another_host(&database).await);
        let state = random();
        assert!(applies(store, attempt(state, "192.0.2.7", NOW)).await);
        let stored = other.oidc_attempt(state).await.unwrap().unwrap();
        assert_eq!((stored.next.as_str(), stored.created_at, stored.browser), ("/audit", NOW, vec![1; 32]));
        let end = AccountChange::EndOidc { state };
        let outcomes = tokio::join!(applies(store, end.clone()), applies(&other, end));
        assert!(outcomes.0 != outcomes.1, "{outcomes:?}");
        assert!(store.oidc_attempt(state).await.unwrap().is_none());
        other.close().await.unwrap();
    }
}

#[tokio::test]
async fn attempts_are_few_of_an_address_and_the_oldest_give_way() {
    for database in databases().await {
        let store = &database.store;
        let states: Vec<_> = (0..9).map(|_| random()).collect();
        for (state, address, at) in
            [(states[0], "a", 0), (states[1], "a", 1), (states[2], "a", 2), (states[3], "b", 3), (states[4], "b", 4)]
        {
            assert!(applies(store, attempt(state, address, NOW + at)).await);
        }
        let is_there = async |at: usize| store.oidc_attempt(states[at]).await.unwrap().is_some();
        assert!(applies(store, attempt(states[5], "a", NOW + 5)).await, "an address that has three is not kept out");
        assert!(!is_there(0).await && is_there(1).await, "its oldest attempt gives way");
        assert!(is_there(3).await && is_there(5).await);
        assert!(applies(store, attempt(states[6], "c", NOW + 6)).await, "a full table keeps nobody out");
        assert!(!is_there(1).await && is_there(2).await, "the oldest of all gives way");
        assert!(applies(store, attempt(states[7], "d", NOW + 10 * MINUTE + 4)).await);
        assert!(!is_there(3).await && is_there(4).await, "the first is over");
    }
}

#[tokio::test]
async fn a_name_and_a_person_have_one_account_without_a_link() {
    for database in databases().await {
        let store = &database.store;
        let event = NewEvent {
            case: None,
            at: NOW,
            actor: "system".to_owned(),
            kind: EventKind::AccountAdded,
            body: Some(b"sealed".to_vec()),
            commitment: random(),
            change: Change::of(EventKind::AccountAdded, NOW, &json!({})).unwrap(),
            after: None,
            request: None,
            return_code: None,
        };
        assert!(store.change_account(add("sato", "1"), Some(event.clone())).await.unwrap());
        for refused in [add("sato", "2"), add("suzuki", "1")] {
            assert!(!store.change_account(refused, Some(event.clone())).await.unwrap());
        }
        assert_eq!(verified_events(store).await.len(), 1);
        let account = store.account_of_subject(ISSUER, "1").await.unwrap().unwrap();
        assert_eq!((account.name.as_str(), account.password, account.issuer.as_deref()), ("sato", None, Some(ISSUER)));
        assert!(store.account_of_subject("https://other.example", "1").await.unwrap().is_none());
        let link = NewLink { token: random(), expires_at: NOW + MINUTE };
        assert!(!applies(store, AccountChange::Reset { name: "sato".to_owned(), link }).await);
    }
}

#[tokio::test]
async fn sessions_end_with_those_of_the_provider() {
    for database in databases().await {
        let store = &database.store;
        assert!(applies(store, add("sato", "1")).await && applies(store, add("suzuki", "2")).await);
        let (first, second, others) = (random(), random(), random());
        let (here, there) = (random(), random());
        assert!(!applies(store, sign_in("sato", "2", None, random())).await, "another person");
        assert!(applies(store, sign_in("sato", "1", Some(here), first)).await);
        assert!(applies(store, sign_in("sato", "1", Some(there), second)).await);
        assert!(applies(store, sign_in("suzuki", "2", Some(random()), others)).await);
        assert_eq!(store.session(first).await.unwrap().unwrap().issuer.as_deref(), Some(ISSUER));
        assert_eq!(store.sessions_of_provider(here).await.unwrap()[0].account, "sato");

        let end_before = |name: &str, provider_session, began_before| AccountChange::EndSessionsOfProvider {
            name: name.to_owned(),
            provider_session,
            began_before,
        };
        let end = |name: &str, provider_session| end_before(name, provider_session, NOW + 1);
        assert!(!applies(store, end_before("sato", Some(here), NOW)).await, "a session that began later goes on");
        assert!(!applies(store, end_before("sato", None, NOW)).await);
        assert!(!applies(store, end("suzuki", Some(here))).await);
        assert!(applies(store, end("sato", Some(here))).await);
        assert!(!applies(store, end("sato", Some(here))).await);
        assert!(store.session(first).await.unwrap().is_none() && store.session(second).await.unwrap().is_some());
        assert!(applies(store, end("sato", None)).await);
        assert!(store.session(second).await.unwrap().is_none() && store.session(others).await.unwrap().is_some());
        let unknown = random();
        assert!(applies(store, sign_in("sato", "1", None, unknown)).await);
        assert!(applies(store, sign_in("sato", "1", Some(there), second)).await);
        assert!(applies(store, end("sato", Some(here))).await, "a session without one of the provider may be of any");
        assert!(store.session(unknown).await.unwrap().is_none() && store.session(second).await.unwrap().is_some());
        assert!(store.session(others).await.unwrap().is_some());
        assert!(applies(store, AccountChange::Disable { name: "suzuki".to_owned() }).await);
        assert!(!applies(store, sign_in("suzuki", "2", None, random())).await);
    }
}

#[tokio::test]
async fn sessions_and_tokens_end_together() {
    for database in databases().await {
        let store = &database.store;
        assert!(applies(store, add("sato", "1")).await && applies(store, add("suzuki", "2")).await);
        let (session, token, others) = (random(), random(), random());
        let add_token = |name: &str, token| AccountChange::AddToken {
            name: name.to_owned(),
            token,
            scope: "queue".to_owned(),
            at: NOW,
        };
        let end = || AccountChange::EndAccess { name: "sato".to_owned() };
        assert!(!applies(store, end()).await, "nothing has to end");
        assert!(applies(store, sign_in("sato", "1", None, session)).await);
        assert!(applies(store, add_token("sato", token)).await && applies(store, add_token("suzuki", others)).await);
        assert!(applies(store, end()).await);
        assert!(store.session(session).await.unwrap().is_none() && store.api_token(token).await.unwrap().is_none());
        assert!(store.api_token(others).await.unwrap().is_some());
        assert!(applies(store, sign_in("sato", "1", None, random())).await, "the account is not disabled");
    }
}
