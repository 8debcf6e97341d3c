//! Edge values of each kind of field: at a limit, one past it, and of another kind.
//!
//! `FieldKind::Phone` → `"110"`; `FieldKind::Moment` → `{"at":"2026-02-29"}`; of any → `null`, `-0`, `"\ud800"`.

use kakekomi_core::form::{FieldKind, LINE_MAX, TEXT_MAX};

use super::rng::Rng;
use super::tree::Tree;

/// JSON text that hardly any field takes.
const RAW: [&str; 42] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1.0",
    "1e0",
    "-1",
    "1E400",
    "9007199254740991",
    "9007199254740992",
    "-9007199254740993",
    "123456789012345678901234567890",
    "0.1",
    "-0.0",
    "\"\"",
    "\"   \"",
    "\"　\"",
    "\"\\u3000\\u00a0\"",
    "[]",
    "{}",
    "[[]]",
    "{\"unknown\":true}",
    "{\"unknown\":false}",
    "{\"unknown\":null}",
    "{\"unknown\":true,\"at\":\"2026\"}",
    "{\"unknown\":true,\"unknown\":true}",
    "{\"__proto__\":{\"unknown\":true}}",
    "{\"constructor\":1,\"toJSON\":\"x\"}",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\\u0000\"",
    "\"a\\u0007b\"",
    "\"\\u202e逆\"",
    "\"\\u2028\\u2029\"",
    "\"a\\nb\"",
    "\"\\u0085\\u200b\\ufeff\"",
    "\"\\/\\b\\f\"",
    "\"\\u7f\"",
    "NaN",
    "undefined",
];

/// Characters that lengths and widths are got wrong with.
const PIECES: [&str; 10] = ["あ", "a", "𠮷", "か\u{3099}", "葛󠄀", "ﾊﾟ", "👩‍👩‍👧", "\u{1f1ef}\u{1f1f5}", " ", "㍿"];

const PHONES: [&str; 18] = [
    "110",
    "１１９",
    "#9110",
    "118番",
    "020-1234-5678",
    "0990-12-3456",
    "+1 212 555 0100",
    "010-1-212-555-0100",
    "03-3211-9999 内線",
    "03-3211-9999 内線12345678901",
    "03-1234-567",
    "090-1234-567",
    "3211-9999",
    "電話なし",
    "++81",
    "00",
    "03-3211-9999 x",
    "０",
];

const MAILS: [&str; 14] = [
    "hanako",
    "hanako@",
    "@example.jp",
    "花子@example.jp",
    "a@localhost",
    "a@-example.jp",
    "a@example..jp",
    "a b@example.jp",
    "a@b@c.jp",
    "a@xn--.jp",
    "a@ex_ample.jp",
    "a@☃.jp",
    "\"a b\"@example.jp",
    "a@１２７．０．０．１",
];

const DATES: [&str; 36] = [
    "2026-02-29",
    "2024-02-29",
    "平成40年",
    "令和元年5月1日",
    "昭和64年1月8日",
    "11月20日",
    "26/11/20",
    "2026",
    "1969",
    "1970",
    "2099",
    "2100",
    "2026-11-20T24:00",
    "2026-11-20T25:00",
    "2026-13-01",
    "2026-00-10",
    "2026-11-31",
    "2098-12-31T23:59",
    "明日",
    "2026年20日",
    "令和",
    "R8.11.20 9時半",
    "2026-11-20 正午",
    "2026-11-20 午後13時",
    "午前0時",
    "２０２６年１１月２０日　９時頃",
    "2026-11-20T09:30:15.123Z",
    "20261120",
    "0000-01-01",
    "-2026-01-01",
    "2026/11/20 9:60",
    "令和100年",
    "大正15年12月25日",
    "2026-11-20T09:30+09:00",
    "12026-01-01",
    "昨日の夜",
];

const OFFSETS: [&str; 10] = ["+14:00", "+14:01", "-12:00", "-12:01", "+9", "Z", "z", "JST", "+09:60", "−09:00"];
const PRECISIONS: [&str; 7] = ["minute", "day", "month", "year", "about", "second", ""];
const NUMBERS: [&str; 8] = ["１２", "-0", "1.5", "１，０００", "0x10", "+1", "99999999999999999999", " 5 "];

