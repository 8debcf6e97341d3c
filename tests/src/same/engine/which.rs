//! The engines by their names on the command line.
//!
//! `Which::read("wasmi")?.start()` → the module in wasmi.

use super::child::Child;
use super::wasmi::Wasmi;
use super::{Engine, Sandboxed};

/// The environment variable with the file of another module.
const OTHER_MODULE: &str = "KAKEKOMI_OTHER_MODULE";

/// An engine by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The module in the host's own sandbox, a fresh instance a draft.
    Sandbox,
    /// Another module, the file that [`OTHER_MODULE`] names, in the host's own sandbox: shows that a change of the core
    /// changed no report.
    OtherModule,
    /// The module in an interpreter that shares no code with wasmtime.
    Wasmi,
    /// Node through the page's glue.
    NodePage,
    /// Node over the host face, as a stranger would.
    NodeHost,
    /// Node through the package `@kakekomi/check`.
    NodePackage,
    /// Python's wasmtime package over the host face.
    Python,
    /// The page's face in Chromium.
    Chromium,
    /// The page's face in Firefox.
    Firefox,
    /// The page's face in `WebKitGTK`.
    Webkit,
}

impl Which {
    /// All of them.
    pub const ALL: [Which; 10] = [
        Which::Sandbox,
        Which::OtherModule,
        Which::Wasmi,
        Which::NodePage,
        Which::NodeHost,
        Which::NodePackage,
        Which::Python,
        Which::Chromium,
        Which::Firefox,
        Which::Webkit,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Which::Sandbox => "sandbox",
            Which::OtherModule => "other-module",
            Which::Wasmi => "wasmi",
            Which::NodePage => "node-page",
            Which::NodeHost => "node-host",
            Which::NodePackage => "node-package",
            Which::Python => "python",
            Which::Chromium => "chromium",
            Which::Firefox => "firefox",
            Which::Webkit => "webkit",
        }
    }

    /// The engine of a name.
    pub fn read(name: &str) -> Option<Which> {
        Which::ALL.into_iter().find(|which| which.name() == name)
    }

    /// Starts it.
    ///
    /// # Errors
    /// In words: the module cannot be loaded, a program is missing.
    pub fn start(self) -> Result<Box<dyn Engine>, String> {
        Ok(match self {
            Which::Sandbox => Box::new(Sandboxed::new(kakekomi_artifact::WASM)?),
            Which::OtherModule => {
                let file = std::env::var(OTHER_MODULE).map_err(|error| format!("{OTHER_MODULE}: {error}"))?;
                let wasm = std::fs::read(&file).map_err(|error| format!("{file}: {error}"))?;
                Box::new(Sandboxed::new(&wasm)?)
            }
            Which::Wasmi => Box::new(Wasmi::new(kakekomi_artifact::WASM)?),
            Which::NodePage => Box::new(Child::start("node", &["tests/same/node.mjs", "page"])?),
            Which::NodeHost => Box::new(Child::start("node", &["tests/same/node.mjs", "host"])?),
            Which::NodePackage => Box::new(Child::start("node", &["tests/same/node.mjs", "package"])?),
            Which::Python => Box::new(Child::start("tests/same/python.sh", &["tests/same/answer.py"])?),
            Which::Chromium | Which::Firefox | Which::Webkit => {
                Box::new(Child::start("node", &["tests/same/browser.mjs", self.name()])?)
            }
        })
    }
}
