//! The program `kakekomi`: everything is in the library, see `lib.rs`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    kakekomi::cli::main()
}
