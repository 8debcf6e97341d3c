//! `/openapi.json`, and Swagger UI at `/docs` to read it: its files are in the binary, nothing comes from another origin,
//! and it runs under the desk's own content security policy.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;
use utoipa_swagger_ui::Config;

use crate::asset::{Asset, CachePolicy, FileRequest, HTML, JSON, media_type};
use crate::embedded::start_word;
use crate::extract::RequestedLocale;
use crate::openapi::{Paths, document};
use crate::template::fill;

/// The page: Swagger UI's own has scripts for every flavour of it, and a bar for other descriptions than this one.
const PAGE: &str = r#"<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>HTTP API - kakekomi</title>
<link rel="icon" href="favicon.ico" type="image/svg+xml">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/page.css">
<header>
<p><a href="/">{{to_form}}</a></p>
<h1>{{title}}</h1>
<p>{{lead}}</p>
</header>
<main id="swagger-ui" lang="en"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/swagger-ui-standalone-preset.js"></script>
<script src="docs/swagger-initializer.js"></script>
</html>
"#;

/// The style of the parts around Swagger UI, which marks the document where the device prefers dark.
const STYLE: &str = "\
html{overflow-y:scroll}
body{margin:0}
header{max-width:1460px;margin:0 auto;padding:16px 20px;box-sizing:border-box;font:medium/1.75 system-ui,sans-serif;color:#1b232b}
header p{margin:0}
header h1{font-size:1.5em;line-height:1.4;margin:8px 0}
header a{color:#0b4f8a}
.dark-mode header{color:#e4e6e6}
.dark-mode header a{color:#8ec2f5}
.swagger-ui .topbar{display:none}
";

/// The files of Swagger UI that the page loads.
const FILES: [&str; 4] =
    ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-initializer.js"];

const STYLE_NAME: &str = "page.css";

/// The description and the page that shows it.
#[derive(Clone)]
pub struct DocsFiles {
    paths: Arc<Paths>,
    openapi: Asset,
    page: Asset,
    files: Arc<[(&'static str, Asset)]>,
}

impl DocsFiles {
    /// Describes the paths; this takes a few milliseconds.
    pub fn new(paths: Paths, desk: &Desk) -> DocsFiles {
        // By default the page sends the address of the description to a validator of its maker.
        let config = Arc::new(Config::from("/openapi.json").validator_url("none"));
        let files = FILES.iter().filter_map(|name| {
            let file = utoipa_swagger_ui::serve(name, Arc::clone(&config)).ok()??;
            let bytes = match file.bytes {
                // In the program already.
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => bytes.into(),
            };
            Some((*name, Asset::new(bytes, media_type(name)?, CachePolicy::Revalidate)))
        });
        let style = media_type(STYLE_NAME).map(|media| (STYLE_NAME, Asset::new(STYLE, media, CachePolicy::Revalidate)));
        let words = |blank: &str| match blank {
            "to_form" => Some(start_word(Locale::Ja, "to_form").into()),
            _ => Some(start_word(Locale::Ja, &format!("docs_{blank}")).into()),
        };
        DocsFiles {
            openapi: described(&paths, desk),
            paths: Arc::new(paths),
            page: Asset::new(fill(PAGE, words), HTML, CachePolicy::Revalidate),
            files: files.chain(style).collect(),
        }
    }

    /// Describes another desk, with the same page.
    #[must_use]
    pub fn with_desk(&self, desk: &Desk) -> DocsFiles {
        DocsFiles { openapi: described(&self.paths, desk), ..self.clone() }
    }

    /// Returns the description, for compressing. The page's files have few readers and take long to compress.
    pub fn asset(&self) -> &Asset {
        &self.openapi
    }
}

fn described(paths: &Paths, desk: &Desk) -> Asset {
    let document = serde_json::to_vec(&document(paths, desk)).unwrap_or_default();
    Asset::new(document, JSON, CachePolicy::Revalidate)
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "for programs", responses(
    (status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object),
    (status = 304, description = "The client has it already")
))]
pub async fn openapi(State(docs): State<DocsFiles>, headers: HeaderMap) -> Response {
    docs.openapi.respond(&headers)
}

/// A page to read this description.
#[utoipa::path(get, path = "/docs", tag = "for programs", responses(
    (status = 200, description = "Swagger UI", content_type = "text/html; charset=utf-8", body = String),
    (status = 304, description = "The client has it already")
))]
pub async fn docs(State(docs): State<DocsFiles>, headers: HeaderMap) -> Response {
    docs.page.respond(&headers)
}

/// A file that the page loads.
#[utoipa::path(get, path = "/docs/{file}", tag = "for programs", operation_id = "docs_file",
    params(("file" = String, Path, description = "A file of Swagger UI", example = "swagger-ui.css"), RequestedLocale),
    responses(
        (status = 200, description = "Script or style", content(
            (String = "text/javascript; charset=utf-8"), (String = "text/css; charset=utf-8"))),
        (status = 304, description = "The client has it already")
    ))]
pub async fn file(State(docs): State<DocsFiles>, request: FileRequest) -> Response {
    request.find(&docs.files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_all_its_files_and_none_from_elsewhere() {
        let docs = DocsFiles::new(crate::paths(), &Desk::load(None).unwrap());
        assert_eq!(docs.files.len(), FILES.len() + 1);
        assert!(!PAGE.contains("//") && PAGE.matches("docs/").count() == docs.files.len());
        let page = std::str::from_utf8(docs.page.bytes()).unwrap();
        assert!(!page.contains("{{") && !page.contains("<h1></h1>"), "{page}");
        let config = Arc::new(Config::from("/openapi.json").validator_url("none"));
        let initializer = utoipa_swagger_ui::serve("swagger-initializer.js", config).unwrap().unwrap();
        let initializer = String::from_utf8(initializer.bytes.into_owned()).unwrap();
        assert!(initializer.contains("/openapi.json") && initializer.contains("\"none\""), "{initializer}");
    }
}
