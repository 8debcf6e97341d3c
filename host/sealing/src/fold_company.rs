//! Folding of company names: the ways in which people write one company become one text.
//!
//! `㈱ エー・ビー・シー`, `株式会社ｴｰﾋﾞｰｼｰ`, `エービーシー（株）` → `エービーシー`
//!
//! The fold only serves search. Two companies that differ in their legal form alone have one fold.

use unicode_normalization::UnicodeNormalization as _;

/// Folds a company name: width, letter case, white space, punctuation, dashes and legal forms no longer matter.
/// A name that consists of a legal form alone does not change.
pub fn folded_company(name: &str) -> String {
    let letters = letters(name);
    let mut rest = letters.as_slice();
    while let Some(shorter) = without_form(rest) {
        rest = shorter;
    }
    let folded: String = rest.iter().map(|letter| letter.char).filter(|char| !is_bracket(*char)).collect();
    if folded.is_empty() {
        name.nfkc().flat_map(char::to_lowercase).filter(|char| !char.is_whitespace()).collect()
    } else {
        folded
    }
}

/// Legal forms in Japanese at the beginning or the end of a name. Longer ones come before those that they contain.
const FORMS: [&str; 66] = [
    "特定非営利活動法人",
    "地方独立行政法人",
    "カブシキガイシャ",
    "カブシキガイシヤ",
    "カブシキカイシャ",
    "カブシキカイシヤ",
    "ゴウドウガイシャ",
    "ゴウドウガイシヤ",
    "ユウゲンガイシャ",
    "ユウゲンガイシヤ",
    "一般社団法人",
    "一般財団法人",
    "公益社団法人",
    "公益財団法人",
    "医療法人社団",
    "医療法人財団",
    "社会福祉法人",
    "社会医療法人",
    "独立行政法人",
    "国立大学法人",
    "株式会社",
    "株式會社",
    "有限会社",
    "有限會社",
    "合同会社",
    "合資会社",
    "合名会社",
    "相互会社",
    "社団法人",
    "財団法人",
    "医療法人",
    "学校法人",
    "宗教法人",
    "監査法人",
    "税理士法人",
    "弁護士法人",
    "npo法人",
    "(一社)",
    "(一財)",
    "(公社)",
    "(公財)",
    "(特非)",
    "(株式会社)",
    "(有限会社)",
    "(合同会社)",
    "(株)",
    "(有)",
    "(同)",
    "(資)",
    "(名)",
    "(社)",
    "(財)",
    "(医)",
    "(学)",
    "(福)",
    "(独)",
    "(カ)",
    "(ユ)",
    "(ド)",
    "(シ)",
    "(メ)",
    "(シャ)",
    "(シヤ)",
    "(ザイ)",
    "(イ)",
    "(ガク)",
];

/// Legal forms before a name, as banks write them.
const BANK_PREFIXES: [&str; 10] = ["カ)", "ユ)", "ド)", "シ)", "メ)", "シャ)", "シヤ)", "ザイ)", "イ)", "ガク)"];

/// Legal forms after a name, as banks write them.
const BANK_SUFFIXES: [&str; 10] = ["(カ", "(ユ", "(ド", "(シ", "(メ", "(シャ", "(シヤ", "(ザイ", "(イ", "(ガク"];

/// Legal forms in Latin letters at the end of a name, each a word of its own.
const LATIN_FORMS: [&str; 18] = [
    "kabushikigaisha",
    "kabushikikaisha",
    "incorporated",
    "corporation",
    "company",
    "limited",
    "coltd",
    "gmbh",
    "corp",
    "inc",
    "ltd",
    "llc",
    "llp",
    "plc",
    "pte",
    "pty",
    "kk",
    "co",
];

/// A character that counts.
#[derive(Clone, Copy)]
struct Letter {
    char: char,
    /// The character follows white space, punctuation or another script.
    starts_word: bool,
}

