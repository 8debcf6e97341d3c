//! Reading of the actions that the clauses govern.
//!
//! ```text
//! applied            reason                       intent        name role document ("VERSION SHA256") read_out=yes text?
//! confirm_intent     confirm=yes                  withdraw_intent  reason
//! release            organization                 remote_order  price approved_by text?
//! remote_notice      mode version                 remote_acknowledge  by how version
//! remote_action      device account by text       remote_end    text?
//! report             organization title sha256? text?           use_report  report purpose text
//! approval           purpose recipient field:/PATH=yes … document (sha256 | file) signed_by
//! end_approval       approval reason
//! ```

use super::super::{AcknowledgedHow, ApprovalDraft, ClauseAction, ReportPurpose, SpokenDocument, WorkMode, WorkedBy};
use super::Form;
use crate::fields::{FieldCode, FieldError};

impl Form<'_> {
    /// Reads the action of a word of [`ClauseAction::WORDS`]; `None` for another word.
    pub(super) fn clause_action(&mut self, word: &str) -> Option<ClauseAction> {
        Some(match word {
            "applied" => ClauseAction::Applied { reason: self.text("reason") },
            "intent" => self.intent(),
            "confirm_intent" => {
                self.confirm("confirm");
                ClauseAction::ConfirmIntent
            }
            "withdraw_intent" => ClauseAction::WithdrawIntent { reason: self.text("reason") },
            "release" => ClauseAction::Release { organization: self.text("organization") },
            "remote_order" => ClauseAction::OrderRemote {
                price: self.text("price"),
                approved_by: self.text("approved_by"),
                text: self.optional("text"),
            },
            "remote_notice" => ClauseAction::GiveNotice {
                mode: self.word("mode", WorkMode::read, WorkMode::Guided),
                version: self.text("version"),
            },
            "remote_acknowledge" => ClauseAction::Acknowledge {
                by: self.text("by"),
                how: self.word("how", AcknowledgedHow::read, AcknowledgedHow::Phone),
                version: self.text("version"),
            },
            "remote_action" => ClauseAction::RecordWork {
                device: self.text("device"),
                account: self.text("account"),
                by: self.word("by", WorkedBy::read, WorkedBy::Applicant),
                text: self.text("text"),
            },
            "remote_end" => ClauseAction::EndWork { text: self.optional("text") },
            "report" => ClauseAction::ReceiveReport {
                organization: self.text("organization"),
                title: self.text("title"),
                sha256: self.optional("sha256").map(|digest| digest.to_ascii_lowercase()),
                text: self.optional("text"),
            },
            "use_report" => ClauseAction::UseReport {
                report: self.report(),
                purpose: self.word("purpose", ReportPurpose::read, ReportPurpose::SecuritySettings),
                text: self.text("text"),
            },
            "approval" => ClauseAction::Approve(ApprovalDraft::read(self.fields)),
            "end_approval" => {
                ClauseAction::EndApproval { approval: self.text("approval"), reason: self.text("reason") }
            }
            _ => return None,
        })
    }

    fn intent(&mut self) -> ClauseAction {
        // The one who records an intent says that the document was read out: nothing is ticked beforehand.
        self.confirm("read_out");
        let document = SpokenDocument::read(&self.text("document"));
        ClauseAction::RecordIntent {
            name: self.text("name"),
            role: self.text("role"),
            document: document.unwrap_or(SpokenDocument { version: String::new(), sha256: String::new() }),
            text: self.optional("text"),
        }
    }

    /// Reads the number of a report's event. The form's own `n` is the last event that its operator saw.
    fn report(&mut self) -> i64 {
        let number = self.optional("report");
        number.as_deref().and_then(|number| number.parse().ok()).unwrap_or_else(|| {
            let code = if number.is_none() { FieldCode::Required } else { FieldCode::NoSuchReport };
            self.errors.push(FieldError::new("report", code));
            0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Action;
    use super::*;
    use crate::fields::Fields;

    const DIGEST: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn read(word: &str, fields: &[(&str, &str)]) -> Result<Action, String> {
        let read = Action::read(word, &Fields::new(fields.iter().copied()), "+09:00").unwrap();
        read.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn every_action_is_read_from_its_fields() {
        let text = |text: &str| text.to_owned();
        let document = format!("1 beta {DIGEST}");
        let report = || ClauseAction::ReceiveReport {
            organization: text("ntt-at"),
            title: text("t"),
            sha256: Some(text(DIGEST)),
            text: None,
        };
        let approval = || ApprovalDraft {
            purpose: text("p"),
            recipient: text("r"),
            fields: vec![text("/network/topology")],
            document: text("d"),
            sha256: None,
            file: Some(text("f")),
            signed_by: text("s"),
        };
        let upper = DIGEST.to_ascii_uppercase();
        let intent = || ClauseAction::RecordIntent {
            name: text("田中"),
            role: text("情報システム部長"),
            document: SpokenDocument { version: text("1 beta"), sha256: text(DIGEST) },
            text: None,
        };
        let intent_fields = vec![
            ("name", "田中"),
            ("role", " 情報システム部長 "),
            ("document", document.as_str()),
            ("read_out", "yes"),
        ];
        let work = || ClauseAction::RecordWork {
            device: text("PC-12"),
            account: text("DOM\\tanaka"),
            by: WorkedBy::Applicant,
            text: text("a\nb"),
        };
        let work_fields = vec![("device", "PC-12"), ("account", "DOM\\tanaka"), ("by", "applicant"), ("text", "a\nb")];
        let cases = [
            ("applied", vec![("reason", "r")], ClauseAction::Applied { reason: text("r") }),
            ("intent", intent_fields, intent()),
            ("confirm_intent", vec![("confirm", "yes")], ClauseAction::ConfirmIntent),
            ("withdraw_intent", vec![("reason", "r")], ClauseAction::WithdrawIntent { reason: text("r") }),
            ("release", vec![("organization", "ntt-at")], ClauseAction::Release { organization: text("ntt-at") }),
            (
                "remote_order",
                vec![("price", "11,000円"), ("approved_by", "田中")],
                ClauseAction::OrderRemote { price: text("11,000円"), approved_by: text("田中"), text: None },
            ),
            (
                "remote_notice",
                vec![("mode", "remote"), ("version", "1")],
                ClauseAction::GiveNotice { mode: WorkMode::Remote, version: text("1") },
            ),
            (
                "remote_acknowledge",
                vec![("by", "田中"), ("how", "mail"), ("version", "1")],
                ClauseAction::Acknowledge { by: text("田中"), how: AcknowledgedHow::Mail, version: text("1") },
            ),
            ("remote_action", work_fields, work()),
            ("remote_end", vec![], ClauseAction::EndWork { text: None }),
            ("report", vec![("organization", "ntt-at"), ("title", "t"), ("sha256", upper.as_str())], report()),
            (
                "use_report",
                vec![("report", "7"), ("purpose", "security_proposal"), ("text", "t")],
                ClauseAction::UseReport { report: 7, purpose: ReportPurpose::SecurityProposal, text: text("t") },
            ),
            (
                "approval",
                vec![
                    ("purpose", "p"),
                    ("recipient", "r"),
                    ("field:/network/topology", "yes"),
                    ("document", "d"),
                    ("file", "f"),
                    ("signed_by", "s"),
                ],
                ClauseAction::Approve(approval()),
            ),
            (
                "end_approval",
                vec![("approval", "a.1"), ("reason", "r")],
                ClauseAction::EndApproval { approval: text("a.1"), reason: text("r") },
            ),
        ];
        assert_eq!(cases.iter().map(|(word, ..)| *word).collect::<Vec<_>>(), ClauseAction::WORDS);
        for (word, fields, action) in cases {
            assert_eq!(read(word, &fields), Ok(Action::Clause(action)), "{word}");
        }
    }

    #[test]
    fn wrong_fields_are_named_once_each() {
        let document = format!("1 {}", &DIGEST[1..]);
        for (word, fields, expected) in [
            ("applied", vec![], "reason: required"),
            ("intent", vec![], "read_out: not_confirmed, name: required, role: required, document: required"),
            (
                "intent",
                vec![("name", "n"), ("role", "r"), ("document", document.as_str()), ("read_out", "yes")],
                "document: not_a_digest",
            ),
            ("confirm_intent", vec![], "confirm: not_confirmed"),
            ("release", vec![], "organization: required"),
            ("remote_order", vec![], "price: required, approved_by: required"),
            ("remote_notice", vec![("mode", "both")], "mode: unknown, version: required"),
            ("remote_acknowledge", vec![("how", "fax")], "how: unknown, by: required, version: required"),
            ("remote_action", vec![], "by: required, device: required, account: required, text: required"),
            ("report", vec![("organization", "o"), ("title", "t"), ("sha256", "12")], "sha256: not_a_digest"),
            ("use_report", vec![("purpose", "sales")], "report: required, purpose: unknown, text: required"),
            (
                "use_report",
                vec![("report", "x"), ("purpose", "security_settings"), ("text", "t")],
                "report: no_such_report",
            ),
        ] {
            assert_eq!(read(word, &fields), Err(expected.to_owned()), "{word} {fields:?}");
        }
    }

    #[test]
    fn lines_and_texts_have_limits() {
        let long = "a".repeat(crate::limits::LINE_BYTES_MAX + 1);
        let order = |price: &str| read("remote_order", &[("price", price), ("approved_by", "b")]);
        assert!(order(&long[1..]).is_ok());
        assert_eq!(order(&long), Err("price: too_long".to_owned()));
        let text = "a".repeat(crate::limits::TEXT_BYTES_MAX + 1);
        assert_eq!(read("remote_end", &[("text", &text)]), Err("text: too_long".to_owned()));
    }
}
