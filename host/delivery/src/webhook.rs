//! A webhook after Standard Webhooks.
//!
//! `POST https://siem.example/hooks` with `webhook-id: evt_9f86d0…`, `webhook-timestamp`, `webhook-signature: v1,…` and a body of number,
//! kind and time → `204`: delivered; `410`: the endpoint is gone; everything else is tried again
//!
//! No redirect is followed, since it could lead elsewhere than the settings say.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use kakekomi_http_client::{
    Addresses, ClientError, ClientOptions, HttpClient, PrivateAddress, Request, RequestBody, RequestError, RootsError,
    StatusCode, Uri, full, header, read_body,
};
use kakekomi_store::{EventKind, clock};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::channel::{Channel, Delivery, Notice, Outcome};
use crate::webhook_body::body;
use crate::webhook_secret::WebhookSecret;

/// The longest delivery.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read, so that its connection can be used again.
const ANSWER_MAX: usize = 64 << 10;
/// The most characters of a name.
const NAME_MAX: usize = 64;

/// The settings of a webhook.
#[derive(Debug, Clone)]
pub struct WebhookOptions {
    /// Its name in commands and on pages.
    pub name: String,
    /// The endpoint.
    pub url: String,
    /// The secrets, of which each signs.
    pub secrets: Vec<WebhookSecret>,
    /// The kinds of events that it gets.
    pub kinds: Vec<EventKind>,
    /// True if the endpoint may be in a private network, and without TLS.
    pub private_address: bool,
    /// A file of authorities that are trusted beside those of the system.
    pub authority: Option<PathBuf>,
}

/// The reason why there is no webhook.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The name cannot be typed in a command.
    #[error("a name is 1 to {NAME_MAX} of a-z, 0-9, hyphen, underscore and dot")]
    Name,
    /// The URL cannot be the URL of an endpoint.
    #[error("the URL must be https://HOST/PATH, without a name or password before the host, and without a fragment")]
    Url,
    /// The URL's address is private.
    #[error("the URL's address is private: say private_address = true if it is meant")]
    Private(#[from] PrivateAddress),
    /// There is no secret.
    #[error("it needs a secret: kakekomi outbox secret makes one")]
    NoSecret,
    /// There is no kind, or one that is not of a case.
    #[error("its kinds must be kinds of events of a case, such as case.received")]
    Kinds,
    /// The file of the authority cannot be used.
    #[error("its authority: {0}")]
    Authority(#[from] RootsError),
}

/// A webhook.
#[derive(Debug)]
pub struct Webhook {
    target: String,
    uri: Uri,
    secrets: Vec<WebhookSecret>,
    kinds: Vec<EventKind>,
    client: HttpClient,
}

impl Webhook {
    /// Checks the settings and reads the trusted authorities.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn new(options: WebhookOptions) -> Result<Webhook, WebhookError> {
        let WebhookOptions { name, url, secrets, kinds, private_address, authority } = options;
        let is_typed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_.".contains(letter);
        if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(is_typed) {
            return Err(WebhookError::Name);
        }
        let uri = endpoint(&url, private_address).ok_or(WebhookError::Url)?;
        let addresses = if private_address { Addresses::Any } else { Addresses::Public };
        addresses.check(&uri)?;
        if secrets.is_empty() {
            return Err(WebhookError::NoSecret);
        }
        if kinds.is_empty() || kinds.iter().any(|kind| kind.is_store_wide()) {
            return Err(WebhookError::Kinds);
        }
        let client = HttpClient::new(&ClientOptions { authorities: authority, addresses })?;
        Ok(Webhook { target: format!("webhook:{name}"), uri, secrets, kinds, client })
    }

    /// Makes the request of a notice, signed now.
    fn request(&self, notice: &Notice) -> Result<Request<RequestBody>, RequestError> {
        let body = body(notice).unwrap_or_default();
        let timestamp = clock::now().div_euclid(1000);
        let signatures: Vec<_> =
            self.secrets.iter().filter_map(|secret| secret.sign(&notice.id, timestamp, &body)).collect();
        Request::post(self.uri.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "kakekomi")
            .header("webhook-id", &notice.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures.join(" "))
            .body(full(Bytes::from(body)))
    }

    async fn send(&self, notice: &Notice) -> Outcome {
        let deadline = Instant::now() + DELIVERY_TIMEOUT;
        let Ok(request) = self.request(notice) else { return Outcome::Refused("no request".to_owned()) };
        match timeout_at(deadline, self.client.send(request)).await {
            Ok(Ok(response)) => {
                let status = response.status();
                // The status has decided already, whatever becomes of the rest.
                let _ = timeout_at(deadline, read_body(response, ANSWER_MAX)).await;
                outcome_of(status)
            }
            Ok(Err(error)) => Outcome::Failed(word_for(&error).to_owned()),
            Err(_) => Outcome::Failed("timeout".to_owned()),
        }
    }
}

impl Channel for Webhook {
    fn target(&self) -> &str {
        &self.target
    }

    fn kinds(&self) -> Vec<String> {
        self.kinds.iter().map(ToString::to_string).collect()
    }

    fn deliver<'a>(&'a self, notice: &'a Notice) -> Delivery<'a> {
        Box::pin(self.send(notice))
    }
}

/// Reads the URL of an endpoint. [`Uri`] alone takes a port above 65535 and drops a fragment; [`Url`] alone takes a path for a host.
fn endpoint(url: &str, private_address: bool) -> Option<Uri> {
    let uri: Uri = url.parse().ok()?;
    let url = Url::parse(url).ok()?;
    let is_allowed = url.scheme() == "https" || private_address && url.scheme() == "http";
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_named = uri.host().is_some_and(|host| !host.is_empty());
    (is_allowed && is_bare && is_named && url.port() != Some(0)).then_some(uri)
}

fn outcome_of(status: StatusCode) -> Outcome {
    let answer = status.as_u16().to_string();
    match status {
        _ if status.is_success() => Outcome::Delivered(answer),
        StatusCode::GONE => Outcome::Gone(answer),
        _ => Outcome::Failed(answer),
    }
}

/// Names the reason why there is no answer.
fn word_for(error: &ClientError) -> &'static str {
    if error.is_private() {
        "private address"
    } else if error.is_untrusted() {
        "untrusted certificate"
    } else {
        "no answer"
    }
}
