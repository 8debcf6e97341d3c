//! A case as an operator sees it. The reading is an event, and it is durable before anything sealed is shown.
//!
//! `casework.view(&operator, &number)` → [`CaseView`]; the second one within ten minutes writes no further `case.viewed`

use kakekomi_core::questions::Question;
use kakekomi_core::urgency::Assessment;
use kakekomi_service::sealed_case::{CaseReader, OpenedCase, assessment};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, Case, Event, EventKind};
use serde_json::{Value, json};

use crate::casework::{Casework, demand};
use crate::error::{ActError, WorkError};
use crate::files::FileView;
use crate::limits::VIEW_INTERVAL_MS;
use crate::missing::Missing;
use crate::operator::{Operator, Right};
use crate::questions::open_questions;
use crate::timeline::{self, ShownEvent};

/// A case as it is shown.
pub struct CaseView {
    /// The clear columns; `changed_n` goes with each form.
    pub case: Case,
    /// The contents.
    pub contents: Contents,
    /// All events, in their order; with bodies where the contents are opened.
    pub timeline: Vec<ShownEvent>,
    /// The evidence files.
    pub files: Vec<FileView>,
    /// The questions that the applicant has not answered yet; empty where they stay sealed.
    pub open_questions: Vec<Question>,
    /// The faults of a damaged case, for the operator.
    pub faults: Vec<String>,
}

/// The contents of a case.
pub enum Contents {
    /// They are opened.
    Opened(Box<OpenedContents>),
    /// There is no identity on this host, or the role does not read contents: they are downloaded as `.age` files
    /// ([`CaseView::age_file`]) and opened elsewhere.
    Sealed,
    /// They cannot be opened: [`CaseView::faults`] has the reason.
    Unreadable,
    /// The case was erased.
    Erased,
}

/// The opened contents of a case.
pub struct OpenedContents {
    /// The record, the draft and the reports.
    pub opened: OpenedCase,
    /// The answers that are missing.
    pub missing: Missing,
    /// The urgency by the present rules, with its reasons; an operator may have set another one.
    pub assessment: Assessment,
}

impl CaseView {
    /// Returns the sealed contents, an age file; `None` for an erased case. A page offers it to those who may read contents.
    pub fn age_file(&self) -> Option<&[u8]> {
        self.case.sealed.as_deref()
    }
}

impl Casework {
    /// Shows a case. An operator who may read contents leaves the event `case.viewed`, at most once in ten minutes: without
    /// this event there are no contents. Two requests at the same moment may write two.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn view(&self, operator: &Operator, number: &Number) -> Result<CaseView, WorkError> {
        demand(operator, Right::SeeQueue)?;
        // First the case, then its events: a change in between is shown, and the form's number is the older one.
        let case = self.case(number).await?;
        let mut events = self.events(number).await?;
        let mut faults = case.faults();
        let reader = self.parts.reader.as_deref().filter(|_| operator.may(Right::ReadContent));
        let contents = match reader {
            _ if case.line.is_erased() => Contents::Erased,
            None => Contents::Sealed,
            Some(reader) => {
                self.record_view(operator, &case, &mut events).await?;
                open(reader, &case, &mut faults)
            }
        };
        let opened = match &contents {
            Contents::Opened(contents) => Some(&contents.opened),
            _ => None,
        };
        if let (Some(reader), Some(opened)) = (reader, opened) {
            let stored = self.store().search_hashes(case.line.seq).await?;
            let is_other = reader.search_matches(opened, &stored) == Some(false);
            faults.extend(is_other.then(|| "its search hashes are not those of its report".to_owned()));
        }
        let timeline = timeline::shown(events, opened, &mut faults);
        let open_questions = open_questions(&timeline);
        let files = self.files(number, &timeline).await?;
        Ok(CaseView { case, contents, timeline, files, open_questions, faults })
    }

    /// Takes the sealed contents of a case, an age file that is opened elsewhere; `None` for an erased case. It leaves the event
    /// `case.viewed` as [`Casework::view`] does, on a host that opens nothing as well.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn sealed_contents(&self, operator: &Operator, number: &Number) -> Result<Option<Vec<u8>>, WorkError> {
        demand(operator, Right::ReadContent)?;
        let case = self.case(number).await?;
        if case.line.is_erased() {
            return Ok(None);
        }
        let mut events = self.events(number).await?;
        self.record_view(operator, &case, &mut events).await?;
        Ok(case.sealed)
    }

    /// Writes `case.viewed` unless the same operator has viewed the case a moment ago, and adds it to the events.
    pub(crate) async fn record_view(
        &self,
        operator: &Operator,
        case: &Case,
        events: &mut Vec<Event>,
    ) -> Result<(), WorkError> {
        let since = self.now().saturating_sub(VIEW_INTERVAL_MS);
        let is_known = events.iter().rev().any(|event| {
            event.at > since && event.kind == EventKind::CaseViewed.as_str() && event.actor == operator.actor()
        });
        if is_known {
            return Ok(());
        }
        self.record_reading(operator, case, EventKind::CaseViewed, &json!({ "at": "desk" })).await?;
        let last = events.last().map_or(0, |event| event.seq);
        let number = Number::read(&case.line.number).map_err(|error| WorkError::Damaged(error.to_string()))?;
        events.extend(self.events_after(last, &number).await?);
        Ok(())
    }

    /// Writes the event of a reading; without it nothing is shown.
    pub(crate) async fn record_reading(
        &self,
        operator: &Operator,
        case: &Case,
        kind: EventKind,
        body: &Value,
    ) -> Result<(), WorkError> {
        let event = self.sealed(operator, case, kind, body, None, None).map_err(|error| match error {
            ActError::Work(error) => error,
            other => WorkError::Damaged(other.to_string()),
        })?;
        let outcome = self.store().append(vec![event]).await.map_err(WorkError::NotRecorded)?;
        match outcome.first() {
            Some(Appended::Stored { .. }) => Ok(()),
            Some(Appended::Refused(refusal)) => Err(WorkError::Damaged(refusal.to_string())),
            _ => Err(WorkError::NoCase),
        }
    }
}

/// Opens a case and adds the faults of its contents.
fn open(reader: &CaseReader, case: &Case, faults: &mut Vec<String>) -> Contents {
    match reader.open(case) {
        Ok(Some(opened)) => {
            faults.extend(reader.faults(case, &opened));
            let missing = Missing::of(&opened.report);
            let assessment = assessment(&opened.report);
            Contents::Opened(Box::new(OpenedContents { opened, missing, assessment }))
        }
        Ok(None) => Contents::Erased,
        Err(error) => {
            faults.push(format!("its contents cannot be opened: {error}"));
            Contents::Unreadable
        }
    }
}
