//! The checks of the claims of ID tokens (OpenID Connect Core 3.1.3.7) and logout tokens (Back-Channel Logout 2.6).
//!
//! `check_id_token(&claims, &expected, now)` → `Ok`, or the [`TokenFault`] of the first wrong claim

use std::time::Duration;

use serde_json::Value;

use crate::TokenFault;
use crate::fetch::Object;

/// The difference that the clocks of the provider and of this host may have.
pub const CLOCK_TOLERANCE: Duration = Duration::from_mins(1);
/// The longest time from the issue of a logout token to its use, with the difference of the clocks: a copy ends nothing later.
pub const LOGOUT_TOKEN_LIFETIME: Duration = Duration::from_mins(2);
/// The most characters of a subject (OpenID Connect Core 2).
const SUBJECT_MAX: usize = 255;
/// The member of `events` that makes a token a logout token.
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The values that a token must have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
}

/// The sessions that a provider has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logout {
    /// The person; without it the session decides.
    pub subject: Option<String>,
    /// The session at the provider; without it all of the person have ended.
    pub session: Option<String>,
    /// The end of the second in which the token was issued, in milliseconds since the epoch: later sessions go on.
    pub before: i64,
}

/// Checks the claims of an ID token.
pub(crate) fn check_id_token(
    claims: &Object,
    expected: &Expected<'_>,
    nonce: &str,
    now: i64,
) -> Result<(), TokenFault> {
    check_common(claims, expected, now)?;
    if text(claims, "nonce") != Some(nonce) {
        return Err(TokenFault::Nonce);
    }
    subject(claims).map(drop).ok_or(TokenFault::Subject)
}

/// Checks the claims of a logout token.
pub(crate) fn check_logout_token(claims: &Object, expected: &Expected<'_>, now: i64) -> Result<Logout, TokenFault> {
    check_common(claims, expected, now)?;
    // An ID token must not end a session.
    if claims.contains_key("nonce") {
        return Err(TokenFault::Nonce);
    }
    if !claims.get("events").and_then(|events| events.get(LOGOUT_EVENT)).is_some_and(Value::is_object) {
        return Err(TokenFault::NoLogout);
    }
    let issued = moment(claims, "iat").ok_or(TokenFault::IssuedInFuture)?;
    if now.div_euclid(1000).saturating_sub(issued) > seconds(LOGOUT_TOKEN_LIFETIME) {
        return Err(TokenFault::Expired);
    }
    let before = issued.saturating_add(1).saturating_mul(1000);
    let logout = Logout { subject: subject(claims), session: text(claims, "sid").map(str::to_owned), before };
    if logout.subject.is_none() && logout.session.is_none() {
        return Err(TokenFault::Subject);
    }
    Ok(logout)
}

/// Returns the subject of a token.
pub(crate) fn subject(claims: &Object) -> Option<String> {
    text(claims, "sub").filter(|sub| !sub.is_empty() && sub.len() <= SUBJECT_MAX).map(str::to_owned)
}

fn check_common(claims: &Object, expected: &Expected<'_>, now: i64) -> Result<(), TokenFault> {
    if text(claims, "iss") != Some(expected.issuer) {
        return Err(TokenFault::Issuer);
    }
    if !is_for(claims.get("aud"), expected.client_id) {
        return Err(TokenFault::Audience);
    }
    if claims.get("azp").is_some_and(|party| party.as_str() != Some(expected.client_id)) {
        return Err(TokenFault::AuthorizedParty);
    }
    let tolerance = seconds(CLOCK_TOLERANCE);
    let now = now.div_euclid(1000);
    if moment(claims, "exp").is_none_or(|end| end.saturating_add(tolerance) <= now) {
        return Err(TokenFault::Expired);
    }
    let is_future = |begin: i64| begin.saturating_sub(tolerance) > now;
    let begins_later = claims.contains_key("nbf") && moment(claims, "nbf").is_none_or(is_future);
    if begins_later || moment(claims, "iat").is_none_or(is_future) {
        return Err(TokenFault::IssuedInFuture);
    }
    Ok(())
}

/// Reports whether an audience is this client alone: no other one is trusted here.
fn is_for(audience: Option<&Value>, client_id: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(|one| one.as_str() == Some(client_id)),
        _ => false,
    }
}

fn text<'a>(claims: &'a Object, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(0)
}

/// Returns a moment in seconds since the epoch; some providers write a fraction.
fn moment(claims: &Object, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    #[allow(clippy::cast_possible_truncation, reason = "the cast saturates")]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}
