//! The report as canonical JSON: the verdict, the issues and the advice.
//!
//! `{"ruleset":"2026.11","context":{…},"accepted":false,"issues":[…],"advisories":[…],"guidance":[…],
//! "progress":[…],"hidden":[…],"values":{…}}`: keys in this order, UTF-8, no white space, strings as
//! in RFC 8785, whole numbers only, so that the same text and context give the same bytes everywhere.

use crate::advice::{Advisory, Guidance};
use crate::context::Context;
use crate::form::{Answers, Draft, FieldKind, ProgressCounter, Section, Visit, section};
use crate::issue::Issue;
use crate::json::Writer;
use crate::locale::Locale;
use crate::message;
use crate::path::PathCursor;

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report<'c> {
    /// The version of the rules.
    pub ruleset: &'static str,
    /// The context of the check, for anyone to replay the verdict.
    pub context: &'c Context,
    /// True if the draft can be sent: it has no issue.
    pub accepted: bool,
    /// All issues, in the form's order.
    pub issues: Vec<Issue>,
    /// Advice to the applicant, which never blocks.
    pub advisories: Vec<Advisory>,
    /// Reference information for the first hours (参考情報).
    pub guidance: Vec<Guidance>,
    /// The progress of each section.
    pub progress: Vec<Progress>,
    /// Paths of fields that the answers so far make unnecessary.
    pub hidden: Vec<String>,
    /// The draft, normalised: itself a draft, which gives the same values again.
    pub values: Values<'c>,
}

/// The draft as it was read: the form, or answers to the questions of the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values<'c> {
    /// The form; empty in a context with questions.
    pub draft: Draft,
    /// The answers, in a context with questions.
    pub answers: Option<Answers<'c>>,
}

impl Values<'_> {
    /// A draft without answers, in a context.
    pub fn new(context: &Context) -> Values<'_> {
        let questions = &context.questions;
        Values { draft: Draft::default(), answers: (!questions.is_empty()).then(|| Answers::new(questions)) }
    }

    /// The root of the draft.
    pub fn root(&self) -> &dyn Section {
        match &self.answers {
            Some(answers) => answers,
            None => &self.draft,
        }
    }

    /// The root of the draft, to be read into.
    pub fn root_mut(&mut self) -> &mut dyn Section {
        match &mut self.answers {
            Some(answers) => answers,
            None => &mut self.draft,
        }
    }
}

/// The progress of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The section's key in the draft.
    pub section: &'static str,
    /// The required fields, given the answers so far.
    pub required: u32,
    /// Those that are answered.
    pub answered: u32,
    /// Those with the answer "unknown".
    pub unknown: u32,
}

/// The first capacity of a report, in bytes: enough for most.
const ROOM: usize = 16 * 1024;

impl Report<'_> {
    /// Writes the report's canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::with_room(ROOM);
        out.object();
        out.text_member("ruleset", self.ruleset);
        out.key("context");
        self.context.write(&mut out);
        out.key("accepted");
        out.boolean(self.accepted);
        each("issues", &self.issues, &mut out, |issue, out| write_issue(issue, self.context.locale, out));
        each("advisories", &self.advisories, &mut out, Advisory::write);
        each("guidance", &self.guidance, &mut out, Guidance::write);
        each("progress", &self.progress, &mut out, Progress::write);
        each("hidden", &self.hidden, &mut out, |path, out| out.text(path));
        out.key("values");
        section::write(self.values.root(), &mut out);
        out.end_object();
        out.into_bytes()
    }
}

/// Writes a member that is a list.
fn each<T>(key: &str, entries: &[T], out: &mut Writer, write: impl Fn(&T, &mut Writer)) {
    out.key(key);
    out.list();
    for entry in entries {
        write(entry, out);
    }
    out.end_list();
}

fn write_issue(issue: &Issue, locale: Locale, out: &mut Writer) {
    out.object();
    out.text_member("path", &issue.path);
    out.key("code");
    out.ascii(issue.code.as_str().as_bytes());
    out.key("params");
    out.object();
    if let Some(largest) = &issue.largest {
        out.key("largest");
        out.list();
        for path in &largest.0 {
            out.text(path);
        }
        out.end_list();
    }
    for (name, value) in issue.params.iter() {
        out.number_member(name, value);
    }
    out.end_object();
    out.text_member("message", &message::of_issue(issue, locale));
    out.end_object();
}

impl Progress {
    fn write(&self, out: &mut Writer) {
        out.object();
        out.text_member("section", self.section);
        out.number_member("required", self.required.into());
        out.number_member("answered", self.answered.into());
        out.number_member("unknown", self.unknown.into());
        out.end_object();
    }
}

/// Computes the progress of each section, in the form's order; the issues are sorted.
pub fn progress(draft: &dyn Section, issues: &[Issue]) -> Vec<Progress> {
    let mut rows = Vec::with_capacity(8);
    let mut fields = draft.fields().iter().enumerate();
    draft.each(&mut |slot| {
        let Some((row, field)) = fields.next().filter(|(_, field)| !matches!(field.kind, FieldKind::Reserved)) else {
            return;
        };
        let mut counter = ProgressCounter::new(issues);
        slot.visit(field, &PathCursor::ROOT.member(field.name, Some(row)), &mut Visit::Count(&mut counter));
        let ProgressCounter { required, answered, unknown, .. } = counter.closed();
        rows.push(Progress { section: field.name, required, answered, unknown });
    });
    rows
}
