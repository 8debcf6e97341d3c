//! The minute of the day in a clock's words: `9:30`, `0930`, `午後9時半`, `夜9時`, `正午`.
//!
//! `minute("午後9時半")` → `Some(1290)`.

use crate::text::{are_digits, contains, parse_u16};

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

/// Words for a part of the day: the hours that go with each, and the hours to be added to them.
const PARTS: [(&str, u16, u16, u16); 6] =
    [("早朝", 3, 9, 0), ("朝", 4, 11, 0), ("昼", 11, 12, 0), ("昼", 1, 3, 12), ("夕方", 3, 7, 12), ("夜", 6, 11, 12)];

/// 夜9時, 夜の9時, 夜21時.
fn part_of_day(text: &str) -> Option<u16> {
    PARTS.iter().find_map(|(word, first, last, later)| {
        let clock = text.strip_prefix(word)?;
        let clock = clock.strip_prefix('の').unwrap_or(clock);
        let (hour, minute) = japanese(clock).or_else(|| colons(clock))?;
        let hour = if hour > *last { hour } else { hour + later };
        ((first + later..=last + later).contains(&hour) && minute < 60).then_some(hour * 60 + minute)
    })
}

/// Reads the minute of the day of a text without spaces, in small letters.
pub(super) fn minute(text: &str) -> Option<u16> {
    if matches!(text, "正午" | "noon") {
        return Some(12 * 60);
    }
    if let Some(minute) = part_of_day(text) {
        return Some(minute);
    }
    let before = HALVES.iter().find_map(|(word, half)| Some((text.strip_prefix(word)?, *half)));
    let before = before.map(|(clock, half)| (clock.strip_prefix('の').unwrap_or(clock), half));
    let after = HALVES.iter().find_map(|(word, half)| Some((text.strip_suffix(word)?, *half)));
    let (clock, half) = match before.or(after) {
        Some((clock, half)) => (clock, Some(half)),
        None => (text, None),
    };
    let (hour, minute) = japanese(clock).or_else(|| colons(clock)).or_else(|| digits(clock, half.is_some()))?;
    let hour = match (half, hour) {
        (Some(Half::Morning), 12) if contains(text, "午前") => return None,
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
        if !are_digits(fraction) {
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

/// A number of `least` to `most` ASCII digits.
fn number(text: &str, least: usize, most: usize) -> Option<u16> {
    parse_u16(text).filter(|_| (least..=most).contains(&text.len()))
}
