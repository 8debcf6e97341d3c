//! The number of a case in an address.
//!
//! `/cases/2609-4873-1059` → the number; any other text → 404

use kakekomi_store::receipt_number::Number;

use crate::frame::Problem;

/// Reads a number in any notation that a receipt had.
pub fn read_number(text: &str) -> Result<Number, Problem> {
    Number::read(text).map_err(|_| Problem::NotFound)
}
