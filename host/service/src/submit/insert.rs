//! Storage of an accepted draft: a number, a receipt, one durable and sealed case.
//!
//! Sealed are the text as it arrived, the current module's report, the report of the page's module if that is an older one, and
//! the consent record. Of several submissions with one key the database's unique key stores one; the others return its
//! receipt.

use std::sync::Arc;

use kakekomi_core::Context;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Inserted, NewCase};
use serde_json::value::to_raw_value;

use super::{
    Intake, Judged, LONG_TEXT, Outcome, PageModule, Submission, Verdict, engine_failed, no_room, replay, store_failed,
};
use crate::receipt::{ReceiptHead, receipt};
use crate::sealed_case::{CaseRecord, Contents, assessment, return_code_text};
use kakekomi_store::digest::sha256;

/// The most numbers that are tried; one case in many millions needs a second one.
const NUMBERS_TRIED: usize = 4;

impl Intake {
    /// Stores an accepted draft under a new number. The verdict is the current module's; `page` is that of the page's
    /// module where that is an older one.
    pub(super) async fn insert(
        &self,
        submission: &Submission,
        verdict: &Verdict,
        page: Option<&Verdict>,
        context: &Context,
        text_hash: &[u8],
    ) -> Result<Judged, Outcome> {
        for _ in 0..NUMBERS_TRIED {
            let case = Arc::new(self.case(submission, verdict, page, context).await?);
            self.capacity.reserve(submission.client, case.stored_bytes()).map_err(no_room)?;
            match self.store.insert(Arc::clone(&case)).await.map_err(|error| store_failed(&error))? {
                Inserted::Stored(head) => {
                    let receipt = case.receipt.with_audit(&head);
                    let return_bound = submission.return_hash.map(|_| true);
                    return Ok(Judged { return_bound, ..self.by_current(Outcome::Stored(receipt)) });
                }
                Inserted::KeyTaken => return self.first_ones_receipt(submission, text_hash).await,
                Inserted::NumberTaken => {}
            }
        }
        tracing::error!(tries = NUMBERS_TRIED, "no free reception number was found");
        Err(Outcome::StoreFailed)
    }

    /// Returns the receipt of another submission with this key, which was faster.
    async fn first_ones_receipt(&self, submission: &Submission, text_hash: &[u8]) -> Result<Judged, Outcome> {
        let bound = self.store.by_key(submission.key.as_str()).await.map_err(|error| store_failed(&error))?;
        bound.map(|bound| replay(bound, submission, text_hash)).ok_or(Outcome::StoreFailed)
    }

    /// Makes the case and seals it; a long one on a blocking thread.
    async fn case(
        &self,
        submission: &Submission,
        verdict: &Verdict,
        page: Option<&Verdict>,
        context: &Context,
    ) -> Result<NewCase, Outcome> {
        let (record, receipt) = self.record(submission, verdict, page, context)?;
        let (sealer, text) = (Arc::clone(&self.sealer), submission.text.clone());
        let (report, page_report) = (verdict.report().to_vec(), page.map(|page| page.report().to_vec()));
        let seal = move || {
            sealer.seal(Contents { record, text: &text, report: &report, page_report: page_report.as_deref(), receipt })
        };
        let case = if submission.text.len() > LONG_TEXT {
            tokio::task::spawn_blocking(seal).await.map_err(|error| engine_failed(&error))?
        } else {
            seal()
        };
        let case = case.map_err(|error| engine_failed(&error))?;
        let return_code = submission.return_hash.map(|hash| hash.bound_to(&case.number));
        Ok(NewCase { return_code, ..case })
    }

    /// Makes the record of a case under a new number, and the receipt.
    fn record(
        &self,
        submission: &Submission,
        verdict: &Verdict,
        page: Option<&Verdict>,
        context: &Context,
    ) -> Result<(CaseRecord, Vec<u8>), Outcome> {
        let requested = verdict
            .requested_services()
            .ok_or_else(|| engine_failed(&"an accepted report without an agreement"))?
            .clone();
        let partner = match &submission.through {
            Some(through) => Some((through, through.partner(&self.desk, context.now)?)),
            None => None,
        };
        let number = Number::random().map_err(|error| engine_failed(&error))?.to_string();
        let return_code = submission.return_hash.map(|hash| return_code_text(&hash.bound_to_text(&number)));
        let test = partner.is_some_and(|(through, partner)| through.is_test(partner));
        let (module, ruleset) = (format!("sha256:{}", self.sandbox.current()), verdict.ruleset());
        let head = ReceiptHead {
            number: &number,
            received_at: context.now,
            module: &module,
            ruleset,
            test,
            by_phone: submission.by_phone.as_ref(),
        };
        let receipt = receipt(&self.desk, context, &head, requested);
        let consent = to_raw_value(&receipt.consent).map_err(|error| engine_failed(&error))?;
        let receipt = serde_json::to_vec(&receipt).map_err(|error| engine_failed(&error))?;
        let record = CaseRecord {
            received_at: context.now,
            // The present key: cases that come with a former one count for the same partner.
            partner: partner.map(|(_, partner)| partner.key.clone()),
            test,
            locale: submission.locale.as_str().to_owned(),
            accepted: verdict.accepted(),
            ruleset: ruleset.to_owned(),
            page_module: match &submission.module {
                PageModule::Named(digest) => Some(format!("sha256:{digest}")),
                _ => None,
            },
            key: submission.key.as_str().to_owned(),
            consent,
            text_sha256: sha256(&submission.text),
            report_sha256: sha256(verdict.report()),
            page_report_sha256: page.map(|page| sha256(page.report())),
            urgency: Some(assessment(verdict.report()).urgency.as_str().to_owned()),
            taken_by: submission.by_phone.as_ref().map(|phone| phone.taken_by.clone()),
            return_code: Some(return_code),
            module,
            number,
        };
        Ok((record, receipt))
    }
}
