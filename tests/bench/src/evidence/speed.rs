//! An upload beside the slowest of its parts alone, which are a flushed disk, the cipher and SHA-256; and beside `@tus/server`.

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Write as _, sink};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use kakekomi_sealing::{Identities, PartSealer};
use kakekomi_store::digest::hex;
use kakekomi_tests::returning::{state, submit, token};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;
use kakekomi_tests::uploads::{Upload, listed, metadata, noise, resumable};
use kakekomi_tests::wire::Request;
use sha2::{Digest as _, Sha256};

use super::super::others::Other;
use super::super::start::SETTLED;
use super::super::{median, ratios};
use super::{PIECE, Patch, mib, size};

/// Rounds in which the measurements take turns.
const ROUNDS: usize = 3;

/// Prints the speed of an upload over loopback.
///
/// # Errors
/// A server does not start or refuses an upload, or the disk is full.
pub fn bench() -> Result<(), Box<dyn Error>> {
    let server = Server::start_with(Home::new(), &["--log", "warn"]);
    let (bytes, piece) = (size(&server.home)?, noise(PIECE, 1));
    let (token, peer) = (token(&server, &submit(&server, "speed")), peer(server.home.path())?);
    let recipient = Identities::generate().recipients().concat();
    let sha256 = hash(&piece, bytes);
    std::thread::sleep(SETTLED);

    let mut seconds: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        let [ours, disk, cipher, digest, theirs] = &mut seconds;
        ours.push(upload(&server, &token, &sha256, &piece, bytes)?);
        disk.push(time(|| write(server.home.path(), &piece, bytes))?);
        fs::remove_dir_all(server.home.path().join("plain"))?;
        cipher.push(time(|| seal(&recipient, &piece, bytes))?);
        let hash = || {
            black_box(hash(&piece, bytes));
            Ok(())
        };
        digest.push(time(hash)?);
        if let Some(peer) = &peer {
            theirs.push(upload_to_peer(peer, &sha256, &piece, bytes)?);
        }
    }
    print(bytes, &seconds);
    Ok(())
}

fn print(bytes: u64, [ours, disk, cipher, digest, theirs]: &[Vec<f64>; 5]) {
    let slowest = disk.iter().zip(cipher).zip(digest).map(|((disk, cipher), digest)| disk.max(*cipher).max(*digest));
    let speed = |seconds: &[f64]| mib(bytes) / median(seconds);
    println!(
        "upload of {:.0} MiB                    {:>8.0} MiB/s, {:.2} × the slowest of disk {:.0}, cipher {:.0}, SHA-256 {:.0} (aim 0.7)",
        mib(bytes),
        speed(ours),
        median(&ratios(&slowest.collect::<Vec<_>>(), ours)),
        speed(disk),
        speed(cipher),
        speed(digest)
    );
    if theirs.is_empty() {
        println!("@tus/server is not installed: scripts/bench.sh evidence does it");
    } else {
        println!(
            "  beside @tus/server with SHA-256    {:>8.2} × its {:.0} MiB/s (aim 0.5)",
            median(&ratios(theirs, ours)),
            speed(theirs)
        );
    }
}

/// Measures the seconds of some work.
fn time(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

/// Measures the seconds of a PATCH to the desk, until its response.
fn upload(server: &Server, token: &str, sha256: &str, piece: &[u8], bytes: u64) -> Result<f64, Box<dyn Error>> {
    // With another digest the desk's answer would be the same, but the file would not arrive.
    let described = metadata(&[("what", "log"), ("filename", "fw.log"), ("sha256", sha256)]);
    let upload = Upload::of(server, token, bytes, &described);
    let more = format!("Authorization: Bearer {token}\r\n");
    let seconds = time(|| Patch::begin(server.at, &upload.path, &more, bytes)?.whole(piece, bytes).map(drop))?;
    let file = listed(&state(server, token), &upload);
    if file.get("state").is_some_and(|state| state == "arrived") {
        Ok(seconds)
    } else {
        Err(format!("the file has not arrived: {file}").into())
    }
}

/// Starts `@tus/server`, if it is installed.
fn peer(home: &Path) -> Result<Option<Other>, Box<dyn Error>> {
    let folder = root().join("tests/bench-tus");
    if !folder.join("node_modules/@tus/server").is_dir() {
        return Ok(None);
    }
    let mut command = Command::new("node");
    command.arg(folder.join("server.mjs")).arg(home.join("peer"));
    Other::start("@tus/server", &mut command).map(Some)
}

/// Measures the seconds of a PATCH to `@tus/server`, until its response; removes the file.
fn upload_to_peer(peer: &Other, sha256: &str, piece: &[u8], bytes: u64) -> Result<f64, Box<dyn Error>> {
    let answer = resumable(Request::post("/files")).header("upload-length", &bytes.to_string()).try_send(peer.at)?;
    let path = answer.header("location").ok_or_else(|| answer.text())?;
    let mut head = String::new();
    let seconds = time(|| {
        head = Patch::begin(peer.at, path, "", bytes)?.whole(piece, bytes)?;
        Ok(())
    })?;
    if !head.contains(sha256) {
        return Err(format!("another SHA-256: {head}").into());
    }
    resumable(Request::delete(path)).try_send(peer.at)?;
    Ok(seconds)
}

/// Writes files as large as parts, each flushed.
fn write(home: &Path, piece: &[u8], bytes: u64) -> Result<(), Box<dyn Error>> {
    let folder = home.join("plain");
    fs::create_dir(&folder)?;
    for part in 0..bytes / PIECE as u64 {
        let mut file = File::create(folder.join(part.to_string()))?;
        file.write_all(piece)?;
        file.sync_all()?;
    }
    Ok(())
}

/// Seals parts in memory.
fn seal(recipient: &str, piece: &[u8], bytes: u64) -> Result<(), Box<dyn Error>> {
    for _ in 0..bytes / PIECE as u64 {
        let mut sealer = PartSealer::new(recipient, sink())?;
        sealer.write_all(piece)?;
        sealer.finish()?;
    }
    Ok(())
}

fn hash(piece: &[u8], bytes: u64) -> String {
    let mut hash = Sha256::new();
    (0..bytes / PIECE as u64).for_each(|_| hash.update(piece));
    hex(&hash.finalize())
}
