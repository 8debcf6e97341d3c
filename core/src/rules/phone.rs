//! Telephone numbers of Japan as a person types them, read into E.164 and an extension.
//!
//! Accepted: `０３（３２１１）９９９９　内線１２３` becomes `+81332119999;ext=123`, `+81 (0)90-1234-5678` becomes
//! `+819012345678`, `TEL: 0120-123-456` becomes `+81120123456`.
//! Refused: `03-1234-567` (`phone.invalid`), `110` (`phone.emergency`), `020-1234-5678` (`phone.refused`),
//! `+1 212 555 0100` (`phone.abroad`), `03-3211-9999 内線` (`phone.extension`).
//!
//! The lengths are those of Japan's numbering plan (電気通信番号計画): ten digits for 0AB–J, 0120 and 0570, eleven for
//! 050, 060, 070, 080, 090 and 0800. Leading digits of no area and no service are refused; exchanges are not
//! checked. `81…` without a plus is read as `+81…`: no number in Japan begins with 8.

use super::characters::visible;
use super::width;
use crate::code::Code;
use crate::text::{concat, contains};

/// The longest text that is looked at, in bytes without the white space around it.
pub const TYPED_MAX: usize = 256;
/// The most digits of an extension.
pub const EXTENSION_MAX: usize = 10;

/// Reads a number into the form that is stored, `+81332119999` or `+81332119999;ext=123` (ITU-T E.164, RFC 3966 without `tel:`); it
/// reads as itself.
///
/// # Errors
/// `phone.emergency`, `phone.refused`, `phone.abroad`, `phone.extension`, and `phone.invalid` for everything else.
pub fn read(typed: &str) -> Result<String, Code> {
    let visible = visible(typed);
    let typed = visible.trim();
    if typed.len() > TYPED_MAX {
        return Err(Code::PhoneInvalid);
    }
    let folded: String = width::fold(typed).to_ascii_lowercase().chars().map(plain).collect();
    let text = without_title(folded.trim().trim_end_matches(['。', '、', ',', '.']));
    // 110（警察） and 110番 消防 as well.
    let end = text.find(|sign| !is_number_sign(sign) && sign != '#').unwrap_or(text.len());
    let (dial, words) = text.split_at_checked(end).ok_or(Code::PhoneInvalid)?;
    if is_short_dial(dial) && !holds_number(words) {
        return Err(Code::PhoneEmergency);
    }
    let end = text.find(|sign| !is_number_sign(sign)).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end).ok_or(Code::PhoneInvalid)?;
    let e164 = read_number(number)?;
    let extension = read_extension(without_remark(number, rest))?;
    Ok(match extension {
        Some(extension) => concat(&[&e164, ";ext=", &extension]),
        None => e164,
    })
}

/// The usual sign for one that people write instead: any bracket, a low stroke, the quotes of a copied sentence.
fn plain(sign: char) -> char {
    match sign {
        '【' | '〔' | '「' | '『' | '〈' => '(',
        '】' | '〕' | '」' | '』' | '〉' => ')',
        '_' => '-',
        '"' | '“' | '”' | '\'' => ' ',
        other => other,
    }
}

/// Removes a remark in brackets behind the number, as in 03-3211-9999（総務部）. Brackets with a digit or the word extension
/// are not a remark.
fn without_remark<'t>(number: &str, rest: &'t str) -> &'t str {
    let in_brackets = number.trim_end().ends_with('(').then(|| rest.split_once(')')).flatten();
    let remark = in_brackets.filter(|(remark, _)| {
        let mut words = remark.split(|sign: char| !sign.is_ascii_alphabetic());
        let extends = contains(remark, "内線") || words.any(|word| matches!(word, "ext" | "extn" | "extension"));
        !extends && !holds_number(remark)
    });
    remark.map_or(rest, |(_, after)| after)
}

