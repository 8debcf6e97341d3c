//! Recipients and identity files: comments, limits, and errors that contain no key.
//!
//! A secret key among the recipients → an error with file and line, without the key

use std::fs;
use std::path::Path;

use super::{folder, pair};
use crate::{HashKey, Identities, Recipients, SealingError};

fn recipients(text: &str) -> Result<Recipients, SealingError> {
    Recipients::parse(text, Path::new("keys/recipients"))
}

#[test]
fn recipients_are_read_with_comments_and_named_regardless_of_order() {
    let (desk, recovery, both) = pair();
    let [one, other] = [&desk, &recovery].map(|identities| identities.recipients().concat());
    let text = format!("# desk\r\n{one}\r\n\n  # recovery\n {other} \n{one}");
    assert_eq!(recipients(&text).unwrap().to_strings(), [one.clone(), other.clone()]);
    let turned = recipients(&format!("{other}\n{one}")).unwrap();
    assert_eq!(turned.sealed_to(), both.sealed_to());
    assert_eq!(both.sealed_to().len(), 16);
    assert_ne!(pair().2.sealed_to(), both.sealed_to());
}

#[test]
fn sealed_to_is_the_digest_of_the_sorted_recipients() {
    let low = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    let high = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    // printf '%s\n%s' $low $high | sha256sum | cut -c 1-16
    assert_eq!(recipients(&format!("{high}\n{low}")).unwrap().sealed_to(), "d67c367b9b6f2498");
}

#[test]
fn fewer_than_two_distinct_recipients_are_refused() {
    let one = Identities::generate().recipients().concat();
    for (text, expected) in [(String::new(), 0), (one.clone(), 1), (format!("{one}\n{one}"), 1)] {
        let error = recipients(&text).unwrap_err();
        assert!(matches!(error, SealingError::TooFewRecipients { found, .. } if found == expected));
        assert!(error.to_string().starts_with(&format!("keys/recipients: {expected} distinct recipients")));
    }
}

#[test]
fn errors_name_file_and_line_and_no_key() {
    let secret = Identities::generate().to_file().lines().nth(1).unwrap().to_owned();
    for line in [secret.clone(), secret.to_lowercase(), "ssh-ed25519 AAAA".into(), "age1tag1abc".into()] {
        let error = recipients(&format!("# desk\n{line}")).unwrap_err();
        assert!(error.to_string().starts_with("keys/recipients, line 2: "), "{error}");
        assert!(!format!("{error} {error:?}").contains(&line));
    }
    let damaged = secret.replace("KEY-1", "KEY-1Q");
    let error = Identities::parse(&format!("{secret}\n{damaged}"), Path::new("desk.identity")).unwrap_err();
    assert!(error.to_string().starts_with("desk.identity, line 2: "), "{error}");
    assert!(!format!("{error} {error:?}").contains(&damaged[..30]));
    let error = Identities::parse("# nothing\n", Path::new("desk.identity")).unwrap_err();
    assert!(matches!(error, SealingError::NoIdentity(_)));
}

#[test]
fn debug_shows_no_secret() {
    let identities = Identities::generate();
    let shown = format!("{identities:?} {:?}", HashKey::generate().unwrap());
    assert!(!shown.contains("SECRET") && shown.contains("age1") && shown.contains("HashKey(…)"), "{shown}");
}

#[test]
fn identity_file_is_read_as_it_is_written() {
    let (desk, recovery, _) = pair();
    let text = desk.to_file().to_string() + &recovery.to_file();
    let both = Identities::parse(&text, Path::new("both")).unwrap();
    assert_eq!(both.recipients(), [desk.recipients(), recovery.recipients()].concat());
    assert_eq!(*both.to_file(), text);
}

#[test]
fn files_of_wrong_size_or_encoding_are_refused() {
    let folder = folder("key-files");
    let file = folder.join("file");
    fs::write(&file, "#".repeat(64 * 1024 + 1)).unwrap();
    assert!(matches!(Identities::read(&file), Err(SealingError::FileTooLarge(_))));
    fs::write(&file, b"# desk\n\xff").unwrap();
    assert!(matches!(Recipients::read(&file), Err(SealingError::Line { line: 2, .. })));
    for length in [0, 31, 33] {
        fs::write(&file, vec![7; length]).unwrap();
        assert!(matches!(HashKey::read(&file), Err(SealingError::HashKeyLength { found, .. }) if found == length));
    }
    let missing = HashKey::read(&folder.join("none")).unwrap_err().to_string();
    assert!(missing.contains("none: "), "{missing}");
    fs::remove_dir_all(folder).unwrap();
}
