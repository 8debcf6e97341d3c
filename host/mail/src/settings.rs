//! `[mail]` of the settings file.
//!
//! ```toml
//! [mail]
//! server = "smtps://desk@mail.example.jp:465"
//! password = "/etc/kakekomi/mail.password"
//! from = "相談窓口 <desk@example.jp>"
//! desk_url = "https://desk.example.jp/"
//!
//! [[mail.operators]]
//! name = "duty"
//! address = "duty@example.jp"
//! role = "operator"
//! hours = "open"
//! ```
//!
//! gives a [`MailConfig`], or a [`MailError`] that names the key and the fault. Everything is checked at the start.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kakekomi_core::Locale;
use lettre::Address;
use lettre::message::Mailbox;
use serde::Deserialize;
use url::Url;

use crate::applicant::APPLICANT_TARGET;
use crate::hours::Hours;
use crate::message::recipient;
use crate::server::MailServer;
use crate::smtp::Smtp;
use crate::words::WordsError;

/// The longest name of an operator's entry.
const NAME_MAX: usize = 40;

/// `[mail]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The mail server: `smtps://USER@HOST:465`, `smtp://USER@HOST:587` or `smtp+plain://HOST:25`.
    pub server: String,
    /// A file with the user's password.
    pub password: Option<PathBuf>,
    /// The sender, `desk@example.jp` or `NAME <desk@example.jp>`.
    pub from: String,
    /// A file of certificate authorities beside those of the system, PEM.
    pub authority: Option<PathBuf>,
    /// The address of the operators' desk.
    pub desk_url: Option<String>,
    /// The address of the form, below which is the page of return.
    pub form_url: Option<String>,
    /// The operators who get mail.
    #[serde(default)]
    pub operators: Vec<OperatorSettings>,
    /// The notices of applicants.
    #[serde(default)]
    pub applicants: ApplicantSettings,
}

/// `[[mail.operators]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorSettings {
    /// The name of the target: `duty` → `mail:duty`.
    pub name: String,
    /// The address.
    pub address: String,
    /// The role, which gives the kinds of events.
    pub role: MailRole,
    /// The hours in which mail arrives.
    #[serde(default)]
    pub hours: Hours,
    /// `ja` or `en`.
    pub language: Option<String>,
}

/// The role of an operator, by the names of the accounts' roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailRole {
    /// What applicants send.
    Operator,
    /// The same, and what a hand-over waits for.
    Lead,
    /// The audit head, once a day.
    Auditor,
    /// The audit head, once a day: an admin sees no case.
    Admin,
}

/// `[mail.applicants]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicantSettings {
    /// True to send notices to applicants who gave an address.
    #[serde(default)]
    pub enabled: bool,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A value of `[mail]`.
    #[error("[mail] {key} {fault}")]
    Value {
        /// The key.
        key: String,
        /// Its fault, as the rest of a sentence.
        fault: String,
    },
    /// The words in the program.
    #[error(transparent)]
    Words(#[from] WordsError),
}

/// The settings of mail, checked.
#[derive(Clone)]
pub struct MailConfig {
    pub(crate) smtp: Smtp,
    pub(crate) from: Mailbox,
    pub(crate) operators: Vec<OperatorEntry>,
    /// The page of return, where applicants get notices.
    pub(crate) return_page: Option<String>,
}

/// An operator who gets mail.
#[derive(Debug, Clone)]
pub(crate) struct OperatorEntry {
    pub target: String,
    pub address: Address,
    pub role: MailRole,
    pub hours: Hours,
    pub language: Locale,
    /// The desk's queue.
    pub queue: String,
}

