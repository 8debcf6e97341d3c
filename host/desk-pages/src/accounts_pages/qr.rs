//! QR codes as inline SVG.
//!
//! `svg("otpauth://totp/…", "QRコード")` → `<svg role="img" aria-label="QRコード" viewBox="0 0 49 49">…`

use maud::{Markup, PreEscaped, html};
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};

/// Pixels of a module. The stylesheet scales the picture.
const MODULE: u32 = 4;

/// Draws a text, black on white in every colour scheme; `None` for one that is too long.
pub fn svg(text: &str, label: &str) -> Option<Markup> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let document = code.render::<Color<'_>>().module_dimensions(MODULE, MODULE).build();
    // The declaration belongs to a document of its own.
    let element = document.split_once("?>").map_or(document.as_str(), |(_, element)| element);
    Some(html! { div.qr role="img" aria-label=(label) { (PreEscaped(element)) } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_one_element_without_style_or_script() {
        let drawn =
            svg(&format!("otpauth://totp/kakekomi:{}?secret={}", "a".repeat(32), "A".repeat(32)), "x\"<").unwrap();
        let drawn = drawn.into_string();
        assert!(drawn.starts_with("<div class=\"qr\" role=\"img\" aria-label=\"x&quot;&lt;\"><svg "), "{drawn:.100}");
        assert!(drawn.ends_with("</svg></div>"));
        assert!(!drawn.contains("style=") && !drawn.contains("<script") && !drawn.contains("<?xml"));
        assert!(svg(&"a".repeat(10_000), "").is_none());
    }
}
