//! The reasons why a sign-in at the identity provider is refused, each with a stable code.
//!
//! `SingleSignOnRefusal::NoRole.code()` → `"oidc.no_role"`; `.class()` → [`RefusalClass::NoRole`], the sentence for the person

use kakekomi_oidc::OidcError;
use kakekomi_store::StoreError;

use crate::AccountError;

/// The reason why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SingleSignOnRefusal {
    /// The desk has no identity provider.
    #[error("there is no identity provider")]
    NoProvider,
    /// The state is unknown, or its attempt was finished before.
    #[error("the state is unknown or used")]
    State,
    /// The attempt began too long ago.
    #[error("the attempt began too long ago")]
    AttemptExpired,
    /// The answer comes to another browser than the one that began the attempt.
    #[error("another browser began the attempt")]
    Browser,
    /// The provider, or the person there, refused.
    #[error("the provider answers with an error")]
    Denied,
    /// The provider gave a wrong answer, or did not answer.
    #[error(transparent)]
    Provider(#[from] OidcError),
    /// The person has no role at this desk.
    #[error("the claim of roles has no value of a role")]
    NoRole,
    /// The provider names no account, or its name cannot be one.
    #[error("preferred_username cannot be the name of an account")]
    Name,
    /// Another account has the name.
    #[error("another account has the name of preferred_username")]
    NameTaken,
    /// The account is disabled.
    #[error("the account is disabled")]
    Disabled,
    /// The accounts failed.
    #[error(transparent)]
    Failed(#[from] AccountError),
}

/// The refusals that a person is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalClass {
    /// The address does not exist.
    NoProvider,
    /// Another attempt, from the sign-in page.
    Retry,
    /// The provider does not answer.
    Unreachable,
    /// The provider's answer is wrong, which an administrator has to look into.
    WrongAnswer,
    /// The person has to ask for a role.
    NoRole,
    /// The person has to ask for another name.
    Name,
    /// The name is taken.
    NameTaken,
    /// The account is disabled.
    Disabled,
    /// The database, or the system, failed.
    Failed,
}

impl RefusalClass {
    /// All classes that have a page of their own.
    pub const WITH_PAGE: [RefusalClass; 7] = [
        RefusalClass::Retry,
        RefusalClass::Unreachable,
        RefusalClass::WrongAnswer,
        RefusalClass::NoRole,
        RefusalClass::Name,
        RefusalClass::NameTaken,
        RefusalClass::Disabled,
    ];

    /// Returns the key of its sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalClass::NoProvider => "no_provider",
            RefusalClass::Retry => "retry",
            RefusalClass::Unreachable => "unreachable",
            RefusalClass::WrongAnswer => "wrong_answer",
            RefusalClass::NoRole => "no_role",
            RefusalClass::Name => "name",
            RefusalClass::NameTaken => "name_taken",
            RefusalClass::Disabled => "disabled",
            RefusalClass::Failed => "failed",
        }
    }
}

impl SingleSignOnRefusal {
    /// Returns the stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SingleSignOnRefusal::NoProvider => "oidc.no_provider",
            SingleSignOnRefusal::State => "oidc.state",
            SingleSignOnRefusal::AttemptExpired => "oidc.attempt_expired",
            SingleSignOnRefusal::Browser => "oidc.browser",
            SingleSignOnRefusal::Denied => "oidc.denied",
            SingleSignOnRefusal::Provider(error) => error.code(),
            SingleSignOnRefusal::NoRole => "oidc.no_role",
            SingleSignOnRefusal::Name => "oidc.name",
            SingleSignOnRefusal::NameTaken => "oidc.name_taken",
            SingleSignOnRefusal::Disabled => "oidc.disabled",
            SingleSignOnRefusal::Failed(_) => "oidc.failed",
        }
    }

    /// Returns the class, which chooses the page.
    pub fn class(&self) -> RefusalClass {
        match self {
            SingleSignOnRefusal::NoProvider => RefusalClass::NoProvider,
            SingleSignOnRefusal::State
            | SingleSignOnRefusal::AttemptExpired
            | SingleSignOnRefusal::Browser
            | SingleSignOnRefusal::Denied => RefusalClass::Retry,
            SingleSignOnRefusal::Provider(OidcError::Unreachable { .. }) => RefusalClass::Unreachable,
            SingleSignOnRefusal::Provider(_) => RefusalClass::WrongAnswer,
            SingleSignOnRefusal::NoRole => RefusalClass::NoRole,
            SingleSignOnRefusal::Name => RefusalClass::Name,
            SingleSignOnRefusal::NameTaken => RefusalClass::NameTaken,
            SingleSignOnRefusal::Disabled => RefusalClass::Disabled,
            SingleSignOnRefusal::Failed(_) => RefusalClass::Failed,
        }
    }
}

impl From<StoreError> for SingleSignOnRefusal {
    fn from(error: StoreError) -> SingleSignOnRefusal {
        SingleSignOnRefusal::Failed(error.into())
    }
}
