//! Exchange of the desk's identity while a desk serves and reads.
//!
//! ```text
//! desk.identity: old     → old copied to desk.identity.before-TIME → new, old → (all cases sealed again) → new
//! recipients: old, rec.  →                                          new, rec.
//! ```
//!
//! Each step is one durable file. After a crash at any step, `desk.identity` opens every case, sealed to the former or to
//! the new recipients; a further [`KeyFolder::renew_desk`] or [`KeyFolder::forget_former`] continues.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{Identities, KeyFolder, SealingError, key_file, secret_file};

impl KeyFolder {
    /// Makes a new identity for the desk and puts its recipient into `recipients`; the old one still opens its cases.
    /// Returns the file that keeps the old one: `time` ends its name.
    ///
    /// # Errors
    /// [`SealingError::NoDesk`]: the folder has no desk identity, or it is not a recipient. [`SealingError::File`].
    pub fn renew_desk(&self, time: &str) -> Result<PathBuf, SealingError> {
        let old = self.desk()?.ok_or_else(|| SealingError::NoDesk(self.desk_file()))?;
        let file = self.recipients_file();
        let new = Identities::generate();
        let bytes = key_file::read(&file)?;
        let recipients = replaced(key_file::text(&bytes, &file)?, &old.recipients(), &new.recipients().concat());
        let recipients = recipients.ok_or_else(|| SealingError::NoDesk(file.clone()))?;
        let kept = self.free_name(time);
        write(&kept, &old.to_file())?;
        write(&self.desk_file(), &Identities::joined([&new, &old]).to_file())?;
        secret_file::write(&file, recipients.as_bytes()).map_err(SealingError::at(&file))?;
        Ok(kept)
    }

    /// Removes the identities from `desk.identity` that are no longer recipients: to be called once no case needs them.
    /// Returns their number; 0 if no identity would remain.
    ///
    /// # Errors
    /// [`SealingError::File`].
    pub fn forget_former(&self) -> Result<usize, SealingError> {
        let Some(desk) = self.desk()? else { return Ok(0) };
        let present = desk.only(&self.recipients()?.to_strings());
        let (before, after) = (desk.recipients().len(), present.recipients().len());
        if after == 0 || after == before {
            return Ok(0);
        }
        write(&self.desk_file(), &present.to_file())?;
        Ok(before - after)
    }

    /// Reads all identities that may open a case: the desk's, those that it had before, and the recovery identity if it lies
    /// here. Empty on a host that only seals.
    ///
    /// # Errors
    /// As [`Identities::read`].
    pub fn all_identities(&self) -> Result<Vec<Identities>, SealingError> {
        let recovery = Some(self.recovery_file()).filter(|file| file.exists());
        let files = self.former_desk_files()?.into_iter().chain(recovery);
        let read = files.map(|file| Identities::read(&file)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.desk()?.into_iter().chain(read).collect())
    }

    fn free_name(&self, time: &str) -> PathBuf {
        let names = std::iter::once(String::new()).chain((2..).map(|count: u64| format!("-{count}")));
        let mut names = names.map(|count| self.path().join(format!("desk.identity.before-{time}{count}")));
        names.find(|name| name.symlink_metadata().is_err()).unwrap_or_else(|| self.path().join("desk.identity.before"))
    }
}

fn write(file: &Path, text: &Zeroizing<String>) -> Result<(), SealingError> {
    secret_file::write(file, text.as_bytes()).map_err(SealingError::at(file))
}

/// Replaces the first of the old recipients and leaves out the others; `None` if the text has no old recipient.
fn replaced(text: &str, old: &[String], new: &str) -> Option<String> {
    let mut news = Some(new);
    let mut lines = Vec::new();
    for line in text.lines() {
        if old.iter().any(|old| old == line.trim()) {
            lines.extend(news.take());
        } else {
            lines.push(line);
        }
    }
    news.is_none().then(|| lines.join("\n") + "\n")
}

/// Writes an identity file that must not exist yet, for its owner alone.
///
/// # Errors
/// [`SealingError::File`]: it exists, or cannot be written.
pub fn write_identity(identities: &Identities, file: &Path) -> Result<(), SealingError> {
    secret_file::write_new(file, identities.to_file().as_bytes()).map_err(SealingError::at(file))
}
