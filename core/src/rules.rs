//! The rules, a family a file. [`cross`] holds those between fields; the others serve the form's
//! values, each of which names its rules in its own file of [`crate::form`].

pub mod characters;
pub mod cross;
pub mod email;
pub mod era;
pub mod moment;
pub mod phone;
pub mod punycode;
pub mod time_of_day;
pub mod width;
