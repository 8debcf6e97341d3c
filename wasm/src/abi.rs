//! Host face: ABI 1, plain exports over linear memory.
//!
//! # Calls from any language
//!
//! All numbers are little-endian and all texts UTF-8. These functions call no import of the module; a runtime that requires
//! imports gets functions that trap.
//!
//! ```text
//! text    = kakekomi_allocate(length of the draft's text)           → pointer; 0 if there is no memory or the length is over 1 MiB
//! context = kakekomi_allocate(length of the context's text)
//! write both into the exported memory
//! answer  = kakekomi_check(text, its length, context, its length)   → i64
//!     answer >= 0   pointer = answer >> 32, length = answer & 0xffffffff: the report's canonical bytes
//!     answer <  0   no report: -1 the context cannot be used (context.invalid)
//!                              -2 the report could not be written (report.unwritable)
//!                              -3 a pointer is 0, or with its length not within the memory, or a length is over 1 MiB (memory.range)
//! kakekomi_free(pointer, length) of the answer, the context and the text
//! ```
//!
//! The export `kakekomi_abi_1` does nothing: its presence shows that the four others are as described here. Another version of
//! this face gets another name beside it.
//!
//! In Python with the `wasmtime` package, where `exports` are the instance's and `store` its store:
//!
//! ```text
//! def put(data):
//!     pointer = exports["kakekomi_allocate"](store, len(data))
//!     exports["memory"].write(store, data, pointer)
//!     return pointer, len(data)
//! answer = exports["kakekomi_check"](store, *put(draft), *put(context))
//! report = exports["memory"].read(store, answer >> 32, (answer >> 32) + (answer & 0xffffffff))
//! ```
//!
//! A pointer in range is read even if it was never allocated: the memory belongs to the caller's own instance. An instance that
//! trapped must not be used again, since the state of its memory is unknown. Memory that grew stays grown. A host that keeps the
//! data of applicants apart makes a new instance for each check, which costs microseconds.

#![allow(unsafe_code, reason = "every language can pass bytes by pointer")]

use std::alloc::{Layout, alloc, dealloc};

/// The longest allocation, in bytes: above the longest text that is read, so that a text that is too long gets its report.
pub const ALLOCATION_MAX: usize = 1024 * 1024;

/// The answer `memory.range`.
const OUT_OF_RANGE: i64 = -3;

/// Marks a module with ABI 1.
#[unsafe(no_mangle)]
pub extern "C" fn kakekomi_abi_1() {}

/// Allocates `length` bytes; 0 if it cannot. [`kakekomi_free`] with the same length frees them.
#[unsafe(no_mangle)]
pub extern "C" fn kakekomi_allocate(length: usize) -> *mut u8 {
    let Some(layout) = layout(length) else { return std::ptr::null_mut() };
    // SAFETY: the layout's size is not zero.
    unsafe { alloc(layout) }
}

/// Frees bytes of [`kakekomi_allocate`], or an answer of [`kakekomi_check`].
///
/// # Safety
/// The pointer must have been returned with this length and not been freed. A wrong one can only harm this instance's own memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kakekomi_free(pointer: *mut u8, length: usize) {
    if let (Ok(layout), false) = (Layout::array::<u8>(length.max(1)), pointer.is_null()) {
        // SAFETY: the caller's promise; both functions that return bytes use this layout.
        unsafe { dealloc(pointer, layout) }
    }
}

/// Checks a draft's text in a context and returns the answer that the head of this file describes.
///
/// # Safety
/// Both pointers must be of [`kakekomi_allocate`] with these lengths, and their bytes written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kakekomi_check(
    text: *const u8,
    text_length: usize,
    context: *const u8,
    context_length: usize,
) -> i64 {
    // SAFETY: the caller's promise.
    let (Some(text), Some(context)) = (unsafe { bytes(text, text_length) }, unsafe { bytes(context, context_length) })
    else {
        return OUT_OF_RANGE;
    };
    match kakekomi_core::answer(text, context) {
        Ok(report) => pack(report),
        Err(error) => error.abi_code(),
    }
}

/// The layout of `length` bytes; for none that of one byte, so that every allocation has a pointer of its own.
fn layout(length: usize) -> Option<Layout> {
    if length > ALLOCATION_MAX { None } else { Layout::array::<u8>(length.max(1)).ok() }
}

/// The bytes at a pointer; `None` outside the memory.
///
/// # Safety
/// As [`kakekomi_check`], for one pointer and length.
unsafe fn bytes<'a>(pointer: *const u8, length: usize) -> Option<&'a [u8]> {
    if pointer.is_null() || length > ALLOCATION_MAX || pointer.addr().checked_add(length)? > memory() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// The size of the memory, in bytes.
fn memory() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size::<0>().saturating_mul(65_536);
    #[cfg(not(target_arch = "wasm32"))]
    usize::MAX
}

/// Packs the pointer and length of a report into one number; the caller frees it.
#[expect(clippy::cast_possible_wrap, reason = "pointers and lengths of wasm32 have 32 bits")]
fn pack(report: Vec<u8>) -> i64 {
    let report = report.into_boxed_slice();
    let length = report.len() as i64;
    let pointer = Box::into_raw(report).cast::<u8>() as usize as i64;
    pointer << 32 | length
}
