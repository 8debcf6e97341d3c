//! Texts that look like they hold a password or a key (clause 4⑥: the desk never collects them).
//!
//! Warned about: 「パスワードは Abc123!」, `password=hunter2`, `-----BEGIN RSA PRIVATE KEY-----`.
//! Left alone: 「パスワードは変更しました」, 「パスワードが流出したかもしれない」.

use crate::form::{Answer, Draft, Line, Text};

/// Words behind which a secret stands, in small letters.
const WORDS: [&str; 10] =
    ["パスワード", "暗証番号", "パスコード", "password", "passwd", "pwd", "passcode", "api key", "apikey", "api_key"];

/// Marks of keys that are secrets by themselves.
const MARKS: [&str; 3] = ["private key-----", "akia", "ghp_"];

/// The fewest characters of a secret behind a word.
const SECRET_MIN: usize = 4;
/// The characters that are looked at behind the mark of a key. Both are short on purpose: looking on
/// to the end behind every word of a hostile text would take the square of its length.
const KEY_MIN: usize = 16;

/// The paths of the texts that look like they hold a secret, in the form's order.
pub fn likely_paths(draft: &Draft) -> Vec<String> {
    let incident = &draft.incident;
    let mut paths = Vec::new();
    let mut look = |path: String, text: Option<&str>| {
        if text.is_some_and(likely) {
            paths.push(path);
        }
    };
    look("/incident/summary".to_owned(), text(&incident.summary));
    look("/incident/purpose".to_owned(), text(&incident.purpose));
    look(
        "/incident/discovery_trigger/note".to_owned(),
        incident.discovery_trigger.given().and_then(|trigger| text(&trigger.note)),
    );
    look("/incident/target".to_owned(), text(&incident.target));
    look("/incident/operation".to_owned(), text(&incident.operation));
    look("/incident/requests".to_owned(), text(&incident.requests));
    for (index, machine) in draft.devices.given().into_iter().flat_map(|machines| &machines.0).enumerate() {
        look(format!("/devices/{index}/os"), line(&machine.os));
        look(format!("/devices/{index}/antivirus"), line(&machine.antivirus));
        look(format!("/devices/{index}/notes"), text(&machine.notes));
    }
    look("/network/topology".to_owned(), text(&draft.network.topology));
    for (index, log) in draft.logs.given().into_iter().flat_map(|logs| &logs.0).enumerate() {
        look(format!("/logs/{index}/note"), text(&log.note));
    }
    paths
}

fn text(answer: &Answer<Text>) -> Option<&str> {
    answer.given().map(|text| text.0.as_str())
}

fn line(answer: &Answer<Line>) -> Option<&str> {
    answer.given().map(|line| line.0.as_str())
}

fn likely(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    MARKS.iter().any(|mark| marked(&small, mark)) || WORDS.iter().any(|word| told(&small, word))
}

/// A mark and what belongs behind it: sixteen letters or digits of a cloud key, or nothing more.
fn marked(small: &str, mark: &str) -> bool {
    small.split(mark).skip(1).any(|rest| {
        mark.ends_with('-') || rest.chars().take(KEY_MIN).filter(char::is_ascii_alphanumeric).count() == KEY_MIN
    })
}

/// A word, a sign that a value follows (は : = ：), and a run of visible ASCII.
fn told(small: &str, word: &str) -> bool {
    small.split(word).skip(1).any(|rest| {
        let rest = rest.trim_start();
        let Some(rest) = rest.strip_prefix(['は', ':', '=', '：', '＝']).or_else(|| rest.strip_prefix("is ")) else {
            return false;
        };
        let value = rest.trim_start_matches([' ', '　', '「', '"', '\'']);
        value.chars().take(SECRET_MIN).filter(char::is_ascii_graphic).count() == SECRET_MIN
    })
}

#[cfg(test)]
mod tests {
    use super::likely;

    #[test]
    fn told_secrets_are_seen_and_mentions_are_not() {
        for text in [
            "パスワードは Abc123!",
            "Password: hunter2",
            "管理者のpwd=P@ss",
            "-----BEGIN RSA PRIVATE KEY-----",
            "AKIAIOSFODNN7EXAMPLE",
        ] {
            assert!(likely(text), "{text}");
        }
        for text in [
            "パスワードは変更しました",
            "パスワードが流出したかもしれない",
            "password was stolen",
            "暗証番号は不明",
            "pwd: a",
            "akia",
        ] {
            assert!(!likely(text), "{text}");
        }
    }
}
