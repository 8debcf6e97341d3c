//! TLS of a listener: certificate and key from PEM files, read again when they change.
//!
//! `TlsFiles::new("cert.pem", "key.pem")` → [`Certificate::load`] → [`Certificate::acceptor`] for
//! [`serve`](crate::server::serve)
//!
//! TLS 1.2 and 1.3 with HTTP/1.1. A renewed certificate serves the next handshake; a pair that cannot be read leaves the
//! earlier one in force.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::time::sleep;
pub use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

/// Time between two looks at the files.
const CHANGE_CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// The protocol that the server speaks (RFC 7301).
const ALPN: &[u8] = b"http/1.1";

/// The files of a certificate chain and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first; PEM.
    pub cert: PathBuf,
    /// The private key; PEM.
    pub key: PathBuf,
}

/// The reason why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or has no such item.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// The reason.
        error: pem::Error,
    },
    /// The chain is empty.
    #[error("{0}: it has no certificate")]
    NoCertificate(String),
    /// The key is not of the certificate, or neither can be used.
    #[error("the certificate cannot be used with this key: {0}")]
    Pair(#[from] rustls::Error),
}

/// A certificate in force, which is replaced when its files change.
#[derive(Debug)]
pub struct Certificate {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(files: TlsFiles) -> Result<Arc<Certificate>, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let current = RwLock::new(Arc::new(read(&files, &provider)?));
        Ok(Arc::new(Certificate { files, provider, current }))
    }

    /// Makes the acceptor of a listener.
    ///
    /// # Errors
    /// [`TlsError::Pair`]: this machine supports no version of TLS.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files again each time that they change; never returns.
    pub async fn watch(&self) {
        let mut seen = self.files.marks();
        loop {
            sleep(CHANGE_CHECK_INTERVAL).await;
            let found = self.files.marks();
            if found == seen {
                continue;
            }
            match read(&self.files, &self.provider) {
                Ok(pair) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
                    tracing::info!("the certificate was read again");
                }
                // Perhaps only one of the two files is new yet.
                Err(error) => {
                    tracing::error!(%error, "the certificate was not replaced: the earlier one stays in force");
                }
            }
            seen = found;
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl TlsFiles {
    /// Describes both files, so that a change is noticed.
    fn marks(&self) -> [Option<(SystemTime, u64)>; 2] {
        let mark = |path: &Path| fs::metadata(path).and_then(|data| Ok((data.modified()?, data.len()))).ok();
        [mark(&self.cert), mark(&self.key)]
    }
}

fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error| TlsError::File { path, error }
    };
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(&files.cert).and_then(Iterator::collect).map_err(failed(&files.cert))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(files.cert.display().to_string()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(failed(&files.key))?;
    Ok(CertifiedKey::from_der(chain, key, provider)?)
}
