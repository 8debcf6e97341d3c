//! Tables of what [`read`] takes and refuses.

use super::*;

fn text(typed: &str) -> Result<Moment, Code> {
    read_text(typed, None, None)
}

fn read_text(typed: &str, precision: Option<Precision>, offset: Option<&str>) -> Result<Moment, Code> {
    read(&Typed::Text(typed.to_owned()), precision, offset)
}

fn parts(year: &str, month: &str, day: &str, time: &str) -> Result<Moment, Code> {
    let parts = [year, month, day, time].map(|part| (!part.is_empty()).then(|| part.to_owned()));
    read(&Typed::Parts(parts), None, None)
}

fn shown(moment: Result<Moment, Code>) -> Result<(String, &'static str), Code> {
    moment.map(|moment| (moment.at(), moment.precision().as_str()))
}

#[test]
fn reads_texts() {
    let table = [
        ("2026-11-20T09:30", "2026-11-20T09:30", "minute"),
        ("2026-11-20T09:30:15", "2026-11-20T09:30", "minute"),
        ("2026-11-20 9:30", "2026-11-20T09:30", "minute"),
        ("2026-11-20", "2026-11-20", "day"),
        ("2026-11", "2026-11", "month"),
        ("2026", "2026", "year"),
        ("20261120", "2026-11-20", "day"),
        ("2026/1/2", "2026-01-02", "day"),
        ("2026.11.20", "2026-11-20", "day"),
        ("2026 / 11 / 20", "2026-11-20", "day"),
        ("2026年11月20日", "2026-11-20", "day"),
        ("2026年11月20日9時半", "2026-11-20T09:30", "minute"),
        ("2026年11月20日（金）午後3時", "2026-11-20T15:00", "minute"),
        ("2026年11月20日(日曜日)", "2026-11-20", "day"),
        ("2026年11月", "2026-11", "month"),
        ("2026年", "2026", "year"),
        ("西暦2026年", "2026", "year"),
        ("令和8年11月20日 9時半", "2026-11-20T09:30", "minute"),
        ("令和 8 年 11 月 20 日 正午", "2026-11-20T12:00", "minute"),
        ("R8.11.20", "2026-11-20", "day"),
        ("r8/11/20 9:30", "2026-11-20T09:30", "minute"),
        ("㋿８年１１月", "2026-11", "month"),
        ("㍻３１年４月３０日", "2019-04-30", "day"),
        ("令和元年", "2019", "year"),
        ("令和元年5月1日", "2019-05-01", "day"),
        ("昭和64年1月7日", "1989-01-07", "day"),
        ("S45", "1970", "year"),
        ("令和81年", "2099", "year"),
        ("平成31年4月", "2019-04", "month"),
        ("　２０２６－１１－２０　０９：３０　", "2026-11-20T09:30", "minute"),
        ("2024-02-29", "2024-02-29", "day"),
        ("2026-11-20 9時頃", "2026-11-20T09:00", "about"),
        ("2026年11月20日ごろ", "2026-11-20", "about"),
        ("2026年11月頃", "2026-11", "about"),
        ("だいたい2026年11月", "2026-11", "about"),
        ("20261120T0930", "2026-11-20T09:30", "minute"),
        ("20261120 9:30", "2026-11-20T09:30", "minute"),
        ("202611200930", "2026-11-20T09:30", "minute"),
        ("2026. 11. 20.", "2026-11-20", "day"),
        ("2026年11月20日 金曜日", "2026-11-20", "day"),
        ("2026/11/20 金 夜9時", "2026-11-20T21:00", "minute"),
        ("2026年11月22日 日曜 朝8時半", "2026-11-22T08:30", "minute"),
        ("\u{200E}2026\u{200E}年\u{200E}11\u{200E}月\u{200E}20\u{200E}日", "2026-11-20", "day"),
    ];
    for (typed, at, precision) in table {
        assert_eq!(shown(text(typed)), Ok((at.to_owned(), precision)), "{typed}");
    }
}

#[test]
fn reads_parts() {
    let table = [
        (("2026", "11", "20", "9:30"), "2026-11-20T09:30", "minute"),
        (("令和8", "１１", "20", "9時半"), "2026-11-20T09:30", "minute"),
        (("令和８年", "11月", "20日", ""), "2026-11-20", "day"),
        (("2026年", "1月", "", ""), "2026-01", "month"),
        (("R8", "", "", ""), "2026", "year"),
        (("令和元年", "12", "", ""), "2019-12", "month"),
        (("2026", "11", "20", "9時ごろ"), "2026-11-20T09:00", "about"),
        (("2026", "11", "20日頃", ""), "2026-11-20", "about"),
        (("2026", "11", "20", " "), "2026-11-20", "day"),
        (("2026", "　", "", ""), "2026", "year"),
    ];
    for (typed, at, precision) in table {
        let (year, month, day, time) = typed;
        assert_eq!(shown(parts(year, month, day, time)), Ok((at.to_owned(), precision)), "{typed:?}");
    }
}

