//! The browser's face, by wasm-bindgen.
//!
//! ```text
//! checkText(text: Uint8Array, context: string) → string     the report's canonical text
//! check(text: Uint8Array, context: string)     → object     the same as an object
//! opening(context: string, now: number)        → object     { open, closes_at, next_opens_at, dated } at that time
//! ruleset()                                    → string
//! Sha256: new(), update(Uint8Array), digest() → 64 hexadecimal digits; digest() uses the object up
//! ```
//!
//! The text is bytes and never a JavaScript object: what an object means depends on who walks it
//! (undefined, Date, Map, getters, lone surrogates), what bytes mean does not.

use js_sys::{Error, Reflect};
use serde::Serialize;
use serde::ser::Error as _;
use serde_wasm_bindgen::Serializer;
use sha2::Digest;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use kakekomi_core::CheckError;
use kakekomi_core::json::Node;
use kakekomi_core::text::parse_i64;

/// The report's canonical text, for a draft's UTF-8 bytes and a context's text.
///
/// # Errors
/// A JavaScript `Error` whose `code` is the failure's: `context.invalid`.
#[wasm_bindgen(js_name = checkText)]
pub fn check_text(text: &[u8], context: &str) -> Result<String, JsValue> {
    let report = kakekomi_core::answer(text, context.as_bytes()).map_err(error)?;
    String::from_utf8(report).map_err(|_| error(CheckError::Report))
}

/// The same report as an object, equal to `JSON.parse` of [`check_text`]'s.
///
/// # Errors
/// As [`check_text`].
#[wasm_bindgen]
pub fn check(text: &[u8], context: &str) -> Result<JsValue, JsValue> {
    object(&kakekomi_core::answer(text, context.as_bytes()).map_err(error)?)
}

/// Computes the desk's opening status at `now` (milliseconds since the epoch, UTC) from the context's calendar: an object with
/// the keys of `opening` in `GET /v1/desk`, times in milliseconds or null. A fraction of a millisecond is cut off.
///
/// # Errors
/// A JavaScript `Error` with the code `context.invalid` for a context that cannot be used, and for a `now` that is no number
/// within ±(2^53 − 1).
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

/// A tree of the core's JSON as JavaScript has it: every number is a double. Canonical ones are whole and within 2^53, which a
/// double holds exactly; as an `i64` each would bring the words for one that is not, and with them all of Rust's formatting.
struct Js<'a>(&'a Node<'a>);

impl Serialize for Js<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(*value),
            Node::Number(written) => {
                serializer.serialize_f64(double(written).ok_or_else(|| S::Error::custom("no whole number"))?)
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

/// A SHA-256 (FIPS 180-4) that is fed in pieces, for files that stay with the applicant.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sha256(sha2::Sha256);

#[wasm_bindgen]
impl Sha256 {
    /// The digest of nothing yet.
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

/// The one funnel of failures: an `Error` with the sentence for the log and the stable `code`.
fn error(failure: CheckError) -> JsValue {
    let error = Error::new(&failure.sentence());
    // Setting a member of a new Error cannot fail; if it did, the sentence would still be there.
    _ = Reflect::set(&error, &"code".into(), &failure.code().into());
    error.into()
}
