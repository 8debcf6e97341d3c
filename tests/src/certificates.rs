//! Certificates for tests, made by openssl.
//!
//! `certificate(folder, "localhost")` → `authority.pem`, `fullchain.pem` and `privkey.pem` in the folder

use std::fs;
use std::path::Path;
use std::process::Command;

/// Makes an authority and its certificate for a host in a new folder.
pub fn certificate(folder: &Path, host: &str) {
    fs::create_dir(folder).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install/certificate.sh");
    assert!(Command::new("bash").arg(script).arg(folder).arg(host).status().unwrap().success());
}
