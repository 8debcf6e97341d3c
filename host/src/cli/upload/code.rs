//! The return code of the case, from the environment or typed without an echo.
//!
//! `KAKEKOMI_CODE='1234 5678 9012 3456 7890 89'` → the code; on a terminal `Return code: ` and nothing that is typed
//!
//! It is no flag: every user of the machine can read the flags of a process.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};

use kakekomi_service::return_visit::ReturnCode;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::error::CliError;

/// The variable that holds the code where nobody can type it.
const VARIABLE: &str = "KAKEKOMI_CODE";
/// The terminal of the process, also where stdin is a pipe.
const TERMINAL: &str = "/dev/tty";

/// Reads the code.
///
/// # Errors
/// There is neither the variable nor a terminal, or the check digits are wrong: a typing error must not count as an attempt.
pub fn read() -> Result<ReturnCode, CliError> {
    let typed = match std::env::var(VARIABLE) {
        Ok(code) => code,
        Err(_) => ask().map_err(|error| {
            CliError::Usage(format!("the return code cannot be asked for ({TERMINAL}: {error}): set {VARIABLE}"))
        })?,
    };
    ReturnCode::read(&typed).ok_or_else(|| {
        CliError::Usage("this is no return code: it has 22 digits, of which the last two check the others".to_owned())
    })
}

/// Asks on the terminal.
fn ask() -> io::Result<String> {
    let mut terminal = File::options().read(true).write(true).open(TERMINAL)?;
    terminal.write_all(b"Return code: ")?;
    let _quiet = Quiet::new(terminal.try_clone()?)?;
    let mut line = String::new();
    BufReader::new(terminal).read_line(&mut line)?;
    Ok(line)
}

/// A terminal without echo, until this is dropped.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn new(terminal: File) -> io::Result<Quiet> {
        let before = tcgetattr(&terminal)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        // The line break at the end is shown.
        quiet.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
        Ok(Quiet { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}
