//! A storage that fails: no part that was acknowledged is lost, and none is acknowledged that is not stored.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kakekomi_store::FileState;

use super::{Desk, body, bytes, desk, digest};
use crate::{Evidence, EvidenceLimits, FolderStorage, ObjectName, PartStorage, Space, Spool, UploadRefusal};

/// A storage in a folder that takes as many more parts and then fails.
struct Failing {
    inner: FolderStorage,
    left: AtomicU32,
    /// Parts that still find free space.
    spaces: AtomicU32,
    kind: io::ErrorKind,
    /// Fails after the object was made instead of before.
    fails_late: bool,
}

/// Takes one of those that are left.
fn take(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl PartStorage for Failing {
    fn spool(&self) -> io::Result<Spool> {
        self.inner.spool()
    }

    fn put(&self, spool: Spool, name: &ObjectName) -> io::Result<()> {
        let is_left = take(&self.left);
        if is_left || self.fails_late {
            self.inner.put(spool, name)?;
        }
        if is_left { Ok(()) } else { Err(self.kind.into()) }
    }

    fn open(&self, name: &ObjectName) -> io::Result<Box<dyn Read + Send>> {
        self.inner.open(name)
    }

    fn has(&self, name: &ObjectName) -> io::Result<bool> {
        self.inner.has(name)
    }

    fn delete(&self, name: &ObjectName) -> io::Result<()> {
        self.inner.delete(name)
    }

    fn space(&self) -> io::Result<Option<Space>> {
        Ok(Some(Space { free: take(&self.spaces).into(), total: 1 }))
    }

    fn old_objects(&self, begin: u8, age: Duration) -> io::Result<Vec<ObjectName>> {
        self.inner.old_objects(begin, age)
    }

    fn database(&self) -> io::Result<Option<String>> {
        self.inner.database()
    }

    fn bind(&self, database: &str) -> io::Result<()> {
        self.inner.bind(database)
    }

    fn is_empty(&self) -> io::Result<bool> {
        self.inner.is_empty()
    }

    fn remove_old_spools(&self, age: Duration) -> io::Result<u64> {
        self.inner.remove_old_spools(age)
    }
}

fn failing(desk: &Desk, left: u32, kind: io::ErrorKind, fails_late: bool) -> Evidence {
    let inner = FolderStorage::open(&desk.folder.join("evidence")).unwrap();
    let storage =
        Arc::new(Failing { inner, left: AtomicU32::new(left), spaces: AtomicU32::new(u32::MAX), kind, fails_late });
    Evidence { storage, ..desk.evidence.clone() }
}

#[tokio::test]
async fn parts_before_a_failure_of_the_storage_are_kept() {
    let desk = desk().await;
    let part = 64 * 1024;
    for (kind, fails_late) in [(io::ErrorKind::StorageFull, false), (io::ErrorKind::Other, true)] {
        for left in 0..4 {
            let sent = bytes(3 * part + 1000, u64::from(left));
            let id = desk.create(sent.len(), Some(digest(&sent))).await.id;
            let broken = failing(&desk, left, kind, fails_late);
            let end = broken.append(&desk.number, &id, 0, body(&sent, 10_000), super::clock).await.unwrap_err();
            let is_expected = match kind {
                io::ErrorKind::StorageFull => matches!(end.why, UploadRefusal::Full),
                _ => matches!(end.why, UploadRefusal::Storage(_)),
            };
            assert!(is_expected, "{}", end.why);
            let offset = end.state.unwrap().offset;
            assert_eq!(offset, u64::from(left) * part as u64);
            assert_eq!(desk.read(&id).await, sent[..left as usize * part], "what was acknowledged is there");
            let rest = body(&sent[left as usize * part..], 10_000);
            let state = desk.append(&id, offset, rest).await.unwrap();
            assert_eq!((state.state, state.sha256), (FileState::Arrived, Some(digest(&sent))));
            assert_eq!(desk.read(&id).await, sent);
        }
    }
    let mut known = 0;
    for file in desk.evidence.files(&desk.number).await.unwrap() {
        known += desk.parts(&file.id).await.len();
    }
    assert_eq!((desk.objects().len(), desk.spools().len()), (known, 0));
}

#[tokio::test]
async fn full_parts_are_kept_when_the_next_finds_no_space() {
    let desk = desk().await;
    let inner = FolderStorage::open(&desk.folder.join("evidence")).unwrap();
    let (left, spaces) = (AtomicU32::new(u32::MAX), AtomicU32::new(2));
    let storage = Arc::new(Failing { inner, left, spaces, kind: io::ErrorKind::Other, fails_late: false });
    let limits = EvidenceLimits { min_free_percent: 1, ..desk.evidence.limits };
    let full = Evidence { storage, limits, ..desk.evidence.clone() };
    let part = 64 * 1024;
    let sent = bytes(3 * part, 11);
    let id = desk.create(sent.len(), Some(digest(&sent))).await.id;
    // One chunk with all three parts.
    let end = full.append(&desk.number, &id, 0, body(&sent, sent.len()), super::clock).await.unwrap_err();
    assert!(matches!(end.why, UploadRefusal::Full), "{}", end.why);
    assert_eq!(end.state.unwrap().offset, 2 * part as u64);
    assert_eq!(desk.read(&id).await, sent[..2 * part]);
    let state = desk.append(&id, 2 * part as u64, body(&sent[2 * part..], 10_000)).await.unwrap();
    assert_eq!((state.state, desk.spools().len()), (FileState::Arrived, 0));
}

#[tokio::test]
async fn a_database_that_fails_acknowledges_nothing_and_leaves_no_object() {
    let desk = desk().await;
    let id = desk.create(100_000, None).await.id;
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON file_parts BEGIN SELECT RAISE(ABORT, 'refused'); END";
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&desk.url).await.unwrap();
    sqlx::raw_sql(refuse).execute(&mut connection).await.unwrap();
    let end = desk.append(&id, 0, body(&vec![1; 100_000], 10_000)).await.unwrap_err();
    assert!(matches!(end.why, UploadRefusal::Store(_)), "{}", end.why);
    assert_eq!((end.state.unwrap().offset, desk.objects().len(), desk.spools().len()), (0, 0, 0));
    sqlx::raw_sql("DROP TRIGGER refuse").execute(&mut connection).await.unwrap();
    assert_eq!(desk.append(&id, 0, body(&vec![1; 100_000], 10_000)).await.unwrap().state, FileState::Arrived);
}
