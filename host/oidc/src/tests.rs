//! Tokens that are wrong in one way each, and the requests for keys.

mod fetching;
mod signer;

use serde_json::{Value, json};

use crate::claims::{Expected, Logout, check_id_token, check_logout_token};
use crate::fetch::Object;
use crate::jwk::Jwk;
use crate::jws::{Jws, Kind};
use crate::metadata::{Metadata, address_of};
use crate::{OidcError, TokenFault};
use signer::{Signer, encode};

const ISSUER: &str = "https://login.example";
const CLIENT: &str = "desk";
const NONCE: &str = "n-0S6_WzA2Mj";
/// Milliseconds since the epoch.
const NOW: i64 = 1_795_140_000_000;
const SECONDS: i64 = NOW / 1000;
const EXPECTED: Expected<'_> = Expected { issuer: ISSUER, client_id: CLIENT };

fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("{value}") };
    object
}

fn keys(signers: &[&Signer]) -> Vec<Jwk> {
    Jwk::read_set(&object(json!({"keys": signers.iter().map(|signer| signer.jwk()).collect::<Vec<_>>()})))
}

/// The claims of a right ID token.
fn claims() -> Value {
    json!({"iss": ISSUER, "aud": CLIENT, "sub": "248289761001", "nonce": NONCE, "exp": SECONDS + 300, "iat": SECONDS})
}

fn check(token: &str, keys: &[Jwk]) -> Result<(), TokenFault> {
    let claims = Jws::read(token, Kind::IdToken)?.verify(keys)?;
    check_id_token(&claims, &EXPECTED, NONCE, NOW)
}

#[test]
fn every_algorithm_verifies_its_own_signatures_alone() {
    let signers = [Signer::rsa("RS256"), Signer::rsa("PS256"), Signer::es256(), Signer::ed25519()];
    let all = keys(&signers.each_ref());
    assert_eq!(all.len(), 4);
    for (at, signer) in signers.iter().enumerate() {
        let token = signer.sign(&claims());
        assert_eq!(check(&token, &all), Ok(()), "{}", signer.algorithm);
        let others: Vec<_> = signers.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| one).collect();
        assert_eq!(check(&token, &keys(&others)), Err(TokenFault::UnknownKey), "{}", signer.algorithm);
        // A changed claim under the old signature.
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = signed.split_once('.').unwrap();
        let mut forged = claims();
        forged["sub"] = json!("another");
        let forged = format!("{header}.{}.{signature}", encode(forged.to_string().as_bytes()));
        assert_eq!(check(&forged, &all), Err(TokenFault::Signature), "{}", signer.algorithm);
    }
}

#[test]
fn a_wrong_claim_is_refused_with_its_code() {
    let signer = Signer::es256();
    let keys = keys(&[&signer]);
    let refused = [
        ("iss", json!("https://login.example/"), TokenFault::Issuer),
        ("iss", Value::Null, TokenFault::Issuer),
        ("aud", json!("another"), TokenFault::Audience),
        ("aud", json!([CLIENT, "another"]), TokenFault::Audience),
        ("aud", json!([]), TokenFault::Audience),
        ("aud", Value::Null, TokenFault::Audience),
        ("azp", json!("another"), TokenFault::AuthorizedParty),
        ("exp", json!(SECONDS - 60), TokenFault::Expired),
        ("exp", json!("soon"), TokenFault::Expired),
        ("exp", Value::Null, TokenFault::Expired),
        ("iat", json!(SECONDS + 61), TokenFault::IssuedInFuture),
        ("iat", Value::Null, TokenFault::IssuedInFuture),
        ("nbf", json!(SECONDS + 61), TokenFault::IssuedInFuture),
        ("nonce", json!("another"), TokenFault::Nonce),
        ("nonce", Value::Null, TokenFault::Nonce),
        ("sub", json!(""), TokenFault::Subject),
        ("sub", json!("s".repeat(256)), TokenFault::Subject),
        ("sub", json!(7), TokenFault::Subject),
    ];
    for (claim, value, fault) in refused {
        let mut claims = claims();
        claims[claim] = value;
        assert_eq!(check(&signer.sign(&claims), &keys), Err(fault), "{claim}: {}", claims[claim]);
    }
    let accepted = [
        ("aud", json!([CLIENT])),
        ("azp", json!(CLIENT)),
        ("exp", json!(SECONDS - 59)),
        ("iat", json!(SECONDS + 60)),
        ("nbf", json!(SECONDS)),
        ("exp", json!(1_795_140_100.5)),
    ];
    for (claim, value) in accepted {
        let mut claims = claims();
        claims[claim] = value;
        assert_eq!(check(&signer.sign(&claims), &keys), Ok(()), "{claim}: {}", claims[claim]);
    }
}

