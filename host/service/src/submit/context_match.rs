//! Whether a report speaks of the context that was asked in.
//!
//! asked `{"now":5,"locale":"ja",…}`, the report's context the same bytes → yes
//!
//! Within an ABI version keys are added to a context and never removed, and a module echoes those that it knows: an
//! older one may leave out what it has never heard of, and may change nothing.

use kakekomi_core::json::{Node, read};
use memchr::memmem;

/// What every module of ABI 1 knows of a context.
const KNOWN: [&str; 5] = ["now", "locale", "consent", "policy", "calendar"];

/// Whether a canonical report repeats the context that its module was asked in.
pub(super) fn matches_context(report: &[u8], context: &[u8]) -> bool {
    let Some(echo) = context_of(report) else { return false };
    if echo == context {
        return true;
    }
    let (Ok(echo), Ok(asked)) = (read(echo, usize::MAX), read(context, usize::MAX)) else { return false };
    let Node::Object(members) = &echo else { return false };
    KNOWN.iter().all(|known| members.iter().any(|(key, _)| key == known)) && within(&echo, &asked)
}

/// The context in a canonical report. Quotes within its strings are escaped, so the marks are members.
pub fn context_of(report: &[u8]) -> Option<&[u8]> {
    let (_, from) = split(report, br#","context":"#)?;
    split(from, br#","accepted":"#).map(|(context, _)| context)
}

/// What stands before and behind a mark.
pub fn split<'b>(bytes: &'b [u8], mark: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = memmem::find(bytes, mark)?;
    Some((bytes.get(..at)?, bytes.get(at.checked_add(mark.len())?..)?))
}

/// Whether everything that one says, the other says too.
fn within(echo: &Node<'_>, asked: &Node<'_>) -> bool {
    match (echo, asked) {
        (Node::Object(echo), Node::Object(asked)) => echo.iter().all(|(key, value)| {
            asked.iter().find(|(other, _)| other == key).is_some_and(|(_, asked)| within(value, asked))
        }),
        _ => echo == asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = r#"{"now":5,"locale":"ja","consent":{"version":"1","sha256":{"ja":"a"}},"policy":{},"calendar":{"holidays":["2026-01-01"],"new":1},"newer":1}"#;

    fn echoes(context: &str) -> bool {
        let report = format!(r#"{{"ruleset":"r","context":{context},"accepted":true,"issues":[]}}"#);
        matches_context(report.as_bytes(), ASKED.as_bytes())
    }

    #[test]
    fn a_module_may_leave_out_what_it_does_not_know() {
        assert!(echoes(ASKED));
        assert!(echoes(&ASKED.replace(r#","newer":1"#, "").replace(r#","new":1"#, "")));
    }

    #[test]
    fn it_may_change_nothing() {
        for (from, to) in [
            (r#""now":5"#, r#""now":6"#),
            ("ja\",\"consent", "en\",\"consent"),
            (r#""ja":"a""#, r#""ja":"b""#),
            ("2026-01-01", "2026-01-02"),
            (r#"["2026-01-01"]"#, "[]"),
            (r#""newer":1"#, r#""other":1"#),
            (r#""policy":{},"#, ""),
            (r#""now":5,"#, ""),
        ] {
            assert!(ASKED.contains(from) && !echoes(&ASKED.replace(from, to)), "{from}");
        }
        assert!(!echoes("{}") && !echoes("5") && !matches_context(b"{}", ASKED.as_bytes()));
    }

    #[test]
    fn the_context_is_cut_out_of_a_report() {
        let report = br#"{"ruleset":"r","context":{"now":1,"x":"\",\"accepted\":"},"accepted":true,"issues":[]}"#;
        assert_eq!(context_of(report), Some(&br#"{"now":1,"x":"\",\"accepted\":"}"#[..]));
        assert_eq!(context_of(b"{}"), None);
    }
}
