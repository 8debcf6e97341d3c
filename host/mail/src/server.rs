//! The address of the mail server, as the settings name it.
//!
//! `smtps://desk%40example.jp@mail.example.jp` → implicit TLS at port 465, as the user `desk@example.jp`
//!
//! `smtp://` demands STARTTLS. `smtp+plain://` speaks without TLS and without a user, to addresses of the own network alone.

use std::net::IpAddr;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::Url;

/// The use of TLS on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after the command STARTTLS; a server without it is refused.
    StartTls,
    /// No TLS.
    Plain,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// The use of TLS.
    pub security: Security,
    /// Its name or IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The user who signs in.
    pub user: Option<String>,
}

/// The reason why a text names no mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// Another form.
    #[error(
        "is not of the form smtps://USER@HOST:465, smtp://USER@HOST:587 (with STARTTLS) or smtp+plain://HOST:25 (own network)"
    )]
    Form,
    /// A secret in the settings.
    #[error("has a password in it: name a file with it as password")]
    Password,
    /// A user who would sign in without TLS.
    #[error("has a user, who would sign in without TLS: use smtps:// or smtp://")]
    PlainUser,
    /// A public address without TLS.
    #[error("would send mail without TLS to an address that is not of the own network: use smtps:// or smtp://")]
    PlainAddress,
}

impl FromStr for MailServer {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<MailServer, ServerError> {
        let url = Url::parse(text).map_err(|_| ServerError::Form)?;
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls, 465),
            "smtp" => (Security::StartTls, 587),
            "smtp+plain" => (Security::Plain, 25),
            _ => return Err(ServerError::Form),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(ServerError::Form);
        }
        if url.password().is_some() {
            return Err(ServerError::Password);
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let user = percent_decode_str(url.username()).decode_utf8().map_err(|_| ServerError::Form)?;
        if host.is_empty() || user.contains(char::is_control) {
            return Err(ServerError::Form);
        }
        let user = Some(user.into_owned()).filter(|user| !user.is_empty());
        if security == Security::Plain {
            if user.is_some() {
                return Err(ServerError::PlainUser);
            }
            if host.parse().is_ok_and(|address| !is_of_own_network(address)) {
                return Err(ServerError::PlainAddress);
            }
        }
        Ok(MailServer { security, host, port: url.port().unwrap_or(port), user })
    }
}

/// Reports whether an address is the machine's own or one of a private network.
pub fn is_of_own_network(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheme_has_its_port_and_its_use_of_tls() {
        let read = |text: &str| text.parse::<MailServer>().unwrap();
        let server = |security, host: &str, port, user: Option<&str>| MailServer {
            security,
            host: host.to_owned(),
            port,
            user: user.map(str::to_owned),
        };
        assert_eq!(
            read("smtps://desk%40example.jp@mail.example.jp"),
            server(Security::Tls, "mail.example.jp", 465, Some("desk@example.jp"))
        );
        assert_eq!(read("smtp://mail.example.jp:2587/"), server(Security::StartTls, "mail.example.jp", 2587, None));
        assert_eq!(read("smtp+plain://[::1]"), server(Security::Plain, "::1", 25, None));
        assert_eq!(read("smtp+plain://10.0.0.7:2525"), server(Security::Plain, "10.0.0.7", 2525, None));
    }

    #[test]
    fn what_would_send_a_secret_or_a_mail_in_clear_is_refused() {
        let refused = |text: &str| text.parse::<MailServer>().unwrap_err();
        assert_eq!(refused("smtps://desk:hush@mail.example.jp"), ServerError::Password);
        assert_eq!(refused("smtp+plain://desk@127.0.0.1"), ServerError::PlainUser);
        for public in ["192.0.2.1", "100.64.0.1", "[2001:db8::1]", "[::ffff:192.0.2.1]"] {
            assert_eq!(refused(&format!("smtp+plain://{public}")), ServerError::PlainAddress, "{public}");
        }
        for wrong in ["", "mail.example.jp", "http://mail.example.jp", "smtps://", "smtps://h/path", "smtps://h?q"] {
            assert_eq!(refused(wrong), ServerError::Form, "{wrong}");
        }
        assert_eq!(refused("smtps://a%0D%0Ab@h"), ServerError::Form);
    }
}
