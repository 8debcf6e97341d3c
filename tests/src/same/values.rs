//! Valid answers to each kind of field, in the many ways in which people type them.
//!
//! `FieldKind::Phone` → `"０３-３２１１-９９９９"`; `FieldKind::Moment` → `{"at":{"year":"令和2","month":"３"}}`. Most of
//! the drafts made of these alone are accepted, which the run's own count shows.

use kakekomi_core::form::FieldKind;

use super::contexts::StreamContext;
use super::rng::Rng;
use super::tree::Tree;

const LINES: [&str; 16] = [
    "株式会社れい",
    "（株）れい　情報システム部",
    "山田 花子",
    "髙橋　はしご髙",
    "葛󠄀城市役所",
    "㈱テスト",
    "ﾃｽﾄｶﾌﾞｼｷｶﾞｲｼｬ",
    "Rei K.K.",
    "O'Brien & Söhne \"GmbH\"",
    "か\u{3099}く",
    "なし",
    "日本時間",
    "Windows 11 Pro 24H2",
    "C:\\Users\\れい\\ログ.txt",
    "👩‍💻 担当",
    "a/b~c%20",
];

const TEXTS: [&str; 12] = [
    "共有フォルダのファイルが開けず、脅迫文が置かれている。",
    "朝の出社後に気づいた。\n\tLANケーブルを抜いた。",
    "パスワードは変更しました",
    "パスワード：Ｐ＠ｓｓ１２３４",
    "password: hunter2",
    "-----BEGIN RSA PRIVATE KEY-----",
    "AKIAIOSFODNN7EXAMPLE",
    "原因と影響範囲を知りたい。\r\n以上",
    "𠮷野家の隣のビル　３階",
    "ｶﾞｷﾞｸﾞ と が\u{3099}",
    "本社と支店2か所をVPNで接続。</script><b>",
    "It began on Monday; nobody knows why.",
];

const PHONES: [&str; 20] = [
    "03-3211-9999",
    "０３-３２１１-９９９９",
    "０３（３２１１）９９９９　内線１２３",
    "+81 3 3211 9999",
    "+81 (0)90-1234-5678",
    "090ー1234ー5678",
    "TEL: 0120-123-456",
    "0800-123-4567",
    "0570-012-345",
    "050-1234-5678",
    "060-1234-5678",
    "070 1234 5678",
    "℡ 06-6345-6789",
    "電話番号：0332119999",
    "03-3211-9999(代表)",
    "0081-3-3211-9999",
    "81332119999",
    "03・3211・9999 ext 7",
    "+81332119999;ext=12",
    "04992-2-1234",
];

const MAILS: [&str; 10] = [
    "hanako@example.jp",
    "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ",
    " hanako@example.jp ",
    "a.b+c@sub.example.co.jp",
    "o'hara_!#$%&*/=?^`{|}~-@example.com",
    "info@日本語.jp",
    "info@例え.テスト",
    "X@EXAMPLE.JP",
    "a@xn--wgv71a119e.jp",
    "0@1.jp",
];

/// Makes a valid value for a field of a kind; the field's name decides which of two related dates is earlier.
pub fn right(kind: FieldKind, name: &str, context: &StreamContext, rng: &mut Rng) -> Tree {
    match kind {
        FieldKind::Line => Tree::text(rng.choose(&LINES)),
        FieldKind::Text => Tree::text(rng.choose(&TEXTS)),
        FieldKind::Phone => Tree::text(rng.choose(&PHONES)),
        FieldKind::Email => Tree::text(rng.choose(&MAILS)),
        FieldKind::Choice(words) => Tree::text(rng.choose(words)),
        FieldKind::Ordered(words) => ordered(words, rng),
        FieldKind::Moment => moment(name, rng),
        FieldKind::Integer(min, max) => integer(min, max, rng),
        FieldKind::Digest => Tree::Text(rng.hex_digest()),
        FieldKind::Flag => Tree::raw(rng.choose(&["true", "false"])),
        FieldKind::Agree => Tree::raw("true"),
        FieldKind::Document => context.document(name, rng),
        FieldKind::Instant => Tree::Raw(context.before_now(rng).to_string()),
        FieldKind::Section(_) | FieldKind::Record(_) | FieldKind::List(..) | FieldKind::Reserved => {
            Tree::Object(Vec::new())
        }
    }
}

fn ordered(words: &[&str], rng: &mut Rng) -> Tree {
    let from = rng.below(words.len());
    let many = 1 + rng.below(words.len());
    Tree::List(words.iter().cycle().skip(from).take(many).map(|word| Tree::text(word)).collect())
}

fn integer(min: i64, max: i64, rng: &mut Rng) -> Tree {
    let number = match rng.below(6) {
        0 => min,
        1 => max,
        2 => 0.clamp(min, max),
        _ => rng.range(min, max),
    };
    match rng.below(5) {
        0 if number != 0 => Tree::Text(number.to_string()),
        1 if number > 0 => Tree::Text(wide(&number.to_string())),
        _ => Tree::Raw(number.to_string()),
    }
}

/// Digits as a Japanese keyboard types them: `12` → `１２`.
fn wide(digits: &str) -> String {
    let wide = |char: char| char.to_digit(10).and_then(|digit| char::from_u32(0xFF10 + digit)).unwrap_or(char);
    digits.chars().map(wide).collect()
}

/// A moment in the past; 発生日時 and a log's beginning lie before what must come after them.
fn moment(name: &str, rng: &mut Rng) -> Tree {
    let year = if matches!(name, "occurred_at" | "from") { rng.range(1999, 2018) } else { rng.range(2020, 2025) };
    let (month, day) = (rng.range(1, 12), rng.range(1, 28));
    let (hour, minute) = (rng.range(0, 23), rng.range(0, 59));
    let (at, precision) = match rng.below(8) {
        0 => (Tree::Text(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}")), "minute"),
        1 => (Tree::Text(format!("{year}-{month:02}-{day:02}")), "day"),
        2 => (Tree::Text(format!("{year}-{month:02}")), "month"),
        3 => (Tree::Text(year.to_string()), "year"),
        4 => (Tree::Text(format!("{}年{}月{}日 {hour}時半", era(year), month, wide(&day.to_string()))), "minute"),
        5 => (Tree::Text(wide(&format!("{year}/{month}/{day} {hour}:{minute:02}"))), "about"),
        6 => {
            (parts([era(year), wide(&month.to_string()), format!("{day}日"), format!("{hour}時{minute}分")]), "minute")
        }
        _ => (parts([year.to_string(), month.to_string(), String::new(), String::new()]), "month"),
    };
    let mut members = vec![("at", at)];
    if rng.percent(70) {
        members.push(("precision", Tree::text(precision)));
    }
    if rng.percent(60) {
        members.push(("offset", Tree::text(rng.choose(&["+09:00", "+09:00", "Z", "-05:00", "＋０９：００"]))));
    }
    Tree::object(members)
}

/// 令和 from 2020 on, 平成 before it.
fn era(year: i64) -> String {
    if year >= 2020 { format!("令和{}", year - 2018) } else { format!("平成{}", year - 1988) }
}

fn parts([year, month, day, time]: [String; 4]) -> Tree {
    Tree::object(
        [("year", year), ("month", month), ("day", day), ("time", time)].map(|(key, part)| (key, Tree::Text(part))),
    )
}
