//! The contents of a package.
//!
//! `file_path(3, "請求 書.pdf")` → `data/files/0003-請求 書.pdf`

use kakekomi_sealing::Identities;
use kakekomi_store::{FileLine, Part};

/// Bytes of the longest name of a file after its number: the common file systems allow 255 in all.
const NAME_BYTES_MAX: usize = 180;

/// The contents of a package.
pub struct Contents {
    /// The name of its folder; ASCII letters, digits and hyphens.
    pub folder: String,
    /// Seconds since the epoch: the time of all entries.
    pub seconds: u64,
    /// The lines of `bag-info.txt` that the bag does not compute itself.
    pub info: Vec<TagLine>,
    /// The documents below `data/`.
    pub documents: Vec<Document>,
    /// The evidence files.
    pub files: Vec<EvidenceEntry>,
}

/// A line of `bag-info.txt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagLine {
    /// Its label, `Source-Organization`.
    pub label: &'static str,
    /// Its value; control characters become spaces.
    pub value: String,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name below `data/`.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An evidence file.
pub struct EvidenceEntry {
    /// Its path in the bag, from [`file_path`].
    pub path: String,
    /// Its row; all its bytes are there.
    pub line: FileLine,
    /// Its parts.
    pub parts: Vec<Part>,
    /// The identity of its case.
    pub identity: Identities,
}

/// Makes the path of an evidence file from its place in the list and a name that is harmless already. Percent signs are replaced, since
/// validators of bags read them in different ways.
pub fn file_path(place: usize, safe_name: &str) -> String {
    let name: String = safe_name.chars().map(|one| if one == '%' { '_' } else { one }).collect();
    let end = (0..=NAME_BYTES_MAX.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or_default();
    // A name that ends with a space or a dot is another one on Windows.
    let name = name.get(..end).unwrap_or_default().trim_end_matches([' ', '.']);
    format!("data/files/{place:04}-{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_short_and_without_percent_signs() {
        assert_eq!(file_path(3, "請求 書.pdf"), "data/files/0003-請求 書.pdf");
        assert_eq!(file_path(12, "100%0A.log"), "data/files/0012-100_0A.log");
        let long = file_path(1, &"録".repeat(255));
        assert_eq!((long.len(), long.chars().last()), ("data/files/0001-".len() + 180, Some('録')));
    }
}
