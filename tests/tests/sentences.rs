//! Required and forbidden wordings (clauses 4①②⑧⑪⑬) in all sentences of all languages, and the completeness of the
//! documents and of やさしい日本語.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeMap;
use std::fs;

use kakekomi_core::{Locale, PageLanguage};
use kakekomi_describe::{FieldDescription, describe};
use kakekomi_tests::source_tree;

/// Lists every text of a TOML file, with the keys that lead to it.
fn texts(path: &str) -> Vec<(String, String)> {
    fn walk(value: &toml::Value, at: &str, found: &mut Vec<(String, String)>) {
        match value {
            toml::Value::String(text) => found.push((at.to_owned(), text.clone())),
            toml::Value::Table(members) => {
                members.iter().for_each(|(key, value)| walk(value, &format!("{at} {key}"), found));
            }
            toml::Value::Array(entries) => entries.iter().for_each(|value| walk(value, at, found)),
            _ => {}
        }
    }
    let file: toml::Value = toml::from_str(&fs::read_to_string(source_tree::root().join(path)).unwrap()).unwrap();
    let mut found = Vec::new();
    walk(&file, path, &mut found);
    found
}

fn all() -> Vec<(String, String)> {
    [
        "core/messages/ja.toml",
        "core/messages/en.toml",
        "core/messages/problems.toml",
        "core/messages/page.ja.toml",
        "core/messages/page.en.toml",
        "core/messages/easy.toml",
        "core/messages/page.easy.toml",
        "core/messages/embed.ja.toml",
        "core/messages/embed.en.toml",
        "core/messages/start.ja.toml",
        "core/messages/start.en.toml",
        "core/messages/return.ja.toml",
        "core/messages/return.en.toml",
        "host/desk/desk.toml",
        "host/mail/words/ja.toml",
        "host/mail/words/en.toml",
    ]
    .into_iter()
    .flat_map(texts)
    .chain(desk_words())
    .collect()
}

/// Lists the words of the operators' pages.
fn desk_words() -> Vec<(String, String)> {
    let files = ["accounts", "audit", "case", "coded", "frame", "intake", "queue"];
    let paths =
        files.iter().flat_map(|file| ["ja", "en"].map(|locale| format!("host/desk-pages/words/{locale}/{file}.toml")));
    paths.flat_map(|path| texts(&path)).collect()
}

/// Lists the sentences of one table of `messages/*.toml`.
fn table(locale: &str, name: &str) -> Vec<(String, String)> {
    let path = format!("core/messages/{locale}.toml");
    let head = format!("{path} {name} ");
    texts(&path).into_iter().filter(|(at, _)| at.starts_with(&head)).collect()
}

#[test]
fn no_sentence_promises_solved_clean_or_safe() {
    const NEVER: [&str; 16] = [
        "解決しました",
        "解決します",
        "解決済み",
        "安全です",
        "安全になり",
        "安心です",
        "ご安心",
        "大丈夫",
        "問題ありません",
        "感染していません",
        "駆除しました",
        "除去しました",
        "復旧しました",
        "保証します",
        "必ず復旧",
        "お約束します",
    ];
    const NEVER_WORDS: [&str; 10] =
        ["solved", "clean", "cleaned", "safe", "safely", "secure", "secured", "guarantee", "guaranteed", "resolved"];
    for (at, text) in all() {
        let said = NEVER.iter().find(|never| text.contains(**never));
        assert!(said.is_none(), "{at} says {said:?}: {text}");
        let small = text.to_lowercase();
        let mut words = small.split(|char: char| !char.is_ascii_alphabetic());
        let said = words.find(|word| NEVER_WORDS.contains(word));
        assert!(said.is_none(), "{at} says {said:?}: {text}");
    }
}

#[test]
fn guidance_is_marked_as_reference_information() {
    for (locale, mark) in [("ja", "参考情報："), ("en", "For reference: ")] {
        let sentences = table(locale, "guidance");
        assert!(sentences.len() > 10);
        for (at, text) in sentences {
            assert!(text.starts_with(mark), "{at}: {text}");
        }
    }
}

