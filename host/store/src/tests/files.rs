//! Rows of evidence files: declarations, parts, ends, and erasure.

use std::sync::Arc;

use serde_json::json;

use super::{RECEIVED_AT, appended, databases, new_case, new_event, random, stored, verified_events};
use crate::receipt_number::Number;
use crate::{
    CaseLimits, Declared, EventKind, FileEnd, FileEnding, FileId, FileLine, FileState, NewEvent, NewFile, NewPart,
    Part, PartAdded, Refusal, Store,
};

const NOW: i64 = RECEIVED_AT + 1000;
const LIMITS: CaseLimits = CaseLimits { files: 3, bytes: 1000 };

fn new_file(number: &Number, length: u64) -> NewFile {
    NewFile {
        id: FileId::random().unwrap(),
        number: number.clone(),
        what: "log".to_owned(),
        log: Some(2),
        length,
        declared_sha256: Some([5; 32]),
        end: None,
        created_at: NOW,
        expires_at: NOW + 100,
        limits: LIMITS,
    }
}

async fn declared(store: &Arc<dyn Store>, file: NewFile) -> Declared {
    let event = new_event(&file.number, EventKind::FileDeclared, &json!({}));
    store.declare_file(file, vec![event]).await.unwrap()
}

/// Declares a file; returns its line.
async fn line(store: &Arc<dyn Store>, file: NewFile) -> FileLine {
    let id = file.id;
    assert!(matches!(declared(store, file).await, Declared::Stored { .. }));
    store.file(&id).await.unwrap().unwrap()
}

fn new_part(file: &FileLine, start: u64, length: u64) -> NewPart {
    let part = Part {
        start,
        length,
        sealed_length: length + 216,
        sealed_sha256: random().to_vec(),
        object: FileId::random().unwrap().to_string(),
        hash_state: vec![1; 144],
    };
    NewPart { file_seq: file.seq, part, expires_at: NOW + 200, at: NOW + 50 }
}

fn end(number: &str, kind: EventKind, state: FileState) -> FileEnd {
    let event = new_event(&Number::read(number).unwrap(), kind, &json!({}));
    FileEnd { sha256: [6; 32], state, event }
}

#[tokio::test]
async fn a_declared_file_is_read_as_it_was_declared() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("a")).await;
        let file = new_file(&number, 300);
        let id = file.id;
        assert_eq!(declared(store, file).await, Declared::Stored { n: 2 });
        let expected = FileLine {
            seq: 1,
            id,
            number: number.to_string(),
            recipient: Some("age1a".to_owned()),
            what: "log".to_owned(),
            log: Some(2),
            length: 300,
            offset: 0,
            declared_sha256: Some(vec![5; 32]),
            sha256: None,
            state: FileState::Receiving,
            declared_n: 2,
            created_at: NOW,
            changed_at: NOW,
            expires_at: NOW + 100,
        };
        assert_eq!(store.file(&id).await.unwrap(), Some(expected.clone()));
        assert_eq!(store.files_of(&number).await.unwrap(), [expected]);
        assert_eq!(store.file(&FileId([0; 16])).await.unwrap(), None);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(verified_events(store).await[1].kind, "file.declared");
    }
}

#[tokio::test]
async fn a_refused_declaration_leaves_no_row_and_no_event() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("a")).await;
        let unknown = Number::random().unwrap();
        assert_eq!(declared(store, new_file(&unknown, 1)).await, Declared::NoCase);
        assert_eq!(declared(store, new_file(&number, 1001)).await, Declared::TooLarge);
        assert_eq!(declared(store, new_file(&number, u64::MAX)).await, Declared::TooLarge);
        for length in [600, 400, 0] {
            assert!(matches!(declared(store, new_file(&number, length)).await, Declared::Stored { .. }));
        }
        assert_eq!(declared(store, new_file(&number, 0)).await, Declared::TooMany);
        let (closed, _) = stored(store, new_case("b")).await;
        appended(store, new_event(&closed, EventKind::CaseClosed, &json!({"outcome": "advised"}))).await;
        assert_eq!(declared(store, new_file(&closed, 1)).await, Declared::Refused(Refusal::Closed));
        store.erase(new_event(&closed, EventKind::CaseErased, &json!({}))).await.unwrap();
        assert_eq!(declared(store, new_file(&closed, 1)).await, Declared::Refused(Refusal::Erased));
        assert_eq!(store.files_of(&closed).await.unwrap(), []);
        assert_eq!(verified_events(store).await.len(), 7);
    }
}

