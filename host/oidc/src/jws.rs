//! Signed JSON Web Tokens in their compact form (RFC 7515, RFC 7519).
//!
//! `eyJhbGciOiJFUzI1NiJ9.e30.AAAA` → algorithm, kid, claims and the signature that is still to be verified

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::TokenFault;
use crate::fetch::Object;
use crate::jwk::{Algorithm, Jwk};

/// The kind of a token, by the `typ` of its header: a token of one kind never passes for one of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `JWT`, or no type.
    IdToken,
    /// `logout+jwt`.
    LogoutToken,
}

impl Kind {
    fn is(self, typ: Option<&str>) -> bool {
        match self {
            Kind::IdToken => typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT")),
            Kind::LogoutToken => typ.is_some_and(|typ| typ.eq_ignore_ascii_case("logout+jwt")),
        }
    }
}

/// A token whose signature is not verified yet.
#[derive(Debug)]
pub(crate) struct Jws<'a> {
    algorithm: Algorithm,
    kid: Option<String>,
    claims: Object,
    signed: &'a str,
    signature: Vec<u8>,
}

impl Jws<'_> {
    /// Reads a token of a kind.
    pub fn read(token: &str, expected: Kind) -> Result<Jws<'_>, TokenFault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenFault::Malformed)?;
        let bytes = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Malformed);
        let object = |part: &str| serde_json::from_slice::<Object>(&bytes(part)?).map_err(|_| TokenFault::Malformed);
        let header = object(header)?;
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        let algorithm = text("alg").and_then(Algorithm::read).ok_or(TokenFault::Algorithm)?;
        // An extension that must be understood (RFC 7515, 4.1.11); none is.
        if header.contains_key("crit") {
            return Err(TokenFault::Algorithm);
        }
        if !expected.is(text("typ")) {
            return Err(TokenFault::Type);
        }
        let kid = text("kid").map(str::to_owned);
        Ok(Jws { algorithm, kid, claims: object(claims)?, signed, signature: bytes(signature)? })
    }

    /// Finds the key of the token: the one of its `kid`, or the only one of its algorithm (OpenID Connect Core 10.1).
    pub fn key<'k>(&self, keys: &'k [Jwk]) -> Option<&'k Jwk> {
        let mut fitting = keys.iter().filter(|key| key.fits(self.algorithm));
        match &self.kid {
            Some(_) => fitting.find(|key| key.kid == self.kid),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }

    /// Verifies the signature; returns the claims.
    pub fn verify(self, keys: &[Jwk]) -> Result<Object, TokenFault> {
        let key = self.key(keys).ok_or(TokenFault::UnknownKey)?;
        if key.verifies(self.algorithm, self.signed.as_bytes(), &self.signature) {
            Ok(self.claims)
        } else {
            Err(TokenFault::Signature)
        }
    }
}
