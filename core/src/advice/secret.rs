//! Texts that look like they hold a password or a key (clause 4⑥: the desk never collects them).
//!
//! Warned about: 「パスワードは Abc123!」, `ＰＷ：ｈｕｎｔｅｒ２`, `ID/PASS: admin/P@ss1234`, a private key.
//! Left alone: 「パスワードは変更しました」, 「パスワードが流出したかもしれない」, `password was stolen`.

use crate::form::{Answer, Draft, Line, Text};
use crate::rules::width;

/// Words behind which a secret stands, in small letters.
const WORDS: [&str; 13] = [
    "パスワード",
    "ﾊﾟｽﾜｰﾄﾞ",
    "ﾊﾟｽﾜ-ﾄﾞ",
    "パスワ-ド",
    "暗証番号",
    "パスコ-ド",
    "pass",
    "pwd",
    "pw",
    "secret",
    "api key",
    "apikey",
    "access_key",
];

/// Marks of keys that are secrets by themselves.
const MARKS: [&str; 3] = ["private key-----", "akia", "ghp_"];

/// The fewest characters of a secret behind a word.
const SECRET_MIN: usize = 4;
/// The characters that are looked at behind the mark of a key. All of these are short on purpose:
/// looking on to the end behind every word of a hostile text would take the square of its length.
const KEY_MIN: usize = 16;
/// The rest of a word that may stand between it and the sign: `word` of `password`, `_key` of a key.
const TAIL_MAX: usize = 8;

/// The paths of the texts that look like they hold a secret, in the form's order.
pub fn likely_paths(draft: &Draft) -> Vec<String> {
    let (contact, incident) = (&draft.contact, &draft.incident);
    let mut paths = Vec::new();
    let mut look = |path: &dyn Fn() -> String, text: Option<&str>| {
        if text.is_some_and(likely) {
            paths.push(path());
        }
    };
    look(&|| "/contact/company".to_owned(), line(&contact.company));
    look(&|| "/contact/department".to_owned(), line(&contact.department));
    look(&|| "/contact/person".to_owned(), line(&contact.person));
    look(&|| "/contact/responsible".to_owned(), line(&contact.responsible));
    look(&|| "/incident/summary".to_owned(), text(&incident.summary));
    look(&|| "/incident/purpose".to_owned(), text(&incident.purpose));
    let note = incident.discovery_trigger.given().and_then(|trigger| text(&trigger.note));
    look(&|| "/incident/discovery_trigger/note".to_owned(), note);
    look(&|| "/incident/target".to_owned(), text(&incident.target));
    look(&|| "/incident/operation".to_owned(), text(&incident.operation));
    look(&|| "/incident/requests".to_owned(), text(&incident.requests));
    for (index, machine) in draft.devices.given().into_iter().flat_map(|machines| &machines.0).enumerate() {
        look(&|| format!("/devices/{index}/os"), line(&machine.os));
        look(&|| format!("/devices/{index}/antivirus"), line(&machine.antivirus));
        look(&|| format!("/devices/{index}/notes"), text(&machine.notes));
    }
    look(&|| "/network/topology".to_owned(), text(&draft.network.topology));
    for (index, log) in draft.logs.given().into_iter().flat_map(|logs| &logs.0).enumerate() {
        look(&|| format!("/logs/{index}/name"), line(&log.name));
        look(&|| format!("/logs/{index}/time_zone"), line(&log.time_zone));
        look(&|| format!("/logs/{index}/note"), text(&log.note));
    }
    paths
}

fn text(answer: &Answer<Text>) -> Option<&str> {
    answer.given().map(|text| text.0.as_str())
}

fn line(answer: &Answer<Line>) -> Option<&str> {
    answer.given().map(|line| line.0.as_str())
}

/// One walk over the text: at the few characters that a word or a mark can begin with, all are tried.
fn likely(text: &str) -> bool {
    let small = width::fold(text).to_ascii_lowercase();
    let mut before = ' ';
    small.char_indices().any(|(at, char)| {
        // `pw` of `httpwatch` is no password.
        let inside = std::mem::replace(&mut before, char).is_ascii_alphanumeric() && char.is_ascii();
        let begins = matches!(char, 'p' | 's' | 'a' | 'g' | 'パ' | 'ﾊ' | '暗');
        !inside && begins && small.get(at..).is_some_and(|rest| told(rest) || marked(rest))
    })
}

/// A mark and what belongs behind it: sixteen letters or digits of a cloud key, or nothing more.
fn marked(rest: &str) -> bool {
    let key = |rest: &str| rest.chars().take(KEY_MIN).filter(char::is_ascii_alphanumeric).count() == KEY_MIN;
    MARKS.iter().any(|mark| rest.strip_prefix(mark).is_some_and(|rest| mark.ends_with('-') || key(rest)))
}

/// A word, a sign that a value follows, and a value.
fn told(rest: &str) -> bool {
    WORDS.iter().any(|word| rest.strip_prefix(word).is_some_and(value_follows))
}

/// Behind `:`, `=`, an arrow or a bracket any four visible characters are a value; behind は, `is` or a
/// space alone only such with a digit, or every sentence about passwords would be one.
fn value_follows(rest: &str) -> bool {
    let tail = rest.chars().take(TAIL_MAX).take_while(|char| char.is_ascii_alphabetic() || *char == '_').count();
    let rest = rest.get(tail..).unwrap_or_default().trim_start();
    let rest = rest.strip_prefix("is ").or_else(|| rest.strip_prefix('は')).unwrap_or(rest).trim_start();
    let bare = rest.trim_start_matches([':', '=', '→', '「', '『', '"', '\'', '>']);
    let signed = bare.len() < rest.len();
    let value = || bare.trim_start().chars().take(KEY_MIN).take_while(char::is_ascii_graphic);
    value().count() >= SECRET_MIN && (signed || value().any(|char| char.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::likely;

    #[test]
    fn told_secrets_are_seen() {
        for text in [
            "パスワードは Abc123!",
            "Password: hunter",
            "管理者のpwd=P@ss",
            "-----BEGIN RSA PRIVATE KEY-----",
            "AKIAIOSFODNN7EXAMPLE",
            "ｐａｓｓｗｏｒｄ＝ｈｕｎｔｅｒ２",
            "パスワード：Ｐ＠ｓｓ１２３４",
            "暗証番号：１２３４",
            "ﾊﾟｽﾜｰﾄﾞはAbc12345",
            "PW: Abc12345",
            "ID/PASS: admin/P@ss1234",
            "pass: P@ss1234",
            "パスワード「Abc12345」",
            "パスワード Abc12345",
            "パスワード→Abc12345",
            "secret=abcd1234",
            "aws_secret_access_key=wJalrXUtnFEMI",
        ] {
            assert!(likely(text), "{text}");
        }
    }

    #[test]
    fn mentions_are_left_alone() {
        for text in [
            "パスワードは変更しました",
            "パスワードが流出したかもしれない",
            "password was stolen",
            "暗証番号は不明",
            "pwd: a",
            "akia",
            "パスワードは Windows のものです",
            "bypass: none of them",
            "passed the test",
            "httpwatch: running",
        ] {
            assert!(!likely(text), "{text}");
        }
    }
}
