//! The machine: clock, data folder, open files.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kakekomi_http::server::RESERVED_FDS;
use kakekomi_service::capacity;
use kakekomi_store as store;
use kakekomi_store::clock;

use super::finding::Finding;
use crate::config::Settings;

/// After so many years since these rules a clock is rather wrong than right.
const YEARS_MAX: i32 = 10;
/// A desk that is not told how many connections it shall hold takes what it gets; with less than this it is none.
const CONNECTIONS_FEW: usize = 256;

/// Free space of less than this many times the floor is a warning.
const LOW_SPACE_FACTOR: u64 = 4;

/// What there is to know of the machine.
pub fn look(settings: &Settings, now: i64) -> Vec<Finding> {
    let mut found = vec![clock_is(now, kakekomi_core::RULESET), data(settings.data())];
    found.extend(disk(settings));
    found.extend(open_files(settings));
    found
}

/// The rules are older than any moment at which they run: `2026.11.1` is not run before November 2026.
fn clock_is(now: i64, ruleset: &str) -> Finding {
    let shown = clock::format_rfc3339(now, "+00:00");
    let mut parts = ruleset.split('.').map_while(|part| part.parse::<i32>().ok());
    let (Some(year), Some(month)) = (parts.next(), parts.next()) else {
        return Finding::ok("clock", shown);
    };
    match clock::month(now, "+00:00") {
        Some((now_year, now_month)) if (now_year, i32::from(now_month)) < (year, month) => {
            Finding::error("clock", format!("{shown} is before these rules were written ({ruleset}): set the clock"))
        }
        Some((now_year, _)) if now_year > year + YEARS_MAX => {
            let said = format!("{shown} is more than {YEARS_MAX} years after these rules ({ruleset}): set the clock");
            Finding::error("clock", said)
        }
        _ => Finding::ok("clock", shown),
    }
}

/// The free space on the database's disk, held against the floor; nothing where the database is elsewhere.
fn disk(settings: &Settings) -> Option<Finding> {
    let limits = settings.capacity_limits();
    let folder = settings.database_folder()?;
    let existing = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let free = match capacity::free_bytes(existing) {
        Ok(free) => free >> 20,
        Err(error) => return Some(Finding::error("disk", format!("{}: {error}", existing.display()))),
    };
    let floor = u64::from(limits.min_free_mib);
    let words = format!("{free} MiB are free; under {floor} MiB no case is stored");
    Some(if free < floor {
        Finding::error("disk", format!("{words}: make room, or lower --min-free-space"))
    } else if free < floor * LOW_SPACE_FACTOR {
        Finding::warning("disk", format!("{words}: make room"))
    } else {
        Finding::ok("disk", words)
    })
}

fn data(folder: &Path) -> Finding {
    let place = folder.display();
    match fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Finding::ok("data", format!("{place} is not there yet; serve makes it, for its owner alone"));
        }
        Err(error) => return Finding::error("data", format!("{place}: {error}")),
        Ok(metadata) if !metadata.is_dir() => return Finding::error("data", format!("{place} is no folder")),
        Ok(_) => {}
    }
    if let Err(error) = try_writing(folder) {
        return Finding::error("data", format!("{place} cannot be written durably: {error}"));
    }
    if let Some(file) = of_another_owner(folder) {
        let said = format!("{} belongs to another user than {place}: chown --reference={place} it", file.display());
        return Finding::error("data", said);
    }
    if store::is_open_to_others(folder) {
        return Finding::error("data", format!("others on this machine can look into {place}: chmod go= {place}"));
    }
    Finding::ok("data", format!("{place} can be written, and is its owner's alone"))
}

/// A file or folder within, of another owner than the folder's: the service could not open it.
#[cfg(unix)]
fn of_another_owner(folder: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let owner = fs::metadata(folder).ok()?.uid();
    let entries =
        [folder.to_path_buf(), folder.join("modules")].into_iter().filter_map(|folder| fs::read_dir(folder).ok());
    let mut paths = entries.flatten().filter_map(|entry| entry.ok().map(|entry| entry.path()));
    // A folder that is none of ours may be the file system's own (lost+found).
    paths.find(|path| {
        let is_ours = |found: &fs::Metadata| !found.is_dir() || path.ends_with("modules");
        fs::symlink_metadata(path).is_ok_and(|found| is_ours(&found) && found.uid() != owner)
    })
}

/// Files have no owner of this kind on this system.
#[cfg(not(unix))]
fn of_another_owner(_: &Path) -> Option<PathBuf> {
    None
}

/// Writes a file, waits until it is on the disk, and takes it away.
fn try_writing(folder: &Path) -> io::Result<()> {
    let file = folder.join(format!(".doctor-{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&file).and_then(|mut open| {
        open.write_all(b"kakekomi doctor\n")?;
        open.sync_all()
    });
    let removed = fs::remove_file(&file);
    written.and(removed)
}

/// Whether so many connections can be open as are to be served; only Linux tells. `serve` raises its own limit as far as it may.
fn open_files(settings: &Settings) -> Option<Finding> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    // The second of its numbers is as far as it may be raised.
    let limit = match line.split_whitespace().nth(1)? {
        "unlimited" => usize::MAX,
        number => number.parse().ok()?,
    };
    let needed = settings.connections.unwrap_or(CONNECTIONS_FEW) + RESERVED_FDS;
    Some(if limit < needed {
        let said = format!("{limit} may be open, and {needed} are needed: LimitNOFILE= of systemd, or ulimit -n");
        Finding::error("files", said)
    } else {
        Finding::ok("files", format!("{limit} may be open, {needed} are needed"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn a_clock_before_the_rules_or_long_after_them_is_wrong() {
        let at = |text: &str| clock_is(clock::parse(text).unwrap(), "2026.11.1").level;
        assert_eq!(at("2026-10-31T23:59:59Z"), Level::Error);
        assert_eq!(at("2026-11-01T00:00:00Z"), Level::Ok);
        assert_eq!(at("2036-12-31T00:00:00Z"), Level::Ok);
        assert_eq!(at("2037-01-01T00:00:00Z"), Level::Error);
        assert_eq!(at("1970-01-01T00:00:00Z"), Level::Error);
    }
}
