//! Comparison of the context in a report with the context that was asked.
//!
//! asked `{"now":5,"locale":"ja",…}`, the report's context the same bytes → they match
//!
//! Within an ABI version keys are added to a context and never removed, and a module repeats those that it knows: an older
//! module may leave out a newer key and may change nothing.

use kakekomi_core::Context;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Reports whether a module repeats the context that it was asked in.
pub(super) fn matches_context(echoed: &[u8], asked: &[u8]) -> bool {
    if echoed == asked {
        return true;
    }
    let (Ok(echoed), Ok(mut asked)) = (Context::read(echoed), Context::read(asked)) else { return false };
    // `in_force_since` was added later than the first module of ABI 1.
    for (echoed, asked) in [(&echoed.consent, &mut asked.consent), (&echoed.policy, &mut asked.policy)] {
        if echoed.in_force_since.is_none() {
            asked.in_force_since = None;
        }
    }
    if echoed.questions.is_empty() {
        asked.questions.clear();
    }
    echoed == asked
}

/// Reports whether a report is of a module that knows questions: it repeats those of its context.
pub fn has_questions(report: &[u8]) -> bool {
    let context = context_of(report).and_then(|context| Context::read(context).ok());
    context.is_some_and(|context| !context.questions.is_empty())
}

/// Finds the context of a report, byte for byte.
pub fn context_of(report: &[u8]) -> Option<&[u8]> {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        context: &'a RawValue,
    }
    serde_json::from_slice(report).ok().map(|Head { context }| context.get().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = r#"{"now":5,"locale":"ja","consent":{"version":"1","in_force_since":4,"sha256":{"ja":"DIGEST","en":"DIGEST"}},"policy":{"version":"1","sha256":{"ja":"DIGEST"}},"calendar":{"open":"09:00","close":"17:00","offset":"+09:00","year_end":{"from":"12-29","to":"01-03"},"weekday_excludes_holidays":true,"extra_closed":[],"extra_open":[],"holidays":["2026-01-01"],"last_year":2027}}"#;

    fn asked() -> String {
        ASKED.replace("DIGEST", &"a".repeat(64))
    }

    #[test]
    fn an_older_module_may_leave_out_a_newer_key() {
        assert!(Context::read(asked().as_bytes()).is_ok());
        assert!(matches_context(asked().as_bytes(), asked().as_bytes()));
        assert!(matches_context(asked().replace(r#""in_force_since":4,"#, "").as_bytes(), asked().as_bytes()));
    }

    #[test]
    fn a_module_may_change_nothing() {
        for (from, to) in [
            (r#""now":5"#, r#""now":6"#),
            ("ja\",\"consent", "en\",\"consent"),
            (r#""in_force_since":4"#, r#""in_force_since":3"#),
            (r#"{"version":"1","sha256""#, r#"{"version":"1","in_force_since":4,"sha256""#),
            (r#""ja":"a"#, r#""ja":"b"#),
            ("2026-01-01", "2026-01-02"),
            (r#"["2026-01-01"]"#, "[]"),
            ("09:00\",\"close", "08:00\",\"close"),
            (r#""now":5,"#, ""),
        ] {
            assert!(
                asked().contains(from) && !matches_context(asked().replace(from, to).as_bytes(), asked().as_bytes()),
                "{from}"
            );
        }
        assert!(!matches_context(b"{}", asked().as_bytes()) && !matches_context(b"5", asked().as_bytes()));
    }

    #[test]
    fn the_context_of_a_report_is_unchanged() {
        let report = br#"{"ruleset":"r","context":{"now":1,"x":"\",\"accepted\":"},"accepted":true,"issues":[]}"#;
        assert_eq!(context_of(report), Some(&br#"{"now":1,"x":"\",\"accepted\":"}"#[..]));
        assert_eq!(context_of(b"{}"), None);
    }
}
