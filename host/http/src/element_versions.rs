//! What stands on partners' pages: the element's script under its version, and its digest for `integrity`.
//!
//! A page that names a version gets those very bytes for ever, from this program and every later one: versions that
//! were released lie in `tests/fixtures/embed/` and go along in the binary. A test compares the present version with
//! its file there, so that a changed script needs a new [`VERSION`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha384};

use crate::embedded;
use crate::page::escape;

/// The version of the element's script: raised with every change of its bytes.
pub const VERSION: &str = "1.1.0";
/// What the script and the desk say to each other is of this version; under it the newest script lies.
pub const PROTOCOL: &str = "1";

/// The element's script.
pub fn element() -> &'static [u8] {
    find("element.js")
}

/// The form for inline mode: one script that exports `mount`.
pub fn inline() -> &'static [u8] {
    find("inline.js")
}

/// The page's styles, in both modes the same.
pub fn style() -> &'static [u8] {
    embedded::find(embedded::PAGE, "style.css").unwrap_or_default()
}

/// Scripts of earlier versions, by version.
pub fn released() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let files = embedded::RELEASED.iter().filter_map(|(name, bytes)| Some((name.strip_suffix(".js")?, *bytes)));
    files.filter(|(version, _)| *version != VERSION)
}

/// A file's digest as `integrity` has it: `sha384-…` (W3C Subresource Integrity).
pub fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

/// The lines that a partner pastes.
pub struct Snippet<'a> {
    /// The desk's origin.
    pub desk: &'a str,
    /// The address of the script, and its digest where it is held fast.
    pub script: &'a str,
    /// The digest, where the script is held fast.
    pub integrity: Option<&'a str>,
    /// The partner's key as it was typed; it is encoded for each place where it stands.
    pub partner: &'a str,
    /// `ja` or `en`.
    pub lang: &'a str,
    /// True if the form is in the page itself.
    pub inline: bool,
    /// Whether the script comes from elsewhere than the desk, so that the element has to name it.
    pub elsewhere: bool,
    /// What the link says.
    pub link: &'a str,
}

impl Snippet<'_> {
    /// The lines, whose values are safe within double quotes.
    pub fn html(&self) -> String {
        let Snippet { desk, script, lang, link, .. } = self;
        let partner = escape(self.partner);
        let in_address: String = url::form_urlencoded::byte_serialize(self.partner.as_bytes()).collect();
        let integrity = match self.integrity {
            Some(digest) => format!(" integrity=\"{digest}\" crossorigin=\"anonymous\""),
            None => String::new(),
        };
        let home = if self.elsewhere { format!(" desk=\"{desk}\"") } else { String::new() };
        let mode = if self.inline { " mode=\"inline\"" } else { "" };
        format!(
            "<script type=\"module\" src=\"{script}\"{integrity}></script>\n\
             <kakekomi-form partner=\"{partner}\" lang=\"{lang}\"{mode}{home} name=\"kakekomi_receipt\">\n  \
             <a href=\"{desk}/?p={in_address}&amp;lang={lang}\">{link}</a>\n\
             </kakekomi-form>\n"
        )
    }
}

fn find(name: &str) -> &'static [u8] {
    embedded::find(embedded::EMBED, name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The element's script may weigh so much, in bytes of Brotli.
    const ELEMENT_MAX: usize = 6 * 1024;

    #[test]
    fn the_element_weighs_little() {
        let mut small = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut element(), &mut small, &parameters).unwrap();
        assert!((1_000..=ELEMENT_MAX).contains(&small.len()), "{} bytes", small.len());
    }

    #[test]
    fn a_released_version_never_changes() {
        let file = embedded::find(embedded::RELEASED, &format!("{VERSION}.js"));
        assert!(
            file.is_none_or(|released| released == element()),
            "the element's script changed: raise VERSION in host/http/src/element_versions.rs, and when it is released put its bytes \
             (kakekomi export) into tests/fixtures/embed/"
        );
        assert!(!embedded::RELEASED.is_empty());
    }

    #[test]
    fn a_digest_is_written_as_browsers_read_it() {
        let empty = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
        assert_eq!(integrity(b""), empty);
    }

    #[test]
    fn the_tokens_are_those_of_the_style_sheet() {
        let sheet = style();
        let sheet = String::from_utf8_lossy(sheet);
        for token in kakekomi_service::desk::partners::TOKENS {
            assert!(sheet.contains(&format!("var(--kakekomi-{token},")), "{token}");
        }
    }
}
