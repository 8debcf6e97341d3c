//! Files that end: given up, expired, erased; and objects that nobody needs.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use kakekomi_store::{EventKind, FileState};
use serde_json::json;

use super::{Desk, body, bytes, clock, desk, desks, until};
use crate::{FolderStorage, ObjectName, PartStorage as _, Tidied, UploadRefusal};

impl Desk {
    async fn discarded(&self) -> usize {
        self.evidence.store.discarded_objects(1000).await.unwrap().len()
    }
}

#[tokio::test]
async fn an_erasure_leaves_no_byte_of_a_file() {
    for desk in desks().await {
        let whole = desk.sent(&bytes(150_000, 1)).await;
        let unfinished = desk.create(100, None).await;
        desk.append(&unfinished.id, 0, body(&[1; 40], 40)).await.unwrap();
        assert_eq!(desk.objects().len(), 4);
        let other = Desk { number: super::with_case(&desk.evidence.store, &desk.identities).await, ..desk };
        let kept = other.sent(b"kept").await;
        let desk = Desk {
            number: kakekomi_store::receipt_number::Number::read(&other.line(&whole.id).await.number).unwrap(),
            ..other
        };
        desk.write(EventKind::CaseErased, &json!({})).await;

        assert_eq!(desk.discarded().await, 4);
        for id in [whole.id, unfinished.id] {
            let line = desk.line(&id).await;
            assert_eq!((line.state, line.sha256, line.declared_sha256), (FileState::Destroyed, None, None));
            assert_eq!((line.recipient, line.offset), (None, 0));
            assert_eq!(desk.parts(&id).await, []);
            assert!(matches!(desk.evidence.state(&desk.number, &id, clock()).await, Err(UploadRefusal::Erased)));
        }
        let end = desk.append(&unfinished.id, 40, body(&[1; 60], 60)).await.unwrap_err();
        assert!(matches!(end.why, UploadRefusal::Erased));
        let refused = desk.evidence.create(&desk.number, super::upload(1, None), clock()).await;
        assert!(matches!(refused, Err(UploadRefusal::Erased)));

        let tidied = desk.evidence.tidy(clock()).await.unwrap();
        assert_eq!(tidied, Tidied { deleted: 4, ..Tidied::default() });
        assert_eq!((desk.objects().len(), desk.discarded().await), (1, 0));
        assert_eq!(desk.read(&kept.id).await, b"kept", "the other case's file");
        assert_eq!(desk.evidence.tidy(clock()).await.unwrap(), Tidied::default());
    }
}

#[tokio::test]
async fn a_part_that_comes_after_the_erasure_is_deleted() {
    let desk = desk().await;
    let id = desk.create(100_000, None).await.id;
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let chunks = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let (evidence, number) = (desk.evidence.clone(), desk.number.clone());
    let uploading = tokio::spawn(async move { evidence.append(&number, &id, 0, chunks.map(Ok::<_, ()>), clock).await });
    sender.send(bytes::Bytes::from(vec![1; 1000])).await.unwrap();
    until(async || desk.spools().len() == 1).await;
    desk.write(EventKind::CaseErased, &json!({})).await;
    drop(sender);
    let end = uploading.await.unwrap().unwrap_err();
    assert!(matches!(end.why, UploadRefusal::Erased) && end.state.is_none());
    assert_eq!((desk.objects().len(), desk.spools().len()), (0, 0));
}

#[tokio::test]
async fn an_unfinished_file_is_given_up_after_its_time() {
    for desk in desks().await {
        let id = desk.create(100_000, None).await.id;
        let untouched = desk.create(10, None).await;
        let whole = desk.sent(b"whole").await;
        let state = desk.append(&id, 0, body(&vec![1; 70_000], 5000)).await.unwrap();
        assert!(state.expires_at > untouched.expires_at, "the last part counts");
        let just_before = desk.evidence.tidy(untouched.expires_at - 1).await.unwrap();
        assert_eq!(just_before, Tidied::default());
        assert_eq!(desk.evidence.tidy(untouched.expires_at).await.unwrap().expired, 1);
        assert!(desk.evidence.state(&desk.number, &id, state.expires_at - 1).await.is_ok());
        let late = desk.evidence.state(&desk.number, &id, state.expires_at).await;
        assert!(matches!(late, Err(UploadRefusal::Expired)), "before the tidying too");
        let tidied = desk.evidence.tidy(state.expires_at).await.unwrap();
        assert_eq!(tidied, Tidied { expired: 1, deleted: 2, ..Tidied::default() });
        let line = desk.line(&id).await;
        assert_eq!((line.state, line.offset, line.changed_at), (FileState::Expired, 0, state.expires_at));
        let end = desk.append(&id, 70_000, body(&[1; 1], 1)).await.unwrap_err();
        assert!(matches!(end.why, UploadRefusal::Expired));
        assert!(matches!(desk.evidence.terminate(&desk.number, &id, clock()).await, Err(UploadRefusal::Expired)));
        assert_eq!(desk.line(&whole.id).await.state, FileState::Arrived);
        let (event, body) = desk.events().await.pop().unwrap();
        assert_eq!((event.kind.as_str(), event.actor.as_str(), event.at), ("file.expired", "system", state.expires_at));
        assert_eq!(body, json!({"file": id.to_string(), "by": "time"}));
        let words: Vec<_> =
            desk.evidence.files(&desk.number).await.unwrap().iter().map(crate::UploadState::word).collect();
        assert_eq!(words, ["expired", "expired", "arrived"]);
    }
}

