//! The page for people: `/` is a document with the desk's name and phone number and the module's digest filled in.
//!
//! Script and style have addresses with their digests, `/page/<digest>/<name>`, and may be kept for ever. Served from a folder
//! (`--page`), the same document names every single file, at `/page/<path>`.
//!
//! No file that is kept contains the phone number (clause 4⑦): only `/` has it, for a browser without JavaScript, and `/` is
//! never kept.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use kakekomi_core::Locale;
use kakekomi_describe::describe;
use kakekomi_service::desk::Desk;

use super::asset::{Asset, CachePolicy, FileRequest, HTML, dynamic_response, media_type};
use super::extract::{RequestedLocale, RequestedPartner};
use super::headers::Framed;
use super::problem::Problem;
use super::problem_code::ProblemCode;
use crate::embedded;
use crate::template::fill;

const INDEX: &str = "index.html";
/// The script that the page loads when the answers are reviewed.
const LATER: &str = "later.js";

/// The page's files.
#[derive(Debug, Clone)]
pub struct PageFiles {
    source: Arc<Source>,
    /// Names and values of the document's blanks.
    blanks: Arc<[(&'static str, String)]>,
    /// The filled document; `None` if it is read from a folder.
    document: Option<Asset>,
}

#[derive(Debug)]
enum Source {
    /// The files in the binary by their paths below `/page/`, and the document that names those.
    Embedded(Vec<(String, Asset)>, String),
    /// A folder that is read anew for each request: for people who work on the page.
    Folder(PathBuf),
}

impl PageFiles {
    /// Takes the page in the binary, or that of a folder.
    pub fn new(desk: &Desk, folder: Option<&Path>) -> PageFiles {
        let source = folder.map_or_else(embedded_page, |folder| Source::Folder(folder.to_path_buf()));
        PageFiles::with_source(Arc::new(source), desk)
    }

    /// Fills the document of the same page for another desk.
    #[must_use]
    pub fn with_desk(&self, desk: &Desk) -> PageFiles {
        PageFiles::with_source(Arc::clone(&self.source), desk)
    }

    fn with_source(source: Arc<Source>, desk: &Desk) -> PageFiles {
        let profile = desk.profile();
        let blanks = [
            ("name", profile.name.get(Locale::Ja).to_owned()),
            ("phone", profile.phone.clone()),
            ("hours", format!("{}–{}", profile.calendar.open, profile.calendar.close)),
            ("module", kakekomi_artifact::SHA256.to_owned()),
            ("ja.contact_fields", contact_fields(Locale::Ja, "、")),
            ("en.contact_fields", contact_fields(Locale::En, ", ")),
        ];
        let blanks = blanks.map(|(name, text)| (name, escape(&text)));
        let mut files = PageFiles { source, blanks: Arc::new(blanks), document: None };
        if matches!(*files.source, Source::Embedded(..)) {
            files.document = files.index().ok().map(|html| Asset::new(html, HTML, CachePolicy::NoStore));
        }
        files
    }

    /// Lists the files in the binary, for compressing.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        let files: &[_] = match &*self.source {
            Source::Embedded(files, _) => files,
            Source::Folder(_) => &[],
        };
        files.iter().map(|(_, asset)| asset)
    }

    /// Returns the document, for compressing; `None` if it is read from a folder.
    pub fn document_asset(&self) -> Option<&Asset> {
        self.document.as_ref()
    }

    fn index(&self) -> io::Result<String> {
        let template = match &*self.source {
            Source::Embedded(_, index) => index.clone(),
            Source::Folder(folder) => fs::read_to_string(folder.join(INDEX))?,
        };
        let blanks = self.blanks.iter().map(|(name, text)| (*name, text.as_str()));
        let blanks = blanks.chain(embedded::START_WORDS.iter().copied());
        Ok(fill(&template, |blank| {
            blanks.clone().find(|(name, _)| *name == blank).map(|(_, text)| Cow::Borrowed(text))
        }))
    }

    /// Returns the document with other content, and with its style alone: nothing runs, and nothing is fetched for the form.
    ///
    /// # Errors
    /// The folder has no document.
    pub fn document(&self, locale: Locale, content: &str) -> io::Result<String> {
        let index = self.index()?;
        let runs = ["<script", "<link rel=\"preload\"", "<link rel=\"modulepreload\""];
        let lines = index.lines().filter(|line| !runs.iter().any(|start| line.starts_with(start)));
        let index = lines.collect::<Vec<_>>().join("\n");
        let index = index.replace("<html lang=\"ja\">", &format!("<html lang=\"{}\">", locale.as_str()));
        let (before, rest) = index.split_once("<main").unwrap_or((&index, ""));
        let (_, after) = rest.split_once("</main>").unwrap_or_default();
        Ok([before, "<main>", content, "</main>", after].concat())
    }

    fn file(&self, name: &str) -> Option<Asset> {
        match &*self.source {
            Source::Embedded(files, _) => files.iter().find(|(file, _)| *file == name).map(|(_, asset)| asset.clone()),
            Source::Folder(folder) => {
                let stays_below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
                let bytes = fs::read(folder.join(name)).ok().filter(|_| stays_below)?;
                Some(Asset::new(bytes, media_type(name)?, CachePolicy::NoStore))
            }
        }
    }
}

/// Joins the titles of the section `contact`: `貴社名、部署名、…`.
fn contact_fields(locale: Locale, comma: &str) -> String {
    let sections = describe(locale).sections;
    let contact = sections.iter().filter(|section| section.name == "contact").flat_map(|section| &section.fields);
    contact.map(|field| field.title).collect::<Vec<_>>().join(comma)
}

