//! Texts that look like they hold a password, a key or the number of a card (clause 4⑥: the desk never collects them).
//!
//! The lines of `tests/secrets` measure how much it finds and how often it errs.
//!
//! Warned about: 「パスワードは Abc123!」, `ＰＷ：ｈｕｎｔｅｒ２`, `ID/PASS: admin/P@ss1234`, a private key, a token, the
//! recovery key of a disk, sixteen digits of a card, `curl -u admin:S3cret99`, `postgres://app:S3cret99@db`, `net user x P@ssw0rd123 /add`.
//! Left alone: 「パスワードは変更しました」, 「パスワードは2026年11月に変えた」, `password was stolen`, `"GET /etc/passwd HTTP/1.1" 404`,
//! `Invalid password: user=tanaka`.

mod command;
mod number;

use core::cell::Cell;

use self::command::{
    SECRET_MAX, SECRET_MIN, behind_any, follows_option, graphic, has_user_information, is_chosen, is_net_use,
    is_strong, next_word,
};
use crate::rules::width;
use crate::text::{is_one_of, starts_with_any, trim_start};

/// Words that a secret follows, by their first character, as [`width::fold`] and small letters leave them; of words that begin alike
/// the longer first.
fn words(first: char) -> &'static [&'static str] {
    match first {
        'パ' => &["パスワ-ド", "パスフレ-ズ", "パスコ-ド", "パス"],
        'ぱ' => &["ぱすわ-ど"],
        'ﾊ' => &["ﾊﾟｽﾜ-ﾄﾞ"],
        'バ' => &["バックアップコ-ド"],
        'リ' => &["リカバリ-コ-ド"],
        'シ' => &["シ-クレットキ-", "シ-クレット"],
        'ア' => &["アクセスキ-"],
        'ト' => &["ト-クン"],
        'ワ' => &["ワンタイムコ-ド"],
        '暗' => &["暗証番号", "暗証", "暗号化キ-", "暗号キ-"],
        '認' => &["認証コ-ド"],
        '確' => &["確認コ-ド"],
        '回' => &["回復キ-"],
        '秘' => &["秘密鍵"],
        '共' => &["共有キ-", "共有鍵"],
        '合' => &["合言葉", "合い言葉"],
        'a' => &["apiキ-", "api key", "api_key", "api-key", "apikey", "access key", "access_key"],
        'c' => &["community"],
        'e' => &["enable secret"],
        'f' => &["fiキ-"],
        'p' => &[
            "passphrase",
            "passcode",
            "password",
            "passwd",
            "pass",
            "pwd",
            "pw",
            "psk",
            "pre-shared-key",
            "pre-shared key",
            "pinコ-ド",
            "pin",
        ],
        'r' => &["requirepass"],
        's' => &["secretaccesskey", "securestring"],
        'w' => &["wifiキ-"],
        _ => &[],
    }
}
/// The same where `:` or `=` follows, or they would be any sentence's words.
const SIGNED_WORDS: [&str; 5] = ["secret key", "secret_key", "accountkey", "secret", "token"];

/// Words that a name and a secret follow, with a slash between them.
const ACCOUNT_WORDS: [&str; 5] = ["ログイン", "アカウント", "管理画面", "接続", "id"];

/// The first characters of these words other than small ASCII letters, of which nearly all begin one.
const BEGINNINGS: &str = "アシトパぱﾊバリロワ暗回秘認確共合管接";

/// Bit n is set if the lowest six bits of one of [`BEGINNINGS`] are n. Most characters of a Japanese text are ruled out by it.
const BEGINNING_BITS: u64 = {
    let (mut bits, mut rest) = (0, BEGINNINGS.as_bytes());
    while let [byte, after @ ..] = rest {
        // The last byte of a character in UTF-8 has its lowest six bits.
        if !matches!(after, [0x80..=0xBF, ..]) {
            bits |= 1 << (*byte & 63);
        }
        rest = after;
    }
    bits
};

/// Beginnings of keys that are secrets by themselves, by their first character.
fn marks(first: char) -> &'static [&'static str] {
    match first {
        'a' => &["akia", "aiza"],
        'b' => &["bearer ", "basic ", "base64:"],
        'e' => &["eyj"],
        'g' => &["ghp_", "gho_", "ghs_", "github_pat_", "glpat-"],
        'h' => &["hooks.slack.com/services/"],
        'j' => &["jsessionid="],
        'n' => &["npm_"],
        'p' => &["phpsessid="],
        'r' => &["rk_live_"],
        's' => &["sk-", "sk_live_", "sg.", "sessionid="],
        'x' => &["xoxb-", "xoxp-", "xapp-"],
        _ => &[],
    }
}
/// The beginning of a private key in a file.
const PRIVATE: [&str; 2] = ["private key-", "private key block-"];

