//! Whether a report is canonical: the very bytes that the contract names, and none that mean the same.
//!
//! `{"a":1,"b":"れ"}` yes; `{"a": 1}`, `{"a":1.0}`, `{"a":1,"a":1}`, `{"b":"\u308c"}` no.
//!
//! One walk over the bytes, without a tree: every check's report goes through it. The tests hold it to what the core's
//! reader and writer make of the same bytes.

use memchr::memchr2;

/// The members of a report in their order (contract); a later module may have further ones.
pub(super) const MEMBERS: [&str; 9] =
    ["ruleset", "context", "accepted", "issues", "advisories", "guidance", "progress", "hidden", "values"];

/// The largest whole number that every engine can hold: 2^53 − 1.
const INTEGER_MAX: u64 = (1 << 53) - 1;

/// How many objects and lists may stand inside one another: as many as the core reads.
const DEPTH_MAX: usize = kakekomi_core::json::DEPTH_MAX;

/// Whether a text is canonical JSON with a report's members in their order, each once.
pub(super) fn is_canonical(report: &str) -> bool {
    let bytes = report.as_bytes();
    // Control characters stand nowhere in canonical JSON, not even in strings; a space only in strings, where the walk finds it.
    let mut walk = Walk { rest: bytes, keys: Vec::with_capacity(64) };
    bytes.iter().all(|byte| *byte >= b' ') && walk.report().is_some() && walk.rest.is_empty()
}

/// What is left to be read. Its steps give `None` where the text is not canonical.
struct Walk<'a> {
    rest: &'a [u8],
    /// The keys of the objects that are open, the innermost object's last.
    keys: Vec<&'a [u8]>,
}

impl<'a> Walk<'a> {
    fn report(&mut self) -> Option<()> {
        self.need(b'{')?;
        self.members(1)?;
        let known = self.keys.iter().filter(|key| MEMBERS.iter().any(|member| member.as_bytes() == **key));
        let in_order = known.copied().eq(MEMBERS.iter().map(|member| member.as_bytes()));
        (in_order && each_once(&mut self.keys)).then_some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        match first {
            b'"' => self.string().map(drop),
            b'{' => {
                self.rest = rest;
                let outer = self.keys.len();
                self.members(depth.checked_add(1)?)?;
                let once = each_once(self.keys.get_mut(outer..)?);
                self.keys.truncate(outer);
                once.then_some(())
            }
            b'[' => {
                self.rest = rest;
                self.items(depth.checked_add(1)?)
            }
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            _ => self.number(),
        }
    }

    /// The members of an object up to its end; their keys are left in `keys`, as they came.
    fn members(&mut self, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        if self.eat(b'}') {
            return Some(());
        }
        loop {
            let key = self.string()?;
            // A key is one of the contract's words: none needs an escape.
            if key.contains(&b'\\') {
                return None;
            }
            self.keys.push(key);
            self.need(b':')?;
            if key == b"params" {
                self.parameters(depth)?;
            } else {
                self.value(depth)?;
            }
            if self.eat(b'}') {
                return Some(());
            }
            self.need(b',')?;
        }
    }

    /// An object whose keys are sorted: only parameters are, the form has an order of its own for the rest.
    fn parameters(&mut self, depth: usize) -> Option<()> {
        self.need(b'{')?;
        let outer = self.keys.len();
        self.members(depth.checked_add(1)?)?;
        let sorted = self.keys.get(outer..)?.is_sorted_by(|one, next| one < next);
        self.keys.truncate(outer);
        sorted.then_some(())
    }

    fn items(&mut self, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        if self.eat(b']') {
            return Some(());
        }
        loop {
            self.value(depth)?;
            if self.eat(b']') {
                return Some(());
            }
            self.need(b',')?;
        }
    }

