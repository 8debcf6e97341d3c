//! Years by era (元号): their Gregorian years, and the days of each era.
//!
//! `令和8`, `令8`, `R8`, `㋿8` → 2026; `令和元` → 2019; `昭和64` → 1989, but only to 7 January.
//! Refused: `平成40年` (the era ended in its year 31), `令和1年4月30日` (the last day of 平成).
//!
//! Sources: the cabinet orders on the eras' names (昭和64年政令第1号, 平成31年政令第143号); each era begins on the day
//! after the one before it ended. 明治 and 大正 are listed to tell them from nonsense;
//! all their years lie before the first year of a moment.

/// A year, a month and a day, compared in this order.
pub type Day = (i32, u8, u8);

/// An era, with its days in the Gregorian calendar.
#[derive(Debug, PartialEq, Eq)]
pub struct Era {
    names: [&'static str; 4],
    first: Day,
    last: Day,
}

/// The eras since 明治, the newest first; 令和 has no last day yet.
const ERAS: [Era; 5] = [
    Era { names: ["令和", "令", "㋿", "R"], first: (2019, 5, 1), last: (i32::MAX, 12, 31) },
    Era { names: ["平成", "平", "㍻", "H"], first: (1989, 1, 8), last: (2019, 4, 30) },
    Era { names: ["昭和", "昭", "㍼", "S"], first: (1926, 12, 25), last: (1989, 1, 7) },
    Era { names: ["大正", "大", "㍽", "T"], first: (1912, 7, 30), last: (1926, 12, 24) },
    Era { names: ["明治", "明", "㍾", "M"], first: (1868, 1, 25), last: (1912, 7, 29) },
];

impl Era {
    /// The era that a text begins with, and the text after its name; letters in either case.
    pub fn strip(text: &str) -> Option<(&'static Era, &str)> {
        ERAS.iter().find_map(|era| {
            era.names.iter().find_map(|name| {
                let (head, rest) = text.split_at_checked(name.len())?;
                head.eq_ignore_ascii_case(name).then_some((era, rest))
            })
        })
    }

    /// The Gregorian year of a year of the era; the first year (元年) is 1.
    pub fn year(&self, of_era: u16) -> i32 {
        self.first.0 + i32::from(of_era) - 1
    }

    /// Checks if any day from `from` to `to` lies in the era.
    pub fn meets(&self, from: Day, to: Day) -> bool {
        from <= self.last && to >= self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_letters_and_ligatures() {
        let table = [
            ("令和8年", 8, 2026, "8年"),
            ("R8", 8, 2026, "8"),
            ("令8", 8, 2026, "8"),
            ("r8", 8, 2026, "8"),
            ("㋿8", 8, 2026, "8"),
            ("平成31", 31, 2019, "31"),
            ("㍻1", 1, 1989, "1"),
            ("H元", 1, 1989, "元"),
            ("昭和64", 64, 1989, "64"),
            ("㍼45", 45, 1970, "45"),
            ("大正1", 1, 1912, "1"),
            ("㍽15", 15, 1926, "15"),
            ("明治45", 45, 1912, "45"),
            ("㍾1", 1, 1868, "1"),
        ];
        for (typed, of_era, year, after) in table {
            let (era, rest) = Era::strip(typed).unwrap();
            assert_eq!((era.year(of_era), rest), (year, after), "{typed}");
        }
        for typed in ["", "2026", "和8", "X8", "慶応3"] {
            assert_eq!(Era::strip(typed), None, "{typed}");
        }
    }

    #[test]
    fn eras_follow_each_other_without_a_gap() {
        let table = [
            ("令和", (2019, 5, 1), true),
            ("令和", (2019, 4, 30), false),
            ("平成", (2019, 4, 30), true),
            ("平成", (2019, 5, 1), false),
            ("平成", (1989, 1, 8), true),
            ("平成", (1989, 1, 7), false),
            ("昭和", (1989, 1, 7), true),
            ("昭和", (1989, 1, 8), false),
            ("昭和", (1926, 12, 25), true),
            ("大正", (1926, 12, 25), false),
            ("令和", (2099, 12, 31), true),
        ];
        for (name, day, inside) in table {
            let (era, _) = Era::strip(name).unwrap();
            assert_eq!(era.meets(day, day), inside, "{name} {day:?}");
        }
    }
}
