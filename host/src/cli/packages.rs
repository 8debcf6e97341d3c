//! `kakekomi packages DIR`: the packages for other people's projects, as `/packages/` serves them.
//!
//! ```text
//! kakekomi-form-0.1.0.tgz, kakekomi-check-0.1.0.tgz   for npm
//! kakekomi_check-0.1.0-py3-none-any.whl               for pip
//! SHA256SUMS                                          their digests, for sha256sum --check
//! ```

use std::fs;
use std::path::PathBuf;

use clap::Args;
use kakekomi_http::embedded::PACKAGES;

use super::print;
use crate::error::CliError;

/// Flags of `packages`.
#[derive(Debug, Args)]
pub struct PackagesArgs {
    /// The folder to write to, created if it is missing
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Writes the files.
pub fn run(args: &PackagesArgs) -> Result<(), CliError> {
    fs::create_dir_all(&args.folder).map_err(CliError::io(&args.folder))?;
    for (name, bytes) in PACKAGES {
        let file = args.folder.join(name);
        fs::write(&file, bytes).map_err(CliError::io(&file))?;
    }
    print::words(&format!("kakekomi: {} files are in {}", PACKAGES.len(), args.folder.display()));
    Ok(())
}
