//! Names of the days of the week, in Japanese and English.
//!
//! `金曜日`, `土・祝`, `Fri.` → true.

/// Checks if a text names a day of the week or a holiday: 金, 金曜, 金曜日, 土・祝, 祝日, 振休, Fri, Fri., Friday.
pub(super) fn is_weekday(name: &str) -> bool {
    const ENGLISH: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    const DAYS: [&str; 12] = ["月", "火", "水", "木", "金", "土", "日", "祝", "祝日", "休", "休日", "振休"];
    let is_day = |part: &str| {
        let short = part.strip_suffix("曜日").or_else(|| part.strip_suffix('曜')).unwrap_or(part);
        DAYS.contains(&short)
    };
    let english = name.trim_end_matches('.').to_ascii_lowercase();
    name.split(['・', '･', '、', '/']).all(|part| is_day(part.trim()))
        || (english.len() >= 3 && ENGLISH.iter().any(|day| day.starts_with(&english)))
}
