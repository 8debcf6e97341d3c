//! One mail: recipient, headers and text.
//!
//! `Mail { to, message_id: "evt_….duty", template, values }` → `Subject: =?utf-8?b?…?=`, `Auto-Submitted: auto-generated`, text in UTF-8
//!
//! lettre writes the headers: what is not ASCII, and every line break, becomes part of an encoded word (RFC 2047), so that no value
//! begins a header of its own.

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, Message};

use crate::words::{Template, fill};

/// A mail before it is written.
pub(crate) struct Mail<'a> {
    /// The recipient.
    pub to: Address,
    /// The part of the Message-ID before @, the same at every attempt.
    pub message_id: String,
    /// Subject and text.
    pub template: &'a Template,
    /// The values that are filled in.
    pub values: &'a [(&'a str, &'a str)],
}

impl Mail<'_> {
    /// Writes the mail.
    ///
    /// # Errors
    /// A header that lettre refuses.
    pub fn write(self, from: &Mailbox) -> Result<Message, lettre::error::Error> {
        let envelope = Envelope::new(Some(from.email.clone()), vec![self.to.clone()])?;
        let auto_submitted = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .envelope(envelope)
            .from(from.clone())
            .to(Mailbox::new(None, self.to))
            .subject(fill(&self.template.subject, self.values))
            .date_now()
            .message_id(Some(format!("<{}@{}>", self.message_id, from.email.domain())))
            // RFC 3834: no vacation notice answers it.
            .raw_header(HeaderValue::new(auto_submitted, "auto-generated".to_owned()))
            .singlepart(SinglePart::plain(fill(&self.template.text, self.values)))
    }
}

/// Reads an address; `None` for one that no mail can be sent to.
///
/// The form takes addresses of Japanese carriers that RFC 5321 allows in quotes alone: `a..b@example.jp` → `"a..b"@example.jp`.
pub(crate) fn recipient(text: &str) -> Option<Address> {
    let quoted = || {
        let (local, domain) = text.rsplit_once('@')?;
        Address::new(format!("\"{local}\""), domain).ok()
    };
    text.parse::<Address>().ok().or_else(quoted).filter(|_| !text.contains(char::is_control))
}

/// Formats a moment for a mail: `2026-11-20T11:00:00+09:00` → `2026-11-20 11:00 (+09:00)`.
pub(crate) fn readable_time(rfc3339: &str) -> String {
    match (rfc3339.split_once('T'), rfc3339.get(11..16), rfc3339.get(19..)) {
        (Some((date, _)), Some(time), Some(offset)) => format!("{date} {time} ({offset})"),
        _ => rfc3339.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(subject: &str, values: &[(&str, &str)]) -> String {
        let template = Template { subject: subject.to_owned(), text: "本文 {desk}\n.\n".to_owned() };
        let to = recipient("taro@example.jp").unwrap();
        let mail = Mail { to, message_id: "evt_1.duty".to_owned(), template: &template, values };
        String::from_utf8(mail.write(&"窓口 <desk@example.jp>".parse().unwrap()).unwrap().formatted()).unwrap()
    }

    #[test]
    fn headers_are_ascii_and_of_the_desk_alone() {
        let mail = written("【{desk}】お知らせ", &[("desk", "窓口")]);
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        assert!(mail.is_ascii(), "{mail}");
        let names: Vec<_> = head.lines().filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
        let expected = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
        ];
        assert_eq!(names, expected, "{head}");
        assert!(head.contains("Message-ID: <evt_1.duty@example.jp>\r\n"), "{head}");
    }

    #[test]
    fn no_value_begins_a_header() {
        for value in ["x\r\nBcc: other@example.jp", "x\nBcc: other@example.jp\n\nBody", "あ\r\nBcc: other@example.jp"]
        {
            let mail = written("{desk}", &[("desk", value)]);
            let (head, _) = mail.split_once("\r\n\r\n").unwrap();
            assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
            assert_eq!(head.lines().filter(|line| line.contains(": ")).count(), 9, "{head}");
        }
    }

    #[test]
    fn addresses_of_the_form_are_read_and_others_refused() {
        let read = |text: &str| recipient(text).map(|address| address.to_string());
        assert_eq!(read("taro+a@xn--wgv71a119e.jp").as_deref(), Some("taro+a@xn--wgv71a119e.jp"));
        for carrier in ["a..b", ".a", "a."] {
            let quoted = format!("\"{carrier}\"@docomo.ne.jp");
            assert_eq!(read(&format!("{carrier}@docomo.ne.jp")), Some(quoted), "{carrier}");
        }
        for wrong in
            ["", "taro", "@example.jp", "taro@", "a@b.jp\r\nRCPT TO:<c@d.jp>", "a\r\nb@example.jp", "a\"b@c.jp"]
        {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn times_are_shown_to_the_minute_with_their_offset() {
        assert_eq!(readable_time("2026-11-20T11:00:00+09:00"), "2026-11-20 11:00 (+09:00)");
        assert_eq!(readable_time("1795140000000"), "1795140000000");
    }
}
