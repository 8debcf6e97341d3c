//! Errors of outgoing requests.
//!
//! `ClientError::Send(…)` → `connection refused`: the whole chain of causes in one sentence, without the address's query

use std::error::Error;
use std::fmt::{self, Display};
use std::io;

use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::pem;

use crate::addresses::PrivateAddress;

/// The reason why a request has no response.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It cannot be sent, or the connection ended before the response.
    #[error("{}", Chain(.0))]
    Send(#[from] hyper_util::client::legacy::Error),
    /// The address in the request is none that the client connects to.
    #[error(transparent)]
    Private(#[from] PrivateAddress),
    /// The connection ended within the response's body.
    #[error("{}", Chain(.0))]
    Body(#[source] hyper::Error),
    /// The response's body is longer than the caller reads.
    #[error("the response is longer than {0} bytes")]
    TooLong(usize),
}

impl ClientError {
    /// Reports whether the server's certificate is refused, which no later attempt changes.
    pub fn is_untrusted(&self) -> bool {
        self.has_cause(|cause| matches!(cause.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))))
    }

    /// Reports whether the request leads to none of the addresses that the client connects to.
    pub fn is_private(&self) -> bool {
        matches!(self, ClientError::Private(_)) || self.has_cause(<dyn Error>::is::<PrivateAddress>)
    }

    fn has_cause(&self, is_it: impl Fn(&(dyn Error + 'static)) -> bool) -> bool {
        let mut next = self.source();
        while let Some(cause) = next {
            if is_it(cause) {
                return true;
            }
            // An error of I/O holds another one, which is not its source.
            let held = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            next = held.map_or_else(|| cause.source(), |held| Some(held));
        }
        false
    }
}

/// The reason why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// The file of a private authority cannot be read, or is no PEM.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// The reason.
        error: pem::Error,
    },
    /// The file has no certificate.
    #[error("{0}: it has no certificate")]
    NoCertificate(String),
    /// The file's certificate cannot be an authority, or this machine has no version of TLS.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// An error with its causes: libraries put the reason into the last one.
struct Chain<'a>(&'a dyn Error);

impl Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(formatter, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}
