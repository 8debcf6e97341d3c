//! The page for people: `/` and `/return` are documents with the desk's name and phone number and the module's digest filled in, in the
//! language of `?lang=` and for the hours at the moment of the request (`document.rs`).
//!
//! Script and style have addresses with their digests, `/page/<digest>/<name>`, and may be kept for ever. Served from a folder
//! (`--page`), the same documents name every single file, at `/page/<path>`.
//!
//! No file that is kept contains the phone number (clause 4⑦): only the documents have it, for a browser without JavaScript, and they are
//! never kept.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;

use super::asset::{Asset, CachePolicy, FileRequest, HTML, JAVASCRIPT, dynamic_response, media_type};
use super::document::{Blanks, Variant, languages};
use super::extract::{Clock, RequestedLocale, RequestedPartner, query_param, requested_locale};
use super::headers::Framed;
use super::problem::Problem;
use super::problem_code::ProblemCode;
use crate::embedded;
use crate::template::fill;

/// The documents of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Document {
    /// The form.
    Form,
    /// The page on which the applicant comes back to a case.
    Return,
}

impl Document {
    const ALL: [Document; 2] = [Document::Form, Document::Return];

    /// Returns the name of its file.
    fn file(self) -> &'static str {
        match self {
            Document::Form => "index.html",
            Document::Return => "return.html",
        }
    }
}

/// The script that the page loads when the answers are reviewed.
const LATER: &str = "later.js";

/// The files that scripts name, each after those that it names itself.
const LOADED: [&str; 3] = ["files.css", "files.js", LATER];

/// The page's files.
#[derive(Debug, Clone)]
pub struct PageFiles {
    source: Arc<Source>,
    /// The values of the document's blanks, for each of its variants.
    blanks: Arc<[Blanks]>,
    /// The filled documents in each variant; none if they are read from a folder.
    documents: Arc<[(Document, Variant, Asset)]>,
}

