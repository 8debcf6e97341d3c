//! The files of the page that the binary carries, listed by `build.rs`: `PAGE` (the page of `www/`), `EMBED` (the
//! files for partners' pages) and `RELEASED` (those of earlier versions), as `(name, bytes)`; `PARTNER_WORDS` as
//! `(language, key, word)`; `START_WORDS`, the sentences of the document, as `(name, HTML)`.

pub use kakekomi_service::embedded::find;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
