//! Uploads: any size, cut anywhere, with a running hash.

use std::io;

use futures_util::{StreamExt as _, stream};
use kakekomi_store::FileState;
use kakekomi_store::digest::hex;
use serde_json::json;

use super::{Desk, KIB, NAME, Random, body, bytes, clock, desk, desks, digest, folder, until, upload};
use crate::{AppendEnd, Evidence, EvidenceLimits, UploadRefusal};

#[tokio::test]
async fn a_file_of_any_size_arrives_whole() {
    for desk in desks().await {
        let part = 64 * KIB;
        for length in [0, 1, part - 1, part, part + 1, 2 * part - 1, 2 * part, 2 * part + 1, 5 * part + 17] {
            let sent = bytes(length, length as u64);
            let state = desk.sent(&sent).await;
            assert_eq!((state.state, state.offset), (FileState::Arrived, length as u64), "{length}");
            assert_eq!(state.sha256, Some(digest(&sent)), "{length}");
            assert_eq!(desk.read(&state.id).await, sent, "{length}");
            assert_eq!(desk.parts(&state.id).await.len(), length.div_ceil(part), "{length}");
        }
        assert_eq!(desk.spools().len(), 0);
    }
}

#[tokio::test]
async fn a_part_has_as_many_bytes_as_the_default_says() {
    let desk = desk().await;
    let evidence = Evidence {
        limits: EvidenceLimits { min_free_percent: 0, ..EvidenceLimits::default() },
        ..desk.evidence.clone()
    };
    let desk = Desk { evidence, ..desk };
    let part = 8 << 20;
    for (length, parts) in [(part - 1, vec![part - 1]), (part, vec![part]), (part + 1, vec![part, 1])] {
        let sent = bytes(length, 3);
        let state = desk.sent(&sent).await;
        assert_eq!(state.sha256, Some(digest(&sent)));
        let lengths = desk.parts(&state.id).await.into_iter().map(|part| usize::try_from(part.length).unwrap());
        let lengths: Vec<_> = lengths.collect();
        assert_eq!(lengths, parts);
        assert_eq!(desk.read(&state.id).await, sent);
    }
}

/// Messages with their digests as FIPS 180-2 and the test vectors of NIST publish them.
#[tokio::test]
async fn digests_are_those_that_nist_publishes() {
    let desk = desk().await;
    let million = vec![b'a'; 1_000_000];
    let rows: [(&[u8], &str); 4] = [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ];
    for (message, expected) in rows {
        let id = desk.create(message.len(), None).await.id;
        // Each byte, or each 7919 bytes, is a part of its own, so that the hash is continued from rows.
        for (index, piece) in message.chunks(message.len().div_ceil(127).max(1)).enumerate() {
            let offset = (index * message.len().div_ceil(127).max(1)) as u64;
            desk.append(&id, offset, body(piece, 1000)).await.unwrap();
        }
        assert_eq!(hex(&desk.state(&id).await.sha256.unwrap()), expected);
    }
}

#[tokio::test]
async fn an_upload_that_is_cut_anywhere_continues_with_the_same_hash() {
    for desk in desks().await {
        for seed in 0..8 {
            let mut random = Random(seed + 99);
            let sent = bytes(usize::try_from(random.below(300_000)).unwrap() + 1, seed);
            let id = desk.create(sent.len(), Some(digest(&sent))).await.id;
            let mut offset = 0;
            while offset < sent.len() {
                let end = (offset + usize::try_from(random.below(90_000)).unwrap() + 1).min(sent.len());
                let chunk = usize::try_from(random.below(40_000)).unwrap() + 1;
                let state = desk.append(&id, offset as u64, body(&sent[offset..end], chunk)).await.unwrap();
                assert_eq!(state.offset, end as u64, "seed {seed}");
                offset = end;
            }
            let state = desk.state(&id).await;
            assert_eq!((state.state, state.sha256), (FileState::Arrived, Some(digest(&sent))), "seed {seed}");
            assert_eq!(desk.read(&id).await, sent, "seed {seed}");
        }
    }
}

