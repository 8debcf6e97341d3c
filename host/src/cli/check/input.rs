//! The drafts of a file, or of the standard input: one, or with `--ndjson` one a line.
//!
//! ```text
//! {"contact":…}⏎{"contact":…}⏎   → two drafts
//! {⏎  "contact": …⏎}⏎            → one draft, indented
//! ```
//!
//! A draft that is too long is read only so far that its length shows, and the next line is still found.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, IsTerminal, Read};
use std::iter;
use std::path::Path;

use kakekomi_core::TEXT_READ_MAX;

use crate::cli::print;

/// Bytes that are read of a draft: one more than a text may have whose fields are reported.
const MOST: usize = TEXT_READ_MAX + 1;

/// The bytes of a file, or of the standard input.
type Source = Box<dyn BufRead>;
/// Drafts; an error is the last item.
type Drafts = Box<dyn Iterator<Item = io::Result<Vec<u8>>>>;

/// Reads the drafts of a file as they arrive: one, or one a line.
pub fn drafts(file: &Path, by_line: bool) -> Drafts {
    let drafts = open(file).and_then(|source| if by_line { lines(source) } else { whole(source) });
    drafts.unwrap_or_else(|error| Box::new(iter::once(Err(error))))
}

fn open(file: &Path) -> io::Result<Source> {
    if file != Path::new("-") {
        return Ok(Box::new(BufReader::new(File::open(file)?)));
    }
    if io::stdin().is_terminal() {
        print::words("kakekomi: reading from the terminal; end it with Ctrl-D");
    }
    Ok(Box::new(BufReader::new(io::stdin())))
}

fn whole(source: Source) -> io::Result<Drafts> {
    let mut text = Vec::new();
    source.take(MOST as u64).read_to_end(&mut text)?;
    Ok(Box::new(iter::once(Ok(text))))
}

/// Reads a draft a line; a draft that is indented over several lines is one.
fn lines(mut source: Source) -> io::Result<Drafts> {
    let Some(mut start) = line(&mut source).transpose()? else {
        return Ok(Box::new(iter::empty()));
    };
    if is_json(&start) {
        return Ok(Box::new(iter::once(Ok(start)).chain(each_line(source))));
    }
    // The first line is no draft: it begins one, or it is a broken one.
    start.push(b'\n');
    source.by_ref().take(MOST as u64).read_to_end(&mut start)?;
    let has_lines = start.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"{") && is_json(line));
    if has_lines && !is_json(&start) {
        return Ok(Box::new(each_line(Box::new(Cursor::new(start).chain(source)))));
    }
    start.truncate(MOST);
    Ok(Box::new(iter::once(Ok(start))))
}

fn each_line(mut source: Source) -> impl Iterator<Item = io::Result<Vec<u8>>> {
    iter::from_fn(move || line(&mut source))
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// Reads the next line that is not blank, without its end; of a longer one the first [`MOST`] bytes.
fn line(source: &mut Source) -> Option<io::Result<Vec<u8>>> {
    loop {
        let mut line = Vec::new();
        match source.by_ref().take(MOST as u64).read_until(b'\n', &mut line) {
            Err(error) => return Some(Err(error)),
            Ok(0) => return None,
            Ok(_) => {}
        }
        if line.pop_if(|last| *last == b'\n').is_none()
            && line.len() == MOST
            && let Err(error) = source.skip_until(b'\n')
        {
            return Some(Err(error));
        }
        line.pop_if(|last| *last == b'\r');
        if !line.trim_ascii().is_empty() {
            return Some(Ok(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> Vec<Vec<u8>> {
        let file = std::env::temp_dir().join(format!("kakekomi-lines-{}-{}", std::process::id(), text.len()));
        std::fs::write(&file, text).unwrap();
        let found = drafts(&file, true).map(Result::unwrap).collect();
        std::fs::remove_file(&file).unwrap();
        found
    }

    #[test]
    fn each_line_is_a_draft() {
        assert_eq!(of(b"{\"a\":1}\n\n {\"b\":2}\r\n{"), [&b"{\"a\":1}"[..], b" {\"b\":2}", b"{"]);
        assert_eq!(of(b"{\n{\"b\":22}\n"), [&b"{"[..], b"{\"b\":22}"]);
        assert_eq!(of(b"\n"), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn draft_over_several_lines_is_one() {
        assert_eq!(of(b"{\n  \"a\": 1\n}\n"), [b"{\n  \"a\": 1\n}\n"]);
        assert_eq!(of(b"{\n  \"a\": \n"), [b"{\n  \"a\": \n"]);
    }

    #[test]
    fn too_long_line_is_cut_and_next_line_is_found() {
        let edge = [b"[".repeat(MOST), b"\n{\"a\":5}\n".to_vec()].concat();
        let found = of(&edge);
        assert_eq!((found.len(), found[0].len(), found[1].as_slice()), (2, MOST, &b"{\"a\":5}"[..]));
        let beyond = [b"[".repeat(MOST + 9), b"\n{\"a\":5}\n".to_vec()].concat();
        let found = of(&beyond);
        assert_eq!((found.len(), found[0].len(), found[1].as_slice()), (2, MOST, &b"{\"a\":5}"[..]));
    }
}