#[derive(Debug)]
enum Source {
    /// The files in the binary by their paths below `/page/`, and the documents that name those.
    Embedded(Vec<(String, Asset)>, [(Document, String); 2]),
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
        let blanks = Variant::all().map(|variant| Blanks::new(variant, desk.profile())).collect();
        let mut files = PageFiles { source, blanks, documents: Arc::default() };
        if matches!(*files.source, Source::Embedded(..)) {
            let filled = |(document, variant)| {
                let html = files.filled(document, variant, "").ok()?;
                Some((document, variant, Asset::new(html, HTML, CachePolicy::NoStore)))
            };
            let all =
                Document::ALL.into_iter().flat_map(|document| Variant::all().map(move |variant| (document, variant)));
            files.documents = all.filter_map(filled).collect();
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

    /// Lists the variants of the documents, for compressing; none if they are read from a folder.
    pub fn document_assets(&self) -> impl Iterator<Item = &Asset> {
        self.documents.iter().map(|(.., asset)| asset)
    }

    /// Fills a document; `partner` is the end of its links to itself, `&p=pk_…`.
    fn filled(&self, document: Document, variant: Variant, partner: &str) -> io::Result<String> {
        let template = match &*self.source {
            Source::Embedded(_, documents) => {
                documents.iter().find(|(found, _)| *found == document).map(|(_, html)| html.clone()).unwrap_or_default()
            }
            Source::Folder(folder) => fs::read_to_string(folder.join(document.file()))?,
        };
        let blanks = self.blanks.iter().find(|blanks| blanks.variant == variant);
        let languages = || Some(languages(variant.locale, partner).into_string().into());
        Ok(fill(&template, |blank| if blank == "languages" { languages() } else { blanks?.value(blank) }))
    }

    /// Returns the document with other content, and with its style alone: nothing runs, and nothing is fetched for the form.
    ///
    /// # Errors
    /// The folder has no document.
    pub fn document(&self, locale: Locale, content: &str) -> io::Result<String> {
        let index = self.filled(Document::Form, Variant { locale, open: None }, "")?;
        let runs = ["<script", "<link rel=\"preload\"", "<link rel=\"modulepreload\""];
        let lines = index.lines().filter(|line| !runs.iter().any(|start| line.starts_with(start)));
        let index = lines.collect::<Vec<_>>().join("\n");
        let (before, rest) = index.split_once("<div id=\"page-header\"").unwrap_or((&index, ""));
        let (_, after) = rest.split_once("</main>").unwrap_or_default();
        Ok([before, "<main>", content, "</main>", after].concat())
    }

    fn file(&self, name: &str) -> Option<Asset> {
        match &*self.source {
            Source::Embedded(files, _) => files.iter().find(|(file, _)| *file == name).map(|(_, asset)| asset.clone()),
            Source::Folder(folder) => {
                let stays_below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
                let bytes = fs::read(folder.join(name)).ok().filter(|_| stays_below)?;
                let blanks =
                    || embedded::FILE_WORDS.iter().map(|(blank, words)| ((*blank).to_owned(), (*words).to_owned()));
                let bytes = if name.ends_with("_words.js") {
                    with_addresses(&bytes, &blanks().collect::<Vec<_>>())
                } else {
                    bytes
                };
                Some(Asset::new(bytes, media_type(name)?, CachePolicy::NoStore))
            }
        }
    }
}

/// Puts every file at an address with its digest, and those addresses into the documents.
fn embedded_page() -> Source {
    let mut documents = Document::ALL.map(|document| {
        let html = embedded::find(embedded::PAGE, document.file()).unwrap_or_default();
        (document, String::from_utf8_lossy(html).into_owned())
    });
    let mut files = Vec::new();
    let mut addresses: Vec<(String, String)> = Vec::new();
    let is_document = |name: &str| Document::ALL.iter().any(|document| document.file() == name);
    let others =
        embedded::PAGE.iter().map(|(name, _)| *name).filter(|name| !LOADED.contains(name) && !is_document(name));
    for name in LOADED.into_iter().chain(others) {
        let Some(media) = media_type(name) else { continue };
        let bytes = embedded::find(embedded::PAGE, name).unwrap_or_default().to_vec();
        let bytes = if media == JAVASCRIPT { with_addresses(&bytes, &addresses) } else { bytes };
        let asset = Asset::new(bytes, media, CachePolicy::Immutable);
        let path = format!("{}/{name}", asset.digest());
        for (_, html) in &mut documents {
            *html = html.replace(&format!("\"/page/{name}\""), &format!("\"/page/{path}\""));
        }
        if LOADED.contains(&name) {
            addresses.push((format!("/page/{name}"), format!("/page/{path}")));
        }
        files.push((path, asset));
    }
    Source::Embedded(files, documents)
}

/// Puts the addresses of the files that a script loads in the places of their names.
fn with_addresses(script: &[u8], addresses: &[(String, String)]) -> Vec<u8> {
    let text = String::from_utf8_lossy(script).into_owned();
    addresses.iter().fold(text, |text, (name, address)| text.replace(name, address)).into_bytes()
}

/// Puts the address of the script that the page loads later into the script that loads it.
pub fn with_later(script: &[u8], address: &str) -> Vec<u8> {
    with_addresses(script, &[(format!("/page/{LATER}"), address.to_owned())])
}

/// The page for people.
#[utoipa::path(get, path = "/", tag = "page", params(RequestedLocale, RequestedPartner,
    ("lang" = Option<String>, Query, description = "The language of the page; without it, and with any other word, Japanese")), responses(
    (status = 200, description = "HTML", content_type = "text/html; charset=utf-8", body = String)))]
pub async fn index(
    State(page): State<PageFiles>,
    State(desk): State<Arc<Desk>>,
    State(now): State<Clock>,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    respond(Document::Form, &page, &desk, now(), &address, &headers)
}

/// The page on which the applicant comes back to a case with its number and code.
#[utoipa::path(get, path = "/return", tag = "page", params(RequestedLocale, RequestedPartner,
    ("lang" = Option<String>, Query, description = "The language of the page; without it, and with any other word, Japanese")), responses(
    (status = 200, description = "HTML", content_type = "text/html; charset=utf-8", body = String)))]
pub async fn return_page(
    State(page): State<PageFiles>,
    State(desk): State<Arc<Desk>>,
    State(now): State<Clock>,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    respond(Document::Return, &page, &desk, now(), &address, &headers)
}

