//! The packages for other people's projects, which every desk serves from its own program.
//!
//! ```text
//! GET /packages/kakekomi-check-0.1.0.tgz   npm install https://desk.example.jp/packages/kakekomi-check-0.1.0.tgz
//! GET /packages/…-py3-none-any.whl         pip install https://…
//! GET /packages/SHA256SUMS                 for sha256sum --check
//! GET /packages/                           links to all of them, as pip reads them with --find-links
//! ```

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use kakekomi_service::desk::documents::sha256;
use maud::{DOCTYPE, html};

use super::asset::{Asset, CachePolicy, FileRequest, HTML};
use super::extract::RequestedLocale;
use super::headers::RunsNothing;
use crate::embedded::PACKAGES;

/// Every file by its name. A name holds the version, except that of the sums.
static FILES: LazyLock<Vec<(&str, Asset)>> = LazyLock::new(|| {
    let asset = |(name, bytes): &(&'static str, &'static [u8])| {
        let (media, policy) = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("tgz") => ("application/gzip", CachePolicy::Immutable),
            Some("whl") => ("application/zip", CachePolicy::Immutable),
            _ => ("text/plain; charset=utf-8", CachePolicy::Revalidate),
        };
        (*name, Asset::new(*bytes, media, policy))
    };
    PACKAGES.iter().map(asset).collect()
});

static LIST: LazyLock<Asset> = LazyLock::new(|| {
    let list = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "kakekomi packages" } }
            body {
                h1 { "kakekomi packages" }
                ul {
                    @for (name, bytes) in PACKAGES {
                        @let digest = sha256(bytes);
                        li { a href={ (name) "#sha256=" (digest) } { (name) } " " (bytes.len()) " B, SHA-256 " code { (digest) } }
                    }
                }
            }
        }
    };
    Asset::new(list.into_string(), HTML, CachePolicy::Revalidate)
});

/// Links to all packages.
#[utoipa::path(get, path = "/packages/", tag = "partners", operation_id = "packages", responses(
    (status = 200, description = "HTML", content_type = "text/html; charset=utf-8", body = String),
    (status = 304, description = "The client has it already")))]
pub async fn list(headers: HeaderMap) -> Response {
    let mut response = LIST.respond(&headers);
    response.extensions_mut().insert(RunsNothing);
    response
}

/// A package for npm or pip, or the SHA-256 sums of all.
#[utoipa::path(get, path = "/packages/{file}", tag = "partners", operation_id = "packages_file",
    params(("file" = String, Path, description = "Its name in the list", example = "SHA256SUMS"), RequestedLocale),
    responses(
        (status = 200, description = "An archive, or the sums", content(
            (String = "application/gzip"), (String = "application/zip"), (String = "text/plain; charset=utf-8"))),
        (status = 304, description = "The client has it already")))]
pub async fn file(request: FileRequest) -> Response {
    request.find(&FILES)
}
