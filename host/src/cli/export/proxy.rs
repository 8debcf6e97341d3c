//! The page that a reverse proxy shows while the desk does not answer: the telephone number, and of which day it is.
//!
//! ```text
//! unavailable.html   for nginx (`error_page`) and Caddy (`handle_errors`)
//! unavailable.http   the same with a status line and headers, for HAProxy (`errorfile`)
//! ```
//!
//! The number may change (clause 4⑦), and this copy is outside the program: it names its date, and docs/operate.md
//! has it written anew with every reload.

use std::fs;
use std::path::Path;

use kakekomi_core::Locale;

use super::print;
use crate::clock;
use crate::desk::Desk;
use crate::error::{Exit, Failed};
use crate::http::page::escape;

const PAGE: &str = include_str!("../../../export/unavailable.html");
/// Seconds after which a browser or a program may try again; a restart takes about one.
const RETRY_AFTER: u32 = 10;

/// Writes both files into a folder, which is made where there is none.
pub fn write(folder: &Path, desk: Option<&Path>) -> Result<Exit, Failed> {
    let html = page(&Desk::load(desk)?, clock::now());
    let response = response(&html);
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error| Failed::Outside(path, error)
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    for (name, text) in [("unavailable.html", &html), ("unavailable.http", &response)] {
        let file = folder.join(name);
        fs::write(&file, text).map_err(failed(&file))?;
    }
    print::words(&format!("kakekomi: the proxy's page is in {}", folder.display()));
    Ok(Exit::Accepted)
}

/// The page of a desk at a moment, by the desk's clock.
fn page(desk: &Desk, now: i64) -> String {
    let profile = desk.profile();
    let name = |locale| escape(profile.name.get(locale));
    let shown = desk.show(now);
    let date = shown.split('T').next().unwrap_or_default();
    PAGE.replace("{{date}}", date)
        .replace("{{open}}", &profile.calendar.open)
        .replace("{{close}}", &profile.calendar.close)
        .replace("{{phone}}", &escape(&profile.phone))
        .replace("{{name_ja}}", &name(Locale::Ja))
        .replace("{{name_en}}", &name(Locale::En))
}

/// The page as a whole HTTP response.
fn response(html: &str) -> String {
    let length = html.len();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nretry-after: {RETRY_AFTER}\r\n\r\n{html}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_the_telephone_number_and_the_day_it_is_of() {
        let desk = Desk::load(None).unwrap();
        let html = page(&desk, clock::read("2026-11-28T23:30:00Z").unwrap());
        assert!(html.contains(&desk.profile().phone) && !html.contains("{{"), "{html}");
        assert!(html.contains("2026-11-29"), "the desk's clock counts: {html}");
        assert!(!html.contains("http://") && !html.contains("<script"), "it loads nothing: {html}");
    }

    #[test]
    fn the_response_for_haproxy_has_the_length_of_its_page_and_fits_its_buffer() {
        let html = page(&Desk::load(None).unwrap(), clock::now());
        let response = response(&html);
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 503 ") && head.contains(&format!("content-length: {}", body.len())));
        assert!(response.len() < 8 * 1024, "{}", response.len());
    }
}
