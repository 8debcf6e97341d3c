//! The servers of a URL, and the safety of the way to them.
//!
//! `Address::read("postgres://kakekomi@db1,db2/kakekomi?sslmode=verify-full")` → the options of two servers;
//! `unverified_hosts("postgres://kakekomi@10.0.0.5/kakekomi")` → `["10.0.0.5"]`

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use crate::error::StoreError;

/// The names by which sqlx knows the file of an authority in a URL.
const AUTHORITY_KEYS: [&str; 3] = ["sslrootcert", "ssl-root-cert", "ssl-ca"];
/// The beginning of a certificate in a PEM file.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// The servers of one database, in the order of the URL.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// The options of each server; at least one.
    pub servers: Vec<PgConnectOptions>,
}

impl Address {
    /// Reads a URL, and checks the file of its authority.
    ///
    /// # Errors
    /// [`StoreError`]: the URL is wrong, or the file cannot be used.
    pub fn read(url: &str) -> Result<Address, StoreError> {
        let address = Address::parse(url)?;
        for server in split(url) {
            check_authority(&server, &address)?;
        }
        Ok(address)
    }

    fn parse(url: &str) -> Result<Address, StoreError> {
        let options = |url: String| Ok(PgConnectOptions::from_str(&url)?);
        Ok(Address { servers: split(url).map(options).collect::<Result<_, StoreError>>()? })
    }

    /// Returns the options of each server, as this program connects.
    pub fn options(&self) -> impl Iterator<Item = PgConnectOptions> {
        // A batch has thousands of parameters, too many for a line of the log.
        self.servers.iter().map(|server| server.clone().application_name("kakekomi").disable_statement_logging())
    }

    /// Formats the servers and the database, without user and password.
    pub fn name(&self) -> String {
        let database = self.servers.first().and_then(PgConnectOptions::get_database).unwrap_or_default();
        let servers: Vec<_> = self.servers.iter().map(server_name).collect();
        format!("{}/{database}", servers.join(","))
    }
}

/// Formats host and port of a server.
pub(super) fn server_name(server: &PgConnectOptions) -> String {
    format!("{}:{}", server.get_host(), server.get_port())
}

/// Lists the servers on other machines whose certificate and name are not verified (`sslmode` is not `verify-full`). Empty for
/// SQLite, and for a URL that cannot be read.
pub fn unverified_hosts(url: &str) -> Vec<String> {
    if !url.starts_with("postgres") {
        return Vec::new();
    }
    let servers = Address::parse(url).map(|address| address.servers).unwrap_or_default();
    let unverified = servers.iter().filter(|server| !matches!(server.get_ssl_mode(), PgSslMode::VerifyFull));
    unverified.filter(|server| is_remote(server)).map(|server| server.get_host().to_owned()).collect()
}

fn is_remote(server: &PgConnectOptions) -> bool {
    let host = server.get_host();
    // A host that begins with a slash is the folder of a socket.
    if server.get_socket().is_some() || host.starts_with('/') || host == "localhost" {
        return false;
    }
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    !address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Splits a URL with several hosts, as libpq writes them, into one URL for each host.
fn split(url: &str) -> impl Iterator<Item = String> {
    let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.rfind('@').map_or(("", authority), |at| authority.split_at(at + 1));
    hosts.split(',').map(move |host| format!("{scheme}://{user}{host}{path}"))
}

/// Refuses a file of an authority that is missing or has no certificate, and one that would not be used: the driver would report
/// an unknown issuer, or verify nothing.
fn check_authority(url: &str, address: &Address) -> Result<(), StoreError> {
    let named = Url::parse(url).ok().and_then(|url| {
        url.query_pairs().find(|(key, _)| AUTHORITY_KEYS.contains(&&**key)).map(|(_, file)| PathBuf::from(&*file))
    });
    let Some(file) = named else { return Ok(()) };
    let wrong = |reason: String| Err(StoreError::Authority(file.display().to_string(), reason));
    let verifies =
        |server: &PgConnectOptions| matches!(server.get_ssl_mode(), PgSslMode::VerifyFull | PgSslMode::VerifyCa);
    if !address.servers.iter().all(verifies) {
        return wrong("it has no effect without sslmode=verify-full".to_owned());
    }
    match fs::read(&file) {
        Err(error) => wrong(error.to_string()),
        Ok(text) if !String::from_utf8_lossy(&text).contains(CERTIFICATE) => wrong("it has no certificate".to_owned()),
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_one_server_or_several() {
        let name = |url: &str| Address::read(url).unwrap().name();
        assert_eq!(name("postgres://kakekomi@db/cases"), "db:5432/cases");
        assert_eq!(name("postgres://k:p%40ss@db1:6000,db2/cases?sslmode=verify-full"), "db1:6000,db2:5432/cases");
        assert_eq!(name("postgresql://k@10.0.0.5,[::1]:7000/cases"), "10.0.0.5:5432,[::1]:7000/cases");
        assert_eq!(split("postgres://db1,db2").collect::<Vec<_>>(), ["postgres://db1", "postgres://db2"]);
        assert!(Address::read("postgres://k@db1:x/cases").is_err());
    }

    #[test]
    fn a_server_on_another_machine_has_to_be_verified() {
        for (url, unverified) in [
            ("sqlite:data/kakekomi.sqlite3", &[][..]),
            ("postgres://k@127.0.0.1/cases", &[]),
            ("postgres://k@[::1]:5432/cases", &[]),
            ("postgres://k@localhost/cases", &[]),
            ("postgres://k@%2Fvar%2Frun%2Fpostgresql/cases", &[]),
            ("postgres:///cases?host=/var/run/postgresql", &[]),
            ("postgres://k@db.example.jp/cases?sslmode=verify-full", &[]),
            ("postgres://k@db.example.jp/cases", &["db.example.jp"]),
            ("postgres://k@10.0.0.5/cases?sslmode=require", &["10.0.0.5"]),
            ("postgres://k@10.0.0.5/cases?sslmode=verify-ca", &["10.0.0.5"]),
            ("postgres://k@127.0.0.1,db2/cases?sslmode=prefer", &["db2"]),
        ] {
            assert_eq!(unverified_hosts(url), unverified, "{url}");
        }
    }

    #[test]
    fn a_file_of_an_authority_that_cannot_be_used_is_named() {
        let file = std::env::temp_dir().join(format!("kakekomi-sslrootcert-{}", std::process::id()));
        let reason = |mode: &str| {
            let url = format!("postgres://k@db/cases?sslmode={mode}&sslrootcert={}", file.display());
            Address::read(&url).map(drop).map_err(|error| error.to_string())
        };
        assert!(reason("verify-full").unwrap_err().contains("No such file"));
        fs::write(&file, "no certificate").unwrap();
        assert!(reason("verify-full").unwrap_err().ends_with("it has no certificate"));
        fs::write(&file, format!("{CERTIFICATE}\n")).unwrap();
        assert_eq!(reason("verify-full"), Ok(()));
        assert!(reason("require").unwrap_err().ends_with("no effect without sslmode=verify-full"));
        fs::remove_file(&file).unwrap();
    }
}
