//! Each offset that was acknowledged survives a power failure at any moment: the file has these bytes, and goes on behind them.
//!
//! Applicants send files in pieces to one desk on a watched disk; then the power fails at many moments of that run. For each moment
//! the content of the disk is computed, and every acknowledged byte is opened from it.
//!
//! `KAKEKOMI_CUTS` sets the number of moments (docs/durability.md has the results of a long run), `KAKEKOMI_SEED` chooses them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::collections::BTreeMap;
use std::thread;

use kakekomi_tests::disk::{Disk, Journal, Loss};
use kakekomi_tests::returning::{Returning, start, submit, token};
use kakekomi_tests::same::rng::Rng;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::shim::Shim;
use kakekomi_tests::uploads::{Upload, evidence_folder, kept, noise, offset_of, opened};

/// Files that are sent at the same time.
const FILES: usize = 4;
/// Requests with bytes of each file.
const PIECES: usize = 12;
/// The most bytes of a piece: some are smaller than age's chunk of 64 KiB, some have several.
const PIECE_MAX: usize = 150_000;
/// Number of moments after which the desk itself is started, and the files are sent to their ends.
const DESK_EVERY: u64 = 10;

fn number(name: &str, by_default: u64) -> u64 {
    std::env::var(name).map_or(by_default, |value| value.parse().expect("a number"))
}

/// A file that is sent.
struct Sent {
    upload: Upload,
    bytes: Vec<u8>,
}

/// One run under load: the disk before it, its journal, and its files by their names.
struct Run<'j> {
    before: Disk<'j>,
    journal: Journal,
    case: Returning,
    files: BTreeMap<String, Sent>,
}

/// Sends all files in pieces, and adds each acknowledged offset to the journal.
fn send_all(server: &Server, shim: &Shim, token: &str) -> BTreeMap<String, Sent> {
    let send = |index: usize| {
        let mut rng = Rng::new(number("KAKEKOMI_SEED", 22), index as u64);
        let pieces: Vec<_> = (0..PIECES).map(|_| 1 + rng.below(PIECE_MAX)).collect();
        let bytes = noise(pieces.iter().sum(), index as u64);
        let upload = Upload::declare(server, token, &format!("{index}.log"), bytes.len() as u64);
        shim.note(upload.id().as_bytes(), b"0");
        let mut from = 0;
        for piece in pieces {
            let answer = upload.patch(server, from as u64, &bytes[from..from + piece]);
            assert_eq!(answer.status, 204, "{}", answer.text());
            from += piece;
            assert_eq!(offset_of(&answer), from as u64);
            shim.note(upload.id().as_bytes(), from.to_string().as_bytes());
        }
        (upload.id().to_owned(), Sent { upload, bytes })
    };
    thread::scope(|scope| {
        let senders: Vec<_> = (0..FILES).map(|index| scope.spawn(move || send(index))).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    })
}

/// Simulates power failures at `cuts` moments; returns the number of files that lost an acknowledged byte.
fn look(run: &Run<'_>, cuts: u64) -> usize {
    let seed = number("KAKEKOMI_SEED", 20_261_130);
    let mut lost = 0;
    for cut in 0..cuts {
        let mut rng = Rng::new(seed, cut);
        let until = rng.below(run.journal.len()) + 1;
        let fate = if cut % 2 == 0 { Loss::Everything } else { Loss::Some(rng) };
        let mut promised: BTreeMap<String, usize> = BTreeMap::new();
        for (file, offset) in run.journal.notes(until) {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            promised.insert(text(file), text(offset).parse().unwrap());
        }
        let home = Home::new();
        run.before.after(&run.journal, until, fate).write_to(home.path());
        let place = format!("seed {seed}, cut {cut} before record {until} of {}", run.journal.len());
        lost += losses(&home, run, &promised, &place);
        if cut % DESK_EVERY == 0 && lost == 0 {
            goes_on(home, run, &promised, &place);
        }
    }
    lost
}

/// Counts the files that lost an acknowledged byte; asserts that each byte that is there is right.
fn losses(home: &Home, run: &Run<'_>, promised: &BTreeMap<String, usize>, place: &str) -> usize {
    let lost = |(file, offset): &(&String, &usize)| {
        let Sent { upload, bytes } = &run.files[*file];
        let Some(kept) = kept(home, &evidence_folder(home), &run.case.number, upload) else { return true };
        assert!(bytes.starts_with(&kept), "{place}: {file} has a wrong byte among {}", kept.len());
        kept.len() < **offset
    };
    promised.iter().filter(lost).count()
}

/// Asserts that a desk which starts after it takes the rest of each file.
fn goes_on(home: Home, run: &Run<'_>, promised: &BTreeMap<String, usize>, place: &str) {
    let server = start(home);
    if promised.is_empty() {
        return;
    }
    let token = token(&server, &run.case);
    for (file, promised) in promised {
        let Sent { upload, bytes } = &run.files[file];
        let upload = Upload { token: token.clone(), ..upload.clone() };
        let offset = usize::try_from(upload.offset(&server)).unwrap();
        assert!(offset >= *promised, "{place}: {file}");
        if offset < bytes.len() {
            let answer = upload.patch(&server, offset as u64, &bytes[offset..]);
            assert_eq!(answer.status, 204, "{place}: {}", answer.text());
        }
        assert!(opened(&server.home, &evidence_folder(&server.home), &run.case.number, &upload) == *bytes, "{place}");
    }
}

#[test]
fn acknowledged_offsets_survive_power_loss() {
    // The case is there before; the journal begins with the first declaration.
    let server = start(Home::new());
    let case = submit(&server, "key-1");
    let home = server.stop().home;
    let shim = Shim::over(home.path());
    let before = Disk::of(home.path());
    let server = Server::start_under(home, &["--trusted-proxies", "127.0.0.1"], &shim.settings());
    let files = send_all(&server, &shim, &token(&server, &case));
    drop(server);
    let run = Run { before, journal: Journal::read(&shim.journal()), case, files };
    let cuts = number("KAKEKOMI_CUTS", 40);
    assert_eq!(look(&run, cuts), 0, "files without acknowledged bytes");
    eprintln!("{cuts} power failures over {} records: no acknowledged byte was lost", run.journal.len());

    let lying = Run { journal: run.journal.with_flushes_that_are_lies(), ..run };
    assert!(look(&lying, 10) > 0, "a disk that does not flush loses nothing: this test sees nothing");
}
