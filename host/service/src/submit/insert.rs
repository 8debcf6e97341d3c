//! Keeping an accepted draft: a number, a receipt, one durable row.
//!
//! The row holds the text as it came, the report (of the module in force, and of the page's own where
//! that is an older one), the consent record and the receipt's bytes. When
//! several submissions with one key arrive here together, the database's unique key picks one, and
//! the others hand out the first one's receipt.

use std::sync::Arc;

use kakekomi_core::Context;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Inserted, NewCase};

use super::{Intake, Judged, Outcome, PageModule, Submission, Verdicts, engine_failed, no_room, replay, store_failed};
use crate::desk::Desk;
use crate::receipt::{Reception, receipt};

/// How often another number is tried when one is taken; one case in many millions needs a second try.
const NUMBERS_TRIED: usize = 4;

impl Intake {
    /// Stores an accepted draft under a new number.
    pub(super) async fn insert(
        &self,
        submission: &Submission,
        verdicts: Verdicts<'_>,
        context: &Context,
        text_sha256: String,
    ) -> Result<Judged, Outcome> {
        let module = format!("sha256:{}", self.sandbox.current());
        for _ in 0..NUMBERS_TRIED {
            let case = Arc::new(self.case(submission, verdicts, context, &module, &text_sha256)?);
            self.capacity.reserve(submission.client, case.stored_bytes()).map_err(no_room)?;
            match self.store.insert(Arc::clone(&case)).await.map_err(|error| store_failed(&error))? {
                Inserted::Stored => {
                    return Ok(Judged { outcome: Outcome::Stored(case.receipt.clone()), module });
                }
                Inserted::KeyTaken => {
                    return self.first_ones_receipt(submission, &text_sha256).await;
                }
                Inserted::NumberTaken => {}
            }
        }
        tracing::error!(tries = NUMBERS_TRIED, "no free reception number was found");
        Err(Outcome::StoreFailed)
    }

    /// Another submission with this key was faster: its receipt is this one's too.
    async fn first_ones_receipt(&self, submission: &Submission, text_sha256: &str) -> Result<Judged, Outcome> {
        let bound = self.store.by_key(submission.key.as_str()).await.map_err(|error| store_failed(&error))?;
        bound.map(|bound| replay(bound, text_sha256)).ok_or(Outcome::StoreFailed)
    }

    fn case(
        &self,
        submission: &Submission,
        Verdicts { current: verdict, page }: Verdicts<'_>,
        context: &Context,
        module: &str,
        text_sha256: &str,
    ) -> Result<NewCase, Outcome> {
        let number = Number::random().map_err(|error| engine_failed(&error))?;
        let test = submission.through.as_ref().is_some_and(|through| through.is_test(&self.desk));
        let reception = Reception {
            number: &number,
            received_at: context.now,
            module,
            ruleset: verdict.ruleset(),
            locale: submission.locale,
            opening: Desk::opening(context),
            test,
        };
        let requested_services =
            verdict.requested_services().ok_or_else(|| engine_failed(&"an accepted report without an agreement"))?;
        let receipt = receipt(&self.desk, reception, requested_services);
        Ok(NewCase {
            received_at: context.now,
            partner: submission.through.as_ref().map(|through| through.key.clone()),
            test,
            locale: submission.locale.as_str(),
            key: submission.key.as_str().to_owned(),
            text: submission.text.to_vec(),
            text_sha256: text_sha256.to_owned(),
            report: verdict.report().to_vec(),
            page_report: page.map(|page| page.report().to_vec()),
            accepted: verdict.accepted(),
            ruleset: verdict.ruleset().to_owned(),
            module: module.to_owned(),
            page_module: match &submission.module {
                PageModule::Named(digest) => Some(format!("sha256:{digest}")),
                _ => None,
            },
            consent: serde_json::to_string(&receipt.consent).map_err(|error| engine_failed(&error))?,
            receipt: serde_json::to_vec(&receipt).map_err(|error| engine_failed(&error))?,
            number,
        })
    }
}
