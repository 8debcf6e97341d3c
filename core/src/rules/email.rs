//! Mail addresses as a person types them, read into the form that is stored.
//!
//! Accepted: `ｔａｒｏ＠Example.JP` becomes `taro@example.jp`, `a@日本語.jp` becomes `a@xn--wgv71a119e.jp`,
//! and the addresses of mobile carriers that RFC 5321 refuses (`a..b@docomo.ne.jp`, `.a@docomo.ne.jp`, `a.@docomo.ne.jp`).
//! A joiner in a domain is kept where IDNA's context rules allow it (`क्‍ष`) and refused elsewhere (`email.joiner`): without it the
//! domain would be another one. Other ignorable characters are dropped, and so are the signs round `<a@b.jp>`.
//! Refused: `taro` and `a@b@c.jp` (`email.invalid`), `太郎@example.jp` (`email.local`), `taro@localhost` (`email.domain`).
//!
//! The grammar is that of the HTML standard (valid e-mail address), with a dot in the domain; lengths are those of
//! RFC 5321, 4.5.3.1, and RFC 1035, 2.3.4, but for the 64 octets before @, which the HTML standard does not know.
//! An internationalised domain is stored as its A-labels (RFC 5890); an A-label must be valid (`xn--example` is not).

use super::characters::{is_ignorable, visible, without};
use super::script::is_letter;
use super::{joiners, letter_case, punycode, width};
use crate::code::Code;
use crate::text::{concat, is_one_of};

/// The longest address, in octets (RFC 5321, 4.5.3.1.3, without the angle brackets).
pub const ADDRESS_MAX: usize = 254;
/// The longest domain, in octets.
pub const DOMAIN_MAX: usize = 253;
/// The longest label of a domain, in octets.
pub const LABEL_MAX: usize = 63;
/// The longest text that is looked at, in bytes: an address of which every character takes four.
const TYPED_MAX: usize = ADDRESS_MAX * 4;

/// Reads an address; the result is ASCII and reads as itself.
///
/// # Errors
/// `email.local` for a part before @ that is not ASCII, `email.domain` for a domain that cannot be read or has no dot,
/// `email.joiner` for an invisible joiner where no domain holds one,
/// `email.invalid` for anything else.
pub fn read(typed: &str) -> Result<String, Code> {
    let is_outside = |sign: char| sign.is_whitespace() || is_ignorable(sign) || is_wrapper(sign);
    let typed = typed.trim_matches(is_outside);
    if typed.len() > TYPED_MAX {
        return Err(Code::EmailInvalid);
    }
    let (local, domain) = typed.split_once(is_at).ok_or(Code::EmailInvalid)?;
    if domain.contains(is_at) {
        return Err(Code::EmailInvalid);
    }
    let local = read_local(local)?;
    let domain = read_domain(domain)?;
    let address = concat(&[&local, "@", &domain]);
    if address.len() > ADDRESS_MAX {
        return Err(Code::EmailInvalid);
    }
    Ok(address)
}

const fn is_at(typed: char) -> bool {
    matches!(typed, '@' | '＠')
}

/// Checks for a sign that a mail program or a list puts round an address, and that no address begins or ends with.
fn is_wrapper(sign: char) -> bool {
    is_one_of(sign, "<>＜＞〈〉;；,，、:：「」()（）")
}

/// The part before @: letters, digits and the signs of the HTML standard, dots anywhere; upper case is kept.
fn read_local(typed: &str) -> Result<String, Code> {
    let local = width::fold(&visible(typed));
    if local.contains(char::is_whitespace) {
        return Err(Code::EmailInvalid);
    }
    if !local.is_ascii() {
        return Err(Code::EmailLocal);
    }
    if local.is_empty() || !local.chars().all(is_local) {
        return Err(Code::EmailInvalid);
    }
    Ok(local)
}

