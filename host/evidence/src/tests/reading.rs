//! Reading: tar of sealed parts, and faults of the storage that verification finds.

use std::fs;
use std::io::Read as _;
use std::process::Command;
use std::sync::Arc;

use kakekomi_sealing::open_part;
use kakekomi_store::FileId;

use super::{Desk, bytes, desk, desks};
use crate::{Verification, read, sealed_tar, sealed_tar_length, verify};

impl Desk {
    /// Verifies a file with and without the case's identity.
    async fn verified(&self, id: &FileId) -> [Verification; 2] {
        let (line, parts) = (self.line(id).await, self.parts(id).await);
        let storage = self.evidence.storage.as_ref();
        [Some(&self.identities), None].map(|identities| verify(storage, &line, &parts, identities))
    }

    async fn tar(&self, id: &FileId) -> Vec<u8> {
        let (line, parts) = (self.line(id).await, self.parts(id).await);
        let length = sealed_tar_length(&parts);
        let mut tar = Vec::new();
        sealed_tar(Arc::clone(&self.evidence.storage), &line, parts).read_to_end(&mut tar).unwrap();
        assert_eq!(tar.len() as u64, length);
        tar
    }
}

#[tokio::test]
async fn tar_unpacks_the_sealed_parts() {
    let desk = desk().await;
    for length in [0, 1, 200_000] {
        let sent = bytes(length, 1);
        let state = desk.sent(&sent).await;
        let folder = super::folder();
        fs::write(folder.join("parts.tar"), desk.tar(&state.id).await).unwrap();
        let output = Command::new("tar").args(["-xf", "parts.tar"]).current_dir(&folder).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::remove_file(folder.join("parts.tar")).unwrap();
        let mut names: Vec<_> = super::files_below(&folder);
        names.sort();
        assert_eq!(names.len(), length.div_ceil(64 * 1024));
        let mut opened = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let expected = format!("{}.part{:04}.age", state.id, index + 1);
            assert_eq!(name.file_name().unwrap().to_str(), Some(expected.as_str()));
            let sealed = fs::File::open(name).unwrap();
            open_part(&desk.identities, sealed).unwrap().read_to_end(&mut opened).unwrap();
        }
        assert_eq!(opened, sent);
    }
}

#[tokio::test]
async fn a_sound_file_has_no_fault() {
    for desk in desks().await {
        for length in [0, 1, 200_000] {
            let state = desk.sent(&bytes(length, 2)).await;
            let [opened, sealed] = desk.verified(&state.id).await;
            assert_eq!(opened, Verification { wrong_sha256: Some(false), ..Verification::default() });
            assert_eq!(sealed, Verification::default());
            assert!(opened.is_sound() && sealed.is_sound());
        }
    }
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_a_part_is_found() {
    let desk = desk().await;
    let state = desk.sent(&bytes(130_000, 3)).await;
    let object = desk.parts(&state.id).await[1].object.clone();
    let path = desk.folder.join(format!("evidence/parts/{}/{}.age", &object[..2], &object[2..]));
    let sound = fs::read(&path).unwrap();
    for place in [0, 30, 100, 200, sound.len() / 2, sound.len() - 1] {
        let mut damaged = sound.clone();
        damaged[place] ^= 1;
        fs::write(&path, damaged).unwrap();
        for found in desk.verified(&state.id).await {
            assert_eq!(found.damaged, [64 * 1024], "{place}");
            assert!(!found.is_sound());
        }
        let (line, parts) = (desk.line(&state.id).await, desk.parts(&state.id).await);
        let mut opened = Vec::new();
        let mut reader = read(Arc::clone(&desk.evidence.storage), &line, parts, desk.identities.clone());
        assert!(reader.read_to_end(&mut opened).is_err());
        assert_eq!(opened.len(), 64 * 1024, "nothing of the damaged part");
    }
    for length in [0, 10, sound.len() - 1] {
        fs::write(&path, &sound[..length]).unwrap();
        assert_eq!(desk.verified(&state.id).await[1].damaged, [64 * 1024], "{length}");
    }
    fs::write(&path, [sound.as_slice(), b"x"].concat()).unwrap();
    assert_eq!(desk.verified(&state.id).await[1].damaged, [64 * 1024], "a longer one");
}

#[tokio::test]
async fn missing_and_exchanged_objects_are_found() {
    let desk = desk().await;
    let state = desk.sent(&bytes(130_000, 4)).await;
    let parts = desk.parts(&state.id).await;
    let path = |object: &str| desk.folder.join(format!("evidence/parts/{}/{}.age", &object[..2], &object[2..]));
    let [first, second] = [&parts[0], &parts[1]].map(|part| path(&part.object));
    let contents = fs::read(&first).unwrap();
    fs::copy(&second, &first).unwrap();
    assert_eq!(desk.verified(&state.id).await[1].damaged, [0]);
    fs::remove_file(&first).unwrap();
    for found in desk.verified(&state.id).await {
        assert_eq!((found.missing, found.wrong_sha256), (vec![0], None));
    }
    fs::write(&first, contents).unwrap();
    assert!(desk.verified(&state.id).await[0].is_sound());

    let line = desk.line(&state.id).await;
    let storage = desk.evidence.storage.as_ref();
    let faults = |parts: &[kakekomi_store::Part], line: &kakekomi_store::FileLine| {
        verify(storage, line, parts, Some(&desk.identities))
    };
    assert_eq!(faults(&parts[1..], &line).gaps, [0]);
    assert_eq!(faults(&parts[..1], &line).gaps, [64 * 1024]);
    let other = kakekomi_store::FileLine { sha256: Some(vec![0; 32]), ..line.clone() };
    assert_eq!(faults(&parts, &other).wrong_sha256, Some(true));
    let shorter = kakekomi_store::Part { length: 7, ..parts[0].clone() };
    assert_eq!(faults(&[shorter], &line).damaged, [0]);
}