#[tokio::test]
async fn the_applicant_gives_an_unfinished_file_up() {
    for desk in desks().await {
        let id = desk.create(100_000, None).await.id;
        desk.append(&id, 0, body(&vec![1; 70_000], 5000)).await.unwrap();
        desk.evidence.terminate(&desk.number, &id, clock()).await.unwrap();
        assert!(matches!(desk.evidence.state(&desk.number, &id, clock()).await, Err(UploadRefusal::Expired)));
        assert!(matches!(desk.evidence.terminate(&desk.number, &id, clock()).await, Err(UploadRefusal::Expired)));
        let (event, body) = desk.events().await.pop().unwrap();
        assert_eq!((event.kind.as_str(), event.actor.as_str()), ("file.expired", "applicant"));
        assert_eq!(body, json!({"file": id.to_string(), "by": "applicant"}));
        assert_eq!(desk.evidence.tidy(clock()).await.unwrap().deleted, 2);
        assert_eq!(desk.objects().len(), 0);
    }
}

#[tokio::test]
async fn an_object_that_cannot_be_deleted_keeps_no_other() {
    let desk = desk().await;
    for length in [70_000, 100] {
        let id = desk.create(100_000, None).await.id;
        desk.append(&id, 0, body(&vec![1; length], 5000)).await.unwrap();
        desk.evidence.terminate(&desk.number, &id, clock()).await.unwrap();
    }
    let objects = desk.evidence.store.discarded_objects(10).await.unwrap();
    // A folder in its place cannot be deleted as a file, even by root.
    let path = desk.objects().into_iter().find(|path| name_of(path) == objects[0]).unwrap();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(desk.evidence.tidy(clock()).await, Err(UploadRefusal::Storage(_))));
    assert_eq!(desk.evidence.store.discarded_objects(10).await.unwrap(), objects[..1]);
    assert_eq!(desk.objects().len(), 0);
    fs::remove_dir(&path).unwrap();
    assert_eq!(desk.evidence.tidy(clock()).await.unwrap().deleted, 1);
    assert_eq!(desk.discarded().await, 0);
}

/// Returns the name of the object in a file.
fn name_of(path: &std::path::Path) -> String {
    let part = |path: &std::path::Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    part(path.parent().unwrap()) + &part(path)
}

#[tokio::test]
async fn objects_without_a_part_are_swept_when_they_are_old() {
    for desk in desks().await {
        let kept = desk.sent(&bytes(300_000, 2)).await;
        let storage = Arc::clone(&desk.evidence.storage);
        for _ in 0..3 {
            storage.put(storage.spool().unwrap(), &ObjectName::random().unwrap()).unwrap();
        }
        fs::write(desk.folder.join("evidence/incoming/left-over"), b"x").unwrap();
        assert_eq!(desk.evidence.tidy(clock()).await.unwrap().orphans, 0, "a part may just be committed");
        assert_eq!(desk.evidence.sweep(Duration::ZERO).await.unwrap(), 4);
        assert_eq!((desk.objects().len(), desk.spools().len()), (5, 0));
        assert_eq!(desk.evidence.sweep(Duration::ZERO).await.unwrap(), 0);
        assert_eq!(desk.read(&kept.id).await, bytes(300_000, 2));
    }
}

#[test]
fn the_first_object_makes_the_folders_of_all() {
    let folder = super::folder();
    for folders in [0, 256] {
        let storage = FolderStorage::open(&folder).unwrap();
        let count = || fs::read_dir(folder.join("parts")).unwrap().count();
        assert_eq!(count(), folders);
        storage.put(storage.spool().unwrap(), &ObjectName::random().unwrap()).unwrap();
        assert_eq!(count(), 256);
    }
}

#[tokio::test]
async fn an_object_of_an_age_is_found_by_its_date() {
    let desk = desk().await;
    let storage = FolderStorage::open(&desk.folder.join("evidence")).unwrap();
    let name = ObjectName::random().unwrap();
    storage.put(storage.spool().unwrap(), &name).unwrap();
    let long_ago = std::time::SystemTime::now() - crate::tidy::ORPHAN_AGE - Duration::from_secs(1);
    fs::File::options().write(true).open(&desk.objects()[0]).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(desk.evidence.tidy(clock()).await.unwrap().orphans, 1);
    storage.delete(&name).unwrap();
}
