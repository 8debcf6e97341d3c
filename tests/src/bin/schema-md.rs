//! Prints `docs/schema.md`.

#![expect(clippy::print_stdout, reason = "printing is all it does")]

fn main() {
    print!("{}", kakekomi_tests::schema::markdown());
}
