//! The identity provider of the operators' desk: its settings, and its description.
//!
//! `[oidc] issuer = "https://login.example"` that does not answer → error: `https://login.example: the provider's description failed`

use kakekomi_store as store;

use super::finding::{Finding, Outcome, error, warning};
use crate::config::Settings;
use crate::oidc_settings::OidcSettings;

/// The address that stands for a desk whose own is not in the settings.
const UNKNOWN_DESK: &str = "https://desk.invalid";

/// Checks the provider, if there is one.
pub async fn look(settings: &Settings, now: i64) -> Option<Finding> {
    let oidc = settings.oidc.as_deref()?;
    Some(Finding::new("oidc", judge(settings, oidc, now).await))
}

async fn judge(settings: &Settings, oidc: &OidcSettings, now: i64) -> Outcome {
    let desk_url = settings.desk_url.as_deref();
    let single_sign_on = oidc.single_sign_on(desk_url.unwrap_or(UNKNOWN_DESK))?;
    if let Err(reason) = single_sign_on.provider.check(now).await {
        return error(format!("{}: {reason}", oidc.issuer));
    }
    if let Some(file) = oidc.client_secret.as_ref().filter(|file| store::is_open_to_others(file)) {
        let file = file.display();
        return warning(format!("others on this machine can read the client's secret: chmod go= {file}"));
    }
    if desk_url.is_none() {
        return warning("desk_url is not set: the provider sends people back to the address of desk_listen");
    }
    let local = if settings.allows_local_accounts() { "beside" } else { "instead of" };
    let back = single_sign_on.provider.redirect_uri();
    Ok(format!("{} answers, {local} accounts with a password; it sends people back to {back}", oidc.issuer))
}
