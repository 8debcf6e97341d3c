//! The files for partners' pages.
//!
//! ```text
//! /embed/1.1.0/kakekomi.js    a version of the element, for ever the same; earlier ones too
//! /embed/1/kakekomi.js        the newest, which clients revalidate each time
//! /embed/1/inline.json        the addresses and digests of the script and the style that the form has now
//! /embed/inline/<digest>.js   the script, for ever the same at its address (and <digest>.css), and the one that it loads later
//! ```

use std::sync::LazyLock;

use axum::response::Response;
use serde_json::json;

use super::asset::{Asset, CachePolicy, FileRequest, JSON};
use super::extract::RequestedLocale;
use crate::element_versions::{self, PROTOCOL, VERSION, integrity};
use crate::page::with_later;

const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Name of the element's script below each version.
pub const ELEMENT: &str = "kakekomi.js";

/// Every file by its path below `/embed/`.
static FILES: LazyLock<Vec<(String, Asset)>> = LazyLock::new(|| {
    let element = |version, bytes, policy| (format!("{version}/{ELEMENT}"), Asset::new(bytes, SCRIPT, policy));
    let mut files = vec![
        element(VERSION, element_versions::element(), CachePolicy::Immutable),
        element(PROTOCOL, element_versions::element(), CachePolicy::Revalidate),
    ];
    files.extend(element_versions::released().map(|(version, bytes)| element(version, bytes, CachePolicy::Immutable)));
    let mut inline = |bytes: &[u8], media, ending| {
        let asset = Asset::new(bytes.to_vec(), media, CachePolicy::Immutable);
        let path = format!("inline/{}.{ending}", asset.digest());
        let url = format!("/embed/{path}");
        files.push((path, asset));
        (url, integrity(bytes))
    };
    let (later, _) = inline(element_versions::later(), SCRIPT, "js");
    let script = inline(&with_later(element_versions::inline(), &later), SCRIPT, "js");
    let style = inline(element_versions::style(), "text/css; charset=utf-8", "css");
    let piece = |(url, integrity): (String, String)| json!({ "url": url, "integrity": integrity });
    let pieces = json!({ "script": piece(script), "style": piece(style) }).to_string();
    files.push((format!("{PROTOCOL}/inline.json"), Asset::new(pieces, JSON, CachePolicy::Revalidate)));
    files
});

/// Lists every file, for compressing.
pub fn files() -> &'static [(String, Asset)] {
    &FILES
}

/// One of the files.
#[utoipa::path(get, path = "/embed/{version}/{file}", tag = "partners", operation_id = "embed_file",
    params(("version" = String, Path, description = "A version, or `1` for the newest", example = "1"),
        ("file" = String, Path, description = "`kakekomi.js`", example = "kakekomi.js"), RequestedLocale),
    responses(
        (status = 200, description = "A file for partners' pages", content(
            (String = "text/javascript; charset=utf-8"), (String = "text/css; charset=utf-8"),
            (Object = "application/json"))),
        (status = 304, description = "The client has it already")))]
pub async fn file(request: FileRequest) -> Response {
    request.find(files())
}
