//! The key folder: its name, its files, their modes, and two processes that make it at once.
//!
//! `data/` → `data.keys`, mode 0700, with five files of mode 0600

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;

use super::{contents, folder, pair};
use crate::{KeyFolder, SealingError, open, seal};

const FILES: [&str; 5] = ["desk.identity", "hash.key", "recipients", "recovery.identity", "service.identity"];

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn default_name_lies_beside_the_data_folder() {
    for (data, keys) in [("data", "data.keys"), ("data/", "data.keys"), ("/a/b.c/", "/a/b.c.keys"), ("a/.", "a.keys")] {
        assert_eq!(KeyFolder::default_for(Path::new(data)).unwrap().path(), Path::new(keys), "{data}");
    }
    let here = fs::canonicalize(".").unwrap();
    let beside = here.with_file_name(format!("{}.keys", here.file_name().unwrap().to_str().unwrap()));
    for data in [".", "", "./"] {
        assert_eq!(KeyFolder::default_for(Path::new(data)).unwrap().path(), beside, "{data:?}");
    }
    assert!(matches!(KeyFolder::default_for(Path::new("/")), Err(SealingError::NoFolderName(_))));
}

#[test]
fn demo_folder_is_complete_and_for_its_owner_alone() {
    let top = folder("demo");
    let empty = top.join("empty.keys");
    fs::create_dir(&empty).unwrap();
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o700)).unwrap();
    for path in [top.join("data.keys"), empty] {
        let keys = KeyFolder::at(&path);
        assert!(!keys.exists() && !keys.is_demo());
        assert!(keys.create_demo().unwrap());
        assert!(keys.exists() && keys.is_demo() && keys.open_to_others().is_none());
        assert_eq!(names(&path), FILES);
        assert_eq!(mode(&path), 0o700);
        assert!(FILES.iter().all(|name| mode(&path.join(name)) == 0o600));

        let case = seal(&keys.recipients().unwrap(), &contents()).unwrap();
        assert!(open(&keys.desk().unwrap().unwrap(), &case.bytes).is_ok());
        let recovery = crate::Identities::read(&keys.recovery_file()).unwrap();
        assert!(open(&recovery, &case.bytes).is_ok());
        assert!(open(&keys.service().unwrap(), &case.bytes).is_err());

        let check = keys.hash_key().unwrap().check();
        assert!(!keys.create_demo().unwrap());
        assert_eq!(keys.hash_key().unwrap().check(), check);
        fs::set_permissions(keys.hash_key_file(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(keys.open_to_others().is_some());
    }
    assert_eq!(names(&top), ["data.keys", "empty.keys"]);
    fs::remove_dir_all(top).unwrap();
}

#[test]
fn folder_for_given_recipients_has_no_secret_key_of_theirs() {
    let top = folder("given");
    let keys = KeyFolder::at(top.join("data.keys"));
    let (_, _, recipients) = pair();
    assert!(keys.create(&recipients).unwrap());
    assert_eq!(names(keys.path()), ["hash.key", "recipients", "service.identity"]);
    assert_eq!(keys.recipients().unwrap().sealed_to(), recipients.sealed_to());
    assert!(keys.desk().unwrap().is_none() && !keys.is_demo());
    assert!(keys.service().is_ok() && keys.hash_key().is_ok());
    fs::remove_dir_all(top).unwrap();
}

#[test]
fn folder_with_other_files_is_left_alone() {
    let top = folder("other-files");
    fs::write(top.join("desk.identity"), "precious").unwrap();
    assert!(matches!(KeyFolder::at(&top).create_demo(), Err(SealingError::Incomplete(_))));
    assert_eq!(names(&top), ["desk.identity"]);
    assert_eq!(fs::read(top.join("desk.identity")).unwrap(), b"precious");
    let nowhere = KeyFolder::at(top.join("none/data.keys"));
    assert!(matches!(nowhere.create_demo(), Err(SealingError::File { .. })));
    fs::remove_dir_all(top).unwrap();
}

#[test]
fn of_several_processes_one_makes_the_folder() {
    let top = folder("race");
    let empty = top.join("empty.keys");
    fs::create_dir(&empty).unwrap();
    for path in [top.join("data.keys"), empty] {
        let start = || {
            thread::spawn({
                let keys = KeyFolder::at(&path);
                move || keys.create_demo().unwrap()
            })
        };
        let made: Vec<_> = [(); 8].map(|()| start()).into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(made.iter().filter(|made| **made).count(), 1, "{}", path.display());
        assert_eq!(names(&path), FILES);
    }
    assert_eq!(names(&top), ["data.keys", "empty.keys"]);
    fs::remove_dir_all(top).unwrap();
}
