//! Browser face, by wasm-bindgen.
//!
//! ```text
//! checkText(text: Uint8Array, context: string) → string     the report's canonical text
//! check(text: Uint8Array, context: string)     → object     the same as an object
//! opening(context: string, now: number)        → object     { open, closes_at, next_opens_at, dated } at that time
//! ruleset()                                    → string
//! Sha256: new(), update(Uint8Array), digest() → 64 hexadecimal digits; digest() uses the object up
//! ```
//!
//! The text is bytes and not a JavaScript object, whose meaning would depend on the code that reads it (undefined, Date, Map,
//! getters, lone surrogates).

use js_sys::{Error, Reflect};
use serde::Serialize;
use serde::ser::Error as _;
use serde_wasm_bindgen::Serializer;
use sha2::Digest;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use kakekomi_core::CheckError;
use kakekomi_core::json::Node;
use kakekomi_core::text::parse_i64;

/// Checks a draft's UTF-8 bytes in a context and returns the report's canonical text.
///
/// # Errors
/// A JavaScript `Error` whose `code` is the failure's: `context.invalid`.
#[wasm_bindgen(js_name = checkText)]
pub fn check_text(text: &[u8], context: &str) -> Result<String, JsValue> {
    let report = kakekomi_core::answer(text, context.as_bytes()).map_err(error)?;
    String::from_utf8(report).map_err(|_| error(CheckError::Report))
}

/// Checks as [`check_text`] does and returns the report as an object, equal to `JSON.parse` of the text.
///
/// # Errors
/// As [`check_text`].
#[wasm_bindgen]
pub fn check(text: &[u8], context: &str) -> Result<JsValue, JsValue> {
    object(&kakekomi_core::answer(text, context.as_bytes()).map_err(error)?)
}

/// Computes the desk's opening status at `now` (milliseconds since the epoch, UTC): an object with the keys of `opening` in
/// `GET /v1/desk`. A fraction of a millisecond is cut off.
///
/// # Errors
/// A JavaScript `Error` with the code `context.invalid` if the context cannot be used, or `now` is not a number within ±(2^53 − 1).
#[wasm_bindgen]
pub fn opening(context: &str, now: f64) -> Result<JsValue, JsValue> {
    if now.is_nan() {
        return Err(error(CheckError::Context("now")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "saturates; the core refuses what is out of range")]
    let now = now as i64;
    object(&kakekomi_core::opening(context.as_bytes(), now).map_err(error)?)
}

/// Converts the core's JSON to an object. It is read back from its own bytes, so that it cannot differ from the text.
fn object(json: &[u8]) -> Result<JsValue, JsValue> {
    let tree = kakekomi_core::json::read(json, usize::MAX).map_err(|_| error(CheckError::Report))?;
    // json_compatible: the default would make a Map of `params`.
    Js(&tree).serialize(&Serializer::json_compatible()).map_err(|_| error(CheckError::Report))
}

/// A JSON tree for JavaScript, where every number is a double. Canonical numbers are whole and within 2^53, so a double is exact;
/// as `i64` they would add an error text for larger ones, and with it all of Rust's formatting.
struct Js<'a>(&'a Node<'a>);

impl Serialize for Js<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(*value),
            Node::Number(written) => {
                serializer.serialize_f64(double(written).ok_or_else(|| S::Error::custom("not a whole number"))?)
            }
            Node::Text { text, .. } => serializer.serialize_str(text),
            Node::List(items) => serializer.collect_seq(items.iter().map(Js)),
            Node::Object(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, Js(value)))),
        }
    }
}

fn double(written: &str) -> Option<f64> {
    let number = parse_i64(written)?;
    #[expect(clippy::cast_precision_loss, reason = "at most 2^53 − 1")]
    (number.unsigned_abs() < 1 << 53).then_some(number as f64)
}

/// The version of the rules.
#[wasm_bindgen]
pub fn ruleset() -> String {
    kakekomi_core::RULESET.to_owned()
}

/// A SHA-256 (FIPS 180-4) of pieces, for files that stay with the applicant.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sha256(sha2::Sha256);

#[wasm_bindgen]
impl Sha256 {
    /// A digest without a piece.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Sha256 {
        Sha256::default()
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces, 64 small hexadecimal digits; the object is used up.
    pub fn digest(self) -> String {
        let nibbles = self.0.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
    }
}

/// A JavaScript `Error` with the sentence for the log and the stable `code`. All failures pass here.
fn error(failure: CheckError) -> JsValue {
    let error = Error::new(&failure.sentence());
    // A member of a new Error can always be set.
    _ = Reflect::set(&error, &"code".into(), &failure.code().into());
    error.into()
}