/// Checks for a digit or another sign of a number: circled, Roman, raised, or of another script.
fn holds_number(text: &str) -> bool {
    text.contains(|sign: char| {
        matches!(sign, '0'..='9' | '#' | '〇' | '²' | '³' | '¹' | '¼'..='¾' | '٠'..='٩' | '۰'..='۹'
            | '\u{2070}'..='\u{2089}' | '\u{2150}'..='\u{2189}' | '\u{2460}'..='\u{249B}' | '\u{24EA}'..='\u{24FF}'
            | '\u{2776}'..='\u{2793}' | '\u{3021}'..='\u{3029}' | '\u{3220}'..='\u{3229}' | '\u{3248}'..='\u{325F}'
            | '\u{3280}'..='\u{3289}' | '\u{32B1}'..='\u{32BF}')
    })
}

/// Removes the words that forms and signatures put before a number.
fn without_title(text: &str) -> &str {
    // As folding leaves フリーダイヤル.
    const TITLES: &str =
        "フリ-ダイヤル 電話番号 携帯電話 携帯番号 電話 携帯 代表 直通 telephone tel phone mobile ℡ ☎ 📞";
    let text = text.trim_start_matches(is_punctuation);
    let title = TITLES.split(' ').find_map(|title| text.strip_prefix(title));
    title.map_or(text, |rest| rest.trim_start_matches(|sign| is_punctuation(sign) || sign == ':'))
}

/// Checks for 110, 119 and the other three-digit services, and for short dials such as #7119 and #9110.
fn is_short_dial(text: &str) -> bool {
    const SERVICES: [&str; 12] = ["104", "110", "113", "115", "116", "117", "118", "119", "171", "177", "188", "189"];
    let text = text.trim_end();
    let digits = digits_of(text);
    match text.strip_prefix('#') {
        Some(rest) => digits.len() == 4 && rest.chars().all(is_number_sign),
        None => !text.contains(['#', '+']) && SERVICES.contains(&digits.as_str()),
    }
}

/// Checks for a sign between digits: a space, hyphen, bracket, dot or stroke.
fn is_punctuation(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '-' | '~' | '(' | ')' | '[' | ']' | '.' | '/' | '・' | '･')
}

