//! The core compiled for this machine, with which every other engine is compared.

use super::{Answer, Engine, Question};

/// No module, no sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Native;

impl Native {
    /// Returns the core's report.
    ///
    /// # Errors
    /// The number of the failure: the context cannot be used.
    pub fn answer(question: &Question) -> Answer {
        kakekomi_core::answer(&question.text, &question.context).map_err(kakekomi_core::CheckError::abi_code)
    }
}

impl Engine for Native {
    fn answers(&mut self, questions: &[Question]) -> Vec<Answer> {
        questions.iter().map(Native::answer).collect()
    }
}
