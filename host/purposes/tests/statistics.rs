//! Statistics of random months: what all published figures together tell of a suppressed cell.
//!
//! The solver here shares no code with the published crate: it asks of each number whether the cells of all tables can still
//! have it. The figures depend on the numbers alone, cell by cell, so that knowing the rule tells no more.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on stops; the numbers are small"
)]

use kakekomi_purposes::{Counts, Figure, Month, MonthStatistics, Suppressed, publish, tables};
use serde_json::{Value, json};

/// A generator of numbers with a seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}

fn empty() -> Counts {
    Counts::new()
}

/// A month of random cases: small or large, with cells of very different sizes.
fn random_month(random: &mut Random) -> Counts {
    let cases = match random.below(4) {
        0 => random.below(12),
        1 => random.below(60),
        2 => random.below(300),
        _ => random.below(1500),
    };
    let mut counts = empty();
    counts.cases = cases;
    for (_, cells) in &mut counts.tables {
        let skew = random.below(7);
        let weights: Vec<u64> = cells.iter().map(|_| random.below(1 << (1 + 2 * skew))).collect();
        let sum = weights.iter().sum::<u64>().max(1);
        for _ in 0..cases {
            let mut left = random.below(sum);
            let cell = weights.iter().position(|weight| {
                let is_here = left < *weight;
                left = left.saturating_sub(*weight);
                is_here
            });
            cells[cell.unwrap_or(0)] += 1;
        }
    }
    counts
}

/// A month whose numbers lie at the ends of their intervals, where a figure tells the most.
fn cornered_month(random: &mut Random) -> Counts {
    let mut counts = empty();
    let ends = [0, 0, 0, 9, 9, 10, 12, 13, 17, 18, 22, 23];
    counts.cases = random.below(6) * 13 + random.below(3);
    for (_, cells) in &mut counts.tables {
        let mut left = counts.cases;
        for cell in cells.iter_mut() {
            *cell = ends[random.below(ends.len() as u64) as usize].min(left);
            left -= *cell;
        }
        cells[0] += left;
    }
    counts
}

fn figure(number: u64) -> Figure {
    match number {
        0..10 => Figure::Suppressed(Suppressed::Under10),
        _ => Figure::Rounded((number + 2) / 5 * 5),
    }
}

/// The numbers that a published figure may stand for.
fn numbers(published: Figure) -> Vec<u64> {
    let most = match published {
        Figure::Suppressed(_) => 9,
        Figure::Rounded(rounded) => rounded + 5,
    };
    (0..=most).filter(|number| figure(*number) == published).collect()
}

/// Lists the sums that cells may have, as flags up to `most`.
fn sums(cells: &[Vec<u64>], most: usize) -> Vec<bool> {
    let mut reached = vec![false; most + 1];
    reached[0] = true;
    for cell in cells {
        let mut next = vec![false; most + 1];
        for (sum, _) in reached.iter().enumerate().filter(|(_, is_reached)| **is_reached) {
            for number in cell {
                if let Some(place) = next.get_mut(sum + *number as usize) {
                    *place = true;
                }
            }
        }
        reached = next;
    }
    reached
}

/// Counts the numbers that each suppressed cell may have, given the total and all tables.
fn possible(total: u64, tables: &[Vec<Figure>]) -> Vec<usize> {
    let most = total as usize + 3;
    let tables: Vec<Vec<Vec<u64>>> =
        tables.iter().map(|cells| cells.iter().map(|cell| numbers(*cell)).collect()).collect();
    let all: Vec<_> = tables.iter().map(|cells| sums(cells, most)).collect();
    let is_possible = |cases: &usize| (cases + 2) / 5 * 5 == total as usize && all.iter().all(|sums| sums[*cases]);
    let totals: Vec<usize> = (0..most).filter(is_possible).collect();
    assert!(!totals.is_empty(), "the true number is possible");
    let mut found = Vec::new();
    for cells in &tables {
        for place in (0..cells.len()).filter(|place| cells[*place].len() == 10) {
            let others: Vec<_> =
                cells.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, cell)| cell.clone()).collect();
            let others = sums(&others, most);
            let is_left = |number: &&u64| {
                totals.iter().any(|cases| cases.checked_sub(**number as usize).is_some_and(|rest| others[rest]))
            };
            found.push(cells[place].iter().filter(is_left).count());
        }
    }
    found
}

/// Reports whether the figures of a month, published without the check, would determine a cell.
fn is_determined(counts: &Counts) -> bool {
    let figures: Vec<Vec<_>> =
        counts.tables.iter().map(|(_, cells)| cells.iter().map(|number| figure(*number)).collect()).collect();
    possible((counts.cases + 2) / 5 * 5, &figures).iter().any(|count| *count < 2)
}

fn published(counts: &Counts) -> MonthStatistics {
    publish(Month::read("2026-10").unwrap(), counts)
}

