//! Insertion of as many rows into each of some tables, by as few statements as their number allows.
//!
//! `multi_row([t: [[1], [2]], u: [[3], [4]]])` → `INSERT INTO t VALUES (?), (?);INSERT INTO u VALUES (?), (?);`

use sqlx::{QueryBuilder, Sqlite};

use crate::query::{SIZES, TableRows, push_list};

/// Builds queries of one INSERT for each table. A row may refer to the one at its place in a table before.
pub(super) fn multi_row(tables: Vec<TableRows>) -> Vec<QueryBuilder<Sqlite>> {
    let mut left = tables.first().map_or(0, |table| table.rows.len());
    let mut tables: Vec<_> = tables.into_iter().map(|table| (table.into, table.rows.into_iter())).collect();
    let mut queries = Vec::new();
    while let Some(size) = SIZES.into_iter().find(|size| *size <= left) {
        left -= size;
        let mut query = QueryBuilder::default();
        for (into, rows) in &mut tables {
            query.push(format_args!("INSERT INTO {into} VALUES "));
            let mut before = "";
            for row in rows.take(size) {
                push_list(query.push(before), row);
                before = ", ";
            }
            query.push(";");
        }
        queries.push(query);
    }
    queries
}
