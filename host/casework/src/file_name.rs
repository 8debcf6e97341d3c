//! Names of applicants' files, made harmless for the operator's machine.
//!
//! `safe_file_name("../請求書\u{202e}fdp.exe")` → `_._請求書_fdp.exe`
//!
//! A name is stored and shown as it was sent; it names no path anywhere. Only a download uses it, and in this form.

/// The name of a file whose own name is empty.
const NAMELESS: &str = "file";
/// Names of devices on Windows, with any ending.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
/// Names of devices on Windows that a digit follows.
const NUMBERED_DEVICES: [&str; 2] = ["COM", "LPT"];

/// Replaces each character of a name that a file system, a shell or a reader could take for something else by `_`. The result is
/// no longer than the name, unless that is empty.
pub fn safe_file_name(name: &str) -> String {
    let mut safe: Vec<char> = name.chars().map(|one| if is_dangerous(one) { '_' } else { one }).collect();
    // A hidden file, an option of a command, a home folder.
    if let Some(first) = safe.first_mut().filter(|first| matches!(first, '.' | '-' | '~' | ' ')) {
        *first = '_';
    }
    // Windows drops these, so that two names would be one.
    if let Some(last) = safe.last_mut().filter(|last| matches!(last, '.' | ' ')) {
        *last = '_';
    }
    let safe: String = safe.into_iter().collect();
    match safe.chars().next() {
        None => NAMELESS.to_owned(),
        Some(first) if is_device(&safe) => safe.replacen(first, "_", 1),
        Some(_) => safe,
    }
}

/// Recognizes separators of paths, signs with a meaning in shells and on Windows, controls, and characters that are invisible or
/// reorder their neighbours.
fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'
            | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2044}' | '\u{2060}'..='\u{206f}'
            | '\u{2215}' | '\u{29f8}' | '\u{feff}' | '\u{ff0f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_numbered = |device: &&str| {
        stem.strip_prefix(*device).is_some_and(|rest| matches!(rest, "¹" | "²" | "³") || is_one_digit(rest))
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.iter().any(is_numbered)
}

fn is_one_digit(text: &str) -> bool {
    text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_harmless() {
        let names = [
            ("", "file"),
            ("..", "__"),
            (".", "_"),
            (".bashrc", "_bashrc"),
            ("-rf", "_rf"),
            ("~root", "_root"),
            ("../../etc/passwd", "_._.._etc_passwd"),
            ("C:\\Windows\\a.dll", "C__Windows_a.dll"),
            ("a\0b\nc\u{7f}\u{9b}d", "a_b_c__d"),
            ("請求書\u{202e}fdp.exe", "請求書_fdp.exe"),
            ("a\u{200b}b\u{2066}c\u{feff}", "a_b_c_"),
            ("a\"; rm *|b>c", "a_; rm __b_c"),
            ("name. ", "name._"),
            ("con", "_on"),
            ("NUL.txt", "_UL.txt"),
            ("Com1 .log", "_om1 .log"),
            ("LPT²", "_PT²"),
            ("a／b", "a_b"),
        ];
        for (name, safe) in names {
            assert_eq!(safe_file_name(name), safe, "{name:?}");
            assert_eq!(safe_file_name(safe), safe, "{name:?}");
        }
    }

    #[test]
    fn ordinary_names_are_unchanged() {
        for name in ["access.log", "ログ 2026年11月 (1).tar.gz", "console.txt", "COM10", "é👩.png", "a'b&c%20.txt"]
        {
            assert_eq!(safe_file_name(name), name);
        }
    }
}
