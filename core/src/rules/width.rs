//! Full-width writing of a Japanese keyboard, folded to ASCII; radicals folded to ideographs.
//!
//! Accepted: `０３－１２３４` becomes `03-1234`, `ａ＠ｂ．ｊｐ` becomes `a@b.jp`, `03ー1234` becomes `03-1234`.
//! Nothing is refused; other characters than full-width ASCII, the ideographic space, a dash and a radical (`⽉`) stay (`ｱ`, `。`, `①`).

use super::radicals::ideograph;

/// Folds full-width ASCII (U+FF01–U+FF5E), the ideographic space (U+3000), every dash of a keyboard and radicals.
///
/// One character in gives one character out, so the work is linear and folding twice changes nothing.
pub fn fold(text: &str) -> String {
    folded(text, true)
}

/// Folds as [`fold`] does, but keeps the sign of a long vowel (`ー`, `ｰ`), which is a letter in `データ.jp`.
pub fn fold_keeping_long_vowel(text: &str) -> String {
    folded(text, false)
}

/// Folds each character; the others are copied run by run.
fn folded(text: &str, fold_long_vowels: bool) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut copied = 0;
    for (at, typed) in text.char_indices().filter(|(_, typed)| !typed.is_ascii()) {
        let read = if fold_long_vowels && is_long_vowel(typed) { '-' } else { plain(typed) };
        if read != typed {
            folded.push_str(text.get(copied..at).unwrap_or_default());
            folded.push(read);
            copied = at + typed.len_utf8();
        }
    }
    folded.push_str(text.get(copied..).unwrap_or_default());
    folded
}

/// Checks if a character is the sign of a long vowel, full-width or half-width.
pub const fn is_long_vowel(typed: char) -> bool {
    matches!(typed, '\u{30FC}' | '\u{FF70}')
}

/// The ASCII character of a full-width form, the ideographic space or a dash, the ideograph of a radical; any other character unchanged.
fn plain(typed: char) -> char {
    match typed {
        '\u{3000}' => ' ',
        '\u{301C}' => '~',
        other if is_dash(other) => '-',
        // U+FF01 is as far behind U+0021 as every other form behind its own.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(typed).saturating_sub(0xFEE0)).unwrap_or(typed),
        other => ideograph(other),
    }
}

/// Checks if a character looks like a dash and is not a letter: Unicode's dash punctuation (Pd) of the scripts that are
/// written here, and the minus signs, rules and bullets that an input method or a copied page writes instead.
const fn is_dash(typed: char) -> bool {
    let is_other = matches!(
        typed,
        '\u{02D7}'
            | '\u{1806}'
            | '\u{2043}'
            | '\u{207B}'
            | '\u{208B}'
            | '\u{2212}'
            | '\u{2500}'
            | '\u{2501}'
            | '\u{2796}'
            | '\u{2E3A}'
            | '\u{2E3B}'
            | '\u{30A0}'
            | '\u{FE31}'
            | '\u{FE32}'
            | '\u{FE58}'
            | '\u{FE63}'
    );
    is_other || matches!(typed, '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_keeping_long_vowel};

    #[test]
    fn folds_the_writing_of_a_keyboard() {
        for (typed, folded) in [
            ("０３－１２３４", "03-1234"),
            ("ａ＠Ｂ．ｊｐ", "a@B.jp"),
            ("！～", "!~"),
            ("ー－‐‑‒–—―−ｰ─﹣", "------------"),
            ("˗᠆⁃⁻₋━➖⸺⸻゠︱︲﹘", "-------------"),
            ("〜～", "~~"),
            ("\u{3000}a\u{3000}", " a "),
            ("ｱｲｳ。｡①　", "ｱｲｳ。｡① "),
            ("令和5年12⽉4⽇", "令和5年12月4日"),
            ("plain-text", "plain-text"),
            ("", ""),
        ] {
            assert_eq!(fold(typed), folded, "{typed}");
            assert_eq!(fold(&fold(typed)), folded, "{typed} twice");
        }
    }

    #[test]
    fn keeps_the_long_vowel_where_it_is_a_letter() {
        assert_eq!(fold_keeping_long_vowel("データ－ｘ−ｰ"), "データ-x-ｰ");
    }
}