#[tokio::test]
async fn what_came_of_a_body_that_ends_early_is_stored() {
    let desk = desk().await;
    let sent = bytes(200_000, 1);
    let id = desk.create(sent.len(), None).await.id;
    let cut = body(&sent[..150_000], 1000)
        .map(|chunk| chunk.map_err(|_| io::ErrorKind::Other))
        .chain(stream::iter([Err(io::ErrorKind::BrokenPipe)]));
    let AppendEnd { state, why } = desk.evidence.append(&desk.number, &id, 0, cut, clock).await.unwrap_err();
    assert!(matches!(why, UploadRefusal::Cut), "{why}");
    assert_eq!(state.unwrap().offset, 150_000);
    let state = desk.append(&id, 150_000, body(&sent[150_000..], 1000)).await.unwrap();
    assert_eq!((state.state, state.sha256), (FileState::Arrived, Some(digest(&sent))));
    assert_eq!(desk.read(&id).await, sent);
}

#[tokio::test]
async fn a_silent_body_ends_after_the_time_for_it() {
    let desk = desk().await;
    let limits = EvidenceLimits { idle_timeout: std::time::Duration::from_millis(200), ..desk.evidence.limits };
    let desk = Desk { evidence: Evidence { limits, ..desk.evidence.clone() }, ..desk };
    let id = desk.create(100, None).await.id;
    let silent = body(&[7; 30], 10).chain(stream::pending());
    let AppendEnd { state, why } = desk.append(&id, 0, silent).await.unwrap_err();
    assert!(matches!(why, UploadRefusal::Idle), "{why}");
    assert_eq!(state.unwrap().offset, 30);
    // Chunks without a byte are silence too.
    let empty = stream::repeat_with(|| Ok(bytes::Bytes::new())).then(|chunk| async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        chunk
    });
    let AppendEnd { why, .. } = desk.append(&id, 30, empty).await.unwrap_err();
    assert!(matches!(why, UploadRefusal::Idle), "{why}");
}

#[tokio::test]
async fn what_came_is_stored_when_the_upload_is_dropped() {
    let desk = desk().await;
    let sent = bytes(150_000, 4);
    let id = desk.create(200_000, None).await.id;
    let endless = body(&sent, 10_000).chain(stream::pending());
    let dropped = tokio::time::timeout(std::time::Duration::from_millis(500), desk.append(&id, 0, endless)).await;
    assert!(dropped.is_err());
    until(async || desk.state(&id).await.offset == 150_000).await;
    assert_eq!(desk.read(&id).await, sent);
}

#[tokio::test]
async fn more_bytes_than_declared_are_refused() {
    let desk = desk().await;
    let id = desk.create(100, None).await.id;
    let AppendEnd { state, why } = desk.append(&id, 0, body(&[1; 101], 50)).await.unwrap_err();
    assert!(matches!(why, UploadRefusal::TooLong), "{why}");
    assert_eq!((state.clone().unwrap().offset, state.unwrap().state), (100, FileState::Arrived), "the bytes before");
    let id = desk.create(100, None).await.id;
    let sent = bytes(101, 9);
    let AppendEnd { state, why } = desk.append(&id, 0, body(&sent, 60)).await.unwrap_err();
    assert!(matches!(why, UploadRefusal::TooLong), "{why}");
    assert_eq!(state.unwrap().offset, 100, "the bytes before the surplus, inside a chunk too");
    assert_eq!(desk.read(&id).await, sent[..100]);
}

