//! Accounts: one-time secrets are used once, and each change is in the chain of events with what it changes.

use std::sync::Arc;

use serde_json::json;

use super::{Database, databases, random, verified_events};
use crate::{AccountChange, Change, EventKind, NewEvent, NewLink, SecondFactor, SecretHash, Store, StoredAccount};

const NOW: i64 = 1_795_140_000_000;
const HOUR: i64 = 3_600_000;

fn event(kind: EventKind) -> NewEvent {
    NewEvent {
        case: None,
        at: NOW,
        actor: "cli:root".to_owned(),
        kind,
        body: Some(b"sealed".to_vec()),
        commitment: random(),
        change: Change::of(kind, NOW, &json!({})).unwrap(),
        after: None,
        request: None,
        return_code: None,
    }
}

async fn applies(store: &Arc<dyn Store>, change: AccountChange) -> bool {
    store.change_account(change, Some(event(EventKind::AccountAdded))).await.unwrap()
}

fn add(name: &str, token: SecretHash) -> AccountChange {
    AccountChange::Add {
        name: name.to_owned(),
        display_name: "佐藤".to_owned(),
        role: "operator".to_owned(),
        at: NOW,
        link: NewLink { token, expires_at: NOW + HOUR },
    }
}

fn finish(token: SecretHash, codes: &[SecretHash]) -> AccountChange {
    AccountChange::FinishSetUp {
        token,
        at: NOW,
        password: "$argon2id$".to_owned(),
        totp: vec![7; 60],
        totp_step: 5,
        recovery_codes: codes.to_vec(),
    }
}

fn sign_in(name: &str, second: SecondFactor, token: SecretHash, at: i64) -> AccountChange {
    AccountChange::SignIn {
        name: name.to_owned(),
        password: "$argon2id$".to_owned(),
        second,
        token,
        at,
        idle_before: at - HOUR,
        began_before: at - 12 * HOUR,
    }
}

/// Adds an account that is set up, with these recovery codes.
async fn set_up(store: &Arc<dyn Store>, name: &str, codes: &[SecretHash]) {
    let token = random();
    assert!(applies(store, add(name, token)).await);
    assert!(applies(store, finish(token, codes)).await);
}

async fn account(store: &Arc<dyn Store>, name: &str) -> StoredAccount {
    store.account(name).await.unwrap().unwrap()
}

/// Opens a further store on the same database, as another host or a command does.
pub(super) async fn another_host(database: &Database) -> Arc<dyn Store> {
    crate::open_to_write(&database.url).await.unwrap()
}

#[tokio::test]
async fn a_name_is_given_once_and_a_refused_change_writes_no_event() {
    for database in databases().await {
        let store = &database.store;
        let token = random();
        assert!(applies(store, add("sato", token)).await);
        assert!(!applies(store, add("sato", random())).await);
        assert_eq!(verified_events(store).await.len(), 1);
        let added = account(store, "sato").await;
        assert_eq!((added.display_name.as_str(), added.role.as_str(), added.disabled), ("佐藤", "operator", false));
        assert_eq!((added.created_at, added.password, added.totp, added.totp_step), (NOW, None, None, 0));
        let link = store.set_up_link(token).await.unwrap().unwrap();
        assert_eq!((link.account.as_str(), link.expires_at, link.disabled), ("sato", NOW + HOUR, false));
        assert_eq!(store.set_up_link(random()).await.unwrap(), None);
        assert_eq!(store.account("suzuki").await.unwrap(), None);
        assert!(applies(store, add("abe", random())).await);
        let names: Vec<_> = store.accounts().await.unwrap().into_iter().map(|account| account.name).collect();
        assert_eq!(names, ["abe", "sato"]);
    }
}

#[tokio::test]
async fn a_set_up_link_is_used_once_and_in_its_time() {
    for database in databases().await {
        let store = &database.store;
        let token = random();
        assert!(applies(store, add("sato", token)).await);
        let late = AccountChange::FinishSetUp {
            token,
            at: NOW + HOUR,
            password: String::new(),
            totp: Vec::new(),
            totp_step: 0,
            recovery_codes: Vec::new(),
        };
        assert!(!applies(store, late).await);
        let other = another_host(&database).await;
        let codes = [random(), random()];
        let (here, there) = (finish(token, &codes), finish(token, &[random()]));
        let outcomes = tokio::join!(applies(store, here), applies(&other, there));
        assert!(outcomes.0 != outcomes.1, "{outcomes:?}");
        let set_up = account(store, "sato").await;
        assert_eq!((set_up.password.as_deref(), set_up.totp_step), (Some("$argon2id$"), 5));
        assert_eq!(set_up.recovery_codes, if outcomes.0 { 2 } else { 1 });
        assert_eq!(store.set_up_link(token).await.unwrap(), None);
        assert_eq!(verified_events(store).await.len(), 2);
        other.close().await.unwrap();
    }
}

