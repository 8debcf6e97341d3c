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
use kakekomi_store::{EventKind, TEST_KIND};

use crate::message::{Mail, recipient};
use crate::post::Post;

/// The name of the target.
pub(crate) const APPLICANT_TARGET: &str = "mail:applicant";

/// The kinds of events that applicants are told of.
pub(crate) const APPLICANT_KINDS: [&str; 3] =
    [EventKind::QuestionAsked.as_str(), EventKind::DisclosureShared.as_str(), EventKind::CaseClosed.as_str()];

/// The channel of applicants' notices.
pub(crate) struct ApplicantChannel {
    pub post: Post,
    pub reader: Arc<CaseReader>,
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
        let Addressee { address, language } = self.addressee(&number).await?.ok_or(Outcome::Skipped)?;
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
        let message_id = self.post.message_id(notice, APPLICANT_TARGET);
        Ok(self.post.send(Mail { to, message_id, template: &words.applicant, values: &values }).await)
    }

    /// Opens a case and finds its address; `None` for an erased case and for one without an address.
    async fn addressee(&self, number: &Number) -> Result<Option<Addressee>, Outcome> {
        let failed = |word: &'static str| {
            move |error: &dyn std::error::Error| {
                tracing::warn!(%error, %number, "the address of an applicant cannot be read");
                Outcome::Failed(word.to_owned())
            }
        };
        let case = self.post.store.show(number).await.map_err(|error| failed("database")(&error))?;
        let Some(case) = case else { return Ok(None) };
        let case = case.map_err(|error| failed("case")(&error))?;
        let reader = Arc::clone(&self.reader);
        let opening = tokio::task::spawn_blocking(move || reader.open(&case));
        let opened = opening.await.map_err(|error| failed("case")(&error))?;
        let Some(opened) = opened.map_err(|error| failed("case")(&error))? else { return Ok(None) };
        let language = Locale::read(&opened.record.locale).unwrap_or(Locale::Ja);
        let address = ReportTerms::of(&opened.report).email().map(str::to_owned);
        Ok(address.map(|address| Addressee { address, language }))
    }
}
