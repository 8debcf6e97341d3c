//! The keys and the clear cases of a database that a process begins to write.
//!
//! `seal_store(settings)` → the store, all of whose cases are sealed, and the keys that seal the next ones

use std::sync::Arc;

use kakekomi_sealing::KeyFolder;
use kakekomi_service::sealed_case::{CaseSealer, HASH_KEY_SETTING};
use kakekomi_store::{self as store, ClearCase, Step, Store};

use super::print;
use crate::config::Settings;
use crate::error::CliError;

/// Opens and migrates the database, reads its keys, and seals the cases that an earlier version stored in clear. A database
/// without a key folder gets one with a demo pair, unless it was written with other keys.
///
/// # Errors
/// [`CliError::Sealing`], [`CliError::MissingKeys`], [`CliError::OtherHashKey`], [`CliError::Store`].
pub async fn seal_store(settings: &Settings) -> Result<(Arc<dyn Store>, Arc<CaseSealer>), CliError> {
    let (folder, url) = (settings.key_folder()?, settings.database_url());
    if holds_clear_tables(&url).await {
        // Before the tables change: while there are no keys, the program of before can serve again.
        create_demo(&folder)?;
        settings.sealer()?;
    }
    let store = store::open(&url).await?;
    let known = store.setting(HASH_KEY_SETTING).await?;
    match known {
        None => create_demo(&folder)?,
        Some(_) if !folder.path().exists() => {
            return Err(CliError::MissingKeys(folder.path().display().to_string()));
        }
        Some(_) => {}
    }
    let sealer = Arc::new(settings.sealer()?);
    demand_same_hash_key(&*store, &sealer, &folder).await?;
    convert(&*store, &sealer).await?;
    Ok((store, sealer))
}

/// Refuses keys other than those that the database was written with: nobody at its desk could open a case that they seal.
///
/// # Errors
/// [`CliError::OtherHashKey`], [`CliError::Store`].
pub async fn demand_same_hash_key(store: &dyn Store, sealer: &CaseSealer, folder: &KeyFolder) -> Result<(), CliError> {
    let check = sealer.hash_key().check().to_vec();
    if store.set_once(HASH_KEY_SETTING, check.clone()).await? == check {
        return Ok(());
    }
    Err(CliError::OtherHashKey(folder.hash_key_file().display().to_string()))
}

fn create_demo(folder: &KeyFolder) -> Result<(), CliError> {
    if folder.create_demo()? {
        let shown = folder.path().display();
        print::warn(&format!("cases are sealed to a demo pair in {shown}: make your own (kakekomi keys new)"));
    }
    Ok(())
}

/// Reports whether a database has the tables of a version that stored cases in clear.
async fn holds_clear_tables(url: &str) -> bool {
    let has = |steps: &[Step], name: &str| steps.iter().any(|step| step.name == name && step.done);
    store::migrations(url).await.is_ok_and(|steps| has(&steps, "cases") && !has(&steps, "sealed_cases"))
}

/// Seals the cases that an earlier version stored in clear.
async fn convert(store: &dyn Store, sealer: &Arc<CaseSealer>) -> Result<(), CliError> {
    let total = store.count_clear().await?;
    if total > 0 {
        print::words(&format!("kakekomi: {total} cases of an earlier version are being sealed"));
    }
    let sealer = Arc::clone(sealer);
    let seal: store::Seal =
        Arc::new(move |case: ClearCase| sealer.seal_clear(&case).map_err(|error| error.to_string()));
    while store.convert(Arc::clone(&seal)).await? > 0 {}
    Ok(())
}
