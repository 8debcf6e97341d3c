//! Punycode (RFC 3492), the ASCII form of one label of an internationalised domain.
//!
//! Accepted: `日本語` becomes `wgv71a119e`, `bücher` becomes `bcher-kva`, and back. The caller puts `xn--` in front.
//! Refused (`None`): a label of more than 59 characters, which no label of 63 octets can hold; an ASCII form that encodes
//! no label (`zzzzzzzz99999`).

use crate::text::rsplit_once;

/// The longest label, in characters: 63 octets (RFC 1035, 2.3.4) without `xn--`; each character takes one digit or more.
pub const LABEL_MAX: usize = 59;

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const FIRST_BIAS: u32 = 72;
const FIRST_N: u32 = 128;

/// Encodes a label (RFC 3492, 6.3), without the prefix `xn--` and without mapping any character.
///
/// `None` when the label has more than [`LABEL_MAX`] characters. The work is at most 59 × 59 steps.
pub fn encode(label: &str) -> Option<String> {
    if label.chars().nth(LABEL_MAX).is_some() {
        return None;
    }
    let points: Vec<u32> = label.chars().map(u32::from).collect();
    let mut encoded: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(encoded.len()).ok()?;
    if basic > 0 {
        encoded.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (FIRST_N, 0_u32, FIRST_BIAS, basic);
    while let Some(next) = points.iter().copied().filter(|point| *point >= n).min() {
        let skipped = (next - n).checked_mul(handled.checked_add(1)?)?;
        delta = delta.checked_add(skipped)?;
        for point in &points {
            if *point < next {
                delta = delta.checked_add(1)?;
            } else if *point == next {
                push_integer(&mut encoded, delta, bias)?;
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n = next.checked_add(1)?;
    }
    Some(encoded)
}

/// Decodes the text behind `xn--` (RFC 3492, 6.2); `None` if no label is encoded so.
///
/// The work grows with the square of the text's length: the caller passes on no more than a label's 63 octets.
pub fn decode(encoded: &str) -> Option<String> {
    let (basic, rest) = rsplit_once(encoded, b'-').unwrap_or(("", encoded));
    let mut points: Vec<char> = basic.chars().collect();
    let mut digits = rest.chars();
    let (mut n, mut i, mut bias) = (FIRST_N, 0_u32, FIRST_BIAS);
    while !digits.as_str().is_empty() {
        let before = i;
        let (mut weight, mut k) = (1_u32, BASE);
        loop {
            let value = value(digits.next()?)?;
            i = i.checked_add(value.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
            if value < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            k = k.checked_add(BASE)?;
        }
        let count = u32::try_from(points.len()).ok()?.checked_add(1)?;
        bias = adapt(i - before, count, before == 0);
        n = n.checked_add(i / count)?;
        i %= count;
        points.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i = i.checked_add(1)?;
    }
    let label: String = points.into_iter().collect();
    // A valid text is the one that its label encodes to: `abc-` is plain ASCII, and a digit too many is invalid.
    (!label.is_ascii() && encode(&label).as_deref() == Some(encoded)).then_some(label)
}

/// Writes one number of variable length (RFC 3492, 3.3).
fn push_integer(encoded: &mut String, delta: u32, bias: u32) -> Option<()> {
    let mut rest = delta;
    let mut k = BASE;
    loop {
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if rest < threshold {
            encoded.push(digit(rest)?);
            return Some(());
        }
        let span = BASE - threshold;
        encoded.push(digit(threshold + (rest - threshold) % span)?);
        rest = (rest - threshold) / span;
        k = k.checked_add(BASE)?;
    }
}

/// The character of a digit: 0–25 are `a`–`z`, 26–35 are `0`–`9`.
fn digit(value: u32) -> Option<char> {
    match value {
        0..=25 => char::from_u32(u32::from('a') + value),
        _ => char::from_digit(value.checked_sub(26)?, 10),
    }
}

/// The value of a digit, in small letters.
fn value(digit: char) -> Option<u32> {
    match digit {
        'a'..='z' => Some(u32::from(digit) - u32::from('a')),
        _ => digit.to_digit(10).map(|number| number + 26),
    }
}

/// The bias for the next number (RFC 3492, 6.1).
fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points.max(1);
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn encodes() {
        for (label, encoded) in [
            ("日本語", "wgv71a119e"),
            ("bücher", "bcher-kva"),
            ("münchen", "mnchen-3ya"),
            // RFC 3492, 7.1 (B), (L) and (R).
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"),
            ("そのスピードで", "d9juau41awczczp"),
            ("", ""),
        ] {
            assert_eq!(encode(label).as_deref(), Some(encoded), "{label}");
        }
    }

    #[test]
    fn decodes() {
        for label in ["日本語", "bücher", "他们为什么不说中文", "そのスピードで", "ドメイン名例"]
        {
            let encoded = encode(label).unwrap();
            assert_eq!(decode(&encoded).as_deref(), Some(label), "{encoded}");
        }
        for encoded in
            ["", "a-", "abc-", "-", "zzzzzzzz99999", "bcher-kv", "bcher-kva9", "99999999", "日本", "BCHER-KVA"]
        {
            assert_eq!(decode(encoded), None, "{encoded}");
        }
    }

    #[test]
    fn refuses_labels_that_are_too_long() {
        assert!(encode(&"あ".repeat(59)).is_some());
        assert_eq!(encode(&"あ".repeat(60)), None);
        assert_eq!(encode(&"\u{10FFFF}".repeat(65_536)), None);
        let mixed: String = (0..59).filter_map(|step| char::from_u32(0x10_FFFF - step * 97)).collect();
        assert!(encode(&mixed).is_some_and(|text| text.is_ascii()));
    }
}
