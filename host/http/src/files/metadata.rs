//! `Upload-Metadata` and `Upload-Length` of a new upload.
//!
//! ```text
//! Upload-Length: 5 · Upload-Metadata: what bG9n,log MA==,filename YS5sb2c=
//!   → NewUpload { what: Log, log: Some(0), name: "a.log", media_type: "application/octet-stream", length: 5, sha256: None }
//! ```
//!
//! Keys that the desk does not know are ignored, since clients add their own. An error names the key and never its value.

use axum::http::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use kakekomi_evidence::limits::MEDIA_TYPE_MAX;
use kakekomi_evidence::{NewUpload, What};

/// The total size of an upload in bytes.
pub const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// Keys and base64 values of an upload.
pub const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// The header of the extension `concatenation`, which the desk does not have.
const UPLOAD_CONCAT: HeaderName = HeaderName::from_static("upload-concat");

/// The media type of a file whose client names none.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Base64 with or without padding: clients differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The header or the key that is missing or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongMetadata(pub &'static str);

/// Reads the description of a new upload.
///
/// # Errors
/// [`WrongMetadata`]: a header or a key is missing, repeated or wrong.
pub fn new_upload(headers: &HeaderMap) -> Result<NewUpload, WrongMetadata> {
    if headers.contains_key(UPLOAD_CONCAT) {
        return Err(WrongMetadata("Upload-Concat"));
    }
    let length = whole_number(headers, &UPLOAD_LENGTH).ok_or(WrongMetadata("Upload-Length"))?;
    let metadata = Metadata::read(headers)?;
    let what = what(metadata.what)?;
    Ok(NewUpload {
        what,
        log: metadata.log.map(|digits| log_index(&digits)).transpose()?.filter(|_| what == What::Log),
        name: metadata.filename.filter(|name| !name.is_empty()).ok_or(WrongMetadata("filename"))?,
        media_type: media_type(metadata.filetype)?,
        length,
        sha256: metadata.sha256.map(|text| sha256(&text)).transpose()?,
    })
}

/// Reads a header of decimal digits that is sent once.
pub fn whole_number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    // Moments and sizes in the database are signed.
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|number| is_number && i64::try_from(*number).is_ok())
}

/// The decoded values of the keys that the desk knows.
#[derive(Debug, Default)]
struct Metadata {
    what: Option<String>,
    log: Option<String>,
    filename: Option<String>,
    filetype: Option<String>,
    sha256: Option<String>,
}

impl Metadata {
    fn read(headers: &HeaderMap) -> Result<Metadata, WrongMetadata> {
        let mut metadata = Metadata::default();
        for line in headers.get_all(UPLOAD_METADATA) {
            let line = line.to_str().map_err(|_| WrongMetadata("Upload-Metadata"))?;
            for pair in line.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
                let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
                let Some((key, place)) = metadata.place(key) else { continue };
                let value = BASE64.decode(value.trim()).map_err(|_| WrongMetadata(key))?;
                let value = String::from_utf8(value).map_err(|_| WrongMetadata(key))?;
                if place.replace(value).is_some() {
                    return Err(WrongMetadata(key));
                }
            }
        }
        Ok(metadata)
    }

    fn place(&mut self, key: &str) -> Option<(&'static str, &mut Option<String>)> {
        match key {
            "what" => Some(("what", &mut self.what)),
            "log" => Some(("log", &mut self.log)),
            "filename" => Some(("filename", &mut self.filename)),
            "filetype" => Some(("filetype", &mut self.filetype)),
            "sha256" => Some(("sha256", &mut self.sha256)),
            _ => None,
        }
    }
}

fn what(word: Option<String>) -> Result<What, WrongMetadata> {
    word.map_or(Ok(What::Other), |word| word.parse().map_err(|_| WrongMetadata("what")))
}

fn log_index(digits: &str) -> Result<u32, WrongMetadata> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number).ok_or(WrongMetadata("log"))
}

