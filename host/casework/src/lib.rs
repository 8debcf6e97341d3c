//! The work of an operator on a case: the queue, the view of a case, the actions.
//!
//! `casework.act(&operator, &number, Action::Note("…"), Some(3))` → the event 4 of the case
//!
//! It knows neither HTTP nor SQL. Each action is one sealed event; nothing is edited.

#![forbid(unsafe_code)]
