//! Lower case of Latin, Greek and Cyrillic letters, as in the domain of a mail address.
//!
//! `B` becomes `b`, `Ü` becomes `ü`, `Σ` becomes `σ` everywhere (UTS 46). The capitals of other
//! scripts stay, and a domain may not have them: Unicode's whole table is 16 KB of the module.

/// Returns the small letter of a capital one; any other character as it is.
pub fn to_lowercase(letter: char) -> char {
    let is_even = u32::from(letter) % 2 == 0;
    let step = match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => 0x20,
        'Ѐ'..='Џ' => 0x50,
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' if is_even => 1,
        'Ĺ'..='ň' | 'Ź'..='ž' if !is_even => 1,
        'Ÿ' => return 'ÿ',
        'Ά' => 0x26,
        'Έ'..='Ί' => 0x25,
        'Ό' => 0x40,
        'Ύ' | 'Ώ' => 0x3F,
        _ => 0,
    };
    char::from_u32(u32::from(letter) + step).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::to_lowercase;

    #[test]
    fn as_unicode_has_it_in_latin_greek_and_cyrillic() {
        for letter in '\0'..='\u{45F}' {
            let unicode: String = letter.to_lowercase().collect();
            match letter {
                // Two characters, letters of the African and the ancient alphabets, and signs.
                'İ' | '\u{180}'..='\u{24F}' | '\u{370}'..='\u{385}' | 'Ϗ'..='Ͽ' => {
                    assert!(to_lowercase(letter) == letter);
                }
                _ => assert_eq!(to_lowercase(letter).to_string(), unicode, "{letter}"),
            }
        }
        assert_eq!(to_lowercase('日'), '日');
    }

    #[test]
    fn small_letters_stay() {
        assert!(('\0'..=char::MAX).all(|letter| to_lowercase(to_lowercase(letter)) == to_lowercase(letter)));
    }
}
