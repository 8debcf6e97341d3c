//! The description of a provider (OpenID Connect Discovery 1.0).
//!
//! `https://login.example/.well-known/openid-configuration` → the addresses of its endpoints

use serde_json::Value;
use url::Url;

use crate::OidcError;
use crate::endpoint::endpoint;
use crate::fetch::Object;

/// The parts of a description that a sign-in needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub authorization: Url,
    pub token: Url,
    pub keys: Url,
    pub user_info: Option<Url>,
    pub end_session: Option<Url>,
    /// True if each answer to the browser names the issuer (RFC 9207).
    pub names_issuer: bool,
}

/// Returns the address of the description of an issuer (Discovery 4.1).
pub(crate) fn address_of(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.strip_suffix('/').unwrap_or(issuer))
}

impl Metadata {
    /// Reads a description, which must be of exactly this issuer (Discovery 4.3).
    pub fn read(issuer: &str, description: &Object) -> Result<Metadata, OidcError> {
        let text = |name: &str| description.get(name).and_then(Value::as_str);
        if text("issuer") != Some(issuer) {
            return Err(OidcError::Metadata("its issuer is not that of the settings"));
        }
        let optional = |name: &'static str| text(name).map(|address| endpoint(name, address)).transpose();
        let required = |name: &'static str| optional(name)?.ok_or(OidcError::Metadata("an endpoint is missing"));
        let methods = description.get("code_challenge_methods_supported").and_then(Value::as_array);
        if methods.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return Err(OidcError::Metadata("it supports no PKCE with S256"));
        }
        Ok(Metadata {
            authorization: required("authorization_endpoint")?,
            token: required("token_endpoint")?,
            keys: required("jwks_uri")?,
            user_info: optional("userinfo_endpoint")?,
            end_session: optional("end_session_endpoint")?,
            names_issuer: description.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
        })
    }
}