/// Lists the characters that count: letters, digits, `&`, `+` and, for the legal forms, round brackets.
fn letters(name: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    // The character before was white space, punctuation or a dash.
    let mut apart = true;
    for char in name.nfkc().flat_map(char::to_lowercase).map(unified) {
        let previous = letters.last().map(|letter| letter.char);
        if char == LONG_VOWEL || is_dash(char) {
            let long_vowel = previous.is_some_and(is_kana) && (char == LONG_VOWEL || !apart);
            if long_vowel && previous != Some(LONG_VOWEL) {
                letters.push(Letter { char: LONG_VOWEL, starts_word: false });
            }
            apart = !long_vowel;
        } else if char.is_alphanumeric() || matches!(char, '&' | '+') || is_bracket(char) {
            let other_kind = |previous: char| is_bracket(previous) || previous.is_ascii() != char.is_ascii();
            letters.push(Letter { char, starts_word: apart || previous.is_none_or(other_kind) });
            apart = false;
        } else {
            apart = true;
        }
    }
    letters
}

/// Removes one legal form from the beginning or the end; `None` if nothing else would remain.
fn without_form(letters: &[Letter]) -> Option<&[Letter]> {
    let prefixes = FORMS.iter().chain(&BANK_PREFIXES).filter_map(|form| strip_prefix(letters, form));
    let suffixes = FORMS.iter().chain(&BANK_SUFFIXES).filter_map(|form| strip_suffix(letters, form));
    let words = LATIN_FORMS.iter().filter_map(|form| strip_last_word(letters, form));
    // K.K. Sample is written as often as Sample K.K.
    let first = strip_first_word(letters, "kk");
    prefixes
        .chain(suffixes)
        .chain(words)
        .chain(first)
        .find(|rest| rest.iter().any(|letter| letter.char.is_alphanumeric()))
}

fn strip_prefix<'a>(letters: &'a [Letter], form: &str) -> Option<&'a [Letter]> {
    let (start, rest) = letters.split_at_checked(form.chars().count())?;
    start.iter().map(|letter| letter.char).eq(form.chars()).then_some(rest)
}

fn strip_suffix<'a>(letters: &'a [Letter], form: &str) -> Option<&'a [Letter]> {
    let (rest, end) = letters.split_at_checked(letters.len().checked_sub(form.chars().count())?)?;
    end.iter().map(|letter| letter.char).eq(form.chars()).then_some(rest)
}

/// Removes a form at the end, unless it is the end of a longer word: `inc` of `Acme Inc`, not of `Zinc`.
fn strip_last_word<'a>(letters: &'a [Letter], form: &str) -> Option<&'a [Letter]> {
    let rest = strip_suffix(letters, form)?;
    letters.get(rest.len())?.starts_word.then_some(rest)
}

/// Removes a form at the beginning, unless it is the beginning of a longer word.
fn strip_first_word<'a>(letters: &'a [Letter], form: &str) -> Option<&'a [Letter]> {
    let rest = strip_prefix(letters, form)?;
    rest.first()?.starts_word.then_some(rest)
}

const LONG_VOWEL: char = 'ー';

/// Unifies the kinds of brackets, and the old and rare forms of characters of names, which many people type as the usual ones.
fn unified(char: char) -> char {
    match char {
        '[' | '{' | '〔' | '【' | '「' | '『' | '〈' | '《' | '⟨' | '<' => '(',
        ']' | '}' | '〕' | '】' | '」' | '』' | '〉' | '》' | '⟩' | '>' => ')',
        '髙' => '高',
        '﨑' | '嵜' => '崎',
        '濱' | '濵' => '浜',
        '邊' | '邉' => '辺',
        '齋' => '斎',
        '齊' => '斉',
        '澤' => '沢',
        '廣' => '広',
        '國' => '国',
        '櫻' => '桜',
        '德' => '徳',
        '眞' => '真',
        '榮' => '栄',
        '淸' => '清',
        _ => char,
    }
}

fn is_bracket(char: char) -> bool {
    matches!(char, '(' | ')')
}

/// Recognises dashes, which people type for a long vowel.
fn is_dash(char: char) -> bool {
    matches!(char, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}' | '\u{30a0}')
}

fn is_kana(char: char) -> bool {
    matches!(char, 'ァ'..='ヺ' | 'ー' | 'ぁ'..='ゖ')
}
