//! The partner's page that a submission came through.
//!
//! A partner's key is no secret, so a key alone proves nothing; what a browser says of the page is held against the
//! partner's origins, so that no other page sends cases in a partner's name. From the desk's own page, which a partner
//! shows in a frame, there is no other origin, and the key is taken as it is.
//!
//! A test is set apart, where nobody looks for people in need. So it has to come from a page that is known: who sends one
//! without saying from where gets no receipt for it. The desk's own page leaves a test key away outside of a frame.

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
    /// Whether the form was only looked at, on the desk's own page for partners.
    pub preview: bool,
}

/// The page that sent a submission, in the word of its browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// The desk's own page, which a partner may show in a frame.
    Desk,
    /// A page of another origin.
    Page(String),
    /// Nobody says: it was no browser.
    Unnamed,
}

impl PartnerReferral {
    /// Why it is not taken; `None` where it is.
    pub fn refused(&self, desk: &Desk) -> Option<Outcome> {
        let Some(partner) = desk.partner(&self.key) else {
            return Some(Outcome::PartnerUnknown);
        };
        let elsewhere = match &self.sender {
            Sender::Desk => false,
            Sender::Page(origin) => !partner.is_at(origin),
            Sender::Unnamed => self.is_test(desk),
        };
        elsewhere.then_some(Outcome::PartnerElsewhere)
    }

    /// Whether the case is a test.
    pub(super) fn is_test(&self, desk: &Desk) -> bool {
        self.preview || desk.partner(&self.key).is_some_and(Partner::is_test)
    }
}
