//! `kakekomi export DIR`: the files that a partner hosts or pastes.
//!
//! ```text
//! kakekomi.js            the element, the same bytes as at /embed/<version>/kakekomi.js
//! kakekomi.d.ts          its types
//! server.js              what an import on a server gets
//! react.d.ts, vue.d.ts   the element in JSX and in templates
//! custom-elements.json   its attributes and events, for editors
//! package.json           for those who bundle, as in the npm package @kakekomi/form
//! integrity.json         the digest of each file
//! example.html           a page with the form in it
//! ```
//!
//! With `--proxy-page` it writes the page that a reverse proxy shows while the desk does not answer ([`proxy`]).

mod proxy;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use kakekomi_http::element_versions::{self as embed, Snippet, VERSION, integrity};
use kakekomi_http::embedded::PARTNER_WORDS;
use kakekomi_http::template::fill;
use kakekomi_service::desk::partners::Origin;

use super::args::DeskArgs;
use super::print;
use crate::config::Settings;
use crate::error::CliError;

/// Flags of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The folder to write to, created if it is missing
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The desk's origin, for the example
    #[arg(long, value_name = "URL", env = "KAKEKOMI_ORIGIN", default_value = "https://desk.example.jp")]
    origin: String,
    /// The partner's key, for the example
    #[arg(long, value_name = "KEY", default_value = "pk_test_example")]
    partner: String,
    /// Write what a reverse proxy shows while the desk does not answer, and nothing for partners
    #[arg(long)]
    proxy_page: bool,
    #[command(flatten)]
    desk: DeskArgs,
}

const TYPES: &str = include_str!("../../export/kakekomi.d.ts");
const REACT: &str = include_str!("../../export/react.d.ts");
const VUE: &str = include_str!("../../export/vue.d.ts");
const MANIFEST: &str = include_str!("../../export/custom-elements.json");
const SERVER: &str = include_str!("../../../wasm/packages/form/server.js");
const PACKAGE: &str = include_str!("../../../wasm/packages/form/package.json");
const EXAMPLE: &str = include_str!("../../export/example.html");

/// Writes the files.
pub fn run(args: &ExportArgs, file: &Settings) -> Result<(), CliError> {
    if args.proxy_page {
        return proxy::write(&args.folder, &args.desk.load(file)?);
    }
    let desk = Origin::try_from(args.origin.clone()).map_err(|error| CliError::Usage(format!("--origin: {error}")))?;
    if !args.partner.chars().all(|char| char.is_ascii_alphanumeric() || char == '_') {
        return Err(CliError::Usage(format!("--partner: {:?} is no partner's key", args.partner)));
    }
    fs::create_dir_all(&args.folder).map_err(CliError::io(&args.folder))?;
    let example = example(desk.as_str(), &args.partner);
    let package = PACKAGE.replacen(r#""version": "0.0.0""#, &format!(r#""version": "{VERSION}""#), 1);
    let files: [(&str, &[u8]); 8] = [
        ("kakekomi.js", embed::element()),
        ("kakekomi.d.ts", TYPES.as_bytes()),
        ("server.js", SERVER.as_bytes()),
        ("react.d.ts", REACT.as_bytes()),
        ("vue.d.ts", VUE.as_bytes()),
        ("custom-elements.json", MANIFEST.as_bytes()),
        ("package.json", package.as_bytes()),
        ("example.html", example.as_bytes()),
    ];
    let digests: serde_json::Value = files.iter().map(|(name, bytes)| (*name, integrity(bytes))).collect();
    let digests = format!("{digests:#}\n");
    for (name, bytes) in files.into_iter().chain([("integrity.json", digests.as_bytes())]) {
        let file = args.folder.join(name);
        fs::write(&file, bytes).map_err(CliError::io(&file))?;
    }
    print::words(&format!("kakekomi: the element's version {VERSION} is in {}", args.folder.display()));
    Ok(())
}

/// Makes a page with the form in it, whose script lies beside it.
fn example(desk: &str, partner: &str) -> String {
    let link = PARTNER_WORDS.iter().find(|(locale, key, _)| (*locale, *key) == ("ja", "link_text"));
    let snippet = Snippet {
        desk,
        script: "./kakekomi.js",
        integrity: Some(&integrity(embed::element())),
        partner,
        lang: "ja",
        inline: false,
        elsewhere: true,
        link: link.map(|(_, _, word)| *word).unwrap_or_default(),
    };
    fill(EXAMPLE, |blank| (blank == "snippet").then(|| snippet.html().into()))
}
