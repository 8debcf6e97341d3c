//! The check of every request before its handler: session, role, token.
//!
//! `GET /audit` as an operator → 403 · without a session → 303 to `/login?next=%2Faudit` · a POST without one → 401

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::{ApiToken, TokenScope};
use kakekomi_casework::Right;
use url::form_urlencoded;

use super::visit::{Visit, see_other};
use super::{Problem, cookie, problem_page};
use crate::state::DeskState;

/// The use that the browser makes of the response: `document` for a page, `empty` for a script.
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The right to use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Every signed-in account.
    SignedIn,
    /// Signed-in accounts whose role has this right.
    Right(Right),
    /// Programs with a token of this scope; a token with the scope `cases` may read the queue as well.
    Token(TokenScope),
}

/// The state of the guard of one route.
pub type Guard = (Arc<DeskState>, Access);

/// Lets a request pass to its handler if the route's access allows it.
pub async fn check(State((desk, access)): State<Guard>, mut request: Request, next: Next) -> Response {
    let Some(mut visit) = request.extensions().get::<Visit>().cloned() else { return Problem::Failed.into_response() };
    // The body of a request must not be held over a wait.
    let head = RequestHead::of(&request);
    let passed = match access {
        Access::Public => Ok(()),
        Access::SignedIn => sign_in(&mut visit, &head, None).await,
        Access::Right(right) => sign_in(&mut visit, &head, Some(right)).await,
        Access::Token(scope) => {
            let token = check_token(&desk, head.bearer.as_deref(), scope).await;
            token.map(|token| drop(request.extensions_mut().insert(token)))
        }
    };
    if let Err(response) = passed {
        return problem_page::show(&visit, response);
    }
    request.extensions_mut().insert(visit.clone());
    let response = next.run(request).await;
    problem_page::show(&visit, response)
}

/// The parts of a request that decide how it is refused or accepted.
struct RequestHead {
    /// True if a person opens a page.
    is_navigation: bool,
    /// True if a script asks in the background, which is no activity of a person.
    is_background: bool,
    /// The secret of `Authorization: Bearer …`.
    bearer: Option<String>,
}

impl RequestHead {
    fn of(request: &Request) -> RequestHead {
        let text = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let is_background = text(&SEC_FETCH_DEST) == Some("empty");
        let authorization = text(&header::AUTHORIZATION).and_then(|value| value.split_once(' '));
        let bearer = authorization.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        RequestHead {
            is_navigation: request.method().is_safe() && !is_background,
            is_background,
            bearer: bearer.map(|(_, secret)| secret.trim().to_owned()),
        }
    }
}

/// Puts the session into the visit.
async fn sign_in(visit: &mut Visit, head: &RequestHead, right: Option<Right>) -> Result<(), Response> {
    let accounts = &visit.desk.parts.accounts;
    let session = match visit.token() {
        Some(token) if head.is_background => accounts.peek(token).await,
        Some(token) => accounts.session(token).await,
        None => Ok(None),
    };
    let session = session.map_err(|error| Problem::accounts(&error).into_response())?;
    let Some(session) = session else { return Err(signed_out(visit, head)) };
    visit.session = Some(session);
    if right.is_none_or(|right| visit.may(right)) { Ok(()) } else { Err(Problem::Forbidden.into_response()) }
}

/// Sends a reader to the sign-in page, which leads back. A form that was sent must not be lost: its page says how to go on.
fn signed_out(visit: &Visit, head: &RequestHead) -> Response {
    let mut response = if head.is_navigation {
        let next: String = form_urlencoded::byte_serialize(visit.page.as_bytes()).collect();
        see_other(&if visit.page == "/" { "/login".to_owned() } else { format!("/login?next={next}") })
    } else {
        Problem::SignedOut.into_response()
    };
    // The cookie of an ended session is of no use any more.
    if let Some(removed) = visit.token().and_then(|_| cookie::remove_session(visit.desk.parts.is_https)) {
        response.headers_mut().append(header::SET_COOKIE, removed);
    }
    response
}

async fn check_token(desk: &DeskState, secret: Option<&str>, needed: TokenScope) -> Result<ApiToken, Response> {
    let token = match secret {
        Some(secret) => {
            desk.parts.accounts.token(secret).await.map_err(|error| Problem::accounts(&error).into_response())?
        }
        None => None,
    };
    match token {
        None => Err(unknown_token()),
        Some(token) if token.scope == needed || token.scope == TokenScope::Cases => Ok(token),
        Some(_) => Err(Problem::Forbidden.into_response()),
    }
}

fn unknown_token() -> Response {
    let mut response = Problem::SignedOut.into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}
