//! Lists the files of the page and of the element, which the binary carries.
//!
//! ```text
//! www/**        →  PAGE: index.html and return.html, their scripts and styles each as one file, pictures
//! www/embed/**  →  EMBED: the files for partners' pages (host/page-build)
//! wasm/packages/**  →  PACKAGES: the archives for other people's projects (kakekomi-packages)
//! ```
//!
//! All lists are in `$OUT_DIR/embedded.rs`, each a slice of `(name, bytes)` sorted by name, names with `/` between folders:
//! `("embed/parent_bridge.js", …)`.

use std::path::{Path, PathBuf};
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
    let page = page::page(&www, &messages).map_err(io::Error::other)?.into_iter().map(written);
    let page = page.chain(files(&www, PAGE_ENDINGS)?.into_iter().map(Ok)).collect::<io::Result<_>>()?;
    let embed = page::embed(&www, &messages).map_err(io::Error::other)?;
    let packages = packages(&crate_folder.join("../.."), &out, &embed)?;
    let embed = embed.into_iter().map(written);
    let mut code = listing("PAGE", page)?;
    code += &listing("EMBED", embed.collect::<io::Result<_>>()?)?;
    code += &listing("PACKAGES", packages)?;
    code += &listing("RELEASED", files(&crate_folder.join("../../tests/fixtures/embed"), &["js"])?)?;
    code += &words::partner_words(&messages).map_err(io::Error::other)?;
    code += &words::start_words(&messages).map_err(io::Error::other)?;
    code += &words::return_words(&messages).map_err(io::Error::other)?;
    code += &words::file_words(&messages).map_err(io::Error::other)?;
    fs::write(out.join("embedded.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// Packs the packages and returns the archives that it has written, by their names.
fn packages(root: &Path, out: &Path, embed: &[(&str, String)]) -> io::Result<Vec<(String, PathBuf)>> {
    let root = root.canonicalize()?;
    let element = embed.iter().filter(|(name, _)| *name == "element.js");
    let generated: Vec<_> = element.map(|(_, text)| ("kakekomi.js".to_owned(), text.clone().into_bytes())).collect();
    let archives =
        kakekomi_packages::pack(&root, &variable("CARGO_PKG_VERSION")?, &generated).map_err(io::Error::other)?;
    let folder = out.join("packages");
    fs::create_dir_all(&folder)?;
    let written = |(name, bytes): (String, Vec<u8>)| {
        let file = folder.join(&name);
        fs::write(&file, bytes).map(|()| (name, file))
    };
    archives.into_iter().map(written).collect()
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
