//! The size limit of a draft's text, and the issue that names what to shorten.
//!
//! 300,000 characters in `/incident/summary` → `{"path": "", "code": "text.too_long", "params": {"largest": ["/incident/summary"], …}}`

use crate::code::Code;
use crate::issue::{Issue, Params};
use crate::json::Node;
use crate::locale::Locale;
use crate::message;
use crate::path::PathCursor;

/// The longest draft, in bytes (contract: 256 KiB).
pub const TEXT_MAX: usize = 256 * 1024;
/// The longest text whose fields are reported, in bytes: a draft that is too long is read up to here to name its long texts.
pub const TEXT_READ_MAX: usize = 512 * 1024;

/// The most fields that are named.
const NAMED: usize = 3;
/// The shortest text that is named, in bytes: shorter ones do not make a draft too long.
const LONG_MIN: usize = 1024;

/// The issue about a draft of more than [`TEXT_MAX`] bytes.
pub fn issue(node: &Node<'_>, locale: Locale) -> Issue {
    let mut texts = Vec::new();
    collect(node, &PathCursor::ROOT, &mut texts);
    let mut largest = Vec::new();
    let mut titles = String::new();
    for (_, path) in texts {
        if let Some(title) = message::module_title(&message::pattern(&path), locale) {
            titles.push_str(if titles.is_empty() { "" } else { " / " });
            titles.push_str(title);
        }
        largest.push(path);
    }
    let mut issue = Issue::new(&PathCursor::ROOT, Code::TextTooLong, Params::most(TEXT_MAX));
    issue.largest = Some(Box::new((largest, titles)));
    issue
}

/// Keeps the longest texts below a node, the longest first, those of one length in the order of the draft.
fn collect(node: &Node<'_>, at: &PathCursor<'_>, texts: &mut Vec<(usize, String)>) {
    match node {
        Node::Text { text, .. } => {
            let rank = texts.iter().take_while(|(length, _)| *length >= text.len()).count();
            if text.len() >= LONG_MIN && rank < NAMED {
                texts.insert(rank, (text.len(), at.path()));
                texts.truncate(NAMED);
            }
        }
        Node::List(nodes) => {
            for (index, node) in nodes.iter().enumerate() {
                collect(node, &at.item(index), texts);
            }
        }
        Node::Object(entries) => {
            for (key, node) in entries {
                collect(node, &at.member(key, None), texts);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMED, TEXT_MAX, collect};
    use crate::json::read;
    use crate::path::PathCursor;

    fn paths(draft: &str) -> Vec<String> {
        let node = read(draft.as_bytes(), TEXT_MAX).unwrap();
        let mut texts = Vec::new();
        collect(&node, &PathCursor::ROOT, &mut texts);
        texts.into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn the_longest_texts_come_first_and_short_ones_are_left_out() {
        let [a, b] = [1024, 2048].map(|length| "a".repeat(length));
        let draft = format!(
            r#"{{"contact":{{"company":"{a}","person":"short"}},"devices":[{{}},{{"os":"{b}"}}],"logs":[{{"note":"{a}"}},{{"note":"{a}"}}]}}"#
        );
        assert_eq!(paths(&draft), ["/devices/1/os", "/contact/company", "/logs/0/note"]);
        assert_eq!(paths(&draft).len(), NAMED);
        assert_eq!(paths(&format!(r#"["{}"]"#, "a".repeat(1023))), [""; 0]);
        assert_eq!(paths(&format!(r#"{{"a/b":"{a}"}}"#)), ["/a~1b"]);
    }
}