fn is_local(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || is_one_of(letter, ".!#$%&'*+/=?^_`{|}~-")
}

/// The domain: two labels or more, in lower case, each in ASCII.
fn read_domain(typed: &str) -> Result<String, Code> {
    let typed = without(typed, |sign| is_ignorable(sign) && !joiners::is_joiner(sign));
    let folded =
        composed(&width::fold_keeping_long_vowel(&typed).chars().map(letter_case::to_lowercase).collect::<String>());
    let mut domain = String::new();
    let mut labels = 0_usize;
    for label in folded.split(['.', '。', '｡']) {
        if labels > 0 {
            domain.push('.');
        }
        if !joiners::are_allowed(label) {
            return Err(Code::EmailJoiner);
        }
        domain.push_str(&read_label(label).ok_or(Code::EmailDomain)?);
        labels += 1;
    }
    if labels < 2 || domain.len() > DOMAIN_MAX {
        return Err(Code::EmailDomain);
    }
    Ok(domain)
}

/// か and a voiced mark → が, as some keyboards and files write it (NFD): as two characters the label
/// would name another domain. A mark that belongs to no letter before it stays, and is refused.
fn composed(text: &str) -> String {
    let mut composed = String::with_capacity(text.len());
    for letter in text.chars() {
        let base = composed.chars().next_back();
        if let Some(whole) = base.and_then(|base| voiced(base, letter)) {
            composed.pop();
            composed.push(whole);
        } else {
            composed.push(letter);
        }
    }
    composed
}

/// A kana with its mark: in Unicode the voiced one follows the plain one, and then the half-voiced.
fn voiced(base: char, mark: char) -> Option<char> {
    const VOICED: &str = "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホ";
    const HALF_VOICED: &str = "はひふへほハヒフヘホ";
    let step = match mark {
        '\u{3099}' if is_one_of(base, VOICED) => 1,
        '\u{309A}' if is_one_of(base, HALF_VOICED) => 2,
        '\u{3099}' if matches!(base, 'う' | 'ウ') => 0x4E,
        _ => return None,
    };
    char::from_u32(u32::from(base) + step)
}

/// Converts a label to ASCII; `None` if it is not a label. Behind `xn--` the text must be an encoded label.
fn read_label(folded: &str) -> Option<String> {
    // Among ASCII letters alone, the sign of a long vowel is a mistyped hyphen and no letter.
    let is_word = folded.chars().any(|letter| !letter.is_ascii() && !width::is_long_vowel(letter));
    let label = if is_word { folded.to_owned() } else { width::fold(folded) };
    if label.starts_with('-') || label.ends_with('-') {
        return None;
    }
    let label = if label.is_ascii() { label } else { a_label(&label)? };
    let plain = label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let fits = plain && (1..=LABEL_MAX).contains(&label.len());
    (fits && label.strip_prefix("xn--").is_none_or(is_encoded)).then_some(label)
}

/// Checks if the text behind `xn--` is a label in its ASCII form (RFC 5891, 5.4): it decodes to small letters of which some are not
/// ASCII, and encodes to the same label again. The scripts are a matter of the registry.
fn is_encoded(encoded: &str) -> bool {
    let is_kept = |letter: char| match letter {
        _ if letter.is_ascii() => letter.is_ascii_alphanumeric() || letter == '-',
        _ if joiners::is_joiner(letter) => true,
        // Signs, pictures and half-width forms belong to no script.
        '\u{80}'..='\u{A0}'
        | '\u{2000}'..='\u{2BFF}'
        | '\u{3000}'
        | '\u{FF00}'..='\u{FFEF}'
        | '\u{1F000}'..='\u{1FAFF}' => false,
        _ => letter_case::to_lowercase(letter) == letter,
    };
    punycode::decode(encoded).is_some_and(|label| {
        let same = || punycode::encode(&label).as_deref() == Some(encoded);
        !label.is_ascii()
            && has_no_stray(&label)
            && joiners::are_allowed(&label)
            && label.chars().all(is_kept)
            && same()
    })
}

