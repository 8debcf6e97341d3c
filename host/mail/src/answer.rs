//! The answers of the mail server, as the outbox keeps them.
//!
//! `550 5.1.1 <taro@example.jp>: unknown` → `550 5.1.1`; a certificate of another authority → `certificate`
//!
//! Of an answer the codes are kept alone: its text can quote an address.

use std::error::Error as _;
use std::io;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;
use tokio_rustls::rustls;

/// Names an error in a word or by the codes of the server's answer.
pub(crate) fn word(error: &Error) -> String {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        return codes(&code.to_string(), text.split_whitespace().next());
    }
    match io_error(error) {
        Some(error) => io_word(error),
        None if error.is_client() => "not supported".to_owned(),
        None if error.is_response() => "no answer".to_owned(),
        None => "connection".to_owned(),
    }
}

/// Names an error of the connection.
pub(crate) fn io_word(error: &io::Error) -> String {
    let word = match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_)) => "certificate",
        Some(_) => "tls",
        None if error.kind() == io::ErrorKind::TimedOut => "timeout",
        None => "connection",
    };
    word.to_owned()
}

/// Reads the codes of an answer.
pub(crate) fn answer_codes(answer: &Response) -> String {
    codes(&answer.code().to_string(), answer.first_word())
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
