//! Texts that look like they hold a password, a key or the number of a card (clause 4⑥: the desk never collects them).
//!
//! Warned about: 「パスワードは Abc123!」, `ＰＷ：ｈｕｎｔｅｒ２`, `ID/PASS: admin/P@ss1234`, a private key, a token, the
//! recovery key of a disk, sixteen digits of a card.
//! Left alone: 「パスワードは変更しました」, 「パスワードは2026年11月に変えた」, `password was stolen`.

use super::number;
use crate::rules::width;

/// Words behind which a secret stands, as [`width::fold`] and small letters leave them; of words that
/// begin alike the longer first.
const WORDS: [&str; 27] = [
    "パスワ-ド",
    "パスフレ-ズ",
    "パスコ-ド",
    "パス",
    "ﾊﾟｽﾜ-ﾄﾞ",
    "暗証番号",
    "認証コ-ド",
    "回復キ-",
    "シ-クレットキ-",
    "シ-クレット",
    "秘密鍵",
    "アクセスキ-",
    "ト-クン",
    "apiキ-",
    "api key",
    "api_key",
    "apikey",
    "access key",
    "access_key",
    "passphrase",
    "passcode",
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "pin",
];
/// The same where a sign of its own follows, or they would be any sentence's words.
const SIGNED_WORDS: [&str; 4] = ["secret key", "secret_key", "secret", "token"];

/// Beginnings of keys that are secrets by themselves.
const MARKS: [&str; 9] = ["akia", "ghp_", "github_pat_", "sk-", "xoxb-", "xoxp-", "aiza", "eyj", "bearer "];
/// What begins a private key in a file.
const PRIVATE: &str = "private key-----";

/// Words that stand behind a sign and are no secret.
const NO_SECRETS: [&str; 9] = ["unknown", "none", "null", "changed", "reset", "same", "stolen", "leaked", "expired"];
/// Counters behind digits that are then a year, a number of people or the like.
const COUNTERS: &str = "年月日時件回個文字人名台社円桁つ分秒通以%";

/// The fewest characters of a secret behind a word.
const SECRET_MIN: usize = 4;
/// The characters that are looked at behind the mark of a key. All of these are short on purpose:
/// looking on to the end behind every word of a hostile text would take the square of its length.
const KEY_MIN: usize = 16;
/// The most characters of a secret that are looked at.
const SECRET_MAX: usize = 24;

/// Whether a text looks like it holds a secret.
///
/// One walk: only where a word, a mark or a number can begin are they tried.
pub fn likely(text: &str) -> bool {
    let small = width::fold(text).to_ascii_lowercase();
    let mut before = ' ';
    small.char_indices().any(|(at, char)| {
        // `pw` of `httpwatch` is no password.
        let inside = std::mem::replace(&mut before, char).is_ascii_alphanumeric() && char.is_ascii();
        let Some(rest) = small.get(at..).filter(|_| !inside) else { return false };
        match char {
            '0'..='9' => number::is_card(rest) || number::is_recovery_key(rest),
            'a' | 'b' | 'e' | 'g' | 'p' | 's' | 't' | 'x' | 'ア' | 'シ' | 'ト' | 'パ' | 'ﾊ' | '暗' | '回' | '秘'
            | '認' => told(rest) || marked(rest),
            _ => false,
        }
    })
}

/// A mark and what belongs behind it: sixteen letters or digits of a key, or nothing more.
fn marked(rest: &str) -> bool {
    let is_key = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    let key = |rest: &str| rest.chars().take(KEY_MIN).filter(is_key).count() == KEY_MIN;
    rest.starts_with(PRIVATE) || MARKS.iter().any(|mark| rest.strip_prefix(mark).is_some_and(key))
}

/// A word, and a value behind it.
fn told(rest: &str) -> bool {
    let after = |words: &'static [&'static str]| {
        // Most words begin otherwise, which one byte tells.
        let mut alike = words.iter().filter(|word| word.as_bytes().first() == rest.as_bytes().first());
        let after = alike.find_map(|word| rest.strip_prefix(word))?;
        let after = after.strip_prefix('s').unwrap_or(after);
        // `bypass` and `passenger` are other words.
        (!rest.starts_with(|char: char| char.is_ascii())
            || !after.starts_with(|char: char| char.is_ascii_alphanumeric()))
        .then_some(after)
    };
    match (after(&WORDS), after(&SIGNED_WORDS)) {
        (Some(after), _) => value_follows(after, true),
        (None, Some(after)) => value_follows(after, false),
        (None, None) => false,
    }
}

