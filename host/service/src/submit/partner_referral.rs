//! The partner's page that a submission came through.
//!
//! A partner's key is no secret, so a key alone proves nothing. The origin that a browser sends is compared with the
//! partner's origins, so that no other page sends cases in a partner's name. The desk's own page, which a partner shows in
//! a frame, has no other origin, and its key is accepted.
//!
//! Tests are stored apart, where nobody looks for people in need. So a test must come from a known page: without an origin
//! it is refused. The desk's own page sends no test key outside of a frame.

use super::Outcome;
use crate::desk::Desk;
use crate::desk::partners::Partner;

/// The partner and the page that a submission names as its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerReferral {
    /// The partner's key.
    pub key: String,
    /// The page that sent it.
    pub sender: Sender,
    /// True for a preview on the desk's own page for partners.
    pub preview: bool,
}

/// The page that sent a submission, as its browser reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// The desk's own page, which a partner may show in a frame.
    Desk,
    /// A page of another origin.
    Page(String),
    /// The sender is no browser.
    Unnamed,
}

impl PartnerReferral {
    /// Finds the partner.
    ///
    /// # Errors
    /// The reason of a refusal.
    pub fn partner<'a>(&self, desk: &'a Desk, now: i64) -> Result<&'a Partner, Outcome> {
        let partner = desk.partner(&self.key, now).ok_or(Outcome::PartnerUnknown)?;
        let elsewhere = match &self.sender {
            Sender::Desk => false,
            Sender::Page(origin) => !partner.is_at(origin),
            Sender::Unnamed => self.is_test(partner),
        };
        if elsewhere { Err(Outcome::PartnerElsewhere) } else { Ok(partner) }
    }

    /// Reports whether the case is a test.
    pub(super) fn is_test(&self, partner: &Partner) -> bool {
        self.preview || partner.is_test()
    }
}
