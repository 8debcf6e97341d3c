//! The connection to the mail server, one for each mail.
//!
//! a mail → `Delivered("250 2.0.0")`, `Failed("451 4.3.0")`, `Refused("550 5.1.1")`, `Failed("certificate")`
//!
//! Of an answer the codes are kept alone: its text can quote an address. A refusal before the mail is named, such as that of a
//! password, is the desk's fault and not the mail's, and is tried again.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use kakekomi_delivery::Outcome;
use kakekomi_http_client::roots;
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use tokio::net::lookup_host;
use tokio::time::timeout;

use crate::server::{MailServer, Security, is_of_own_network};

/// The time for one address of the server to take the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// The time for a whole delivery, a little less than what the dispatcher waits.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(40);
/// The time for the farewell, after which the outcome no longer changes.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The way to the mail server.
#[derive(Clone)]
pub(crate) struct Smtp {
    server: MailServer,
    /// `None` without TLS.
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    /// The name in EHLO: the domain of the sender, and not the machine's name.
    hello: ClientId,
}

impl Smtp {
    /// Prepares the way to a server. Its certificate comes from an authority of the system, or of the file.
    ///
    /// # Errors
    /// The reason why the file of authorities cannot be used.
    pub fn new(
        server: MailServer,
        password: Option<String>,
        authority: Option<&Path>,
        domain: &str,
    ) -> Result<Smtp, String> {
        let tls = match server.security {
            Security::Tls | Security::StartTls => Some(tls_parameters(&server.host, authority)?),
            Security::Plain => None,
        };
        let credentials = server.user.clone().zip(password).map(|(user, password)| Credentials::new(user, password));
        Ok(Smtp { server, tls, credentials, hello: ClientId::Domain(domain.to_owned()) })
    }

    /// Sends a mail.
    pub async fn send(&self, mail: &Message) -> Outcome {
        let sending = async {
            let mut connection = self.connect().await.map_err(Outcome::Failed)?;
            match connection.send(mail.envelope(), &mail.formatted()).await {
                Ok(answer) => Ok((connection, answered(&answer))),
                Err(error) => Err(refused(&error)),
            }
        };
        match timeout(DELIVERY_TIMEOUT, sending).await {
            Ok(Ok((mut connection, outcome))) => {
                _ = timeout(QUIT_TIMEOUT, connection.abort()).await;
                outcome
            }
            Ok(Err(outcome)) => outcome,
            Err(_) => Outcome::Failed("timeout".to_owned()),
        }
    }

    /// Connects, begins TLS and signs in. An error is the answer.
    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let addresses = self.addresses().await?;
        let (at_once, later) = match self.server.security {
            Security::Tls => (self.tls.clone(), None),
            Security::StartTls => (None, self.tls.clone()),
            Security::Plain => (None, None),
        };
        let connecting =
            AsyncSmtpConnection::connect_tokio1(&*addresses, Some(CONNECT_TIMEOUT), &self.hello, at_once, None);
        let mut connection = connecting.await.map_err(|error| word(&error))?;
        if let Some(tls) = later {
            if !connection.can_starttls() {
                return Err("no STARTTLS".to_owned());
            }
            connection.starttls(tls, &self.hello).await.map_err(|error| word(&error))?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await.map_err(|error| format!("sign-in {}", word(&error)))?;
        }
        Ok(connection)
    }

    /// Finds the addresses of the server. Without TLS all must be of the own network, whatever its name says today.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, String> {
        let found = lookup_host((self.server.host.as_str(), self.server.port)).await;
        let found: Vec<_> = found.map_err(|_| "unknown host".to_owned())?.collect();
        if self.server.security == Security::Plain && !found.iter().all(|address| is_of_own_network(address.ip())) {
            return Err("public address".to_owned());
        }
        Ok(found)
    }
}

/// Makes the settings of TLS: 1.2 and 1.3, all that rustls has.
fn tls_parameters(host: &str, authority: Option<&Path>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(file) = authority {
        for certificate in roots::read(file).map_err(|error| error.to_string())? {
            let certificate = Certificate::from_der(certificate.to_vec()).map_err(|error| error.to_string())?;
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build_rustls().map_err(|error| error.to_string())
}

/// Reads the answer to the whole mail. Another answer than a completion belongs to an earlier command.
fn answered(answer: &Response) -> Outcome {
    let codes = codes(&answer.code().to_string(), answer.first_word());
    match answer.code().severity {
        Severity::PositiveCompletion => Outcome::Delivered(codes),
        _ => Outcome::Failed(codes),
    }
}

/// Reads an error that came once the mail was named.
fn refused(error: &Error) -> Outcome {
    // lettre itself refuses an address that the server cannot take.
    if error.is_permanent() || error.is_client() { Outcome::Refused(word(error)) } else { Outcome::Failed(word(error)) }
}

/// Names an error in a word or by the codes of the server's answer.
fn word(error: &Error) -> String {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        return codes(&code.to_string(), text.split_whitespace().next());
    }
    let word = match io_error(error) {
        Some(error) if error.kind() == io::ErrorKind::TimedOut => "timeout",
        Some(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(_)) => "certificate",
            Some(_) => "tls",
            None => "connection",
        },
        None if error.is_client() => "not supported",
        None if error.is_response() => "no answer",
        None => "connection",
    };
    word.to_owned()
}

/// Finds the error of the connection below an error.
fn io_error(error: &Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error);
        }
        source = error.source();
    }
    None
}

/// Joins the code of an answer and, where its text begins with one, the enhanced code of RFC 3463.
fn codes(code: &str, first_word: Option<&str>) -> String {
    match first_word.filter(|word| is_enhanced_code(word)) {
        Some(enhanced) => format!("{code} {enhanced}"),
        None => code.to_owned(),
    }
}

/// Recognises `5.1.1`: a class of one digit, subject and detail of at most three.
fn is_enhanced_code(word: &str) -> bool {
    let mut parts = word.split('.');
    let mut has_digits = |longest: usize| {
        parts
            .next()
            .is_some_and(|part| (1..=longest).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let is_code = has_digits(1) && has_digits(3) && has_digits(3);
    is_code && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_answer_the_codes_are_kept_alone() {
        for (text, kept) in [
            ("5.1.1", "550 5.1.1"),
            ("5.123.456", "550 5.123.456"),
            ("<taro@example.jp>:", "550"),
            ("192.0.2.1", "550"),
            ("5.1", "550"),
            ("5.1.1234", "550"),
            ("5.1.x", "550"),
            ("", "550"),
        ] {
            assert_eq!(codes("550", Some(text)), kept, "{text}");
        }
        assert_eq!(codes("421", None), "421");
    }
}
