//! A desk's identity provider.
//!
//! `Provider::new(options, client)?.authorization_address(&attempt, now).await` →
//! `https://login.example/auth?response_type=code&client_id=desk&…&code_challenge_method=S256`

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use kakekomi_http_client::{HttpClient, Request, RequestBuilder, StatusCode, header};
use serde_json::Value;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use crate::attempt::AttemptSecrets;
use crate::claims::{Expected, Logout, check_id_token, check_logout_token, subject};
use crate::endpoint::endpoint;
use crate::fetch::{Object, fetch, fetch_ok};
use crate::identity::{Identity, find};
use crate::jws::Kind;
use crate::keys::{KEPT_MS, Keys, is_past};
use crate::metadata::{Metadata, address_of};
use crate::{OidcError, TokenFault};

/// The scope that makes a request one of OpenID Connect.
const OPENID: &str = "openid";
/// Milliseconds after which a provider that did not answer is asked again. They are longer than a request takes, so that all who wait
/// for the same one fail with it.
const RETRY_MS: i64 = 15_000;
/// The errors of a token endpoint (RFC 6749, 5.2): another word is not logged.
const TOKEN_ERRORS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// The registration of the desk at its provider.
#[derive(Clone)]
pub struct ProviderOptions {
    /// The issuer, exactly as its description has it.
    pub issuer: String,
    /// The ID of the desk.
    pub client_id: String,
    /// The secret of the desk (`client_secret_basic`); `None` for a public client.
    pub client_secret: Option<String>,
    /// The scopes; `openid` is added.
    pub scopes: Vec<String>,
    /// The address to which the provider sends a person back.
    pub redirect_uri: String,
    /// The address to which the provider sends a person after a logout.
    pub after_logout: String,
}

/// An identity provider. Its description and its keys are kept for an hour.
pub struct Provider {
    options: ProviderOptions,
    client: HttpClient,
    description: Mutex<Description>,
    keys: Keys,
}

/// The description with the moment of its request.
#[derive(Debug, Default)]
struct Description {
    metadata: Option<(Arc<Metadata>, i64)>,
    failed_at: Option<i64>,
}

impl Provider {
    /// Makes a provider without asking it anything.
    ///
    /// # Errors
    /// [`OidcError::Address`]: the issuer is neither https nor on this machine.
    pub fn new(options: ProviderOptions, client: HttpClient) -> Result<Provider, OidcError> {
        let issuer = endpoint("the issuer", &options.issuer)?;
        if issuer.query().is_some() {
            return Err(OidcError::Address("the issuer"));
        }
        Ok(Provider { options, client, description: Mutex::default(), keys: Keys::default() })
    }

    /// Returns the issuer.
    pub fn issuer(&self) -> &str {
        &self.options.issuer
    }

    /// Returns the address to which the provider sends a person back.
    pub fn redirect_uri(&self) -> &str {
        &self.options.redirect_uri
    }

    /// Asks the provider for its description and nothing else: for `doctor`.
    ///
    /// # Errors
    /// [`OidcError`].
    pub async fn check(&self, now: i64) -> Result<(), OidcError> {
        self.metadata(now).await.map(drop)
    }

