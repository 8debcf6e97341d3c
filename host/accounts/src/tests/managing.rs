//! Set-up links, management of accounts, tokens, and the events of all of them.

use kakekomi_store::ProviderSubject;
use serde_json::json;

use super::*;
use crate::{AccountError, PasswordFault, Renewal, SetUpRefusal, TokenScope};

#[tokio::test]
async fn a_set_up_link_works_once_within_its_time() {
    let desk = Desk::new().await;
    let link = desk.add("sato", Role::Operator).await;
    let set_up = desk.accounts.set_up(&link.token).await.unwrap().unwrap();
    assert_eq!((set_up.account.as_str(), set_up.display_name.as_str()), ("sato", "佐藤"));
    assert!(set_up.totp_uri.starts_with("otpauth://totp/kakekomi:sato?secret="), "{}", set_up.totp_uri);
    assert!(set_up.totp_uri.contains(&set_up.totp_secret.replace(' ', "")));
    // Each request shows the same secret, so that a code that was scanned before a reload is right.
    assert!(desk.accounts.set_up(&link.token).await.unwrap() == Some(set_up));

    let code = TotpSecret::of_link(&desk.key, &link.token).code(now());
    for (password, second, expected) in [
        ("short", code.as_str(), (Some(PasswordFault::TooShort), false)),
        (PASSWORD, "000000", (None, true)),
        ("sato-sato-sato", "", (Some(PasswordFault::Name), true)),
    ] {
        match desk.accounts.finish_set_up(&link.token, password, second).await {
            Err(SetUpRefusal::Entries { password, code }) => assert_eq!((password, code), expected),
            other => panic!("{other:?}"),
        }
    }
    desk.set_up("sato", &link).await;
    assert!(desk.accounts.set_up(&link.token).await.unwrap().is_none());
    let again = desk.accounts.finish_set_up(&link.token, PASSWORD, &code).await;
    assert!(matches!(again, Err(SetUpRefusal::Link)));

    let late = desk.accounts.reset("cli:root", "sato").await.unwrap();
    pass(72 * HOUR);
    assert!(desk.accounts.set_up(&late.token).await.unwrap().is_none());
    let code = TotpSecret::of_link(&desk.key, &late.token).code(now());
    let finished = desk.accounts.finish_set_up(&late.token, PASSWORD, &code).await;
    assert!(matches!(finished, Err(SetUpRefusal::Link)));
}

#[tokio::test]
async fn a_password_contains_no_name_of_account_owner_or_desk() {
    let desk = Desk::new().await;
    let link = desk.add("sato", Role::Operator).await;
    let code = TotpSecret::of_link(&desk.key, &link.token).code(now());
    let lines = [&desk.identity, &Identities::generate()].map(|pair| pair.recipients().concat()).join("\n");
    let recipients = Recipients::parse(&lines, Path::new("recipients")).unwrap();
    let accounts = Accounts::new(Arc::clone(&desk.store), recipients, desk.key.clone(), now)
        .with_desk_names(vec!["みなと相談窓口".to_owned()]);
    for password in ["my name is sato, hello", "みなと相談窓口のパスワード"] {
        let refused = accounts.finish_set_up(&link.token, password, &code).await;
        let expected = SetUpRefusal::Entries { password: Some(PasswordFault::Name), code: false };
        assert!(matches!(refused, Err(refusal) if format!("{refusal:?}") == format!("{expected:?}")), "{password}");
    }
    desk.set_up("sato", &link).await;
}

#[tokio::test]
async fn names_are_given_once_and_must_be_names() {
    let desk = Desk::new().await;
    desk.add("sato", Role::Operator).await;
    for (name, display) in [("Sato", "佐藤"), ("", "佐藤"), ("suzuki", " "), ("suzuki", "a\u{7}"), ("sato", "佐藤")]
    {
        let error = desk.accounts.add("cli:root", name, display, Role::Lead).await.err().unwrap();
        let is_expected = match name {
            "suzuki" => matches!(error, AccountError::DisplayName),
            "sato" => matches!(error, AccountError::Taken),
            _ => matches!(error, AccountError::Name),
        };
        assert!(is_expected, "{name}: {error}");
    }
    for error in [
        desk.accounts.reset("cli:root", "nobody").await.err().unwrap(),
        desk.accounts.disable("cli:root", "nobody").await.unwrap_err(),
        desk.accounts.set_role("cli:root", "nobody", Role::Lead).await.unwrap_err(),
        desk.accounts.add_token("cli:root", "nobody", TokenScope::Queue).await.unwrap_err(),
    ] {
        assert!(matches!(error, AccountError::NoAccount), "{error}");
    }
    assert_eq!(desk.events().await.len(), 1);
}

