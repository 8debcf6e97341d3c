//! The public keys of a provider, kept for an hour and fetched again for an unknown `kid`.
//!
//! a token with the kid of a new key → one request, and the token is verified; a second unknown kid within a minute → none

use kakekomi_http_client::{HttpClient, Request};
use tokio::sync::Mutex;
use url::Url;

use crate::fetch::{Object, fetch_ok};
use crate::jwk::Jwk;
use crate::jws::{Jws, Kind};
use crate::{OidcError, TokenFault};

/// Milliseconds for which keys are used: one that the provider removes is refused after them.
pub(crate) const KEPT_MS: i64 = 3_600_000;
/// The shortest time between two requests for unknown keys, in milliseconds: nobody can make the desk flood its provider.
pub(crate) const REFETCH_MS: i64 = 60_000;

/// The keys with the moment of their request.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<Option<Fetched>>);

#[derive(Debug)]
struct Fetched {
    keys: Vec<Jwk>,
    at: i64,
    /// The last request, which may have failed.
    asked: i64,
}

impl Keys {
    /// Verifies the signature of a token; returns its claims.
    pub async fn verify(
        &self,
        client: &HttpClient,
        address: &Url,
        (token, kind): (&str, Kind),
        now: i64,
    ) -> Result<Object, OidcError> {
        let token = Jws::read(token, kind)?;
        // One request at a time: the others need its answer as well.
        let mut fetched = self.0.lock().await;
        let is_due = fetched.as_ref().is_none_or(|kept| {
            let is_unknown = token.key(&kept.keys).is_none();
            is_past(kept.at, KEPT_MS, now) || is_unknown && is_past(kept.asked, REFETCH_MS, now)
        });
        if is_due {
            if let Some(kept) = &mut *fetched {
                kept.asked = now;
            }
            let set = fetch_ok("set of keys", client, Request::get(address.as_str())).await?;
            *fetched = Some(Fetched { keys: Jwk::read_set(&set), at: now, asked: now });
        }
        let keys = fetched.as_ref().ok_or(TokenFault::UnknownKey)?;
        Ok(token.verify(&keys.keys)?)
    }
}

/// Reports whether a time has passed. A clock that was set back must not keep old keys.
pub(crate) fn is_past(since: i64, milliseconds: i64, now: i64) -> bool {
    !(0..milliseconds).contains(&now.saturating_sub(since))
}
