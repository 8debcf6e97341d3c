//! Minimization of a mismatch: the shortest text, in the plainest context, for which two engines still give different
//! reports; and its row for the table of cases.
//!
//! A draft of 1,432 bytes → `text = '{"contact":{"phone":"１１0"}}'`.

use std::fmt::Write as _;

use kakekomi_core::{Context, json};

use super::tree::{PLAIN, Tree};
use super::{Answer, Question};

/// Finds a small question for which `differs` is still true. It is true for the given one.
pub fn smallest(question: Question, plain_context: &[u8], differs: &mut dyn FnMut(&Question) -> bool) -> Question {
    let mut small = question;
    let plain = Question { text: small.text.clone(), context: plain_context.to_vec() };
    if differs(&plain) {
        small = plain;
    }
    pieces(&mut small, differs);
    bytes(&mut small, differs);
    small
}

/// Takes away members and entries of the tree, as long as any can go.
fn pieces(small: &mut Question, differs: &mut dyn FnMut(&Question) -> bool) {
    let text = small.text.clone();
    let Ok(mut tree) = json::read(&text, usize::MAX).map(|node| Tree::of(&node)) else { return };
    let rewritten = Question { text: tree.written(PLAIN).into_bytes(), ..small.clone() };
    if !differs(&rewritten) {
        return;
    }
    *small = rewritten;
    let mut place = 0;
    while place <= tree.below() {
        let mut index = 0;
        loop {
            let mut less = tree.clone();
            match less.nth(place) {
                Tree::Object(members) if index < members.len() => drop(members.remove(index)),
                Tree::List(entries) if index < entries.len() => drop(entries.remove(index)),
                _ => break,
            }
            let candidate = Question { text: less.written(PLAIN).into_bytes(), ..small.clone() };
            if differs(&candidate) {
                (tree, *small) = (less, candidate);
            } else {
                index += 1;
            }
        }
        place += 1;
    }
}

/// Takes away stretches of bytes, halves first, then quarters, down to single ones.
fn bytes(small: &mut Question, differs: &mut dyn FnMut(&Question) -> bool) {
    let mut length = small.text.len().div_ceil(2);
    while length > 0 {
        let mut at = 0;
        while at < small.text.len() {
            let end = (at + length).min(small.text.len());
            let mut text = small.text.clone();
            text.drain(at..end);
            let candidate = Question { text, ..small.clone() };
            if differs(&candidate) {
                *small = candidate;
            } else {
                at = end;
            }
        }
        length = if length == 1 { 0 } else { length.div_ceil(2) };
    }
}

/// Makes the row of the table of cases for a question, with each engine's answer in comments.
pub fn row(name: &str, question: &Question, native: &Answer, other: &Answer) -> String {
    let mut row =
        format!("# native: {}\n# {name}: {}\n[[case]]\nname = \"engines differ: …\"\n", shown(native), shown(other));
    if let Ok(text) = std::str::from_utf8(&question.text) {
        _ = writeln!(row, "text = {}", toml::Value::from(text));
    } else {
        let digits = question.text.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
        _ = writeln!(row, "text_hex = \"{digits}\"");
    }
    if let Ok(context) = Context::read(&question.context) {
        _ = writeln!(row, "context = {{ now = {}, locale = \"{}\" }}", context.now, context.locale.as_str());
    }
    _ = writeln!(row, "# the whole context: {}", String::from_utf8_lossy(&question.context));
    row
}

fn shown(answer: &Answer) -> String {
    match answer {
        Ok(report) => String::from_utf8_lossy(report).into_owned(),
        Err(number) => format!("failure {number}"),
    }
}
