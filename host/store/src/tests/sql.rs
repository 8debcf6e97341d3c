//! A connection past the store, with the defaults of the databases' own shells.
//!
//! `sql.run("DELETE FROM events")` → the database's own error; `sql.table("events")` → all rows as texts

use std::str::FromStr;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Error, PgConnection};

pub enum Sql {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Sql {
    pub async fn connect(url: &str) -> Sql {
        if url.starts_with("sqlite:") {
            // As in the shell: no foreign keys, and recursive_triggers is off.
            let options = SqliteConnectOptions::from_str(url).unwrap().foreign_keys(false).create_if_missing(true);
            Sql::Sqlite(options.connect().await.unwrap())
        } else {
            Sql::Postgres(PgConnection::connect(url).await.unwrap())
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Sql::Sqlite(_))
    }

    /// Runs statements; returns the number of changed rows.
    pub async fn run(&mut self, sql: &str) -> Result<u64, Error> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Sql::Sqlite(connection) => query.execute(connection).await.map(|done| done.rows_affected()),
            Sql::Postgres(connection) => query.execute(connection).await.map(|done| done.rows_affected()),
        }
    }

    /// Reads a query of one text.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
        match self {
            Sql::Sqlite(connection) => query.fetch_all(connection).await.unwrap(),
            Sql::Postgres(connection) => {
                sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await.unwrap()
            }
        }
    }

    /// Reads the names of all tables but those of sqlx and SQLite.
    pub async fn tables(&mut self) -> Vec<String> {
        let sql = match self {
            Sql::Sqlite(_) => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sql%'",
            Sql::Postgres(_) => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%sql%'"
            }
        };
        self.texts(sql).await
    }

    /// Reads all rows of a table, each as one text with all its columns.
    pub async fn table(&mut self, name: &str) -> Vec<String> {
        if let Sql::Postgres(_) = self {
            return self.texts(&format!("SELECT {name}::text FROM {name} ORDER BY 1")).await;
        }
        let columns = self.texts(&format!("SELECT name FROM pragma_table_info('{name}')")).await;
        let quoted: Vec<_> = columns.iter().map(|column| format!("quote({column})")).collect();
        self.texts(&format!("SELECT {} FROM {name} ORDER BY 1", quoted.join(" || '|' || "))).await
    }

    pub async fn close(self) {
        match self {
            Sql::Sqlite(connection) => connection.close().await.unwrap(),
            Sql::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}
