//! The migrations that a database has, for `kakekomi migrate`.
//!
//! `steps(connection, known)` → `[Step { version: 1, name: "cases", done: true }, …]`

use std::collections::BTreeSet;

use sqlx::migrate::{Migrate, Migrator};

use super::error::StoreError;

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Its number; migrations are applied in this order.
    pub version: i64,
    /// Its description.
    pub name: String,
    /// Whether the database has it.
    pub done: bool,
}

/// Lists all migrations of this program.
pub(super) async fn steps<C: Migrate>(connection: &mut C, known: &Migrator) -> Result<Vec<Step>, StoreError> {
    // A database without a table of migrations has none.
    let applied = connection.list_applied_migrations(&known.table_name).await.unwrap_or_default();
    let applied: BTreeSet<i64> = applied.into_iter().map(|migration| migration.version).collect();
    let step = |migration: &sqlx::migrate::Migration| Step {
        version: migration.version,
        name: migration.description.to_string(),
        done: applied.contains(&migration.version),
    };
    Ok(known.iter().map(step).collect())
}
