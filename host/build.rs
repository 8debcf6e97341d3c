//! Lists the files that the binary carries: the default desk profile and the page.
//!
//! `host/desk/**` and `www/**` → `$OUT_DIR/embedded.rs` with `DESK` and `PAGE`, each a slice of
//! `(name, bytes)` sorted by name, names with `/` between folders: `("consent/document.ja.html", …)`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What the page consists of; everything else in `www/` (types, notes, tools) stays behind.
const PAGE_ENDINGS: &[&str] = &["html", "css", "js", "svg", "png", "ico", "webmanifest", "woff2"];
/// What a desk profile consists of.
const DESK_ENDINGS: &[&str] = &["toml", "html"];

fn main() -> io::Result<()> {
    let room = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let mut code = String::new();
    code += &listing("DESK", &room.join("desk"), DESK_ENDINGS)?;
    code += &listing("PAGE", &room.join("../www"), PAGE_ENDINGS)?;
    fs::write(Path::new(&variable("OUT_DIR")?).join("embedded.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    Ok(())
}

/// One constant with every file of a folder that ends as it should.
fn listing(constant: &str, folder: &Path, endings: &[&str]) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    gather(folder, "", endings, &mut names)?;
    names.sort();
    let mut code = format!("/// Name and bytes of each file.\npub static {constant}: &[(&str, &[u8])] = &[\n");
    for name in names {
        let path = folder.join(&name).canonicalize()?.display().to_string();
        let _ = writeln!(code, "    ({name:?}, include_bytes!({path:?})),");
    }
    code += "];\n";
    Ok(code)
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