/// RFC 5891, 4.2.3: the third and fourth characters are not both hyphens, and the first is not a combining mark.
fn has_no_stray(label: &str) -> bool {
    let hyphens = label.chars().skip(2).take(2).filter(|letter| *letter == '-').count();
    hyphens < 2 && !label.chars().next().is_some_and(is_mark)
}

/// The A-label of a label that is not ASCII (RFC 5890, 2.3.2.1).
fn a_label(label: &str) -> Option<String> {
    if !label.chars().any(is_letter) || !has_no_stray(label) || !label.chars().all(is_domain_letter) {
        return None;
    }
    punycode::encode(label).map(|encoded| concat(&["xn--", &encoded]))
}

/// Checks if a character is allowed in an internationalised label.
fn is_domain_letter(letter: char) -> bool {
    match letter {
        _ if letter.is_ascii() => letter.is_ascii_alphanumeric() || letter == '-',
        '・' => true,
        _ if joiners::is_joiner(letter) => true,
        _ => is_letter(letter) || is_mark(letter),
    }
}

/// Combining marks of the scripts of Europe; those of others are among their letters.
const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}')
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::code::Code;

    #[test]
    fn accepts() {
        for (typed, stored) in [
            ("taro@example.jp", "taro@example.jp"),
            (" Taro@Example.JP\u{3000}", "Taro@example.jp"),
            ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
            ("taro@example。co｡jp", "taro@example.co.jp"),
            ("taro－yamada@ex－ample.jp", "taro-yamada@ex-ample.jp"),
            ("taroーyamada@exーample.jp", "taro-yamada@ex-ample.jp"),
            ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"),
            (".a@docomo.ne.jp", ".a@docomo.ne.jp"),
            ("a.@docomo.ne.jp", "a.@docomo.ne.jp"),
            ("a+b!#$%&'*/=?^_`{|}~-@example.jp", "a+b!#$%&'*/=?^_`{|}~-@example.jp"),
            ("a@日本語.jp", "a@xn--wgv71a119e.jp"),
            ("a@日本語。ＪＰ", "a@xn--wgv71a119e.jp"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
            ("a@ΧΡΌΝΟΣ.example", "a@xn--yxaeekq5a.example"),
            ("a@XN--WGV71A119E.jp", "a@xn--wgv71a119e.jp"),
            ("a@1.2", "a@1.2"),
            ("<taro@example.jp>", "taro@example.jp"),
            ("＜taro@example.jp＞", "taro@example.jp"),
            ("taro@example.jp;", "taro@example.jp"),
            ("(taro@example.jp),", "taro@example.jp"),
            ("：taro@example.jp、", "taro@example.jp"),
            ("\u{A0}taro@example.jp\u{A0}", "taro@example.jp"),
            ("\u{200D}ta\u{200D}ro@exam\u{AD}ple.jp\u{200C}", "taro@example.jp"),
            ("a@क्\u{200D}ष.jp", "a@xn--11b2ezcw70k.jp"),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(stored), "{typed}");
            assert_eq!(read(stored).as_deref(), Ok(stored), "{stored} again");
        }
        for typed in ["a@データ.jp", "a@ア・イ.jp", "a@か\u{3099}き.jp", "a@佐々木.みんな"] {
            let stored = read(typed).expect(typed);
            assert!(stored.contains("xn--"), "{typed}");
            assert_eq!(read(&stored).as_ref(), Ok(&stored), "{typed}");
        }
        assert_ne!(read("a@データ.jp"), read("a@デ-タ.jp"));
    }

    #[test]
    fn refuses() {
        for (typed, code) in [
            ("", Code::EmailInvalid),
            ("taro", Code::EmailInvalid),
            ("@example.jp", Code::EmailInvalid),
            ("a@b@c.jp", Code::EmailInvalid),
            ("a＠b@c.jp", Code::EmailInvalid),
            ("a b@example.jp", Code::EmailInvalid),
            ("\"a\"@example.jp", Code::EmailInvalid),
            ("Taro <a@example.jp>", Code::EmailInvalid),
            ("a,b@example.jp", Code::EmailInvalid),
            ("太郎@example.jp", Code::EmailLocal),
            ("é@example.jp", Code::EmailLocal),
            ("a@", Code::EmailDomain),
            ("a@localhost", Code::EmailDomain),
            ("a@example.jp.", Code::EmailDomain),
            ("a@.jp", Code::EmailDomain),
            ("a@example..jp", Code::EmailDomain),
            ("a@-a.jp", Code::EmailDomain),
            ("a@a-.jp", Code::EmailDomain),
            ("a@日本-.jp", Code::EmailDomain),
            ("a@a_b.jp", Code::EmailDomain),
            ("a@a b.jp", Code::EmailDomain),
            ("a@[192.0.2.1]", Code::EmailDomain),
            ("a@ｱｲ.jp", Code::EmailDomain),
            ("a@①.jp", Code::EmailDomain),
            ("a@a・b.jp", Code::EmailDomain),
            ("a@\u{3099}か.jp", Code::EmailDomain),
            ("a@xn--日本.jp", Code::EmailDomain),
            ("a@xn--example.jp", Code::EmailDomain),
            ("a@xn--a.jp", Code::EmailDomain),
            ("a@xn--ls8h.la", Code::EmailDomain),
            ("a@b.xn--zzzzzzzz99999", Code::EmailDomain),
            ("a\u{A0}b@example.jp", Code::EmailInvalid),
            ("a@a\u{A0}b.jp", Code::EmailDomain),
            ("a@exam\u{200D}ple.jp", Code::EmailJoiner),
            ("a@日\u{200C}本.jp", Code::EmailJoiner),
            ("a@😀.jp", Code::EmailDomain),
            ("a@Ⴀ.jp", Code::EmailDomain),
            ("a@ǅ.jp", Code::EmailDomain),
            ("a@ĳ.jp", Code::EmailDomain),
            ("a@ᾈ.jp", Code::EmailDomain),
        ] {
            assert_eq!(read(typed), Err(code), "{typed}");
        }
    }

    #[test]
    fn lengths() {
        let label = "b".repeat(63);
        assert!(read(&format!("a@{label}.jp")).is_ok());
        assert_eq!(read(&format!("a@{label}b.jp")), Err(Code::EmailDomain));
        let domain = format!("{label}.{label}.{label}");
        assert_eq!(read(&format!("{}@{domain}", "a".repeat(62))).map(|address| address.len()), Ok(254));
        assert_eq!(read(&format!("{}@{domain}", "a".repeat(63))), Err(Code::EmailInvalid));
        assert_eq!(read(&format!("a@{domain}.{}", "b".repeat(62))), Err(Code::EmailDomain));
        assert_eq!(read(&"@".repeat(262_144)), Err(Code::EmailInvalid));
        assert_eq!(read(&format!("a@{}.jp", "日".repeat(80_000))), Err(Code::EmailInvalid));
        assert_eq!(read(&format!("a@{}.jp", "日".repeat(60))), Err(Code::EmailDomain));
        assert!(read(&format!("{}a@b.jp", " ".repeat(262_000))).is_ok());
    }

    #[test]
    fn kana_and_their_marks_are_one_letter() {
        assert_eq!(read("a@か\u{3099}っこ.jp"), read("a@がっこ.jp"));
        assert_eq!(read("a@ハ\u{309A}ン.jp"), read("a@パン.jp"));
        assert_eq!(read("a@ウ\u{3099}.jp"), read("a@ヴ.jp"));
        assert!(read("a@あ\u{3099}.jp").is_err());
    }
}
