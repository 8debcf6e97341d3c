//! Insertion of any number of rows into several tables by one statement. Its text is the same for every number, so that it is
//! prepared once.
//!
//! `unnest([s: [[1]], "t (a, b)": [[1, "x"], [2, "y"]]])` → `WITH inserted_0 AS (INSERT INTO s SELECT * FROM UNNEST($1::int8[]))
//! INSERT INTO t (a, b) SELECT * FROM UNNEST($2::int8[], $3::text[])`
//!
//! Foreign keys are checked at the end of the statement. A trigger before a row may not see the rows of other tables.

use sqlx::{Postgres, QueryBuilder};

use crate::query::{TableRows, Value};

/// Builds the statement; `None` without rows.
pub(super) fn unnest(mut tables: Vec<TableRows>) -> Option<QueryBuilder<Postgres>> {
    tables.retain(|table| !table.rows.is_empty());
    let last = tables.pop()?;
    let mut query = QueryBuilder::default();
    for (index, table) in tables.into_iter().enumerate() {
        let before = if index == 0 { "WITH" } else { "," };
        push_insert(query.push(format_args!("{before} inserted_{index} AS (")), table);
        query.push(") ");
    }
    push_insert(&mut query, last);
    Some(query)
}

/// Appends the insertion of a table's rows.
fn push_insert(query: &mut QueryBuilder<Postgres>, TableRows { into, rows }: TableRows) {
    let mut columns: Vec<Column> = rows.first().into_iter().flatten().map(Column::of).collect();
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    query.push(format_args!("INSERT INTO {into} SELECT * FROM UNNEST("));
    let mut before = "";
    for column in columns {
        column.bind(query.push(before));
        before = ", ";
    }
    query.push(")");
}

/// The values of one column.
enum Column {
    Integers(Vec<Option<i64>>),
    Booleans(Vec<bool>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Column {
    /// Creates an empty column of a value's type.
    fn of(value: &Value) -> Column {
        match value {
            Value::Integer(_) | Value::OptionalInteger(_) => Column::Integers(Vec::new()),
            Value::Boolean(_) => Column::Booleans(Vec::new()),
            Value::Text(_) | Value::OptionalText(_) => Column::Texts(Vec::new()),
            Value::Bytes(_) | Value::OptionalBytes(_) => Column::Bytes(Vec::new()),
        }
    }

    /// Adds the value of the next row, which has the column's type.
    fn push(&mut self, value: Value) {
        match (self, value) {
            (Column::Integers(values), Value::Integer(value)) => values.push(Some(value)),
            (Column::Integers(values), Value::OptionalInteger(value)) => values.push(value),
            (Column::Booleans(values), Value::Boolean(value)) => values.push(value),
            (Column::Texts(values), Value::Text(value)) => values.push(Some(value)),
            (Column::Texts(values), Value::OptionalText(value)) => values.push(value),
            (Column::Bytes(values), Value::Bytes(value)) => values.push(Some(value)),
            (Column::Bytes(values), Value::OptionalBytes(value)) => values.push(value),
            // The rows of one table all come from one function.
            _ => {}
        }
    }

    fn bind(self, query: &mut QueryBuilder<Postgres>) {
        match self {
            Column::Integers(values) => query.push_bind(values).push("::int8[]"),
            Column::Booleans(values) => query.push_bind(values).push("::bool[]"),
            Column::Texts(values) => query.push_bind(values).push("::text[]"),
            Column::Bytes(values) => query.push_bind(values).push("::bytea[]"),
        };
    }
}
