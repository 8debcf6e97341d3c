//! The desk profile in the binary (`host/desk/`), listed by `build.rs`: `DESK` as `(name, bytes)`.
//!
//! `find(DESK, "desk.toml")` → its bytes

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Finds an embedded file by its name.
pub fn find(files: &'static [(&'static str, &'static [u8])], name: &str) -> Option<&'static [u8]> {
    files.iter().find(|(file, _)| *file == name).map(|(_, bytes)| *bytes)
}
