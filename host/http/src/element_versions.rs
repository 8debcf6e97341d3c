//! The element's script by version, its digest, and the lines that a partner pastes.
//!
//! `integrity(element())` → `sha384-…`
//!
//! A page that names a version gets the same bytes for ever, from this program and every later one: released versions are in
//! `tests/fixtures/embed/` and in the binary. A test compares the present version with its file there, so that a changed script
//! needs a new [`VERSION`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha384};

use crate::embedded;
use crate::escape::escape;

/// Version of the element's script, raised with every change of its bytes.
pub const VERSION: &str = "1.1.0";
/// Version of the protocol between script and desk; the newest script has it in its address.
pub const PROTOCOL: &str = "1";

/// Returns the element's script.
pub fn element() -> &'static [u8] {
    find("element.js")
}

/// Returns the form for inline mode: one script that exports `mount`.
pub fn inline() -> &'static [u8] {
    find("inline.js")
}

/// Returns the script that the form of inline mode loads when the answers are reviewed.
pub fn later() -> &'static [u8] {
    find("inline_later.js")
}

/// Returns the page's styles, the same in both modes.
pub fn style() -> &'static [u8] {
    embedded::find(embedded::PAGE, "style.css").unwrap_or_default()
}

/// Lists the scripts of earlier versions, by version.
pub fn released() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let files = embedded::RELEASED.iter().filter_map(|(name, bytes)| Some((name.strip_suffix(".js")?, *bytes)));
    files.filter(|(version, _)| *version != VERSION)
}

/// Returns a file's digest as `integrity` has it: `sha384-…` (W3C Subresource Integrity).
pub fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

/// The lines that a partner pastes.
pub struct Snippet<'a> {
    /// The desk's origin.
    pub desk: &'a str,
    /// The address of the script.
    pub script: &'a str,
    /// The digest of the script, if the partner pins it.
    pub integrity: Option<&'a str>,
    /// The partner's key as it was typed; it is encoded for each place where it is used.
    pub partner: &'a str,
    /// `ja` or `en`.
    pub lang: &'a str,
    /// True if the form is in the page itself.
    pub inline: bool,
    /// True if the script comes from elsewhere than the desk, so that the element has to name the desk.
    pub elsewhere: bool,
    /// The text of the link, as HTML.
    pub link: &'a str,
}

impl Snippet<'_> {
    /// Writes the lines; every value is safe within double quotes.
    pub fn html(&self) -> String {
        let Snippet { desk, script, lang, link, .. } = self;
        let partner = escape(self.partner);
        let in_address: String = url::form_urlencoded::byte_serialize(self.partner.as_bytes()).collect();
        let pin = |digest| format!(" integrity=\"{digest}\" crossorigin=\"anonymous\"");
        let integrity = self.integrity.map(pin).unwrap_or_default();
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

    /// Largest size of the element's script, in bytes of Brotli.
    const ELEMENT_MAX: usize = 6 * 1024;

    #[test]
    fn element_is_small() {
        let mut small = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut element(), &mut small, &parameters).unwrap();
        assert!((1_000..=ELEMENT_MAX).contains(&small.len()), "{} bytes", small.len());
    }

    #[test]
    fn released_version_never_changes() {
        let file = embedded::find(embedded::RELEASED, &format!("{VERSION}.js"));
        assert!(
            file.is_none_or(|released| released == element()),
            "the element's script changed: raise VERSION in host/http/src/element_versions.rs, and when it is released put its bytes \
             (kakekomi export) into tests/fixtures/embed/"
        );
        assert!(!embedded::RELEASED.is_empty());
    }

    #[test]
    fn digest_is_written_as_browsers_read_it() {
        let empty = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
        assert_eq!(integrity(b""), empty);
    }

    #[test]
    fn tokens_are_those_of_the_style_sheet() {
        let sheet = String::from_utf8_lossy(style());
        for token in kakekomi_service::desk::partners::TOKENS {
            assert!(sheet.contains(&format!("var(--kakekomi-{token},")), "{token}");
        }
    }
}
