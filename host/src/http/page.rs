//! The page for people: `/` is `www/index.html` with the desk's name and phone filled in, and every
//! other file of `www/` lies at `/page/<path>`.
//!
//! The phone number stands in no file that is kept (clause 4⑦): only `/` has it, for a browser
//! without JavaScript, and `/` is never cached.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kakekomi_core::Locale;

use super::App;
use super::address::{Asked, Named};
use super::asset::{Asset, Keep, made_now};
use super::problem::Problem;
use crate::desk::Desk;
use crate::embedded;

const INDEX: &str = "index.html";

/// The page's files.
#[derive(Debug)]
pub struct PageFiles {
    place: Place,
    /// The index with the desk's name and phone.
    desk: (String, String),
}

#[derive(Debug)]
enum Place {
    /// The files in the binary, and the index as text.
    Embedded(Vec<(&'static str, Arc<Asset>)>, String),
    /// A folder that is read anew for each request: for those who work on the page.
    Folder(PathBuf),
}

impl PageFiles {
    /// The page in the binary, or that of a folder.
    pub fn new(desk: &Desk, folder: Option<&FilePath>) -> PageFiles {
        let place = match folder {
            Some(folder) => Place::Folder(folder.to_path_buf()),
            None => Place::Embedded(embedded_assets(), embedded_index()),
        };
        let profile = desk.profile();
        PageFiles { place, desk: (escape(profile.name.get(Locale::Ja)), escape(&profile.phone)) }
    }

    /// Every file in the binary, for compressing.
    pub fn assets(&self) -> Vec<Arc<Asset>> {
        match &self.place {
            Place::Embedded(files, _) => files.iter().map(|(_, asset)| Arc::clone(asset)).collect(),
            Place::Folder(_) => Vec::new(),
        }
    }

    fn index(&self) -> io::Result<String> {
        let template = match &self.place {
            Place::Embedded(_, index) => index.clone(),
            Place::Folder(folder) => fs::read_to_string(folder.join(INDEX))?,
        };
        let (name, phone) = &self.desk;
        Ok(template.replace("{{name}}", name).replace("{{phone}}", phone))
    }

    fn file(&self, name: &str) -> Option<Arc<Asset>> {
        match &self.place {
            Place::Embedded(files, _) => {
                files.iter().find(|(file, _)| *file == name).map(|(_, asset)| Arc::clone(asset))
            }
            Place::Folder(folder) => {
                let plain =
                    FilePath::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
                let bytes = fs::read(folder.join(name)).ok().filter(|_| plain)?;
                Some(Arc::new(Asset::new(bytes, media(name)?, Keep::NoStore)))
            }
        }
    }
}

fn embedded_assets() -> Vec<(&'static str, Arc<Asset>)> {
    let files = embedded::PAGE.iter().filter(|(name, _)| *name != INDEX);
    files
        .filter_map(|(name, bytes)| Some((*name, Arc::new(Asset::new(*bytes, media(name)?, Keep::Revalidate)))))
        .collect()
}

fn embedded_index() -> String {
    let bytes = embedded::find(embedded::PAGE, INDEX).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

fn media(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
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
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// The page itself.
pub async fn index(State(app): State<Arc<App>>, Asked(locale): Asked, headers: HeaderMap) -> Response {
    match app.page.index() {
        Ok(html) => made_now(html.into_bytes(), "text/html; charset=utf-8", &headers),
        Err(_) => Problem::new("http.not_found", locale).into_response(),
    }
}

/// One of the page's files.
pub async fn file(
    State(app): State<Arc<App>>,
    path: Named<String>,
    Asked(locale): Asked,
    headers: HeaderMap,
) -> Response {
    match app.page.file(&path.map(|Path(path)| path).unwrap_or_default()) {
        Some(asset) => asset.respond(&headers),
        None => Problem::new("http.not_found", locale).into_response(),
    }
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
    fn no_kept_file_holds_the_phone_number() {
        let desk = Desk::load(None).unwrap();
        for (name, bytes) in embedded::PAGE.iter().filter(|(name, _)| *name != INDEX) {
            assert!(!String::from_utf8_lossy(bytes).contains(&desk.profile().phone), "{name}");
        }
    }

    #[test]
    fn a_folder_is_not_left_by_a_path() {
        let desk = Desk::load(None).unwrap();
        let files = PageFiles::new(&desk, Some(&std::env::temp_dir()));
        assert!(files.file("../etc/passwd.js").is_none() && files.file("/etc/hostname").is_none());
    }
}
