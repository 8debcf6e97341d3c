//! Several writers of one file.

use std::sync::Arc;

use kakekomi_store::FileState;

use super::{Desk, body, bytes, clock, desks, digest};
use crate::{Evidence, UploadRefusal};

/// Opens the same store as another host would.
async fn other_host(desk: &Desk) -> Evidence {
    let store = if desk.url.starts_with("sqlite:") {
        kakekomi_store::open_to_write(&desk.url).await
    } else {
        kakekomi_store::open(&desk.url).await
    };
    Evidence { store: store.unwrap(), ..desk.evidence.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_at_one_place_one_is_stored() {
    for desk in desks().await {
        let hosts = [desk.evidence.clone(), other_host(&desk).await];
        for round in 0..25 {
            let length = 2 * 64 * 1024 + 100;
            let id = desk.create(length, None).await.id;
            let contents = [bytes(length, 2 * round), bytes(length, 2 * round + 1)];
            let writers = contents.clone().map(Arc::new).into_iter().zip(hosts.clone()).map(|(sent, host)| {
                let number = desk.number.clone();
                tokio::spawn(async move { host.append(&number, &id, 0, body(&sent, 7001), clock).await })
            });
            let mut arrived = 0;
            for writer in writers.collect::<Vec<_>>() {
                match writer.await.unwrap() {
                    Ok(_) => arrived += 1,
                    Err(end) => assert!(
                        matches!(end.why, UploadRefusal::Offset { .. } | UploadRefusal::Arrived),
                        "round {round}: {}",
                        end.why
                    ),
                }
            }
            assert!(arrived <= 1, "round {round}");
            // The two may have taken the parts in turns: then none arrived, and each part is of one of them.
            let state = desk.state(&id).await;
            let parts = desk.parts(&id).await;
            let mut place = 0;
            for part in &parts {
                assert_eq!(part.start, place, "round {round}");
                place += part.length;
            }
            assert_eq!(place, state.offset);
            let stored = desk.read(&id).await;
            let end = usize::try_from(state.offset).unwrap();
            assert!(contents.iter().any(|sent| stored == sent[..end]), "round {round}: the bytes are of two writers");
            if state.state == FileState::Arrived {
                assert_eq!(state.sha256, Some(digest(&stored)), "round {round}");
            }
        }
        let mut known = 0;
        for file in desk.evidence.files(&desk.number).await.unwrap() {
            known += desk.parts(&file.id).await.len();
        }
        assert_eq!((desk.objects().len(), desk.spools().len()), (known, 0), "the loser's objects are deleted");
    }
}
