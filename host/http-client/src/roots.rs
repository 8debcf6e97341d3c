//! The authorities that a server's certificate may come from.
//!
//! `trusted(Some("authority.pem"))` → the authorities of the system and that of the file
//!
//! The system's store is used, and not a list within the program: the administrator of the machine adds and distrusts authorities
//! there for all programs alike, and its updates need no new release of this one. `SSL_CERT_FILE` and `SSL_CERT_DIR` name another
//! store, as for OpenSSL.

use std::path::Path;

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::error::RootsError;

/// Reads the authorities of the system, and those of a file beside them. A system without a store trusts the file alone.
///
/// # Errors
/// [`RootsError`]: the file cannot be used.
pub fn trusted(file: Option<&Path>) -> Result<RootCertStore, RootsError> {
    let mut roots = RootCertStore::empty();
    // A store has certificates that no longer fit the rules; the others are of use.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in file.map(read).transpose()?.unwrap_or_default() {
        roots.add(certificate)?;
    }
    Ok(roots)
}

/// Reads the certificates of a file, PEM.
///
/// # Errors
/// [`RootsError`]: the file cannot be read, or has none.
pub fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, RootsError> {
    let path = file.display().to_string();
    let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = certificates.map_err(|error| RootsError::File { path: path.clone(), error })?;
    if certificates.is_empty() { Err(RootsError::NoCertificate(path)) } else { Ok(certificates) }
}
