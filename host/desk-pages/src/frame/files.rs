//! The stylesheet, the script and the icon of the pages, each named by its digest.
//!
//! `GET /files/0f3a….css` → the style, kept for ever: another style has another name

use axum::response::Response;
use kakekomi_http::asset::{Asset, CachePolicy, FileRequest, media_type};

/// The twelve colours of the form and their dark versions, and the desk's own rules over them.
const STYLES: [&str; 7] = [
    include_str!("../../../../www/app/tokens.css"),
    include_str!("../../assets/base.css"),
    include_str!("../../assets/layout.css"),
    include_str!("../../assets/queue.css"),
    include_str!("../../assets/case.css"),
    include_str!("../../assets/accounts.css"),
    include_str!("../../assets/print.css"),
];
const SCRIPT: &str = include_str!("../../assets/desk.js");
const ICON: &str = include_str!("../../../../www/icon.svg");

/// The files and their addresses.
pub struct Files {
    named: Vec<(String, Asset)>,
    /// The address of the stylesheet.
    pub style: String,
    /// The address of the script.
    pub script: String,
    /// The address of the icon.
    pub icon: String,
}

impl Files {
    /// Makes the files. They are small, so that they are compressed at once.
    pub fn new() -> Files {
        let named = |text: &str, ending: &str| {
            let media = media_type(ending).unwrap_or("text/plain");
            let asset = Asset::new(text.to_owned(), media, CachePolicy::Immutable);
            asset.compress();
            (format!("{}{ending}", asset.digest()), asset)
        };
        let files = [named(&STYLES.concat(), ".css"), named(SCRIPT, ".js"), named(ICON, ".svg")];
        let [style, script, icon] = files.each_ref().map(|(name, _)| format!("/files/{name}"));
        Files { named: files.into(), style, script, icon }
    }

    /// Responds with the file that a request names.
    pub fn respond(&self, request: &FileRequest) -> Response {
        request.find(&self.named)
    }
}
