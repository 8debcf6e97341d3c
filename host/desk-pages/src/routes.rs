//! The table of all routes with the access that each one needs, and the router that is made from it.
//!
//! `GET /audit` is for leads and auditors: [`ROUTES`] says so, the router's guard checks it, and a test walks every route as every
//! role.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::ALLOW;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use futures_util::FutureExt;
use kakekomi_accounts::TokenScope;
use kakekomi_casework::Right;
use kakekomi_http::asset::FileRequest;

use crate::frame::csrf::BACK_CHANNEL;
pub use crate::frame::guard::Access;
use crate::frame::{Problem, guard, headers, prepare};
use crate::state::DeskState;
use crate::{accounts_pages, api, audit, case, collect, delivery, exports, intake, organizations, queue};

/// The method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A reading; HEAD as well, except for downloads.
    Get,
    /// A form.
    Post,
}

/// A route of the desk.
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path, with `{name}` for a part that varies.
    pub path: &'static str,
    /// The right to use it.
    pub access: Access,
    handler: fn() -> MethodRouter<Arc<DeskState>>,
}

const fn read(path: &'static str, access: Access, handler: fn() -> MethodRouter<Arc<DeskState>>) -> Route {
    Route { method: Method::Get, path, access, handler }
}

const fn send(path: &'static str, access: Access, handler: fn() -> MethodRouter<Arc<DeskState>>) -> Route {
    Route { method: Method::Post, path, access, handler }
}