/// Puts every file at an address with its digest, and those addresses into the document.
fn embedded_page() -> Source {
    let index = embedded::find(embedded::PAGE, INDEX).unwrap_or_default();
    let mut index = String::from_utf8_lossy(index).into_owned();
    let mut files = Vec::new();
    let later = embedded::find(embedded::PAGE, LATER).unwrap_or_default();
    let later = format!("/page/{}/{LATER}", Asset::new(later, HTML, CachePolicy::Immutable).digest());
    for (name, bytes) in embedded::PAGE.iter().filter(|(name, _)| *name != INDEX) {
        let Some(media) = media_type(name) else { continue };
        let bytes = if *name == "script.js" { with_later(bytes, &later) } else { bytes.to_vec() };
        let asset = Asset::new(bytes, media, CachePolicy::Immutable);
        let path = format!("{}/{name}", asset.digest());
        index = index.replace(&format!("\"/page/{name}\""), &format!("\"/page/{path}\""));
        files.push((path, asset));
    }
    Source::Embedded(files, index)
}

/// Puts the address of the script that the page loads later into the script that loads it.
pub fn with_later(script: &[u8], address: &str) -> Vec<u8> {
    String::from_utf8_lossy(script).replace("/page/later.js", address).into_bytes()
}

/// Escapes the five characters that mean something in HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// The page for people.
#[utoipa::path(get, path = "/", tag = "page", params(RequestedLocale, RequestedPartner), responses(
    (status = 200, description = "HTML", content_type = "text/html; charset=utf-8", body = String)))]
pub async fn index(
    State(page): State<PageFiles>,
    State(desk): State<Arc<Desk>>,
    RequestedLocale(locale): RequestedLocale,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    let mut response = if let Some(document) = &page.document {
        document.respond(&headers)
    } else if let Ok(html) = page.index() {
        dynamic_response(html, HTML, &headers)
    } else {
        return Problem::new(ProblemCode::HttpNotFound, locale).into_response();
    };
    let requested = RequestedPartner::read(&address);
    if let Some(partner) = requested.key.as_deref().and_then(|key| desk.partner(key)) {
        // A sample of the form on the desk's own page for partners is framed by that page alone.
        let framed = if requested.preview { Framed::ByItself } else { Framed::By(partner.origins.clone()) };
        response.extensions_mut().insert(framed);
    }
    response
}

/// One of the page's files.
#[utoipa::path(get, path = "/page/{*path}", tag = "page", operation_id = "page_file",
    params(("path" = String, Path, description = "Its path, with strokes"), RequestedLocale),
    responses(
        (status = 200, description = "Script, style or picture", content(
            (String = "text/javascript; charset=utf-8"), (String = "text/css; charset=utf-8"), (String = "image/svg+xml"),
            (String = "image/png"), (String = "image/x-icon"), (String = "application/manifest+json"),
            (String = "font/woff2"), (String = "text/html; charset=utf-8"))),
        (status = 304, description = "The client has it already")))]
pub async fn file(State(page): State<PageFiles>, request: FileRequest) -> Response {
    request.respond(page.file(&request.name).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_has_name_and_phone_and_no_blank() {
        let desk = Desk::load(None).unwrap();
        let index = PageFiles::new(&desk, None).index().unwrap();
        assert!(index.contains(&desk.profile().phone) && !index.contains("{{"), "{index}");
    }

    #[tokio::test]
    async fn index_names_each_file_by_its_digest() {
        let desk = Desk::load(None).unwrap();
        let files = PageFiles::new(&desk, None);
        let index = files.index().unwrap();
        let Source::Embedded(carried, _) = &*files.source else { unreachable!() };
        assert_eq!(
            carried.len(),
            4,
            "the page's script, its later one, the one that only a partner's page runs, the style"
        );
        let script = carried.iter().find(|(path, _)| path.ends_with("/script.js")).map(|(_, asset)| asset).unwrap();
        let script = script.respond(&HeaderMap::new()).into_body();
        let script = String::from_utf8(axum::body::to_bytes(script, usize::MAX).await.unwrap().to_vec()).unwrap();
        for (path, asset) in carried {
            let named = if path.ends_with(LATER) { &script } else { &index };
            assert!(path.starts_with(asset.digest()) && named.contains(&format!("/page/{path}")), "{path}");
            assert!(files.file(path).is_some());
        }
    }

    #[test]
    fn no_kept_file_contains_the_phone_number() {
        let desk = Desk::load(None).unwrap();
        for (name, bytes) in embedded::PAGE.iter().filter(|(name, _)| *name != INDEX) {
            assert!(!String::from_utf8_lossy(bytes).contains(&desk.profile().phone), "{name}");
        }
    }

    #[test]
    fn document_of_other_content_runs_nothing() {
        let desk = Desk::load(None).unwrap();
        let html = PageFiles::new(&desk, None).document(Locale::En, "<p>other</p>").unwrap();
        assert!(
            html.contains("<main><p>other</p></main>") && html.contains("lang=\"en\"") && html.contains("/style.css")
        );
        assert!(!html.contains("<script") && !html.contains("preload") && !html.contains("starting"), "{html}");
    }

    #[test]
    fn path_stays_inside_the_folder() {
        let desk = Desk::load(None).unwrap();
        let files = PageFiles::new(&desk, Some(&std::env::temp_dir()));
        assert!(files.file("../etc/passwd.js").is_none() && files.file("/etc/hostname").is_none());
    }
}
