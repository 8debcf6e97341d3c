//! The files for partners' pages.
//!
//! ```text
//! /embed/1.1.0/kakekomi.js    a version of the element, for ever the same; earlier ones too
//! /embed/1/kakekomi.js        the newest, asked after each time
//! /embed/1/inline.json        which script and style the form has now, with their digests
//! /embed/inline/<digest>.js   those, for ever the same under their addresses (and <digest>.css)
//! ```

use std::sync::{Arc, LazyLock};

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use super::asset::{Asset, CachePolicy, respond};
use super::extract::{PathParams, RequestedLocale};
use crate::element_versions::{self, PROTOCOL, VERSION, integrity};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
/// What the element's script is called under each version.
pub const ELEMENT: &str = "kakekomi.js";

/// Every file by its path below `/embed/`.
static FILES: LazyLock<Vec<(String, Arc<Asset>)>> = LazyLock::new(files);

fn files() -> Vec<(String, Arc<Asset>)> {
    let element =
        |version: &str, bytes, keep| (format!("{version}/{ELEMENT}"), Arc::new(Asset::new(bytes, SCRIPT, keep)));
    let mut files = vec![
        element(VERSION, element_versions::element(), CachePolicy::Immutable),
        element(PROTOCOL, element_versions::element(), CachePolicy::Revalidate),
    ];
    files.extend(element_versions::released().map(|(version, bytes)| element(version, bytes, CachePolicy::Immutable)));
    let [(script, script_piece), (style, style_piece)] =
        [(element_versions::inline(), SCRIPT, "js"), (element_versions::style(), STYLE, "css")].map(
            |(bytes, media, ending)| {
                let asset = Asset::new(bytes, media, CachePolicy::Immutable);
                let path = format!("inline/{}.{ending}", asset.digest());
                let piece = serde_json::json!({ "url": format!("/embed/{path}"), "integrity": integrity(bytes) });
                ((path, Arc::new(asset)), piece)
            },
        );
    let pieces = serde_json::json!({ "script": script_piece, "style": style_piece }).to_string();
    let pieces = Asset::new(pieces, "application/json", CachePolicy::Revalidate);
    files.extend([script, style, (format!("{PROTOCOL}/inline.json"), Arc::new(pieces))]);
    files
}

/// Every file, for compressing.
pub fn assets() -> impl Iterator<Item = Arc<Asset>> {
    FILES.iter().map(|(_, asset)| Arc::clone(asset))
}

/// One of the files.
#[utoipa::path(get, path = "/embed/{version}/{file}", tag = "partners", operation_id = "embed_file",
    params(("version" = String, Path, description = "A version, or `1` for the newest", example = "1"),
        ("file" = String, Path, description = "`kakekomi.js`", example = "kakekomi.js"), RequestedLocale),
    responses(
        (status = 200, description = "What stands on partners' pages", content(
            (String = "text/javascript; charset=utf-8"), (String = "text/css; charset=utf-8"),
            (Object = "application/json"))),
        (status = 304, description = "The client has it already")))]
pub async fn file(
    names: PathParams<(String, String)>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Response {
    let (version, file) = names.map(|Path(names)| names).unwrap_or_default();
    let path = format!("{version}/{file}");
    let asset = FILES.iter().find(|(name, _)| *name == path).map(|(_, asset)| &**asset);
    respond(asset, &headers, locale)
}
