//! Words of the pages, from `words/{ja,en}/*.toml`.
//!
//! `[queue] title = "受付一覧"` → `words.queue.title`
//!
//! Each table is a struct: a missing or an unknown word fails a test, an unused one the build.

use std::collections::BTreeMap;

use kakekomi_core::Locale;
use serde::Deserialize;

use super::word_tables::{
    AccountsWords, ActionWords, AuditWords, AuthorityWords, CaseWords, ClauseWords, CollectWords, DeliveryWords,
    ExportWords, FileWords, FrameWords, HandoverWords, IntakeWords, OrganizationsWords, QueueWords, SingleSignOnWords,
    WorkRecordWords,
};

/// The words in the program do not have the form that the pages need.
#[derive(Debug, thiserror::Error)]
#[error("the words of the desk's pages ({locale}): {error}")]
pub struct WordsError {
    locale: &'static str,
    #[source]
    error: toml::de::Error,
}

/// Texts by the stable codes of another crate; a code without a text is shown as it is.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Coded(BTreeMap<String, String>);

impl Coded {
    /// Returns the text of a code.
    pub fn get<'a>(&'a self, code: &'a str) -> &'a str {
        self.find(code).unwrap_or(code)
    }

    /// Returns the text of a code that may have none.
    pub fn find(&self, code: &str) -> Option<&str> {
        self.0.get(code).map(String::as_str)
    }
}

/// Titles and sentences of the error pages, by the codes of the problems.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct ProblemWords(BTreeMap<String, (String, String)>);

impl ProblemWords {
    /// Returns the title and the sentence of a problem.
    pub fn get<'a>(&'a self, code: &'a str) -> (&'a str, &'a str) {
        self.0.get(code).map_or((code, ""), |(title, sentence)| (title, sentence))
    }
}

/// Words of stable codes: states, outcomes, reasons of wrong fields, …
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each is the list of codes with the same name")]
pub struct CodedWords {
    pub status: Coded,
    pub outcome: Coded,
    pub urgency: Coded,
    pub ongoing: Coded,
    pub service: Coded,
    pub confidence: Coded,
    pub channel: Coded,
    pub limitation: Coded,
    pub question: Coded,
    pub field: Coded,
    pub event: Coded,
    pub file_state: Coded,
    pub file_what: Coded,
    pub download: Coded,
    pub referral: Coded,
    pub referral_next: Coded,
    pub referral_pending: Coded,
    pub remote: Coded,
    pub remote_next: Coded,
    pub work_mode: Coded,
    pub acknowledged: Coded,
    pub worked_by: Coded,
    pub report_purpose: Coded,
    pub ended_reason: Coded,
    pub member: Coded,
    pub member_by: Coded,
    pub purpose: Coded,
}

/// Joins the files of a language, each of which has tables of its own.
macro_rules! texts {
    ($language:literal) => {
        concat!(
            include_str!(concat!("../../words/", $language, "/frame.toml")),
            include_str!(concat!("../../words/", $language, "/coded.toml")),
            include_str!(concat!("../../words/", $language, "/queue.toml")),
            include_str!(concat!("../../words/", $language, "/case.toml")),
            include_str!(concat!("../../words/", $language, "/clauses.toml")),
            include_str!(concat!("../../words/", $language, "/intake.toml")),
            include_str!(concat!("../../words/", $language, "/audit.toml")),
            include_str!(concat!("../../words/", $language, "/exports.toml")),
            include_str!(concat!("../../words/", $language, "/accounts.toml")),
            include_str!(concat!("../../words/", $language, "/handover.toml")),
            include_str!(concat!("../../words/", $language, "/delivery.toml")),
        )
    };
}

/// All words in one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The layout.
    pub frame: FrameWords,
    /// The error pages.
    pub problem: ProblemWords,
    /// The roles of accounts.
    pub role: Coded,
    /// Stable codes.
    pub coded: CodedWords,
    /// The queue.
    pub queue: QueueWords,
    /// The page of a case.
    pub case: CaseWords,
    /// The evidence files of a case.
    pub file: FileWords,
    /// The forms beside a case.
    pub action: ActionWords,
    /// The titles of the actions.
    pub action_title: Coded,
    /// The words on their buttons.
    pub action_button: Coded,
    /// The hints above their fields.
    pub action_hint: Coded,
    /// The notices after them.
    pub action_done: Coded,
    /// The reasons why a state does not allow an action.
    pub refusal: Coded,
    /// Referral, reports and remote work.
    pub clause: ClauseWords,
    /// The printable record of remote and guided work.
    pub work_record: WorkRecordWords,
    /// The print view for authorities.
    pub authority: AuthorityWords,
    /// Its forms.
    pub authority_form: Coded,
    /// The items of these forms.
    pub authority_item: Coded,
    /// The intake by telephone.
    pub intake: IntakeWords,
    /// The audit page.
    pub audit: AuditWords,
    /// The register of exports.
    pub exports: ExportWords,
    /// The pages of accounts.
    pub accounts: AccountsWords,
    /// The sign-in at the identity provider.
    pub single_sign_on: SingleSignOnWords,
    /// The reasons why it is refused.
    pub single_sign_on_refusal: Coded,
    /// The hand-overs of a case.
    pub handover: HandoverWords,
    /// The steps that a package needs.
    pub handover_missing: Coded,
    /// The purposes of packages.
    pub handover_purpose: Coded,
    /// The reasons why nothing is handed over.
    pub handover_error: Coded,
    /// The register of organizations.
    pub organizations: OrganizationsWords,
    /// The kinds of organizations.
    pub organization_kind: Coded,
    /// The collection of packages.
    pub collect: CollectWords,
    /// The targets of notices.
    pub delivery: DeliveryWords,
    /// The notices after their actions.
    pub delivery_done: Coded,
}