#[test]
fn refuses_texts() {
    let table = [
        ("", Code::MomentUnreadable),
        ("頃", Code::MomentUnreadable),
        ("昨日", Code::MomentUnreadable),
        ("2026-", Code::MomentUnreadable),
        ("2026-11-", Code::MomentUnreadable),
        ("2026x", Code::MomentUnreadable),
        ("2026-11x", Code::MomentUnreadable),
        ("令和", Code::MomentUnreadable),
        ("令和年", Code::MomentUnreadable),
        ("20266", Code::MomentUnreadable),
        ("202611", Code::MomentUnreadable),
        ("20/11/2026", Code::MomentUnreadable),
        ("20 Juember 2026", Code::MomentUnreadable),
        ("百年", Code::MomentUnreadable),
        ("2026 11 20 1", Code::MomentTime),
        ("2026年11月20日〜21日", Code::MomentUnreadable),
        ("2026/11/20-21", Code::MomentUnreadable),
        ("2026-11-20-1", Code::MomentUnreadable),
        ("11月20日", Code::MomentYear),
        ("11/20", Code::MomentYear),
        ("11/20 0930", Code::MomentYear),
        ("9:30", Code::MomentYear),
        ("26/11/20", Code::MomentYearShort),
        ("8年11月20日", Code::MomentYearShort),
        ("26", Code::MomentYearShort),
        ("2026 9:30", Code::MomentGap),
        ("2026年9時半", Code::MomentGap),
        ("2026-11 09:30", Code::MomentGap),
        ("2026-11T09:30", Code::MomentGap),
        ("2026年11月9時", Code::MomentGap),
        ("2026-02-29", Code::MomentNoSuchDay),
        ("2026-13", Code::MomentNoSuchDay),
        ("2026-00", Code::MomentNoSuchDay),
        ("2026-04-31", Code::MomentNoSuchDay),
        ("2026-11-00", Code::MomentNoSuchDay),
        ("2026-11-200", Code::MomentNoSuchDay),
        ("20260230", Code::MomentNoSuchDay),
        ("1969-12-31", Code::MomentRange),
        ("2100", Code::MomentRange),
        ("大正10年", Code::MomentRange),
        ("明治元年", Code::MomentRange),
        ("S44", Code::MomentRange),
        ("令和82年", Code::MomentRange),
        ("平成40年", Code::MomentEra),
        ("令和0年", Code::MomentEra),
        ("令和100年", Code::MomentEra),
        ("令和1年4月30日", Code::MomentEra),
        ("令和1年4月", Code::MomentEra),
        ("平成31年5月1日", Code::MomentEra),
        ("昭和64年1月8日", Code::MomentEra),
        ("昭和64年2月", Code::MomentEra),
        ("2026-11-20T", Code::MomentTime),
        ("2026-11-20T25:00", Code::MomentTime),
        ("2026-11-20 24:00", Code::MomentTime),
    ];
    for (typed, code) in table {
        assert_eq!(shown(text(typed)), Err(code), "{typed}");
    }
    for hostile in ["2", "年", "頃", " ", "(", "R"] {
        assert_eq!(text(&hostile.repeat(65_536)), Err(Code::MomentUnreadable));
    }
}

#[test]
fn refuses_parts() {
    let table = [
        (("", "", "", ""), Code::MomentYear),
        (("", "11", "20", ""), Code::MomentYear),
        (("26", "11", "20", ""), Code::MomentYearShort),
        (("2026", "", "20", ""), Code::MomentGap),
        (("2026", "11", "", "9:30"), Code::MomentGap),
        (("2026", "", "", "9:30"), Code::MomentGap),
        (("2026", "13", "", ""), Code::MomentNoSuchDay),
        (("2026", "2", "30", ""), Code::MomentNoSuchDay),
        (("2026", "x", "", ""), Code::MomentUnreadable),
        (("2026", "-1", "", ""), Code::MomentUnreadable),
        (("2026/11/20", "", "", ""), Code::MomentUnreadable),
        (("2026", "頃", "", ""), Code::MomentUnreadable),
        (("来年", "", "", ""), Code::MomentUnreadable),
        (("2026", "11", "20", "夜"), Code::MomentTime),
        (("1969", "", "", ""), Code::MomentRange),
        (("平成40", "", "", ""), Code::MomentEra),
    ];
    for (typed, code) in table {
        let (year, month, day, time) = typed;
        assert_eq!(shown(parts(year, month, day, time)), Err(code), "{typed:?}");
    }
}

