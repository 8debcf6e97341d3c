//! `kakekomi module`, `describe`, `schema` and `openapi`: what this program is, for other programs.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use kakekomi_service::desk::Desk;
use serde::Serialize;

use super::args::{DeskArgs, Language};
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `module`.
#[derive(Debug, Args)]
pub struct ModuleArgs {
    /// Write the module's bytes to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Print one JSON object on one line (the same, for scripts that read lines)
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
}

/// Flags of `describe`.
#[derive(Debug, Args)]
pub struct DescribeArgs {
    /// The language of titles and words
    #[arg(long, value_enum, env = "KAKEKOMI_LOCALE", default_value_t = Language::Ja)]
    locale: Language,
}

/// Flags of `openapi`.
#[derive(Debug, Args)]
pub struct OpenapiArgs {
    #[command(flatten)]
    desk: DeskArgs,
}

#[derive(Serialize)]
struct Module {
    #[serde(rename = "module")]
    name: String,
    ruleset: &'static str,
    size: usize,
}

/// Says digest, ruleset and size.
pub fn run(args: &ModuleArgs) -> Result<Exit, CliError> {
    let bytes = kakekomi_artifact::WASM;
    let module = Module {
        name: format!("sha256:{}", kakekomi_artifact::SHA256),
        ruleset: kakekomi_core::RULESET,
        size: bytes.len(),
    };
    if let Some(out) = &args.out {
        fs::write(out, bytes).map_err(|error| CliError::Io(out.display().to_string(), error))?;
    }
    if args.json || args.ndjson {
        print::line(&serde_json::to_vec(&module)?)?;
    } else {
        print::line(
            format!("module  {}\nruleset {}\nsize    {} bytes", module.name, module.ruleset, module.size).as_bytes(),
        )?;
    }
    Ok(Exit::Accepted)
}

/// Prints the form description as it lies beside the module.
pub fn describe(args: &DescribeArgs) -> Result<Exit, CliError> {
    let description = match args.locale {
        Language::Ja => kakekomi_artifact::DESCRIBE_JA,
        Language::En => kakekomi_artifact::DESCRIBE_EN,
    };
    print::line(description.trim_end().as_bytes())?;
    Ok(Exit::Accepted)
}

/// Prints the draft as JSON Schema, laid out to be read.
pub fn schema() -> Result<Exit, CliError> {
    print::line(&serde_json::to_vec_pretty(&kakekomi_describe::schema::schema())?)?;
    Ok(Exit::Accepted)
}

/// Prints the HTTP interface as OpenAPI 3.1, laid out to be read.
pub fn openapi(args: OpenapiArgs, file: Settings) -> Result<Exit, CliError> {
    let desk = Desk::load(args.desk.desk.or(file.desk).as_deref())?;
    print::line(&serde_json::to_vec_pretty(&kakekomi_http::openapi(&desk))?)?;
    Ok(Exit::Accepted)
}