/// Returns the media type; a browser that knows none sends an empty text.
fn media_type(text: Option<String>) -> Result<String, WrongMetadata> {
    let text = text.filter(|text| !text.is_empty()).unwrap_or_else(|| UNKNOWN_TYPE.to_owned());
    let is_visible = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    (is_visible && text.len() <= MEDIA_TYPE_MAX).then_some(text).ok_or(WrongMetadata("filetype"))
}

/// Reads 64 hexadecimal digits, in small letters or capitals.
fn sha256(text: &str) -> Result<[u8; 32], WrongMetadata> {
    let wrong = WrongMetadata("sha256");
    let mut digest = [0; 32];
    if text.len() != 2 * digest.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong);
    }
    for (byte, digits) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = str::from_utf8(digits).map_err(|_| wrong)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong)?;
    }
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn encoded(value: &str) -> String {
        BASE64.encode(value)
    }

    fn read(length: &str, metadata: &str) -> Result<NewUpload, WrongMetadata> {
        let value = |text: &str| HeaderValue::from_bytes(text.as_bytes()).unwrap();
        new_upload(&HeaderMap::from_iter([(UPLOAD_LENGTH, value(length)), (UPLOAD_METADATA, value(metadata))]))
    }

    fn named(name: &str) -> String {
        format!("filename {}", encoded(name))
    }

    #[test]
    fn a_name_alone_is_another_file_of_an_unknown_type() {
        let upload = read("5", &named("a.log")).unwrap();
        assert_eq!((upload.what, upload.log, upload.length, upload.sha256), (What::Other, None, 5, None));
        assert_eq!((upload.name.as_str(), upload.media_type.as_str()), ("a.log", UNKNOWN_TYPE));
    }

    #[test]
    fn every_key_is_read_and_others_are_ignored() {
        let digest = "0A".repeat(32);
        let metadata = format!(
            "what {}, log {},{},filetype {},sha256 {},is_private,relativePath !,filetype2",
            encoded("log"),
            encoded("12"),
            named("../記録\u{0}.evtx"),
            encoded("text/plain"),
            encoded(&digest)
        );
        let upload = read("0", &metadata).unwrap();
        assert_eq!((upload.what, upload.log, upload.sha256), (What::Log, Some(12), Some([10; 32])));
        assert_eq!((upload.name.as_str(), upload.media_type.as_str()), ("../記録\u{0}.evtx", "text/plain"));
    }

    #[test]
    fn padding_may_be_left_out_and_an_empty_type_is_unknown() {
        assert_eq!(read("1", "filename YQ,filetype ").unwrap().name, "a");
        assert_eq!(read("1", "filename YQ==,filetype").unwrap().media_type, UNKNOWN_TYPE);
    }

    #[test]
    fn an_error_names_its_key() {
        let with = |key: &str, value: &str| format!("{},{key} {}", named("a"), encoded(value));
        for (metadata, key) in [
            (String::new(), "filename"),
            ("filename".to_owned(), "filename"),
            ("filename !".to_owned(), "filename"),
            ("filename /w==".to_owned(), "filename"),
            (format!("{},{}", named("a"), named("b")), "filename"),
            (with("what", "video"), "what"),
            (with("log", "-1"), "log"),
            (with("log", ""), "log"),
            (with("log", "4294967296"), "log"),
            (with("filetype", "text/\u{7}"), "filetype"),
            (with("filetype", &"a".repeat(256)), "filetype"),
            (with("sha256", &"0g".repeat(32)), "sha256"),
            (with("sha256", &"00".repeat(31)), "sha256"),
            ("filename 手".to_owned(), "Upload-Metadata"),
        ] {
            assert_eq!(read("1", &metadata).err(), Some(WrongMetadata(key)), "{metadata}");
        }
    }

    #[test]
    fn a_length_is_decimal_digits() {
        for length in ["", "-1", "+1", "1.0", "0x1", "9223372036854775808", "99999999999999999999"] {
            assert_eq!(read(length, &named("a")).err(), Some(WrongMetadata("Upload-Length")), "{length}");
        }
        assert_eq!(read("9223372036854775807", &named("a")).unwrap().length, 9_223_372_036_854_775_807);
    }
}
