//! Secrecy: clear bytes and names are in no file of storage, spool or database.

use std::fs;
use std::process::Command;

use futures_util::{StreamExt as _, stream};

use super::{KIB, NAME, body, bytes, clock, desk, desks, digest, files_below, until};
use crate::{NewUpload, What, read};

const MARKER: &str = "MARKERmarkerMARKER";

/// Contents that consist of the marker alone.
fn marked(length: usize) -> Vec<u8> {
    MARKER.bytes().cycle().take(length).collect()
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[tokio::test]
async fn no_file_has_a_name_or_a_byte_of_an_upload() {
    for desk in desks().await {
        let named = NewUpload {
            what: What::Other,
            log: None,
            name: format!("{MARKER}.txt"),
            media_type: format!("text/{MARKER}"),
            length: 100_100,
            sha256: Some(digest(&marked(100_100))),
        };
        let id = desk.evidence.create(&desk.number, named, clock()).await.unwrap().id;
        // Cut in the middle of a block of SHA-256, so that its state has 50 bytes of the file.
        desk.append(&id, 0, body(&marked(64 * KIB + 50), 3000)).await.unwrap();
        let silent = body(&marked(100_100)[64 * KIB + 50..100_000], 3000).chain(stream::pending());
        let upload = desk.append(&id, 64 * KIB as u64 + 50, silent);
        let watched = until(async || {
            let spools = desk.spools();
            spools.len() == 1 && fs::metadata(&spools[0]).is_ok_and(|spool| spool.len() > 0)
        });
        tokio::select! { _ = upload => panic!("the upload does not end"), () = watched => {} }
        let files = files_below(&desk.folder);
        assert!(files.len() >= 2);
        for file in files {
            let bytes = fs::read(&file).unwrap_or_default();
            assert!(!holds(&bytes, &MARKER.as_bytes()[..9]), "{}", file.display());
        }
        if desk.url.starts_with("postgres") {
            let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&desk.url).await.unwrap();
            for table in ["files", "file_parts", "events", "discarded_objects"] {
                let query = format!("SELECT {table}::text FROM {table}");
                let rows: Vec<String> =
                    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
                let hex = kakekomi_store::digest::hex(&MARKER.as_bytes()[..9]);
                assert!(rows.iter().all(|row| !row.contains(&MARKER[..9]) && !row.contains(&hex)), "{table}");
            }
        }
    }
}

#[tokio::test]
async fn objects_and_folders_are_for_their_owner_alone() {
    let desk = desk().await;
    desk.sent(b"whole").await;
    for path in
        [desk.folder.join("evidence"), desk.folder.join("evidence/parts"), desk.folder.join("evidence/incoming")]
    {
        assert!(!kakekomi_store::is_open_to_others(&path), "{}", path.display());
    }
    let object = desk.objects().remove(0);
    assert!(
        !kakekomi_store::is_open_to_others(&object) && !kakekomi_store::is_open_to_others(object.parent().unwrap())
    );
}

#[tokio::test]
async fn age_opens_a_part() {
    let desk = desk().await;
    let sent = bytes(64 * KIB + 5, 9);
    let state = desk.sent(&sent).await;
    let identity = desk.folder.join("identity");
    fs::write(&identity, desk.identities.to_file().as_bytes()).unwrap();
    let mut opened = Vec::new();
    for part in desk.parts(&state.id).await {
        let object = desk.folder.join(format!("evidence/parts/{}/{}.age", &part.object[..2], &part.object[2..]));
        assert_eq!(fs::metadata(&object).unwrap().len(), part.sealed_length);
        match Command::new("age").arg("--decrypt").arg("--identity").arg(&identity).arg(&object).output() {
            Ok(output) => {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                opened.extend(output.stdout);
            }
            Err(error) => {
                println!("skipped: age: {error}; install the package `age`");
                return;
            }
        }
    }
    assert_eq!(opened, sent);
}

#[tokio::test]
async fn another_identity_opens_nothing() {
    let desk = desk().await;
    let state = desk.sent(b"whole").await;
    let (line, parts) = (desk.line(&state.id).await, desk.parts(&state.id).await);
    let other = kakekomi_sealing::Identities::generate();
    let mut opened = Vec::new();
    let storage = std::sync::Arc::clone(&desk.evidence.storage);
    let error = std::io::Read::read_to_end(&mut read(storage, &line, parts, other), &mut opened).unwrap_err();
    assert!(opened.is_empty() && error.to_string().contains("none of the identities"), "{error}");
    assert!(!error.to_string().contains(NAME));
}
