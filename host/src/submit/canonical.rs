//! Whether a report is canonical: the very bytes that the contract names, and none that mean the same.
//!
//! `{"a":1,"b":"れ"}` yes; `{"a": 1}`, `{"a":1.0}`, `{"a":1,"a":1}`, `{"b":"\u308c"}` no.
//!
//! It is read by the core's reader, which hides nothing, and written again by the core's writer: a text that
//! comes out otherwise than it went in is not canonical.

use kakekomi_core::json::{Node, Writer, read};

/// The members of a report in their order (contract); a later module may have further ones.
pub(super) const MEMBERS: [&str; 9] =
    ["ruleset", "context", "accepted", "issues", "advisories", "guidance", "progress", "hidden", "values"];

/// The largest whole number that every engine can hold: 2^53 − 1.
const INTEGER_MAX: u64 = (1 << 53) - 1;

/// Whether bytes are canonical JSON with a report's members in their order, each once.
pub(super) fn is_canonical(report: &[u8]) -> bool {
    let Ok(node) = read(report, usize::MAX) else { return false };
    let Node::Object(members) = &node else { return false };
    let known = members.iter().map(|(key, _)| key.as_ref()).filter(|key| MEMBERS.contains(key));
    let mut again = Writer::with_room(report.len());
    known.eq(MEMBERS) && write(&node, &mut again) && again.into_bytes() == report
}

/// Writes what a canonical text may hold; false where it holds something else.
fn write(node: &Node<'_>, out: &mut Writer) -> bool {
    match node {
        Node::Null | Node::Text { lone: true, .. } => false,
        Node::Bool(value) => {
            out.boolean(*value);
            true
        }
        Node::Number(written) => match written.parse::<i64>() {
            Ok(number) if number.unsigned_abs() <= INTEGER_MAX => {
                out.number(number);
                true
            }
            _ => false,
        },
        Node::Text { text, .. } => {
            out.text(text);
            true
        }
        Node::List(items) => {
            out.list();
            let whole = items.iter().all(|item| write(item, out));
            out.end_list();
            whole
        }
        Node::Object(members) => {
            out.object();
            let whole = members.iter().all(|(key, value)| {
                // A key that needs an escape comes out without, and is noticed when the bytes are compared.
                out.key(key);
                // Only params come in the order of the alphabet; the form has an order of its own for the rest.
                (key != "params" || is_sorted(value)) && write(value, out)
            });
            out.end_object();
            whole && each_once(members)
        }
    }
}

fn is_sorted(node: &Node<'_>) -> bool {
    matches!(node, Node::Object(members) if members.is_sorted_by(|(one, _), (next, _)| one < next))
}

fn each_once<V>(members: &[(std::borrow::Cow<'_, str>, V)]) -> bool {
    let mut keys: Vec<&str> = members.iter().map(|(key, _)| key.as_ref()).collect();
    keys.sort_unstable();
    keys.is_sorted_by(|one, next| one < next)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report whose values are these.
    fn report(values: &str) -> Vec<u8> {
        let members = MEMBERS.map(|member| match member {
            "ruleset" => r#""ruleset":"r""#.to_owned(),
            "values" => format!(r#""values":{values}"#),
            other => format!(r#""{other}":{{}}"#),
        });
        format!("{{{}}}", members.join(",")).into_bytes()
    }

    #[test]
    fn what_the_contract_names_is_canonical() {
        for values in [
            "{}",
            r#"{"a":[1,-1,0,true,false,"れ😀/",[],{}],"b":{"params":{"a":1,"b":2}}}"#,
            r#"{"a":9007199254740991,"b":-9007199254740991}"#,
            r#"{"a":"\"\\\b\f\n\r\t\u0000\u001f"}"#,
        ] {
            assert!(is_canonical(&report(values)), "{values}");
        }
    }

    #[test]
    fn what_only_means_the_same_is_not() {
        for values in [
            "{ }",
            "{}\n",
            "null",
            r#"{"a":1.0}"#,
            r#"{"a":1e0}"#,
            r#"{"a":-0}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":null}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":[{"b":{"c":1,"d":1,"c":1}}]}"#,
            r#"{"\u0061":1}"#,
            r#"{"a\n":1}"#,
            r#"{"a":"\u0061"}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\u000A"}"#,
            r#"{"a":"\u001F"}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"params":{"b":1,"a":1}}"#,
            r#"{"params":[]}"#,
        ] {
            assert!(!is_canonical(&report(values)), "{values}");
        }
        assert!(!is_canonical(b"\xef\xbb\xbf{}") && !is_canonical(b"[]") && !is_canonical(b""));
    }
}