/// Words behind a sign that are not a secret.
const NO_SECRETS: &str = "unknown none null changed reset same stolen leaked expired true false required failed invalid incorrect \
                          filtered redacted masked";
/// Counters behind digits that are then a year, a number of people or the like.
const COUNTERS: &str = "年月日時件回個文字人名台社円桁つ分秒通以%";

/// The characters that are looked at behind the mark of a key. All of these are short on purpose:
/// looking on to the end behind every word of a hostile text would take the square of its length.
const KEY_MIN: usize = 16;

/// Checks if a text looks like it holds a secret.
///
/// One walk: only where a word, a mark, an option or a number can begin are they tried.
pub fn likely(text: &str) -> bool {
    let small = width::fold(text).to_ascii_lowercase();
    let (mut before, kept) = (' ', Cell::new((0, 0)));
    small.char_indices().any(|(at, char)| {
        let previous = core::mem::replace(&mut before, char);
        // `pw` of `httpwatch` is no password.
        let inside = previous.is_ascii_alphanumeric() && char.is_ascii();
        let Some((head, rest)) =
            small.split_at_checked(at).filter(|(_, rest)| !inside || char == ':' || rest.starts_with("password="))
        else {
            return false;
        };
        match char {
            '0'..='9' => number::is_card(rest) || number::is_recovery_key(rest),
            ':' => has_user_information(rest),
            'と' | 'を' => precedes_secret_word(head, rest),
            '-' | '/' if previous == ' ' => follows_option(rest),
            _ if char.is_ascii_lowercase() || is_beginning(char) => {
                secret_follows_word(head, rest, char, &kept)
                    || account_follows(rest)
                    || is_marked(rest, char)
                    || (previous != '/' && follows_option(rest))
                    || is_net_use(rest)
            }
            _ => false,
        }
    })
}

/// Checks if a word begins with this character other than an ASCII letter.
fn is_beginning(char: char) -> bool {
    (BEGINNING_BITS >> (u32::from(char) & 63)) & 1 == 1 && !char.is_ascii() && is_one_of(char, BEGINNINGS)
}

/// Checks if a mark begins here, and sixteen characters of a key follow it.
fn is_marked(rest: &str, first: char) -> bool {
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b'+');
    let key = |rest: &str| rest.bytes().take(KEY_MIN).filter(is_key).count() == KEY_MIN;
    let begins_private = PRIVATE.iter().any(|begin| rest.starts_with(begin));
    begins_private || behind_any(rest, marks(first)).is_some_and(key)
}

/// `Abc12345 というパスワード`: the secret before the word.
fn precedes_secret_word(head: &str, rest: &str) -> bool {
    const BEHIND: [&str; 3] = ["というパスワ-ド", "をパスワ-ド", "という暗証番号"];
    let head = head.trim_end();
    let length = head.bytes().rev().take(SECRET_MAX).take_while(u8::is_ascii_graphic).count();
    let word = head.get(head.len() - length..).unwrap_or_default();
    behind_any(rest, &BEHIND).is_some() && is_strong(word)
}

