//! Parts that all pages of the desk share.
//!
//! ```text
//! request → headers → request's language → CSRF check → guard (session, access) → handler → layout
//! a handler's Problem → an error page in the layout, or problem+json below /api/
//! ```

pub mod cookie;
pub mod csrf;
pub mod download;
pub mod field;
pub mod files;
pub mod form;
pub mod guard;
pub mod headers;
pub mod inert;
pub mod layout;
pub mod moment;
pub mod prepare;
pub mod problem;
pub mod problem_page;
pub mod visit;
pub mod word_tables;
pub mod words;

pub use form::FormFields;
pub use layout::{Page, page};
pub use problem::Problem;
pub use visit::Visit;
