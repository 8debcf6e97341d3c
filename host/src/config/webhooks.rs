//! The webhooks of the settings file.
//!
//! ```toml
//! [[webhooks]]
//! name = "siem"
//! url = "https://siem.example/hooks/desk"
//! secrets = ["/etc/kakekomi/siem.secret"]
//! kinds = ["case.received", "case.closed"]
//! ```
//!
//! They are in the file alone: an address that notices go to is chosen by whoever administers the host, and by no page.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use kakekomi_delivery::{Channel, Webhook, WebhookOptions, WebhookSecret};
use serde::Deserialize;

use crate::error::CliError;

/// A webhook.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Its name in commands and on pages.
    pub name: String,
    /// The endpoint.
    pub url: String,
    /// Files with the secrets that sign: the current one, and while receivers change over, the one before.
    pub secrets: Vec<PathBuf>,
    /// The kinds of events that it gets.
    pub kinds: Vec<String>,
    /// True if the endpoint may be in a private network, and without TLS.
    #[serde(default)]
    pub private_address: bool,
    /// A file of authorities that are trusted beside those of the system.
    pub authority: Option<PathBuf>,
}

impl WebhookSettings {
    fn open(&self) -> Result<Webhook, CliError> {
        let wrong = |reason: String| CliError::Usage(format!("webhooks: {}: {reason}", self.name));
        let secrets = self.secrets.iter().map(|file| WebhookSecret::read(file)).collect::<Result<_, _>>();
        let kind = |word: &String| word.parse().map_err(|error| wrong(format!("{word}: {error}")));
        let options = WebhookOptions {
            name: self.name.clone(),
            url: self.url.clone(),
            secrets: secrets.map_err(|error| wrong(error.to_string()))?,
            kinds: self.kinds.iter().map(kind).collect::<Result<_, _>>()?,
            private_address: self.private_address,
            authority: self.authority.clone(),
        };
        Webhook::new(options).map_err(|error| wrong(error.to_string()))
    }
}

/// Opens webhooks.
///
/// # Errors
/// [`CliError::Usage`]: a setting is wrong, a file is missing, or two have one name.
pub(super) fn open(webhooks: &[WebhookSettings]) -> Result<Vec<Arc<dyn Channel>>, CliError> {
    let mut names = BTreeSet::new();
    let mut channels: Vec<Arc<dyn Channel>> = Vec::new();
    for webhook in webhooks {
        if !names.insert(&webhook.name) {
            return Err(CliError::Usage(format!("webhooks: two have the name {}", webhook.name)));
        }
        channels.push(Arc::new(webhook.open()?));
    }
    Ok(channels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(changes: &str) -> Option<String> {
        let secret = std::env::temp_dir().join(format!("kakekomi-secret-{}", std::process::id()));
        std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let mut lines = [
            ("name", "\"siem\"".to_owned()),
            ("url", "\"https://siem.example/hooks\"".to_owned()),
            ("secrets", format!("[{:?}]", secret.display().to_string())),
            ("kinds", "[\"case.received\"]".to_owned()),
        ];
        for change in changes.split("; ").filter(|change| !change.is_empty()) {
            let (key, value) = change.split_once(" = ").unwrap();
            match lines.iter_mut().find(|line| line.0 == key) {
                Some(line) => line.1 = value.to_owned(),
                None => panic!("{key}"),
            }
        }
        let lines: Vec<_> = lines.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let webhook: WebhookSettings = toml::from_str(&lines.join("\n")).unwrap();
        open(&[webhook]).err().map(|error| error.to_string())
    }

    #[test]
    fn a_wrong_setting_is_named_and_no_secret_is() {
        assert_eq!(error_of(""), None);
        for (changes, reason) in [
            ("name = \"Siem!\"", "a name is 1 to 64"),
            ("url = \"http://siem.example/hooks\"", "https://"),
            ("url = \"https://user:word@siem.example/\"", "https://"),
            ("url = \"https://siem.example:99999/\"", "https://"),
            ("url = \"https://siem.example:0/\"", "https://"),
            ("url = \"https://siem.example/#hooks\"", "fragment"),
            ("url = \"https:///hooks\"", "https://"),
            ("url = \"https://127.0.0.1/\"", "private_address"),
            ("url = \"https://[fd00::1]/\"", "private_address"),
            ("secrets = []", "needs a secret"),
            ("secrets = [\"/nowhere\"]", "/nowhere"),
            ("kinds = [\"case.recieved\"]", "case.recieved"),
            ("kinds = [\"account.added\"]", "of a case"),
            ("kinds = []", "of a case"),
        ] {
            let error = error_of(changes).expect(changes);
            assert!(
                error.contains(reason) && !error.contains("whsec_M") && !error.contains("word@"),
                "{changes}: {error}"
            );
        }
    }

    #[test]
    fn two_webhooks_of_one_name_are_refused() {
        let secret = std::env::temp_dir().join(format!("kakekomi-two-{}", std::process::id()));
        std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let webhook = WebhookSettings {
            name: "siem".to_owned(),
            url: "https://siem.example/".to_owned(),
            secrets: vec![secret],
            kinds: vec!["case.received".to_owned()],
            private_address: false,
            authority: None,
        };
        assert_eq!(open(std::slice::from_ref(&webhook)).unwrap().len(), 1);
        assert!(open(&[webhook.clone(), webhook]).is_err());
    }
}
