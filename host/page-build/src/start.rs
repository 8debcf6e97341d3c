//! The sentences of the document, which are shown before any script runs.
//!
//! ```text
//! core/messages/start.ja.toml  call = "お電話でのご相談"      →  START_WORDS ("ja.call", "お電話でのご相談")
//! core/messages/start.en.toml  failed = "[Try again]."     →  ("en.failed", "<a href=\"\">Try again</a>.")
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::messages::read_messages;

/// The sentences of the document as a constant of names and HTML.
///
/// # Errors
/// A file that cannot be read or is no table of sentences.
pub fn start_words(messages: &Path) -> Result<String, String> {
    let mut code = String::from(
        "/// The sentences of the document, as HTML by name.\npub static START_WORDS: &[(&str, &str)] = &[\n",
    );
    for locale in ["ja", "en"] {
        let words: BTreeMap<String, String> = read_messages(messages, &format!("start.{locale}.toml"))?;
        for (name, word) in words {
            let _ = writeln!(code, "    ({:?}, {:?}),", format!("{locale}.{name}"), with_link(&word));
        }
    }
    Ok(code + "];\n")
}

/// `[Try again].` → `<a href="">Try again</a>.`: an empty address loads the same page again.
fn with_link(sentence: &str) -> String {
    sentence.replace('&', "&amp;").replace('<', "&lt;").replace('[', "<a href=\"\">").replace(']', "</a>")
}
