//! Tests of sealing: the envelope, key files, the key folder, keyed hashes, and agreement with other implementations.
//!
//! `seal` with our crate → Debian's `age` opens it, and the reverse

mod age_program;
mod company_names;
mod envelopes;
mod folders;
mod hashes;
mod key_files;
mod parts;
mod rotations;
mod test_kit;

use std::path::{Path, PathBuf};

use crate::{CaseContents, Identities, Recipients};

const RECORD: &[u8] = br#"{"number":"2609-4873-1059","accepted":true,"text_sha256":null}"#;

/// Creates desk and recovery identities, and the recipients of both.
fn pair() -> (Identities, Identities, Recipients) {
    let (desk, recovery) = (Identities::generate(), Identities::generate());
    let text = [desk.recipients(), recovery.recipients()].concat().join("\n");
    (desk, recovery, Recipients::parse(&text, Path::new("recipients")).unwrap())
}

fn contents() -> CaseContents<'static> {
    CaseContents { record: RECORD, text: b"{\"a\":1}\n", report: b"\x00report\xff", page_report: None }
}

/// Creates an empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kakekomi-sealing-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
