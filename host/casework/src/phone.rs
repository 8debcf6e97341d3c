//! An application that an operator takes by telephone. It is judged by the same module, and by the same rules, as one from a
//! page.
//!
//! draft, `agreed_by: "山田 花子"`, `shown: read_out` → a receipt whose consent record has `channel: phone`

use bytes::Bytes;
use kakekomi_core::Locale;
use kakekomi_service::receipt::PhoneConsent;
use kakekomi_service::submit::{IdempotencyKey, Intake, Judged, PageModule, Submission};

use crate::casework::{Casework, demand};
use crate::error::ActError;
use crate::fields::{FieldCode, FieldError};
use crate::limits::NAME_BYTES_MAX;
use crate::operator::{Operator, Right};

/// The agreement of a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneAgreement {
    /// The person who agreed.
    pub agreed_by: String,
    /// The way in which the operator showed the documents; their versions are in the draft.
    pub shown: ShownHow,
}

/// The way in which a caller came to know the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownHow {
    /// The operator read them out.
    ReadOut,
    /// The operator sent them, and the caller read them.
    Sent,
}

impl ShownHow {
    /// Returns the stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            ShownHow::ReadOut => "read_out",
            ShownHow::Sent => "sent",
        }
    }

    /// Reads the stable word.
    pub fn read(word: &str) -> Option<ShownHow> {
        [ShownHow::ReadOut, ShownHow::Sent].into_iter().find(|known| known.as_str() == word)
    }
}

/// An application by telephone.
#[derive(Debug, Clone)]
pub struct PhoneApplication {
    /// The draft's text, with the agreement to the documents in force.
    pub text: Bytes,
    /// The language of the case.
    pub locale: Locale,
    /// The key of the operator's form, so that sending twice makes one case.
    pub key: IdempotencyKey,
    /// The agreement.
    pub agreement: PhoneAgreement,
}

impl Casework {
    /// Judges and stores an application by telephone. The operator is the actor of `case.received`.
    ///
    /// # Errors
    /// [`ActError::Fields`]: `agreed_by` is wrong; [`ActError::Work`]: the operator may not act.
    pub async fn receive_by_phone(
        &self,
        operator: &Operator,
        intake: &Intake,
        application: PhoneApplication,
    ) -> Result<Judged, ActError> {
        demand(operator, Right::Act)?;
        let PhoneApplication { text, locale, key, agreement } = application;
        let agreed_by = agreement.agreed_by.trim();
        let code = match agreed_by.len() {
            0 => Some(FieldCode::Required),
            length if length > NAME_BYTES_MAX => Some(FieldCode::TooLong),
            _ => None,
        };
        if let Some(code) = code {
            return Err(ActError::Fields(vec![FieldError::new("agreed_by", code)]));
        }
        let by_phone = PhoneConsent {
            taken_by: operator.actor().to_owned(),
            agreed_by: agreed_by.to_owned(),
            shown: agreement.shown.as_str(),
        };
        let submission = Submission {
            text,
            key,
            module: PageModule::Current,
            locale,
            through: None,
            by_phone: Some(by_phone),
            client: None,
            return_hash: None,
        };
        Ok(intake.submit(submission, self.now()).await)
    }
}
