//! Evidence files over tus.
