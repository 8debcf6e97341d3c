//! Settings: a flag over the environment (`KAKEKOMI_…`) over the file of `--config` over the default.
//!
//! ```toml
//! # kakekomi.toml
//! listen = "127.0.0.1:8080"
//! data = "/var/lib/kakekomi"
//! desk = "/etc/kakekomi/desk"
//! ```
//!
//! Flags and environment are the command line's ([`crate::cli`]); here is the file, and the defaults.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use kakekomi_store as store;
use kakekomi_store::synced_fs;
use serde::Deserialize;

use kakekomi_service::capacity::CapacityLimits;

/// Every setting, each of them optional: what a flag or the file may say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the desk listens.
    pub listen: Option<SocketAddr>,
    /// Where `/livez`, `/readyz` and `/metrics` are; off if absent.
    pub admin_listen: Option<SocketAddr>,
    /// `sqlite:PATH` or `postgres://USER@HOST/NAME`; by default a file in the data folder.
    pub database_url: Option<String>,
    /// The data folder.
    pub data: Option<PathBuf>,
    /// The desk profile's folder; by default the profile in the binary.
    pub desk: Option<PathBuf>,
    /// The folder of the modules that are kept, and `retired.txt`; by default `modules` in the data folder.
    pub modules: Option<PathBuf>,
    /// A folder to serve the page from instead of the binary.
    pub page: Option<PathBuf>,
    /// How many connections are served at a time.
    pub connections: Option<usize>,
    /// Drafts a minute that one address may send; 0: as many as it likes.
    pub rate_limit: Option<u32>,
    /// Free space in MiB under which no case is stored; 0: no floor.
    pub min_free_space: Option<u32>,
    /// MiB that one address may store a day; 0: as much as it likes.
    pub address_quota: Option<u32>,
    /// MiB that all addresses may store a day; 0: as much as they like.
    pub daily_quota: Option<u32>,
    /// Addresses and networks of the proxies that may name their clients (`X-Forwarded-For`).
    pub trusted_proxies: Option<Vec<String>>,
    /// `text` or `json`; by default text on a terminal.
    pub log_format: Option<LogFormat>,
    /// What is in the log, as `tracing_subscriber` filters it; by default `info`.
    pub log: Option<String>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(String, io::Error),
    /// The file is no TOML, or has a key that there is not.
    #[error("{0}: {1}")]
    Format(String, Box<toml::de::Error>),
}

/// Where the desk listens unless told otherwise.
pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
const DATA: &str = "data";

impl Settings {
    /// The settings of a file.
    ///
    /// # Errors
    /// [`ConfigError`]: it cannot be read.
    pub fn of_file(path: &Path) -> Result<Settings, ConfigError> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| ConfigError::File(name.clone(), error))?;
        toml::from_str(&text).map_err(|error| ConfigError::Format(name, Box::new(error)))
    }

    /// These settings, and another's where these say nothing.
    #[must_use]
    pub fn or(self, other: Settings) -> Settings {
        Settings {
            listen: self.listen.or(other.listen),
            admin_listen: self.admin_listen.or(other.admin_listen),
            database_url: self.database_url.or(other.database_url),
            data: self.data.or(other.data),
            desk: self.desk.or(other.desk),
            modules: self.modules.or(other.modules),
            page: self.page.or(other.page),
            connections: self.connections.or(other.connections),
            rate_limit: self.rate_limit.or(other.rate_limit),
            min_free_space: self.min_free_space.or(other.min_free_space),
            address_quota: self.address_quota.or(other.address_quota),
            daily_quota: self.daily_quota.or(other.daily_quota),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            log_format: self.log_format.or(other.log_format),
            log: self.log.or(other.log),
        }
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new(DATA))
    }

    /// The folder of the modules that are kept.
    pub fn modules(&self) -> PathBuf {
        self.modules.clone().unwrap_or_else(|| self.data().join("modules"))
    }

    /// The database's URL.
    pub fn database_url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| store::url_in(self.data()))
    }

    /// The limits on what may be stored.
    pub fn capacity_limits(&self) -> CapacityLimits {
        let default = CapacityLimits::default();
        CapacityLimits {
            min_free_mib: self.min_free_space.unwrap_or(default.min_free_mib),
            address_quota_mib: self.address_quota.unwrap_or(default.address_quota_mib),
            daily_quota_mib: self.daily_quota.unwrap_or(default.daily_quota_mib),
        }
    }

    /// The folder of the database's file; `None` where the database is no file.
    pub fn database_folder(&self) -> Option<PathBuf> {
        let file = store::file_of(&self.database_url())?;
        // A link may lead to another disk.
        let file = fs::canonicalize(&file).unwrap_or(file);
        Some(file.parent().map(Path::to_path_buf).unwrap_or_default())
    }

    /// Makes the data folder, for its owner alone, if it is missing.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make_data_folder(&self) -> io::Result<()> {
        synced_fs::create_dir_all_synced(self.data())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let file: Settings = toml::from_str("listen = \"127.0.0.1:1\"\ndata = \"from-file\"").unwrap();
        let flags = Settings { data: Some("from-flag".into()), ..Settings::default() };
        let settings = flags.or(file);
        assert_eq!(settings.listen.unwrap().port(), 1);
        assert_eq!(settings.database_url(), "sqlite:from-flag/kakekomi.sqlite3");
        assert_eq!(Settings::default().data(), Path::new("data"));
    }

    #[test]
    fn a_key_that_there_is_not_is_an_error() {
        assert!(toml::from_str::<Settings>("lisen = \"127.0.0.1:1\"").is_err());
    }
}
