//! A time of day as it is typed on a Japanese keyboard, cut to the minute.
//!
//! | typed | read |
//! |---|---|
//! | `9:30`, `９：３０`, `0930`, `930`, `9:30:15`, `9時30分`, `9時半`, `九時半` | 9:30 |
//! | `午後9時`, `9:00 PM`, `21時` | 21:00 |
//! | `正午`, `午後0時`, `12 PM` | 12:00 |
//! | `午後12時30分` | 12:30 |
//! | `9時半頃`, `9:30ごろ`, `約9時半`, `9時半過ぎ`, `9時台` | 9:30 (9:00), about |
//! | `朝9時`, `昼1時`, `夕方5時`, `夜9時` | 9:00, 13:00, 17:00, 21:00 |
//!
//! Refused: `24:00` (the day before or after?), `25時`, `9:60`, `9` (hour or what?), `午前12時` (noon or midnight?), `午前13時`,
//! `夜`, `深夜1時` (of which day?); an offset that cannot be read (`9:30+25:00`) or may be the end of a span (`9:30-05:00`): `moment.offset`.
//! An offset is read where it is unambiguous: `9:30 JST`, `9:30+09:00`, `00:30Z`, `UTC 0:30`, `9:30 UTC-5`, `09:30:00 -0500`.

mod clock;
mod offset;

use self::clock::minute;
use super::characters::visible;
use super::numerals::arabic;
use super::width::fold;
use crate::code::Code;
use crate::text::{concat, rsplit_once};

/// The longest text that is looked at, in bytes; full-width characters take three each.
pub const TYPED_MAX: usize = 96;

/// Marks of a rough time at the end of a text.
const ROUGHLY: [&str; 9] = ["頃", "ごろ", "ころ", "くらい", "ぐらい", "過ぎ", "すぎ", "前後", "台"];
/// Marks of a rough time at the beginning.
const ABOUT: [&str; 4] = ["約", "だいたい", "おおよそ", "およそ"];

/// A time of day as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    /// The minute since midnight (0–1439).
    pub minute: u16,
    /// True if it is only roughly known.
    pub about: bool,
    /// The offset that was written with it, in minutes east of UTC.
    pub offset: Option<i16>,
}

/// Reads a time of day; `is_iso` where ISO 8601's T precedes it, so that a minus begins an offset and no span.
///
/// Twelve o'clock: 12 AM is 0:00, 午後12時 and 12 PM are 12:00. 午前12時 is refused: it is noon by the decree
/// of 1872 and midnight to many who write it, and twelve hours would be lost in silence.
///
/// # Errors
/// [`Code::MomentTime`] if it is not a time of day, [`Code::MomentOffset`] if an offset with it cannot be read.
pub fn read(typed: &str, is_iso: bool) -> Result<TimeOfDay, Code> {
    if typed.len() > TYPED_MAX {
        return Err(Code::MomentTime);
    }
    let folded = arabic(&fold(&visible(typed)));
    let plain = without_spaces(&folded).ok_or(Code::MomentTime)?;
    let (exact, about) = roughly(&plain);
    if let Some(minute) = minute(exact) {
        return Ok(TimeOfDay { minute, about, offset: None });
    }
    let unbracketed = without_brackets(exact);
    let (time, offset) = offset::split(unbracketed.as_deref().unwrap_or(exact), is_iso).ok_or(Code::MomentTime)?;
    let (time, again) = roughly(time);
    let minute = minute(time).ok_or(Code::MomentTime)?;
    Ok(TimeOfDay { minute, about: about || again, offset: Some(offset?) })
}

/// `9:30(JST)` → `9:30JST`; `None` without such a bracket.
fn without_brackets(text: &str) -> Option<String> {
    let (time, zone) = rsplit_once(text.strip_suffix(')')?, b'(')?;
    (!zone.starts_with(|sign: char| sign.is_ascii_digit())).then(|| concat(&[time, zone]))
}

/// Removes the spaces and lowers the letters of a time. Between two digits a space is a colon, if two digits follow it:
/// `9 30` is half past nine, and `10 5` is not a time.
fn without_spaces(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && plain.ends_with(|sign: char| sign.is_ascii_digit()) {
            if digits != 2 {
                return None;
            }
            plain.push(':');
        }
        plain.push_str(&word.to_ascii_lowercase());
    }
    Some(plain)
}

