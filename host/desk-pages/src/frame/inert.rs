//! Text of other people on a page: never markup, never a change of the direction of its surroundings.
//!
//! `<script>` → `&lt;script&gt;` within `<bdi>` · a bell character → `␇` · U+202E → `[U+202E]` · line breaks stay
//!
//! All text that an applicant, an operator or a program wrote passes this module. maud escapes the markup; this module isolates the
//! direction and shows the characters that are invisible or reorder their neighbours.

use maud::{Markup, Render, html};

/// Writes a text of one or more lines.
pub fn text(text: &str) -> Markup {
    html! { bdi { (Pieces(text)) } }
}

/// Replaces each invisible character by a visible one, for places that hold no markup: titles of pages, attributes.
pub fn visible(text: &str) -> String {
    text.chars().map(|character| symbol(character).unwrap_or_else(|| character.into())).collect()
}

/// A text whose invisible characters are marked as such.
struct Pieces<'a>(&'a str);

impl Render for Pieces<'_> {
    fn render(&self) -> Markup {
        html! {
            @for (index, line) in lines(self.0).enumerate() {
                @if index > 0 { br; }
                @for piece in pieces(line) {
                    @match piece {
                        Piece::Plain(plain) => (plain),
                        Piece::Symbol(symbol) => span.control { (symbol) },
                    }
                }
            }
        }
    }
}

/// Splits a text at the line breaks of all systems.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
}

enum Piece<'a> {
    Plain(&'a str),
    Symbol(String),
}

fn pieces(line: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (index, character) in line.char_indices() {
        let Some(symbol) = symbol(character) else { continue };
        pieces.extend(line.get(start..index).filter(|plain| !plain.is_empty()).map(Piece::Plain));
        pieces.push(Piece::Symbol(symbol));
        start = index + character.len_utf8();
    }
    pieces.extend(line.get(start..).filter(|plain| !plain.is_empty()).map(Piece::Plain));
    pieces
}

/// The visible form of a control, of a bidirectional or of an invisible character; `None` for any other. A tab stays.
fn symbol(character: char) -> Option<String> {
    let code = u32::from(character);
    match character {
        '\t' => None,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + code).map(String::from),
        '\u{7f}' => Some('\u{2421}'.into()),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some(format!("[U+{code:04X}]")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_quotes_are_escaped() {
        let payload = "<script>alert(1)</script><img src=x onerror=\"alert('1')\">&lt;";
        let shown = text(payload).into_string();
        assert!(!shown.contains("<script") && !shown.contains("<img"), "{shown}");
        assert!(shown.starts_with("<bdi>&lt;script&gt;") && shown.ends_with("&amp;lt;</bdi>"), "{shown}");
    }

    #[test]
    fn controls_and_bidirectional_characters_become_visible() {
        let shown = text("a\u{7}b\u{202e}c\u{2066}d\u{feff}\u{1b}[2J\u{9b}").into_string();
        for symbol in ["␇", "[U+202E]", "[U+2066]", "[U+FEFF]", "␛", "[U+009B]"] {
            assert!(shown.contains(&format!("<span class=\"control\">{symbol}</span>")), "{symbol} in {shown}");
        }
        assert!(!shown.chars().any(|one| one.is_control() || "\u{202e}\u{2066}\u{feff}".contains(one)));
    }

    #[test]
    fn line_breaks_stay_and_lone_returns_are_shown() {
        assert_eq!(text("a\r\nb\nc\t").into_string(), "<bdi>a<br>b<br>c\t</bdi>");
        assert!(text("a\rb").into_string().contains('␍'));
        assert_eq!(visible("a\nb\u{202e}"), "a␊b[U+202E]");
    }

    #[test]
    fn ordinary_text_is_unchanged() {
        let ordinary = "株式会社れい ﾃｽﾄ (é, e\u{301}), 👩\u{200d}💻 \u{a0}ab";
        assert_eq!(text(ordinary).into_string(), format!("<bdi>{ordinary}</bdi>"));
    }
}
