//! The error of a desk's data: a file and a key, and what is wrong with them.
//!
//! `desk: desk.toml: calendar: …`

/// An error in a desk's data.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A file cannot be read.
    #[error("desk: {file}: {error}")]
    File {
        /// The file's name within the desk's folder.
        file: String,
        /// Why.
        error: std::io::Error,
    },
    /// A file is no TOML, or a key is missing, unknown or of the wrong kind.
    #[error("desk: {file}: {error}")]
    Format {
        /// The file's name within the desk's folder.
        file: String,
        /// Where and why, over several lines.
        error: Box<toml::de::Error>,
    },
    /// A value cannot be used.
    #[error("desk: {file}: {key}: {why}")]
    Value {
        /// The file's name within the desk's folder.
        file: String,
        /// The key, with dots.
        key: String,
        /// What is wrong with it.
        why: String,
    },
}
