//! Requests as the applicant's page sends them.
//!
//! `submission("key-1", &example(&home, &[]))` → a `POST /v1/submissions` that is accepted.

use serde_json::Value;

use crate::server::Home;
use crate::wire::Request;

/// Path at which drafts are checked.
pub const CHECK: &str = "/v1/check";
/// Path at which drafts are submitted.
pub const SUBMIT: &str = "/v1/submissions";
/// The longest draft in bytes (contract: 256 KiB).
pub const TEXT_MAX: usize = 262_144;

/// The draft that `kakekomi example …` prints.
pub fn example(home: &Home, arguments: &[&str]) -> Vec<u8> {
    let output = home.run(&[&["example"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A submission of a text as JSON with a key.
pub fn submission(key: &str, text: &[u8]) -> Request {
    Request::post(SUBMIT).header("idempotency-key", key).json(text)
}

/// A draft with another value at a pointer that it has.
pub fn with(draft: &[u8], pointer: &str, value: impl Into<Value>) -> Vec<u8> {
    let mut draft: Value = serde_json::from_slice(draft).unwrap();
    *draft.pointer_mut(pointer).unwrap_or_else(|| panic!("there is nothing at {pointer}")) = value.into();
    draft.to_string().into_bytes()
}

/// Appends spaces to a text until it has this length in bytes.
pub fn padded(mut text: Vec<u8>, length: usize) -> Vec<u8> {
    text.resize(length, b' ');
    text
}