#[test]
fn a_token_without_a_signature_of_a_public_key_is_refused() {
    let signer = Signer::rsa("RS256");
    let keys = keys(&[&signer]);
    let with_header = |header: Value, signature: &str| {
        format!("{}.{}.{signature}", encode(header.to_string().as_bytes()), encode(claims().to_string().as_bytes()))
    };
    for (header, signature) in [
        (json!({"alg": "none"}), ""),
        (json!({"alg": "None"}), ""),
        (json!({"alg": ""}), ""),
        (json!({}), ""),
        (json!({"alg": ["RS256"]}), "AAAA"),
        (json!({"alg": "HS256", "kid": signer.kid}), &signer.hs256_with_public_key(&claims())),
        (json!({"alg": "RS512", "kid": signer.kid}), "AAAA"),
        (json!({"alg": "RS256", "kid": signer.kid, "crit": ["b64"], "b64": false}), "AAAA"),
    ] {
        assert_eq!(check(&with_header(header.clone(), signature), &keys), Err(TokenFault::Algorithm), "{header}");
    }
    for typ in ["logout+jwt", "at+jwt", ""] {
        assert_eq!(check(&signer.sign_typed(&claims(), typ), &keys), Err(TokenFault::Type), "{typ}");
    }
    let id_token = signer.sign(&claims());
    assert_eq!(Jws::read(&id_token, Kind::LogoutToken).map(drop), Err(TokenFault::Type));
    // A key within the token is not believed.
    let embedded = with_header(json!({"alg": "ES256", "jwk": Signer::es256().jwk()}), "AAAA");
    assert_eq!(check(&embedded, &keys), Err(TokenFault::UnknownKey));
    for token in ["", "a", "a.b", "a.b.c", "e30.e30", "e30.e30.e30.e30.e30", "bnVsbA.e30.", "e30=.e30.", "e3A.e30."] {
        assert!(matches!(check(token, &keys), Err(TokenFault::Malformed | TokenFault::Algorithm)), "{token}");
    }
}

#[test]
fn a_key_is_found_by_its_kid_or_because_it_is_the_only_one() {
    let (first, second) = (Signer::es256(), Signer::es256());
    let anonymous = first.without_kid();
    let token = anonymous.sign(&claims());
    assert_eq!(check(&token, &keys(&[&first])), Ok(()), "the only key of the algorithm");
    assert_eq!(check(&token, &keys(&[&first, &second])), Err(TokenFault::UnknownKey), "two keys and no kid");
    assert_eq!(check(&first.sign(&claims()), &keys(&[&second])), Err(TokenFault::UnknownKey));
    let forged = Signer::es256().named_like(&first).sign(&claims());
    assert_eq!(check(&forged, &keys(&[&first, &second])), Err(TokenFault::Signature));
    for (member, value) in [
        ("use", json!("enc")),
        ("alg", json!("ES384")),
        ("key_ops", json!(["sign"])),
        ("crv", json!("P-384")),
        ("x", json!("AAAA")),
        ("kty", json!("oct")),
    ] {
        let mut jwk = first.jwk();
        jwk[member] = value;
        let keys = Jwk::read_set(&object(json!({"keys": [jwk]})));
        assert_eq!(check(&first.sign(&claims()), &keys), Err(TokenFault::UnknownKey), "{member}");
    }
}

#[test]
fn a_logout_token_is_no_id_token() {
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let right = json!({"iss": ISSUER, "aud": CLIENT, "iat": SECONDS, "exp": SECONDS + 120, "jti": "1", "sub": "a",
                       "sid": "b", "events": event});
    let check = |claims: &Value| check_logout_token(&object(claims.clone()), &EXPECTED, NOW);
    let logout = |subject: Option<&str>, session: Option<&str>| Logout {
        subject: subject.map(str::to_owned),
        session: session.map(str::to_owned),
        before: NOW + 1000,
    };
    assert_eq!(check(&right), Ok(logout(Some("a"), Some("b"))));
    for (claim, value, outcome) in [
        ("sid", Value::Null, Ok(logout(Some("a"), None))),
        ("sub", Value::Null, Ok(logout(None, Some("b")))),
        ("nonce", json!(NONCE), Err(TokenFault::Nonce)),
        ("events", json!({}), Err(TokenFault::NoLogout)),
        ("events", Value::Null, Err(TokenFault::NoLogout)),
        ("aud", json!("another"), Err(TokenFault::Audience)),
        ("iss", json!("https://evil.example"), Err(TokenFault::Issuer)),
        ("exp", Value::Null, Err(TokenFault::Expired)),
        ("iat", json!(SECONDS + 3600), Err(TokenFault::IssuedInFuture)),
        ("iat", json!(SECONDS - 121), Err(TokenFault::Expired)),
        ("iat", json!(SECONDS - 120), Ok(Logout { before: NOW - 119_000, ..logout(Some("a"), Some("b")) })),
    ] {
        let mut claims = right.clone();
        claims[claim] = value;
        assert_eq!(check(&claims), outcome, "{claim}");
    }
    let mut nobody = right.clone();
    nobody["sub"] = Value::Null;
    nobody["sid"] = Value::Null;
    assert_eq!(check(&nobody), Err(TokenFault::Subject));
    assert_eq!(check_id_token(&object(right), &EXPECTED, NONCE, NOW), Err(TokenFault::Nonce));
}

#[test]
fn a_description_is_of_its_issuer_and_has_safe_addresses() {
    assert_eq!(address_of("https://a.example/b/"), "https://a.example/b/.well-known/openid-configuration");
    let right = json!({
        "issuer": ISSUER, "authorization_endpoint": "https://login.example/a", "token_endpoint": "https://login.example/t",
        "jwks_uri": "https://login.example/k", "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true
    });
    let read = |description: &Value| Metadata::read(ISSUER, &object(description.clone()));
    assert!(read(&right).unwrap().names_issuer);
    for (member, value) in [
        ("issuer", json!("https://login.example/")),
        ("issuer", Value::Null),
        ("token_endpoint", json!("http://login.example/t")),
        ("jwks_uri", json!("http://192.0.2.1/k")),
        ("jwks_uri", Value::Null),
        ("authorization_endpoint", json!("javascript:alert(1)")),
        ("userinfo_endpoint", json!("file:///etc/passwd")),
        ("code_challenge_methods_supported", json!(["plain"])),
    ] {
        let mut description = right.clone();
        description[member] = value;
        let outcome = read(&description);
        assert!(matches!(outcome, Err(OidcError::Metadata(_) | OidcError::Address(_))), "{member}: {outcome:?}");
    }
}
