//! `docs/codes.md`: every code of a report, an urgency or a problem, made from the source.
//!
//! `Code::PhoneInvalid` and its sentences → `| phone.invalid | Not a telephone number … | … | … |`.

use std::fmt::Write;

use kakekomi_core::urgency::UrgencyReason;
use kakekomi_core::{CheckError, Code, Locale, message};
use kakekomi_http::problem_code::{ProblemCode, Retry};

const HEAD: &str = "# Codes

Every stable word that a report, an urgency or a problem may carry. Codes never change their meaning; sentences may
change at any time. A sentence for one field stands below the general one, and goes before it.
Numbers in braces are the issue's `params`.

Made from the source: `cargo run --release -p kakekomi-tests --bin codes-md > docs/codes.md`. Do not edit.
";

/// The whole file.
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    section(&mut text, "Issues", "issue", "What is to be mended: the draft is not accepted while one stands.");
    section(&mut text, "Advisories", "advisory", "What the applicant should know. They never block.");
    section(&mut text, "Guidance", "guidance", "Reference information (参考情報) for the first hours.");
    urgency(&mut text);
    problems(&mut text);
    failures(&mut text);
    text
}

/// The codes of one table, in the order of `core/src/code.rs`.
fn section(text: &mut String, title: &str, table: &str, about: &str) {
    let keys = keys(table);
    _ = write!(text, "\n## {title}\n\n{about}\n\n| Code | Meaning | 日本語 | English |\n| --- | --- | --- | --- |\n");
    for code in Code::ALL.iter().filter(|code| keys.contains(&code.as_str())) {
        let [ja, en] = [Locale::Ja, Locale::En].map(|locale| sentence(*code, table, "", locale));
        _ = writeln!(text, "| `{}` | {} | {ja} | {en} |", code.as_str(), code.meaning().trim());
        let own = keys.iter().filter_map(|key| key.strip_prefix(code.as_str())?.strip_prefix(' '));
        for path in own {
            let [ja, en] = [Locale::Ja, Locale::En].map(|locale| sentence(*code, table, path, locale));
            _ = writeln!(text, "| | at `{path}` | {ja} | {en} |");
        }
    }
}

/// A code's sentence, for an issue at a path pattern.
fn sentence(code: Code, table: &str, path: &str, locale: Locale) -> String {
    let sentence = match table {
        "issue" => message::sentence(code, &path.replace('*', "0"), locale).to_owned(),
        "advisory" => message::advisory(code, locale).to_owned(),
        _ => message::guidance(code, locale).to_owned(),
    };
    cell(&sentence)
}

fn urgency(text: &mut String) {
    text.push_str("\n## Urgency\n\nThe reasons for the urgency of a case (docs/urgency.md), for operators.\n\n");
    text.push_str("| Code | 日本語 | English |\n| --- | --- | --- |\n");
    for reason in UrgencyReason::ALL {
        let [ja, en] = [Locale::Ja, Locale::En].map(|locale| cell(reason.sentence(locale)));
        _ = writeln!(text, "| `{}` | {ja} | {en} |", reason.code());
    }
}

fn problems(text: &mut String) {
    text.push_str("\n## Problems of HTTP\n\nThe `code` of `application/problem+json` (RFC 9457).\n");
    text.push_str(
        "Retry says when the same request may succeed: after this number of seconds, at any time, or never.\n\n",
    );
    text.push_str("| Code | Status | Retry | 日本語 | English |\n| --- | --- | --- | --- | --- |\n");
    let mut codes = ProblemCode::ALL.to_vec();
    codes.sort_by_key(|code| code.as_str());
    for code in codes {
        let [ja, en] = [Locale::Ja, Locale::En].map(|locale| cell(code.sentence(locale)));
        let retry = match code.retry() {
            Retry::Never => "never".to_owned(),
            Retry::Unchanged => "any time".to_owned(),
            Retry::After(seconds) => format!("{seconds} s"),
        };
        _ = writeln!(text, "| `{}` | {} | {retry} | {ja} | {en} |", code.as_str(), code.status().as_u16());
    }
}

/// Errors that keep the module from giving a report: the caller causes them, never the draft.
fn failures(text: &mut String) {
    text.push_str("\n## Failures of the module\n\nThe `code` of the error in JavaScript, the negative number of the host face.\n\n");
    text.push_str("| Code | Number | Meaning |\n| --- | --- | --- |\n");
    for failure in [CheckError::Context("the key that is missing or malformed"), CheckError::Report] {
        _ = writeln!(text, "| `{}` | {} | {failure} |", failure.code(), failure.abi_code());
    }
}

fn keys(table: &str) -> Vec<&'static str> {
    message::keys().into_iter().filter(|(name, _)| *name == table).map(|(_, key)| key).collect()
}

/// A sentence in a table's cell.
fn cell(sentence: &str) -> String {
    sentence.replace('|', "\\|").replace('\n', "<br>")
}
