//! The macro that declares a table of words.
//!
//! `words! { QueueWords: title state }` → `struct QueueWords { title: String, state: String }`

/// Makes a struct with a text for each name.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident: $($word:ident)*) => {
        $(#[$meta])*
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, reason = "the words are documented by their texts")]
        pub struct $name { $(pub $word: String,)* }
    };
}
pub(crate) use words;
