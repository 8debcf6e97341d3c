//! The files of a database that was stolen: no secret is in them.

use super::*;
use crate::TokenScope;

#[tokio::test]
async fn no_secret_is_in_the_database() {
    let desk = Desk::new().await;
    let owner = desk.owner("sato", Role::Operator).await;
    let session = desk.session(&owner).await;
    let link = desk.add("suzuki", Role::Operator).await;
    let api = desk.accounts.add_token("cli:root", "sato", TokenScope::Queue).await.unwrap();
    let base32 = owner.secret.text().replace(' ', "");
    let mut secrets = vec![PASSWORD.to_owned(), session, link.token, api, base32];
    secrets.extend(owner.codes.as_slice().iter().flat_map(|code| [code.clone(), code.replace('-', "")]));

    let files = std::fs::read_dir(&desk.folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let bytes = files.collect::<Vec<_>>().concat();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(holds(b"$argon2id$v=19$m=19456,t=2,p=1$"), "the files are those of the database");
    for secret in secrets {
        assert!(!holds(secret.as_bytes()), "{secret}");
    }
    assert!(!holds(owner.secret.bytes()));
}

#[tokio::test]
async fn a_second_factor_that_another_key_wrapped_lets_nobody_in() {
    let desk = Desk::new().await;
    desk.owner("sato", Role::Operator).await;
    let recipients = desk.identity.recipients().join("\n");
    let recipients = Recipients::parse(&recipients, Path::new("recipients")).unwrap();
    let accounts = Accounts::new(Arc::clone(&desk.store), recipients, HashKey::generate().unwrap(), now);
    pass(30 * SECOND);
    let code = TotpSecret::NOBODY.code(now());
    let signed = accounts.sign_in("sato", PASSWORD, &code, address("192.0.2.7")).await.unwrap();
    assert_eq!(signed, SignIn::Refused);
}
