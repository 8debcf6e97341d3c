//! The engines: the core compiled for this machine, the module in the host's sandbox, in wasmi, and
//! in another process over a pipe (Node, Python, a browser).
//!
//! `Which::read("firefox")?.start()` → an [`Engine`] that answers a batch of questions at a time.

mod child;
mod plain;
mod wasmi;
mod which;

use std::sync::Arc;

use kakekomi_sandbox::{Sandbox, SandboxConfig, SandboxError};

use super::{Answer, Question};
pub use plain::Native;
pub use which::Which;

/// An engine at work.
pub trait Engine: Send {
    /// Returns the answer to each question, in their order.
    fn answers(&mut self, questions: &[Question]) -> Vec<Answer>;
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