#[tokio::test]
async fn parts_follow_each_other_until_the_end() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("a")).await;
        let file = line(store, new_file(&number, 300)).await;
        let add = |start, length, end| store.add_part(new_part(&file, start, length), end);
        assert_eq!(store.last_part(file.seq).await.unwrap(), None);
        assert_eq!(add(1, 10, None).await.unwrap(), PartAdded::Conflict { offset: 0 });
        let first = new_part(&file, 0, 100);
        assert_eq!(store.add_part(first.clone(), None).await.unwrap(), PartAdded::Stored);
        for start in [0, 99, 101] {
            assert_eq!(add(start, 10, None).await.unwrap(), PartAdded::Conflict { offset: 100 });
        }
        let now = store.file(&file.id).await.unwrap().unwrap();
        assert_eq!((now.offset, now.changed_at, now.expires_at), (100, NOW + 50, NOW + 200));
        let arrived = end(&file.number, EventKind::FileArrived, FileState::Arrived);
        assert_eq!(add(100, 200, Some(arrived)).await.unwrap(), PartAdded::Stored);
        let now = store.file(&file.id).await.unwrap().unwrap();
        assert_eq!((now.offset, now.state, now.sha256), (300, FileState::Arrived, Some(vec![6; 32])));
        assert_eq!(add(300, 1, None).await.unwrap(), PartAdded::Gone);
        let parts = store.parts(file.seq).await.unwrap();
        assert_eq!((parts.len(), &parts[0]), (2, &first.part));
        assert_eq!(store.last_part(file.seq).await.unwrap().as_ref(), parts.last());
        let kinds: Vec<_> = verified_events(store).await.into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, ["case.received", "file.declared", "file.arrived"]);
    }
}

#[tokio::test]
async fn the_primary_key_takes_one_row_at_a_place() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("a")).await;
        let file = line(store, new_file(&number, 300)).await;
        store.add_part(new_part(&file, 0, 100), None).await.unwrap();
        let mut sql = database.sql().await;
        let twice = "INSERT INTO file_parts SELECT file_seq, start, length, sealed_length, sealed_sha256, 'x', hash_state \
            FROM file_parts";
        assert!(sql.run(twice).await.is_err());
        assert_eq!(sql.table("file_parts").await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_writers_at_one_place_one_adds_a_part() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("a")).await;
        let file =
            line(store, NewFile { limits: CaseLimits { files: 9, bytes: 1000 }, ..new_file(&number, 100) }).await;
        let other = if database.url.starts_with("sqlite:") {
            crate::open_to_write(&database.url).await
        } else {
            crate::open(&database.url).await
        };
        let hosts = [Arc::clone(store), other.unwrap()];
        for start in (0..100).step_by(10) {
            let writers = (0..8).map(|index| {
                let (store, part) = (Arc::clone(&hosts[index % 2]), new_part(&file, start, 10));
                let end = (start == 90).then(|| end(&file.number, EventKind::FileArrived, FileState::Arrived));
                tokio::spawn(async move { store.add_part(part, end).await.unwrap() })
            });
            let mut outcomes = Vec::new();
            for writer in writers.collect::<Vec<_>>() {
                outcomes.push(writer.await.unwrap());
            }
            let stored = outcomes.iter().filter(|outcome| **outcome == PartAdded::Stored).count();
            assert_eq!(stored, 1, "{outcomes:?}");
        }
        assert_eq!(store.parts(file.seq).await.unwrap().len(), 10);
        assert_eq!(verified_events(store).await.len(), 3, "one event of the end");
    }
}

