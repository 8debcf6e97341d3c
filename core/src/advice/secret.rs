//! Texts that look like they hold a secret (clause 4⑥: the desk never collects them).
//!
//! `"パスワードは Abc123!"` → true · `"パスワードを忘れました"` → false.

mod command;
mod likely;
mod number;

pub use likely::likely;
