//! Flags that several commands share.
//!
//! `--listen 127.0.0.1:9000 --data cases` → [`ServeArgs`] → [`Settings`] with these two, the rest from file and environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kakekomi_core::Locale;

use crate::config::{LogFormat, Settings};

/// Flags of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "KAKEKOMI_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Where to answer /livez, /readyz and /metrics [default: nowhere]
    #[arg(long, value_name = "ADDR", env = "KAKEKOMI_ADMIN_LISTEN")]
    pub admin_listen: Option<SocketAddr>,
    #[command(flatten)]
    pub place: StorageArgs,
    #[command(flatten)]
    pub desk: DeskArgs,
    /// The folder of modules that open pages may still run, and of retired.txt [default: modules in the data folder]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_MODULES")]
    pub modules: Option<PathBuf>,
    /// Serve the page from this folder, read anew each time (to work on the page)
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_PAGE")]
    page: Option<PathBuf>,
    /// How many connections to serve at a time [default: 12000, or as many as files may be open]
    #[arg(long, value_name = "NUMBER", env = "KAKEKOMI_CONNECTIONS")]
    connections: Option<usize>,
    /// Drafts a minute that one address may send, checked and handed in; 0 for no limit [default: 240]
    #[arg(long, value_name = "NUMBER", env = "KAKEKOMI_RATE_LIMIT")]
    rate_limit: Option<u32>,
    /// Free disk space in MiB under which no case is stored; 0 for no floor [default: 256]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_MIN_FREE_SPACE")]
    min_free_space: Option<u32>,
    /// MiB that one address may store a day; 0 for no limit [default: 64]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_ADDRESS_QUOTA")]
    address_quota: Option<u32>,
    /// MiB that all addresses together may store a day; 0 for no limit [default: 8192]
    #[arg(long, value_name = "MIB", env = "KAKEKOMI_DAILY_QUOTA")]
    daily_quota: Option<u32>,
    /// Proxies that may name their clients: addresses and networks, with commas between [default: none]
    #[arg(long, value_name = "LIST", env = "KAKEKOMI_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Option<Vec<String>>,
    /// How to write the log [default: text on a terminal, else json]
    #[arg(long, value_name = "FORMAT", env = "KAKEKOMI_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    /// What is in the log: debug, info, warn, error, off; or of one part, kakekomi=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "KAKEKOMI_LOG")]
    log: Option<String>,
}

/// Where the cases are.
#[derive(Debug, Clone, Args)]
pub struct StorageArgs {
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DATA")]
    pub data: Option<PathBuf>,
    /// The database, `sqlite:PATH` or `postgres://USER@HOST/NAME` [default: a file in the data folder]
    #[arg(long, value_name = "URL", env = "KAKEKOMI_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

/// Whose desk it is.
#[derive(Debug, Clone, Args)]
pub struct DeskArgs {
    /// The desk profile's folder [default: the one in the program]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DESK")]
    pub desk: Option<PathBuf>,
}

/// A language of the sentences.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Language {
    /// 日本語
    Ja,
    /// English
    En,
}

impl From<Language> for Locale {
    fn from(language: Language) -> Locale {
        match language {
            Language::Ja => Locale::Ja,
            Language::En => Locale::En,
        }
    }
}

impl StorageArgs {
    /// The settings that the flags give.
    pub fn settings(self) -> Settings {
        Settings { data: self.data, database_url: self.database_url, ..Settings::default() }
    }
}

impl ServeArgs {
    /// The settings that the flags give.
    pub fn settings(self) -> Settings {
        Settings {
            listen: self.listen,
            admin_listen: self.admin_listen,
            desk: self.desk.desk,
            modules: self.modules,
            page: self.page,
            connections: self.connections,
            rate_limit: self.rate_limit,
            min_free_space: self.min_free_space,
            address_quota: self.address_quota,
            daily_quota: self.daily_quota,
            trusted_proxies: self.trusted_proxies,
            log_format: self.log_format,
            log: self.log,
            ..self.place.settings()
        }
    }
}
