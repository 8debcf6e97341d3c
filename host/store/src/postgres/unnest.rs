//! Insertion of any number of rows by one statement. Its text is the same for every number, so that it is prepared once.
//!
//! `unnest("t (a, b)", [[1, "x"], [2, "y"]])` → `INSERT INTO t (a, b) SELECT * FROM UNNEST($1::int8[], $2::text[])`

use sqlx::{Postgres, QueryBuilder};

use crate::query::{TableRows, Value};

/// Builds the statement; `None` without rows.
pub(super) fn unnest(TableRows { into, rows }: TableRows) -> Option<QueryBuilder<Postgres>> {
    let mut columns: Vec<Column> = rows.first()?.iter().map(Column::of).collect();
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    let mut query = QueryBuilder::new(format!("INSERT INTO {into} SELECT * FROM UNNEST("));
    let mut before = "";
    for column in columns {
        column.bind(query.push(before));
        before = ", ";
    }
    query.push(")");
    Some(query)
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
