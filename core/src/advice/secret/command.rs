//! Secrets in commands and addresses.
//!
//! `curl -u admin:S3cret99`, `mysql -pS3cret99`, `net user x P@ssw0rd123 /add`, `postgres://app:S3cret99@db` → true; `ssh -p 2222`,
//! `net user /domain`, `https://example.jp:8443/` → false.

use crate::text::{is_one_of, rsplit_once, starts_with_any, trim_end, trim_start};

/// Options of commands that a password follows, in the next word or in the rest of the same.
const OPTIONS: [&str; 6] = ["-p", "-w", "-k", "/p:", "/rp", "pass:"];
/// Options and names that a name and a password follow, with a sign between them.
const PAIRS: [&str; 7] = ["-u ", "-u=", "--user ", "administrator", "admin", "root", "sa"];

/// The fewest characters of a secret behind a word.
pub const SECRET_MIN: usize = 4;
/// The most characters of a secret that are looked at.
pub const SECRET_MAX: usize = 24;
/// The fewest characters of a secret without such a word; it also has a letter and a digit.
const STRONG_MIN: usize = 6;

/// Returns the text behind the first of the words that it begins with. Most texts begin otherwise, which one byte shows.
#[inline(never)]
pub fn behind_any<'t>(rest: &'t str, words: &[&str]) -> Option<&'t str> {
    let mut alike = words.iter().filter(|word| word.as_bytes().first() == rest.as_bytes().first());
    alike.find_map(|word| rest.strip_prefix(word))
}

/// Checks for a password in an address: `://name:password@host`.
pub fn has_user_information(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix("://") else { return false };
    let (authority, _) = graphic(rest, 3 * SECRET_MAX);
    let authority = authority.split(|sign| is_one_of(sign, "/\"',<>")).next().unwrap_or_default();
    rsplit_once(authority, b'@')
        .and_then(|(user, _)| user.split_once(':'))
        .is_some_and(|(_, password)| password.len() >= SECRET_MIN)
}

/// Checks for an option of a command with a password, or with a name and a password.
pub fn follows_option(rest: &str) -> bool {
    if let Some(pair) = behind_any(rest, &PAIRS) {
        // Of `admin:Abc12345` the name is the option.
        let word = next_word(trim_start(pair, "'\""));
        let secret = if rest.starts_with('-') {
            word.split_once([':', '%']).map(|(_, secret)| secret).filter(|secret| secret.len() >= SECRET_MIN)
        } else {
            // `root: session2` is a line of a log.
            let bare = pair.strip_prefix([':', '/']).or_else(|| pair.strip_prefix(" / "));
            bare.map(next_word).filter(|word| is_strong(word) && is_one_word(word))
        };
        return secret.is_some();
    }
    if let Some(secret) = rest.strip_prefix("echo ") {
        let (_, after) = graphic(secret, SECRET_MAX);
        return after.trim_start().starts_with("| sudo -s");
    }
    behind_any(rest, &OPTIONS).is_some_and(|behind| {
        let word = next_word(trim_start(behind, " '\""));
        is_strong(word) && is_one_word(word)
    })
}

/// `net user NAME PASSWORD`, `net use SHARE PASSWORD`: a word after the next one that is neither a share nor an option.
pub fn is_net_use(rest: &str) -> bool {
    let Some(arguments) = rest.strip_prefix("net use") else { return false };
    let words = arguments.split_whitespace().filter(|word| *word != "r").take(5).enumerate();
    let mut later = words.filter(|(index, _)| *index > 0).map(|(_, word)| trim_start(word, "\""));
    later.any(|word| is_strong(word) && !starts_with_any(word, "/\\"))
}

/// The ASCII characters up to the next space, a bounded number of them.
pub fn next_word(text: &str) -> &str {
    trim_end(graphic(text, SECRET_MAX).0, "\"'),;")
}

/// The visible ASCII characters that a text begins with, a bounded number of them, and the text behind them.
#[inline(never)]
pub fn graphic(text: &str, most: usize) -> (&str, &str) {
    let end = text.bytes().take(most).take_while(u8::is_ascii_graphic).count();
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Checks that a word has six characters or more, a letter and a digit among them.
pub fn is_strong(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    word.len() >= STRONG_MIN && has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit)
}

/// Checks that a word is strong as people choose passwords, and not as they number machines and accounts (`svc_sql01`):
/// with three digits or a sign.
pub fn is_chosen(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    is_strong(word) && !word.contains('/') && (digits > 2 || word.chars().any(|sign| is_one_of(sign, "!#$%&*+?@")))
}

/// Checks that a word is not a path, an address, the name of a file or a setting.
fn is_one_word(word: &str) -> bool {
    !word.chars().any(|sign| is_one_of(sign, "/\\.:="))
}