#[tokio::test]
async fn another_digest_than_the_declared_one_is_kept_and_marked() {
    for desk in desks().await {
        let (sent, other) = (bytes(100_000, 5), digest(b"other"));
        let id = desk.create(sent.len(), Some(other)).await.id;
        let state = desk.append(&id, 0, body(&sent, 9999)).await.unwrap();
        assert_eq!((state.state, state.word()), (FileState::Mismatch, "mismatch"));
        assert_eq!((state.declared_sha256, state.sha256), (Some(other), Some(digest(&sent))));
        assert_eq!(desk.read(&id).await, sent);
        let empty = desk.create(0, Some(other)).await;
        assert_eq!((empty.state, empty.sha256), (FileState::Mismatch, Some(digest(b""))));
        let (event, body) = desk.events().await.swap_remove(1);
        assert_eq!((event.kind.as_str(), event.actor.as_str()), ("file.mismatch", "applicant"));
        let expected =
            json!({"file": id.to_string(), "length": 100_000, "declared": hex(&other), "sha256": hex(&digest(&sent))});
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn events_tell_of_declaration_and_arrival() {
    for desk in desks().await {
        let sent = bytes(70_000, 6);
        let state = desk.sent(&sent).await;
        let id = state.id.to_string();
        let [(declared, what), (arrived, end)] = desk.events().await.try_into().unwrap();
        assert_eq!(
            (declared.kind.as_str(), declared.actor.as_str(), declared.n),
            ("file.declared", "applicant", Some(2))
        );
        let sha256 = hex(&digest(&sent));
        let expected = json!({
            "file": id, "name": NAME, "type": "text/plain", "what": "log", "log": 0, "length": 70_000, "sha256": sha256,
        });
        assert_eq!(what, expected);
        assert_eq!((arrived.kind.as_str(), arrived.actor.as_str(), arrived.n), ("file.arrived", "applicant", Some(3)));
        assert_eq!(end, json!({"file": id, "length": 70_000, "sha256": sha256}));
        assert_eq!(desk.line(&state.id).await.declared_n, 2);
    }
}

#[tokio::test]
async fn bytes_are_taken_at_the_end_of_an_unfinished_file_of_the_case_alone() {
    let desk = desk().await;
    let id = desk.create(100, None).await.id;
    assert_eq!(desk.state(&id).await.word(), "declared");
    desk.append(&id, 0, body(&[1; 40], 40)).await.unwrap();
    assert_eq!(desk.state(&id).await.word(), "receiving");
    for offset in [0, 39, 41, u64::MAX] {
        let AppendEnd { why, .. } = desk.append(&id, offset, body(&[2; 10], 10)).await.unwrap_err();
        assert!(matches!(why, UploadRefusal::Offset { offset: 40 }), "{why}");
    }
    let other = super::with_case(&desk.evidence.store, &desk.identities).await;
    let refused = desk.evidence.append(&other, &id, 40, body(&[2; 10], 10), clock).await.unwrap_err();
    assert!(matches!(refused.why, UploadRefusal::Unknown) && refused.state.is_none());
    assert!(matches!(desk.evidence.state(&other, &id, clock()).await, Err(UploadRefusal::Unknown)));
    assert!(matches!(desk.evidence.terminate(&other, &id, clock()).await, Err(UploadRefusal::Unknown)));
    assert_eq!(desk.evidence.files(&other).await.unwrap(), []);
    desk.append(&id, 40, body(&[3; 60], 60)).await.unwrap();
    let AppendEnd { state, why } = desk.append(&id, 100, body(&[3; 1], 1)).await.unwrap_err();
    assert!(matches!(why, UploadRefusal::Arrived) && state.unwrap().state == FileState::Arrived);
    assert!(matches!(desk.evidence.terminate(&desk.number, &id, clock()).await, Err(UploadRefusal::Arrived)));
    assert_eq!(desk.evidence.files(&desk.number).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_continues_at_another_host_with_the_same_key_alone() {
    let desk = desk().await;
    let sent = bytes(1000, 8);
    let id = desk.create(sent.len(), Some(digest(&sent))).await.id;
    desk.append(&id, 0, body(&sent[..333], 100)).await.unwrap();
    let key = kakekomi_sealing::HashKey::generate().unwrap();
    let stranger = Evidence { key, ..desk.evidence.clone() };
    let AppendEnd { why, .. } =
        stranger.append(&desk.number, &id, 333, body(&sent[333..], 100), clock).await.unwrap_err();
    assert!(matches!(why, UploadRefusal::Sealing(_)), "{why}");
    assert_eq!(desk.append(&id, 333, body(&sent[333..], 100)).await.unwrap().state, FileState::Arrived);
}

#[tokio::test]
async fn an_unknown_case_takes_no_file() {
    let desk = desk().await;
    let unknown = kakekomi_store::receipt_number::Number::random().unwrap();
    assert!(matches!(desk.evidence.create(&unknown, upload(1, None), clock()).await, Err(UploadRefusal::Unknown)));
    assert!(!folder().join("evidence").exists());
}
