//! The desk profile that the binary carries (`host/desk/`), listed by `build.rs`: `DESK` as `(name, bytes)`.
//!
//! `find(DESK, "desk.toml")` → its bytes

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The bytes of a carried file, `None` for an unknown name.
pub fn find(files: &'static [(&'static str, &'static [u8])], name: &str) -> Option<&'static [u8]> {
    files.iter().find(|(file, _)| *file == name).map(|(_, bytes)| *bytes)
}
