//! Settings: a flag over the environment (`KAKEKOMI_…`) over the file of `--config` over the default.
//!
//! ```toml
//! # kakekomi.toml
//! listen = "127.0.0.1:8080"
//! data = "/var/lib/kakekomi"
//! desk = "/etc/kakekomi/desk"
//! ```
//!
//! The flags of the other commands that set them too are in [`crate::cli`].

mod mail;
mod retention;
mod webhooks;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;
use kakekomi_delivery::Channel;
use kakekomi_evidence::{Clamd, ClamdError, EvidenceLimits};
use kakekomi_http::tls::TlsFiles;
use kakekomi_mail::MailSettings;
use kakekomi_sealing::KeyFolder;
use kakekomi_service::capacity::CapacityLimits;
use kakekomi_service::sealed_case::{CaseReader, CaseSealer};
use kakekomi_store::{self as store, synced_fs};
use serde::Deserialize;

pub use self::retention::Retention;
pub use self::webhooks::WebhookSettings;
use crate::error::CliError;
use crate::oidc_settings::OidcSettings;

/// Every setting, each of them optional: the flags of `serve`, and the keys of the file.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "KAKEKOMI_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Where to answer /livez, /readyz and /metrics [default: nowhere]
    #[arg(long, value_name = "ADDR", env = "KAKEKOMI_ADMIN_LISTEN")]
    pub admin_listen: Option<SocketAddr>,
    /// Where to serve the operators' desk [default: nowhere]
    #[arg(long, value_name = "ADDR", env = "KAKEKOMI_DESK_LISTEN")]
    pub desk_listen: Option<SocketAddr>,
    /// The address of the operators' desk as browsers reach it, where a proxy is in between [default: that of --desk-listen]
    #[arg(long, value_name = "URL", env = "KAKEKOMI_DESK_URL")]
    pub desk_url: Option<String>,
    /// The certificate chain of the form and the desk, PEM, read again when it changes [default: no TLS]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of that certificate, PEM
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DATA")]
    pub data: Option<PathBuf>,
    /// The database, `sqlite:PATH` or `postgres://USER@HOST/NAME?sslmode=verify-full`; several hosts with commas [default: a file in the data folder]
    #[arg(long, value_name = "URL", env = "KAKEKOMI_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The key folder [default: the data folder's name with .keys appended]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_KEYS")]
    pub keys: Option<PathBuf>,
    /// The age recipients that cases are sealed to [default: the file recipients in the key folder]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_RECIPIENTS")]
    pub recipients: Option<PathBuf>,
    /// The age identity that opens cases [default: the file desk.identity in the key folder]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_IDENTITY")]
    pub identity: Option<PathBuf>,
    /// The desk profile's folder [default: the one in the program]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DESK")]
    pub desk: Option<PathBuf>,
    /// The folder of modules that open pages may still run, and of retired.txt [default: modules in the data folder]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_MODULES")]
    pub modules: Option<PathBuf>,
    /// Serve the page from this folder, read anew each time (to work on the page)
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_PAGE")]
    pub page: Option<PathBuf>,
    /// How many connections to serve at a time [default: 12000, or as many as files may be open]
    #[arg(long, value_name = "NUMBER", env = "KAKEKOMI_CONNECTIONS")]
    pub connections: Option<usize>,
    /// Seconds after SIGTERM in which requests are still taken, while /livez and /readyz fail so that a balancer goes elsewhere; 0 for none [default: 0]
    #[arg(long, value_name = "SECONDS", env = "KAKEKOMI_DRAIN")]
    pub drain: Option<u16>,
    /// Drafts a minute that one address may send, checked and handed in; 0 for no limit [default: 240]
    #[arg(long, value_name = "NUMBER", env = "KAKEKOMI_RATE_LIMIT")]
    pub rate_limit: Option<u32>,
    /// Free disk space in MiB under which no case is stored; 0 for no floor [default: 256]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_MIN_FREE_SPACE")]
    pub min_free_space: Option<u32>,
    /// MiB that one address may store a day; 0 for no limit [default: 64]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_ADDRESS_QUOTA")]
    pub address_quota: Option<u32>,
    /// MiB that all addresses together may store a day; 0 for no limit [default: 8192]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_DAILY_QUOTA")]
    pub daily_quota: Option<u32>,
    /// Where evidence files are stored: a folder, or `s3://BUCKET/PREFIX?…` [default: evidence in the data folder]
    #[arg(long, value_name = "URL", env = "KAKEKOMI_EVIDENCE_URL", hide_env_values = true)]
    pub evidence_url: Option<String>,
    /// A file with the key of that bucket [default: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_EVIDENCE_CREDENTIALS")]
    pub evidence_credentials: Option<PathBuf>,
    /// The folder for sealed parts on their way to that bucket [default: evidence-spool in the data folder]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_EVIDENCE_SPOOL")]
    pub evidence_spool: Option<PathBuf>,
    /// MiB that one evidence file may have [default: 65536]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_EVIDENCE_FILE_MAX")]
    pub evidence_file_max: Option<u32>,
    /// MiB that all evidence files of one case may have [default: 262144]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_EVIDENCE_CASE_MAX")]
    pub evidence_case_max: Option<u32>,
    /// How many evidence files one case may have [default: 50]
    #[arg(long, value_name = "NUMBER", env = "KAKEKOMI_EVIDENCE_FILES")]
    pub evidence_files: Option<u32>,
    /// How many evidence files one address may send at a time; 0 for no limit [default: 4]
    #[arg(long, value_name = "NUMBER", env = "KAKEKOMI_EVIDENCE_UPLOADS")]
    pub evidence_uploads: Option<u16>,
    /// MiB of evidence files that one address may declare a day; 0 for no limit [default: 262144]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_EVIDENCE_ADDRESS_QUOTA")]
    pub evidence_address_quota: Option<u32>,
    /// Percent of the evidence disk under whose free space no bytes are taken; 0 for no floor [default: 10]
    #[arg(long, value_name = "PERCENT", env = "KAKEKOMI_EVIDENCE_MIN_FREE", value_parser = clap::value_parser!(u8).range(..100))]
    pub evidence_min_free: Option<u8>,
    /// Where clamd scans evidence files that have arrived, `unix:PATH` or `tcp:HOST:PORT`; needs the identity [default: nowhere]
    #[arg(long, value_name = "SOCKET", env = "KAKEKOMI_CLAMD")]
    pub clamd: Option<String>,
    /// Whether people may sign in with a password beside single sign-on [default: `local_accounts` of `[oidc]`, or true]
    #[arg(long, value_name = "BOOL", env = "KAKEKOMI_LOCAL_ACCOUNTS", num_args = 0..=1, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    #[serde(skip)]
    pub local_accounts: Option<bool>,
    /// Proxies that may name their clients: addresses and networks, with commas between [default: none]
    #[arg(long, value_name = "LIST", env = "KAKEKOMI_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    /// How to write the log [default: text on a terminal, else json]
    #[arg(long, value_name = "FORMAT", env = "KAKEKOMI_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is in the log: debug, info, warn, error, off; or of one part, kakekomi=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "KAKEKOMI_LOG")]
    pub log: Option<String>,
    /// Days after which cases are erased, by their state.
    #[arg(skip)]
    #[serde(default)]
    pub retention: Retention,
    /// The webhooks that get notices of events.
    #[arg(skip)]
    #[serde(default)]
    pub webhooks: Vec<WebhookSettings>,
    /// Notices by mail.
    #[arg(skip)]
    pub mail: Option<MailSettings>,
    /// The identity provider of the operators' desk.
    #[arg(skip)]
    pub oidc: Option<Box<OidcSettings>>,
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The desk's address by default.
pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
const DATA: &str = "data";
/// MiB of evidence files that one address may declare a day: as many as a case may have.
const EVIDENCE_ADDRESS_QUOTA_MIB: u32 = 256 << 10;