#[tokio::test]
async fn files_end_where_their_state_allows_it() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("a")).await;
        let [late, whole] = [line(store, new_file(&number, 300)).await, line(store, new_file(&number, 50)).await];
        store.add_part(new_part(&late, 0, 100), None).await.unwrap();
        let mismatch = end(&whole.number, EventKind::FileMismatch, FileState::Mismatch);
        store.add_part(new_part(&whole, 0, 50), Some(mismatch)).await.unwrap();
        let at = |kind, at| NewEvent { at, ..new_event(&number, kind, &json!({})) };
        let expired = |moment| at(EventKind::FileExpired, moment);
        assert_eq!(store.overdue_files(NOW + 199, 10).await.unwrap(), []);
        assert_eq!(store.overdue_files(NOW + 200, 10).await.unwrap()[0].id, late.id);
        assert!(!store.end_file(&late.id, FileEnding::Overdue, expired(NOW + 199)).await.unwrap());
        for ending in [FileEnding::Overdue, FileEnding::Terminated] {
            assert!(!store.end_file(&whole.id, ending, expired(NOW + 500)).await.unwrap(), "{ending:?}");
        }
        assert_eq!(verified_events(store).await.len(), 4, "no event of what did not happen");
        assert!(store.end_file(&late.id, FileEnding::Overdue, expired(NOW + 200)).await.unwrap());
        assert!(!store.end_file(&late.id, FileEnding::Terminated, expired(NOW + 201)).await.unwrap());
        let destroyed = at(EventKind::FileDestroyed, NOW + 300);
        assert!(store.end_file(&whole.id, FileEnding::Destroyed, destroyed.clone()).await.unwrap());
        assert!(!store.end_file(&whole.id, FileEnding::Destroyed, destroyed.clone()).await.unwrap());
        assert!(!store.end_file(&FileId([1; 16]), FileEnding::Destroyed, destroyed).await.unwrap());
        let states: Vec<_> =
            store.files_of(&number).await.unwrap().iter().map(|line| (line.state, line.offset)).collect();
        assert_eq!(states, [(FileState::Expired, 0), (FileState::Destroyed, 0)]);
        let objects = store.discarded_objects(10).await.unwrap();
        assert_eq!(objects.len(), 2);
        assert_eq!(store.discarded_objects(1).await.unwrap().len(), 1);
        store.forget_objects(objects).await.unwrap();
        store.forget_objects(Vec::new()).await.unwrap();
        assert_eq!(store.discarded_objects(10).await.unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn complete_files_wait_for_a_scan_until_their_case_has_as_many() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("a")).await;
        let unfinished = line(store, new_file(&number, 300)).await;
        let [first, second] = [line(store, new_file(&number, 50)).await, line(store, new_file(&number, 50)).await];
        let waiting = async |since, after| {
            let files = store.files_to_scan(since, after, 10).await.unwrap();
            files.into_iter().map(|file| file.id).collect::<Vec<_>>()
        };
        assert_eq!(waiting(0, 0).await, []);
        for file in [&first, &second] {
            let arrived = end(&file.number, EventKind::FileArrived, FileState::Arrived);
            store.add_part(new_part(file, 0, 50), Some(arrived)).await.unwrap();
        }
        assert_eq!(waiting(0, 0).await, [first.id, second.id]);
        assert_eq!((waiting(i64::MAX, 0).await, waiting(0, first.seq).await), (vec![], vec![second.id]));
        assert_eq!(store.files_to_scan(0, 0, 1).await.unwrap().len(), 1);
        let scanned = || new_event(&number, EventKind::FileScanned, &json!({}));
        store.append(vec![scanned()]).await.unwrap();
        assert_eq!(waiting(0, 0).await.len(), 2, "the sealed event says which one it is");
        store.append(vec![scanned()]).await.unwrap();
        assert_eq!(waiting(0, 0).await, []);
        assert_eq!(store.file(&unfinished.id).await.unwrap().unwrap().state, FileState::Receiving);
    }
}

#[tokio::test]
async fn names_that_no_part_has_are_unknown() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("a")).await;
        let file = line(store, new_file(&number, 300)).await;
        let part = new_part(&file, 0, 100);
        let known = part.part.object.clone();
        store.add_part(part, None).await.unwrap();
        let names = vec!["x".to_owned(), known, "y".to_owned()];
        assert_eq!(store.unknown_objects(names).await.unwrap(), ["x", "y"]);
        assert_eq!(store.unknown_objects(Vec::new()).await.unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_erasure_discards_the_objects_of_its_case_alone() {
    for database in databases().await {
        let store = &database.store;
        let mut files = Vec::new();
        for key in ["a", "b"] {
            let (number, _) = stored(store, new_case(key)).await;
            let file = line(store, new_file(&number, 300)).await;
            let part = new_part(&file, 0, 100);
            let object = part.part.object.clone();
            store.add_part(part, None).await.unwrap();
            files.push((number, file, object));
        }
        let [(erased, file, object), (_, other, _)] = files.try_into().unwrap();
        store.erase(new_event(&erased, EventKind::CaseErased, &json!({}))).await.unwrap();
        assert_eq!(store.discarded_objects(10).await.unwrap(), [object]);
        let line = store.file(&file.id).await.unwrap().unwrap();
        assert_eq!((line.state, line.declared_sha256, line.offset), (FileState::Destroyed, None, 0));
        assert_eq!(store.add_part(new_part(&file, 100, 10), None).await.unwrap(), PartAdded::Gone);
        assert_eq!(store.parts(other.seq).await.unwrap().len(), 1);
        assert_eq!(store.file(&other.id).await.unwrap().unwrap().state, FileState::Receiving);
    }
}

#[test]
fn a_name_of_a_file_has_one_form() {
    let id = FileId([0xab; 16]);
    assert_eq!(id.to_string(), "ab".repeat(16));
    for text in ["", &"AB".repeat(16), &"ab".repeat(15), &"ab".repeat(17), &"+b".repeat(16), &"あ".repeat(10)] {
        assert!(text.parse::<FileId>().is_err(), "{text}");
    }
}