/// Behind `:`, `=`, an arrow or a bracket four visible characters with a letter are a value; behind は, を, `is` or a
/// space alone only such with a digit, or every sentence about passwords would be one.
fn value_follows(rest: &str, unsigned: bool) -> bool {
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("is ").or_else(|| rest.strip_prefix(['は', 'を'])).unwrap_or(rest).trim_start();
    let bare = rest.trim_start_matches([':', '=', '→', '「', '『', '"', '\'', '>', '(', ' ', '\n']);
    let signed = bare.len() < rest.len();
    // Only ASCII is counted, of which a byte is a character.
    let end = bare.bytes().take(SECRET_MAX).take_while(u8::is_ascii_graphic).count();
    let (value, after) = bare.split_at_checked(end).unwrap_or((bare, ""));
    let has = |is: fn(&char) -> bool| value.chars().any(|char| is(&char));
    let word = value.trim_end_matches(|char: char| char.is_ascii_punctuation());
    let is_path = value.starts_with(['/', '\\', '.']) || value.get(1..2) == Some(":");
    if value.len() < SECRET_MIN || is_path || NO_SECRETS.contains(&word) || !(signed || unsigned) {
        return false;
    }
    if has(char::is_ascii_alphabetic) {
        return signed || has(char::is_ascii_digit);
    }
    value.bytes().all(|byte| byte.is_ascii_digit())
        && !after.trim_start().starts_with(|char| COUNTERS.chars().any(|counter| counter == char))
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
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "AKIAIOSFODNN7EXAMPLE",
            "ｐａｓｓｗｏｒｄ＝ｈｕｎｔｅｒ２",
            "パスワード：Ｐ＠ｓｓ１２３４",
            "暗証番号：１２３４",
            "暗証番号は４８２１です",
            "ﾊﾟｽﾜｰﾄﾞはAbc12345",
            "PW: Abc12345",
            "ID/PASS: admin/P@ss1234",
            "pass: P@ss1234",
            "パスワード「Abc12345」",
            "パスワード（Abc12345）",
            "パスワード Abc12345",
            "パスワード→Abc12345",
            "パスワードを Abc12345 に変えた",
            "パスワードは 12345678 です",
            "パスは abcd1234",
            "パスフレーズは kuma-tora-77",
            "PIN: 4821",
            "secret=abcd1234",
            "aws_secret_access_key=wJalrXUtnFEMI",
            "シークレットキー: abcd1234efgh",
            "APIキー: sk-proj-abcdefghijklmnopqrstuvwxyz",
            "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x",
            "認証コードは 123456 でした",
            "BitLocker 123456-234567-345678-456789-567890-678901-789012-890123",
            "カード番号 4111 1111 1111 1111",
            "4111111111111111",
            "４１１１－１１１１－１１１１－１１１１",
            "3782 822463 10005",
        ] {
            assert!(likely(text), "{text}");
        }
    }

    #[test]
    fn mentions_are_left_alone() {
        for text in [
            "パスワードは変更しました",
            "パスワードが流出したかもしれない",
            "パスワードを2026年11月20日に変更しました",
            "パスワードは8文字以上です",
            "パスワード: 不明",
            "パスワード（2026年変更）",
            "パスワードは192.0.2.1のものです",
            "password was stolen",
            "Password: unknown",
            "password: changed.",
            "パスは C:\\Users\\tanaka1 です",
            "パスは /var/www/html1 です",
            "暗証番号は不明",
            "回復キーを求める画面が出た",
            "秘密鍵が盗まれたおそれ",
            "pwd: a",
            "akia",
            "AKIAというキー",
            "パスワードは Windows のものです",
            "passenger: Tanaka",
            "bypass: none of them",
            "passed the test",
            "httpwatch: running",
            "secret.txt というファイル",
            "token ring",
            "pass-the-hash",
            "シリアル番号 4111111111111112",
            "4111-1111-1111-1112",
            "SHA-256 d56fc0810cce286a11e24fb9ad8b230d1c9e92b9271293b1384359f34f428458",
            "03-3211-9999 0120-000-000",
            "2026-11-20 09:30:15 192.0.2.1 443",
            "-----BEGIN CERTIFICATE-----",
            "12345678901234567890",
        ] {
            assert!(!likely(text), "{text}");
        }
    }
}