/// Responds with a document in the requested language, which the pages of the requested partner may frame.
fn respond(
    document: Document,
    page: &PageFiles,
    desk: &Desk,
    now: i64,
    address: &Uri,
    headers: &HeaderMap,
) -> Response {
    let language = query_param(address, "lang").and_then(|word| Locale::read(&word)).unwrap_or(Locale::Ja);
    let variant = Variant { locale: language, open: desk.is_open(now) };
    let requested = RequestedPartner::read(address);
    let partner = requested.key.as_deref().and_then(|key| desk.partner(key, now));
    let is_made = |made: &&(Document, Variant, Asset)| partner.is_none() && (made.0, made.1) == (document, variant);
    let in_address = partner.map(|partner| requested.in_address(partner)).unwrap_or_default();
    let mut response = if let Some((.., made)) = page.documents.iter().find(is_made) {
        made.respond(headers)
    } else if let Ok(html) = page.filled(document, variant, &in_address) {
        dynamic_response(html, HTML, headers)
    } else {
        return Problem::new(ProblemCode::HttpNotFound, requested_locale(address)).into_response();
    };
    if let Some(partner) = partner {
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
    fn index_has_first_aid_name_and_phone_and_no_blank() {
        let desk = Desk::load(None).unwrap();
        for variant in Variant::all() {
            let index = PageFiles::new(&desk, None).filled(Document::Form, variant, "").unwrap();
            assert!(index.contains(&desk.profile().phone) && !index.contains("{{"), "{index}");
            assert!(index.contains(&format!("<html lang=\"{}\">", variant.locale.as_str())), "{index}");
            assert_eq!(index.contains("first-aid__call"), variant.open != Some(false), "{index}");
            assert!(!index.contains("tel:tel:"), "{index}");
            let (first_aid, heading) = (index.find("id=\"first-aid\"").unwrap(), index.find("<h1>").unwrap());
            assert!(first_aid < heading, "{index}");
        }
    }

    #[tokio::test]
    async fn documents_name_each_file_by_its_digest() {
        let desk = Desk::load(None).unwrap();
        let files = PageFiles::new(&desk, None);
        let variant = Variant { locale: Locale::Ja, open: Some(true) };
        let documents = Document::ALL.map(|document| files.filled(document, variant, "").unwrap()).concat();
        let Source::Embedded(carried, _) = &*files.source else { unreachable!() };
        assert_eq!(
            carried.len(),
            9,
            "the icon, the form's script, its later one, the one for a partner's page, the style; script and style of the return page, and \
             of evidence files"
        );
        let mut scripts = String::new();
        for (_, asset) in carried.iter().filter(|(path, _)| media_type(path) == Some(JAVASCRIPT)) {
            let body = asset.respond(&HeaderMap::new()).into_body();
            scripts += std::str::from_utf8(&axum::body::to_bytes(body, usize::MAX).await.unwrap()).unwrap();
        }
        // The document holds the icon itself; the file is for those who ask for it by its address.
        for (path, asset) in carried.iter().filter(|(path, _)| !path.ends_with("/icon.svg")) {
            let is_loaded = LOADED.iter().any(|name| path.ends_with(name));
            let named = if is_loaded { &scripts } else { &documents };
            assert!(path.starts_with(asset.digest()) && named.contains(&format!("/page/{path}")), "{path}");
            assert!(files.file(path).is_some());
        }
    }

    #[test]
    fn no_kept_file_contains_the_phone_number() {
        let desk = Desk::load(None).unwrap();
        for (name, bytes) in embedded::PAGE {
            assert!(!String::from_utf8_lossy(bytes).contains(&desk.profile().phone), "{name}");
        }
    }

    #[test]
    fn return_page_has_name_phone_and_words_and_no_blank() {
        let desk = Desk::load(None).unwrap();
        for variant in Variant::all() {
            let html = PageFiles::new(&desk, None).filled(Document::Return, variant, "").unwrap();
            let phone = &desk.profile().phone;
            assert!(html.contains(phone) && html.contains("data-words=\"{&quot;") && !html.contains("{{"), "{html}");
            assert!(html.contains("/return.js\"") && !html.contains("/script.js\""), "{html}");
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
