//! `kakekomi module`, `describe`, `schema`, `openapi`, `example` and `completions`: contents of the program for other programs.
//!
//! `kakekomi module --json` → `{"module":"sha256:…","ruleset":"2026.11.1","size":400000}`

use std::fs;
use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;
use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;
use kakekomi_service::example;

use super::args::FormatArgs;
use super::print;
use crate::error::CliError;

/// Flags of `module`.
#[derive(Debug, Args)]
pub struct ModuleArgs {
    /// Write the module's bytes to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Prints digest, ruleset and size of the module.
pub fn module(args: &ModuleArgs) -> Result<(), CliError> {
    let (bytes, ruleset) = (kakekomi_artifact::WASM, kakekomi_core::RULESET);
    let (module, size) = (format!("sha256:{}", kakekomi_artifact::SHA256), bytes.len());
    if let Some(out) = &args.out {
        fs::write(out, bytes).map_err(CliError::io(out))?;
    }
    if args.format.is_json() {
        return print::record(&serde_json::json!({ "module": module, "ruleset": ruleset, "size": size }));
    }
    print::line(format!("module  {module}\nruleset {ruleset}\nsize    {size} bytes"))
}

/// Prints the form description that lies beside the module.
pub fn describe(locale: Locale) -> Result<(), CliError> {
    let description = match locale {
        Locale::Ja => kakekomi_artifact::DESCRIBE_JA,
        Locale::En => kakekomi_artifact::DESCRIBE_EN,
    };
    print::line(description.trim_end())
}

/// Prints the JSON Schema of a draft, indented.
pub fn schema() -> Result<(), CliError> {
    print::line(serde_json::to_vec_pretty(&kakekomi_describe::schema::schema())?)
}

/// Prints the HTTP interface as OpenAPI 3.1, indented.
pub fn openapi(desk: &Desk) -> Result<(), CliError> {
    print::line(serde_json::to_vec_pretty(&kakekomi_http::openapi(desk))?)
}

/// Prints a draft with the desk's consent documents.
pub fn example(kind: &str, incomplete: bool, desk: &Desk) -> Result<(), CliError> {
    let draft = if incomplete { Some(example::incomplete(desk)) } else { example::example(kind, desk) };
    let draft = draft.ok_or_else(|| CliError::Usage(format!("there is no example of {kind:?}")))?;
    print::data(draft.as_bytes())
}

/// Prints the script with which a shell completes `command`.
pub fn completions(shell: Shell, command: &mut clap::Command) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "kakekomi", &mut script);
    print::data(&script)
}
