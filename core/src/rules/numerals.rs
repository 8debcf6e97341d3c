//! Numbers in kanji, as in 令和八年十一月二十日 and 九時半, in ASCII digits.
//!
//! `十一` becomes `11`, `二十` becomes `20`, `二〇二六` becomes `2026`. Everything else stays: numbers from a hundred on (dates and times
//! have none, years are written by their digits), 一 beside an ASCII digit, where it is rather a dash, and 一昨日.

use crate::text::concat;

/// Replaces every run of kanji numerals by digits. A run that is not a number (`十十`) stays, and no rule reads it.
pub fn arabic(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, run, after)) = first_run(rest) {
        written.push_str(before);
        let stands_alone = !written.as_bytes().last().is_some_and(u8::is_ascii_digit) && ends_number(after);
        let digits = if stands_alone { number(run) } else { None };
        written.push_str(digits.as_deref().unwrap_or(run));
        rest = after;
    }
    written.push_str(rest);
    written
}

/// The first run of numerals, and the text around it.
fn first_run(text: &str) -> Option<(&str, &str, &str)> {
    let (before, from) = text.split_at_checked(text.find(is_numeral)?)?;
    let (run, after) = from.split_at_checked(from.find(|sign| !is_numeral(sign)).unwrap_or(from.len()))?;
    Some((before, run, after))
}

/// Checks if a number of a date or a time may end before this text.
fn ends_number(after: &str) -> bool {
    after.chars().next().is_none_or(|sign| {
        matches!(sign, '年' | '月' | '日' | '時' | '分' | '秒' | '頃' | '.' | '・' | '/' | '-' | ':' | '(' | ')')
            || sign.is_whitespace()
    })
}

/// Converts a run: each numeral to its digit, or one of tens and one of ones round a 十.
fn number(run: &str) -> Option<String> {
    let mut digits = String::new();
    let mut ten = None;
    for sign in run.chars() {
        match digit(sign) {
            Some(digit) => digits.push(digit),
            None if ten.is_some() => return None,
            None => ten = Some(digits.len()),
        }
    }
    let Some(ten) = ten else { return Some(digits) };
    let (tens, ones) = digits.split_at_checked(ten)?;
    if tens.len() > 1 || ones.len() > 1 || digits.bytes().any(|digit| digit == b'0') {
        return None;
    }
    Some(concat(&[if tens.is_empty() { "1" } else { tens }, if ones.is_empty() { "0" } else { ones }]))
}

fn is_numeral(sign: char) -> bool {
    sign == '十' || digit(sign).is_some()
}

/// Not inlined, for the module's size: three loops look for numerals.
#[inline(never)]
fn digit(sign: char) -> Option<char> {
    Some(match sign {
        '〇' | '零' => '0',
        '一' => '1',
        '二' => '2',
        '三' => '3',
        '四' => '4',
        '五' => '5',
        '六' => '6',
        '七' => '7',
        '八' => '8',
        '九' => '9',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::arabic;

    #[test]
    fn numbers_of_dates_and_times() {
        for (typed, read) in [
            ("令和八年十一月二十日", "令和8年11月20日"),
            ("二〇二六年三月三十一日", "2026年3月31日"),
            ("午後九時五十分", "午後9時50分"),
            ("十", "10"),
            ("2026年11月20日", "2026年11月20日"),
            ("十十月", "十十月"),
            ("二十十", "二十十"),
            ("十〇", "十〇"),
            ("百", "百"),
            ("午前零時", "午前0時"),
            ("2026一1一2", "2026一1一2"),
            ("1一30", "1一30"),
            ("2十", "2十"),
            ("一昨日", "一昨日"),
            ("一週間前", "一週間前"),
            ("", ""),
        ] {
            assert_eq!(arabic(typed), read, "{typed}");
        }
    }
}
