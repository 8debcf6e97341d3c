//! Which steps of its shape a database has taken: for `kakekomi migrate`.

use std::collections::BTreeSet;

use sqlx::migrate::{Migrate, Migrator};

use super::StoreError;

/// One step of a database's shape.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Its number; they are taken in order.
    pub version: i64,
    /// What it is about.
    pub name: String,
    /// Whether the database has taken it.
    pub done: bool,
}

/// All steps that this program knows.
pub(super) async fn steps<C: Migrate>(connection: &mut C, known: &Migrator) -> Result<Vec<Step>, StoreError> {
    // A database without a table of steps has taken none.
    let applied = connection.list_applied_migrations(&known.table_name).await.unwrap_or_default();
    let applied: BTreeSet<i64> = applied.into_iter().map(|migration| migration.version).collect();
    let step = |migration: &sqlx::migrate::Migration| Step {
        version: migration.version,
        name: migration.description.to_string(),
        done: applied.contains(&migration.version),
    };
    Ok(known.iter().map(step).collect())
}
