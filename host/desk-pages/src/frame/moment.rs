//! Moments and durations in words, by the desk's own clock.
//!
//! 1795140000000 → `<time datetime="2026-11-20T09:00:00+09:00">11/20 09:00</time>` · 12,000,000 ms → 「3時間20分」

use kakekomi_core::message::substitute;
use maud::{Markup, html};

use super::visit::Visit;

const MINUTE: i64 = 60_000;

/// Writes the moment at which something began, without the year, for lists.
pub fn since(visit: &Visit, at: i64) -> Markup {
    written(visit, at, &visit.words().frame.moment_since)
}

/// Writes a moment with the year.
pub fn full(visit: &Visit, at: i64) -> Markup {
    written(visit, at, &visit.words().frame.moment_full)
}

/// Writes the date of a moment.
pub fn date(visit: &Visit, at: i64) -> Markup {
    written(visit, at, &visit.words().frame.moment_date)
}

/// Returns the date of a moment as date fields have it: `2026-11-20`.
pub fn date_value(visit: &Visit, at: i64) -> String {
    visit.desk.desk().show(at).chars().take_while(|character| *character != 'T').collect()
}

fn written(visit: &Visit, at: i64, sentence: &str) -> Markup {
    let rfc3339 = visit.desk.desk().show(at);
    html! { time datetime=(rfc3339) { (in_words(&rfc3339, sentence)) } }
}

/// Fills a moment into a sentence with the blanks `{year}`, `{month}`, `{day}` and `{time}`.
fn in_words(rfc3339: &str, sentence: &str) -> String {
    let part = |range: std::ops::Range<usize>| rfc3339.get(range).unwrap_or_default();
    [("year", part(0..4)), ("month", part(5..7)), ("day", part(8..10)), ("time", part(11..16))]
        .into_iter()
        .fold(sentence.to_owned(), |filled, (name, value)| substitute(&filled, name, value))
}

/// Writes a duration in hours and minutes.
pub fn duration(visit: &Visit, milliseconds: i64) -> String {
    let frame = &visit.words().frame;
    let (hours, minutes) = (milliseconds / MINUTE / 60, milliseconds / MINUTE % 60);
    let sentence = if hours == 0 { &frame.minutes } else { &frame.hours };
    substitute(&substitute(sentence, "hours", &hours.to_string()), "minutes", &minutes.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_fills_its_sentence() {
        let shown = in_words("2026-11-20T09:05:00+09:00", "{year}年{month}月{day}日 {time}");
        assert_eq!(shown, "2026年11月20日 09:05");
    }
}
