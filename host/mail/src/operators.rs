//! Mail to one operator.
//!
//! `case.received`, role `operator`, the desk is closed, hours `open` → `Deferred(next opening)`; at the opening the mail
//!
//! The mail has number, kind and time of the event, and a link to the queue.

use kakekomi_core::Locale;
use kakekomi_delivery::{Channel, Delivery, Notice, Outcome};
use kakekomi_store::{EventKind, TEST_KIND};

use crate::hours::Timing;
use crate::message::Mail;
use crate::post::Post;
use crate::settings::{MailRole, OperatorEntry};
use crate::words::Template;

/// The kind of the notice that carries the audit head.
pub const AUDIT_HEAD: &str = "audit.head";

/// The kinds of a lead: those of an operator, and those that a hand-over waits for.
pub(crate) const LEAD_KINDS: [&str; 10] = [
    EventKind::CaseReceived.as_str(),
    EventKind::AnswerReceived.as_str(),
    EventKind::AmendmentReceived.as_str(),
    EventKind::CaseWithdrawn.as_str(),
    EventKind::FileArrived.as_str(),
    EventKind::FileMismatch.as_str(),
    EventKind::IntentGiven.as_str(),
    EventKind::IntentRecorded.as_str(),
    EventKind::IntentWithdrawn.as_str(),
    EventKind::HandoverCollected.as_str(),
];
/// The number of kinds at the beginning of [`LEAD_KINDS`] that an operator gets.
const OPERATOR_KINDS: usize = 6;

impl MailRole {
    fn kinds(self) -> Vec<String> {
        let taken = match self {
            MailRole::Operator => OPERATOR_KINDS,
            MailRole::Lead => LEAD_KINDS.len(),
            MailRole::Auditor | MailRole::Admin => return vec![AUDIT_HEAD.to_owned()],
        };
        LEAD_KINDS.iter().take(taken).map(ToString::to_string).collect()
    }
}

/// The channel of one operator.
pub(crate) struct OperatorChannel {
    pub entry: OperatorEntry,
    pub post: Post,
}

impl Channel for OperatorChannel {
    fn target(&self) -> &str {
        &self.entry.target
    }

    fn kinds(&self) -> Vec<String> {
        self.entry.role.kinds()
    }

    fn deliver<'a>(&'a self, notice: &'a Notice) -> Delivery<'a> {
        Box::pin(self.send(notice))
    }
}

impl OperatorChannel {
    async fn send(&self, notice: &Notice) -> Outcome {
        let now = (self.post.now)();
        let words = self.post.words(self.entry.language);
        if notice.kind == TEST_KIND {
            return self.write(notice, &words.test, now, &[]).await;
        }
        match self.timing(notice.at, now) {
            Timing::Later(at) => Outcome::Deferred(at),
            Timing::Never => Outcome::Skipped,
            Timing::Now => match (&notice.case, notice.kind.as_str()) {
                (_, AUDIT_HEAD) => self.send_audit_head(notice, &words.audit, now).await,
                (Some(number), kind) => {
                    let values = [("kind", words.operator_kind(kind)), ("number", number)];
                    self.write(notice, &words.operator, notice.at, &values).await
                }
                (None, _) => Outcome::Skipped,
            },
        }
    }

    /// Finds the moment of a mail. A calendar that cannot be read keeps none back.
    fn timing(&self, event_at: i64, now: i64) -> Timing {
        let context = self.post.desk().context(now, Locale::Ja);
        context.map_or(Timing::Now, |context| self.entry.hours.timing(&context.calendar, event_at, now))
    }

    /// Sends the head of this moment: each is as good as that of the notice's moment, and covers more.
    async fn send_audit_head(&self, notice: &Notice, template: &Template, now: i64) -> Outcome {
        match self.post.store.audit_head().await {
            Ok(head) => self.write(notice, template, now, &[("head", &head.to_string())]).await,
            Err(error) => {
                tracing::warn!(%error, "the audit head cannot be read");
                Outcome::Failed("database".to_owned())
            }
        }
    }

    async fn write(&self, notice: &Notice, template: &Template, at: i64, more: &[(&str, &str)]) -> Outcome {
        let OperatorEntry { target, address, language, queue, .. } = &self.entry;
        let (desk, time) = (self.post.desk_name(*language), self.post.time(at));
        let values = [&[("desk", desk.as_str()), ("time", &time), ("link", queue)], more].concat();
        let message_id = self.post.message_id(notice, target);
        self.post.send(Mail { to: address.clone(), message_id, template, values: &values }).await
    }
}
