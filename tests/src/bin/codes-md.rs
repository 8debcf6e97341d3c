//! Prints `docs/codes.md`.

#![expect(clippy::print_stdout, reason = "printing is all it does")]

fn main() {
    print!("{}", kakekomi_tests::codes::markdown());
}
