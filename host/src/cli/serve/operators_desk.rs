//! The operators' desk beside the form: `--desk-listen`.
//!
//! `kakekomi serve --desk-listen 127.0.0.1:8081` → `kakekomi: the operators' desk at http://127.0.0.1:8081/`, and, until an
//! account is set up, the links with which the first two are

use std::io;
use std::sync::Arc;

use kakekomi_accounts::Accounts;
use kakekomi_casework::{Casework, DeskTerms, Parts};
use kakekomi_core::Locale;
use kakekomi_desk_pages::{DeskParts, DeskState, busy_router, router};
use kakekomi_http::App;
use kakekomi_http::client_ip::Trusted;
use kakekomi_http::server::Routers;
use kakekomi_http::tls::TlsAcceptor;
use kakekomi_store::clock;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::listener::{announce, listen, trusted};
use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;

/// The parts of the operators' desk, which a reload keeps.
pub(super) struct OperatorsDesk {
    accounts: Arc<Accounts>,
    casework: Casework,
    is_https: bool,
    trusted: Trusted,
    stop: watch::Receiver<bool>,
}

/// A listener with the routers in force, and what a reload needs to replace them.
type Opened = ((TcpListener, watch::Receiver<Routers>), (OperatorsDesk, watch::Sender<Routers>));

impl OperatorsDesk {
    /// Listens at `--desk-listen` and prints the address; `None` without this setting.
    ///
    /// # Errors
    /// [`CliError`]: the address is taken, or a key is missing.
    pub async fn open(
        app: &App,
        settings: &Settings,
        tls: Option<&TlsAcceptor>,
        stop: watch::Receiver<bool>,
    ) -> Result<Option<Opened>, CliError> {
        let Some(address) = settings.desk_listen else { return Ok(None) };
        let listener = listen(address)?;
        announce(&listener, "the operators' desk", tls.is_some())?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let bound = listener.local_addr().map_err(CliError::io("listening"))?;
        let url = settings.desk_url.clone().unwrap_or_else(|| format!("{scheme}://{bound}"));
        let desk = OperatorsDesk::new(app, settings, &url, stop)?;
        let url = url.trim_end_matches('/');
        if let Some(oidc) = &settings.oidc {
            let local = if settings.allows_local_accounts() { "beside" } else { "instead of" };
            print::words(&format!("kakekomi: single sign-on with {} {local} accounts with a password", oidc.issuer));
        }
        if settings.allows_local_accounts() {
            desk.print_first_links(url).await?;
        }
        let (sender, routers) = watch::channel(desk.routers(app)?);
        Ok(Some(((listener, routers), (desk, sender))))
    }

    fn new(app: &App, settings: &Settings, url: &str, stop: watch::Receiver<bool>) -> Result<OperatorsDesk, CliError> {
        let (store, sealer) = (Arc::clone(&app.intake.store), &app.intake.sealer);
        let (recipients, hash_key) = (sealer.recipients().clone(), sealer.hash_key().clone());
        let casework = Casework::new(Parts {
            store: Arc::clone(&store),
            reader: settings.reader()?.map(Arc::new),
            hash_key: Some(hash_key.clone()),
            service: Some(Arc::new(settings.key_folder()?.service()?)),
            storage: Some(Arc::clone(&app.files.evidence.storage)),
            now: clock::now,
        });
        let profile = app.intake.desk.profile();
        let names = Locale::ALL.iter().flat_map(|locale| [profile.name.get(*locale), profile.operator.get(*locale)]);
        let accounts = Accounts::new(store, recipients, hash_key, clock::now)
            .with_desk_names(names.map(ToString::to_string).collect());
        let accounts = match &settings.oidc {
            Some(oidc) => accounts.with_single_sign_on(oidc.single_sign_on(url)?, settings.allows_local_accounts()),
            None => accounts,
        };
        let trusted = trusted(settings)?;
        let is_https = url.starts_with("https://");
        Ok(OperatorsDesk { accounts: Arc::new(accounts), casework, is_https, trusted, stop })
    }

    /// Makes the routers for the desk's data in force.
    ///
    /// # Errors
    /// [`CliError::Io`]: the words of the pages are incomplete.
    pub fn routers(&self, app: &App) -> Result<Routers, CliError> {
        let parts = DeskParts {
            accounts: Arc::clone(&self.accounts),
            // The desk's folder is read again while the program runs.
            casework: Arc::new(self.casework.clone().with_terms(DeskTerms::of(&app.intake.desk))),
            intake: app.intake.clone(),
            now: clock::now,
            is_https: self.is_https,
            trusted: self.trusted.clone(),
            stop: self.stop.clone(),
        };
        let failed = |error| CliError::io("words of the desk")(io::Error::other(error));
        let state = Arc::new(DeskState::new(parts).map_err(failed)?);
        Ok(Routers { router: router(Arc::clone(&state)), busy: busy_router(state) })
    }

    /// Prints the links with which the first accounts are set up; none once an account is.
    async fn print_first_links(&self, url: &str) -> Result<(), CliError> {
        for (name, role, link) in self.accounts.first_links().await? {
            print::words(&format!("kakekomi: set up the account {name} ({role}) at {url}/setup/{}", link.token));
        }
        Ok(())
    }
}
