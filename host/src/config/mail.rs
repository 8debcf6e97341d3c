//! `[mail]` of the settings file, as [`kakekomi_mail`] reads it.
//!
//! `[mail] server = "smtp://mail.example.jp"` → [`MailConfig`]; a wrong value is named with its key
//!
//! It is in the file alone, as the webhooks are.

use kakekomi_mail::MailConfig;

use crate::config::Settings;
use crate::error::CliError;

impl Settings {
    /// Reads the settings of mail with the files that they name; `None` without the section.
    ///
    /// # Errors
    /// [`CliError::Usage`]: a setting is wrong.
    pub fn mail_config(&self) -> Result<Option<MailConfig>, CliError> {
        let config = self.mail.as_ref().map(MailConfig::read).transpose();
        config.map_err(|error| CliError::Usage(error.to_string()))
    }
}
