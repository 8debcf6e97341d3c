//! A time of day as it is typed on a Japanese keyboard, cut to the minute.
//!
//! | typed | read |
//! |---|---|
//! | `9:30`, `９：３０`, `0930`, `930`, `9:30:15`, `9時30分`, `9時半` | 9:30 |
//! | `午後9時`, `9:00 PM`, `21時` | 21:00 |
//! | `正午`, `午後0時`, `12 PM` | 12:00 |
//! | `午後12時30分` | 12:30 |
//! | `9時半頃`, `9:30ごろ`, `約9時半` | 9:30, about |
//!
//! Refused: `24:00` (the day before or after?), `25時`, `9:60`, `9` (hour or what?), `午前12時` (noon or midnight?), `午前13時`, `夜`.

use super::width::fold;
use crate::code::Code;

/// The longest text that is looked at, in bytes; full-width characters take three each.
const TYPED_MAX: usize = 96;

/// Marks of a time that is only roughly known, as they end a text.
const ROUGHLY: [&str; 4] = ["頃", "ごろ", "ころ", "くらい"];

/// Reads a time of day: the minute since midnight (0–1439), and whether it was only roughly given.
///
/// Twelve o'clock: 12 AM is 0:00, 午後12時 and 12 PM are 12:00. 午前12時 is refused: it is noon by the decree
/// of 1872 and midnight to many who write it, and twelve hours would be lost in silence.
///
/// # Errors
/// [`Code::MomentTime`] where it is no time of day.
pub fn read(typed: &str) -> Result<(u16, bool), Code> {
    if typed.len() > TYPED_MAX {
        return Err(Code::MomentTime);
    }
    let plain: String = fold(typed).chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    let (exact, about) = roughly(&plain);
    minute(exact).map(|minute| (minute, about)).ok_or(Code::MomentTime)
}

/// Takes 頃, ごろ, ころ from the end, or 約 from the beginning, and tells whether one was there.
pub(super) fn roughly(text: &str) -> (&str, bool) {
    let text = text.trim();
    let front = text.strip_prefix('約').unwrap_or(text);
    let back = ROUGHLY.iter().find_map(|mark| front.strip_suffix(mark)).unwrap_or(front);
    (back.trim(), back.len() < text.len())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

const HALVES: [(&str, Half); 6] = [
    ("午前", Half::Morning),
    ("午後", Half::Afternoon),
    ("am", Half::Morning),
    ("pm", Half::Afternoon),
    ("a.m.", Half::Morning),
    ("p.m.", Half::Afternoon),
];

fn minute(text: &str) -> Option<u16> {
    if text == "正午" {
        return Some(12 * 60);
    }
    let before = HALVES.iter().find_map(|(word, half)| Some((text.strip_prefix(word)?, *half)));
    let after = HALVES.iter().find_map(|(word, half)| Some((text.strip_suffix(word)?, *half)));
    let (clock, half) = match before.or(after) {
        Some((clock, half)) => (clock, Some(half)),
        None => (text, None),
    };
    let (hour, minute) = japanese(clock).or_else(|| colons(clock)).or_else(|| digits(clock, half.is_some()))?;
    let hour = match (half, hour) {
        (Some(Half::Morning), 12) if text.contains("午前") => return None,
        (Some(Half::Morning), 12) => 0,
        (Some(Half::Morning), 13..) => return None,
        (Some(Half::Afternoon), 0..=11) => hour + 12,
        _ => hour,
    };
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// 9時, 9時半, 9時30分, 9時30分15秒.
fn japanese(text: &str) -> Option<(u16, u16)> {
    let (hour, rest) = text.split_once('時')?;
    let hour = number(hour, 1, 2)?;
    let minute = match rest {
        "" => 0,
        "半" => 30,
        _ => {
            let (minute, seconds) = rest.split_once('分').unwrap_or((rest, ""));
            if !seconds.is_empty() {
                number(seconds.strip_suffix('秒')?, 1, 2).filter(|second| *second < 60)?;
            }
            number(minute, 1, 2)?
        }
    };
    Some((hour, minute))
}

/// 9:30, 9:30:15, 9:30:15.250.
fn colons(text: &str) -> Option<(u16, u16)> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, seconds) = match rest.split_once(':') {
        Some((minute, seconds)) => (minute, Some(seconds)),
        None => (rest, None),
    };
    if let Some(seconds) = seconds {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
        number(whole, 2, 2).filter(|second| *second < 60)?;
        if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    Some((number(hour, 1, 2)?, number(minute, 2, 2)?))
}

/// 0930, 930; a bare hour only beside 午前 or 午後.
fn digits(text: &str, half: bool) -> Option<(u16, u16)> {
    match text.len() {
        1 | 2 if half => Some((number(text, 1, 2)?, 0)),
        3 | 4 => number(text, 3, 4).map(|all| (all / 100, all % 100)),
        _ => None,
    }
}

/// A number of so many ASCII digits.
fn number(text: &str, least: usize, most: usize) -> Option<u16> {
    let fits = (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        let table = [
            ("9:30", 570, false),
            ("９：３０", 570, false),
            ("09:30", 570, false),
            ("9時", 540, false),
            ("9時半", 570, false),
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
        ];
        for (typed, minute, about) in table {
            assert_eq!(read(typed), Ok((minute, about)), "{typed}");
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
            "9:30Z",
            "九時",
            "9時半分",
            "9時30分15",
        ];
        for typed in table {
            assert_eq!(read(typed), Err(Code::MomentTime), "{typed}");
        }
        assert_eq!(read(&"9".repeat(262_144)), Err(Code::MomentTime));
        assert_eq!(read(&"頃".repeat(32)), Err(Code::MomentTime));
    }
}
