//! Who is asked: the core compiled for this machine, the module in the host's sandbox, in wasmi, and
//! in another process over a pipe (Node, Python, a browser).
//!
//! `Which::read("firefox")?.start()` → an [`Engine`] that answers a batch of questions at a time.

mod child;
mod plain;
mod wasmi;

use std::sync::Arc;

use kakekomi_sandbox::{Sandbox, SandboxConfig, SandboxError};

use super::{Answer, Question};
use child::Child;
pub use plain::Native;
use wasmi::Wasmi;

/// An engine at work.
pub trait Engine: Send {
    /// What it says of each question, in their order.
    fn answers(&mut self, questions: &[Question]) -> Vec<Answer>;
}

/// An engine by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The module in the host's own sandbox, a fresh instance a draft.
    Sandbox,
    /// The module in an interpreter that shares no code with wasmtime.
    Wasmi,
    /// Node through the page's glue.
    NodePage,
    /// Node over the host face, as a stranger would.
    NodeHost,
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
    pub const ALL: [Which; 8] = [
        Which::Sandbox,
        Which::Wasmi,
        Which::NodePage,
        Which::NodeHost,
        Which::Python,
        Which::Chromium,
        Which::Firefox,
        Which::Webkit,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Which::Sandbox => "sandbox",
            Which::Wasmi => "wasmi",
            Which::NodePage => "node-page",
            Which::NodeHost => "node-host",
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
            Which::Wasmi => Box::new(Wasmi::new(kakekomi_artifact::WASM)?),
            Which::NodePage => Box::new(Child::start("node", &["tests/same/node.mjs", "page"])?),
            Which::NodeHost => Box::new(Child::start("node", &["tests/same/node.mjs", "host"])?),
            Which::Python => Box::new(Child::start("tests/same/python.sh", &["tests/same/answer.py"])?),
            Which::Chromium | Which::Firefox | Which::Webkit => {
                Box::new(Child::start("node", &["tests/same/browser.mjs", self.name()])?)
            }
        })
    }
}

/// The host's own sandbox, a fresh instance a draft.
#[derive(Debug)]
pub struct Sandboxed(Sandbox);

impl Sandboxed {
    /// A sandbox with these bytes.
    ///
    /// # Errors
    /// They are no module of ours, in the sandbox's words.
    pub fn new(wasm: &[u8]) -> Result<Sandboxed, String> {
        let config = SandboxConfig { threads: 1, ..kakekomi_service::embedded_module::sandbox_config_of(wasm) };
        Sandbox::new(config).map(Sandboxed).map_err(|error| error.to_string())
    }
}

impl Engine for Sandboxed {
    fn answers(&mut self, questions: &[Question]) -> Vec<Answer> {
        let Sandboxed(sandbox) = self;
        let ask = |question: &Question| {
            let context: Arc<[u8]> = question.context.as_slice().into();
            match sandbox.check_now(sandbox.current(), question.text.clone().into(), context) {
                Ok(report) => Ok(report),
                Err(SandboxError::Failure(number)) => Err(number),
                Err(error) => panic!("the sandbox failed: {error}"),
            }
        };
        questions.iter().map(ask).collect()
    }
}
