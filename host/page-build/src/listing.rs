//! Files of a folder as a constant of the program.
//!
//! `listing("DESK", files("desk", &["toml"]))` → `pub static DESK: &[(&str, &[u8])] = &[("desk.toml", include_bytes!(…)), …];`
//!
//! Each constant is sorted by name; names have `/` between folders: `("consent/document.ja.html", …)`.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One constant with files by their names.
///
/// # Errors
/// A file is not there.
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

/// Every file of a folder that ends as it should, by its name in it.
///
/// # Errors
/// The folder cannot be read.
pub fn files(folder: &Path, endings: &[&str]) -> io::Result<Vec<(String, PathBuf)>> {
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
