//! The files of the modules: `/module/<sha256>.wasm`, the glue `/module/<sha256>.js`, and
//! `/module/<sha256>/describe.<locale>.json`, each for ever the same under its address. Those of an older
//! module are here too, for a page that was opened before a deployment and must load its own anew.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use kakekomi_service::module_archive::ArchivedModule;

use super::asset::{Asset, CachePolicy, respond};
use super::extract::{PathParams, RequestedLocale};

/// The modules and the files beside them, by name.
#[derive(Debug)]
pub struct ModuleFiles {
    files: Vec<(String, Arc<Asset>)>,
    schema: Arc<Asset>,
}

impl ModuleFiles {
    /// The files that the artifact was built with.
    pub fn current() -> ModuleFiles {
        ModuleFiles::new([&ArchivedModule::own()])
    }

    /// The files of some modules.
    pub fn new<'k>(modules: impl IntoIterator<Item = &'k ArchivedModule>) -> ModuleFiles {
        let file = |name: &str, bytes: &[u8]| {
            (name.to_owned(), Arc::new(Asset::new(bytes.to_vec(), media(name), CachePolicy::Immutable)))
        };
        let of = |kept: &ArchivedModule| {
            let beside = kept.files.iter().map(|(name, bytes)| file(name, bytes)).collect::<Vec<_>>();
            std::iter::once(file(&format!("{}.wasm", kept.digest), &kept.wasm)).chain(beside)
        };
        let files = modules.into_iter().flat_map(of).collect();
        let schema = serde_json::to_vec(&kakekomi_describe::schema::schema()).unwrap_or_default();
        let schema = Asset::new(schema, "application/schema+json", CachePolicy::Revalidate);
        ModuleFiles { files, schema: Arc::new(schema) }
    }

    /// Every file, for compressing.
    pub fn assets(&self) -> impl Iterator<Item = Arc<Asset>> + '_ {
        let schema = std::iter::once(Arc::clone(&self.schema));
        self.files.iter().map(|(_, asset)| Arc::clone(asset)).chain(schema)
    }

    fn find(&self, name: &str) -> Option<&Asset> {
        self.files.iter().find(|(file, _)| file == name).map(|(_, asset)| &**asset)
    }
}

/// The media type of a file, by its name's ending.
fn media(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("wasm") => "application/wasm",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "application/json",
    }
}

/// The module or its glue, for ever the same.
#[utoipa::path(get, path = "/module/{file}", tag = "rules", operation_id = "module_file",
    params(("file" = String, Path, description = "`<64 hex>.wasm` or `<64 hex>.js`"), RequestedLocale),
    responses(
        (status = 200, description = "The module, or what a browser loads it with", content(
            (String = "application/wasm"), (String = "text/javascript; charset=utf-8"))),
        (status = 304, description = "The client has it already")))]
pub async fn file(
    State(modules): State<Arc<ModuleFiles>>,
    file: PathParams<String>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Response {
    let file = file.map(|Path(file)| file).unwrap_or_default();
    respond(modules.find(&file), &headers, locale)
}

/// The form description in a language.
#[utoipa::path(get, path = "/module/{digest}/{file}", tag = "rules",
    params(("digest" = String, Path, description = "The module's 64 hexadecimal digits"),
        ("file" = String, Path, description = "`describe.ja.json` or `describe.en.json`"), RequestedLocale),
    responses(
        (status = 200, description = "What the page is drawn from", content_type = "application/json", body = Object),
        (status = 304, description = "The client has it already")))]
pub async fn description(
    State(modules): State<Arc<ModuleFiles>>,
    names: PathParams<(String, String)>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Response {
    let (digest, file) = names.map(|Path(names)| names).unwrap_or_default();
    respond(modules.find(&format!("{digest}/{file}")), &headers, locale)
}

/// The draft as JSON Schema 2020-12.
#[utoipa::path(get, path = "/v1/schema", tag = "rules", responses(
    (status = 200, description = "JSON Schema 2020-12", content_type = "application/schema+json", body = Object),
    (status = 304, description = "The client has it already")))]
pub async fn schema(State(modules): State<Arc<ModuleFiles>>, headers: HeaderMap) -> Response {
    modules.schema.respond(&headers)
}