/// Removes 頃, ごろ, ころ from the end, or 約 from the beginning; returns true if there was one.
pub(super) fn roughly(text: &str) -> (&str, bool) {
    let text = text.trim();
    let front = ABOUT.iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text);
    let back = ROUGHLY.iter().find_map(|mark| front.strip_suffix(mark)).unwrap_or(front);
    (back.trim(), back.len() < text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_usual_times() {
        let table = [
            ("9:30", 570, false),
            ("９：３０", 570, false),
            ("09:30", 570, false),
            ("9時", 540, false),
            ("9 30", 570, false),
            ("9 時　半", 570, false),
            ("9時半", 570, false),
            ("九時三十分", 570, false),
            ("noon", 720, false),
            ("９ 時　半", 570, false),
            ("9時30分", 570, false),
            ("9時5分", 545, false),
            ("9時30分15秒", 570, false),
            ("0930", 570, false),
            ("930", 570, false),
            ("9:30:15", 570, false),
            ("9:30:15.250", 570, false),
            ("0:00", 0, false),
            ("23:59", 1439, false),
            ("午前9時", 540, false),
            ("午後9時", 1260, false),
            ("9:30 PM", 1290, false),
            ("PM 9:30", 1290, false),
            ("9:30午後", 1290, false),
            ("ＰＭ９", 1260, false),
            ("9 a.m.", 540, false),
            ("午後0時", 720, false),
            ("午前零時", 0, false),
            ("午後の3時", 900, false),
            ("午後12時30分", 750, false),
            ("12:30 PM", 750, false),
            ("12:30 AM", 30, false),
            ("午前0時5分", 5, false),
            ("午後15時", 900, false),
            ("正午", 720, false),
            ("正午ごろ", 720, true),
            ("9時半頃", 570, true),
            ("９：３０ ころ", 570, true),
            ("約9時", 540, true),
            ("だいたい9時", 540, true),
            ("9時過ぎ", 540, true),
            ("9時台", 540, true),
            ("朝9時", 540, false),
            ("朝の8時半", 510, false),
            ("早朝5時", 300, false),
            ("昼12時", 720, false),
            ("昼1時ごろ", 780, true),
            ("夕方5時半", 1050, false),
            ("夜9時", 1260, false),
            ("夜の21:30", 1290, false),
            ("\u{200E}9\u{200E}:\u{200E}30", 570, false),
        ];
        for (typed, minute, about) in table {
            assert_eq!(read(typed, false), Ok(TimeOfDay { minute, about, offset: None }), "{typed}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        let table = [
            "",
            " ",
            "24:00",
            "24時",
            "25時",
            "2400",
            "9:60",
            "9時60分",
            "9",
            "9:3",
            "9:",
            ":30",
            "9:30:60",
            "9:30:",
            "9:30:15.",
            "午前12時",
            "12時30分午前",
            "午前13時",
            "午後24時",
            "午前午後9時",
            "午前正午",
            "夜",
            "頃",
            "-9:30",
            "+9:30",
            "12345",
            "夜1時",
            "夜12時",
            "朝12時",
            "昼5時",
            "深夜1時",
            "未明",
            "9:30-10:00",
            "z",
            "百時",
            "10 5",
            "1 2 3",
            "午後1 5",
            "9時半分",
            "9時30分15",
        ];
        for typed in table {
            assert_eq!(read(typed, false), Err(Code::MomentTime), "{typed}");
        }
        assert_eq!(read(&"9".repeat(262_144), false), Err(Code::MomentTime));
        assert_eq!(read(&"頃".repeat(32), false), Err(Code::MomentTime));
    }

    #[test]
    fn reads_an_offset_where_it_is_unambiguous() {
        for (typed, minute, offset) in [
            ("9:30Z", 570, 0),
            ("09:30:00.000Z", 570, 0),
            ("9:30+09:00", 570, 540),
            ("09:30+0900", 570, 540),
            ("9:30 JST", 570, 540),
            ("9:30 UTC", 570, 0),
            ("GMT 9:30", 570, 0),
            ("日本時間 9時半", 570, 540),
            ("9時半（日本時間）", 570, 540),
            ("9時半+9", 570, 540),
            ("9:30 日本時間＋9", 570, 540),
            ("9:30 (UTC+05:30)", 570, 330),
            ("9:30 UTC-5", 570, -300),
            ("9:30 GMT−05:00", 570, -300),
            ("09:30:00 -0500", 570, -300),
            ("0:30 PM UTC", 750, 0),
        ] {
            let read = read(typed, false);
            assert_eq!(read, Ok(TimeOfDay { minute, about: false, offset: Some(offset) }), "{typed}");
        }
        assert_eq!(read("9:30-05:00", true).map(|read| read.offset), Ok(Some(-300)));
        assert_eq!(read("9時半頃（JST）", false).map(|read| read.about), Ok(true));
        for typed in ["9時+", "9:30+", "9:30+25:00", "9:30-05:00", "9:30 -0500", "9:30 JST+8", "9:30 UTC+9:75"] {
            assert_eq!(read(typed, false), Err(Code::MomentOffset), "{typed}");
        }
        for typed in ["9:30-10:00", "9:30-pm", "25:00Z", "JST", "+09:00", "9:30 EST", "UTC+9"] {
            assert_eq!(read(typed, false), Err(Code::MomentTime), "{typed}");
        }
    }
}
