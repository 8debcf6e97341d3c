//! Damaged cases, which a command names and passes over.
//!
//! `damages.line(read)` → the line, or a sentence on stderr and `None`; `damages.exit()` → [`Exit::Io`] after one.

use kakekomi_store::{CaseLine, Damaged, Read};

use crate::cli::print;
use crate::error::Exit;

/// The number of damaged cases that a command has read.
#[derive(Debug, Default)]
pub struct Damages(u64);

impl Damages {
    /// Names a damaged line of a list on stderr; returns it unless it is unreadable.
    pub fn line(&mut self, read: Read<CaseLine>) -> Option<CaseLine> {
        let line = self.readable(read)?;
        self.name_faults(&line, &line.faults());
        Some(line)
    }

    /// Returns a row unless it is unreadable, which is named on stderr.
    pub fn readable<T>(&mut self, read: Read<T>) -> Option<T> {
        read.map_err(|damaged| self.name(&damaged)).ok()
    }

    /// Names the faults of a case on stderr, if it has faults.
    pub fn name_faults(&mut self, line: &CaseLine, faults: &[String]) {
        if !faults.is_empty() {
            self.name(&Damaged { seq: line.seq, number: Some(line.number.clone()), why: faults.join("; ") });
        }
    }

    /// Returns the exit code of the command.
    pub fn exit(&self) -> Exit {
        if self.0 == 0 { Exit::Accepted } else { Exit::Io }
    }

    fn name(&mut self, damaged: &Damaged) {
        self.0 += 1;
        print::words(&format!("kakekomi: {damaged}"));
    }
}
