//! Folding of company names: hundreds of written variants and their companies.
//!
//! `㈱　エービーシー`, `ｴｰﾋﾞｰｼｰ (株)` → one fold; another company → another one

use std::collections::BTreeMap;

use crate::folded_company;

/// Companies, each with ways to write its name alone.
const COMPANIES: [&[&str]; 8] = [
    &[
        "エービーシー",
        "ｴｰﾋﾞｰｼｰ",
        "エ－ビ－シ－",
        "エ-ビ-シ-",
        "エ‐ビ‐シ‐",
        "エー・ビー・シー",
        "エー･ビー･シー",
        "エー ビー シー",
    ],
    &["山田商店", "山田　商店", "山田 商店", "「山田商店」"],
    &["ABC", "ＡＢＣ", "abc", "Ａｂｃ", "A.B.C.", "A・B・C"],
    &["A&B", "Ａ＆Ｂ", "a & b", "A ＆ B"],
    &["サーバーワークス", "ｻｰﾊﾞｰﾜｰｸｽ", "サ－バ－ワ－クス", "サーバー・ワークス", "サ―バ―ワ―クス"],
    &["日本テスト第2", "日本テスト第２", "日本ﾃｽﾄ第2", "日本テスト　第２"],
    &["ビル", "ﾋﾞﾙ"],
    &["ビール", "ﾋﾞｰﾙ", "ビ－ル"],
];

/// Legal forms as they stand before or after a name.
const AROUND: [&str; 19] = [
    "株式会社",
    "(株)",
    "（株）",
    "㈱",
    "㍿",
    "〔株〕",
    "( 株 )",
    "株 式 会 社",
    "カブシキガイシャ",
    "ｶﾌﾞｼｷｶﾞｲｼｬ",
    "有限会社",
    "(有)",
    "㈲",
    "合同会社",
    "(同)",
    "一般社団法人",
    "医療法人",
    "学校法人",
    "NPO法人",
];

/// Legal forms that stand after a name alone.
const BEHIND: [&str; 13] = [
    ", Inc.",
    " Inc",
    "，Ｉｎｃ．",
    " Co., Ltd.",
    " CO.,LTD",
    " Co.Ltd.",
    " Corporation",
    " K.K.",
    " LLC",
    " Limited",
    "(カ",
    "（ｶ",
    " （カ）",
];

/// Legal forms that stand before a name alone.
const BEFORE: [&str; 3] = ["カ)", "ｶ）", "ユ)"];

fn variants(name: &str) -> Vec<String> {
    let mut variants = vec![name.to_owned(), format!(" {name}　")];
    for form in AROUND {
        for space in ["", " ", "　"] {
            variants.push(format!("{form}{space}{name}"));
            variants.push(format!("{name}{space}{form}"));
        }
    }
    variants.extend(BEHIND.iter().map(|form| format!("{name}{form}")));
    variants.extend(BEFORE.iter().map(|form| format!("{form}{name}")));
    variants
}

#[test]
fn variants_of_one_company_have_one_fold_and_companies_differ() {
    let (mut folds, mut tried) = (BTreeMap::new(), 0);
    for names in COMPANIES {
        let fold = folded_company(names[0]);
        for variant in names.iter().flat_map(|name| variants(name)) {
            assert_eq!(folded_company(&variant), fold, "{variant}");
            tried += 1;
        }
        assert_eq!(folds.insert(fold, names[0]), None, "{}", names[0]);
    }
    println!("{tried} variants of {} companies", folds.len());
    assert!(tried >= 200);
}

#[test]
fn fold_is_the_documented_text() {
    for (name, fold) in [
        ("㈱ エー・ビー・シー", "エービーシー"),
        ("ＡＢＣ　Ｃｏ．，Ｌｔｄ．", "abc"),
        ("ソニ－", "ソニー"),
        ("NTT-AT", "nttat"),
        ("P&G", "p&g"),
        ("PG", "pg"),
        // A form inside a word, or in the middle of a name, is part of the name.
        ("Zinc", "zinc"),
        ("Sysco", "sysco"),
        ("Inc Media", "incmedia"),
        ("東京(株)大阪", "東京株大阪"),
        // Nothing but a form.
        ("株式会社", "株式会社"),
        ("(株)", "株"),
        ("Inc.", "inc"),
        ("有限会社 株式会社", "株式会社"),
        ("★", "★"),
        ("", ""),
        (" 　", ""),
    ] {
        assert_eq!(folded_company(name), fold, "{name}");
    }
}

#[test]
fn folding_twice_changes_nothing() {
    for names in COMPANIES {
        for variant in variants(names[0]) {
            let fold = folded_company(&variant);
            assert_eq!(folded_company(&fold), fold, "{variant}");
        }
    }
}

#[test]
fn usual_forms_of_rare_characters_and_a_leading_kk_are_one_company() {
    for (written, typed) in [
        ("株式会社髙橋工業", "㈱高橋工業"),
        ("濵﨑商店", "浜崎商店"),
        ("渡邊製作所", "渡辺製作所"),
        ("齋藤 國廣", "斎藤国広"),
        ("K.K. Minato", "Minato K.K."),
        ("KK ミナト", "株式会社ミナト"),
        ("Acme Pte. Ltd.", "Acme"),
    ] {
        assert_eq!(folded_company(written), folded_company(typed), "{written} {typed}");
    }
    for (one, other) in [("KKR", "R"), ("kknet", "net"), ("高橋", "橋")] {
        assert_ne!(folded_company(one), folded_company(other), "{one} {other}");
    }
}
