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

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The files of a database that are in its folder, and those that its list includes.
    #[test]
    fn every_file_of_a_migration_is_in_the_list() {
        for database in ["sqlite", "postgres"] {
            let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
            let list = std::fs::read_to_string(crate_folder.join(format!("src/{database}/open.rs"))).unwrap();
            for file in std::fs::read_dir(crate_folder.join("migrations").join(database)).unwrap() {
                let name = file.unwrap().file_name().into_string().unwrap();
                let (version, rest) = name.split_once('_').unwrap();
                let (version, title) = (version.parse::<u32>().unwrap(), rest.strip_suffix(".sql").unwrap());
                let row = format!("({version}, \"{title}\", include_str!(\"../../migrations/{database}/{name}\"))");
                assert!(list.contains(&row), "{row}");
            }
        }
    }
}