impl Words {
    /// Reads the words of a language.
    ///
    /// # Errors
    /// [`WordsError`]: a table or a word is missing, or unknown.
    pub fn load(locale: Locale) -> Result<Words, WordsError> {
        let text = match locale {
            Locale::Ja => texts!("ja"),
            Locale::En => texts!("en"),
        };
        toml::from_str(text).map_err(|error| WordsError { locale: locale.as_str(), error })
    }
}

#[cfg(test)]
mod tests {
    use kakekomi_accounts::{RefusalClass, Role};

    use kakekomi_casework::{
        AcknowledgedHow, Action, Channel, ClauseAction, Confidence, DownloadForm, FieldCode, LimitationKind,
        MissingStep, ReportPurpose, Urgency, WorkMode, WorkedBy,
    };
    use kakekomi_core::form::Purpose;
    use kakekomi_store::{EventKind, OUTCOMES};

    use super::super::Problem;
    use super::*;

    #[test]
    fn every_code_has_its_words_in_both_languages() {
        for locale in Locale::ALL {
            let words = Words::load(locale).unwrap();
            for problem in Problem::ALL {
                assert!(!words.problem.get(problem.code()).1.is_empty(), "{problem:?}");
            }
            let is_named = |coded: &Coded, code: &str| assert!(coded.find(code).is_some(), "{locale:?} {code}");
            let are_named = |coded: &Coded, codes: &mut dyn Iterator<Item = &str>| {
                for code in codes {
                    is_named(coded, code);
                }
            };
            are_named(&words.coded.event, &mut EventKind::ALL.iter().map(|one| one.as_str()));
            are_named(&words.coded.field, &mut FieldCode::ALL.iter().map(|one| one.as_str()));
            are_named(&words.coded.outcome, &mut OUTCOMES.into_iter());
            are_named(&words.coded.urgency, &mut Urgency::ALL.iter().map(|one| one.as_str()));
            are_named(&words.coded.confidence, &mut Confidence::ALL.iter().map(|one| one.as_str()));
            are_named(&words.coded.channel, &mut Channel::ALL.iter().map(|one| one.as_str()));
            are_named(&words.coded.limitation, &mut LimitationKind::ALL.iter().map(|one| one.as_str()));
            for status in ["received", "in_progress", "waiting", "closed", "erased"] {
                is_named(&words.coded.status, status);
            }
            for state in ["declared", "receiving", "arrived", "mismatch", "expired", "destroyed"] {
                is_named(&words.coded.file_state, state);
            }
            for what in ["log", "diagram", "screenshot", "other"] {
                is_named(&words.coded.file_what, what);
            }
            for form in [DownloadForm::Sealed, DownloadForm::Opened] {
                is_named(&words.coded.download, form.as_str());
            }
            for action in Action::WORDS.into_iter().chain(ClauseAction::WORDS) {
                is_named(&words.action_title, action);
                is_named(&words.action_button, action);
            }
            for action in ClauseAction::WORDS {
                is_named(&words.action_done, action);
            }
            are_named(&words.single_sign_on_refusal, &mut RefusalClass::WITH_PAGE.iter().map(|one| one.as_str()));
            clause_codes_have_their_words(&words);
            are_named(&words.delivery_done, &mut ["test", "retry", "enable"].into_iter());
            for purpose in Purpose::ALL {
                is_named(&words.coded.purpose, purpose.as_str());
            }
            are_named(&words.handover_missing, &mut MissingStep::ALL.iter().map(|step| step.as_str()));
            for state in ["none", "applied", "recorded", "intent", "released", "packaged", "collected", "withdrawn"] {
                is_named(&words.coded.referral, state);
            }
            for role in [Role::Operator, Role::Lead, Role::Auditor, Role::Admin] {
                assert_ne!(words.role.get(role.as_str()), role.as_str());
            }
        }
    }

    fn clause_codes_have_their_words(words: &Words) {
        let coded = &words.coded;
        for state in ["none", "applied", "recorded", "intent", "released", "packaged", "collected", "withdrawn"] {
            assert!(coded.referral.find(state).is_some() && coded.referral_next.find(state).is_some(), "{state}");
        }
        for state in ["recorded", "intent", "released"] {
            assert!(coded.referral_pending.find(state).is_some(), "{state}");
        }
        for state in ["none", "ordered", "notified", "acknowledged", "ended"] {
            assert!(coded.remote.find(state).is_some() && coded.remote_next.find(state).is_some(), "{state}");
        }
        assert!(WorkMode::ALL.iter().all(|one| coded.work_mode.find(one.as_str()).is_some()));
        assert!(AcknowledgedHow::ALL.iter().all(|one| coded.acknowledged.find(one.as_str()).is_some()));
        assert!(WorkedBy::ALL.iter().all(|one| coded.worked_by.find(one.as_str()).is_some()));
        assert!(ReportPurpose::ALL.iter().all(|one| coded.report_purpose.find(one.as_str()).is_some()));
        for form in crate::case::authorities::FORMS {
            assert!(words.authority_form.find(form.word).is_some(), "{}", form.word);
            for item in form.items {
                assert!(words.authority_item.find(item.key).is_some(), "{}", item.key);
            }
        }
    }
}
