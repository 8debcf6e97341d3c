//! The partner's page that a submission came through.
//!
//! A partner's key is no secret, so a key alone proves nothing; what a browser says of the page is held against the
//! partner's origins, so that no other page sends cases in a partner's name. From the desk's own page, which a partner
//! shows in a frame, there is no other origin, and the key is taken as it is.

use super::Outcome;
use crate::desk::Desk;
use crate::desk::partners::Partner;

/// Through whose page a submission says that it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// The partner's key.
    pub key: String,
    /// The origin of the page that sent it, where that is not the desk's own.
    pub origin: Option<String>,
    /// Whether the form was only looked at, on the desk's own page for partners.
    pub preview: bool,
}

impl Through {
    /// Why it is not taken; `None` where it is.
    pub(super) fn refused(&self, desk: &Desk) -> Option<Outcome> {
        let Some(partner) = desk.partner(&self.key) else {
            return Some(Outcome::PartnerUnknown);
        };
        let elsewhere = self.origin.as_deref().is_some_and(|origin| !partner.is_at(origin));
        elsewhere.then_some(Outcome::PartnerElsewhere)
    }

    /// Whether the case is a test.
    pub(super) fn is_test(&self, desk: &Desk) -> bool {
        self.preview || desk.partner(&self.key).is_some_and(Partner::is_test)
    }
}
