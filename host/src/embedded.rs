//! The files that the binary carries, listed by `build.rs`: `DESK` (the default desk profile of
//! `host/desk/`), `PAGE` (the page of `www/`), `EMBED` (what stands on partners' pages) and `RELEASED` (what stood there
//! in earlier versions), as `(name, bytes)`; `PARTNER_WORDS` as `(language, key, word)`.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The bytes of a carried file, `None` if there is none of that name.
pub fn find(files: &'static [(&'static str, &'static [u8])], name: &str) -> Option<&'static [u8]> {
    files.iter().find(|(file, _)| *file == name).map(|(_, bytes)| *bytes)
}
