//! Refused sign-ins: the same answer to everything that is wrong, lock-outs, and few events.

use std::time::Duration;

use serde_json::json;

use super::*;

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    desk.owner("disabled", Role::Operator).await;
    desk.accounts.disable("cli:root", "disabled").await.unwrap();
    desk.add("new", Role::Operator).await;
    let code = owner.secret.code(now());
    for (name, password, second) in [
        ("nobody", PASSWORD, code.as_str()),
        ("", PASSWORD, &code),
        ("佐藤", PASSWORD, &code),
        (&"a".repeat(10_000), PASSWORD, &code),
        ("sato", "wrong horse battery", &code),
        ("sato", "", &code),
        ("sato", PASSWORD, "000000"),
        ("sato", PASSWORD, ""),
        ("sato", PASSWORD, "00000-00000"),
        ("disabled", PASSWORD, &code),
        ("new", PASSWORD, &code),
        ("new", "", ""),
    ] {
        assert_eq!(desk.sign_in(name, password, second).await, SignIn::Refused, "{name} {second}");
    }
    assert!(matches!(desk.sign_in("sato", PASSWORD, &code).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn another_address_never_locks_the_right_operator_out() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let attacker = address("203.0.113.9");
    for _ in 0..10 {
        let refused = desk.accounts.sign_in("sato", "guess", "123456", attacker).await.unwrap();
        assert_eq!(refused, SignIn::Refused);
        let refused = desk.accounts.sign_in("nobody", "guess", "123456", attacker).await.unwrap();
        assert_eq!(refused, SignIn::Refused);
    }
    let locked = SignIn::Locked { wait: Duration::from_mins(15) };
    let code = owner.secret.code(now());
    // An unknown name is locked as well; the right credentials do not help the attacker's address.
    for (name, password) in [("sato", PASSWORD), ("nobody", "guess")] {
        assert_eq!(desk.accounts.sign_in(name, password, &code, attacker).await.unwrap(), locked);
    }
    assert!(matches!(desk.sign_in("sato", PASSWORD, &code).await, SignIn::SignedIn(_)));
    pass(15 * MINUTE);
    let code = owner.secret.code(now());
    assert!(matches!(desk.accounts.sign_in("sato", PASSWORD, &code, attacker).await.unwrap(), SignIn::SignedIn(_)));
}

#[tokio::test]
async fn simultaneous_guesses_do_not_pass_the_limit_together() {
    let desk = Desk::new().await;
    desk.owner("sato", Role::Operator).await;
    let mut refused = 0;
    for _ in 0..10 {
        let guesses = (0..3).map(|_| {
            let accounts = Arc::clone(&desk.accounts);
            tokio::spawn(
                async move { accounts.sign_in("sato", "guess", "123456", address("203.0.113.9")).await.unwrap() },
            )
        });
        for guess in guesses.collect::<Vec<_>>() {
            refused += usize::from(guess.await.unwrap() == SignIn::Refused);
        }
    }
    assert_eq!(refused, 10);
}

#[tokio::test]
async fn an_attempt_that_was_not_judged_is_no_failure() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let occupied = desk.accounts.passwords.occupied();
    for _ in 0..20 {
        assert_eq!(desk.sign_in("sato", PASSWORD, "123456").await, SignIn::Busy);
    }
    drop(occupied);
    assert!(matches!(desk.sign_in("sato", PASSWORD, &owner.secret.code(now())).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn an_address_that_guesses_at_many_names_leaves_places_to_others() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let guesses = (0..60).map(|n| {
        let (accounts, name) = (Arc::clone(&desk.accounts), format!("name{n}"));
        tokio::spawn(async move { accounts.sign_in(&name, "guess", "123456", address("203.0.113.9")).await.unwrap() })
    });
    let guesses: Vec<_> = guesses.collect();
    assert!(matches!(desk.sign_in("sato", PASSWORD, &owner.secret.code(now())).await, SignIn::SignedIn(_)));
    let mut busy = 0;
    for guess in guesses {
        busy += usize::from(guess.await.unwrap() == SignIn::Busy);
    }
    assert!(busy >= 40, "{busy}");
}

#[tokio::test]
async fn a_flood_of_refusals_is_one_event_a_minute_and_account() {
    let desk = Desk::new().await;
    desk.owner("sato", Role::Operator).await;
    let begun = desk.events().await.len();
    for minute in 0..2 {
        for n in 0..9 {
            let from = address(&format!("203.0.113.{n}"));
            desk.accounts.sign_in("sato", "guess", "123456", from).await.unwrap();
            // A password that was typed into the field of the name is not recorded.
            desk.accounts.sign_in(&format!("secret{n}"), "guess", "123456", from).await.unwrap();
        }
        desk.wait_for_events(i64::try_from(begun).unwrap() + 2 * (minute + 1)).await;
        pass(MINUTE);
    }
    let mut events = desk.events().await.split_off(begun);
    events.sort_by_key(|(_, _, body)| body.to_string());
    assert!(events.iter().all(|(actor, kind, _)| (actor.as_str(), kind.as_str()) == ("system", "account.refused")));
    let bodies: Vec<_> = events.into_iter().map(|(_, _, body)| body).collect();
    let refused =
        |account: Option<&str>, count| json!({"account": account, "refused": count, "address": "203.0.113.0"});
    let expected = [refused(Some("sato"), 1), refused(Some("sato"), 9), refused(None, 1), refused(None, 9)];
    assert_eq!(bodies, expected);
}
