//! Storage of an accepted draft: a number, a receipt, one durable row.
//!
//! The row has the text as it arrived, the current module's report, the report of the page's module if that is an older one,
//! the consent record and the receipt's bytes. Of several submissions with one key the database's unique key stores
//! one; the others return its receipt.

use std::sync::Arc;

use kakekomi_core::Context;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Inserted, NewCase};

use super::{Intake, Judged, Outcome, PageModule, Submission, Verdict, engine_failed, no_room, replay, store_failed};
use crate::receipt::receipt;

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
        text_sha256: &str,
    ) -> Result<Judged, Outcome> {
        for _ in 0..NUMBERS_TRIED {
            let case = Arc::new(self.case(submission, verdict, page, context, text_sha256)?);
            self.capacity.reserve(submission.client, case.stored_bytes()).map_err(no_room)?;
            match self.store.insert(Arc::clone(&case)).await.map_err(|error| store_failed(&error))? {
                Inserted::Stored => return Ok(self.by_current(Outcome::Stored(case.receipt.clone()))),
                Inserted::KeyTaken => return self.first_ones_receipt(submission, text_sha256).await,
                Inserted::NumberTaken => {}
            }
        }
        tracing::error!(tries = NUMBERS_TRIED, "no free reception number was found");
        Err(Outcome::StoreFailed)
    }

    /// Returns the receipt of another submission with this key, which was faster.
    async fn first_ones_receipt(&self, submission: &Submission, text_sha256: &str) -> Result<Judged, Outcome> {
        let bound = self.store.by_key(submission.key.as_str()).await.map_err(|error| store_failed(&error))?;
        bound.map(|bound| replay(bound, text_sha256)).ok_or(Outcome::StoreFailed)
    }

    fn case(
        &self,
        submission: &Submission,
        verdict: &Verdict,
        page: Option<&Verdict>,
        context: &Context,
        text_sha256: &str,
    ) -> Result<NewCase, Outcome> {
        let requested = verdict
            .requested_services()
            .ok_or_else(|| engine_failed(&"an accepted report without an agreement"))?
            .clone();
        let partner = match &submission.through {
            Some(through) => Some((through, through.partner(&self.desk, context.now)?)),
            None => None,
        };
        let mut case = NewCase {
            number: Number::random().map_err(|error| engine_failed(&error))?,
            received_at: context.now,
            // The present key: cases that come with a former one count for the same partner.
            partner: partner.map(|(_, partner)| partner.key.clone()),
            test: partner.is_some_and(|(through, partner)| through.is_test(partner)),
            locale: submission.locale.as_str(),
            key: submission.key.as_str().to_owned(),
            text: submission.text.to_vec(),
            text_sha256: text_sha256.to_owned(),
            report: verdict.report().to_vec(),
            page_report: page.map(|page| page.report().to_vec()),
            accepted: verdict.accepted(),
            ruleset: verdict.ruleset().to_owned(),
            module: format!("sha256:{}", self.sandbox.current()),
            page_module: match &submission.module {
                PageModule::Named(digest) => Some(format!("sha256:{digest}")),
                _ => None,
            },
            consent: String::new(),
            receipt: Vec::new(),
        };
        let receipt = receipt(&self.desk, context, &case, requested);
        let consent = serde_json::to_string(&receipt.consent).map_err(|error| engine_failed(&error))?;
        case.receipt = serde_json::to_vec(&receipt).map_err(|error| engine_failed(&error))?;
        case.consent = consent;
        Ok(case)
    }
}