#[test]
fn precision_cuts_and_never_claims_more() {
    let full = "2026-11-20T09:30";
    let table = [
        (full, Precision::Minute, Ok((full, "minute"))),
        (full, Precision::Day, Ok(("2026-11-20", "day"))),
        (full, Precision::Month, Ok(("2026-11", "month"))),
        (full, Precision::Year, Ok(("2026", "year"))),
        (full, Precision::About, Ok((full, "about"))),
        ("2026", Precision::About, Ok(("2026", "about"))),
        ("2026-11-20", Precision::Minute, Err(Code::MomentPrecision)),
        ("2026-11", Precision::Day, Err(Code::MomentPrecision)),
        ("2026", Precision::Month, Err(Code::MomentPrecision)),
    ];
    for (typed, precision, expected) in table {
        let moment = read_text(typed, Some(precision), None);
        assert_eq!(shown(moment), expected.map(|(at, word)| (at.to_owned(), word)), "{typed} {precision:?}");
        if let Ok(moment) = moment {
            let again = read_text(&moment.at(), Some(moment.precision()), Some(&moment.offset()));
            assert_eq!(again, Ok(moment), "{typed} {precision:?}");
        }
    }
    for precision in Precision::ALL {
        assert_eq!(Precision::read(precision.as_str()), Some(precision));
    }
    assert_eq!(Precision::read("Minute"), None);
}

#[test]
fn offsets() {
    let read = |offset: &str| read_text("2026", None, Some(offset)).map(|moment| moment.offset());
    let table = [
        ("+09:00", "+09:00"),
        ("＋０９：００", "+09:00"),
        ("Z", "+00:00"),
        ("-00:00", "+00:00"),
        ("-12:00", "-12:00"),
        ("+14:00", "+14:00"),
        ("-03:30", "-03:30"),
    ];
    for (typed, offset) in table {
        assert_eq!(read(typed), Ok(offset.to_owned()), "{typed}");
    }
    let long = "+09:00".repeat(40_000);
    for typed in ["", "+9:00", "+0900", "09:00", "-12:01", "+14:01", "+09:60", "JST", "++9:00", "+09:00x", &long] {
        assert_eq!(read(typed), Err(Code::MomentOffset), "{typed:.20}");
    }
    assert_eq!(text("2026").map(|moment| moment.offset()), Ok("+09:00".to_owned()));
}

#[test]
fn intervals() {
    let hour = 3_600_000;
    let noon = 1_795_143_600_000; // 2026-11-20T12:00+09:00
    let midnight = noon - 12 * hour;
    let table = [
        ("2026-11-20T12:00", (noon, noon + 60_000)),
        ("2026-11-20", (midnight, midnight + 24 * hour)),
        ("2026-11", (midnight - 19 * 24 * hour, midnight + 11 * 24 * hour)),
        ("2026", (midnight - 323 * 24 * hour, midnight + 42 * 24 * hour)),
        ("2026-11-20頃", (midnight - 24 * hour, midnight + 48 * hour)),
        ("2026-11-20 正午頃", (noon - 24 * hour, noon + 24 * hour + 60_000)),
    ];
    for (typed, interval) in table {
        assert_eq!(text(typed).map(|moment| moment.interval()), Ok(interval), "{typed}");
    }
    let utc = read_text("2026-11-20T03:00", None, Some("Z")).unwrap();
    assert_eq!(utc.interval(), (noon, noon + 60_000));
    assert!(utc.wholly_after(noon - 1) && !utc.wholly_after(noon));
}

#[test]
fn order_of_moments() {
    let after = |one: &str, other: &str| text(one).unwrap().wholly_after_moment(&text(other).unwrap());
    assert!(after("2026-11-21", "2026-11-20"));
    assert!(after("2026-11-20T09:31", "2026-11-20T09:30"));
    assert!(!after("2026-11-20", "2026-11-20"));
    assert!(!after("2026-11-20T23:59", "2026-11-20"));
    assert!(!after("2026-11-21頃", "2026-11-20"));
    assert!(!after("2026-11-22頃", "2026-11-21"));
    assert!(after("2026-11-22頃", "2026-11-20"));
}

#[test]
fn every_moment_reads_back() {
    for typed in
        ["2026-11-20T09:30", "令和8年11月20日 9時半頃", "R8", "2026年11月頃", "2026.1.2", "1970", "2099-12-31 23:59"]
    {
        for offset in [None, Some("Z"), Some("-12:00"), Some("+05:45")] {
            let moment = read_text(typed, None, offset).unwrap();
            let again = read_text(&moment.at(), Some(moment.precision()), Some(&moment.offset()));
            assert_eq!(again, Ok(moment), "{typed}");
        }
    }
}
