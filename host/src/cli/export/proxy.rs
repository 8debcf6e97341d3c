//! The page that a reverse proxy shows while the desk does not answer: the telephone number, and the date of the page.
//!
//! ```text
//! unavailable.html   for nginx (`error_page`) and Caddy (`handle_errors`)
//! unavailable.http   the same with a status line and headers, for HAProxy (`errorfile`)
//! ```
//!
//! The number may change (clause 4⑦), and this copy is outside the program: it names its date, and docs/operate.md
//! writes it again at every reload.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use kakekomi_core::Locale;
use kakekomi_http::escape::escape;
use kakekomi_http::template::fill;
use kakekomi_service::desk::Desk;
use kakekomi_store::clock;

use super::print;
use crate::error::CliError;

const PAGE: &str = include_str!("../../../export/unavailable.html");
/// Seconds after which a browser or a program may try again; a restart takes about one.
const RETRY_AFTER: u32 = 10;

/// Writes both files into a folder, which is created if it is missing.
pub fn write(folder: &Path, desk: &Desk) -> Result<(), CliError> {
    let html = page(desk, clock::now());
    let response = response(&html);
    fs::create_dir_all(folder)
        .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o755)))
        .map_err(CliError::io(folder))?;
    for (name, text) in [("unavailable.html", &html), ("unavailable.http", &response)] {
        let file = folder.join(name);
        publish(&file, text).map_err(CliError::io(&file))?;
    }
    print::words(&format!("kakekomi: the proxy's page is in {}", folder.display()));
    Ok(())
}

/// Writes a file that the proxy's own user can read, whatever the umask is, and replaces the previous one in one step.
fn publish(file: &Path, text: &str) -> io::Result<()> {
    let unfinished = file.with_extension("unfinished");
    fs::write(&unfinished, text)?;
    fs::set_permissions(&unfinished, Permissions::from_mode(0o644))?;
    fs::rename(unfinished, file)
}

/// Makes the page of a desk; `now` is shown in the desk's time zone.
fn page(desk: &Desk, now: i64) -> String {
    let profile = desk.profile();
    let shown = desk.show(now);
    let date = shown.split('T').next().unwrap_or_default();
    fill(PAGE, |blank| {
        let value = match blank {
            "date" => date,
            "open" => &profile.calendar.open,
            "close" => &profile.calendar.close,
            "phone" => &profile.phone,
            "name_ja" => profile.name.get(Locale::Ja),
            "name_en" => profile.name.get(Locale::En),
            _ => return None,
        };
        Some(escape(value).into())
    })
}

/// Makes a whole HTTP response of the page.
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
    fn page_names_the_telephone_number_and_its_date() {
        let desk = Desk::load(None).unwrap();
        let html = page(&desk, clock::parse("2026-11-28T23:30:00Z").unwrap());
        assert!(html.contains(&desk.profile().phone) && !html.contains("{{"), "{html}");
        assert!(html.contains("2026-11-29"), "the desk's clock counts: {html}");
        assert!(!html.contains("http://") && !html.contains("<script"), "it loads nothing: {html}");
    }

    #[test]
    fn haproxy_response_has_its_content_length_and_fits_the_buffer() {
        let html = page(&Desk::load(None).unwrap(), clock::now());
        let response = response(&html);
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 503 ") && head.contains(&format!("content-length: {}", body.len())));
        assert!(response.len() < 8 * 1024, "{}", response.len());
    }
}