#[tokio::test]
async fn of_two_hosts_with_the_same_one_time_code_one_signs_in() {
    for database in databases().await {
        let store = &database.store;
        set_up(store, "sato", &[]).await;
        let other = another_host(&database).await;
        for step in 6..16 {
            let second = SecondFactor::Step(step);
            let (here, there) = (sign_in("sato", second, random(), NOW), sign_in("sato", second, random(), NOW));
            let outcomes = tokio::join!(applies(store, here), applies(&other, there));
            assert!(outcomes.0 != outcomes.1, "{outcomes:?}");
        }
        // An earlier step is used as well.
        for step in [15, 14, 5] {
            assert!(!applies(store, sign_in("sato", SecondFactor::Step(step), random(), NOW)).await);
        }
        assert_eq!(store.sessions("sato").await.unwrap().len(), 10);
        assert_eq!(verified_events(store).await.len(), 12);
        other.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_recovery_code_is_used_once_and_by_its_account_alone() {
    for database in databases().await {
        let store = &database.store;
        let code = random();
        set_up(store, "sato", &[code, random()]).await;
        set_up(store, "suzuki", &[random()]).await;
        let second = SecondFactor::RecoveryCode(code);
        assert!(!applies(store, sign_in("suzuki", second, random(), NOW)).await);
        let other = another_host(&database).await;
        let (here, there) = (sign_in("sato", second, random(), NOW), sign_in("sato", second, random(), NOW));
        let outcomes = tokio::join!(applies(store, here), applies(&other, there));
        assert!(outcomes.0 != outcomes.1, "{outcomes:?}");
        assert_eq!(
            (account(store, "sato").await.recovery_codes, account(store, "suzuki").await.recovery_codes),
            (1, 1)
        );
        assert_eq!(store.recovery_codes("sato").await.unwrap().len(), 1);
        other.close().await.unwrap();
    }
}

#[tokio::test]
async fn an_account_that_changed_since_its_password_was_compared_does_not_sign_in() {
    for database in databases().await {
        let store = &database.store;
        let code = random();
        set_up(store, "sato", &[code]).await;
        for second in [SecondFactor::Step(9), SecondFactor::RecoveryCode(code)] {
            let stale = match sign_in("sato", second, random(), NOW) {
                AccountChange::SignIn { name, second, token, at, idle_before, began_before, .. } => {
                    let password = "$another$".to_owned();
                    AccountChange::SignIn { name, password, second, token, at, idle_before, began_before }
                }
                _ => unreachable!(),
            };
            assert!(!applies(store, stale).await);
        }
        assert!(applies(store, AccountChange::Disable { name: "sato".to_owned() }).await);
        for second in [SecondFactor::Step(9), SecondFactor::RecoveryCode(code)] {
            assert!(!applies(store, sign_in("sato", second, random(), NOW)).await);
        }
        assert!(applies(store, AccountChange::Enable { name: "sato".to_owned() }).await);
        assert!(!applies(store, AccountChange::Enable { name: "sato".to_owned() }).await);
        assert!(applies(store, sign_in("sato", SecondFactor::Step(9), random(), NOW)).await);
    }
}

#[tokio::test]
async fn sessions_know_the_present_role_and_end_with_their_account() {
    for database in databases().await {
        let store = &database.store;
        set_up(store, "sato", &[]).await;
        set_up(store, "suzuki", &[]).await;
        let (old, token, others) = (random(), random(), random());
        assert!(applies(store, sign_in("sato", SecondFactor::Step(6), old, NOW)).await);
        assert!(applies(store, sign_in("suzuki", SecondFactor::Step(6), others, NOW + HOUR)).await);
        // A sign-in removes the sessions that have ended, of all accounts.
        assert!(applies(store, sign_in("sato", SecondFactor::Step(7), token, NOW + HOUR + 1)).await);
        assert_eq!(store.session(old).await.unwrap(), None);

        let session = store.session(token).await.unwrap().unwrap();
        assert_eq!((session.account.as_str(), session.role.as_str(), session.disabled), ("sato", "operator", false));
        assert_eq!((session.created_at, session.last_seen_at), (NOW + HOUR + 1, NOW + HOUR + 1));
        let seen = AccountChange::SeeSession { id: session.id, at: NOW + 2 * HOUR };
        assert!(store.change_account(seen.clone(), None).await.unwrap());
        assert!(!store.change_account(seen, None).await.unwrap());
        let lead = AccountChange::SetRole { name: "sato".to_owned(), role: "lead".to_owned() };
        assert!(applies(store, lead.clone()).await);
        assert!(!applies(store, lead).await);
        let session = store.session(token).await.unwrap().unwrap();
        assert_eq!((session.role.as_str(), session.last_seen_at), ("lead", NOW + 2 * HOUR));

        let foreign = AccountChange::EndSession { name: "suzuki".to_owned(), id: session.id };
        assert!(!applies(store, foreign).await);
        assert!(applies(store, AccountChange::Disable { name: "sato".to_owned() }).await);
        assert_eq!(store.session(token).await.unwrap(), None);
        assert_eq!(store.sessions("sato").await.unwrap(), []);
        let session = store.session(others).await.unwrap().unwrap();
        assert!(applies(store, AccountChange::EndSession { name: "suzuki".to_owned(), id: session.id }).await);
        assert_eq!(store.session(others).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_reset_removes_all_secrets_and_gives_a_link() {
    for database in databases().await {
        let store = &database.store;
        set_up(store, "sato", &[random()]).await;
        assert!(applies(store, sign_in("sato", SecondFactor::Step(6), random(), NOW)).await);
        let (first, second) = (random(), random());
        for token in [first, second] {
            let link = NewLink { token, expires_at: NOW + HOUR };
            assert!(applies(store, AccountChange::Reset { name: "sato".to_owned(), link }).await);
        }
        let reset = account(store, "sato").await;
        assert_eq!((reset.password, reset.totp, reset.totp_step, reset.recovery_codes), (None, None, 0, 0));
        assert_eq!(store.sessions("sato").await.unwrap(), []);
        assert_eq!(store.set_up_link(first).await.unwrap(), None);
        assert!(applies(store, finish(second, &[])).await);
        let link = NewLink { token: random(), expires_at: NOW };
        assert!(!applies(store, AccountChange::Reset { name: "nobody".to_owned(), link }).await);
    }
}

#[tokio::test]
async fn a_disabled_account_has_no_link_and_cannot_be_set_up() {
    for database in databases().await {
        let store = &database.store;
        let token = random();
        assert!(applies(store, add("sato", token)).await);
        assert!(applies(store, AccountChange::Disable { name: "sato".to_owned() }).await);
        assert!(!applies(store, AccountChange::Disable { name: "sato".to_owned() }).await);
        assert_eq!(store.set_up_link(token).await.unwrap(), None);
        let token = random();
        let link = NewLink { token, expires_at: NOW + HOUR };
        assert!(applies(store, AccountChange::Reset { name: "sato".to_owned(), link }).await);
        assert!(store.set_up_link(token).await.unwrap().unwrap().disabled);
        assert!(!applies(store, finish(token, &[])).await);
    }
}

#[tokio::test]
async fn a_token_ends_with_its_revocation_and_when_its_account_is_disabled_or_reset() {
    for database in databases().await {
        let store = &database.store;
        set_up(store, "sato", &[]).await;
        let token = random();
        let new =
            |name: &str| AccountChange::AddToken { name: name.to_owned(), token, scope: "queue".to_owned(), at: NOW };
        assert!(!applies(store, new("nobody")).await);
        assert!(applies(store, new("sato")).await);
        let stored = store.api_token(token).await.unwrap().unwrap();
        assert_eq!((stored.account.as_str(), stored.scope.as_str(), stored.last_used_at), ("sato", "queue", None));
        let used = AccountChange::UseToken { id: stored.id, at: NOW + 5 };
        assert!(store.change_account(used, None).await.unwrap());
        assert_eq!(store.api_tokens().await.unwrap()[0].last_used_at, Some(NOW + 5));
        assert!(applies(store, AccountChange::RevokeToken { id: stored.id }).await);
        assert!(!applies(store, AccountChange::RevokeToken { id: stored.id }).await);
        assert_eq!(store.api_token(token).await.unwrap(), None);

        assert!(applies(store, new("sato")).await);
        assert!(applies(store, AccountChange::Disable { name: "sato".to_owned() }).await);
        assert_eq!(store.api_token(token).await.unwrap(), None);
        assert!(!applies(store, new("sato")).await, "a disabled account gets none");
        assert!(applies(store, AccountChange::Enable { name: "sato".to_owned() }).await);
        assert_eq!(store.api_token(token).await.unwrap(), None);
        assert!(applies(store, new("sato")).await);
        let link = NewLink { token: random(), expires_at: NOW };
        assert!(applies(store, AccountChange::Reset { name: "sato".to_owned(), link }).await);
        assert_eq!(store.api_token(token).await.unwrap(), None);
    }
}
