//! Parts of evidence files: age files that are written and read as streams, to one case's recipient.
//!
//! `PartSealer::new("age1…", file)`, any number of writes, `finish()` → one age file; `open_part(&identities, file)` → a reader
//! of the same bytes
//!
//! Only sealed bytes leave the sealer: a chunk of 64 KiB waits in memory until it is full or the part is finished.

use std::io::{self, BufReader, Read, Write};

use age::stream::StreamWriter;
use age::x25519::Recipient;
use age::{Decryptor, Encryptor};

use crate::age_file::refused;
use crate::{Identities, SealingError};

/// A writer that seals to one recipient.
pub struct PartSealer<W: Write>(StreamWriter<W>);

impl<W: Write> PartSealer<W> {
    /// Begins a part, and writes its header.
    ///
    /// # Errors
    /// [`SealingError::Recipient`]: the text is not a recipient. [`SealingError::Write`]: the header cannot be written.
    pub fn new(recipient: &str, out: W) -> Result<PartSealer<W>, SealingError> {
        let recipient: Recipient = recipient.parse().map_err(|_| SealingError::Recipient)?;
        let recipients = std::iter::once(&recipient as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients).map_err(|_| SealingError::Encrypt)?;
        Ok(PartSealer(encryptor.wrap_output(out).map_err(SealingError::Write)?))
    }

    /// Writes the last chunk; a part that is not finished cannot be opened to its end.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for PartSealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens a part. A damaged or cut part is an error of the reader, at its place.
///
/// # Errors
/// [`SealingError::NoMatchingIdentity`]; [`SealingError::Damaged`]: the header is not that of an age file.
pub fn open_part<R: Read>(identities: &Identities, sealed: R) -> Result<impl Read + use<R>, SealingError> {
    let decryptor = Decryptor::new_buffered(BufReader::new(sealed)).map_err(|error| refused(&error))?;
    decryptor.decrypt(identities.keys()).map_err(|error| refused(&error))
}
