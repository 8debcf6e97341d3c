//! Speed of an upload beside its parts alone: age's cipher, SHA-256, and plain files that are flushed.
//!
//! `cargo run --release -p kakekomi-evidence --example append_speed -- FOLDER 512 5` → MB a second for 512 MiB, in five rounds
//!
//! The ratio compares with the slowest of the three, in the same round, since other work on the machine changes all of them.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on stops"
)]

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::stream;
use kakekomi_evidence::limits::PART_BYTES;
use kakekomi_evidence::{Evidence, EvidenceLimits, FolderStorage, NewUpload, What};
use kakekomi_sealing::{HashKey, Identities, PartSealer};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{CodedAnswers, FileState, NewCase, Store, UnfinishedReceipt, clock, open, url_in};
use sha2::{Digest as _, Sha256};

/// Bytes of a chunk, as a server reads them from a connection.
const CHUNK: usize = 64 * 1024;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let mib: usize = arguments.next().map_or(512, |text| text.parse().unwrap());
    let rounds: usize = arguments.next().map_or(5, |text| text.parse().unwrap());
    let folder = Path::new(&folder).join(format!("append-speed-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let chunk = Bytes::from((0..CHUNK).map(|place| u8::try_from(place * 31 % 251).unwrap()).collect::<Vec<_>>());
    let chunks = mib * 1024 * 1024 / CHUNK;
    let identities = Identities::generate();
    let evidence = evidence(&folder).await;
    let number = with_case(&evidence.store, &identities.recipients().concat()).await;
    let recipient = identities.recipients().concat();
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let cipher = speed(mib, || cipher(&recipient, &chunk, chunks));
        let hash = speed(mib, || hash(&chunk, chunks));
        let disk = speed(mib, || plain(&folder, &chunk, chunks));
        let started = Instant::now();
        upload(&evidence, &number, &chunk, chunks).await;
        let append = mib_a_second(mib, started);
        let ratio = append / cipher.min(hash).min(disk);
        ratios.push(ratio);
        println!(
            "MiB/s: append {append:.0} · age {cipher:.0} · SHA-256 {hash:.0} · write and fsync {disk:.0} · ratio {ratio:.2}"
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", ratios[ratios.len() / 2]);
    fs::remove_dir_all(folder).unwrap();
}

fn speed(mib: usize, work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    mib_a_second(mib, started)
}

#[allow(clippy::cast_precision_loss, reason = "a few thousand MiB")]
fn mib_a_second(mib: usize, started: Instant) -> f64 {
    mib as f64 / started.elapsed().as_secs_f64()
}

fn cipher(recipient: &str, chunk: &[u8], chunks: usize) {
    let mut sealer = PartSealer::new(recipient, io::sink()).unwrap();
    (0..chunks).for_each(|_| sealer.write_all(chunk).unwrap());
    sealer.finish().unwrap();
}

fn hash(chunk: &[u8], chunks: usize) {
    let mut hash = Sha256::new();
    (0..chunks).for_each(|_| hash.update(chunk));
    assert_ne!(hash.finalize().as_slice(), [0; 32]);
}

/// Writes files as large as parts, each flushed.
fn plain(folder: &Path, chunk: &[u8], chunks: usize) {
    let a_part = usize::try_from(PART_BYTES).unwrap() / CHUNK;
    for part in 0..chunks.div_ceil(a_part) {
        let mut file = File::create(folder.join(format!("plain-{part}"))).unwrap();
        (0..a_part.min(chunks - part * a_part)).for_each(|_| file.write_all(chunk).unwrap());
        file.sync_all().unwrap();
    }
    for part in 0..chunks.div_ceil(a_part) {
        fs::remove_file(folder.join(format!("plain-{part}"))).unwrap();
    }
}

async fn upload(evidence: &Evidence, number: &Number, chunk: &Bytes, chunks: usize) {
    let length = (chunk.len() * chunks) as u64;
    let new = NewUpload {
        what: What::Log,
        log: None,
        name: "fw.log".to_owned(),
        media_type: "text/plain".to_owned(),
        length,
        sha256: None,
    };
    let id = evidence.create(number, new, clock::now()).await.unwrap().id;
    let body = stream::iter((0..chunks).map(|_| Ok::<_, Infallible>(chunk.clone())));
    let state = evidence.append(number, &id, 0, body, clock::now).await.unwrap();
    assert_eq!(state.state, FileState::Arrived);
}

async fn evidence(folder: &Path) -> Evidence {
    let store = open(&url_in(folder)).await.unwrap();
    let storage = Arc::new(FolderStorage::open(&folder.join("evidence")).unwrap());
    let limits = EvidenceLimits { min_free_percent: 0, ..EvidenceLimits::default() };
    Evidence { store, storage, key: HashKey::generate().unwrap(), limits }
}

async fn with_case(store: &Arc<dyn Store>, recipient: &str) -> Number {
    let number = Number::random().unwrap();
    let case = NewCase {
        number: number.clone(),
        received_at: clock::now(),
        partner: None,
        test: false,
        locale: "ja".to_owned(),
        key: number.to_string(),
        accepted: true,
        ruleset: "2026.11.1".to_owned(),
        module: String::new(),
        page_module: None,
        text_hash: Vec::new(),
        recipient: recipient.to_owned(),
        coded: CodedAnswers::default(),
        first_urgency: None,
        taken_by: None,
        first_events: Vec::new(),
        receipt: UnfinishedReceipt(b"{\"number\":\"x\"}".to_vec()),
        sealed: Vec::new(),
        sealed_to: String::new(),
        search: Vec::new(),
        commitment: [0; 32],
        return_code: None,
    };
    store.insert(case.into()).await.unwrap();
    number
}
