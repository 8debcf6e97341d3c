//! The key of an S3-compatible storage: from the environment, or from a file of the form that Amazon's tools read.
//!
//! ```text
//! [default]
//! aws_access_key_id = AKIA…
//! aws_secret_access_key = …
//! ```
//!
//! They are read for every request, so that a file with keys for a limited time can be replaced while the program runs.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// The profile of the file that is read.
const PROFILE: &str = "[default]";

/// The place of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for a limited time, `AWS_SESSION_TOKEN`.
    Environment,
    /// A file.
    File(PathBuf),
}

/// A key with its secret.
pub struct Credentials {
    pub(super) key_id: String,
    pub(super) secret: Zeroizing<String>,
    /// The token of a key for a limited time.
    pub(super) token: Option<Zeroizing<String>>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credentials")
    }
}

impl CredentialSource {
    /// Reads the key.
    ///
    /// # Errors
    /// No key is named, or the file cannot be read. The error repeats nothing of the contents.
    pub fn read(&self) -> io::Result<Credentials> {
        match self {
            CredentialSource::Environment => Credentials::of(|name| env::var(name.to_uppercase()).ok()).ok_or_else(|| {
                io::Error::other(
                    "the storage needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a file with --evidence-credentials",
                )
            }),
            CredentialSource::File(path) => {
                let shown = path.display();
                let text = fs::read_to_string(path).map(Zeroizing::new);
                let text = text.map_err(|error| io::Error::new(error.kind(), format!("{shown}: {error}")))?;
                Credentials::of(|name| value(&text, name)).ok_or_else(|| {
                    let missing = "it has no aws_access_key_id and aws_secret_access_key below [default]";
                    io::Error::other(format!("{shown}: {missing}"))
                })
            }
        }
    }
}

impl Credentials {
    fn of(value: impl Fn(&str) -> Option<String>) -> Option<Credentials> {
        let value = |name| value(name).filter(|value| !value.is_empty());
        let secret = Zeroizing::new(value("aws_secret_access_key")?);
        Some(Credentials {
            key_id: value("aws_access_key_id")?,
            secret,
            token: value("aws_session_token").map(Zeroizing::new),
        })
    }
}

/// Finds a value of the profile. Lines before the first profile belong to it.
fn value(text: &str, name: &str) -> Option<String> {
    let mut is_profile = true;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_profile = line == PROFILE;
        } else if is_profile
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == name
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(String, String, Option<String>)> {
        let found = Credentials::of(|name| value(text, name))?;
        Some((found.key_id, found.secret.to_string(), found.token.map(|token| token.to_string())))
    }

    #[test]
    fn the_default_profile_is_read() {
        let text = "# keys\n[other]\naws_access_key_id = no\n[default]\r\naws_access_key_id = AK\naws_secret_access_key=s/e=c\n";
        assert_eq!(of(text), Some(("AK".into(), "s/e=c".into(), None)));
        let text = "aws_access_key_id=AK\naws_secret_access_key=s\naws_session_token=t";
        assert_eq!(of(text), Some(("AK".into(), "s".into(), Some("t".into()))));
        for text in ["", "[default]", "[other]\naws_access_key_id=a\naws_secret_access_key=s", "aws_access_key_id=a"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn an_error_names_the_file_and_not_its_contents() {
        let path = env::temp_dir().join(format!("kakekomi-credentials-{}", std::process::id()));
        let source = CredentialSource::File(path.clone());
        assert_eq!(source.read().unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::write(&path, "aws_secret_access_key = hush").unwrap();
        let error = source.read().unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()) && !error.contains("hush"), "{error}");
        fs::write(&path, "aws_access_key_id = AK\naws_secret_access_key = hush").unwrap();
        assert!(!format!("{:?}", source.read().unwrap()).contains("hush"));
        fs::remove_file(&path).unwrap();
    }
}
