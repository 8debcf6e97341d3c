//! The way of a mail to the mail server, with a connection for each mail.
//!
//! a mail → `Delivered("250 2.0.0")`, `Failed("451 4.3.0")`, `Refused("550 5.1.1")`, `Failed("certificate")`
//!
//! A refusal before the recipient is named, such as that of a password or of the sender, is the desk's fault and not the mail's, and
//! is tried again.

use std::path::Path;
use std::time::Duration;

use kakekomi_delivery::Outcome;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use lettre::{Address, Message};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use crate::answer::{answer_codes, word};
use crate::connection::{connect, tls_connector};
use crate::server::MailServer;

/// The time for a whole delivery, a little less than what the dispatcher waits.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(40);
/// The time for the farewell, after which the outcome no longer changes.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The way to the mail server.
#[derive(Clone)]
pub(crate) struct Smtp {
    server: MailServer,
    tls: TlsConnector,
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
        let tls = tls_connector(authority)?;
        let credentials = server.user.clone().zip(password).map(|(user, password)| Credentials::new(user, password));
        Ok(Smtp { server, tls, credentials, hello: ClientId::Domain(domain.to_owned()) })
    }

    /// Sends a mail.
    pub async fn send(&self, mail: &Message) -> Outcome {
        let deadline = Instant::now() + DELIVERY_TIMEOUT;
        let timed_out = || "timeout".to_owned();
        let connected = timeout_at(deadline, self.connect()).await.unwrap_or_else(|_| Err(timed_out()));
        let mut connection = match connected {
            Ok(connection) => connection,
            Err(word) => return Outcome::Failed(word),
        };
        let outcome = timeout_at(deadline, transfer(&mut connection, mail)).await;
        _ = timeout(QUIT_TIMEOUT, connection.abort()).await;
        match outcome {
            Ok(Ok(answer)) => answered(&answer),
            Ok(Err(outcome)) => outcome,
            Err(_) => Outcome::Failed(timed_out()),
        }
    }

    /// Connects, begins TLS and signs in. An error is the answer.
    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let stream = connect(&self.server, &self.tls, &self.hello).await?;
        let connecting = AsyncSmtpConnection::connect_with_transport(stream, &self.hello);
        let mut connection = connecting.await.map_err(|error| word(&error))?;
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await.map_err(|error| format!("sign-in {}", word(&error)))?;
        }
        Ok(connection)
    }
}

/// Hands a mail over, command by command: lettre's own `send` does not say which one was refused.
async fn transfer(connection: &mut AsyncSmtpConnection, mail: &Message) -> Result<Response, Outcome> {
    let envelope = mail.envelope();
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    let parameters = if envelope.from().into_iter().chain(envelope.to()).all(is_ascii) {
        Vec::new()
    } else if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
        vec![MailParameter::SmtpUtfEight]
    } else {
        return Err(Outcome::Refused("not supported".to_owned()));
    };
    let sender = Mail::new(envelope.from().cloned(), parameters);
    connection.command(sender).await.map_err(|error| Outcome::Failed(word(&error)))?;
    for recipient in envelope.to() {
        connection.command(Rcpt::new(recipient.clone(), Vec::new())).await.map_err(|error| refused(&error))?;
    }
    connection.command(Data).await.map_err(|error| refused(&error))?;
    connection.message(&mail.formatted()).await.map_err(|error| refused(&error))
}

/// Reads the answer to the whole mail. Another answer than a completion belongs to an earlier command.
fn answered(answer: &Response) -> Outcome {
    let codes = answer_codes(answer);
    match answer.code().severity {
        Severity::PositiveCompletion => Outcome::Delivered(codes),
        _ => Outcome::Failed(codes),
    }
}

/// Reads an error that came once the recipient was named.
fn refused(error: &Error) -> Outcome {
    if error.is_permanent() { Outcome::Refused(word(error)) } else { Outcome::Failed(word(error)) }
}