/// Something that a field of a kind may be filled in wrongly with; now and then it is right after all.
pub fn wrong(kind: FieldKind, rng: &mut Rng) -> Tree {
    if rng.percent(30) {
        return Tree::raw(rng.choose(&RAW));
    }
    match kind {
        FieldKind::Line => long(LINE_MAX, rng),
        FieldKind::Text => long(TEXT_MAX, rng),
        FieldKind::Phone => Tree::text(rng.choose(&PHONES)),
        FieldKind::Email if rng.percent(10) => {
            Tree::Text(format!("{}@{}.jp", "a".repeat(60 + rng.below(8)), "b".repeat(60 + rng.below(8))))
        }
        FieldKind::Email => Tree::text(rng.choose(&MAILS)),
        FieldKind::Choice(words) => {
            Tree::Text(format!("{}{}", rng.choose(words), rng.choose(&[" ", "s", "\u{200b}", ""])))
        }
        FieldKind::Ordered(words) => {
            Tree::List((0..rng.below(words.len() + 3)).map(|_| Tree::text(rng.choose(words))).collect())
        }
        FieldKind::Moment => moment(rng),
        FieldKind::Integer(min, max) => match rng.below(4) {
            0 => Tree::Raw((min - 1).to_string()),
            1 => Tree::Raw((max + 1).to_string()),
            2 => Tree::Raw(format!("{min}.0")),
            _ => Tree::text(rng.choose(&NUMBERS)),
        },
        FieldKind::Digest => Tree::Text("aF９g".chars().cycle().take(62 + rng.below(4)).collect()),
        FieldKind::Document => {
            Tree::object([("version", Tree::text("0")), ("sha256", Tree::Text("0".repeat(63 + rng.below(2))))])
        }
        FieldKind::Instant => {
            Tree::raw(rng.choose(&["-1", "9007199254740991", "9007199254740992", "\"5\"", "4102444800000"]))
        }
        FieldKind::Agree => Tree::raw("false"),
        FieldKind::List(max, _) => Tree::List(vec![Tree::Object(Vec::new()); max + rng.below(2)]),
        FieldKind::Flag | FieldKind::Section(_) | FieldKind::Record(_) | FieldKind::Reserved => {
            Tree::raw(rng.choose(&RAW))
        }
    }
}

/// A text of about the most code points, of one piece repeated.
fn long(max: usize, rng: &mut Rng) -> Tree {
    let piece = rng.choose(&PIECES);
    let wanted = if rng.percent(30) { (max + 1).saturating_sub(rng.below(3)) } else { 1 + rng.below(40) };
    let mut text: String = piece.chars().cycle().take(wanted).collect();
    if rng.percent(20) {
        text.push_str(rng.choose(&[
            "\u{0}",
            "\u{7}",
            "\u{202e}",
            "\u{2066}",
            "\r\n",
            "\u{85}",
            "\u{feff}",
            "\u{2028}",
            "\u{e0001}",
        ]));
    }
    Tree::Text(text)
}

fn moment(rng: &mut Rng) -> Tree {
    let at = match rng.below(4) {
        0 => {
            let part = |rng: &mut Rng, more: &[&str]| {
                Tree::text(if rng.percent(50) { rng.choose(more) } else { rng.choose(&DATES) })
            };
            let year = part(rng, &["2026", "令和8", "", "26", "平成31", "99999"]);
            let month = part(rng, &["2", "１３", "", "0"]);
            let day = part(rng, &["29", "31", "", "３０日"]);
            let time = part(rng, &["9時半", "24:00", "", "正午", "25"]);
            Tree::object([("year", year), ("month", month), ("day", day), ("time", time)])
        }
        1 => Tree::Text(format!("{:04}-{:02}-{:02}", rng.range(1968, 2101), rng.range(0, 13), rng.range(0, 32))),
        _ => Tree::text(rng.choose(&DATES)),
    };
    let mut members = vec![("at", at)];
    if rng.percent(50) {
        members.push(("precision", Tree::text(rng.choose(&PRECISIONS))));
    }
    if rng.percent(50) {
        members.push(("offset", Tree::text(rng.choose(&OFFSETS))));
    }
    if rng.percent(15) {
        members.remove(0);
    }
    Tree::object(members)
}
