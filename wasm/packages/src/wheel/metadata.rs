//! `[project]` of `pyproject.toml` → the file METADATA of a wheel.
//!
//! `name = "kakekomi-check"`, `dependencies = ["wasmtime>=40"]` → `Name: kakekomi-check`, `Requires-Dist: wasmtime>=40`, and
//! the readme behind an empty line

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::folder::{Folder, PackError};

/// The file that the metadata is read from.
pub const MANIFEST: &str = "pyproject.toml";

/// The file, of which other tools read the rest.
#[derive(Deserialize)]
struct Manifest {
    project: Metadata,
}

/// `[project]`; its version is the workspace's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Metadata {
    name: String,
    description: String,
    readme: String,
    requires_python: String,
    /// An SPDX expression.
    license: String,
    #[serde(rename = "version")]
    _version: Option<String>,
    #[serde(rename = "dynamic")]
    _dynamic: Option<Vec<String>>,
    #[serde(rename = "license-files")]
    _license_files: Option<Vec<String>>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    classifiers: Vec<String>,
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    urls: BTreeMap<String, String>,
}

impl Metadata {
    pub fn read(folder: &Folder) -> Result<Metadata, PackError> {
        let manifest = toml::from_str::<Manifest>(&folder.text(MANIFEST)?);
        Ok(manifest.map_err(|error| PackError::new(folder.path(MANIFEST), &error))?.project)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes METADATA, in the version of the format that has SPDX expressions.
    pub fn text(&self, folder: &Folder, version: &str) -> Result<String, PackError> {
        let readme = folder.text(&self.readme)?;
        let mut text = String::from("Metadata-Version: 2.4\n");
        for (key, value) in self.lines(version) {
            if value.contains('\n') {
                return Err(PackError::new(folder.path(MANIFEST), &format!("{key}: must be one line")));
            }
            let _ = writeln!(text, "{key}: {value}");
        }
        Ok(text + "\n" + &readme)
    }

    fn lines(&self, version: &str) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("Name", self.name.clone()),
            ("Version", version.to_owned()),
            ("Summary", self.description.clone()),
            ("License-Expression", self.license.clone()),
            ("License-File", "LICENSE".to_owned()),
            ("Requires-Python", self.requires_python.clone()),
        ];
        if !self.keywords.is_empty() {
            lines.push(("Keywords", self.keywords.join(",")));
        }
        lines.extend(self.classifiers.iter().map(|name| ("Classifier", name.clone())));
        lines.extend(self.urls.iter().map(|(name, url)| ("Project-URL", format!("{name}, {url}"))));
        lines.extend(self.dependencies.iter().map(|name| ("Requires-Dist", name.clone())));
        for (extra, names) in &self.optional_dependencies {
            lines.push(("Provides-Extra", extra.clone()));
            lines.extend(names.iter().map(|name| ("Requires-Dist", format!("{name} ; extra == '{extra}'"))));
        }
        lines.push(("Description-Content-Type", "text/markdown".to_owned()));
        lines
    }
}
