//! Errors of sealing. Their messages are for the log and the operator; they contain no key and no form value.
//!
//! A recipients file with one key → [`SealingError::TooFewRecipients`], `data.keys/recipients: 1 recipient; …`

use std::io;
use std::path::{Path, PathBuf};

use crate::recipients::MIN_RECIPIENTS;

/// An error of sealing.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// A file or folder of keys cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A line of a key file is not valid.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The reason, without the line's text.
        reason: &'static str,
    },
    /// Cases sealed to one key would be lost with it.
    #[error("{}: {found} distinct recipients; at least {MIN_RECIPIENTS} are needed: desk and recovery", path.display())]
    TooFewRecipients {
        /// The recipients file.
        path: PathBuf,
        /// The number of distinct recipients in it.
        found: usize,
    },
    /// An identity file has no identity.
    #[error("{}: there is no line that begins with AGE-SECRET-KEY-1", .0.display())]
    NoIdentity(PathBuf),
    /// The folder has no identity of the desk, or it is not among the recipients.
    #[error("{}: there is no identity of the desk whose recipient could be replaced", .0.display())]
    NoDesk(PathBuf),
    /// The file of the key for hashes has the wrong length.
    #[error("{}: it has {found} bytes; a hash key has 32", path.display())]
    HashKeyLength {
        /// The file.
        path: PathBuf,
        /// Its length.
        found: usize,
    },
    /// A key file is larger than any key file is.
    #[error("{}: it is too large for a key file", .0.display())]
    FileTooLarge(PathBuf),
    /// The key folder has files, but no recipients.
    #[error("{}: the folder is not empty and has no file `recipients`; add the file, or empty the folder", .0.display())]
    Incomplete(PathBuf),
    /// The data folder has no name to which the key folder's could be added.
    #[error("{}: the data folder has no name; name the key folder with --keys", .0.display())]
    NoFolderName(PathBuf),
    /// A text is not a recipient.
    #[error("sealing: a case's recipient does not begin with age1 or is damaged")]
    Recipient,
    /// The consent record is not a JSON object on one line.
    #[error("sealing: the record of a case is not a JSON object on one line")]
    Record,
    /// The system's source of randomness failed.
    #[error("sealing: the system has no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    /// Encryption failed.
    #[error("sealing: age did not encrypt")]
    Encrypt,
    /// The sealed bytes cannot be written.
    #[error("sealing: the sealed bytes cannot be written: {0}")]
    Write(io::Error),
    /// The file is sealed to other recipients.
    #[error("sealing: none of the identities opens it")]
    NoMatchingIdentity,
    /// The file was changed or cut off, or is not an age file.
    #[error("sealing: the sealed bytes are damaged or not an age file")]
    Damaged,
    /// The file was opened, but its contents have another form.
    #[error("sealing: the opened bytes are not in the form that this program writes")]
    Contents,
}

impl SealingError {
    /// Adds the path to an error of the system.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> SealingError {
        move |source| SealingError::File { path: path.to_owned(), source }
    }
}
