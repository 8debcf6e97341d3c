//! Errors of hand-overs and grants.
//!
//! a package for a case without intent → [`HandoverError::Missing`] with [`MissingStep::Intent`]

use std::io;

use kakekomi_evidence::UploadRefusal;
use kakekomi_service::sealed_case::EventError;
use kakekomi_store::{Refusal, StoreError};

use crate::error::WorkError;

/// A step without which no package is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingStep {
    /// The applicant's intent (clause 1②). One intent allows one package.
    Intent,
    /// The confirmation of an intent that was said by telephone, by a second person.
    Confirmation,
    /// The release by a lead.
    Release,
    /// The released organization is not registered, or disabled.
    Organization,
    /// The identity that opens cases on this host.
    Identity,
    /// The storage of evidence files on this host.
    Storage,
}

impl MissingStep {
    /// All steps.
    pub const ALL: [MissingStep; 6] = [
        MissingStep::Intent,
        MissingStep::Confirmation,
        MissingStep::Release,
        MissingStep::Organization,
        MissingStep::Identity,
        MissingStep::Storage,
    ];

    /// Returns the stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            MissingStep::Intent => "intent",
            MissingStep::Confirmation => "confirmation",
            MissingStep::Release => "release",
            MissingStep::Organization => "organization",
            MissingStep::Identity => "identity",
            MissingStep::Storage => "storage",
        }
    }
}

/// The reason why an organization, a package or a link is not made.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// The case cannot be read, or the operator may not do it.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// Something has to happen before.
    #[error("this is missing: {}", words(.0))]
    Missing(Vec<MissingStep>),
    /// The case is released to another organization than the named one.
    #[error("the case is released to another organization than this one (kakekomi refer show)")]
    OtherRelease,
    /// The named organization is of another kind, disabled or unknown.
    #[error("this is no registered and enabled organization for it (kakekomi organizations list)")]
    Organization,
    /// The recipient in the register is not that of the sealed event.
    #[error(
        "the register has another recipient of this organization than its sealed event, or the event cannot be opened here: run \
         kakekomi doctor, and register the organization under another id"
    )]
    OtherRecipient,
    /// The id is no word of small letters, digits and hyphens, or is taken.
    #[error("the id of an organization is a letter a-z, then a-z, 0-9 or hyphens, at most 40, and is given once")]
    Id,
    /// The name is empty or too long.
    #[error("the name of an organization has one to 200 characters, and no line breaks")]
    Name,
    /// The text is no age recipient.
    #[error("this is no age recipient: age-keygen prints one, which begins with age1")]
    Recipient,
    /// A field that a grant names is not one of the form, or none is named.
    #[error("a grant names fields of the form, such as /incident/summary, or evidence files that have arrived")]
    Fields,
    /// The end of a grant is out of range.
    #[error("a grant ends after 1 to 90 days")]
    Days,
    /// The profile of the desk has no purposes for this kind of organization.
    #[error(
        "desk.toml has no [[receipt.recipients]] with this kind, so the package could not say its purposes (clause 1⑦)"
    )]
    Purposes,
    /// The case changed while the package was made.
    #[error("the case was changed while the package was made: look at it, and make it again")]
    Changed,
    /// The state of the case does not allow it.
    #[error("{0}")]
    Refused(Refusal),
    /// There is no such package, or it was destroyed, or its grant has ended.
    #[error("there is no such package, or it was destroyed, or its grant has ended")]
    NoPackage,
    /// The storage has too little room.
    #[error("the storage of evidence files has too little room for the package")]
    NoRoom,
    /// The package cannot be made.
    #[error("the package cannot be made: {0}")]
    Build(#[from] io::Error),
    /// The storage belongs to another database, or cannot be read.
    #[error(transparent)]
    Storage(#[from] UploadRefusal),
    /// The event cannot be sealed.
    #[error(transparent)]
    Event(#[from] EventError),
    /// There is no randomness.
    #[error("the system's source of randomness fails: {0}")]
    Random(#[from] getrandom::Error),
}

impl HandoverError {
    /// Returns a stable word for messages in other languages; `None` for a failure, which nobody can mend in a form.
    pub fn code(&self) -> Option<&'static str> {
        let code = match self {
            HandoverError::Missing(_) => "missing",
            HandoverError::OtherRelease => "other_release",
            HandoverError::Organization => "organization",
            HandoverError::OtherRecipient => "other_recipient",
            HandoverError::Id => "id",
            HandoverError::Name => "name",
            HandoverError::Recipient => "recipient",
            HandoverError::Fields => "fields",
            HandoverError::Days => "days",
            HandoverError::Purposes => "purposes",
            HandoverError::Changed => "changed",
            HandoverError::Refused(refusal) => refusal.as_str(),
            HandoverError::NoPackage => "no_package",
            HandoverError::NoRoom => "no_room",
            HandoverError::Work(_)
            | HandoverError::Build(_)
            | HandoverError::Storage(_)
            | HandoverError::Event(_)
            | HandoverError::Random(_) => return None,
        };
        Some(code)
    }
}

impl From<StoreError> for HandoverError {
    fn from(error: StoreError) -> HandoverError {
        HandoverError::Work(error.into())
    }
}

fn words(steps: &[MissingStep]) -> String {
    steps.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(", ")
}
