//! The list of all routes, and the routers: of the desk, of a connection above the limit, and of the admin listener.
//!
//! `(routes!(desk::desk), &[&[ProblemCode::EngineFailed]])` → `GET /v1/desk`, handled by [`desk::desk`], also with 503
//! `engine.failed`. Method and path are in the handler's `#[utoipa::path]`. The router, `/openapi.json` and the table of
//! `docs/http.md` are made from this list.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use kakekomi_service::desk::Desk;
use serde_json::Value;
use tokio::sync::watch;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, AppState};
use crate::openapi::{Interface, Paths, document};
use crate::problem_code::ProblemCode;
use crate::{
    admin, check, cors, desk, docs, document_files, embed, files, headers, icon, metrics, module, not_found, packages,
    page, partners, printable_form, problem, rate_limit, return_visit, submissions,
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
    ProblemCode::CaseErased,
    ProblemCode::IdempotencyInProgress,
    ProblemCode::ReturnHeader,
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

/// Problems of a route with the token of a visit.
const VISIT: &[ProblemCode] =
    &[ProblemCode::ReturnExpired, ProblemCode::EngineFailed, ProblemCode::StoreFailed, ProblemCode::StoreInDoubt];
/// Problems of a route that adds to a case.
const ADDITION: &[ProblemCode] = &[
    ProblemCode::IdempotencyMissing,
    ProblemCode::IdempotencyInvalid,
    ProblemCode::IdempotencyReused,
    ProblemCode::CaseClosed,
    ProblemCode::StoreFull,
    ProblemCode::QuotaExceeded,
];
/// Problems of a route that judges an addition.
const JUDGED: &[ProblemCode] = &[ProblemCode::DraftIssues];
/// Problems of an intent.
const INTENT: &[ProblemCode] =
    &[ProblemCode::HttpBody, ProblemCode::ConsentStale, ProblemCode::ReferralNone, ProblemCode::IntentKnown];
/// Problems of answers.
const ANSWERS: &[ProblemCode] = &[
    ProblemCode::ReturnNoQuestions,
    ProblemCode::ModuleHeader,
    ProblemCode::ModuleUnknown,
    ProblemCode::ModuleRetired,
    ProblemCode::ModuleOutdated,
];

/// Problems of a request for evidence files.
const UPLOADS: &[ProblemCode] = &[
    ProblemCode::TusVersion,
    ProblemCode::ReturnExpired,
    ProblemCode::ReturnRefused,
    ProblemCode::ReturnLocked,
    ProblemCode::FileUnknown,
    ProblemCode::FileExpired,
    ProblemCode::EngineFailed,
    ProblemCode::StoreFailed,
    ProblemCode::StoreInDoubt,
];
/// Problems of a request with bytes of a file.
const UPLOAD_BODY: &[ProblemCode] = &[
    ProblemCode::FileMetadata,
    ProblemCode::FileContentType,
    ProblemCode::HttpContentEncoding,
    ProblemCode::HttpTimeout,
    ProblemCode::FileTooLarge,
    ProblemCode::UploadsBusy,
    ProblemCode::EvidenceFull,
    ProblemCode::EvidenceUnavailable,
];

/// Makes the router of every route of the desk, and its description with the problems that each handler responds with.
fn routes() -> (Router<AppState>, Paths) {
    let text: &[_] = &ProblemCode::of_text().collect::<Vec<_>>();
    let list: [(_, &[&[ProblemCode]]); _] = [
        (routes!(page::index), &[FILE]),
        (routes!(page::return_page), &[FILE]),
        (routes!(printable_form::printable_form), &[FILE]),
        (routes!(printable_form::style), &[]),
        (routes!(document_files::page), &[FILE]),
        (routes!(icon::favicon), &[]),
        (routes!(page::file), &[FILE]),
        (routes!(embed::file), &[FILE]),
        (routes!(packages::list), &[]),
        (routes!(packages::file), &[FILE]),
        (routes!(partners::compose), &[]),
        (routes!(partners::file), &[FILE]),
        (routes!(module::file), &[FILE]),
        (routes!(module::description), &[FILE]),
        (routes!(docs::openapi), &[]),
        (routes!(docs::docs), &[]),
        (routes!(docs::file), &[FILE]),
        (routes!(desk::desk), &[&[ProblemCode::EngineFailed]]),
        (routes!(desk::consent), &[FILE]),
        (routes!(document_files::file), &[FILE]),
        (routes!(module::schema), &[]),
        (routes!(check::check), &[BODY, text, &[ProblemCode::EngineFailed]]),
        (routes!(submissions::submit), &[BODY, text, SUBMISSION, &[ProblemCode::EngineFailed]]),
        (
            routes!(return_visit::open, return_visit::show, return_visit::end),
            &[BODY, VISIT, &[ProblemCode::HttpBody, ProblemCode::ReturnRefused, ProblemCode::ReturnLocked]],
        ),
        (routes!(return_visit::check), &[BODY, text, VISIT, &[ProblemCode::ReturnNoQuestions]]),
        (routes!(return_visit::answer), &[BODY, text, VISIT, ADDITION, JUDGED, ANSWERS]),
        (routes!(return_visit::amend), &[BODY, VISIT, ADDITION, JUDGED, &[ProblemCode::HttpBody]]),
        (
            routes!(return_visit::withdraw),
            &[BODY, VISIT, ADDITION, &[ProblemCode::HttpBody, ProblemCode::ReferralNone]],
        ),
        (
            routes!(files::options, files::create, files::list),
            &[UPLOADS, UPLOAD_BODY, &[ProblemCode::FilesTooMany, ProblemCode::CaseClosed, ProblemCode::QuotaExceeded]],
        ),
        (
            routes!(files::append, files::show, files::end, files::override_method),
            &[UPLOADS, UPLOAD_BODY, &[ProblemCode::FileOffset, ProblemCode::FileArrived]],
        ),
        (routes!(return_visit::intend), &[BODY, VISIT, ADDITION, JUDGED, INTENT]),
        (
            routes!(return_visit::disclosure),
            &[VISIT, &[ProblemCode::DisclosureUnknown, ProblemCode::DisclosureExpired]],
        ),
    ];
    let (mut router, mut problems) = (OpenApiRouter::with_openapi(Interface::openapi()), Vec::new());
    for (route, codes) in list {
        problems.extend(route.1.paths.keys().map(|path| (path.clone(), codes.concat())));
        router = router.routes(route);
    }
    let (router, openapi) = router.split_for_parts();
    (router, Paths { openapi, problems })
}

/// Describes all routes, for [`docs::DocsFiles`].
pub fn paths() -> Paths {
    routes().1
}

/// Describes the HTTP interface as OpenAPI 3.1, with an example draft for a desk.
pub fn openapi(desk: &Desk) -> Value {
    document(&paths(), desk)
}

/// Makes the router of the desk.
pub fn router(app: Arc<App>) -> Router {
    let app = AppState(app);
    routes()
        .0
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method)
        .layer(from_fn_with_state(app.clone(), not_found::show_page))
        .layer(from_fn_with_state(app.clone(), problem::catch_panic))
        .layer(from_fn_with_state(app.clone(), rate_limit::limit))
        .layer(from_fn(files::announce_version))
        .layer(from_fn_with_state(app.clone(), cors::share))
        .layer(from_fn_with_state(app.clone(), headers::set))
        .layer(from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

/// Makes the router of a connection above the limit: 503 `desk.busy` to every request.
pub fn busy_router(app: Arc<App>) -> Router {
    let app = AppState(app);
    Router::new()
        .fallback(problem::busy)
        .layer(from_fn_with_state(app.clone(), headers::set))
        .layer(from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

/// Makes the router of the admin listener, for the operator's own machines. Its routes are not in the OpenAPI description.
/// Health checks fail while the process drains; the metrics go on.
pub fn admin_router(app: Arc<App>, draining: watch::Receiver<bool>) -> Router {
    let app = AppState(app);
    Router::new()
        .route("/livez", get(admin::live))
        .route("/readyz", get(admin::ready))
        .layer(from_fn_with_state(draining, admin::refuse_while_draining))
        .route("/metrics", get(admin::metrics))
        .layer(from_fn(admin::refuse_ambiguous))
        .layer(from_fn_with_state(app.clone(), headers::set))
        .with_state(app)
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
