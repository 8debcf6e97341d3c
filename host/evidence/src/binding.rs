//! Binding of a storage to its database, so that no part of another database's files is deleted as an orphan.
//!
//! `bind(store 9f…, an empty folder)` → the folder is of 9f… · `bind(store 01…, that folder with parts)` → an error
//!
//! A database and its storage have the same random id. A restored database has the id of its backup.

use std::io;
use std::sync::Arc;

use kakekomi_store::Store;

use crate::object_name::ObjectName;
use crate::storage::PartStorage;
use crate::{UploadRefusal, blocking};

/// The setting of a database with its id.
const SETTING: &str = "evidence_store";

/// Binds a storage to a database, if it is empty, or if neither was ever bound.
///
/// # Errors
/// [`UploadRefusal::Storage`]: it belongs to another database; [`UploadRefusal::Store`].
pub async fn bind(store: &dyn Store, storage: &Arc<dyn PartStorage>) -> Result<(), UploadRefusal> {
    let is_new = store.setting(SETTING).await?.is_none();
    let id = ObjectName::random().map_err(io::Error::other)?;
    let own = text(&store.set_once(SETTING, id.as_str().into()).await?);
    let storage = Arc::clone(storage);
    let bound = blocking(move || {
        let bound = storage.database()?;
        if bound.as_ref() != Some(&own) {
            if !(is_new && bound.is_none() || storage.is_empty()?) {
                return Err(other(bound.as_deref(), Some(&own)));
            }
            storage.bind(&own)?;
        }
        storage.take_parts();
        Ok(())
    });
    Ok(bound.await?)
}

/// Refuses a storage that is not bound to a database.
///
/// # Errors
/// As [`bind`].
pub async fn demand_bound(store: &dyn Store, storage: &Arc<dyn PartStorage>) -> Result<(), UploadRefusal> {
    let own = store.setting(SETTING).await?.map(|id| text(&id));
    let storage = Arc::clone(storage);
    let bound = blocking(move || storage.database()).await?;
    if own.is_some() && own == bound { Ok(()) } else { Err(other(bound.as_deref(), own.as_deref()).into()) }
}

fn text(id: &[u8]) -> String {
    String::from_utf8_lossy(id).into_owned()
}

fn other(bound: Option<&str>, own: Option<&str>) -> io::Error {
    let [bound, own] = [bound, own].map(|id| id.unwrap_or("(none)"));
    io::Error::other(format!(
        "these evidence files belong to database {bound}, and this is database {own}: name this database's own storage \
         (--evidence-url), or put its parts back together with it; if all parts in this storage are of this database, \
         write {own} into the file or object store in it"
    ))
}
