//! Rotation of the desk's identity: every case stays readable after a crash at any step.
//!
//! `renew_desk("T")` interrupted after each file → `desk.identity` opens the cases of both recipients

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{contents, folder};
use crate::{Identities, KeyFolder, open, seal, seal_again, write_identity};

fn keys(name: &str) -> (KeyFolder, Vec<u8>) {
    let keys = KeyFolder::at(folder(name).join("data.keys"));
    let (desk, recovery) = (Identities::generate(), Identities::generate());
    assert!(keys.create_pair(&desk, &recovery.recipients().concat()).unwrap());
    assert!(!keys.is_demo() && keys.open_to_others().is_none());
    let case = seal(&keys.recipients().unwrap(), &contents()).unwrap();
    (keys, case.bytes)
}

fn desk_opens(keys: &KeyFolder, sealed: &[u8]) -> bool {
    open(&keys.desk().unwrap().unwrap(), sealed).is_ok()
}

#[test]
fn rotation_ends_with_one_new_identity_and_the_old_one_beside_it() {
    let (keys, old_case) = keys("rotation");
    let before = keys.recipients().unwrap();
    let kept = keys.renew_desk("T").unwrap();
    let after = keys.recipients().unwrap();
    assert_ne!(before.sealed_to(), after.sealed_to());
    assert_eq!(before.to_strings()[1], after.to_strings()[1], "recovery stays");
    let new_case = seal(&after, &contents()).unwrap().bytes;
    assert!(desk_opens(&keys, &old_case) && desk_opens(&keys, &new_case));

    let again = seal_again(&keys.desk().unwrap().unwrap(), &after, &old_case).unwrap();
    assert_eq!(keys.forget_former().unwrap(), 1);
    assert_eq!(keys.forget_former().unwrap(), 0);
    assert!(desk_opens(&keys, &again) && desk_opens(&keys, &new_case) && !desk_opens(&keys, &old_case));
    assert!(open(&Identities::joined(&keys.all_identities().unwrap()), &old_case).is_ok());
    assert_eq!(keys.former_desk_files().unwrap(), [kept.as_path()]);
    assert!(open(&Identities::read(&kept).unwrap(), &old_case).is_ok());
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert_ne!(keys.renew_desk("T").unwrap(), kept, "a second rotation in the same second");
}

#[test]
fn crash_after_any_step_leaves_every_case_readable() {
    for steps in 0..3 {
        let (keys, old_case) = keys(&format!("crash-{steps}"));
        let names = ["desk.identity", "recipients"].map(|name| keys.path().join(name));
        let before = names.each_ref().map(|file| fs::read(file).unwrap());
        keys.renew_desk("T").unwrap();
        // The files that the interrupted process did not write any more, and one that it began.
        for (file, bytes) in names.iter().zip(&before).skip(steps) {
            fs::write(file, bytes).unwrap();
            fs::write(
                file.with_file_name(format!("{}.unfinished", file.file_name().unwrap().to_str().unwrap())),
                b"AGE-SECRET",
            )
            .unwrap();
        }
        let sealed_between = seal(&keys.recipients().unwrap(), &contents()).unwrap().bytes;
        assert!(desk_opens(&keys, &old_case) && desk_opens(&keys, &sealed_between), "step {steps}");
        keys.renew_desk("T").unwrap();
        let sealed_after = seal(&keys.recipients().unwrap(), &contents()).unwrap().bytes;
        for case in [&old_case, &sealed_between, &sealed_after] {
            assert!(desk_opens(&keys, case), "step {steps}");
        }
        keys.forget_former().unwrap();
        assert_eq!(keys.desk().unwrap().unwrap().recipients().len(), 1);
        assert!(desk_opens(&keys, &sealed_after));
        assert_eq!(keys.recipients().unwrap().to_strings().len(), 2);
    }
}

#[test]
fn host_without_a_desk_identity_cannot_renew_it() {
    let (keys, _) = keys("no-desk");
    fs::remove_file(keys.desk_file()).unwrap();
    assert!(keys.renew_desk("T").is_err());
    assert_eq!(keys.forget_former().unwrap(), 0);
    assert!(keys.all_identities().unwrap().is_empty());
}

#[test]
fn identity_file_is_never_overwritten() {
    let file = folder("identity").join("recovery.identity");
    write_identity(&Identities::generate(), &file).unwrap();
    let before = fs::read(&file).unwrap();
    assert!(write_identity(&Identities::generate(), &file).is_err());
    assert_eq!(fs::read(&file).unwrap(), before);
    assert!(write_identity(&Identities::generate(), Path::new("/nonexistent/recovery.identity")).is_err());
}
