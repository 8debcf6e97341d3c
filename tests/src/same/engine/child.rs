//! An engine in another process: questions over its standard input, answers over its standard output.
//!
//! ```text
//! frame    = length of the rest (u32) · the rest           every number little-endian
//! question = length (u32) · context · length (u32) · text   a frame holds any number of them
//! answer   = length (i32) · report                          or the failure's negative number alone
//! ```
//!
//! The process reads a whole frame before it answers with one, so neither side waits for the other's
//! pipe. It ends when its input ends. Its working folder is the workspace; `KAKEKOMI_MODULE` names a folder with
//! `kakekomi.wasm` and its glue `kakekomi.js`.

use std::io::{Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use super::{Answer, Engine, Question};
use crate::server::Home;
use crate::source_tree::root;

/// A process at work.
pub struct Child {
    name: String,
    process: std::process::Child,
    questions: Option<ChildStdin>,
    answers: ChildStdout,
    _module: Home,
}

impl Child {
    /// Starts a program.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(program: &str, arguments: &[&str]) -> Result<Child, String> {
        let name = format!("{program} {}", arguments.join(" "));
        let module = Home::new();
        let write = |file: &str, bytes: &[u8]| {
            std::fs::write(module.path().join(file), bytes).map_err(|error| error.to_string())
        };
        write("kakekomi.wasm", kakekomi_artifact::WASM)?;
        write("kakekomi.js", kakekomi_artifact::JS.as_bytes())?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(root()).env("KAKEKOMI_MODULE", module.path());
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| format!("{name}: {error}"))?;
        let (Some(questions), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(format!("{name}: no pipes"));
        };
        Ok(Child { name, process, questions: Some(questions), answers, _module: module })
    }

    fn exchange(&mut self, frame: &[u8]) -> std::io::Result<Vec<u8>> {
        let questions = self.questions.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
        questions.write_all(&length(frame.len()))?;
        questions.write_all(frame)?;
        questions.flush()?;
        let mut head = [0; 4];
        self.answers.read_exact(&mut head)?;
        let mut answer = vec![0; u32::from_le_bytes(head) as usize];
        self.answers.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl Engine for Child {
    fn answers(&mut self, questions: &[Question]) -> Vec<Answer> {
        let mut frame = Vec::new();
        for Question { text, context } in questions {
            for piece in [context, text] {
                frame.extend_from_slice(&length(piece.len()));
                frame.extend_from_slice(piece);
            }
        }
        let answer = self.exchange(&frame).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let answers = read(&answer);
        assert_eq!(answers.len(), questions.len(), "{}: an answer for each question", self.name);
        answers
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // The end of its input is its sign to go, and to take its browser along.
        drop(self.questions.take());
        _ = self.process.wait();
    }
}

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("a frame of less than 4 GiB").to_le_bytes()
}

fn read(mut frame: &[u8]) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some((head, rest)) = frame.split_first_chunk::<4>() {
        let number = i32::from_le_bytes(*head);
        let (answer, rest) = match usize::try_from(number) {
            Ok(length) => (Ok(rest[..length].to_vec()), &rest[length..]),
            Err(_) => (Err(i64::from(number)), rest),
        };
        answers.push(answer);
        frame = rest;
    }
    answers
}
