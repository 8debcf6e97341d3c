//! SHA-256 digests (FIPS 180-4) as the usual tools print them, read into 64 small hexadecimal digits.
//!
//! Accepted: `ABCD…`, `ab cd …` (certutil), `AB:CD:…`, `AB-CD-…`, `sha256:abcd…`, `abcd…  fw.log` (sha256sum),
//! `SHA256 (fw.log) = abcd…` (BSD, OpenSSL), `Hash : ABCD…` (PowerShell).
//! Refused: 63 or 65 digits, groups of different lengths, two different digests, a digest that another algorithm's name precedes.

use super::characters::visible;
use super::width::fold;
use crate::code::Code;
use crate::text::is_one_of;

/// The hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;
/// The longest text that is looked at, in bytes: a digest in full-width pairs, and the words of a tool around it.
const TYPED_MAX: usize = 1024;
/// Words that a tool prints before the digest, in small letters.
const LABELS: [&str; 6] = ["sha256", "sha-256", "sha2-256", "algorithm", "hash", "ハッシュ"];

/// Reads the only digest of a text.
///
/// # Errors
/// `digest.invalid` without one, or with several.
pub fn read(typed: &str) -> Result<String, Code> {
    find(typed).ok_or(Code::DigestInvalid)
}

fn find(typed: &str) -> Option<String> {
    if typed.len() > TYPED_MAX {
        return None;
    }
    let folded = fold(&visible(typed)).to_ascii_lowercase();
    let text = folded.trim_start_matches(is_around);
    let (digest, rest) = match digits(text) {
        Some(found) => found,
        None if LABELS.iter().any(|label| text.starts_with(label)) => after_label(text)?,
        None => return None,
    };
    // A file may be named by its own digest.
    let another = digits(rest.trim_start()).is_some_and(|(other, _)| other != digest);
    (!another).then_some(digest)
}

/// The first digest behind a label, at the beginning of a word.
fn after_label(text: &str) -> Option<(String, &str)> {
    let mut inside = false;
    text.char_indices().find_map(|(at, sign)| {
        let begins = !core::mem::replace(&mut inside, sign.is_ascii_alphanumeric());
        text.get(at..).filter(|_| begins).and_then(digits)
    })
}

/// The 64 digits that a text begins with, and the text behind them: in one piece, or in groups of one even length.
fn digits(text: &str) -> Option<(String, &str)> {
    let first = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    if first % 2 != 0 || !DIGITS.is_multiple_of(first) {
        return None;
    }
    let mut digest = String::with_capacity(DIGITS);
    let mut rest = text;
    while digest.len() < DIGITS {
        if !digest.is_empty() {
            rest = rest.strip_prefix([':', '-']).unwrap_or_else(|| rest.trim_start());
        }
        let (group, after) =
            rest.split_at_checked(first).filter(|(group, _)| group.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        digest.push_str(group);
        rest = after;
    }
    let ends = rest.chars().next().is_none_or(is_around);
    ends.then_some((digest, rest))
}

/// Checks for white space or a sign around a digest: a quote, a bracket, the end of a sentence, sha256sum's mark of a file's name
/// with an escape.
fn is_around(sign: char) -> bool {
    sign.is_whitespace() || is_one_of(sign, "\"'`「」『』<>()[],、;。\\")
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::code::Code;

    const DIGEST: &str = "854824f43f9534831b3921729b29e9c1d032b8da9bf42e11a682ecc0180cf65d";

    fn grouped(size: usize, separator: &str) -> String {
        let groups: Vec<_> = DIGEST.as_bytes().chunks(size).map(|group| str::from_utf8(group).unwrap()).collect();
        groups.join(separator)
    }

    #[test]
    fn reads_the_output_of_tools() {
        let full_width: String =
            DIGEST.chars().map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).unwrap()).collect();
        for typed in [
            DIGEST.to_owned(),
            DIGEST.to_uppercase(),
            full_width,
            format!("\u{202A}{DIGEST}\u{202C}"),
            format!("{}\u{200B}{}", &DIGEST[..20], &DIGEST[20..]),
            format!("sha256:{DIGEST}"),
            format!("SHA-256： {DIGEST}"),
            format!("sha256sum: {DIGEST}"),
            format!("{DIGEST}  fw 2026-11.log"),
            format!("{DIGEST} *fw.log"),
            format!("\\{DIGEST}  a\\nb.log"),
            format!("{DIGEST}  {DIGEST}"),
            format!("{DIGEST}  {DIGEST}.bin"),
            format!("SHA256 (fw (1).log) = {DIGEST}"),
            format!("SHA256 (cafe.log) = {DIGEST}"),
            format!("SHA2-256(fw.log)= {DIGEST}"),
            format!("SHA256 ハッシュ (対象 fw.log):\r\n{DIGEST}\r\nCertUtil: -hashfile コマンドは正常に完了しました。"),
            format!("SHA256          {}       C:\\logs\\fw.log", DIGEST.to_uppercase()),
            format!("Algorithm : SHA256\nHash      : {}\nPath      : C:\\fw.log", DIGEST.to_uppercase()),
            format!("ハッシュ値：{DIGEST}"),
            format!("「{DIGEST}」"),
            grouped(2, " "),
            grouped(2, ":"),
            grouped(2, "-"),
            grouped(8, " "),
            grouped(32, "\n"),
            grouped(2, " ") + "  fw.log",
        ] {
            assert_eq!(read(&typed).as_deref(), Ok(DIGEST), "{typed}");
        }
    }

    #[test]
    fn refuses_texts_without_one_digest() {
        let other = DIGEST.replace('8', "9");
        for typed in [
            String::new(),
            DIGEST[1..].to_owned(),
            DIGEST[2..].to_owned(),
            format!("{DIGEST}0"),
            format!("{DIGEST}.log"),
            format!("{} ab.log", &DIGEST[2..]),
            format!("{}g", &DIGEST[1..]),
            format!("{DIGEST} {other}"),
            format!("md5: {DIGEST}"),
            format!("sha512:{DIGEST}{DIGEST}"),
            format!("{DIGEST}{DIGEST}"),
            format!("x{DIGEST}"),
            format!("0x{DIGEST}"),
            grouped(2, " ").replacen("85 48", "8548", 1),
            grouped(2, " ").replacen("85 ", "", 1),
            grouped(2, "_"),
            grouped(2, "::"),
            grouped(1, " "),
            "sha256".to_owned(),
            format!("sha256{}", " ".repeat(2000)) + DIGEST,
        ] {
            assert_eq!(read(&typed), Err(Code::DigestInvalid), "{typed}");
        }
    }
}
