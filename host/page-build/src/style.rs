//! Removes comments and needless white space from styles: `a {\n  b: c;\n}` → `a{b:c}`.

/// Makes a short style with the same meaning.
///
/// # Errors
/// A string or comment that does not end.
pub fn style(text: &str) -> Result<String, String> {
    let mut small = String::new();
    let mut rest = text;
    loop {
        let mut bare = rest.trim_start();
        while let Some(comment) = bare.strip_prefix("/*") {
            bare = comment.split_once("*/").ok_or("a comment does not end")?.1.trim_start();
        }
        let Some(next) = bare.chars().next() else { return Ok(small) };
        let last = small.chars().next_back().unwrap_or(';');
        // A space before a colon has a meaning in `a :hover`, one behind it never has.
        if bare.len() < rest.len() && !"{};:,".contains(last) && !"{};,".contains(next) {
            small.push(' ');
        }
        if next == '}' && last == ';' {
            small.pop();
        }
        let length = if matches!(next, '"' | '\'') { quoted(bare, next)? } else { next.len_utf8() };
        let (part, behind) = bare.split_at(length);
        small.push_str(part);
        rest = behind;
    }
}

/// Measures a string with both its quotes, on one line.
fn quoted(text: &str, quote: char) -> Result<usize, String> {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            '\n' => break,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if char == quote => return Ok(at + char.len_utf8()),
            _ => {}
        }
    }
    Err(format!("a string does not end: {}", text.lines().next().unwrap_or_default()))
}
