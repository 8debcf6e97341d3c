//! Takes comments and needless white space away, from scripts and from styles.
//!
//! A small reader of JavaScript's tokens: it knows strings, templates, patterns and comments, and keeps their inside as
//! it is. Whether `/` divides or begins a pattern cannot be told without the whole grammar, so one rule of writing
//! decides: **a division has a space behind it, a pattern never begins with one.** Where both readings are left, it refuses.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// One character of punctuation.
    Mark,
    /// A string, a pattern, or a piece of a template.
    Literal,
}

/// White space and comments before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

/// A token as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'a str,
    gap: Gap,
}

/// Words after which an operand comes, so that `/` begins a pattern.
const BEFORE_OPERAND: [&str; 14] = [
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "new",
    "delete",
    "void",
    "throw",
    "await",
    "yield",
    "else",
    "do",
    "instanceof",
];

/// The tokens of a script.
///
/// # Errors
/// A string, template or comment that does not end, or a `/` that may be either.
pub fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut found: Vec<Token> = Vec::new();
    // For each template that is open, how many braces are open in its `${`.
    let mut templates: Vec<usize> = Vec::new();
    let mut rest = text;
    loop {
        let (gap, after) = gap(rest)?;
        let Some(first) = after.chars().next() else { return Ok(found) };
        let (kind, length) = match first {
            '"' | '\'' => (Kind::Literal, quoted(after, first)?),
            '`' => (Kind::Literal, piece(after, &mut templates)?),
            '}' if templates.last() == Some(&0) => {
                templates.pop();
                (Kind::Literal, piece(after, &mut templates)?)
            }
            '/' if begins_pattern(found.last(), after)? => (Kind::Literal, pattern(after)?),
            _ if is_word(first) => (Kind::Word, after.find(|char| !is_word(char)).unwrap_or(after.len())),
            _ => (Kind::Mark, first.len_utf8()),
        };
        match (first, templates.last_mut()) {
            ('{', Some(open)) => *open += 1,
            ('}', Some(open)) if kind == Kind::Mark => *open -= 1,
            _ => {}
        }
        let (token, behind) = after.split_at(length);
        found.push(Token { kind, text: token, gap });
        rest = behind;
    }
}

/// The tokens as a text, with as little between them as keeps its meaning. Lines that may end a statement stay.
pub fn print(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        let last = text.chars().next_back().unwrap_or(';');
        let next = token.text.chars().next().unwrap_or(';');
        // What would become another token: two names, `+ +`, a pattern and a name, a number and a dot.
        let touches = (is_word(last) && is_word(next))
            || ("+-/".contains(last) && "+-/".contains(next))
            || (last == '/' && is_word(next))
            || (is_word(last) && next == '.');
        match token.gap {
            Gap::Line if !"{([,;=?:&|".contains(last) && !"}]).,;?:&|=".contains(next) => text.push('\n'),
            Gap::Line | Gap::Space if touches => text.push(' '),
            _ => {}
        }
        text.push_str(token.text);
    }
    text
}

/// A style without comments and needless white space: `a {\n  b: c;\n}` → `a{b:c;}`.
///
/// # Errors
/// A string or comment that does not end.
pub fn style(text: &str) -> Result<String, String> {
    let mut squeezed = String::new();
    let mut rest = text;
    loop {
        let mut bare = rest.trim_start();
        while let Some(comment) = bare.strip_prefix("/*") {
            bare = comment.split_once("*/").ok_or("a comment does not end")?.1.trim_start();
        }
        let Some(next) = bare.chars().next() else { return Ok(squeezed) };
        let last = squeezed.chars().next_back().unwrap_or(';');
        // A space before a colon means something in `a :hover`, one behind it nowhere.
        if bare.len() < rest.len() && !"{};:,".contains(last) && !"{};,".contains(next) {
            squeezed.push(' ');
        }
        let length = if matches!(next, '"' | '\'') { quoted(bare, next)? } else { next.len_utf8() };
        let (part, behind) = bare.split_at(length);
        squeezed.push_str(part);
        rest = behind;
    }
}

/// White space and comments at the start, and what comes after them.
fn gap(text: &str) -> Result<(Gap, &str), String> {
    let (mut gap, mut rest) = (Gap::None, text);
    loop {
        let bare = rest.trim_start();
        let (skipped, after) = if bare.len() < rest.len() {
            rest.split_at(rest.len() - bare.len())
        } else if rest.starts_with("//") {
            rest.split_at(rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            rest.split_at(rest.find("*/").ok_or("a comment does not end")? + 2)
        } else {
            return Ok((gap, rest));
        };
        gap = gap.max(if skipped.contains('\n') { Gap::Line } else { Gap::Space });
        rest = after;
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || "_$#".contains(char)
}

/// The length of a string up to its closing quote, on one line.
fn quoted(text: &str, quote: char) -> Result<usize, String> {
    until(text, |char, _| char == quote).ok_or_else(|| format!("a string does not end: {}", line(text)))
}

/// The length of a piece of a template, from its start or a `}`, up to its end or a `${`, which opens anew.
fn piece(text: &str, templates: &mut Vec<usize>) -> Result<usize, String> {
    let wrong = || format!("a template does not end: {}", line(text));
    let length = until_anywhere(text, |char, rest| char == '`' || rest.starts_with("${")).ok_or_else(wrong)?;
    if text[..length].ends_with('`') {
        return Ok(length);
    }
    templates.push(0);
    Ok(length + 1)
}

/// The length of a pattern with its flags.
fn pattern(text: &str) -> Result<usize, String> {
    let mut class = false;
    let end = until(text, |char, _| {
        class = (class || char == '[') && char != ']';
        char == '/' && !class
    });
    let end = end.ok_or_else(|| format!("a pattern does not end: {}", line(text)))?;
    Ok(end + text[end..].find(|char| !is_word(char)).unwrap_or(text.len() - end))
}

fn begins_pattern(before: Option<&Token>, text: &str) -> Result<bool, String> {
    let spaced = text[1..].starts_with([' ', '\n', '=']);
    let operand = before.is_some_and(|token| match token.kind {
        Kind::Word => !BEFORE_OPERAND.contains(&token.text),
        Kind::Literal => true,
        Kind::Mark => matches!(token.text, ")" | "]" | "}"),
    });
    // After `a++` comes a division, after `a +` a pattern.
    let either = before.is_some_and(|token| matches!(token.text, "+" | "-"));
    match (operand, spaced) {
        (true, false) => Err(format!("a division has a space behind it: {}", line(text))),
        (false, true) if !either => Err(format!("a pattern begins with no space and no =: {}", line(text))),
        _ => Ok(!spaced),
    }
}

/// The length up to and with the first character that `ends`, skipping what is escaped; none beyond the line.
fn until(text: &str, ends: impl FnMut(char, &str) -> bool) -> Option<usize> {
    until_anywhere(text, ends).filter(|length| !text[..*length].contains('\n'))
}

fn until_anywhere(text: &str, mut ends: impl FnMut(char, &str) -> bool) -> Option<usize> {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if ends(char, &text[at..]) => return Some(at + char.len_utf8()),
            _ => {}
        }
    }
    None
}

fn line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
