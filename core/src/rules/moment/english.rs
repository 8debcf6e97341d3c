//! Dates with the name of a month, in the order that all others have.
//!
//! `Nov. 20, 2026 9:30`, `Friday 20th November 2026, 9:30`, `20-Nov-2026 9:30` → `2026-11-20 9:30` · `20 Juember 2026` → `None`

use super::weekday::is_weekday;
use crate::text::{are_digits, concat};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Rewrites the date in numbers and keeps the text behind it; `None` without the name of a month and a year.
pub(super) fn in_numbers(text: &str) -> Option<String> {
    let (mut year, mut month, mut day) = (None, None, None);
    // Most dates hold no word at all; T and Z of ISO 8601 are none.
    if !text.as_bytes().windows(2).any(|two| two.iter().all(u8::is_ascii_alphabetic)) {
        return None;
    }
    let text = spaced(text);
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
    while year.is_none() || month.is_none() || (day.is_none() && words.clone().next().and_then(ordinal).is_some()) {
        let word = words.next()?;
        let digits = ordinal(word);
        match (named(word), digits) {
            (Some(number), _) if month.is_none() => month = Some(number),
            (_, Some(number)) if number.len() == 4 && number == word && year.is_none() => year = Some(number),
            (_, Some(number)) if number.len() <= 2 && day.is_none() => day = Some(number),
            _ if is_weekday(word) => {}
            _ => return None,
        }
    }
    let mut date = concat(&[year?, "-", &month?.to_string()]);
    for (sign, part) in day.map(|day| ('-', day)).into_iter().chain(words.map(|word| (' ', word))) {
        date.push(sign);
        date.push_str(part);
    }
    Some(date)
}

/// Spaces for the hyphens and strokes of a word with a month in it: `20-Nov-2026`, and not `9:30-PM`.
fn spaced(text: &str) -> String {
    let is_date = |word: &str| word.split(|sign: char| !sign.is_ascii_alphabetic()).any(|name| named(name).is_some());
    let mut spaced = String::with_capacity(text.len());
    for word in text.split(' ') {
        let date = is_date(word);
        spaced.extend(word.chars().map(|sign| if date && matches!(sign, '-' | '/') { ' ' } else { sign }));
        spaced.push(' ');
    }
    spaced
}

/// The number of a month's name, or of its first three letters or more.
pub(super) fn named(word: &str) -> Option<usize> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let row = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(&word))?;
    Some(row + 1)
}

/// The digits of `20` and `20th`.
fn ordinal(word: &str) -> Option<&str> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    are_digits(digits).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::in_numbers;

    #[test]
    fn every_usual_order() {
        for (typed, date) in [
            ("Nov 20, 2026", "2026-11-20"),
            ("November 20 2026", "2026-11-20"),
            ("20 November 2026", "2026-11-20"),
            ("20th Nov. 2026 9:30", "2026-11-20 9:30"),
            ("Fri, 20 Nov 2026 09:30:00 PM", "2026-11-20 09:30:00 PM"),
            ("2026 Nov 20", "2026-11-20"),
            ("November 2026", "2026-11"),
            ("Sept 1 2026", "2026-9-1"),
        ] {
            assert_eq!(in_numbers(typed).as_deref(), Some(date), "{typed}");
        }
        for typed in
            ["2026-11-20", "Nov 20", "20 Juember 2026", "Nov 20 2026th", "no 20 2026", "", "2026年11月20日 9時"]
        {
            assert_eq!(in_numbers(typed), None, "{typed}");
        }
    }
}
