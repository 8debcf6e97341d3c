//! `GET /favicon.ico` → the page's mark, for clients that ask for it without reading a document.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;

use super::asset::{Asset, CachePolicy};
use crate::embedded;

static ICON: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = embedded::find(embedded::PAGE, "icon.svg").unwrap_or_default();
    Asset::new(bytes, "image/svg+xml", CachePolicy::Revalidate)
});

/// The mark of the page.
#[utoipa::path(get, path = "/favicon.ico", tag = "page", responses(
    (status = 200, description = "SVG", content_type = "image/svg+xml", body = String),
    (status = 304, description = "The client has it already")))]
pub async fn favicon(headers: HeaderMap) -> Response {
    ICON.respond(&headers)
}
