//! Mutations of a finished draft: its tree is rearranged, or its bytes are damaged.
//!
//! `{"contact":{…}}` → `{"contact":{…},"contact":null}`, `{"contact":[{…}]}`; `{"conta\xffct":…`, `{"contact"`.

use kakekomi_core::TEXT_MAX;

use super::edge_values::wrong;
use super::rng::Rng;
use super::tree::Tree;

/// Keys that a form does not have, and that languages trip over.
const KEYS: [&str; 14] = [
    "fax",
    "__proto__",
    "constructor",
    "toJSON",
    "toString",
    "length",
    "0",
    "",
    "a/b~c",
    "unknown",
    "連絡先",
    "Contact",
    "\u{0}",
    "contact\u{200b}",
];

/// Byte sequences that are inserted.
const SPLINTERS: [&[u8]; 20] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b",",
    b":",
    b"\\",
    b"\\u",
    b"\x00",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xe3\x81",
    b"\xf4\x90\x80\x80",
    b" ",
    b"\n",
    b"//",
    b"\xc2\xa0",
    b"1e999",
];

/// Rearranges a tree at one of its places.
pub fn tree(tree: &mut Tree, rng: &mut Rng) {
    let below = tree.below();
    let place = tree.nth(rng.below(below + 1));
    match rng.below(9) {
        0 => *place = wrong(kakekomi_core::form::FieldKind::Flag, rng),
        1 => *place = Tree::List(vec![std::mem::replace(place, Tree::raw("0"))]),
        2 => *place = Tree::object([(rng.choose(&KEYS), std::mem::replace(place, Tree::raw("0")))]),
        3 => *place = nested(20 + rng.below(20)),
        _ => members(place, rng),
    }
}

/// Rearranges the members of an object or the entries of a list.
fn members(place: &mut Tree, rng: &mut Rng) {
    match place {
        Tree::Object(members) => {
            let at = rng.below(members.len());
            match rng.below(4) {
                0 => members.insert(at, (rng.choose(&KEYS).to_owned(), Tree::raw("1"))),
                1 if !members.is_empty() => drop(members.remove(at)),
                2 if !members.is_empty() => {
                    let again =
                        if rng.percent(50) { members[at].clone() } else { (members[at].0.clone(), Tree::raw("null")) };
                    members.push(again);
                }
                _ => {
                    let other = rng.below(members.len());
                    if at < members.len() {
                        members.swap(at, other);
                        let key = members[other].0.clone();
                        members[at].0 = key;
                    }
                }
            }
        }
        Tree::List(entries) => match entries.first().cloned() {
            Some(entry) => entries.extend(vec![entry; rng.below(60)]),
            None => entries.push(Tree::raw("{}")),
        },
        other => *other = Tree::raw("null"),
    }
}

/// Lists in lists, about as deep as is allowed.
fn nested(depth: usize) -> Tree {
    Tree::Raw("[".repeat(depth) + &"]".repeat(depth))
}

/// Damages a text's bytes.
pub fn bytes(text: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.below(text.len() + 1);
    let end = (at + 1 + rng.below(12)).min(text.len());
    match rng.below(12) {
        0 => text.truncate(at),
        1 if at < end => drop(text.drain(at..end)),
        2 if at < end => {
            let again = text[at..end].to_vec();
            text.splice(at..at, again);
        }
        3 if at < text.len() => text[at] ^= 1 << rng.below(8),
        4 => drop(text.splice(0..0, *b"\xef\xbb\xbf")),
        // The longest text and one byte more; seldom, for it takes its time.
        5 if rng.percent(3) => text.resize(TEXT_MAX + rng.below(2), b' '),
        6 => text.extend_from_slice(rng.choose(&SPLINTERS)),
        _ => drop(text.splice(at..at, rng.choose(&SPLINTERS).iter().copied())),
    }
}
