//! Lists the files of the page and of the element, which the binary carries.
//!
//! ```text
//! www/**        →  PAGE: index.html, its scripts as one script.js, its styles as one style.css, pictures
//! www/embed/**  →  EMBED: the files for partners' pages (host/page-build)
//! ```
//!
//! All lists are in `$OUT_DIR/embedded.rs`, each a slice of `(name, bytes)` sorted by name, names with `/` between folders:
//! `("embed/parent_bridge.js", …)`.

use std::path::PathBuf;
use std::{env, fs, io};

use kakekomi_page_build::listing::{files, listing};
use kakekomi_page_build::{page, words};

/// Endings of the page's files beside document, script and style; other files of `www/` are left out.
const PAGE_ENDINGS: &[&str] = &["svg", "png", "ico", "webmanifest", "woff2"];

fn main() -> io::Result<()> {
    let crate_folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let (www, messages) = (crate_folder.join("../../www"), crate_folder.join("../../core/messages"));
    let written = |(name, text): (&str, String)| {
        let file = out.join(name);
        fs::write(&file, text).map(|()| (name.to_owned(), file))
    };
    let page = page::page(&www).map_err(io::Error::other)?.into_iter().map(written);
    let page = page.chain(files(&www, PAGE_ENDINGS)?.into_iter().map(Ok)).collect::<io::Result<_>>()?;
    let embed = page::embed(&www, &messages).map_err(io::Error::other)?.into_iter().map(written);
    let mut code = listing("PAGE", page)?;
    code += &listing("EMBED", embed.collect::<io::Result<_>>()?)?;
    code += &listing("RELEASED", files(&crate_folder.join("../../tests/fixtures/embed"), &["js"])?)?;
    code += &words::partner_words(&messages).map_err(io::Error::other)?;
    code += &words::start_words(&messages).map_err(io::Error::other)?;
    fs::write(out.join("embedded.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
