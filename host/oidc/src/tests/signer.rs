//! Keys that sign tokens for the tests.
//!
//! `Signer::es256().sign(&claims)` → a token; `signer.jwk()` → the public key as a provider publishes it

use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use ring::{hmac, rand};
use serde_json::{Value, json};

pub fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

/// A private key with its algorithm.
#[derive(Clone)]
pub struct Signer {
    pub algorithm: &'static str,
    pub kid: Option<String>,
    key: std::sync::Arc<Key>,
}

impl Signer {
    fn new(algorithm: &'static str, key: Key) -> Signer {
        let mut random = [0; 8];
        rand::SecureRandom::fill(&SystemRandom::new(), &mut random).unwrap();
        Signer { algorithm, kid: Some(encode(&random)), key: key.into() }
    }

    /// Makes a key with openssl, since ring makes none of RSA. In DER openssl writes its older form (PKCS#1).
    pub fn rsa(algorithm: &'static str) -> Signer {
        let made = Command::new("openssl")
            .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"])
            .output()
            .expect("openssl");
        Signer::new(algorithm, Key::Rsa(RsaKeyPair::from_der(&made.stdout).unwrap()))
    }

    pub fn es256() -> Signer {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Signer::new("ES256", Key::Ec(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap()))
    }

    pub fn ed25519() -> Signer {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Signer::new("EdDSA", Key::Ed(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap()))
    }

    /// Takes the name of another key.
    pub fn named_like(self, other: &Signer) -> Signer {
        Signer { kid: other.kid.clone(), ..self }
    }

    /// Returns the same key for tokens that do not name it.
    pub fn without_kid(&self) -> Signer {
        Signer { kid: None, ..self.clone() }
    }

    /// Returns the public key as in a set.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &*self.key {
            Key::Rsa(key) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "n": encode(&public.n), "e": encode(&public.e)})
            }
            Key::Ec(key) => {
                let point = key.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..])})
            }
            Key::Ed(key) => json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key().as_ref())}),
        };
        jwk["alg"] = json!(self.algorithm);
        jwk["use"] = json!("sig");
        jwk["kid"] = json!(self.kid);
        jwk
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_typed(claims, "JWT")
    }

    /// Signs a token of a type.
    pub fn sign_typed(&self, claims: &Value, typ: &str) -> String {
        let mut header = json!({"alg": self.algorithm, "typ": typ});
        if let Some(kid) = &self.kid {
            header["kid"] = json!(kid);
        }
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let random = SystemRandom::new();
        let signature = match &*self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let padding: &dyn ring::signature::RsaEncoding =
                    if self.algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                key.sign(padding, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
            Key::Ec(key) => key.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Key::Ed(key) => key.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        format!("{signed}.{}", encode(&signature))
    }

    /// Signs with the public key as a shared secret: the classic confusion of algorithms. Returns the signature.
    pub fn hs256_with_public_key(&self, claims: &Value) -> String {
        let header = json!({"alg": "HS256", "kid": self.kid});
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let secret = hmac::Key::new(hmac::HMAC_SHA256, self.jwk()["n"].as_str().unwrap().as_bytes());
        encode(hmac::sign(&secret, signed.as_bytes()).as_ref())
    }
}
