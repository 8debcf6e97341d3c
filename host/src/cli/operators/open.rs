//! The accounts of a database, for a command.
//!
//! `--data /var/lib/kakekomi` → the database's accounts and the keys that seal their events

use std::sync::Arc;

use clap::Args;
use kakekomi_accounts::{Accounts, SetUpLink};
use kakekomi_service::sealed_case::is_written_with;
use kakekomi_store::{self as store, Store, clock};

use crate::cli::args::{FormatArgs, StorageArgs};
use crate::config::Settings;
use crate::error::CliError;

/// The desk's address by default.
const DESK_URL: &str = "http://127.0.0.1:8081";

/// Flags that name the accounts' database and the output.
#[derive(Debug, Args)]
pub struct AccountsArgs {
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// The flag that names the desk's address.
#[derive(Debug, Args)]
pub struct DeskUrlArgs {
    /// The address at which operators reach the desk [default: that of `desk_listen` in the settings, or `http://127.0.0.1:8081`]
    #[arg(long, value_name = "URL", env = "KAKEKOMI_DESK_URL")]
    desk_url: Option<String>,
}

impl DeskUrlArgs {
    /// Writes the address of a set-up link.
    pub fn set_up(&self, settings: &Settings, link: &SetUpLink) -> String {
        self.url(settings, "setup", &link.token)
    }

    /// Writes the address of a page that a token opens.
    pub fn url(&self, settings: &Settings, page: &str, token: &str) -> String {
        let scheme = if settings.tls_cert.is_some() { "https" } else { "http" };
        let listens_at = settings.desk_listen.map(|address| format!("{scheme}://{address}"));
        let url = self.desk_url.clone().or_else(|| settings.desk_url.clone()).or(listens_at);
        format!("{}/{page}/{token}", url.as_deref().unwrap_or(DESK_URL).trim_end_matches('/'))
    }
}

/// The accounts of a database.
pub struct OpenAccounts {
    pub accounts: Accounts,
    pub format: FormatArgs,
    pub settings: Settings,
    store: Arc<dyn Store>,
}

impl AccountsArgs {
    /// Opens the database, beside a desk that may be serving from it.
    pub async fn open(self, file: Settings) -> Result<OpenAccounts, CliError> {
        let settings = self.storage.settings(file);
        let store = store::open_to_write(&settings.database_url()).await?;
        let sealer = settings.sealer()?;
        if is_written_with(&*store, sealer.hash_key()).await? == Some(false) {
            let file = settings.key_folder()?.hash_key_file();
            return Err(CliError::OtherHashKey(file.display().to_string()));
        }
        let (recipients, key) = (sealer.recipients().clone(), sealer.hash_key().clone());
        let accounts = Accounts::new(Arc::clone(&store), recipients, key, clock::now);
        Ok(OpenAccounts { accounts, format: self.format, settings, store })
    }
}

impl OpenAccounts {
    pub async fn close(self) -> Result<(), CliError> {
        Ok(self.store.close().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_below_the_desks_address() {
        let link = SetUpLink { token: "5f".to_owned(), expires_at: 0 };
        let listening = Settings { desk_listen: Some(([127, 0, 0, 1], 9000).into()), ..Settings::default() };
        let named = Settings { desk_url: Some("https://desk.example/".to_owned()), ..listening.clone() };
        for (settings, expected) in [
            (Settings::default(), "http://127.0.0.1:8081/setup/5f"),
            (listening, "http://127.0.0.1:9000/setup/5f"),
            (named, "https://desk.example/setup/5f"),
        ] {
            assert_eq!(DeskUrlArgs { desk_url: None }.set_up(&settings, &link), expected);
            let flag = DeskUrlArgs { desk_url: Some("https://other.example".to_owned()) };
            assert_eq!(flag.set_up(&settings, &link), "https://other.example/setup/5f");
        }
    }
}
