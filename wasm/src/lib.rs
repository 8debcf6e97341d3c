//! The rules as one WebAssembly module with two thin faces over one function.
//!
//! ```text
//! page:  checkText(Uint8Array, string) → string          host:  kakekomi_check(text, context) → pointer and length
//!                              ╰──────── kakekomi_core::answer(text, context) ────────╯
//! ```
//!
//! **No logic lives here.** [`bindings`] is the browser's face (wasm-bindgen), [`abi`] the host's:
//! plain exports over linear memory, for wasmtime and for strangers. Both are in the same file of
//! bytes. [`arena`] is the module's allocator.

pub mod abi;
#[cfg(any(target_arch = "wasm32", test))]
mod arena;
#[cfg(target_arch = "wasm32")]
mod bindings;