impl Settings {
    /// Reads the settings of a file.
    ///
    /// # Errors
    /// [`CliError::Io`]: it cannot be read, is no TOML, or has an unknown key.
    pub fn of_file(path: &Path) -> Result<Settings, CliError> {
        let text = fs::read_to_string(path).map_err(CliError::io(path))?;
        toml::from_str(&text).map_err(|error| CliError::io(path)(io::Error::other(error)))
    }

    /// Fills the settings that are missing from `other`.
    #[must_use]
    pub fn or(self, other: Settings) -> Settings {
        Settings {
            listen: self.listen.or(other.listen),
            admin_listen: self.admin_listen.or(other.admin_listen),
            desk_listen: self.desk_listen.or(other.desk_listen),
            desk_url: self.desk_url.or(other.desk_url),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            database_url: self.database_url.or(other.database_url),
            data: self.data.or(other.data),
            keys: self.keys.or(other.keys),
            recipients: self.recipients.or(other.recipients),
            identity: self.identity.or(other.identity),
            desk: self.desk.or(other.desk),
            modules: self.modules.or(other.modules),
            page: self.page.or(other.page),
            connections: self.connections.or(other.connections),
            drain: self.drain.or(other.drain),
            rate_limit: self.rate_limit.or(other.rate_limit),
            min_free_space: self.min_free_space.or(other.min_free_space),
            address_quota: self.address_quota.or(other.address_quota),
            daily_quota: self.daily_quota.or(other.daily_quota),
            evidence_url: self.evidence_url.or(other.evidence_url),
            evidence_credentials: self.evidence_credentials.or(other.evidence_credentials),
            evidence_spool: self.evidence_spool.or(other.evidence_spool),
            evidence_file_max: self.evidence_file_max.or(other.evidence_file_max),
            evidence_case_max: self.evidence_case_max.or(other.evidence_case_max),
            evidence_files: self.evidence_files.or(other.evidence_files),
            evidence_uploads: self.evidence_uploads.or(other.evidence_uploads),
            evidence_address_quota: self.evidence_address_quota.or(other.evidence_address_quota),
            evidence_min_free: self.evidence_min_free.or(other.evidence_min_free),
            clamd: self.clamd.or(other.clamd),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            log_format: self.log_format.or(other.log_format),
            log: self.log.or(other.log),
            retention: self.retention.or(other.retention),
            webhooks: if self.webhooks.is_empty() { other.webhooks } else { self.webhooks },
            mail: self.mail.or(other.mail),
            local_accounts: self.local_accounts.or(other.local_accounts),
            oidc: self.oidc.or(other.oidc),
        }
    }