    /// A string with its quotes; what stands between them, as it is written.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.need(b'"')?;
        let start = self.rest;
        loop {
            let at = memchr2(b'"', b'\\', self.rest)?;
            let (_, from) = self.rest.split_at_checked(at)?;
            let (sign, behind) = from.split_first()?;
            self.rest = behind;
            if *sign == b'"' {
                return start.get(..start.len().checked_sub(from.len())?);
            }
            self.escape()?;
        }
    }

    /// RFC 8785, 3.2.2.2: the short escapes where there are any, `\u00xx` in small letters for other controls.
    fn escape(&mut self) -> Option<()> {
        let (sign, rest) = self.rest.split_first()?;
        self.rest = rest;
        match sign {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let (digits, rest) = self.rest.split_first_chunk::<4>()?;
                self.rest = rest;
                match digits {
                    [b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f']
                    | [b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f'] => Some(()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A whole number as short as it can be written.
    fn number(&mut self) -> Option<()> {
        let is_negative = self.eat(b'-');
        let end = self.rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let begins_well = match digits {
            [b'0'] => !is_negative,
            [first, ..] => *first != b'0',
            [] => false,
        };
        let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        (begins_well && number <= INTEGER_MAX).then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn need(&mut self, sign: u8) -> Option<()> {
        self.eat(sign).then_some(())
    }

    fn eat(&mut self, sign: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == sign => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }
}

fn each_once(keys: &mut [&[u8]]) -> bool {
    keys.sort_unstable();
    keys.is_sorted_by(|one, next| one < next)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kakekomi_core::json::{Node, Writer, read};

    use super::*;

    /// A report whose values are these.
    fn report(values: &str) -> String {
        let members = MEMBERS.map(|member| match member {
            "ruleset" => r#""ruleset":"r""#.to_owned(),
            "values" => format!(r#""values":{values}"#),
            other => format!(r#""{other}":{{}}"#),
        });
        format!("{{{}}}", members.join(","))
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
        assert!(!is_canonical("\u{FEFF}{}") && !is_canonical("[]") && !is_canonical(""));
    }

    /// The same by the core's reader, which hides nothing, and its writer: what comes out as it went in is canonical.
    fn is_written_so(report: &str) -> bool {
        let Ok(Node::Object(members)) = read(report.as_bytes(), usize::MAX) else { return false };
        let known = members.iter().map(|(key, _)| key.as_ref()).filter(|key| MEMBERS.contains(key));
        let mut again = Writer::default();
        known.eq(MEMBERS) && write(&Node::Object(members), &mut again) && again.into_bytes() == report.as_bytes()
    }

    fn write(node: &Node<'_>, out: &mut Writer) -> bool {
        match node {
            Node::Null | Node::Text { lone: true, .. } => return false,
            Node::Bool(value) => out.boolean(*value),
            Node::Number(written) => match written.parse::<i64>() {
                Ok(number) if number.unsigned_abs() <= INTEGER_MAX => out.number(number),
                _ => return false,
            },
            Node::Text { text, .. } => out.text(text),
            Node::List(items) => {
                out.list();
                let whole = items.iter().all(|item| write(item, out));
                out.end_list();
                return whole;
            }
            Node::Object(members) => {
                out.object();
                let whole = members.iter().all(|(key, value)| {
                    let in_order = |value: &Node<'_>| {
                        matches!(value, Node::Object(members) if members.is_sorted_by(|(one, _), (next, _)| one < next))
                    };
                    out.key(key);
                    (key != "params" || in_order(value)) && write(value, out)
                });
                out.end_object();
                let keys: BTreeSet<_> = members.iter().map(|(key, _)| key).collect();
                return whole && keys.len() == members.len();
            }
        }
        true
    }

    #[test]
    fn the_core_s_reader_and_writer_say_the_same_of_every_change() {
        let deep = format!("{}{}", "[".repeat(31), "]".repeat(31));
        let values = [
            r#"{"a":[1,-10,0,true,false],"b":{"params":{"a":1,"b":2}},"a\b":"\"\\\u001f\n"}"#.replace("\\b", "x"),
            format!(r#"{{"a":{deep}}}"#),
            format!(r#"{{"a":[{deep}]}}"#),
        ];
        let pieces =
            ["", "0", "1", "-", ".", "e", "\"", "\\", "u00", "b", "/", "{", "}", "[", "]", ":", ",", " ", "\n", "れ"];
        let (mut good, mut bad) = (0, 0);
        for values in values {
            let whole = report(&values);
            for from in 0..whole.len() {
                for (to, piece) in (from..=whole.len().min(from + 3)).flat_map(|to| pieces.map(|piece| (to, piece))) {
                    let changed = format!("{}{piece}{}", &whole[..from], &whole[to..]);
                    let canonical = is_canonical(&changed);
                    assert_eq!(canonical, is_written_so(&changed), "{changed}");
                    *(if canonical { &mut good } else { &mut bad }) += 1;
                }
            }
        }
        assert!(good > 1_000 && bad > 10_000, "{good} {bad}");
    }
}