#[tokio::test]
async fn a_reset_ends_the_password_the_codes_and_the_sessions() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let token = desk.session(&owner).await;
    let link = desk.accounts.reset("cli:root", "sato").await.unwrap();
    assert_eq!(desk.accounts.session(&token).await.unwrap(), None);
    assert_eq!(desk.sign_in("sato", PASSWORD, &owner.codes.as_slice()[0]).await, SignIn::Refused);
    assert!(!desk.accounts.list().await.unwrap()[0].set_up);
    let renewed = desk.set_up("sato", &link).await;
    assert_eq!(desk.sign_in("sato", PASSWORD, &owner.codes.as_slice()[0]).await, SignIn::Refused);
    desk.session(&renewed).await;
}

#[tokio::test]
async fn an_account_renews_its_secrets_with_its_present_ones() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let here = address("192.0.2.7");
    let token = desk.session(&owner).await;
    let code = owner.codes.as_slice()[0].clone();
    for (password, second) in [("wrong horse battery", code.as_str()), (PASSWORD, "000000")] {
        let refused = desk.accounts.renew("sato", password, second, here).await.unwrap();
        assert!(refused == Renewal::Refused);
    }
    let Renewal::Link(link) = desk.accounts.renew("sato", PASSWORD, &code, here).await.unwrap() else {
        panic!("refused")
    };
    assert!(desk.accounts.renew("sato", PASSWORD, &code, here).await.unwrap() == Renewal::Refused);
    // Until the link is used, everything stays as it is.
    assert!(desk.accounts.session(&token).await.unwrap().is_some());
    desk.session(&owner).await;
    let secret = TotpSecret::of_link(&desk.key, &link.token);
    desk.accounts.finish_set_up(&link.token, "another horse battery", &secret.code(now())).await.unwrap();
    assert_eq!(desk.accounts.session(&token).await.unwrap(), None);
    pass(30 * SECOND);
    assert_eq!(desk.sign_in("sato", PASSWORD, &secret.code(now())).await, SignIn::Refused);
    assert!(matches!(desk.sign_in("sato", "another horse battery", &secret.code(now())).await, SignIn::SignedIn(_)));
    pass(30 * SECOND);
    let second = secret.code(now());
    let Renewal::Link(late) = desk.accounts.renew("sato", "another horse battery", &second, here).await.unwrap() else {
        panic!("refused")
    };
    pass(HOUR);
    assert!(desk.accounts.set_up(&late.token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_first_start_has_links_until_an_account_is_set_up() {
    let desk = Desk::new().await;
    let first = desk.accounts.first_links().await.unwrap();
    assert_eq!(
        first.iter().map(|(name, role, _)| (*name, *role)).collect::<Vec<_>>(),
        [("lead", Role::Lead), ("admin", Role::Admin)]
    );
    // The first links may be lost, so a further start makes others in their place.
    let second = desk.accounts.first_links().await.unwrap();
    assert!(desk.accounts.set_up(&first[0].2.token).await.unwrap().is_none());
    desk.set_up("lead", &second[0].2).await;
    assert!(desk.accounts.first_links().await.unwrap().is_empty());
    assert!(desk.accounts.set_up(&second[1].2.token).await.unwrap().is_some());

    let other = Desk::new().await;
    other.add("sato", Role::Operator).await;
    assert!(other.accounts.first_links().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_token_ends_with_its_revocation_and_with_its_accounts_end_or_reset() {
    let desk = Desk::new().await;
    desk.add("sato", Role::Operator).await;
    let secret = desk.accounts.add_token("cli:root", "sato", TokenScope::Queue).await.unwrap();
    assert!(secret.starts_with("kakekomi_"));
    let token = desk.accounts.token(&secret).await.unwrap().unwrap();
    assert_eq!((token.account.as_str(), token.role, token.scope), ("sato", Role::Operator, TokenScope::Queue));
    assert_eq!(desk.accounts.tokens().await.unwrap()[0].last_used_at, Some(now()));
    assert_eq!(desk.accounts.token("kakekomi_0").await.unwrap(), None);
    desk.add("suzuki", Role::Operator).await;
    let others = desk.accounts.add_token("cli:root", "suzuki", TokenScope::Queue).await.unwrap();
    desk.accounts.disable("cli:root", "sato").await.unwrap();
    let refused = desk.accounts.add_token("cli:root", "sato", TokenScope::Queue).await;
    assert!(matches!(refused, Err(AccountError::Disabled)), "{refused:?}");
    desk.accounts.enable("cli:root", "sato").await.unwrap();
    assert_eq!(desk.accounts.token(&secret).await.unwrap(), None, "it stays revoked");
    let secret = desk.accounts.add_token("cli:root", "sato", TokenScope::Queue).await.unwrap();
    desk.accounts.reset("cli:root", "sato").await.unwrap();
    assert_eq!(desk.accounts.token(&secret).await.unwrap(), None);
    assert!(desk.accounts.token(&others).await.unwrap().is_some(), "another account keeps its own");

    let secret = desk.accounts.add_token("cli:root", "sato", TokenScope::Queue).await.unwrap();
    let token = desk.accounts.token(&secret).await.unwrap().unwrap();
    assert!(desk.accounts.revoke_token("cli:root", token.id).await.unwrap());
    assert!(!desk.accounts.revoke_token("cli:root", token.id).await.unwrap());
    assert_eq!(desk.accounts.token(&secret).await.unwrap(), None);
}

#[tokio::test]
async fn each_change_is_an_event_that_names_its_actor() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let token = desk.session(&owner).await;
    let session = desk.accounts.session(&token).await.unwrap().unwrap();
    desk.accounts.sign_out(&session).await.unwrap();
    desk.accounts.sign_out(&session).await.unwrap();
    desk.sign_in("sato", PASSWORD, &owner.codes.as_slice()[0]).await;
    let (root, boss) = ("cli:root", "operator:boss");
    desk.accounts.set_role(boss, "sato", Role::Lead).await.unwrap();
    assert!(!desk.accounts.set_role(boss, "sato", Role::Lead).await.unwrap());
    desk.accounts.add_token(root, "sato", TokenScope::Cases).await.unwrap();
    desk.accounts.revoke_token(root, 1).await.unwrap();
    desk.accounts.disable(boss, "sato").await.unwrap();
    assert!(!desk.accounts.disable(boss, "sato").await.unwrap());
    desk.accounts.enable(boss, "sato").await.unwrap();
    desk.accounts.reset(root, "sato").await.unwrap();
    let sato = "operator:sato";
    let expected = [
        (root, "account.added", json!({"account": "sato", "display_name": "佐藤", "role": "operator"})),
        (sato, "account.set_up", json!({"account": "sato"})),
        (sato, "account.signed_in", json!({"account": "sato", "factor": "one_time_code", "address": "192.0.2.7"})),
        (sato, "account.signed_out", json!({"account": "sato", "session": session.id})),
        (sato, "account.signed_in", json!({"account": "sato", "factor": "recovery_code", "address": "192.0.2.7"})),
        (boss, "account.role", json!({"account": "sato", "role": "lead"})),
        (root, "account.token_added", json!({"account": "sato", "scope": "cases"})),
        (root, "account.token_revoked", json!({"account": "sato", "token": 1, "scope": "cases"})),
        (boss, "account.disabled", json!({"account": "sato"})),
        (boss, "account.enabled", json!({"account": "sato"})),
        (root, "account.reset", json!({"account": "sato"})),
    ];
    let expected = expected.map(|(actor, kind, body)| (actor.to_owned(), kind.to_owned(), body));
    assert_eq!(desk.events().await, expected);
}

#[tokio::test]
async fn a_linked_account_is_of_its_person_alone() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    desk.owner("suzuki", Role::Lead).await;
    let session = desk.session(&owner).await;
    let person =
        |issuer: &str, subject: &str| ProviderSubject { issuer: issuer.to_owned(), subject: subject.to_owned() };
    let (old, new) = (person("https://old.example", "1"), person("https://login.example", "248289"));
    let link = async |name: &str, person: &ProviderSubject| desk.accounts.link("cli:root", name, person.clone()).await;
    let long = person("https://login.example", &"s".repeat(256));
    for refused in [person("", "1"), person("https://login.example", ""), long] {
        assert!(matches!(link("sato", &refused).await, Err(AccountError::Person)));
    }
    assert!(matches!(link("nobody", &old).await, Err(AccountError::NoAccount)));
    assert!(desk.accounts.session(&session).await.unwrap().is_some());

    assert!(link("sato", &old).await.unwrap() && !link("sato", &old).await.unwrap());
    assert!(desk.accounts.session(&session).await.unwrap().is_none());
    assert_eq!(desk.sign_in("sato", PASSWORD, &owner.codes.as_slice()[0]).await, SignIn::Refused);
    assert!(matches!(desk.accounts.reset("cli:root", "sato").await, Err(AccountError::OfProvider)));
    assert!(matches!(link("suzuki", &old).await, Err(AccountError::PersonTaken(name)) if name == "sato"));

    assert!(link("sato", &new).await.unwrap(), "to another provider");
    let stored = desk.store.account_of_subject("https://login.example", "248289").await.unwrap().unwrap();
    assert_eq!((stored.name.as_str(), stored.password, stored.recovery_codes), ("sato", None, 0));
    assert!(desk.store.account_of_subject("https://old.example", "1").await.unwrap().is_none());
    let events = desk.events().await;
    let linked: Vec<_> = events.iter().filter(|(_, kind, _)| kind == "account.linked").collect();
    let body = json!({"account": "sato", "issuer": "https://login.example", "subject": "248289"});
    assert_eq!((linked.len(), linked[1]), (2, &("cli:root".to_owned(), "account.linked".to_owned(), body)));
}
