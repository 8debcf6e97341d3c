//! Packages in a folder: every digest of the bag, and nothing left after a failure.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use kakekomi_evidence::FolderStorage;
use kakekomi_sealing::{Identities, open_part};
use kakekomi_store::digest::{hex, sha256};

use super::*;
use crate::{Document, TagLine, discard, read};

/// A storage in a folder of its own, which is removed at the end.
struct TestStorage {
    storage: Arc<dyn PartStorage>,
    folder: PathBuf,
}

impl TestStorage {
    fn new(name: &str) -> TestStorage {
        let folder = std::env::temp_dir().join(format!("kakekomi-referral-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        TestStorage { storage: Arc::new(FolderStorage::open(&folder).unwrap()), folder }
    }

    fn is_empty(&self) -> bool {
        self.storage.is_empty().unwrap() && std::fs::read_dir(self.folder.join("incoming")).unwrap().next().is_none()
    }
}

impl Drop for TestStorage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn contents(long: usize) -> Contents {
    let document = |name, bytes: Vec<u8>| Document { name, bytes };
    Contents {
        folder: "2609-4873-1059-0f1e2d3c".to_owned(),
        seconds: 1_795_140_000,
        info: vec![TagLine { label: "Source-Organization", value: "セキュリティ窓口\nX: y".to_owned() }],
        documents: vec![document("draft.json", b"{}".to_vec()), document("report.json", vec![7; long])],
        files: Vec::new(),
    }
}

fn recipient_of(identity: &Identities) -> String {
    identity.recipients().into_iter().next().unwrap()
}

#[test]
fn a_package_is_a_bag_of_which_every_digest_is_right() {
    let test = TestStorage::new("bag");
    let identity = Identities::generate();
    let built = build_in(&test.storage, &recipient_of(&identity), contents(300_000), 64 << 10).unwrap();
    assert_eq!(built.parts.len() as u64, built.length.div_ceil(64 << 10));
    let mut sealed = Vec::new();
    read(Arc::clone(&test.storage), built.parts.clone()).read_to_end(&mut sealed).unwrap();
    assert_eq!((sealed.len() as u64, sha256(&sealed)), (built.length, hex(&built.sealed_sha256)));

    let mut archive = tar::Archive::new(open_part(&identity, sealed.as_slice()).unwrap());
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(path.strip_prefix("2609-4873-1059-0f1e2d3c/").unwrap().to_owned(), bytes);
    }
    let read_text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    assert_eq!(read_text("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    assert_eq!(read_text("bag-info.txt"), "Source-Organization: セキュリティ窓口 X: y\nPayload-Oxum: 300002.2\n");
    let listed = |name: &str| {
        let lines: Vec<_> = read_text(name)
            .lines()
            .map(|line| line.split_once("  ").unwrap())
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect();
        for (digest, path) in &lines {
            assert_eq!(*digest, sha256(&files[path]), "{path}");
        }
        lines.len()
    };
    assert_eq!((listed("manifest-sha256.txt"), listed("tagmanifest-sha256.txt"), files.len()), (2, 3, 6));
    assert_eq!(sha256(&files["manifest-sha256.txt"]), hex(&built.manifest_sha256));
    discard(&*test.storage, &built.parts);
    assert!(test.is_empty());
}

#[test]
fn a_package_that_fails_leaves_nothing() {
    let test = TestStorage::new("fails");
    let identity = Identities::generate();
    assert!(build(&test.storage, "age1none", contents(10)).is_err());
    let line = lost_file(9);
    let mut failing = contents(300_000);
    failing.files.push(EvidenceEntry {
        path: "data/files/0001-a".to_owned(),
        line,
        parts: Vec::new(),
        identity: identity.clone(),
    });
    let error = build_in(&test.storage, &recipient_of(&identity), failing, 64 << 10).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
    assert!(test.is_empty());
}

/// A row of a file whose parts are not there.
fn lost_file(length: u64) -> kakekomi_store::FileLine {
    kakekomi_store::FileLine {
        seq: 1,
        id: kakekomi_store::FileId([7; 16]),
        number: "2609-4873-1059".to_owned(),
        recipient: None,
        what: "log".to_owned(),
        log: None,
        length,
        offset: length,
        declared_sha256: None,
        sha256: None,
        state: kakekomi_store::FileState::Arrived,
        declared_n: 2,
        created_at: 0,
        changed_at: 0,
        expires_at: 0,
    }
}