impl MailConfig {
    /// Reads and checks the settings, with the files that they name.
    ///
    /// # Errors
    /// [`MailError::Value`]: the key that cannot be used.
    pub fn read(settings: &MailSettings) -> Result<MailConfig, MailError> {
        let server: MailServer = settings.server.parse().map_err(|fault| value("server", fault))?;
        let from: Mailbox =
            settings.from.parse().map_err(|_| value("from", "is no address such as \"Desk <desk@example.jp>\""))?;
        let password = password(&server, settings.password.as_deref())?;
        let smtp = Smtp::new(server, password, settings.authority.as_deref(), from.email.domain());
        let smtp = smtp.map_err(|fault| value("authority", format!("cannot be used: {fault}")))?;
        let operators = if settings.operators.is_empty() {
            Vec::new()
        } else {
            operators(&settings.operators, &page("desk_url", settings.desk_url.as_deref(), "")?)?
        };
        let form_url = settings.form_url.as_deref();
        let return_page = settings.applicants.enabled.then(|| page("form_url", form_url, "return")).transpose()?;
        if operators.is_empty() && return_page.is_none() {
            return Err(value("operators", "are missing: nobody would get mail"));
        }
        Ok(MailConfig { smtp, from, operators, return_page })
    }

    /// Lists the targets of the settings.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        let applicant = self.return_page.as_ref().map(|_| APPLICANT_TARGET);
        self.operators.iter().map(|operator| operator.target.as_str()).chain(applicant)
    }
}

fn operators(settings: &[OperatorSettings], queue: &str) -> Result<Vec<OperatorEntry>, MailError> {
    let mut names = BTreeSet::from(["applicant"]);
    let entry = |operator: &OperatorSettings| {
        let OperatorSettings { name, address, language, .. } = operator;
        let key = |key: &str| format!("operators {name:?}: {key}");
        let is_name = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(is_name) {
            return Err(value(&key("name"), format!("is not of 1 to {NAME_MAX} small letters, digits and hyphens")));
        }
        let address = recipient(address).ok_or_else(|| value(&key("address"), "is no mail address"))?;
        let language = language.as_deref().map_or(Some(Locale::Ja), Locale::read);
        let language = language.ok_or_else(|| value(&key("language"), "is neither ja nor en"))?;
        let (role, hours) = (operator.role, operator.hours);
        Ok(OperatorEntry { target: format!("mail:{name}"), address, role, hours, language, queue: queue.to_owned() })
    };
    settings
        .iter()
        .map(|operator| {
            let read = entry(operator)?;
            if names.insert(&operator.name) {
                Ok(read)
            } else {
                Err(value(&format!("operators {:?}: name", operator.name), "is used twice, or is \"applicant\""))
            }
        })
        .collect()
}

/// Reads the password of the user; `None` without a user.
fn password(server: &MailServer, file: Option<&Path>) -> Result<Option<String>, MailError> {
    match (&server.user, file) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(value("password", "is missing: name a file with the password of the server's user")),
        (None, Some(_)) => Err(value("password", "needs a user in server: smtps://USER@HOST")),
        (Some(_), Some(file)) => {
            let text =
                fs::read_to_string(file).map_err(|error| value("password", format!("{}: {error}", file.display())))?;
            let password = text.trim_end_matches(['\r', '\n']);
            if password.is_empty() || password.contains(char::is_control) {
                return Err(value("password", format!("{} is not one line of text", file.display())));
            }
            Ok(Some(password.to_owned()))
        }
    }
}

/// Makes the address of a page of the desk or the form, which is all that a link of a mail has.
fn page(key: &str, url: Option<&str>, page: &str) -> Result<String, MailError> {
    let text = url.ok_or_else(|| value(key, "is missing: the mails link to it"))?;
    let wrong = || value(key, "is no address such as https://desk.example.jp/");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !matches!(url.scheme(), "https" | "http") || !is_plain || url.fragment().is_some() {
        return Err(wrong());
    }
    Ok(format!("{}/{page}", url.as_str().trim_end_matches('/')))
}

