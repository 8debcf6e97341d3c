//! The machine: clock, data folder, open files.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kakekomi_http::server::RESERVED_FDS;
use kakekomi_service::capacity;
use kakekomi_store as store;
use kakekomi_store::clock;

use super::finding::{Finding, Outcome, error, warning};
use crate::config::Settings;

/// A clock that is more than this number of years after the rules is probably wrong.
const YEARS_MAX: i32 = 10;
/// Connections that a desk needs at least, if `--connections` does not set a number.
const CONNECTIONS_MIN: usize = 256;
/// Free space of less than this many times the floor is a warning.
const LOW_SPACE_FACTOR: u64 = 4;

/// Checks the machine.
pub fn look(settings: &Settings, now: i64) -> Vec<Finding> {
    let clock = Finding::new("clock", clock(now, kakekomi_core::RULESET));
    let data = Finding::new("data", data(settings.data()));
    let disk = disk(settings).map(|outcome| Finding::new("disk", outcome));
    let files = open_files(settings).map(|outcome| Finding::new("files", outcome));
    [clock, data].into_iter().chain(disk).chain(files).collect()
}

/// Compares the clock with the date of the rules: `2026.11.1` cannot run before November 2026.
fn clock(now: i64, ruleset: &str) -> Outcome {
    let shown = clock::format_rfc3339(now, "+00:00");
    let mut parts = ruleset.split('.').map_while(|part| part.parse::<i32>().ok());
    let (Some(year), Some(month)) = (parts.next(), parts.next()) else { return Ok(shown) };
    match clock::month(now, "+00:00") {
        Some((now_year, now_month)) if (now_year, i32::from(now_month)) < (year, month) => {
            error(format!("{shown} is before these rules were written ({ruleset}): set the clock"))
        }
        Some((now_year, _)) if now_year > year + YEARS_MAX => {
            error(format!("{shown} is more than {YEARS_MAX} years after these rules ({ruleset}): set the clock"))
        }
        _ => Ok(shown),
    }
}

/// Compares the free space on the database's disk with the floor; `None` where the database is elsewhere.
fn disk(settings: &Settings) -> Option<Outcome> {
    let folder = settings.database_folder()?;
    let existing = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let free = match capacity::free_bytes(existing) {
        Ok(free) => free >> 20,
        Err(cause) => return Some(error(format!("{}: {cause}", existing.display()))),
    };
    let floor = u64::from(settings.capacity_limits().min_free_mib);
    let words = format!("{free} MiB are free; under {floor} MiB no case is stored");
    Some(if free < floor {
        error(format!("{words}: make room, or lower --min-free-space"))
    } else if free < floor * LOW_SPACE_FACTOR {
        warning(format!("{words}: make room"))
    } else {
        Ok(words)
    })
}

fn data(folder: &Path) -> Outcome {
    let shown = folder.display();
    match fs::metadata(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return Ok(format!("{shown} is not there yet; serve makes it, for its owner alone"));
        }
        Err(cause) => return error(format!("{shown}: {cause}")),
        Ok(metadata) if !metadata.is_dir() => return error(format!("{shown} is no folder")),
        Ok(_) => {}
    }
    if let Err(cause) = try_writing(folder) {
        return error(format!("{shown} cannot be written durably: {cause}"));
    }
    if let Some(file) = of_another_owner(folder) {
        let file = file.display();
        return error(format!("{file} belongs to another user than {shown}: chown --reference={shown} it"));
    }
    if store::is_open_to_others(folder) {
        return error(format!("others on this machine can look into {shown}: chmod go= {shown}"));
    }
    Ok(format!("{shown} can be written, and is its owner's alone"))
}

/// Finds a file or folder within that has another owner than the folder: the service could not open it.
fn of_another_owner(folder: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let owner = fs::metadata(folder).ok()?.uid();
    let entries =
        [folder.to_path_buf(), folder.join("modules")].into_iter().filter_map(|folder| fs::read_dir(folder).ok());
    let mut paths = entries.flatten().filter_map(|entry| entry.ok().map(|entry| entry.path()));
    // Another folder may be the file system's own (lost+found).
    paths.find(|path| {
        let is_ours = |found: &fs::Metadata| !found.is_dir() || path.ends_with("modules");
        fs::symlink_metadata(path).is_ok_and(|found| is_ours(&found) && found.uid() != owner)
    })
}

/// Writes a file, waits until it is on the disk, and removes it.
fn try_writing(folder: &Path) -> io::Result<()> {
    let file = folder.join(format!(".doctor-{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&file).and_then(|mut open| {
        open.write_all(b"kakekomi doctor\n")?;
        open.sync_all()
    });
    let removed = fs::remove_file(&file);
    written.and(removed)
}

/// Compares the limit of open files with the number of connections; `None` on other systems than Linux. `serve` raises its
/// own limit as far as possible.
fn open_files(settings: &Settings) -> Option<Outcome> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    // The second number is the hard limit.
    let limit = match line.split_whitespace().nth(1)? {
        "unlimited" => usize::MAX,
        number => number.parse().ok()?,
    };
    let needed = settings.connections.unwrap_or(CONNECTIONS_MIN) + RESERVED_FDS;
    Some(if limit < needed {
        error(format!("{limit} may be open, and {needed} are needed: LimitNOFILE= of systemd, or ulimit -n"))
    } else {
        Ok(format!("{limit} may be open, {needed} are needed"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn clock_before_the_rules_or_long_after_them_is_an_error() {
        let at = |text: &str| Finding::new("clock", clock(clock::parse(text).unwrap(), "2026.11.1")).level;
        assert_eq!(at("2026-10-31T23:59:59Z"), Level::Error);
        assert_eq!(at("2026-11-01T00:00:00Z"), Level::Ok);
        assert_eq!(at("2036-12-31T00:00:00Z"), Level::Ok);
        assert_eq!(at("2037-01-01T00:00:00Z"), Level::Error);
        assert_eq!(at("1970-01-01T00:00:00Z"), Level::Error);
    }
}
