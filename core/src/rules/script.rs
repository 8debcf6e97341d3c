//! Letters and digits of the scripts that domain names are written in.
//!
//! `日`, `ー`, `ü`, `я`, `한`, `ไ` → true; `A`, `Ü`, `①`, `㈱`, `ｶ`, `ﬁ`, `♥`, `☎` → false.
//!
//! By ranges of the scripts that are written today and not by Unicode's tables of properties, which are 4 KB of the module for
//! rare names. Capitals and the half-width, circled and other shapes that IDNA would fold (RFC 5892, 2.2) are in
//! none of them. Within the ranges a few signs pass that IDNA refuses (letters of India with their dot in one, marks at the beginning):
//! then the mail does not arrive, as with any other mistyped name. A name that is typed in its ASCII form is not checked so.

use super::letter_case;
use crate::text::{is_in_ranges, is_one_of};

/// Checks if it is a letter or digit of such a script, ASCII aside, in the form that names are kept in.
pub fn is_letter(letter: char) -> bool {
    is_alphabetic(letter) || is_syllable(letter)
}

/// Scripts that have capitals, small letters alone.
fn is_alphabetic(letter: char) -> bool {
    let is_even = u32::from(letter) % 2 == 0;
    match letter {
        'İ' | 'ĳ' | 'ŀ' | 'ŉ' | 'ẛ' => false, // two letters in one, and a letter in another shape
        'ß'..='ö' | 'ø'..='ž' | 'ΐ' | 'ά'..='ώ' => letter_case::to_lowercase(letter) == letter,
        'ẖ' | 'ẘ' | 'а'..='џ' | 'ա'..='ֆ' | 'ა'..='ჺ' => true,
        'ӂ'..='ӎ' => is_even,
        'ҋ'..='ҿ' | 'ӑ'..='ԯ' | 'ḁ'..='ỿ' => !is_even,
        _ => is_one_of(letter, "əɛơưǎǐǒǔșțӏ"),
    }
}

/// Scripts without capitals.
fn is_syllable(letter: char) -> bool {
    // Kana and signs, kanji, Hangul, Bopomofo, Hebrew, Arabic, Dhivehi, India and Sri Lanka, Thai and Lao, Tibetan, Burmese, Khmer, Ethiopic and Mongolian.
    const RANGES: &str = "々々〆〆〇〇ぁゖゝゝゞゞァヺーヾㇰㇿ\
                          \u{3400}\u{4DBF}\u{4E00}\u{9FFF}\u{20000}\u{2F7FF}\u{30000}\u{323AF}\
                          \u{AC00}\u{D7A3}\
                          \u{3105}\u{312F}\u{31A0}\u{31BF}\
                          \u{05D0}\u{05EA}\
                          \u{0620}\u{063F}\u{0641}\u{0669}\u{0671}\u{0674}\u{0679}\u{06D3}\u{06D5}\u{06D5}\
                          \u{06F0}\u{06FF}\u{0750}\u{077F}\u{08A0}\u{08C9}\
                          \u{0780}\u{07B1}\
                          \u{0901}\u{0957}\u{0960}\u{0963}\u{0966}\u{0DF3}\
                          \u{0E01}\u{0E32}\u{0E34}\u{0E3A}\u{0E40}\u{0E4E}\u{0E50}\u{0E59}\
                          \u{0E81}\u{0EB2}\u{0EB4}\u{0ED9}\
                          \u{0F40}\u{0FBC}\u{1000}\u{1049}\u{1780}\u{17D3}\
                          \u{1200}\u{135A}\u{1820}\u{1878}";
    is_in_ranges(letter, RANGES)
}

#[cfg(test)]
mod tests {
    use super::is_letter;

    #[test]
    fn letters_of_names_are_accepted() {
        for letter in "日本々ーゝかガㇰ東üßéžāőơǎșəẖάωяїқӯӂӏĳ한國ไทยहिन्दीعربیەעבரქאދިἀ".chars()
        {
            let (is_kept, out) = (is_letter(letter), matches!(letter, 'ĳ' | 'ἀ'));
            assert_eq!(is_kept, !out, "{letter}");
        }
    }

    #[test]
    fn characters_that_idna_would_fold_are_refused() {
        for letter in "aZ0AÜĀΩЯҚӁԱႠḀẠẛＡ１①㈱ｶﾞﬁ²ªⅣ㍻☎♥।ำ。・-_ \u{3000}\u{200D}\u{640}\u{F900}\u{2F800}".chars()
        {
            assert!(!is_letter(letter), "{letter}");
        }
    }

    #[test]
    fn capitals_are_refused() {
        for letter in '\u{80}'..=char::MAX {
            assert!(!(is_letter(letter) && letter.is_uppercase()), "{letter} {:x}", u32::from(letter));
        }
    }
}
