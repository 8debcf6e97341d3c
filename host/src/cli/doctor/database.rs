//! The database: it can be reached, it has the shape that this program writes, it keeps what it
//! acknowledges, no case in it comes from the future, and none is damaged ([`super::damage`]).

use kakekomi_store::{self as store, Filter, StoreError};

use super::finding::Finding;
use crate::config::Settings;

/// How far a case may lie after the clock, which may have been set back a little.
const BACK_MAX_MS: i64 = 5 * 60 * 1000;

/// What there is to know of the database.
pub async fn look(settings: &Settings, now: i64) -> Vec<Finding> {
    let url = settings.database_url();
    let shown = match store::file_of(&url) {
        Some(file) => format!("{}", file.display()),
        None => url.split(':').next().unwrap_or_default().to_owned(),
    };
    let store = match store::open_existing(&url).await {
        Ok(store) => store,
        Err(StoreError::Missing(_)) => {
            return vec![Finding::ok("database", format!("{shown} is not there yet; serve makes it"))];
        }
        Err(error) => return vec![Finding::error("database", error.to_string())],
    };
    let mut found = vec![match store.ready().await {
        Ok(()) => Finding::ok("database", format!("{shown} answers")),
        Err(error) => Finding::error("database", error.to_string()),
    }];
    if let Some(file) = store::file_of(&url).filter(|file| store::is_open_to_others(file)) {
        let file = file.display();
        found.push(Finding::error("database", format!("others on this machine can read {file}: chmod go= {file}")));
    }
    match store.missing_durability_settings().await {
        Ok(settings) => found.extend(settings.into_iter().map(|setting| {
            let said = format!("{shown} has {setting} off: a receipt would not outlast a power failure; set it on");
            Finding::error("database", said)
        })),
        Err(error) => found.push(Finding::error("database", error.to_string())),
    }
    let to_come = Filter { since: Some(now.saturating_add(BACK_MAX_MS)), ..Filter::default() };
    match store.count(&to_come).await {
        Ok(0) => {}
        Ok(_) => found.push(Finding::error("clock", "cases came in at moments that are yet to come: set the clock")),
        Err(error) => found.push(Finding::error("database", error.to_string())),
    }
    found.extend(super::damage::look(&*store, &shown).await);
    let _ = store.close().await;
    found
}
