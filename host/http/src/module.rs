//! The files of the modules: `/module/<sha256>.wasm`, the glue `/module/<sha256>.js`, and
//! `/module/<sha256>/describe.<locale>.json`; the file at an address never changes.
//!
//! The files of older modules are served too, for a page that was opened before a deployment and must load its own anew.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kakekomi_core::Locale;
use kakekomi_sandbox::Digest;
use kakekomi_service::module_archive::ArchivedModule;
use serde::Serialize;
use utoipa::ToSchema;

use super::asset::{Asset, CachePolicy, FileRequest, media_type};
use super::extract::RequestedLocale;

/// The modules and the files beside them, by name.
#[derive(Debug)]
pub struct ModuleFiles {
    files: Vec<(String, Asset)>,
    schema: Asset,
}

impl ModuleFiles {
    /// Takes the files of some modules.
    pub fn new<'m>(modules: impl IntoIterator<Item = &'m ArchivedModule>) -> ModuleFiles {
        let mut files = Vec::new();
        let mut add = |name: String, bytes: &[u8]| {
            let asset = Asset::new(bytes.to_vec(), media_type(&name).unwrap_or_default(), CachePolicy::Immutable);
            files.push((name, asset));
        };
        for module in modules {
            add(format!("{}.wasm", module.digest), &module.wasm);
            module.files.iter().for_each(|(name, bytes)| add(name.clone(), bytes));
        }
        let schema = serde_json::to_vec(&kakekomi_describe::schema::schema()).unwrap_or_default();
        ModuleFiles { files, schema: Asset::new(schema, "application/schema+json", CachePolicy::Revalidate) }
    }

    /// Lists every file, for compressing.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.files.iter().map(|(_, asset)| asset).chain([&self.schema])
    }
}

/// The addresses of a module's form descriptions.
#[derive(Serialize, ToSchema)]
pub struct Describe {
    ja: String,
    en: String,
}

impl Describe {
    /// Names the descriptions of a module.
    pub fn new(module: &Digest) -> Describe {
        let [ja, en] = Locale::ALL.map(|locale| format!("/module/{module}/describe.{}.json", locale.as_str()));
        Describe { ja, en }
    }
}

/// The module or its glue, for ever the same.
#[utoipa::path(get, path = "/module/{file}", tag = "rules", operation_id = "module_file",
    params(("file" = String, Path, description = "`<64 hex>.wasm` or `<64 hex>.js`"), RequestedLocale),
    responses(
        (status = 200, description = "The module, or what a browser loads it with", content(
            (String = "application/wasm"), (String = "text/javascript; charset=utf-8"))),
        (status = 304, description = "The client has it already")))]
pub async fn file(State(modules): State<Arc<ModuleFiles>>, request: FileRequest) -> Response {
    request.find(&modules.files)
}

/// The form description in a language.
#[utoipa::path(get, path = "/module/{digest}/{file}", tag = "rules",
    params(("digest" = String, Path, description = "The module's 64 hexadecimal digits"),
        ("file" = String, Path, description = "`describe.ja.json`, `describe.en.json` or `describe.easy.json`"), RequestedLocale),
    responses(
        (status = 200, description = "The form as the page draws it", content_type = "application/json", body = Object),
        (status = 304, description = "The client has it already")))]
pub async fn description(State(modules): State<Arc<ModuleFiles>>, request: FileRequest) -> Response {
    request.find(&modules.files)
}

/// The draft as JSON Schema 2020-12.
#[utoipa::path(get, path = "/v1/schema", tag = "rules", responses(
    (status = 200, description = "JSON Schema 2020-12", content_type = "application/schema+json", body = Object),
    (status = 304, description = "The client has it already")))]
pub async fn schema(State(modules): State<Arc<ModuleFiles>>, headers: HeaderMap) -> Response {
    modules.schema.respond(&headers)
}