    /// Makes the address at which a person signs in (OpenID Connect Core 3.1.2.1).
    ///
    /// # Errors
    /// [`OidcError`]: the provider has no usable description.
    pub async fn authorization_address(&self, attempt: &AttemptSecrets, now: i64) -> Result<String, OidcError> {
        let metadata = self.metadata(now).await?;
        let scopes = self.options.scopes.iter().map(String::as_str).filter(|scope| *scope != OPENID);
        let scope = std::iter::once(OPENID).chain(scopes).collect::<Vec<_>>().join(" ");
        let mut address = metadata.authorization.clone();
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.options.client_id)
            .append_pair("redirect_uri", &self.options.redirect_uri)
            .append_pair("scope", &scope)
            .append_pair("state", attempt.state())
            .append_pair("nonce", &attempt.nonce())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(address.into())
    }

    /// Checks the issuer of an answer to the browser (RFC 9207, 2.4): before the code is used, and before an error is believed.
    ///
    /// # Errors
    /// [`OidcError::AnswerIssuer`]: it is another one, or missing although the description promises it.
    pub async fn check_answer(&self, issuer: Option<&str>, now: i64) -> Result<(), OidcError> {
        let is_right = match issuer {
            Some(issuer) => issuer == self.options.issuer,
            None => !self.metadata(now).await?.names_issuer,
        };
        if is_right { Ok(()) } else { Err(OidcError::AnswerIssuer) }
    }

    /// Exchanges a code for an ID token and checks it. Claims of `wanted` that the token lacks come from the user info.
    ///
    /// # Errors
    /// [`OidcError`]: nobody is identified.
    pub async fn identify(
        &self,
        code: &str,
        attempt: &AttemptSecrets,
        wanted: &[&str],
        now: i64,
    ) -> Result<Identity, OidcError> {
        let metadata = self.metadata(now).await?;
        let answer = self.exchange(&metadata, code, attempt).await?;
        let id_token = answer.get("id_token").and_then(Value::as_str).ok_or(OidcError::NoIdToken)?;
        let mut claims = self.keys.verify(&self.client, &metadata.keys, (id_token, Kind::IdToken), now).await?;
        check_id_token(&claims, &self.expected(), &attempt.nonce(), now)?;
        let subject = subject(&claims).ok_or(TokenFault::Subject)?;
        let session = claims.get("sid").and_then(Value::as_str).map(str::to_owned);
        let is_complete = wanted.iter().all(|claim| find(&claims, claim).is_some());
        if let (false, Some(address)) = (is_complete, &metadata.user_info) {
            let told = self.user_info(address, &answer, &subject).await?;
            // The signed claims count before those that are not.
            for (name, value) in told {
                claims.entry(name).or_insert(value);
            }
        }
        Ok(Identity { subject, session, claims })
    }

    /// Checks a logout token (Back-Channel Logout 2.6).
    ///
    /// # Errors
    /// [`OidcError`]: no session ends.
    pub async fn check_logout_token(&self, token: &str, now: i64) -> Result<Logout, OidcError> {
        let metadata = self.metadata(now).await?;
        let claims = self.keys.verify(&self.client, &metadata.keys, (token, Kind::LogoutToken), now).await?;
        Ok(check_logout_token(&claims, &self.expected(), now)?)
    }

    /// Makes the address at which a person ends the session at the provider (RP-Initiated Logout 2); `None` if the provider has none,
    /// or does not answer.
    pub async fn end_session_address(&self, now: i64) -> Option<String> {
        let mut address = self.metadata(now).await.ok()?.end_session.clone()?;
        address
            .query_pairs_mut()
            .append_pair("client_id", &self.options.client_id)
            .append_pair("post_logout_redirect_uri", &self.options.after_logout);
        Some(address.into())
    }

    fn expected(&self) -> Expected<'_> {
        Expected { issuer: &self.options.issuer, client_id: &self.options.client_id }
    }

    /// Returns the description, from the last hour.
    async fn metadata(&self, now: i64) -> Result<Arc<Metadata>, OidcError> {
        let mut kept = self.description.lock().await;
        if let Some((metadata, at)) = &kept.metadata
            && !is_past(*at, KEPT_MS, now)
        {
            return Ok(Arc::clone(metadata));
        }
        if kept.failed_at.is_some_and(|at| !is_past(at, RETRY_MS, now)) {
            let reason = "it failed a moment ago".to_owned();
            return Err(OidcError::Unreachable { request: "description", reason });
        }
        kept.failed_at = Some(now);
        let request = Request::get(address_of(&self.options.issuer));
        let description = fetch_ok("description", &self.client, request).await?;
        let metadata = Arc::new(Metadata::read(&self.options.issuer, &description)?);
        *kept = Description { metadata: Some((Arc::clone(&metadata), now)), failed_at: None };
        Ok(metadata)
    }

    /// Makes the token request (OpenID Connect Core 3.1.3.1, RFC 7636, 4.5).
    fn token_request(&self, metadata: &Metadata, code: &str, attempt: &AttemptSecrets) -> (RequestBuilder, Bytes) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.options.redirect_uri)
            .append_pair("code_verifier", &attempt.verifier());
        let mut request =
            Request::post(metadata.token.as_str()).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match &self.options.client_secret {
            Some(secret) => request = request.header(header::AUTHORIZATION, basic(&self.options.client_id, secret)),
            None => {
                form.append_pair("client_id", &self.options.client_id);
            }
        }
        (request, Bytes::from(form.finish()))
    }

    /// Exchanges a code for tokens.
    async fn exchange(&self, metadata: &Metadata, code: &str, attempt: &AttemptSecrets) -> Result<Object, OidcError> {
        let (request, body) = self.token_request(metadata, code, attempt);
        let (status, answer) = fetch("token request", &self.client, request, body).await?;
        if status == StatusCode::OK {
            return Ok(answer);
        }
        let error = answer.get("error").and_then(Value::as_str);
        match error.filter(|error| TOKEN_ERRORS.contains(error)) {
            Some(error) => Err(OidcError::CodeRefused(error.to_owned())),
            None => Err(OidcError::Unreachable {
                request: "token request",
                reason: format!("it answers {}", status.as_u16()),
            }),
        }
    }

    /// Asks for the claims of a person, which must be of the same subject (OpenID Connect Core 5.3.4).
    async fn user_info(&self, address: &Url, answer: &Object, subject: &str) -> Result<Object, OidcError> {
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        if !text("token_type").eq_ignore_ascii_case("bearer") {
            return Err(OidcError::UserInfo);
        }
        let bearer = format!("Bearer {}", text("access_token"));
        let request = Request::get(address.as_str()).header(header::AUTHORIZATION, bearer);
        let told = fetch_ok("user info", &self.client, request).await?;
        let is_same = told.get("sub").and_then(Value::as_str) == Some(subject);
        if is_same { Ok(told) } else { Err(OidcError::UserInfo) }
    }
}

/// Writes the credentials of a client (RFC 6749, 2.3.1): both parts are encoded as in a form first.
fn basic(client_id: &str, secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret))))
}
