//! The rules as one WebAssembly module with two thin faces over one function.
//!
//! ```text
//! page:  checkText(Uint8Array, string) → string          host:  kakekomi_check(text, context) → pointer and length
//!                              ╰──────── kakekomi_core::answer(text, context) ────────╯
//! ```
//!
//! **This crate has no logic.** [`bindings`] is the browser face (wasm-bindgen), [`abi`] the host face for every other program.
//! Both are in one file. [`arena`] is the module's allocator.

pub mod abi;
#[cfg(any(target_arch = "wasm32", test))]
mod arena;
#[cfg(target_arch = "wasm32")]
mod bindings;
