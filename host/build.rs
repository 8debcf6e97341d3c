//! Lists the files that the binary carries: the default desk profile and the page.
//!
//! ```text
//! host/desk/**  →  DESK
//! www/**        →  PAGE: index.html, its scripts as one script.js, its styles as one style.css, pictures
//! www/embed/**  →  EMBED: what stands on partners' pages (build/element.rs)
//! the module    →  kakekomi.cwasm, its machine code (build/code.rs)
//! ```
//!
//! The others stand in `$OUT_DIR/embedded.rs`, each a slice of `(name, bytes)` sorted by name, names with `/` between folders:
//! `("consent/document.ja.html", …)`.

#[path = "build/code.rs"]
mod code;
#[path = "build/element.rs"]
mod element;
#[path = "build/link.rs"]
mod link;
#[path = "build/page.rs"]
mod page;
#[path = "build/script.rs"]
mod script;
#[path = "../wasm/artifact/build/small.rs"]
mod small;
#[path = "build/style.rs"]
mod style;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What the page consists of beside document, script and style; everything else in `www/` stays behind.
const PAGE_ENDINGS: &[&str] = &["svg", "png", "ico", "webmanifest", "woff2"];
/// What a desk profile consists of.
const DESK_ENDINGS: &[&str] = &["toml", "html"];

fn main() -> io::Result<()> {
    let room = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let www = room.join("../www");
    let mut pages = files(&www, PAGE_ENDINGS)?;
    for (name, text) in page::page(&www).map_err(io::Error::other)? {
        let file = out.join(name);
        fs::write(&file, text)?;
        pages.push((name.to_owned(), file));
    }
    let messages = room.join("../core/messages");
    let mut embed = Vec::new();
    for (name, text) in element::scripts(&www, &messages).map_err(io::Error::other)? {
        let file = out.join(name);
        fs::write(&file, text)?;
        embed.push((name.to_owned(), file));
    }
    let mut code = listing("DESK", files(&room.join("desk"), DESK_ENDINGS)?)? + &listing("PAGE", pages)?;
    code += &listing("EMBED", embed)?;
    code += &listing("RELEASED", files(&room.join("../tests/fixtures/embed"), &["js"])?)?;
    code += &element::partner_words(&messages).map_err(io::Error::other)?;
    fs::write(out.join("embedded.rs"), code)?;
    code::compile(Path::new(&variable("DEP_KAKEKOMI_MODULE_WASM")?), &variable("TARGET")?, &out)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=../wasm/artifact/build/small.rs");
    Ok(())
}

/// One constant with files by their names.
fn listing(constant: &str, mut files: Vec<(String, PathBuf)>) -> io::Result<String> {
    files.sort();
    let mut code = format!("/// Name and bytes of each file.\npub static {constant}: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        let path = path.canonicalize()?.display().to_string();
        let _ = writeln!(code, "    ({name:?}, include_bytes!({path:?})),");
    }
    code += "];\n";
    Ok(code)
}

/// Every file of a folder that ends as it should, by its name in it.
fn files(folder: &Path, endings: &[&str]) -> io::Result<Vec<(String, PathBuf)>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    gather(folder, "", endings, &mut names)?;
    Ok(names.into_iter().map(|name| (name.clone(), folder.join(name))).collect())
}

fn gather(folder: &Path, prefix: &str, endings: &[&str], names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "node_modules" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{prefix}{name}/"), endings, names)?;
        } else if endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            names.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
