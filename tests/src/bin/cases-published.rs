//! Prints `docs/cases.json`.

#![expect(clippy::print_stdout, reason = "printing is all it does")]

fn main() {
    print!("{}", kakekomi_tests::published::json_lines());
}
