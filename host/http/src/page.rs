//! The page for people: `/` is a document with the desk's name and phone and the module's digest filled in; script
//! and style lie at `/page/<digest>/<name>` and may be kept for ever. From a folder (`--page`) the same document
//! names every single file, at `/page/<path>`.
//!
//! No cached file contains the phone number (clause 4⑦): only `/` has it, for a browser
//! without JavaScript, and `/` is never cached.

use std::borrow::Cow;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kakekomi_core::Locale;
use kakekomi_describe::describe;
use kakekomi_service::desk::Desk;

use super::asset::{Asset, CachePolicy, dynamic_response, respond};
use super::extract::{PathParams, RequestedLocale, RequestedPartner};
use super::headers::Framed;
use super::problem::Problem;
use super::problem_code::ProblemCode;
use crate::embedded;
use crate::template::fill;

const INDEX: &str = "index.html";
/// The media type of a document.
pub const HTML: &str = "text/html; charset=utf-8";

/// The page's files.
#[derive(Debug, Clone)]
pub struct PageFiles {
    place: Arc<Place>,
    /// What the document leaves open, and what is put there.
    blanks: Arc<[(&'static str, String)]>,
    /// The filled document, where it is the same for as long as the desk runs.
    filled: Option<Arc<Asset>>,
}

#[derive(Debug)]
enum Place {
    /// The files in the binary by their paths below `/page/`, and the document that names those.
    Embedded(Vec<(String, Arc<Asset>)>, String),
    /// A folder that is read anew for each request: for those who work on the page.
    Folder(PathBuf),
}

impl PageFiles {
    /// The page in the binary, or that of a folder.
    pub fn new(desk: &Desk, folder: Option<&FilePath>) -> PageFiles {
        let place = match folder {
            Some(folder) => Place::Folder(folder.to_path_buf()),
            None => embedded_page(),
        };
        PageFiles::of(Arc::new(place), desk)
    }

    /// The same page for another desk: only the document is made anew.
    #[must_use]
    pub fn with_desk(&self, desk: &Desk) -> PageFiles {
        PageFiles::of(Arc::clone(&self.place), desk)
    }

    fn of(place: Arc<Place>, desk: &Desk) -> PageFiles {
        let profile = desk.profile();
        let name = escape(profile.name.get(Locale::Ja));
        let module = kakekomi_artifact::SHA256.to_owned();
        let hours = escape(&format!("{}–{}", profile.calendar.open, profile.calendar.close));
        let blanks = [
            ("name", name),
            ("phone", escape(&profile.phone)),
            ("hours", hours),
            ("module", module),
            ("ja.contact_fields", contact_fields(Locale::Ja, "、")),
            ("en.contact_fields", contact_fields(Locale::En, ", ")),
        ];
        let mut files = PageFiles { place, blanks: Arc::new(blanks), filled: None };
        if matches!(*files.place, Place::Embedded(..)) {
            files.filled = files.index().ok().map(|html| Arc::new(Asset::new(html, HTML, CachePolicy::NoStore)));
        }
        files
    }

    /// Every file in the binary, for compressing.
    pub fn assets(&self) -> Vec<Arc<Asset>> {
        match &*self.place {
            Place::Embedded(files, _) => files.iter().map(|(_, asset)| asset).chain(&self.filled).cloned().collect(),
            Place::Folder(_) => Vec::new(),
        }
    }

    /// The document alone, for compressing; `None` where it is read from a folder.
    pub fn document_asset(&self) -> Option<Arc<Asset>> {
        self.filled.clone()
    }

    /// The document, or nothing where a folder has none.
    fn respond(&self, request: &HeaderMap) -> Option<Response> {
        match &self.filled {
            Some(document) => Some(document.respond(request)),
            None => self.index().ok().map(|html| dynamic_response(html.into_bytes(), HTML, request)),
        }
    }

    fn index(&self) -> io::Result<String> {
        let template = match &*self.place {
            Place::Embedded(_, index) => index.clone(),
            Place::Folder(folder) => fs::read_to_string(folder.join(INDEX))?,
        };
        let blanks = self.blanks.iter().map(|(name, text)| (*name, text.as_str()));
        let blanks = blanks.chain(embedded::START_WORDS.iter().copied());
        let filling =
            |blank: &str| blanks.clone().find(|(name, _)| *name == blank).map(|(_, text)| Cow::Borrowed(text));
        Ok(fill(&template, filling))
    }

    /// The document with other content and nothing that runs or is fetched for the form: style alone.
    ///
    /// # Errors
    /// A folder without the document.
    pub fn document(&self, locale: Locale, content: &str) -> io::Result<String> {
        let index = self.index()?;
        let still = |line: &&str| {
            !["<script", "<link rel=\"preload\"", "<link rel=\"modulepreload\""]
                .iter()
                .any(|running| line.starts_with(running))
        };
        let index = index.lines().filter(still).collect::<Vec<_>>().join("\n");
        let index = index.replace("<html lang=\"ja\">", &format!("<html lang=\"{}\">", locale.as_str()));
        let (before, rest) = index.split_once("<main").unwrap_or((&index, ""));
        let (_, after) = rest.split_once("</main>").unwrap_or_default();
        Ok([before, "<main>", content, "</main>", after].concat())
    }

    fn file(&self, name: &str) -> Option<Arc<Asset>> {
        match &*self.place {
            Place::Embedded(files, _) => {
                files.iter().find(|(file, _)| *file == name).map(|(_, asset)| Arc::clone(asset))
            }
            Place::Folder(folder) => {
                let plain =
                    FilePath::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
                let bytes = fs::read(folder.join(name)).ok().filter(|_| plain)?;
                Some(Arc::new(Asset::new(bytes, media(name)?, CachePolicy::NoStore)))
            }
        }
    }
}

/// The titles of the section `contact`, joined: `貴社名、部署名、…`.
fn contact_fields(locale: Locale, comma: &str) -> String {
    let sections = describe(locale).sections;
    let contact = sections.iter().filter(|section| section.name == "contact").flat_map(|section| &section.fields);
    escape(&contact.map(|field| field.title).collect::<Vec<_>>().join(comma))
}

/// Every file under an address with its digest, and the document with those addresses.
fn embedded_page() -> Place {
    let index = embedded::find(embedded::PAGE, INDEX).unwrap_or_default();
    let mut index = String::from_utf8_lossy(index).into_owned();
    let mut files = Vec::new();
    for (name, bytes) in embedded::PAGE.iter().filter(|(name, _)| *name != INDEX) {
        let Some(media) = media(name) else { continue };
        let asset = Asset::new(*bytes, media, CachePolicy::Immutable);
        let path = format!("{}/{name}", asset.digest());
        index = index.replace(&format!("\"/page/{name}\""), &format!("\"/page/{path}\""));
        files.push((path, Arc::new(asset)));
    }
    Place::Embedded(files, index)
}

fn media(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => HTML,
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// The five characters that mean something in HTML.
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
    asked: RequestedPartner,
    headers: HeaderMap,
) -> Response {
    let Some(mut response) = page.respond(&headers) else {
        return Problem::new(ProblemCode::HttpNotFound, locale).into_response();
    };
    if let Some(partner) = asked.key.as_deref().and_then(|key| desk.partner(key)) {
        // For a look at the form on the desk's own page for partners, that page alone may frame it.
        let framed = if asked.preview { Framed::ByItself } else { Framed::By(partner.origins.clone()) };
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
pub async fn file(
    State(page): State<PageFiles>,
    path: PathParams<String>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Response {
    let asset = page.file(&path.map(|Path(path)| path).unwrap_or_default());
    respond(asset.as_deref(), &headers, locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_has_the_name_and_the_phone_and_no_placeholder() {
        let desk = Desk::load(None).unwrap();
        let index = PageFiles::new(&desk, None).index().unwrap();
        assert!(index.contains(&desk.profile().phone) && !index.contains("{{"), "{index}");
    }

    #[test]
    fn the_index_names_each_file_by_its_digest() {
        let desk = Desk::load(None).unwrap();
        let files = PageFiles::new(&desk, None);
        let index = files.index().unwrap();
        let Place::Embedded(carried, _) = &*files.place else { unreachable!() };
        assert_eq!(carried.len(), 3, "script, what only a partner's page runs, and style");
        for (path, asset) in carried {
            assert!(path.starts_with(asset.digest()) && index.contains(&format!("\"/page/{path}\"")), "{path}");
            assert!(files.file(path).is_some());
        }
    }

    #[test]
    fn no_kept_file_holds_the_phone_number() {
        let desk = Desk::load(None).unwrap();
        for (name, bytes) in embedded::PAGE.iter().filter(|(name, _)| *name != INDEX) {
            assert!(!String::from_utf8_lossy(bytes).contains(&desk.profile().phone), "{name}");
        }
    }

    #[test]
    fn a_document_of_other_content_runs_nothing() {
        let desk = Desk::load(None).unwrap();
        let html = PageFiles::new(&desk, None).document(Locale::En, "<p>other</p>").unwrap();
        assert!(
            html.contains("<main><p>other</p></main>") && html.contains("lang=\"en\"") && html.contains("/style.css")
        );
        assert!(!html.contains("<script") && !html.contains("preload") && !html.contains("starting"), "{html}");
    }

    #[test]
    fn a_folder_is_not_left_by_a_path() {
        let desk = Desk::load(None).unwrap();
        let files = PageFiles::new(&desk, Some(&std::env::temp_dir()));
        assert!(files.file("../etc/passwd.js").is_none() && files.file("/etc/hostname").is_none());
    }
}
