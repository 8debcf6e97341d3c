//! What a person might rightly say to each kind of field, in the many ways in which people type it.
//!
//! `FieldKind::Phone` → `"０３-３２１１-９９９９"`; `FieldKind::Moment` → `{"at":{"year":"令和2","month":"３"}}`. Most of
//! the drafts made of these alone are accepted, which the run's own count shows.

use kakekomi_core::form::FieldKind;

use super::dice::Dice;
use super::tree::Tree;
use super::world::World;

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

/// Something right for a field of a kind; where a date belongs to another one, the path says which is first.
pub fn right(kind: FieldKind, name: &str, world: &World, dice: &mut Dice) -> Tree {
    match kind {
        FieldKind::Line => Tree::text(dice.one(&LINES)),
        FieldKind::Text => Tree::text(dice.one(&TEXTS)),
        FieldKind::Phone => Tree::text(dice.one(&PHONES)),
        FieldKind::Email => Tree::text(dice.one(&MAILS)),
        FieldKind::Choice(words) => Tree::text(dice.one(words)),
        FieldKind::Ordered(words) => ordered(words, dice),
        FieldKind::Moment => moment(name, dice),
        FieldKind::Integer(min, max) => integer(min, max, dice),
        FieldKind::Digest => Tree::Text(dice.digits()),
        FieldKind::Flag => Tree::raw(dice.one(&["true", "false"])),
        FieldKind::Agree => Tree::raw("true"),
        FieldKind::Document => world.document(name, dice),
        FieldKind::Instant => Tree::Raw(world.before_now(dice).to_string()),
        FieldKind::Section(_) | FieldKind::Record(_) | FieldKind::List(..) | FieldKind::Reserved => {
            Tree::Object(Vec::new())
        }
    }
}

fn ordered(words: &[&str], dice: &mut Dice) -> Tree {
    let from = dice.below(words.len());
    let many = 1 + dice.below(words.len());
    Tree::List(words.iter().cycle().skip(from).take(many).map(|word| Tree::text(word)).collect())
}

fn integer(min: i64, max: i64, dice: &mut Dice) -> Tree {
    let number = match dice.below(6) {
        0 => min,
        1 => max,
        2 => 0.clamp(min, max),
        _ => dice.within(min, max),
    };
    match dice.below(5) {
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
fn moment(name: &str, dice: &mut Dice) -> Tree {
    let year = if matches!(name, "occurred_at" | "from") { dice.within(1999, 2018) } else { dice.within(2020, 2025) };
    let (month, day) = (dice.within(1, 12), dice.within(1, 28));
    let (hour, minute) = (dice.within(0, 23), dice.within(0, 59));
    let (at, precision) = match dice.below(8) {
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
    if dice.percent(70) {
        members.push(("precision", Tree::text(precision)));
    }
    if dice.percent(60) {
        members.push(("offset", Tree::text(dice.one(&["+09:00", "+09:00", "Z", "-05:00", "＋０９：００"]))));
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
