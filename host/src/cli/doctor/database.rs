//! The database: it can be reached, has the tables of this program, is durable, has no case of the future, and none is
//! damaged ([`super::damage`]).

use kakekomi_service::desk::Desk;
use kakekomi_store::{self as store, Filter, Store, StoreError};

use super::finding::{Finding, error, warning};
use super::{company, keys};
use crate::config::Settings;

/// Time that a case may lie after the clock, which may have been set back a little.
const BACK_MAX_MS: i64 = 5 * 60 * 1000;

/// Checks the database.
pub async fn look(settings: &Settings, desk: Option<&Desk>, now: i64) -> Vec<Finding> {
    let url = settings.database_url();
    let file = store::file_of(&url);
    let shown = match &file {
        Some(file) => file.display().to_string(),
        None => url.split(':').next().unwrap_or_default().to_owned(),
    };
    let hosts = store::unverified_hosts(&url);
    let mut found: Vec<_> = hosts.iter().map(|host| Finding::new("database", warning(unverified(host)))).collect();
    let store = match store::open_existing(&url).await {
        Ok(store) => store,
        Err(error) => {
            let absent = format!("{shown} is not there yet; serve makes it");
            let is_missing = matches!(error, StoreError::Missing(_));
            found.push(Finding::new("database", if is_missing { Ok(absent) } else { Err(error.into()) }));
            return found;
        }
    };
    let ready = store.ready().await.map(|()| format!("{shown} answers"));
    found.push(Finding::new("database", ready.map_err(Into::into)));
    if let Some(file) = file.filter(|file| store::is_open_to_others(file)) {
        let file = file.display();
        let problem = error(format!("others on this machine can read {file}: chmod go= {file}"));
        found.push(Finding::new("database", problem));
    }
    match store.missing_durability_settings().await {
        Ok(settings) => found.extend(settings.into_iter().map(|setting| {
            let risk = format!("{shown} has {setting} off: a receipt would not outlast a power failure; set it on");
            Finding::new("database", error(risk))
        })),
        Err(error) => found.push(Finding::new("database", Err(error.into()))),
    }
    found.extend(cases_to_come(&*store, now).await);
    found.extend(keys::compare(settings, &*store).await);
    if let Some(desk) = desk {
        found.push(Finding::new("company", company::look(&*store, desk).await));
    }
    found.extend(super::evidence::look(settings, &*store).await);
    found.extend(super::delivery::look(settings, &*store).await);
    found.extend(super::damage::look(&*store, settings, &shown).await);
    let _ = store.close().await;
    found
}

/// Describes a connection to another machine that anybody on the way could read or answer.
pub fn unverified(host: &str) -> String {
    format!(
        "the server {host} of the database is not verified, and the connection may be in clear: add sslmode=verify-full to the \
         URL, and sslrootcert=FILE for an authority of your own"
    )
}

async fn cases_to_come(store: &dyn Store, now: i64) -> Option<Finding> {
    let to_come = Filter { since: Some(now.saturating_add(BACK_MAX_MS)), ..Filter::default() };
    match store.count(&to_come).await {
        Ok(0) => None,
        Ok(_) => {
            let problem = error("cases came in at moments that are yet to come: set the clock");
            Some(Finding::new("clock", problem))
        }
        Err(error) => Some(Finding::new("database", Err(error.into()))),
    }
}
