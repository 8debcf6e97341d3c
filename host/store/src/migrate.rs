//! The migrations that a database has, for `kakekomi migrate`.
//!
//! `steps(connection, known)` → `[Step { version: 1, name: "cases", done: true }, …]`

use std::collections::BTreeSet;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};

/// A migration of this program.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Its number; migrations are applied in this order.
    pub version: i64,
    /// Its description.
    pub name: String,
    /// True if the database has it.
    pub done: bool,
}

/// Creates a migrator of numbered files. The macro of sqlx does the same, at the cost of compiling all drivers before it.
pub(super) fn migrator<const N: usize>(files: [(i64, &'static str, &'static str); N]) -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(files.map(migration).to_vec())
}

/// Lists all migrations of this program.
pub(super) async fn steps<C: Migrate>(connection: &mut C, known: &Migrator) -> Vec<Step> {
    // A database without a table of migrations has none.
    let applied = connection.list_applied_migrations(&known.table_name).await.unwrap_or_default();
    let applied: BTreeSet<i64> = applied.into_iter().map(|migration| migration.version).collect();
    let step = |migration: &Migration| Step {
        version: migration.version,
        name: migration.description.to_string(),
        done: applied.contains(&migration.version),
    };
    known.iter().map(step).collect()
}