    /// Names the files of the certificate; `None` without TLS.
    ///
    /// # Errors
    /// [`CliError::Usage`]: one of the two is missing.
    pub fn tls_files(&self) -> Result<Option<TlsFiles>, CliError> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert: cert.clone(), key: key.clone() })),
            (None, None) => Ok(None),
            _ => Err(CliError::Usage("--tls-cert and --tls-key need each other".to_owned())),
        }
    }

    /// Returns the data folder.
    pub fn data(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new(DATA))
    }

    /// Returns the folder of the archived modules.
    pub fn modules(&self) -> PathBuf {
        self.modules.clone().unwrap_or_else(|| self.data().join("modules"))
    }

    /// Returns the database's URL; by default it is a file in the data folder.
    pub fn database_url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| store::url_in(self.data()))
    }

    /// Returns the time in which requests are still taken after SIGTERM.
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain.unwrap_or_default().into())
    }

    /// Returns the limits on stored bytes.
    pub fn capacity_limits(&self) -> CapacityLimits {
        let default = CapacityLimits::default();
        CapacityLimits {
            min_free_mib: self.min_free_space.unwrap_or(default.min_free_mib),
            address_quota_mib: self.address_quota.unwrap_or(default.address_quota_mib),
            daily_quota_mib: self.daily_quota.unwrap_or(default.daily_quota_mib),
        }
    }

    /// Returns the limits of evidence files.
    pub fn evidence_limits(&self) -> EvidenceLimits {
        let default = EvidenceLimits::default();
        let bytes = |mib: Option<u32>, default| mib.map_or(default, |mib| u64::from(mib) << 20);
        EvidenceLimits {
            file_max: bytes(self.evidence_file_max, default.file_max),
            case_max: bytes(self.evidence_case_max, default.case_max),
            files_a_case: self.evidence_files.map_or(default.files_a_case, u64::from),
            uploads_an_address: self.evidence_uploads.map_or(default.uploads_an_address, usize::from),
            min_free_percent: self.evidence_min_free.map_or(default.min_free_percent, u64::from),
            ..default
        }
    }

    /// Returns the limit on the bytes of evidence files that one address may declare a day.
    pub fn evidence_quota(&self) -> CapacityLimits {
        let address_quota_mib = self.evidence_address_quota.unwrap_or(EVIDENCE_ADDRESS_QUOTA_MIB);
        CapacityLimits { min_free_mib: 0, address_quota_mib, daily_quota_mib: 0 }
    }

    /// Reads the socket of clamd; `None` without the setting.
    ///
    /// # Errors
    /// [`CliError::Usage`]: it is of another form.
    pub fn clamd(&self) -> Result<Option<Clamd>, CliError> {
        let clamd = self.clamd.as_deref().map(str::parse).transpose();
        clamd.map_err(|error: ClamdError| CliError::Usage(format!("--clamd: {error}")))
    }

    /// Reports whether people may sign in with a password: always where there is no identity provider.
    pub fn allows_local_accounts(&self) -> bool {
        let of_file = |oidc: &OidcSettings| oidc.local_accounts.unwrap_or(true);
        self.oidc.as_deref().is_none_or(|oidc| self.local_accounts.unwrap_or_else(|| of_file(oidc)))
    }

    /// Names the key folder.
    ///
    /// # Errors
    /// [`CliError::Sealing`]: the data folder has no name.
    pub fn key_folder(&self) -> Result<KeyFolder, CliError> {
        match &self.keys {
            Some(folder) => Ok(KeyFolder::at(folder).owned_like(self.data())),
            None => Ok(KeyFolder::default_for(self.data())?),
        }
    }

    /// Reads the keys that seal cases.
    ///
    /// # Errors
    /// [`CliError::Sealing`]: one is missing or wrong.
    pub fn sealer(&self) -> Result<CaseSealer, CliError> {
        Ok(CaseSealer::load(&self.key_folder()?, self.recipients.as_deref())?)
    }

    /// Reads the identity that opens cases; `None` on a host that only seals.
    ///
    /// # Errors
    /// [`CliError::Sealing`]: the file is wrong.
    pub fn reader(&self) -> Result<Option<CaseReader>, CliError> {
        Ok(CaseReader::load(&self.key_folder()?, self.identity.as_deref())?)
    }

    /// Opens the webhooks.
    ///
    /// # Errors
    /// [`CliError::Usage`]: a setting is wrong, or a file is missing.
    pub fn open_webhooks(&self) -> Result<Vec<Arc<dyn Channel>>, CliError> {
        webhooks::open(&self.webhooks)
    }

    /// Lists the targets of notices, whose settings are checked as at the start.
    ///
    /// # Errors
    /// [`CliError::Usage`]: a setting is wrong.
    pub fn targets(&self) -> Result<Vec<String>, CliError> {
        let mut names: Vec<_> = self.open_webhooks()?.iter().map(|channel| channel.target().to_owned()).collect();
        if let Some(mail) = self.mail_config()? {
            names.extend(mail.targets().map(str::to_owned));
        }
        Ok(names)
    }

    /// Finds the folder of the database's file; `None` where the database is no file.
    pub fn database_folder(&self) -> Option<PathBuf> {
        let file = store::file_of(&self.database_url())?;
        // A link may lead to another disk.
        let file = fs::canonicalize(&file).unwrap_or(file);
        Some(file.parent().map(Path::to_path_buf).unwrap_or_default())
    }

    /// Creates the data folder, for its owner alone, if it is missing.
    ///
    /// # Errors
    /// [`CliError::Io`]: it cannot be created.
    pub fn create_data_folder(&self) -> Result<(), CliError> {
        synced_fs::create_dir_all_synced(self.data()).map_err(CliError::io(self.data()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_overrides_file_and_file_overrides_default() {
        let file: Settings = toml::from_str("listen = \"127.0.0.1:1\"\ndata = \"from-file\"").unwrap();
        let flags = Settings { data: Some("from-flag".into()), ..Settings::default() };
        let settings = flags.or(file);
        assert_eq!(settings.listen.unwrap().port(), 1);
        assert_eq!(settings.database_url(), "sqlite:from-flag/kakekomi.sqlite3");
        assert_eq!(Settings::default().data(), Path::new("data"));
    }

    #[test]
    fn unknown_key_is_an_error() {
        assert!(toml::from_str::<Settings>("lisen = \"127.0.0.1:1\"").is_err());
    }
}
