//! What befalls a text after it was made: its tree is rearranged, its bytes are damaged.
//!
//! `{"contact":{…}}` → `{"contact":{…},"contact":null}`, `{"contact":[{…}]}`; `{"conta\xffct":…`, `{"contact"`.

use kakekomi_core::TEXT_MAX;

use super::dice::Dice;
use super::tree::Tree;
use super::tricky::wrong;

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

/// What is put between bytes.
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
pub fn tree(tree: &mut Tree, dice: &mut Dice) {
    let below = tree.below();
    let place = tree.nth(dice.below(below + 1));
    match dice.below(9) {
        0 => *place = wrong(kakekomi_core::form::FieldKind::Flag, dice),
        1 => *place = Tree::List(vec![std::mem::replace(place, Tree::raw("0"))]),
        2 => *place = Tree::object([(dice.one(&KEYS), std::mem::replace(place, Tree::raw("0")))]),
        3 => *place = nested(20 + dice.below(20)),
        _ => members(place, dice),
    }
}

/// Rearranges the members of an object or the entries of a list.
fn members(place: &mut Tree, dice: &mut Dice) {
    match place {
        Tree::Object(members) => {
            let at = dice.below(members.len());
            match dice.below(4) {
                0 => members.insert(at, (dice.one(&KEYS).to_owned(), Tree::raw("1"))),
                1 if !members.is_empty() => drop(members.remove(at)),
                2 if !members.is_empty() => {
                    let again =
                        if dice.percent(50) { members[at].clone() } else { (members[at].0.clone(), Tree::raw("null")) };
                    members.push(again);
                }
                _ => {
                    let other = dice.below(members.len());
                    if at < members.len() {
                        members.swap(at, other);
                        let key = members[other].0.clone();
                        members[at].0 = key;
                    }
                }
            }
        }
        Tree::List(entries) => match entries.first().cloned() {
            Some(entry) => entries.extend(vec![entry; dice.below(60)]),
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
pub fn bytes(text: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(text.len() + 1);
    let end = (at + 1 + dice.below(12)).min(text.len());
    match dice.below(12) {
        0 => text.truncate(at),
        1 if at < end => drop(text.drain(at..end)),
        2 if at < end => {
            let again = text[at..end].to_vec();
            text.splice(at..at, again);
        }
        3 if at < text.len() => text[at] ^= 1 << dice.below(8),
        4 => drop(text.splice(0..0, *b"\xef\xbb\xbf")),
        // The longest text and one byte more; seldom, for it takes its time.
        5 if dice.percent(3) => text.resize(TEXT_MAX + dice.below(2), b' '),
        6 => text.extend_from_slice(dice.one(&SPLINTERS)),
        _ => drop(text.splice(at..at, dice.one(&SPLINTERS).iter().copied())),
    }
}