#[test]
fn the_return_page_marks_advice_as_reference_information() {
    for (locale, mark) in [("ja", "参考情報"), ("en", "for reference")] {
        let words = texts(&format!("core/messages/return.{locale}.toml"));
        for key in ["return_outcome_advised", "return_disclosures_note"] {
            let (at, text) = words.iter().find(|(at, _)| at.ends_with(key)).unwrap();
            assert!(text.contains(mark), "{at}: {text}");
        }
    }
}

#[test]
fn issues_name_the_correction_and_blame_nobody() {
    const BLAME: [&str; 12] =
        ["間違", "誤っ", "誤り", "不正な", "無効", "エラー", "違反", "invalid", "wrong", "illegal", "error", "failed"];
    for (locale, asks) in [("ja", "ください"), ("en", "lease")] {
        for (at, text) in table(locale, "issue") {
            assert!(text.contains(asks), "{at} does not say what to do: {text}");
            let small = text.to_lowercase();
            let blame = BLAME.iter().find(|word| small.contains(**word));
            assert!(blame.is_none(), "{at} says {blame:?}: {text}");
        }
    }
}

/// Keys and sentences of a file, without its name.
fn by_key(path: &str) -> BTreeMap<String, String> {
    texts(path).into_iter().map(|(at, text)| (at.trim_start_matches(path).trim().to_owned(), text)).collect()
}

/// The names in braces that a sentence is filled with, sorted.
fn blanks(sentence: &str) -> Vec<&str> {
    let mut names: Vec<_> = sentence.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    names.sort_unstable();
    names
}

#[test]
fn easy_japanese_has_the_keys_and_blanks_of_the_japanese() {
    let (ja, easy) = (by_key("core/messages/page.ja.toml"), by_key("core/messages/page.easy.toml"));
    assert!(
        ja.keys().eq(easy.keys()),
        "page.easy.toml lacks {:?}",
        ja.keys().filter(|key| !easy.contains_key(*key)).collect::<Vec<_>>()
    );
    for (key, sentence) in &easy {
        assert_eq!(blanks(sentence), blanks(&ja[key]), "{key}");
    }
    let (ja, easy) = (by_key("core/messages/ja.toml"), by_key("core/messages/easy.toml"));
    let is_hint = |key: &str| key.ends_with(" hint");
    let shown = ja.keys().filter(|key| key.starts_with("field ") || key.starts_with("option "));
    let lacks: Vec<_> = shown.filter(|key| !easy.contains_key(*key) && !is_hint(key)).collect();
    assert!(lacks.is_empty(), "easy.toml lacks {lacks:?}");
}

/// A kanji without a reading is one that its reader may not know. `guidance_mark` is the beginning of Japanese sentences.
#[test]
fn easy_japanese_has_a_reading_for_each_kanji() {
    let is_kanji = |char: char| ('\u{4e00}'..='\u{9fff}').contains(&char) || char == '々';
    let files = ["core/messages/easy.toml", "core/messages/page.easy.toml"];
    for (at, text) in files.into_iter().flat_map(texts).filter(|(at, _)| !at.ends_with("guidance_mark")) {
        let mut rest = text.split('｜');
        let before = rest.next().unwrap();
        assert!(!before.contains(is_kanji), "{at}: {text}");
        for part in rest {
            let (words, part) = part.split_once('《').unwrap();
            let (reading, after) = part.split_once('》').unwrap();
            assert!(words.contains(is_kanji) && !reading.is_empty(), "{at}: {text}");
            // A counter behind a number has several: 1日《か・にち》.
            assert!(reading.chars().all(|char| ('ぁ'..='ん').contains(&char) || char == '・'), "{at}: {reading}");
            assert!(!after.contains(is_kanji), "{at}: {after}");
        }
    }
}

/// Collects all fields by path.
fn fields<'n>(nodes: &'n [FieldDescription], found: &mut BTreeMap<&'n str, &'n FieldDescription>) {
    for node in nodes {
        found.insert(&node.path, node);
        fields(&node.fields, found);
        fields(node.item.as_deref().map_or(&[], std::slice::from_ref), found);
    }
}

