//! Storages of other databases: none is used, and nothing in one is deleted.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use super::{Desk, body, bytes, clock, desk, desks};
use crate::{FolderStorage, PartStorage, UploadRefusal, bind};

fn storage_of(desk: &Desk) -> Arc<dyn PartStorage> {
    Arc::new(FolderStorage::open(&desk.folder.join("evidence")).unwrap())
}

fn id_of(desk: &Desk) -> String {
    fs::read_to_string(desk.folder.join("evidence/store")).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_folder_is_bound_once_and_found_again() {
    for desk in desks().await {
        let id = id_of(&desk);
        desk.sent(b"abc").await;
        bind(&*desk.evidence.store, &storage_of(&desk)).await.unwrap();
        assert_eq!((id_of(&desk), id.len()), (id, 32));
    }
}

#[tokio::test]
async fn a_folder_with_parts_of_another_database_is_refused_and_keeps_them() {
    let (own, other) = (desk().await, desk().await);
    let id = other.create(100_000, None).await.id;
    let kept = other.append(&id, 0, body(&bytes(80_000, 1), 9999)).await.unwrap();
    let refused = bind(&*own.evidence.store, &storage_of(&other)).await.unwrap_err().to_string();
    for word in [id_of(&own), id_of(&other), "--evidence-url".to_owned()] {
        assert!(refused.contains(&word), "{word}: {refused}");
    }
    let gone = own.create(100, None).await.id;
    own.append(&gone, 0, body(&[1; 10], 10)).await.unwrap();
    own.evidence.terminate(&own.number, &gone, clock()).await.unwrap();
    let wrong = crate::Evidence { storage: storage_of(&other), ..own.evidence.clone() };
    assert!(matches!(wrong.sweep(Duration::ZERO).await, Err(UploadRefusal::Storage(_))));
    let discarded = crate::delete_discarded(&*own.evidence.store, &wrong.storage).await;
    assert!(matches!(discarded, Err(UploadRefusal::Storage(_))));
    assert_eq!(own.evidence.store.discarded_objects(9).await.unwrap().len(), 1, "not forgotten");
    assert_eq!(other.read(&kept.id).await, bytes(80_000, 1));
}

#[tokio::test]
async fn an_empty_folder_is_bound_anew() {
    let (own, other) = (desk().await, desk().await);
    bind(&*own.evidence.store, &storage_of(&other)).await.unwrap();
    assert_eq!(id_of(&other), id_of(&own));
}

#[tokio::test]
async fn a_folder_without_an_id_is_bound_to_a_database_without_one_alone() {
    let desk = desk().await;
    desk.sent(b"abc").await;
    fs::remove_file(desk.folder.join("evidence/store")).unwrap();
    assert!(bind(&*desk.evidence.store, &storage_of(&desk)).await.is_err());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&desk.url).await.unwrap();
    sqlx::raw_sql("DELETE FROM settings WHERE name = 'evidence_store'").execute(&mut connection).await.unwrap();
    bind(&*desk.evidence.store, &storage_of(&desk)).await.unwrap();
    assert_eq!(id_of(&desk).len(), 32);
}