fn value(key: &str, fault: impl ToString) -> MailError {
    MailError::Value { key: key.to_owned(), fault: fault.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"
        server = "smtp+plain://127.0.0.1:2525"
        from = "相談窓口 <desk@example.jp>"
        desk_url = "https://desk.example.jp"
        form_url = "https://example.jp/form/"
        [[operators]]
        name = "duty"
        address = "duty@example.jp"
        role = "operator"
        hours = "closed"
        language = "en"
        [[operators]]
        name = "audit"
        address = "audit@example.jp"
        role = "auditor"
        [applicants]
        enabled = true
    "#;

    fn read(text: &str) -> Result<MailConfig, String> {
        let settings = toml::from_str(text).map_err(|error| error.to_string())?;
        MailConfig::read(&settings).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_are_read_with_their_defaults() {
        let config = read(FULL).unwrap();
        assert!(config.targets().eq(["mail:duty", "mail:audit", "mail:applicant"]));
        let [duty, audit] = &config.operators[..] else { unreachable!("two operators") };
        assert_eq!((duty.target.as_str(), duty.hours, duty.language), ("mail:duty", Hours::Closed, Locale::En));
        assert_eq!((audit.role, audit.hours, audit.language), (MailRole::Auditor, Hours::Always, Locale::Ja));
        assert_eq!(audit.queue, "https://desk.example.jp/");
        assert_eq!(config.return_page.as_deref(), Some("https://example.jp/form/return"));
        assert_eq!(config.from.email.to_string(), "desk@example.jp");
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_key() {
        for (from, to, named) in [
            ("smtp+plain://127.0.0.1:2525", "smtps://desk@mail.example.jp", "[mail] password is missing"),
            ("smtp+plain://127.0.0.1:2525", "smtps://desk:x@mail.example.jp", "[mail] server has a password in it"),
            ("server =", "password = \"x\"\nserver =", "[mail] password needs a user"),
            ("相談窓口 <desk@example.jp>", "desk", "[mail] from is no address"),
            ("duty@example.jp", "duty", "[mail] operators \"duty\": address is no mail address"),
            ("\"audit\"", "\"duty\"", "[mail] operators \"duty\": name is used twice"),
            ("\"audit\"", "\"applicant\"", "[mail] operators \"applicant\": name is used twice"),
            ("\"audit\"", "\"Audit\"", "[mail] operators \"Audit\": name is not of 1 to 40"),
            ("\"en\"", "\"fr\"", "[mail] operators \"duty\": language is neither"),
            ("https://desk.example.jp", "https://desk.example.jp/?token=1", "[mail] desk_url is no address"),
            ("https://example.jp/form/", "example.jp", "[mail] form_url is no address"),
            ("form_url = \"https://example.jp/form/\"", "", "[mail] form_url is missing"),
            ("role = \"auditor\"", "role = \"boss\"", "unknown variant `boss`"),
            ("role = \"auditor\"", "rule = \"auditor\"", "unknown field `rule`"),
        ] {
            assert!(FULL.contains(from), "{from}");
            let error = read(&FULL.replacen(from, to, 1)).err().unwrap();
            assert!(error.contains(named), "{named}: {error}");
        }
        let nobody = "server = \"smtp://h\"\nfrom = \"a@b.jp\"";
        assert!(read(nobody).err().unwrap().contains("nobody would get mail"));
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let with =
            |line: &str| read(&FULL.replacen("smtp+plain://127.0.0.1:2525\"", &format!("smtps://u@h\"\n{line}"), 1));
        assert!(with("password = \"/nowhere\"").err().unwrap().contains("[mail] password /nowhere: "));
        let folder = std::env::temp_dir().join(format!("kakekomi-mail-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("file").display().to_string();
        let lines = format!("password = \"{file}\"\nauthority = \"{file}\"");
        for (text, named) in
            [("", "is not one line of text"), ("a\nb\n", "is not one line"), ("pass\n", "[mail] authority")]
        {
            fs::write(&file, text).unwrap();
            let error = with(&lines).err().unwrap();
            assert!(error.contains(named) && !error.contains("pass\n"), "{error}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
