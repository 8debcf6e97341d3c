//! Text in HTML.
//!
//! `escape("<b>")` → `&lt;b&gt;`

/// Escapes the five characters that mean something in HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