/// All routes.
pub const ROUTES: &[Route] = &[
    read("/files/{file}", Access::Public, || get(file)),
    read("/", Access::SignedIn, || get(queue::queue)),
    read("/queue/events", Access::Right(Right::SeeQueue), || get(queue::events::events)),
    send("/search", Access::Right(Right::SeeQueue), || post(queue::search::search)),
    send("/cases/close", Access::Right(Right::Act), || post(queue::close::close)),
    read("/cases/new", Access::Right(Right::Act), || get(intake::form)),
    send("/cases/new", Access::Right(Right::Act), || post(intake::receive)),
    read("/cases/{number}", Access::Right(Right::SeeQueue), || get(case::case)),
    read("/cases/{number}/sealed", Access::Right(Right::ReadContent), || get(case::sealed_file).head(no_head)),
    read("/cases/{number}/files/{id}", Access::Right(Right::ReadContent), || get(case::files::opened).head(no_head)),
    read("/cases/{number}/files/{id}/sealed", Access::Right(Right::ReadContent), || {
        get(case::files::sealed).head(no_head)
    }),
    read("/cases/{number}/work-record", Access::Right(Right::ReadContent), || get(case::work_record::work_record)),
    read("/cases/{number}/authorities/{form}", Access::Right(Right::ReadContent), || {
        get(case::authorities::authorities)
    }),
    send("/cases/{number}/actions/{kind}", Access::Right(Right::Act), || post(case::act::act)),
    send("/cases/{number}/packages", Access::Right(Right::Release), || post(case::handover::make)),
    send("/cases/{number}/packages/{id}/link", Access::Right(Right::Release), || post(case::handover::renew)),
    send("/cases/{number}/packages/{id}/destroy", Access::Right(Right::Release), || post(case::handover::destroy)),
    send("/cases/{number}/grants", Access::Right(Right::Release), || post(case::grant::give)),
    read("/organizations", Access::Right(Right::Release), || get(organizations::list)),
    send("/organizations", Access::Right(Right::Release), || post(organizations::add)),
    send("/organizations/{id}/disable", Access::Right(Right::Release), || post(organizations::disable)),
    send("/organizations/{id}/enable", Access::Right(Right::Release), || post(organizations::enable)),
    read("/collect/{token}", Access::Public, || get(collect::show)),
    send("/collect/{token}", Access::Public, || post(collect::download)),
    read("/delivery", Access::Right(Right::ManageDelivery), || get(delivery::list)),
    send("/delivery/{name}/test", Access::Right(Right::ManageDelivery), || post(delivery::test)),
    send("/delivery/{name}/retry", Access::Right(Right::ManageDelivery), || post(delivery::retry)),
    send("/delivery/{name}/enable", Access::Right(Right::ManageDelivery), || post(delivery::enable)),
    read("/audit", Access::Right(Right::SeeAudit), || get(audit::audit)),
    read("/exports", Access::Right(Right::SeeExports), || get(exports::exports)),
    read("/login", Access::Public, || get(accounts_pages::login)),
    send("/login", Access::Public, || post(accounts_pages::sign_in)),
    send("/oidc/start", Access::Public, || post(accounts_pages::start_single_sign_on)),
    read("/oidc/callback", Access::Public, || get(accounts_pages::finish_single_sign_on).head(no_head)),
    send(BACK_CHANNEL, Access::Public, || post(accounts_pages::log_out_by_provider)),
    send("/logout", Access::SignedIn, || post(accounts_pages::sign_out)),
    read("/setup/{token}", Access::Public, || get(accounts_pages::set_up)),
    send("/setup/{token}", Access::Public, || post(accounts_pages::finish_set_up)),
    read("/sessions", Access::SignedIn, || get(accounts_pages::sessions)),
    send("/sessions/{id}/revoke", Access::SignedIn, || post(accounts_pages::revoke_session)),
    read("/renew", Access::SignedIn, || get(accounts_pages::renewal_form)),
    send("/renew", Access::SignedIn, || post(accounts_pages::renew)),
    send("/tokens", Access::SignedIn, || post(accounts_pages::add_token)),
    send("/tokens/{id}/revoke", Access::SignedIn, || post(accounts_pages::revoke_token)),
    read("/accounts", Access::Right(Right::ManageAccounts), || get(accounts_pages::accounts)),
    send("/accounts", Access::Right(Right::ManageAccounts), || post(accounts_pages::add)),
    send("/accounts/{name}/role", Access::Right(Right::ManageAccounts), || post(accounts_pages::set_role)),
    send("/accounts/{name}/disable", Access::Right(Right::ManageAccounts), || post(accounts_pages::disable)),
    send("/accounts/{name}/enable", Access::Right(Right::ManageAccounts), || post(accounts_pages::enable)),
    send("/accounts/{name}/reset", Access::Right(Right::ManageAccounts), || post(accounts_pages::reset)),
    send("/accounts/tokens/{id}/revoke", Access::Right(Right::ManageAccounts), || {
        post(accounts_pages::revoke_any_token)
    }),
    read("/openapi.json", Access::Public, || get(api::openapi)),
    read("/api/cases", Access::Token(TokenScope::Queue), || get(api::cases)),
    read("/api/cases/{number}", Access::Token(TokenScope::Queue), || get(api::case)),
];

/// Makes the router of the desk.
pub fn router(state: Arc<DeskState>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let guard = from_fn_with_state((Arc::clone(&state), route.access), guard::check);
        router = router.route(route.path, (route.handler)().route_layer(guard));
    }
    router
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(catch_panic))
        .layer(from_fn_with_state(Arc::clone(&state), prepare::prepare))
        .layer(from_fn(headers::set))
        .with_state(state)
}

/// Makes the router of a connection above the limit: 503 to every request.
pub fn busy_router(state: Arc<DeskState>) -> Router {
    Router::new()
        .fallback(unavailable)
        .layer(from_fn_with_state(Arc::clone(&state), prepare::prepare))
        .layer(from_fn(headers::set))
        .with_state(state)
}

async fn file(State(desk): State<Arc<DeskState>>, request: FileRequest) -> Response {
    desk.files.respond(&request)
}

async fn not_found() -> Problem {
    Problem::NotFound
}

async fn wrong_method() -> Problem {
    Problem::Method
}

/// Refuses HEAD: the handler of GET would record a download of which no byte is sent.
async fn no_head() -> impl IntoResponse {
    ([(ALLOW, "GET")], Problem::Method)
}

async fn unavailable() -> Problem {
    Problem::Unavailable
}

/// Responds to a panic with a page instead of an empty reply; the hook of `kakekomi serve` logs it.
async fn catch_panic(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| Problem::Failed.into_response())
}