#[test]
fn a_thousand_random_months_determine_no_suppressed_cell() {
    let mut random = Random(23);
    let (mut withheld, mut suppressed) = (0, 0);
    for month in 0..1000 {
        let counts = random_month(&mut random);
        let statistics = published(&counts);
        let Some(total) = statistics.cases else {
            withheld += 1;
            assert!(statistics.tables.is_empty());
            continue;
        };
        assert_eq!(total % 5, 0);
        let figures: Vec<Vec<_>> =
            statistics.tables.iter().map(|table| table.cells.iter().map(|cell| cell.cases).collect()).collect();
        for ((_, cells), shown) in counts.tables.iter().zip(&figures) {
            assert!(cells.iter().zip(shown).all(|(number, shown)| numbers(*shown).contains(number)));
        }
        let left = possible(total, &figures);
        suppressed += left.len();
        assert!(left.iter().all(|count| *count >= 2), "month {month}: {counts:?}");
    }
    println!("{suppressed} suppressed cells, {withheld} of 1000 months withheld");
    assert!(suppressed > 10_000 && withheld < 20, "{suppressed} {withheld}");
}

#[test]
fn a_month_is_withheld_exactly_if_its_figures_determine_a_cell() {
    let mut random = Random(5);
    let mut withheld = 0;
    for _ in 0..3000 {
        let counts = cornered_month(&mut random);
        let is_withheld = published(&counts).cases.is_none();
        assert_eq!(is_withheld, is_determined(&counts), "{counts:?}");
        withheld += u32::from(is_withheld);
    }
    assert!((100..2900).contains(&withheld), "{withheld}: both happen");
}

#[test]
fn each_case_is_in_one_cell_of_each_table() {
    let paths: Vec<_> = tables().into_iter().map(|table| table.path).collect();
    assert_eq!(
        paths,
        [
            "/incident/kind",
            "/incident/ongoing",
            "/incident/third_party_harm",
            "/incident/priorities",
            "/incident/discovery_trigger/by",
            "/devices/*/identified",
            "/logs/*/kind",
            "/service/remote/approval",
            "/service/forensics/transfer_consent",
            "/situation/evidence_altered",
            "/situation/disk_encrypted",
            "/situation/remote_refused",
            "/situation/no_surrounding_logs",
            "/consent/language",
        ]
    );
    let cell = |values: Value, path: &str| {
        let mut counts = empty();
        assert!(counts.add(&values), "{values}");
        assert!(counts.tables.iter().all(|(_, cells)| cells.iter().sum::<u64>() == 1), "{counts:?}");
        let (table, cells) = counts.tables.iter().find(|(table, _)| table.path == path).unwrap();
        table.cells[cells.iter().position(|count| *count == 1).unwrap()]
    };
    let case = |more: Value| {
        let mut values = json!({"incident": {"discovery_trigger": {"by": "employee"}}, "consent": {"language": "ja"}});
        for (section, members) in more.as_object().unwrap() {
            match values.get_mut(section).and_then(Value::as_object_mut) {
                Some(known) => known.extend(members.as_object().unwrap().clone()),
                None => values[section] = members.clone(),
            }
        }
        values
    };
    let logs = |kinds: &[&str]| {
        case(json!({"logs": kinds.iter().map(|kind| json!({"kind": kind, "note": "n"})).collect::<Vec<_>>()}))
    };
    for (values, path, expected) in [
        (case(json!({})), "/incident/kind", "none"),
        (case(json!({"incident": {"kind": "malware"}})), "/incident/kind", "malware"),
        (case(json!({"incident": {"kind": {"unknown": true}}})), "/incident/kind", "unknown"),
        (case(json!({"incident": {"priorities": ["leak", "contain"]}})), "/incident/priorities", "leak"),
        (
            case(json!({"incident": {"discovery_trigger": {"unknown": true}}})),
            "/incident/discovery_trigger/by",
            "unknown",
        ),
        (case(json!({})), "/logs/*/kind", "none"),
        (logs(&["proxy", "proxy"]), "/logs/*/kind", "proxy"),
        (logs(&["proxy", "utm"]), "/logs/*/kind", "several"),
        (
            case(json!({"service": {"forensics": {"transfer_consent": false}}})),
            "/service/forensics/transfer_consent",
            "false",
        ),
        (case(json!({})), "/service/forensics/transfer_consent", "none"),
        (
            case(json!({"service": {"remote": {"price_notice": true, "approval": "pending"}}})),
            "/service/remote/approval",
            "pending",
        ),
        (case(json!({})), "/consent/language", "ja"),
    ] {
        assert_eq!(cell(values, path), expected, "{path}");
    }
    let mut counts = empty();
    assert!(!counts.add(&case(json!({"incident": {"kind": "a word of an older form"}}))));
    assert!(!counts.add(&json!({"incident": {"discovery_trigger": {"by": "employee"}}})), "without a language");
    assert_eq!(counts, empty(), "such a case is in no table");
}

#[test]
fn cells_that_no_case_can_be_in_hide_nothing() {
    let cells = |path: &str| tables().into_iter().find(|table| table.path == path).unwrap().cells;
    assert_eq!(cells("/consent/language"), ["ja", "en"]);
    assert_eq!(cells("/situation/disk_encrypted"), ["yes", "no", "unknown", "none"]);
    assert_eq!(cells("/service/remote/approval"), ["given", "pending", "none"]);
    assert_eq!(cells("/devices/*/identified"), ["identified", "suspected", "not_identified", "several", "none"]);
    assert_eq!(cells("/incident/discovery_trigger/by").last(), Some(&"unknown"));
}
