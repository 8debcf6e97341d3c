//! Agreement with Debian's `age` program, which shares no code with the crate.
//!
//! `age --decrypt --identity desk.identity` opens a case; we open what `age --recipient` encrypted

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{contents, folder, pair};
use crate::{Identities, KeyFolder, age_file, open, seal};

/// Runs a program of the package `age` and returns its output, or `None` with a note if it is not installed.
fn run(program: &str, arguments: &[&Path]) -> Option<Vec<u8>> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(output.stdout)
        }
        Err(error) => {
            println!("skipped: {program}: {error}; install the package `age`");
            None
        }
    }
}

#[test]
fn age_opens_a_sealed_case() {
    let folder = folder("age-opens");
    let keys = KeyFolder::at(folder.join("data.keys"));
    assert!(keys.create_demo().unwrap());
    let sealed = seal(&keys.recipients().unwrap(), &contents()).unwrap();
    let file = folder.join("case.age");
    fs::write(&file, &sealed.bytes).unwrap();
    let expected = age_file::decrypt(&keys.desk().unwrap().unwrap(), &sealed.bytes).unwrap();
    for identity in [keys.desk_file(), keys.recovery_file()] {
        if let Some(plain) = run("age", &[Path::new("--decrypt"), Path::new("--identity"), &identity, &file]) {
            assert_eq!(plain, *expected);
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn case_sealed_by_age_is_opened() {
    let folder = folder("age-seals");
    let keys = KeyFolder::at(folder.join("data.keys"));
    assert!(keys.create_demo().unwrap());
    let desk = keys.desk().unwrap().unwrap();
    let plain = age_file::decrypt(&desk, &seal(&keys.recipients().unwrap(), &contents()).unwrap().bytes).unwrap();
    let file = folder.join("plain");
    fs::write(&file, &*plain).unwrap();
    let arguments = [Path::new("--recipients-file"), &keys.recipients_file(), &file];
    if let Some(sealed) = run("age", &arguments) {
        assert_eq!(open(&desk, &sealed).unwrap().text, contents().text);
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn identity_of_age_keygen_is_read() {
    let Some(text) = run("age-keygen", &[]) else { return };
    let text = String::from_utf8(text).unwrap();
    let identities = Identities::parse(&text, Path::new("desk.identity")).unwrap();
    assert!(text.contains(&identities.recipients()[0]));
    let (_, _, recipients) = pair();
    assert!(open(&identities, &seal(&recipients, &contents()).unwrap().bytes).is_err());
}
