//! The files of the current module: `/module/<sha256>.wasm`, the glue `/module/<sha256>.js`, and
//! `/module/<sha256>/describe.<locale>.json`, each for ever the same under its address.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::App;
use super::address::{Asked, Named};
use super::asset::{Asset, Keep};
use super::problem::Problem;

/// The files beside the current module, by name.
#[derive(Debug)]
pub struct ModuleFiles {
    files: Vec<(String, Arc<Asset>)>,
    schema: Arc<Asset>,
}

impl ModuleFiles {
    /// The files that the artifact was built with.
    pub fn current() -> ModuleFiles {
        let digest = kakekomi_artifact::SHA256;
        let file =
            |name: String, bytes: &'static [u8], media| (name, Arc::new(Asset::new(bytes, media, Keep::Immutable)));
        let files = vec![
            file(format!("{digest}.wasm"), kakekomi_artifact::WASM, "application/wasm"),
            file(format!("{digest}.js"), kakekomi_artifact::JS.as_bytes(), "text/javascript; charset=utf-8"),
            file(format!("{digest}/describe.ja.json"), kakekomi_artifact::DESCRIBE_JA.as_bytes(), "application/json"),
            file(format!("{digest}/describe.en.json"), kakekomi_artifact::DESCRIBE_EN.as_bytes(), "application/json"),
        ];
        let schema = serde_json::to_vec(&kakekomi_core::schema::schema()).unwrap_or_default();
        let schema = Asset::new(schema, "application/schema+json", Keep::Revalidate);
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

/// The module or its glue.
pub async fn file(
    State(app): State<Arc<App>>,
    file: Named<String>,
    Asked(locale): Asked,
    headers: HeaderMap,
) -> Response {
    let file = file.map(|Path(file)| file).unwrap_or_default();
    match app.module.find(&file) {
        Some(asset) => asset.respond(&headers),
        None => Problem::new("http.not_found", locale).into_response(),
    }
}

/// The form description in a language.
pub async fn description(
    State(app): State<Arc<App>>,
    names: Named<(String, String)>,
    Asked(locale): Asked,
    headers: HeaderMap,
) -> Response {
    let (digest, file) = names.map(|Path(names)| names).unwrap_or_default();
    match app.module.find(&format!("{digest}/{file}")) {
        Some(asset) => asset.respond(&headers),
        None => Problem::new("http.not_found", locale).into_response(),
    }
}

/// The draft as JSON Schema 2020-12: `GET /v1/schema`.
pub async fn schema(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app.module.schema.respond(&headers)
}
