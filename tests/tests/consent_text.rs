//! The documents' own words, and the sentences that repeat a law or the operator's document.
//!
//! `consent_windows.txt` has digests of all runs of 20 letters of the operator's consent document, which is not part of this
//! repository: the first ten digits of their SHA-256, without the names and lists of [`NAMES`], line by line.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::collections::HashSet;
use std::fs;

use kakekomi_store::digest::sha256;
use kakekomi_tests::source_tree;

/// The letters of a run.
const RUN: usize = 20;
/// Names, and lists of terms, which carry over as they are.
const NAMES: [&str; 7] = [
    "東日本電信電話株式会社",
    "NTTアドバンステクノロジ株式会社",
    "おまかせセキュリティ事故駆け込み窓口",
    "セキュリティ事故対応/フォレンジック",
    "NTT-ATのインシデント対応支援サービス",
    "プロキシ、ファイアウォール、IDS/IPS、UTM、アンチウィルスソフト、EDR",
    "アイディア、ノウハウ、コンセプト、データ",
];

fn file(path: &str) -> String {
    fs::read_to_string(source_tree::root().join(path)).unwrap()
}

/// Lists the texts between the tags of a document, without the names.
fn texts(html: &str) -> Vec<String> {
    let html = NAMES.iter().fold(html.to_owned(), |html, name| html.replace(name, "<>"));
    let texts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts.flat_map(str::lines).map(|text| text.chars().filter(|letter| letter.is_alphanumeric()).collect()).collect()
}

/// Lists the runs of a document that the operator's document has as well.
fn same_runs(html: &str) -> Vec<String> {
    let windows = file("tests/consent_windows.txt");
    let windows: HashSet<_> = windows.lines().collect();
    let mut same = Vec::new();
    for text in texts(html) {
        let letters: Vec<char> = text.chars().collect();
        for run in letters.windows(RUN) {
            let run: String = run.iter().collect();
            if sha256(run.as_bytes()).get(..10).is_some_and(|digest| windows.contains(digest)) {
                same.push(run);
            }
        }
    }
    same
}

#[test]
fn the_consent_text_has_words_of_its_own() {
    for name in ["document", "policy"] {
        let html = file(&format!("host/desk/consent/{name}.ja.html"));
        assert_eq!(same_runs(&html), Vec::<String>::new(), "{name}");
    }
    // The opening hours, as the operator's document has them, show that a run is found.
    assert!(!same_runs("<p>受付時間:平日9:00~17:00 (年末年始を除きます)</p>").is_empty());
}

/// The enforcement rules of the Act on the Protection of Personal Information, article 8: 30 days for the final report (paragraph 2),
/// 60 days where malice is suspected (article 7, item 3, which has no threshold; item 4 has the one of 1,000 people). The commission's
/// guidelines explain "promptly" for the preliminary report as about three to five days.
#[test]
fn the_periods_of_the_duty_to_report_are_those_of_the_law() {
    for (path, periods) in [
        (
            "core/messages/ja.toml",
            ["第26条", "速報は気づいてからおおむね3〜5日以内", "確報は30日以内", "1,000人以下でも", "確報は60日以内"],
        ),
        (
            "core/messages/en.toml",
            [
                "article 26",
                "3–5 days after you become aware",
                "within 30 days",
                "1,000 people or fewer",
                "within 60 days",
            ],
        ),
    ] {
        let messages: toml::Table = toml::from_str(&file(path)).unwrap();
        let guidance = messages["guidance"]["guidance.personal_data"].as_str().unwrap();
        for period in periods {
            assert!(guidance.contains(period), "{path}: {period}");
        }
    }
}

/// The operator's document leaves the cell of 優先順位 empty, so that the words are provisional.
#[test]
fn the_priorities_are_documented_as_provisional() {
    let documented = "The words of `incident.priorities` are ours and **provisional**";
    assert!(file("docs/http.md").lines().any(|line| line.starts_with(documented)));
}
