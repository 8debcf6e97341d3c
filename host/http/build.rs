//! Lists the files of the page and of the element, which the binary carries.
//!
//! ```text
//! www/**        →  PAGE: index.html, its scripts as one script.js, its styles as one style.css, pictures
//! www/embed/**  →  EMBED: what stands on partners' pages (host/page-build)
//! ```
//!
//! The others stand in `$OUT_DIR/embedded.rs`, each a slice of `(name, bytes)` sorted by name, names with `/` between folders:
//! `("embed/parent_bridge.js", …)`.

use std::path::PathBuf;
use std::{env, fs, io};

use kakekomi_page_build::listing::{files, listing};
use kakekomi_page_build::{page, words};

/// What the page consists of beside document, script and style; everything else in `www/` stays behind.
const PAGE_ENDINGS: &[&str] = &["svg", "png", "ico", "webmanifest", "woff2"];

fn main() -> io::Result<()> {
    let room = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let www = room.join("../../www");
    let mut pages = files(&www, PAGE_ENDINGS)?;
    for (name, text) in page::page(&www).map_err(io::Error::other)? {
        let file = out.join(name);
        fs::write(&file, text)?;
        pages.push((name.to_owned(), file));
    }
    let messages = room.join("../../core/messages");
    let mut embed = Vec::new();
    for (name, text) in page::embed(&www, &messages).map_err(io::Error::other)? {
        let file = out.join(name);
        fs::write(&file, text)?;
        embed.push((name.to_owned(), file));
    }
    let mut code = listing("PAGE", pages)?;
    code += &listing("EMBED", embed)?;
    code += &listing("RELEASED", files(&room.join("../../tests/fixtures/embed"), &["js"])?)?;
    code += &words::partner_words(&messages).map_err(io::Error::other)?;
    code += &words::start_words(&messages).map_err(io::Error::other)?;
    fs::write(out.join("embedded.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
