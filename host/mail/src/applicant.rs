//! Mail to applicants who gave an address.
//!
//! `question.asked` → a mail to the case's `contact.email`, in the language of the case, with a link to the page of return
//!
//! The address is sealed in the case, so that only a host with the identity sends these mails. It is kept nowhere else.

use std::sync::Arc;

use kakekomi_core::Locale;
use kakekomi_delivery::{Channel, Delivery, Notice, Outcome};
use kakekomi_service::sealed_case::{CaseReader, ReportTerms};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Case, EventKind, TEST_KIND};

use crate::message::{Mail, recipient};
use crate::post::{Post, message_id};

/// The name of the target.
pub(crate) const APPLICANT_TARGET: &str = "mail:applicant";

/// The kinds of events that applicants are told of.
pub(crate) const APPLICANT_KINDS: [&str; 3] =
    [EventKind::QuestionAsked.as_str(), EventKind::DisclosureShared.as_str(), EventKind::CaseClosed.as_str()];

/// Outcomes of which nobody is told. Anybody can submit a stranger's address, and the desk closes bogus cases with these: their end
/// must send no mail to whom they name.
const SILENT_OUTCOMES: [&str; 2] = ["duplicate_of", "out_of_scope"];

/// The channel of applicants' notices.
pub(crate) struct ApplicantChannel {
    pub post: Post,
    /// `None` on a host without the desk's identity, which sends nothing.
    pub reader: Option<Arc<CaseReader>>,
    /// The page of return.
    pub link: String,
}

/// The recipient of a case's notices.
struct Addressee {
    address: String,
    language: Locale,
}

impl Channel for ApplicantChannel {
    fn target(&self) -> &str {
        APPLICANT_TARGET
    }

    fn kinds(&self) -> Vec<String> {
        APPLICANT_KINDS.map(str::to_owned).to_vec()
    }

    fn missing(&self) -> Option<&'static str> {
        self.reader.is_none().then_some("the desk's identity")
    }

    fn deliver<'a>(&'a self, notice: &'a Notice) -> Delivery<'a> {
        Box::pin(async { self.send(notice).await.unwrap_or_else(|outcome| outcome) })
    }
}

impl ApplicantChannel {
    async fn send(&self, notice: &Notice) -> Result<Outcome, Outcome> {
        if notice.kind == TEST_KIND {
            return Err(Outcome::Refused("no address".to_owned()));
        }
        let number = notice.case.as_deref().and_then(|number| Number::read(number).ok()).ok_or(Outcome::Skipped)?;
        let case = self.case(&number).await?.filter(|case| is_told(case, &notice.kind)).ok_or(Outcome::Skipped)?;
        let Addressee { address, language } = self.addressee(&number, case).await?.ok_or(Outcome::Skipped)?;
        let to = recipient(&address).ok_or_else(|| Outcome::Refused("address".to_owned()))?;
        let words = self.post.words(language);
        let kind = words.applicant_kind(&notice.kind).ok_or(Outcome::Skipped)?;
        let (desk, time) = (self.post.desk_name(language), self.post.time(notice.at));
        let values = [
            ("desk", desk.as_str()),
            ("kind", kind),
            ("number", &number.to_string()),
            ("time", &time),
            ("link", &self.link),
        ];
        let message_id = message_id(notice, APPLICANT_TARGET);
        Ok(self.post.send(Mail { to, message_id, template: &words.applicant, values: &values }).await)
    }

    async fn case(&self, number: &Number) -> Result<Option<Case>, Outcome> {
        let case = self.post.store.show(number).await.map_err(|error| failed(number, "database", &error))?;
        case.transpose().map_err(|error| failed(number, "case", &error))
    }

    /// Opens a case and finds its address; `None` for an erased case and for one without an address.
    async fn addressee(&self, number: &Number, case: Case) -> Result<Option<Addressee>, Outcome> {
        let reader = self.reader.clone().ok_or_else(|| Outcome::Failed("identity".to_owned()))?;
        let opening = tokio::task::spawn_blocking(move || reader.open(&case));
        let opened = opening.await.map_err(|error| failed(number, "case", &error))?;
        let Some(opened) = opened.map_err(|error| failed(number, "case", &error))? else { return Ok(None) };
        let language = Locale::read(&opened.record.locale).unwrap_or(Locale::Ja);
        let address = ReportTerms::of(&opened.report).email().map(str::to_owned);
        Ok(address.map(|address| Addressee { address, language }))
    }
}

/// Reports whether the applicant is told of an event; of the end of a case only while it is closed with another outcome than
/// [`SILENT_OUTCOMES`].
fn is_told(case: &Case, kind: &str) -> bool {
    let is_silent = || case.line.outcome.as_deref().is_none_or(|outcome| SILENT_OUTCOMES.contains(&outcome));
    kind != EventKind::CaseClosed.as_str() || !is_silent()
}

fn failed(number: &Number, word: &str, error: &dyn std::error::Error) -> Outcome {
    tracing::warn!(%error, %number, "the address of an applicant cannot be read");
    Outcome::Failed(word.to_owned())
}