/// Checks if a word for a secret begins here and a value follows it.
fn secret_follows_word(head: &str, rest: &str, first: char, kept: &Cell<(usize, usize)>) -> bool {
    let after = |words: &'static [&'static str]| {
        let after = behind_any(rest, words)?;
        let after = after.strip_prefix('s').unwrap_or(after);
        // `bypass` and `passenger` are other words, `pass.php` and `pass_reset` names.
        (!first.is_ascii()
            || !after.starts_with(|char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.')))
        .then_some(after)
    };
    let is_path = head.ends_with('/') && !["id/", "user/"].iter().any(|name| head.ends_with(name));
    match (after(words(first)), after(&SIGNED_WORDS)) {
        (Some(after), _) => value_follows(after, !is_path, kept),
        (None, Some(after)) => starts_with_any(trim_start(after, "\"' "), ":=") && value_follows(after, false, kept),
        (None, None) => false,
    }
}

/// `管理画面は tanaka / Kanri2026`: a word for an account, a name and a secret.
fn account_follows(rest: &str) -> bool {
    let Some(rest) = behind_any(rest, &ACCOUNT_WORDS) else { return false };
    let name = trim_start(rest, ":=はが「 ");
    let (_, after) = graphic(name.trim_start(), SECRET_MAX);
    after.trim_start().strip_prefix('/').is_some_and(|secret| is_chosen(next_word(secret.trim_start())))
}

/// Behind `:`, `=`, an arrow or a bracket four visible characters with a letter are a value; behind は, を, `is` or a
/// space alone only such with a digit, or every sentence about passwords would be one.
fn value_follows(rest: &str, unsigned: bool, kept: &Cell<(usize, usize)>) -> bool {
    // Behind a word in quotes a sign makes it a key; without one it is a value itself.
    let rest = match behind_any(rest, &["\"", "'"]) {
        Some(rest) => match rest.trim_start().strip_prefix("value=").or_else(|| rest.strip_prefix(", '")) {
            Some(value) => value,
            None if starts_with_any(rest.trim_start(), ":=") => rest,
            None => return false,
        },
        None => rest,
    };
    let rest = rest.trim_start();
    let rest = behind_any(rest, &["is ", "was ", "は", "を", "が", "も", "に"]).unwrap_or(rest).trim_start();
    if let Some(below) = behind_any(rest, &["以下", "下記", "次の"]) {
        return behind_next_sign(below, kept).is_some_and(|below| is_chosen(next_word(below.trim_start())));
    }
    let bare = trim_start(rest, ":=→「『\"'>( \n");
    let signed = bare.len() < rest.len();
    // The kind of a stored password in the settings of network devices: `password 7 0822455D0A16`.
    let bare = behind_any(bare, &["0 ", "5 ", "7 ", "8 ", "9 ", "enc "]).unwrap_or(bare);
    // Only ASCII is counted, of which a byte is a character.
    let (value, after) = graphic(bare, SECRET_MAX);
    // `password=Abc12345&next=/`: the answers of a form go on behind it.
    let value = value.split('&').next().unwrap_or_default();
    let after = after.trim_start();
    let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
    let word = value.trim_end_matches(|char: char| char.is_ascii_punctuation());
    let is_path = starts_with_any(value, "/\\.") || value.get(1..2) == Some(":");
    // `password: user=tanaka` and `password : server = …` go on with another key.
    let is_key =
        word.bytes().any(|byte| matches!(byte, b'=' | b':')) || starts_with_any(after, "=:") || value.starts_with("0x");
    if word.len() < SECRET_MIN && value.len() < SECRET_MIN
        || is_path
        || is_key
        || NO_SECRETS.split(' ').any(|other| other == trim_start(word, "[<("))
        || !(signed || unsigned)
    {
        return false;
    }
    if has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) {
        return signed || value.split_once('/').is_none_or(|(_, secret)| is_chosen(secret));
    }
    if has(u8::is_ascii_alphabetic) {
        // A name and a secret: `tanaka / Abc12345`.
        if after.strip_prefix('/').is_some_and(|secret| is_strong(next_word(secret.trim_start()))) {
            return true;
        }
        // A word of letters alone in a sentence is a word of the sentence.
        let is_prose =
            value == word && value.len() < SECRET_MAX && after.starts_with(|char: char| char.is_ascii_alphanumeric());
        return signed && word.len() >= SECRET_MIN && !is_prose;
    }
    value.bytes().all(|byte| byte.is_ascii_digit()) && !starts_with_any(after, COUNTERS)
}

/// Finds what is behind the next full stop, colon or end of line.
///
/// `kept` has the length of the rest where the last search began, and of the rest that its sign begins. Searching anew behind
/// each word would take the square of a hostile text's length.
fn behind_next_sign<'t>(text: &'t str, kept: &Cell<(usize, usize)>) -> Option<&'t str> {
    let (from, mut sign) = kept.get();
    if !(sign..=from).contains(&text.len()) {
        sign = text.find(|char| is_one_of(char, "。:\n")).map_or(0, |at| text.len() - at);
        kept.set((text.len(), sign));
    }
    let mut rest = text.get(text.len() - sign..)?.chars();
    rest.next()?;
    Some(rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::{ACCOUNT_WORDS, is_beginning, likely, words};

    #[test]
    fn every_word_begins_with_a_listed_character() {
        for char in '\u{80}'..=char::MAX {
            let begins = !words(char).is_empty() || ACCOUNT_WORDS.iter().any(|word| word.starts_with(char));
            assert!(!begins || is_beginning(char), "{char}");
        }
    }

    #[test]
    fn value_stands_behind_the_next_sign_of_each_word() {
        assert!(likely("パスワードは以下。忘れた。パスワードは以下のとおり: Abc12345"));
        assert!(likely("パスは以下とパスは下記のとおり:Abc12345"));
        assert!(!likely("パスワードは以下のとおり変更した"));
        assert!(!likely("パスは以下。パスは以下"));
    }

    #[test]
    fn secrets_are_found() {
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
