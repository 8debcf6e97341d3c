//! The files that the binary carries, listed by `build.rs`: `DESK` (the default desk profile of
//! `host/desk/`) and `PAGE` (the page of `www/`), as `(name, bytes)`.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The bytes of a carried file, `None` if there is none of that name.
pub fn find(files: &'static [(&'static str, &'static [u8])], name: &str) -> Option<&'static [u8]> {
    files.iter().find(|(file, _)| *file == name).map(|(_, bytes)| *bytes)
}