#[test]
fn terms_have_a_question_whose_yes_never_means_no() {
    const TERMS: [&str; 5] = [
        "/incident/discovery_trigger",
        "/incident/priorities",
        "/devices/*/identified",
        "/situation/remote_refused",
        "/situation/no_surrounding_logs",
    ];
    for language in PageLanguage::ALL {
        let form = describe(language);
        let mut found = BTreeMap::new();
        fields(&form.sections, &mut found);
        for path in TERMS {
            assert!(found[path].question.is_some(), "{path} ({})", language.as_str());
        }
        for path in ["/situation/remote_refused", "/situation/no_surrounding_logs"] {
            let titles: Vec<_> = found[path].options.iter().map(|option| (option.value, option.title)).collect();
            assert_eq!([titles[0].0, titles[1].0], ["no", "yes"], "{path}");
            let says_yes = titles.iter().any(|(_, title)| title.starts_with("はい") || title.starts_with("Yes"));
            assert!(!says_yes, "{path}: {titles:?}");
        }
    }
}

#[test]
fn brackets_of_titles_and_options_are_full_width() {
    for (at, text) in ["ja", "easy"].into_iter().flat_map(|name| texts(&format!("core/messages/{name}.toml"))) {
        assert!(!text.contains(['(', ')']), "{at}: {text}");
    }
}

fn document(name: &str, locale: &str) -> String {
    fs::read_to_string(source_tree::root().join(format!("host/desk/consent/{name}.{locale}.html"))).unwrap()
}

fn ids(html: &str) -> Vec<&str> {
    html.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_consent_document_has_every_clause_in_both_languages() {
    let clauses = |clause: u8, count: u8| (1..=count).map(move |number| format!("clause-{clause}-{number}"));
    let mut expected: Vec<String> = clauses(1, 8).chain(clauses(2, 2)).chain(clauses(4, 13)).collect();
    expected.extend(
        ["clause-1", "clause-2", "clause-3", "clause-4", "clause-copyright", "agreement", "hours"].map(str::to_owned),
    );
    expected.extend(["annex-1", "annex-1-1", "annex-1-2"].map(str::to_owned));
    expected.sort_unstable();
    let signs = ["①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨", "⑩", "⑪", "⑫", "⑬"];
    for locale in ["ja", "en"] {
        let html = document("document", locale);
        let mut found = ids(&html);
        found.sort_unstable();
        assert_eq!(found, expected, "{locale}");
        for (clause, count) in [(1, 8), (2, 2), (4, 13)] {
            for sign in &signs[..count] {
                assert!(html.contains(&format!("<h3>{clause}{sign} ")), "{locale}: {clause}{sign} has no title");
            }
        }
        let conditions = html.split("id=\"clause-4-12\"").nth(1).unwrap().split("</ol>").next().unwrap();
        assert_eq!(conditions.matches("<li>").count(), 6, "{locale}: clause 4⑫");
        assert_eq!(
            html.matches("「サービスを利用する」").count(),
            2,
            "{locale}: at the end of the document and of Annex 1"
        );
    }
    assert!(
        document("document", "ja").contains("この文書は見本です")
            && document("document", "en").contains("This document is a sample")
    );
}

/// Clause 1①: every field of the form has an item with its title in Annex 1.
#[test]
fn the_annex_names_every_item_that_the_form_asks_for() {
    fn walk<'n>(node: &'n FieldDescription, found: &mut Vec<&'n str>) {
        found.push(node.annex);
        node.fields.iter().for_each(|field| walk(field, found));
        node.item.iter().for_each(|item| walk(item, found));
    }
    let html = document("document", "ja");
    let annex = html.split("id=\"annex-1\"").nth(1).unwrap();
    let form = describe(Locale::Ja);
    let mut items = Vec::new();
    form.sections.iter().for_each(|section| walk(section, &mut items));
    let elsewhere = ["同意", "同意書", "プライバシーポリシー", "第1条②"];
    for item in items.into_iter().filter(|item| !elsewhere.contains(item)) {
        let is_there = item.starts_with("免責事項") || item.starts_with("別紙1 第1項") || annex.contains(item);
        assert!(is_there, "Annex 1 does not name {item:?}");
    }
}

#[test]
fn policy_is_complete_in_both_languages() {
    let [ja, en] = ["ja", "en"].map(|locale| document("policy", locale));
    assert_eq!(ids(&ja), ids(&en));
    assert!(ids(&ja).len() >= 9);
    assert!(ja.contains("同意書が優先") && en.contains("the consent document prevails"), "clause 1③");
    assert!(ja.contains("見本") && en.contains("sample"));
}
