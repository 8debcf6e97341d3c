//! The program `kakekomi`: everything is in the library, see `lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kakekomi::cli::main()
}
