//! The list of all routes, and the routers: of the desk, of a connection above the limit, and of the admin listener.
//!
//! `.with(routes!(desk::desk), &[&[ProblemCode::EngineFailed]])` → `GET /v1/desk`, answered by [`desk::desk`], also with 503
//! `engine.failed`. Method and path are in the handler's `#[utoipa::path]`. The router, `/openapi.json` and the table of
//! `docs/http.md` are made from this list.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use kakekomi_service::desk::Desk;
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::app::{App, AppState};
use crate::openapi::{Interface, Paths, document};
use crate::problem_code::ProblemCode;
use crate::{
    admin, catch_panic, check, cors, desk, docs, embed, headers, metrics, module, page, partners, printable_form,
    problem, rate_limit, submissions,
};

/// Problems of a route that takes a body.
const BODY: &[ProblemCode] = &[
    ProblemCode::HttpContentType,
    ProblemCode::HttpContentEncoding,
    ProblemCode::HttpTooLarge,
    ProblemCode::HttpTimeout,
];
/// Problems of a route that looks up a file.
const FILE: &[ProblemCode] = &[ProblemCode::HttpNotFound];
/// Problems of a route that stores a draft.
const SUBMISSION: &[ProblemCode] = &[
    ProblemCode::PartnerUnknown,
    ProblemCode::PartnerOrigin,
    ProblemCode::IdempotencyMissing,
    ProblemCode::IdempotencyInvalid,
    ProblemCode::IdempotencyReused,
    ProblemCode::IdempotencyInProgress,
    ProblemCode::ModuleHeader,
    ProblemCode::ModuleUnknown,
    ProblemCode::ModuleRetired,
    ProblemCode::ModuleSuperseded,
    ProblemCode::ConsentStale,
    ProblemCode::DraftIssues,
    ProblemCode::StoreFailed,
    ProblemCode::StoreFull,
    ProblemCode::QuotaExceeded,
    ProblemCode::StoreInDoubt,
];

/// Every route of the desk, with the problems that its handler answers with.
fn routes() -> Routes {
    let text: &[_] = &ProblemCode::of_text().collect::<Vec<_>>();
    Routes { router: OpenApiRouter::with_openapi(Interface::openapi()), problems: Vec::new() }
        .with(routes!(page::index), &[FILE])
        .with(routes!(printable_form::printable_form), &[FILE])
        .with(routes!(page::file), &[FILE])
        .with(routes!(embed::file), &[FILE])
        .with(routes!(partners::compose), &[])
        .with(routes!(partners::file), &[FILE])
        .with(routes!(module::file), &[FILE])
        .with(routes!(module::description), &[FILE])
        .with(routes!(docs::openapi), &[])
        .with(routes!(docs::docs), &[])
        .with(routes!(docs::file), &[FILE])
        .with(routes!(desk::desk), &[&[ProblemCode::EngineFailed]])
        .with(routes!(desk::consent), &[FILE])
        .with(routes!(module::schema), &[])
        .with(routes!(check::check), &[BODY, text, &[ProblemCode::EngineFailed]])
        .with(routes!(submissions::submit), &[BODY, text, SUBMISSION, &[ProblemCode::EngineFailed]])
}

/// Routes, and the problems of each path.
struct Routes {
    router: OpenApiRouter<AppState>,
    problems: Vec<(String, Vec<ProblemCode>)>,
}

impl Routes {
    fn with(self, route: UtoipaMethodRouter<AppState>, codes: &[&[ProblemCode]]) -> Routes {
        let mut problems = self.problems;
        problems.extend(route.1.paths.keys().map(|path| (path.clone(), codes.concat())));
        Routes { router: self.router.routes(route), problems }
    }
}

/// The description of all routes, for [`docs::DocsFiles`].
pub fn paths() -> Paths {
    let Routes { router, problems } = routes();
    Paths { openapi: router.into_openapi(), problems }
}

/// The HTTP interface as OpenAPI 3.1, with an example draft for a desk.
pub fn openapi(desk: &Desk) -> Value {
    document(&paths(), desk)
}

/// Every route of the desk.
pub fn router(app: Arc<App>) -> Router {
    let app = AppState(app);
    Router::from(routes().router)
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method)
        .layer(from_fn_with_state(app.clone(), catch_panic::catch_panic))
        .layer(from_fn_with_state(app.clone(), rate_limit::limit))
        .layer(from_fn_with_state(app.clone(), cors::share))
        .layer(from_fn(headers::set))
        .layer(from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

/// The router of a connection above the limit: 503 `desk.busy` to every request.
pub fn busy_router(app: Arc<App>) -> Router {
    let app = AppState(app);
    Router::new()
        .fallback(problem::busy)
        .layer(from_fn(headers::set))
        .layer(from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

/// The routes of the admin listener, for the operator's own machinery.
pub fn admin_router(app: Arc<App>) -> Router {
    Router::new()
        .route("/livez", get(admin::live))
        .route("/readyz", get(admin::ready))
        .route("/metrics", get(admin::metrics))
        .layer(from_fn(admin::refuse_ambiguous))
        .layer(from_fn(headers::set))
        .with_state(AppState(app))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(entries) => entries.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_of_the_description_resolves() {
        let document = openapi(&Desk::load(None).unwrap());
        assert_eq!(document["openapi"], "3.1.0");
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        let example = &document["paths"]["/v1/check"]["post"]["requestBody"]["content"]["application/json"]["example"];
        assert!(example["consent"]["agreed_at"].is_i64(), "{example}");
        for reference in found {
            let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            assert!(target.is_some(), "{reference} leads nowhere");
        }
    }

    #[test]
    fn every_code_is_described_at_a_route() {
        let document = openapi(&Desk::load(None).unwrap()).to_string();
        // 405 belongs to no operation, and the rules of this version give another code than draft.not_json.
        for code in
            ProblemCode::ALL.iter().filter(|code| !matches!(code, ProblemCode::HttpMethod | ProblemCode::DraftNotJson))
        {
            assert!(document.contains(&json!(code.as_str()).to_string()), "{code:?}");
        }
    }
}
