//! A report for people at a terminal.
//!
//! ```text
//! draft.json: 1 issue
//!   インシデント発生対象機器 1 › OS  length.too_long
//!     200文字までで…
//! ```

use std::fmt::Write as _;

use kakekomi_core::{Locale, message};
use kakekomi_service::submit::Verdict;

use crate::cli::inert::inert;
use crate::cli::print::Style;

/// Formats the verdict: each issue with its field's title, then advisories and guidance.
pub fn readable(file: &str, verdict: &Verdict, locale: Locale) -> String {
    let style = Style::of_stdout();
    let mut text = String::new();
    let _ = writeln!(text, "{}: {}", inert(file), headline(verdict, style));
    for issue in verdict.issues() {
        let title = title(&issue.path, locale);
        let title = if title.is_empty() { String::new() } else { format!("{}  ", style.strong(&title)) };
        let _ = writeln!(text, "  {title}{}\n    {}", style.faint(&issue.code), inert(&issue.message));
    }
    for note in verdict.notes() {
        let _ = writeln!(text, "  {}\n    {}", style.faint(&note.code), inert(&note.message));
    }
    text
}

fn headline(verdict: &Verdict, style: Style) -> String {
    match verdict.issues().len() {
        _ if verdict.accepted() => style.right("accepted"),
        1 => style.wrong("1 issue"),
        many => style.wrong(&format!("{many} issues")),
    }
}

/// Joins the titles down to a field: `/devices/0/os` → `インシデント発生対象機器 1 › OS`.
fn title(path: &str, locale: Locale) -> String {
    let mut titles: Vec<String> = Vec::new();
    let mut so_far = String::new();
    for step in path.split('/').skip(1) {
        so_far = format!("{so_far}/{step}");
        match (step.parse::<usize>(), titles.last_mut()) {
            (Ok(index), Some(list)) => *list = format!("{list} {}", index + 1),
            _ => titles.push(message::title(&message::pattern(&so_far), locale).unwrap_or(step).to_owned()),
        }
    }
    titles.join(" › ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_named_by_its_titles() {
        assert_eq!(title("/devices/0/os", Locale::Ja), "インシデント発生対象機器 1 › OS");
        assert_eq!(title("", Locale::Ja), "");
        assert_eq!(title("/nonsense", Locale::Ja), "nonsense");
    }
}
