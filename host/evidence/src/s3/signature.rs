//! AWS Signature Version 4 in the headers of a request.
//!
//! `sign(&unsigned, "jp-1", &credentials, now)` → `Authorization: AWS4-HMAC-SHA256 Credential=AKIA…/20261130/jp-1/s3/…`
//!
//! The SHA-256 of the body is signed, so that the storage refuses bytes that changed on the way. No part of it is in the
//! address, which servers and proxies log.

use hmac::{Hmac, KeyInit as _, Mac as _};
use kakekomi_store::clock;
use kakekomi_store::digest::{hex, sha256};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::credentials::Credentials;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The characters that stay in a query: the unreserved ones of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request before it is signed.
#[derive(Debug, Clone, Copy)]
pub struct Unsigned<'a> {
    pub method: &'a str,
    pub host: &'a str,
    /// The path, in characters that need no encoding.
    pub path: &'a str,
    /// The query of [`query`].
    pub query: &'a str,
    /// The SHA-256 of the body, in hexadecimal.
    pub body_sha256: &'a str,
}

/// A header of a signed request.
pub type Header = (&'static str, Zeroizing<String>);

/// Encodes parameters, which the caller names in the order of their names.
pub fn query(parameters: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, ESCAPED);
    let pairs = parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Signs a request at a moment; returns the headers that it needs beside `Host`.
pub fn sign(request: &Unsigned<'_>, region: &str, credentials: &Credentials, now: i64) -> Vec<Header> {
    let Unsigned { method, host, path, query, body_sha256 } = request;
    // `2026-11-30T12:10:02Z` → `20261130T121002Z`
    let at = clock::format_rfc3339(now, "+00:00").replace(['-', ':'], "");
    let day = at.split('T').next().unwrap_or_default();
    let mut signed = vec![
        ("host", Zeroizing::new((*host).to_owned())),
        ("x-amz-content-sha256", Zeroizing::new((*body_sha256).to_owned())),
        ("x-amz-date", Zeroizing::new(at.clone())),
    ];
    signed.extend(credentials.token.clone().map(|token| ("x-amz-security-token", token)));
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines: Vec<_> = signed.iter().map(|(name, value)| format!("{name}:{}\n", value.as_str())).collect();
    let lines = Zeroizing::new(lines.concat());
    let canonical = Zeroizing::new(format!("{method}\n{path}\n{query}\n{}\n{names}\n{body_sha256}", lines.as_str()));
    let scope = format!("{day}/{region}/s3/aws4_request");
    let text = format!("{ALGORITHM}\n{at}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let mut key = Zeroizing::new(format!("AWS4{}", credentials.secret.as_str()).into_bytes());
    for step in [day, region, "s3", "aws4_request"] {
        key = hmac(&key, step);
    }
    let signature = hex(&hmac(&key, &text));
    let key_id = &credentials.key_id;
    let authorization =
        format!("{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}");
    // The client sends `Host` itself.
    signed.remove(0);
    signed.push(("authorization", Zeroizing::new(authorization)));
    signed
}

fn hmac(key: &[u8], text: &str) -> Zeroizing<Vec<u8>> {
    // A key of any length is a key.
    let code = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(text.as_bytes()).finalize().into_bytes());
    Zeroizing::new(code.map(|code| code.to_vec()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Amazon's documentation, "Signature Calculations for the Authorization Header".
    #[test]
    fn published_examples_have_their_signatures() {
        let credentials = Credentials {
            key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: Zeroizing::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            token: None,
        };
        let rows = [
            (query(&[("lifecycle", "")]), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            (
                query(&[("max-keys", "2"), ("prefix", "J")]),
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ];
        let body_sha256 = sha256(b"");
        for (query, signature) in rows {
            let host = "examplebucket.s3.amazonaws.com";
            let request = Unsigned { method: "GET", host, path: "/", query: &query, body_sha256: &body_sha256 };
            let headers = sign(&request, "us-east-1", &credentials, clock::parse("2013-05-24T00:00:00Z").unwrap());
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}"
            );
            assert_eq!(headers.last().unwrap().1.as_str(), expected);
            assert_eq!(headers[1], ("x-amz-date", "20130524T000000Z".to_owned().into()));
        }
    }

    #[test]
    fn a_token_is_sent_and_signed() {
        let token = Some(Zeroizing::new("token".to_owned()));
        let credentials = Credentials { key_id: "AK".to_owned(), secret: Zeroizing::new("s".to_owned()), token };
        let request = Unsigned { method: "GET", host: "h", path: "/", query: "", body_sha256: "" };
        let headers = sign(&request, "r", &credentials, 0);
        assert_eq!(headers[2], ("x-amz-security-token", "token".to_owned().into()));
        assert!(headers[3].1.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"));
    }

    #[test]
    fn a_query_is_encoded_as_it_is_signed() {
        assert_eq!(query(&[("a", "x y+z/=~"), ("b", "秘")]), "a=x%20y%2Bz%2F%3D~&b=%E7%A7%98");
    }
}
