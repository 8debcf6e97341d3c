//! Public keys of a provider (RFC 7517), and the signatures that they verify.
//!
//! `{"kty": "EC", "crv": "P-256", "x": …, "y": …, "kid": "a"}` → a [`Jwk`] for ES256

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::Value;

use crate::fetch::Object;

/// The keys of a set that are read; providers publish two or three.
const KEYS_MAX: usize = 64;
/// Bytes of a coordinate of the curve P-256.
const COORDINATE_BYTES: usize = 32;

/// The algorithm of a signature. There are no others: `none` and those with a shared secret have no name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
}

impl Algorithm {
    /// Reads the value of `alg`.
    pub fn read(word: &str) -> Option<Algorithm> {
        match word {
            "RS256" => Some(Algorithm::Rs256),
            "PS256" => Some(Algorithm::Ps256),
            "ES256" => Some(Algorithm::Es256),
            "EdDSA" => Some(Algorithm::EdDsa),
            _ => None,
        }
    }
}

/// A public key.
#[derive(Debug, Clone)]
pub(crate) struct Jwk {
    pub kid: Option<String>,
    /// The only algorithm that the key is for, if it names one.
    algorithm: Option<Algorithm>,
    key: PublicKey,
}

#[derive(Debug, Clone)]
enum PublicKey {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Jwk {
    /// Reads the keys of a set that can verify a signature; others are left out (RFC 7517, 5).
    pub fn read_set(set: &Object) -> Vec<Jwk> {
        let keys = set.get("keys").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        keys.iter().take(KEYS_MAX).filter_map(Jwk::read).collect()
    }

    fn read(jwk: &Value) -> Option<Jwk> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let operations = jwk.get("key_ops").and_then(Value::as_array);
        if operations.is_some_and(|operations| !operations.iter().any(|operation| operation == "verify")) {
            return None;
        }
        let key = match (text("kty")?, text("crv")) {
            ("RSA", _) => PublicKey::Rsa { n: without_zeros(bytes("n")?), e: without_zeros(bytes("e")?) },
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                let is_point = x.len() == COORDINATE_BYTES && y.len() == COORDINATE_BYTES;
                is_point.then(|| PublicKey::P256([&[4][..], &x, &y].concat()))?
            }
            ("OKP", Some("Ed25519")) => PublicKey::Ed25519(bytes("x")?),
            _ => return None,
        };
        let algorithm = match text("alg") {
            // A key for another algorithm verifies nothing here.
            Some(word) => Some(Algorithm::read(word)?),
            None => None,
        };
        Some(Jwk { kid: text("kid").map(str::to_owned), algorithm, key })
    }

    /// Reports whether the key is for signatures of an algorithm.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        let is_of_type = match self.key {
            PublicKey::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
            PublicKey::P256(_) => algorithm == Algorithm::Es256,
            PublicKey::Ed25519(_) => algorithm == Algorithm::EdDsa,
        };
        is_of_type && self.algorithm.is_none_or(|only| only == algorithm)
    }

    /// Verifies a signature. RSA keys have 2048 to 8192 bits.
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let verified = match (&self.key, algorithm) {
            (PublicKey::Rsa { n, e }, Algorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (PublicKey::Rsa { n, e }, Algorithm::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            (PublicKey::P256(point), Algorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (PublicKey::Ed25519(key), Algorithm::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
            _ => return false,
        };
        verified.is_ok()
    }
}

/// Removes zeros at the start, which some providers write and ring refuses.
fn without_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}