fn is_number_sign(sign: char) -> bool {
    sign.is_ascii_digit() || sign == '+' || is_punctuation(sign)
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Converts digits and punctuation to E.164.
fn read_number(number: &str) -> Result<String, Code> {
    let digits = digits_of(number);
    let number = number.trim_start_matches(is_punctuation);
    let (is_international, rest) = number.strip_prefix('+').map_or((false, number), |rest| (true, rest));
    if rest.contains('+') {
        return Err(Code::PhoneInvalid);
    }
    if is_international {
        return read_international(&digits);
    }
    if is_carrier_number(&digits) {
        return Err(Code::PhoneRefused);
    }
    // 010 is the international prefix of Japan, 00 that of most other countries; no area code begins so.
    match digits.strip_prefix("010").or_else(|| digits.strip_prefix("00")) {
        Some(beyond) => read_international(beyond),
        None if digits.starts_with("81") => read_international(&digits),
        None => read_national(&digits),
    }
}

/// Checks if it is a number of one carrier in Japan (00XY): a free call such as 0088-22-1234, or a national number behind the
/// carrier's prefix, as in 0033-03-3211-9999. Numbers abroad behind 00 are longer than the one and do not read as the other.
fn is_carrier_number(digits: &str) -> bool {
    let (carrier, rest) = digits.strip_prefix("00").and_then(|rest| rest.split_at_checked(2)).unwrap_or_default();
    let is_number = rest.len() == 6 || (rest.starts_with('0') && read_national(rest).is_ok());
    is_number && carrier != "81" && !carrier.starts_with('0')
}

/// Reads a number with its country code, of Japan or of another country.
fn read_international(digits: &str) -> Result<String, Code> {
    if let Some(national) = digits.strip_prefix("81") {
        // Both +81 3 … and +81 (0)3 … are written.
        return read_national(&concat(&["0", national.strip_prefix('0').unwrap_or(national)]));
    }
    // E.164: at most 15 digits; no country code begins with 0.
    let is_abroad = !digits.starts_with('0') && (5..=15).contains(&digits.len());
    Err(if is_abroad { Code::PhoneAbroad } else { Code::PhoneInvalid })
}

/// Reads a number that begins with the trunk prefix 0.
fn read_national(digits: &str) -> Result<String, Code> {
    // 020 is for machines and pagers, 0990 was for paid information, 0170 and 0180 are for messages and mass calls,
    // 0910 joins private networks.
    const REFUSED: [&str; 5] = ["020", "0990", "0170", "0180", "0910"];
    const ELEVEN: [&str; 5] = ["050", "060", "070", "080", "090"];
    let subscriber = digits.strip_prefix('0').ok_or(Code::PhoneInvalid)?;
    if subscriber.is_empty() || subscriber.starts_with('0') {
        return Err(Code::PhoneInvalid);
    }
    let is_refused = REFUSED.iter().any(|prefix| digits.starts_with(prefix));
    if is_refused && (10..=14).contains(&digits.len()) {
        return Err(Code::PhoneRefused);
    }
    let has_eleven = ELEVEN.iter().any(|prefix| digits.starts_with(prefix));
    let is_plausible = digits.len() == if has_eleven { 11 } else { 10 };
    if !is_plausible || !is_assigned(digits) {
        return Err(Code::PhoneInvalid);
    }
    Ok(concat(&["+81", subscriber]))
}

/// Checks if any area or service has these leading digits (総務省, 電気通信番号計画).
fn is_assigned(digits: &str) -> bool {
    let mut leading = digits.bytes().skip(1);
    match [leading.next(), leading.next(), leading.next()].map(Option::unwrap_or_default) {
        [b'1', b'2', b'0'] | [b'8', b'0', b'0'] | [b'6', b'0', _] => true,
        [b'5' | b'7' | b'8' | b'9', b'0', third] => third != b'0',
        // Of 01x0 only 0120 is a service; 010 is the international prefix; 030 and 040 are not in use.
        [b'1', _, b'0'] | [_, b'0', _] => false,
        // Sapporo is 011, Tokyo and Osaka are 03 and 06; no other area begins 0x1.
        [area, b'1', _] => matches!(area, b'1' | b'3' | b'6'),
        _ => true,
    }
}

/// Words for an extension, the longer ones first.
const EXTENSIONS: [&str; 8] = ["内線番号", "内線", "extension", "extn", "ext", "x", "#", "内"];

/// Reads the extension behind the number, if there is one.
fn read_extension(rest: &str) -> Result<Option<String>, Code> {
    const NOTES: [&str; 6] = ["代表", "直通", "携帯電話", "携帯", "代", "直"];
    let is_between = |sign: char| is_punctuation(sign) || matches!(sign, ',' | '、' | ';' | ':' | '=');
    let note = NOTES.iter().find_map(|note| rest.strip_prefix(note));
    let rest = note.unwrap_or(rest).trim_start_matches(is_between);
    if rest.is_empty() {
        return Ok(None);
    }
    let after = EXTENSIONS.iter().find_map(|word| rest.strip_prefix(word)).ok_or(Code::PhoneInvalid)?;
    let after = after.trim_matches(is_between);
    let after = after.strip_suffix('番').unwrap_or(after);
    let digits = digits_of(after);
    let is_plain = after.chars().all(|sign| sign.is_ascii_digit() || sign == '-' || sign.is_whitespace());
    if is_plain && (1..=EXTENSION_MAX).contains(&digits.len()) { Ok(Some(digits)) } else { Err(Code::PhoneExtension) }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::code::Code;

    #[test]
    fn accepts() {
        for (typed, stored) in [
            ("03-3211-9999", "+81332119999"),
            ("0332119999", "+81332119999"),
            ("０３（３２１１）９９９９", "+81332119999"),
            ("03ー3211ー9999", "+81332119999"),
            ("(03) 3211.9999", "+81332119999"),
            ("03/3211/9999", "+81332119999"),
            ("03・3211・9999", "+81332119999"),
            ("03−3211‐9999", "+81332119999"),
            ("03_3211_9999", "+81332119999"),
            ("03-3211-9999。", "+81332119999"),
            ("「03-3211-9999」", "+81332119999"),
            ("“03-3211-9999”", "+81332119999"),
            ("【代表】03-3211-9999", "+81332119999"),
            ("〔03〕3211-9999", "+81332119999"),
            ("フリーダイヤル　0120-123-456", "+81120123456"),
            ("03-3211-9999（総務部）", "+81332119999"),
            ("03-3211-9999（内田）", "+81332119999"),
            ("03-3211-9999 (external affairs)", "+81332119999"),
            ("090-1234-5678 (平日のみ) 内線12", "+819012345678;ext=12"),
            ("+81-3-3211-9999", "+81332119999"),
            ("＋８１（０）３－３２１１－９９９９", "+81332119999"),
            ("(+81)3-3211-9999", "+81332119999"),
            ("+81 03 3211 9999", "+81332119999"),
            ("0081-3-3211-9999", "+81332119999"),
            ("010-81-3-3211-9999", "+81332119999"),
            ("TEL：03-3211-9999", "+81332119999"),
            ("tel:+81-3-3211-9999", "+81332119999"),
            ("電話 03-3211-9999", "+81332119999"),
            ("電話番号：03-3211-9999", "+81332119999"),
            ("03-3211-9999(代表)", "+81332119999"),
            ("03～3211〜9999", "+81332119999"),
            ("090-1234-5678（携帯）", "+819012345678"),
            ("☎ 03-3211-9999", "+81332119999"),
            ("Mobile: 090-1234-5678", "+819012345678"),
            ("03-3211-9999 extn 12", "+81332119999;ext=12"),
            ("03-1234-5678", "+81312345678"),
            ("04992-2-1234", "+81499221234"),
            ("81-3-3211-9999", "+81332119999"),
            ("携帯電話 090-1234-5678", "+819012345678"),
            ("0460-85-1234", "+81460851234"),
            ("0600-123-4567", "+816001234567"),
            ("011-123-4567", "+81111234567"),
            ("01267-1-2345", "+81126712345"),
            ("050-1234-5678", "+815012345678"),
            ("060-1234-5678", "+816012345678"),
            ("070-1234-5678", "+817012345678"),
            ("080-1234-5678", "+818012345678"),
            ("　０９０－１２３４－５６７８　", "+819012345678"),
            ("+81 90 1234 5678", "+819012345678"),
            ("0120-123-456", "+81120123456"),
            ("0800-123-4567", "+818001234567"),
            ("0570-123-456", "+81570123456"),
            ("03-3211-9999 内線123", "+81332119999;ext=123"),
            ("03-3211-9999（内線：１２３）", "+81332119999;ext=123"),
            ("03-3211-9999(代) 内線番号 123番", "+81332119999;ext=123"),
            ("03-3211-9999、内線12-34", "+81332119999;ext=1234"),
            ("03-3211-9999 ext.123", "+81332119999;ext=123"),
            ("03-3211-9999 Extension 0012", "+81332119999;ext=0012"),
            ("03-3211-9999x1", "+81332119999;ext=1"),
            ("03-3211-9999＃1234567890", "+81332119999;ext=1234567890"),
            ("tel:+81332119999;ext=123", "+81332119999;ext=123"),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(stored), "{typed}");
            assert_eq!(read(stored).as_deref(), Ok(stored), "{stored} again");
        }
    }

    #[test]
    fn refuses() {
        for (typed, code) in [
            ("", Code::PhoneInvalid),
            ("なし", Code::PhoneInvalid),
            ("3211-9999", Code::PhoneInvalid),
            ("03-3211-999", Code::PhoneInvalid),
            ("03-3211-99999", Code::PhoneInvalid),
            ("090-1234-567", Code::PhoneInvalid),
            ("090-1234-56789", Code::PhoneInvalid),
            ("0120-123-4567", Code::PhoneInvalid),
            ("0570-123-4567", Code::PhoneInvalid),
            ("0800-123-456", Code::PhoneInvalid),
            ("0000000000", Code::PhoneInvalid),
            ("00", Code::PhoneInvalid),
            ("+", Code::PhoneInvalid),
            ("+81", Code::PhoneInvalid),
            ("+81 110", Code::PhoneInvalid),
            ("++81332119999", Code::PhoneInvalid),
            ("03-3211+9999", Code::PhoneInvalid),
            ("03-3211-9999 090-1234-5678", Code::PhoneInvalid),
            ("03-3211-9999 山田", Code::PhoneInvalid),
            ("03-3211-abcd", Code::PhoneInvalid),
            ("内線123", Code::PhoneInvalid),
            ("٠٣٣٢١١٩٩٩٩", Code::PhoneInvalid),
            ("110", Code::PhoneEmergency),
            ("１１９", Code::PhoneEmergency),
            ("110番", Code::PhoneEmergency),
            ("1-1-8", Code::PhoneEmergency),
            ("171", Code::PhoneEmergency),
            ("177", Code::PhoneEmergency),
            ("104", Code::PhoneEmergency),
            ("115", Code::PhoneEmergency),
            ("117", Code::PhoneEmergency),
            ("113", Code::PhoneEmergency),
            ("116", Code::PhoneEmergency),
            ("188", Code::PhoneEmergency),
            ("189", Code::PhoneEmergency),
            ("#7119", Code::PhoneEmergency),
            ("＃９１１０", Code::PhoneEmergency),
            ("020-1234-5678", Code::PhoneRefused),
            ("+81 20 1234 5678", Code::PhoneRefused),
            ("0990-123-456", Code::PhoneRefused),
            ("0170-123-456", Code::PhoneRefused),
            ("0180-123-456", Code::PhoneRefused),
            ("0910-12-3456", Code::PhoneRefused),
            ("0088-22-1234", Code::PhoneRefused),
            ("0033-03-3211-9999", Code::PhoneRefused),
            ("00-33-1-42-68-53-00", Code::PhoneAbroad),
            ("0130-12-3456", Code::PhoneInvalid),
            ("030-123-4567", Code::PhoneInvalid),
            ("040-123-4567", Code::PhoneInvalid),
            ("021-123-4567", Code::PhoneInvalid),
            ("041-123-4567", Code::PhoneInvalid),
            ("081-123-4567", Code::PhoneInvalid),
            ("090-0123-4567", Code::PhoneInvalid),
            ("8133211999", Code::PhoneInvalid),
            ("+1 212 555 0100", Code::PhoneAbroad),
            ("+82-2-123-4567", Code::PhoneAbroad),
            ("001-212-555-0100", Code::PhoneAbroad),
            ("010-1-212-555-0100", Code::PhoneAbroad),
            ("＋４４　２０　７９４６　０９５８", Code::PhoneAbroad),
            ("03-3211-9999 内線", Code::PhoneExtension),
            ("03-3211-9999 内線12345678901", Code::PhoneExtension),
            ("03-3211-9999 ext. abc", Code::PhoneExtension),
            ("03-3211-9999 内線12、34", Code::PhoneExtension),
            ("03-3211-9999;ext=", Code::PhoneExtension),
        ] {
            assert_eq!(read(typed), Err(code), "{typed}");
        }
    }

    #[test]
    fn long_texts_are_refused_early() {
        for sign in ["0", "(", "　", "電話", "#", "+", "03-3211-9999 x"] {
            assert!(read(&sign.repeat(20_000)).is_err(), "{sign}");
        }
        assert!(read(&format!("{}03-3211-9999", " ".repeat(262_000))).is_ok());
    }
}
