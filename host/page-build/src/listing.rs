//! Files of a folder as a constant of the program.
//!
//! `listing("DESK", files("desk", &["toml"]))` → `pub static DESK: &[(&str, &[u8])] = &[("desk.toml", include_bytes!(…)), …];`
//!
//! Each constant is sorted by name; names have `/` between folders: `("consent/document.ja.html", …)`.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Makes a constant with files by their names.
///
/// # Errors
/// A file is missing.
pub fn listing(constant: &str, mut files: Vec<(String, PathBuf)>) -> io::Result<String> {
    files.sort();
    let mut code = format!("/// Name and bytes of each file.\npub static {constant}: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        let path = path.canonicalize()?.display().to_string();
        let _ = writeln!(code, "    ({name:?}, include_bytes!({path:?})),");
    }
    code += "];\n";
    Ok(code)
}

/// Lists the files of a folder with these endings, by their names in it.
///
/// # Errors
/// The folder cannot be read.
pub fn files(folder: &Path, endings: &[&str]) -> io::Result<Vec<(String, PathBuf)>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut found = Vec::new();
    gather(folder, "", endings, &mut found)?;
    Ok(found)
}

fn gather(folder: &Path, prefix: &str, endings: &[&str], found: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name == "node_modules" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            gather(&path, &format!("{prefix}{name}/"), endings, found)?;
        } else if endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            found.push((format!("{prefix}{name}"), path.clone()));
        }
    }
    Ok(())
}
