//! Numbers in kanji, as in 令和八年十一月二十日 and 九時半, in ASCII digits.
//!
//! `十一` becomes `11`, `二十` becomes `20`, `二〇二六` becomes `2026`; everything else stays as it is: numbers from a hundred on, which no
//! date and no time has but the year by its digits, 一 beside an ASCII digit, where it is rather a dash, and 一昨日.

/// Digits for every run of kanji numerals. A run that is no number (`十十`) stays, and no rule reads it.
pub fn arabic(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|sign| digit(sign).is_none() && sign != '十').unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end.max(first.len_utf8())).unwrap_or((rest, ""));
        let stands_alone = !written.ends_with(|sign: char| sign.is_ascii_digit()) && ends_number(after);
        match number(run).filter(|_| stands_alone) {
            Some(digits) => written.push_str(&digits),
            None => written.push_str(run),
        }
        rest = after;
    }
    written
}

/// Whether a number of a date or a time may end before this text.
fn ends_number(after: &str) -> bool {
    let units = |sign: char| "年月日時分秒頃.・/-:()".chars().any(|unit| unit == sign) || sign.is_whitespace();
    after.is_empty() || after.starts_with(units)
}

/// The digits of a run: each for itself, or tens and ones round a 十.
fn number(run: &str) -> Option<String> {
    let Some((tens, ones)) = run.split_once('十') else { return run.chars().map(digit).collect() };
    Some(one(tens, '1')?.to_string() + &one(ones, '0')?.to_string())
}

/// The one digit of a text, or what its absence stands for.
fn one(text: &str, without: char) -> Option<char> {
    let mut signs = text.chars();
    match (signs.next(), signs.next()) {
        (None, _) => Some(without),
        (Some(sign), None) => digit(sign).filter(|digit| *digit != '0'),
        _ => None,
    }
}

const fn digit(sign: char) -> Option<char> {
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
