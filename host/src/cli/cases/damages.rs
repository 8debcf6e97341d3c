//! Damaged cases: each is named on stderr, the others go on, and the command ends with exit 5.

use kakekomi_store::{Case, CaseLine, Damaged, Read};

use crate::cli::print;
use crate::error::Exit;

/// The damaged cases that a command has come across.
#[derive(Debug, Default)]
pub struct Damages {
    found: u64,
}

impl Damages {
    /// What can be shown of a line of a list; nothing where it cannot be read.
    pub fn line(&mut self, read: Read<CaseLine>) -> Option<CaseLine> {
        let line = read.map_err(|damaged| self.name(&damaged)).ok()?;
        self.name_faults(&line, &line.faults());
        Some(line)
    }

    /// What can be shown of a case, and its faults; nothing where it cannot be read.
    pub fn case(&mut self, read: Read<Case>) -> Option<(Case, Vec<String>)> {
        let case = read.map_err(|damaged| self.name(&damaged)).ok()?;
        let faults = case.faults();
        self.name_faults(&case.line, &faults);
        Some((case, faults))
    }

    /// How the command ends.
    pub fn exit(&self) -> Exit {
        if self.found == 0 { Exit::Accepted } else { Exit::Io }
    }

    fn name_faults(&mut self, line: &CaseLine, faults: &[String]) {
        if !faults.is_empty() {
            self.name(&Damaged { seq: line.seq, number: Some(line.number.clone()), why: faults.join("; ") });
        }
    }

    fn name(&mut self, damaged: &Damaged) {
        self.found += 1;
        print::words(&format!("kakekomi: {damaged}"));
    }
}
