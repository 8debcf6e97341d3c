//! The exit codes of the commands, and the errors that end one.
//!
//! 0 accepted · 1 has issues · 2 usage · 3 the content is not JSON · 4 the rule engine failed ·
//! 5 a file, the network or the database. With several files the highest counts, so [`Exit`] is ordered.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use kakekomi_accounts::AccountError;
use kakekomi_casework::HandoverError;
use kakekomi_http::tls::TlsError;
use kakekomi_http_client::RootsError;
use kakekomi_sandbox::SandboxError;
use kakekomi_sealing::SealingError;
use kakekomi_service::desk::DeskError;
use kakekomi_service::module_archive::ModuleArchiveError;
use kakekomi_service::sealed_case::EventError;
use kakekomi_service::submit::InvalidReport;
use kakekomi_store::StoreError;

/// The contract's exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything is right.
    Accepted = 0,
    /// A draft has issues.
    Issues = 1,
    /// The command was called the wrong way.
    Usage = 2,
    /// A text is no JSON.
    NotJson = 3,
    /// The rule engine failed.
    Engine = 4,
    /// A file, the network or the database failed.
    Io = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// An error that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command was called the wrong way.
    #[error("{0}")]
    Usage(String),
    /// The folder of modules cannot be used.
    #[error(transparent)]
    Modules(#[from] ModuleArchiveError),
    /// The desk's data cannot be used.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The rule engine failed.
    #[error("the rule engine failed: {0}")]
    Engine(#[from] SandboxError),
    /// The context cannot be used.
    #[error("{0}")]
    Context(#[from] kakekomi_core::CheckError),
    /// The module's report cannot be read.
    #[error("the rule engine failed: {0}")]
    Report(#[from] InvalidReport),
    /// No clause allows the use.
    #[error(transparent)]
    Purpose(#[from] kakekomi_purposes::Refusal),
    /// The output cannot be written as JSON.
    #[error("the output cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key is missing or wrong, or a case cannot be opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The key of the hashes is not the one that the database was written with.
    #[error(
        "{0}: this is not the hash.key that the database was written with, or the database's setting hash_key was changed: \
         name its key folder with --keys; if that is this one, restore a backup of the database"
    )]
    OtherHashKey(String),
    /// The database was written with keys, and the key folder is not there.
    #[error(
        "{0}: this folder has no keys, and the database was written with some: bring its key folder, or name it with --keys"
    )]
    MissingKeys(String),
    /// Cases could not be sealed to the present recipients.
    #[error(
        "{0} cases are sealed to other recipients: reload the desks that serve and run it again, or name an identity that \
         opens these cases with --identity"
    )]
    NotResealed(u64),
    /// The certificate of the listeners cannot be used.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// An event cannot be sealed or opened.
    #[error(transparent)]
    Event(#[from] EventError),
    /// There is no identity where the contents of cases are needed.
    #[error("cases are sealed, and there is no identity here: name the file of the desk's identity with --identity")]
    NoIdentity,
    /// The event of a reading is not durable.
    #[error(
        "nothing is shown, since the reading cannot be recorded: {0}; \
         run the command as a user who may write the database"
    )]
    NotRecorded(#[source] StoreError),
    /// A case has no contents that could be shown.
    #[error("case {0} has no contents that can be shown")]
    NoContents(String),
    /// The event of a case was refused: the number, and the reason.
    #[error("case {0} is unchanged: {1}")]
    Unchanged(String, String),
    /// The bytes of a file have not all come, or are deleted; its state.
    #[error("it has no bytes to save: {0}")]
    NoBytes(&'static str),
    /// The opened bytes of a file are not those that arrived.
    #[error("the stored bytes are not those that arrived (kakekomi evidence verify); nothing was saved")]
    OtherBytes,
    /// The trusted authorities cannot be read.
    #[error(transparent)]
    Roots(#[from] RootsError),
    /// The desk at the other end refused, or could not be reached.
    #[error("{0}")]
    Remote(String),
    /// An account cannot be managed.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// An organization is not registered, or a package not made.
    #[error(transparent)]
    Handover(#[from] HandoverError),
    /// There is no such token.
    #[error("there is no token {0}")]
    NoToken(i64),
    /// A file or the network failed; its name or the attempted action comes first.
    #[error("{0}: {1}")]
    Io(String, io::Error),
    /// There is no such case.
    #[error("there is no case {0}")]
    NoCase(String),
    /// The reader of the output has closed the pipe.
    #[error("the reader has gone")]
    BrokenPipe,
}

impl CliError {
    /// Converts an I/O error; `name` is the file, or the part of the system, such as `signals`.
    pub fn io(name: impl AsRef<Path>) -> impl FnOnce(io::Error) -> CliError {
        let name = name.as_ref().display().to_string();
        |error| CliError::Io(name, error)
    }

    /// Returns the exit code.
    pub fn exit(&self) -> Exit {
        match self {
            CliError::Usage(_)
            | CliError::Purpose(_)
            | CliError::Account(AccountError::Name | AccountError::DisplayName | AccountError::Person)
            | CliError::Handover(HandoverError::Id | HandoverError::Name | HandoverError::Recipient) => Exit::Usage,
            CliError::Engine(_) | CliError::Context(_) | CliError::Report(_) | CliError::Json(_) => Exit::Engine,
            CliError::Modules(_)
            | CliError::Desk(_)
            | CliError::Store(_)
            | CliError::Sealing(_)
            | CliError::OtherHashKey(_)
            | CliError::MissingKeys(_)
            | CliError::NotResealed(_)
            | CliError::Event(_)
            | CliError::Tls(_)
            | CliError::NoIdentity
            | CliError::NotRecorded(_)
            | CliError::NoContents(_)
            | CliError::Unchanged(..)
            | CliError::NoBytes(_)
            | CliError::OtherBytes
            | CliError::Roots(_)
            | CliError::Remote(_)
            | CliError::Account(_)
            | CliError::Handover(_)
            | CliError::NoToken(_)
            | CliError::Io(..)
            | CliError::NoCase(_) => Exit::Io,
            CliError::BrokenPipe => Exit::Accepted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_ordered_by_severity() {
        assert_eq!(Exit::Issues.max(Exit::NotJson), Exit::NotJson);
        assert_eq!(Exit::Io as u8, 5);
        assert_eq!(CliError::Usage(String::new()).exit() as u8, 2);
    }
}
