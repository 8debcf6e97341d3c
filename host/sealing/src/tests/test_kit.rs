//! The test kit of age (C2SP/CCTV), from the source of the `age` crate: what must open opens, and the rest is refused.
//!
//! `x25519_low_order`, `expect: header failure` → [`SealingError::Damaged`]

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::{Identities, SealingError, age_file, hex};

/// Finds the test kit in the source of the `age` crate that Cargo has compiled. Cargo may fetch packages of other systems first.
fn test_kit() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--locked", "--format-version=1"];
    let output = Command::new(cargo).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let age = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "age").unwrap();
    Path::new(age["manifest_path"].as_str().unwrap()).with_file_name("tests/testdata/testkit")
}

/// Vectors that open although they should be refused: `age` reads stanzas without a short last line, as early versions of
/// the format had them. The MAC of the header covers them.
const ACCEPTED: [&str; 2] = ["stanza_missing_body", "stanza_missing_final_line"];

/// A vector: its lines `name: value`, then the file.
struct Vector {
    head: Vec<(String, String)>,
    file: Vec<u8>,
}

impl Vector {
    fn read(path: &Path) -> Vector {
        let bytes = fs::read(path).unwrap();
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap().lines();
        let head = head.map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (name.into(), value.into()));
        let mut vector = Vector { head: head.collect(), file: bytes[end + 2..].to_vec() };
        if vector.value("compressed") == Some("zlib") {
            let mut file = Vec::new();
            flate2::read::ZlibDecoder::new(vector.file.as_slice()).read_to_end(&mut file).unwrap();
            vector.file = file;
        }
        vector
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.head.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Parses the identities; a vector for a passphrase has none and gets another one.
    fn identities(&self) -> Identities {
        let lines: Vec<_> = self.head.iter().filter(|(name, _)| name == "identity").map(|(_, key)| &**key).collect();
        if lines.is_empty() {
            return Identities::generate();
        }
        Identities::parse(&lines.join("\n"), Path::new("identity")).unwrap()
    }

    /// Reports whether the vector needs a passphrase or is text: we open neither.
    fn is_unsupported(&self) -> bool {
        self.value("armored").is_some() || self.value("identity").is_none()
    }
}

#[test]
fn every_vector_opens_or_is_refused_as_expected() {
    let (mut opened, mut refused) = (0, 0);
    for entry in fs::read_dir(test_kit()).unwrap() {
        let path = entry.unwrap().path();
        let vector = Vector::read(&path);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let plain = age_file::decrypt(&vector.identities(), &vector.file);
        match vector.value("expect").unwrap() {
            "header failure" if ACCEPTED.contains(&name.as_str()) => {
                // A later release of `age` may refuse them.
                assert!(plain.is_ok(), "{name}: remove it from the list");
                opened += 1;
                continue;
            }
            _ if vector.is_unsupported() => assert!(plain.is_err(), "{name}"),
            "success" => {
                let digest = hex::encode(&Sha256::digest(&*plain.unwrap()));
                assert_eq!(vector.value("payload"), Some(digest.as_str()), "{name}");
                opened += 1;
                continue;
            }
            "no match" => assert!(matches!(plain, Err(SealingError::NoMatchingIdentity)), "{name}"),
            _ => assert!(matches!(plain, Err(SealingError::Damaged)), "{name}: {:?}", plain.map(drop)),
        }
        refused += 1;
    }
    println!("{opened} vectors were opened, {refused} refused");
    assert!(opened >= 10 && refused >= 80, "{opened} vectors were opened, {refused} refused");
}
