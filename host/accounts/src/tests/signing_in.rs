//! Signing in, and the sessions that it begins.

use super::*;

#[tokio::test]
async fn a_one_time_code_signs_in_once() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    // The code that confirmed the set-up is used.
    let confirmed = owner.secret.code(now() - 30 * SECOND);
    assert_eq!(desk.sign_in("sato", PASSWORD, &confirmed).await, SignIn::Refused);
    let code = owner.secret.code(now());
    let SignIn::SignedIn(token) = desk.sign_in(" Sato ", PASSWORD, &code).await else { panic!("refused") };
    assert_eq!(desk.sign_in("sato", PASSWORD, &code).await, SignIn::Refused);
    let session = desk.accounts.session(token.as_str()).await.unwrap().unwrap();
    assert_eq!((session.account.as_str(), session.display_name.as_str()), ("sato", "佐藤"));
    assert_eq!((session.role, session.created_at), (Role::Operator, now()));
    // The code before the last used one is never accepted again, the next one is.
    assert_eq!(desk.sign_in("sato", PASSWORD, &owner.secret.code(now() - 30 * SECOND)).await, SignIn::Refused);
    let next = owner.secret.code(now() + 30 * SECOND);
    assert!(matches!(desk.sign_in("sato", PASSWORD, &next).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn of_simultaneous_sign_ins_with_the_same_code_one_succeeds() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    for code in [owner.secret.code(now()), owner.codes.as_slice()[0].clone()] {
        let attempts = (0..8).map(|n| {
            let (accounts, code) = (Arc::clone(&desk.accounts), code.clone());
            let from = address(&format!("192.0.2.{n}"));
            tokio::spawn(async move { accounts.sign_in("sato", PASSWORD, &code, from).await.unwrap() })
        });
        let mut signed_in = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            signed_in += usize::from(matches!(attempt.await.unwrap(), SignIn::SignedIn(_)));
        }
        assert_eq!(signed_in, 1);
    }
    assert_eq!(desk.accounts.sessions("sato").await.unwrap().len(), 2);
}

#[tokio::test]
async fn each_recovery_code_signs_in_once() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let codes = owner.codes.as_slice();
    assert_eq!(codes.len(), 10);
    for (n, code) in codes.iter().enumerate() {
        let typed = if n % 2 == 0 { code.to_uppercase() } else { code.replace('-', " ") };
        assert!(matches!(desk.sign_in("sato", PASSWORD, &typed).await, SignIn::SignedIn(_)), "{n}");
        assert_eq!(desk.sign_in("sato", PASSWORD, code).await, SignIn::Refused);
    }
    assert_eq!(desk.accounts.list().await.unwrap()[0].recovery_codes, 0);
    assert!(matches!(desk.sign_in("sato", PASSWORD, &owner.secret.code(now())).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_or_old() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let idle = desk.session(&owner).await;
    pass(30 * MINUTE - 1);
    // Looking does not prolong it.
    assert!(desk.accounts.peek(&idle).await.unwrap().is_some());
    pass(1);
    assert_eq!(desk.accounts.session(&idle).await.unwrap(), None);

    let busy = desk.session(&owner).await;
    for _ in 0..25 {
        pass(28 * MINUTE);
        assert!(desk.accounts.session(&busy).await.unwrap().is_some());
    }
    pass(20 * MINUTE);
    assert_eq!(desk.accounts.session(&busy).await.unwrap(), None);
    for other in ["", "0", &"a".repeat(64), "é"] {
        assert_eq!(desk.accounts.session(other).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_last_request_is_noted_to_the_minute() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let token = desk.session(&owner).await;
    let begun = now();
    pass(MINUTE - 1);
    desk.accounts.session(&token).await.unwrap().unwrap();
    assert_eq!(desk.accounts.peek(&token).await.unwrap().unwrap().last_seen_at, begun);
    pass(1);
    desk.accounts.session(&token).await.unwrap().unwrap();
    assert_eq!(desk.accounts.peek(&token).await.unwrap().unwrap().last_seen_at, begun + MINUTE);
}

#[tokio::test]
async fn a_disabled_account_and_a_changed_role_count_at_the_next_request() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let token = desk.session(&owner).await;
    assert!(desk.accounts.set_role("operator:boss", "sato", Role::Auditor).await.unwrap());
    assert_eq!(desk.accounts.session(&token).await.unwrap().unwrap().role, Role::Auditor);
    assert!(desk.accounts.disable("operator:boss", "sato").await.unwrap());
    assert_eq!(desk.accounts.session(&token).await.unwrap(), None);
    assert_eq!(desk.sign_in("sato", PASSWORD, &owner.secret.code(now() + 30 * SECOND)).await, SignIn::Refused);
    assert!(desk.accounts.enable("operator:boss", "sato").await.unwrap());
    assert_eq!(desk.accounts.session(&token).await.unwrap(), None);
    desk.session(&owner).await;
}

#[tokio::test]
async fn an_account_ends_its_own_sessions_alone() {
    let desk = Desk::new().await;
    let (sato, suzuki) = (desk.owner("sato", Role::Operator).await, desk.owner("suzuki", Role::Lead).await);
    let (here, there, others) = (desk.session(&sato).await, desk.session(&sato).await, desk.session(&suzuki).await);
    let others = desk.accounts.session(&others).await.unwrap().unwrap();
    assert!(!desk.accounts.revoke("sato", others.id).await.unwrap());
    let listed = desk.accounts.sessions("sato").await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(desk.accounts.revoke("sato", listed[0].id).await.unwrap());
    assert_eq!(desk.accounts.session(&there).await.unwrap(), None);
    let session = desk.accounts.session(&here).await.unwrap().unwrap();
    desk.accounts.sign_out(&session).await.unwrap();
    assert_eq!(desk.accounts.session(&here).await.unwrap(), None);
    assert_eq!(desk.accounts.sessions("suzuki").await.unwrap(), [others]);
}
