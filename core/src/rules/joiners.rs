//! Invisible joiners in a label of a domain: IDNA's rules CONTEXTJ (RFC 5892, A.1 and A.2).
//!
//! Accepted: `क्‍ष` (U+200D behind a virama), `می‌خواهم` (U+200C between Arabic letters that would join).
//! Refused: a joiner in `exam‍ple` or `日‌本`, at the beginning, or behind a letter that does not join.
//!
//! Viramas are those of the basic plane, letters that join those of Arabic with its supplement; a joiner in a label of another
//! script that joins is refused.

use crate::text::{is_in_ranges, is_one_of};

/// Viramas (`Canonical_Combining_Class` 9) outside the blocks of India, where they have the same position in each.
const VIRAMAS: &str = "\u{0D3B}\u{0D3C}\u{0DCA}\u{0E3A}\u{0EBA}\u{0F84}\u{1039}\u{103A}\u{1714}\u{1715}\u{1734}\u{17D2}\u{1A60}\u{1B44}\u{1BAA}\u{1BAB}\
                       \u{1BF2}\u{1BF3}\u{2D7F}\u{A806}\u{A82C}\u{A8C4}\u{A953}\u{A9C0}\u{AAF6}\u{ABED}";
/// Arabic letters that join the one before: `Joining_Type` D or R; ranges.
const JOINING: &str = "\u{620}\u{620}\u{622}\u{63F}\u{641}\u{64A}\u{66E}\u{66F}\u{671}\u{673}\u{675}\u{6D3}\u{6D5}\u{6D5}\u{6EE}\u{6EF}\u{6FA}\u{6FC}\
                       \u{6FF}\u{6FF}\u{750}\u{77F}";
/// Those of them that do not join the one behind: `Joining_Type` R; ranges.
const JOINING_BEFORE: &str = "\u{622}\u{625}\u{627}\u{627}\u{629}\u{629}\u{62F}\u{632}\u{648}\u{648}\u{671}\u{673}\u{675}\u{677}\u{688}\u{699}\u{6C0}\u{6C0}\
                              \u{6C3}\u{6CB}\u{6CD}\u{6CD}\u{6CF}\u{6CF}\u{6D2}\u{6D3}\u{6D5}\u{6D5}\u{6EE}\u{6EF}\u{759}\u{75B}\u{76B}\u{76C}\
                              \u{771}\u{771}\u{773}\u{774}\u{778}\u{779}";
/// Marks of Arabic vowels, which joining looks past: `Joining_Type` T; ranges.
const TRANSPARENT: &str =
    "\u{610}\u{61A}\u{64B}\u{65F}\u{670}\u{670}\u{6D6}\u{6DC}\u{6DF}\u{6E4}\u{6E7}\u{6E8}\u{6EA}\u{6ED}";

/// Checks if a character is ZERO WIDTH NON-JOINER or ZERO WIDTH JOINER.
pub const fn is_joiner(char: char) -> bool {
    matches!(char, NON_JOINER | '\u{200D}')
}

const NON_JOINER: char = '\u{200C}';

/// Checks if each joiner of a label is allowed where it is.
pub fn are_allowed(label: &str) -> bool {
    label.char_indices().filter(|(_, char)| is_joiner(*char)).all(|(at, char)| {
        let (before, from) = label.split_at_checked(at).unwrap_or_default();
        let visible = |char: &char| !is_in_ranges(*char, TRANSPARENT);
        before.chars().next_back().is_some_and(is_virama)
            || (char == NON_JOINER
                && before
                    .chars()
                    .rev()
                    .find(visible)
                    .is_some_and(|char| joins(char) && !is_in_ranges(char, JOINING_BEFORE))
                && from.chars().skip(1).find(visible).is_some_and(joins))
    })
}

fn is_virama(char: char) -> bool {
    (('\u{900}'..='\u{D7F}').contains(&char) && u32::from(char) & 0x7F == 0x4D) || is_one_of(char, VIRAMAS)
}

fn joins(char: char) -> bool {
    is_in_ranges(char, JOINING)
}

#[cfg(test)]
mod tests {
    use super::are_allowed;

    #[test]
    fn joiners_are_allowed_behind_viramas_and_between_joining_letters() {
        for label in [
            "example",
            "क्\u{200D}ष",
            "क्\u{200C}ष",
            "ක්\u{200D}ෂ",
            "മ്\u{200D}",
            "می\u{200C}خواهم",
            "نامه\u{200C}ای",
            "مي\u{64E}\u{200C}\u{64E}خ",
            "ស្\u{200C}ត",
        ] {
            assert!(are_allowed(label), "{label}");
        }
        for label in [
            "\u{200D}",
            "\u{200C}خ",
            "exam\u{200D}ple",
            "日\u{200C}本",
            "क\u{200D}ष",
            "می\u{200D}خ",
            "ا\u{200C}خ",
            "می\u{200C}",
            "می\u{200C}a",
            "می\u{200C}ء",
            "क्\u{200D}\u{200D}ष",
        ] {
            assert!(!are_allowed(label), "{label}");
        }
    }
}
