//! Advice beside the verdict: advisories, and guidance for the first hours.
//!
//! `{"situation": {"disk_encrypted": "yes"}}` → advisory `support.disk_encrypted`, clause 4⑫.
//! Neither blocks a draft, and no sentence says solved, clean or safe (clause 4②⑧⑪⑬).

mod findings;
mod first_hours;
mod secret;

use crate::code::Code;
use crate::context::Context;
use crate::form::{Answer, Approval, Draft, YesNo};
use crate::json::Writer;
use crate::locale::Locale;
use crate::message;

pub use findings::Findings;
pub use first_hours::guidance;

/// Advice to the applicant, with the clause that it is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// The stable code.
    pub code: Code,
    /// The clause or annex item: `4-12`, `1-2`, `annex-1-1`.
    pub clause: &'static str,
    /// The field that it belongs to; empty for the whole.
    pub path: String,
    /// The sentence.
    pub message: String,
}

/// Reference information for the first hours (参考情報).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guidance {
    /// The stable code.
    pub code: Code,
    /// The sentence, marked as reference information.
    pub message: &'static str,
}

impl Advisory {
    pub(crate) fn write(&self, out: &mut Writer) {
        let (code, path) = (self.code.as_str(), &self.path);
        out.text_object(&[("code", code), ("clause", self.clause), ("path", path), ("message", &self.message)]);
    }
}

impl Guidance {
    pub(crate) fn write(&self, out: &mut Writer) {
        out.text_object(&[("code", self.code.as_str()), ("message", self.message)]);
    }
}

/// The advisories of a draft, in the form's order; those of the whole draft come last. Answers to questions have only the warnings
/// about secrets.
pub fn advisories(draft: &Draft, findings: &Findings, context: &Context) -> Vec<Advisory> {
    let mut list = List { context, advisories: Vec::new() };
    let is_form = context.questions.is_empty();
    if is_form {
        contact(draft, &mut list);
    }
    if yes(&draft.incident.third_party_harm) {
        list.add(Code::HarmThirdParty, "4-9", "/incident/third_party_harm");
    }
    for path in &findings.likely_secrets {
        list.add(Code::SecretLikely, "4-6", path);
    }
    if !is_form {
        return list.advisories;
    }
    services(draft, &mut list);
    support(draft, &findings.unanswered, &mut list);
    let opening = context.calendar.opening(context.now);
    if opening.is_closed() {
        list.add(Code::DeskClosed, "4-1", "");
    } else if !opening.dated {
        list.add(Code::DeskHoursUnknown, "4-1", "");
    }
    list.advisories
}

struct List<'c> {
    context: &'c Context,
    advisories: Vec<Advisory>,
}

impl List<'_> {
    fn add(&mut self, code: Code, clause: &'static str, path: &str) {
        let message = message::advisory(code, self.context.locale).to_owned();
        self.advisories.push(Advisory { code, clause, path: path.to_owned(), message });
    }
}

/// Adds the advice on mailboxes: one is advised, outside the affected system (Annex 1.2).
fn contact(draft: &Draft, list: &mut List<'_>) {
    let code = match draft.contact.email {
        Answer::Absent => Code::ContactEmailAdvised,
        Answer::Given(_) => Code::ContactOutsideMailbox,
        Answer::Unknown | Answer::Invalid => return,
    };
    list.add(code, "annex-1-2", "/contact/email");
}

/// Adds the advice on services (Annex 1.1, clause 1②).
fn services(draft: &Draft, list: &mut List<'_>) {
    let remote = draft.service.remote.given();
    if remote.is_some_and(|remote| remote.approval.given() == Some(&Approval::Pending)) {
        list.add(Code::RemoteApprovalPending, "annex-1-1", "/service/remote/approval");
    }
    let forensics = draft.service.forensics.given();
    if forensics.and_then(|forensics| forensics.transfer_consent.given()).is_some_and(|consent| !consent.0) {
        list.add(Code::ForensicsNothingHandedOver, "1-2", "/service/forensics/transfer_consent");
    }
}

/// Adds the limits of the support (clause 4⑫): the four conditions that the applicant can know, and the one that follows from
/// missing answers. The desk itself records when its tools do not run.
fn support(draft: &Draft, unanswered: &[String], list: &mut List<'_>) {
    let situation = &draft.situation;
    let rows = [
        (&situation.evidence_altered, Code::SupportEvidenceAltered, "/situation/evidence_altered"),
        (&situation.disk_encrypted, Code::SupportDiskEncrypted, "/situation/disk_encrypted"),
        (&situation.remote_refused, Code::SupportRemoteRefused, "/situation/remote_refused"),
        (&situation.no_surrounding_logs, Code::SupportNoSurroundingLogs, "/situation/no_surrounding_logs"),
    ];
    for (answer, code, path) in rows {
        if yes(answer) {
            list.add(code, "4-12", path);
        }
    }
    if !unanswered.is_empty() {
        list.add(Code::SupportInterviewIncomplete, "4-12", "");
        if let Some(advisory) = list.advisories.last_mut() {
            advisory.message = message::substitute(&advisory.message, "missing", &titles(unanswered, list.context));
        }
    }
}

/// Joins the titles of fields.
fn titles(paths: &[String], context: &Context) -> String {
    let comma = match context.locale {
        Locale::Ja => "、",
        Locale::En => ", ",
    };
    let mut titles = String::new();
    for title in paths.iter().filter_map(|path| message::module_title(path, context.locale)) {
        titles.push_str(if titles.is_empty() { "" } else { comma });
        titles.push_str(title);
    }
    titles
}

fn yes(answer: &Answer<YesNo>) -> bool {
    answer.given() == Some(&YesNo::Yes)
}
