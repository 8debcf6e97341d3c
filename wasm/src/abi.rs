//! The host's face: ABI 1, plain exports over linear memory.
//!
//! # Calling it, from any language
//!
//! All numbers are little-endian and all texts UTF-8. The module imports nothing that these
//! functions call: where a runtime insists on imports, give it functions that trap.
//!
//! ```text
//! text    = kakekomi_allocate(length of the draft's text)     → pointer; 0 where there is no room,
//!                                                               or more than 1 MiB was asked for
//! context = kakekomi_allocate(length of the context's text)
//! write both into the exported memory
//! answer  = kakekomi_check(text, its length, context, its length)   → i64
//!     answer >= 0   pointer = answer >> 32, length = answer & 0xffffffff: the report's canonical bytes
//!     answer <  0   no report: -1 the context cannot be used (context.invalid)
//!                              -2 the report could not be written (report.unwritable)
//!                              -3 a pointer is 0, or does not lie in the memory with its length,
//!                                 or a length is over 1 MiB (memory.range)
//! kakekomi_free(pointer, length) of the answer, the context and the text
//! ```
//!
//! The export `kakekomi_abi_1` does nothing: that it is there says that the four others are as
//! described here. Another version of this face will bear another name beside it.
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
//! A pointer in range that was never allocated is read all the same: it is the caller's own instance.
//! A module that trapped must be thrown away: its memory is in no known state. Memory that grew
//! stays grown; a host that wants one applicant's data out of another's reach makes a new instance
//! for every check, which costs microseconds.

#![allow(unsafe_code, reason = "bytes go in and out by pointer: the one way that every language has")]

use std::alloc::{Layout, alloc, dealloc};

/// The longest text or context that is given room, in bytes: past the longest that is read, so that
/// one byte too many gives the report that says so.
pub const ALLOCATION_MAX: usize = 1024 * 1024;

/// `memory.range`: a pointer or length that was not allocated.
const OUT_OF_RANGE: i64 = -3;

/// Says that this is ABI 1.
#[unsafe(no_mangle)]
pub extern "C" fn kakekomi_abi_1() {}

/// Memory for `length` bytes; 0 if there is not enough. Free it with [`kakekomi_free`] and the same length.
#[unsafe(no_mangle)]
pub extern "C" fn kakekomi_allocate(length: usize) -> *mut u8 {
    let Some(layout) = layout(length) else { return std::ptr::null_mut() };
    // SAFETY: the layout's size is not zero.
    unsafe { alloc(layout) }
}

/// Gives back room that [`kakekomi_allocate`] gave, or an answer of [`kakekomi_check`].
///
/// # Safety
/// The pointer must be one that was given out with this length and not freed since. A wrong one can
/// only harm this instance's own memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kakekomi_free(pointer: *mut u8, length: usize) {
    if let (Ok(layout), false) = (Layout::array::<u8>(length.max(1)), pointer.is_null()) {
        // SAFETY: the caller's promise; both ways of giving out bytes use this layout.
        unsafe { dealloc(pointer, layout) }
    }
}

/// Checks a draft's text in a context; see the module for the answer.
///
/// # Safety
/// Both pointers must have been given out by [`kakekomi_allocate`] with these lengths, and written.
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
        Ok(report) => give(report),
        Err(error) => error.abi_code(),
    }
}

/// The layout of `length` bytes; one byte for none, so that every pointer is somebody's.
fn layout(length: usize) -> Option<Layout> {
    if length > ALLOCATION_MAX { None } else { Layout::array::<u8>(length.max(1)).ok() }
}

/// # Safety
/// As [`kakekomi_check`] for one pointer and length.
unsafe fn bytes<'a>(pointer: *const u8, length: usize) -> Option<&'a [u8]> {
    if pointer.is_null() || length > ALLOCATION_MAX || pointer.addr().checked_add(length)? > memory() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// The end of the memory that there is, in bytes.
fn memory() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size::<0>().saturating_mul(65_536);
    #[cfg(not(target_arch = "wasm32"))]
    usize::MAX
}

/// Gives a report to the host: pointer and length in one number.
#[expect(clippy::cast_possible_wrap, reason = "pointers and lengths of wasm32 have 32 bits")]
fn give(report: Vec<u8>) -> i64 {
    let report = report.into_boxed_slice();
    let length = report.len() as i64;
    let pointer = Box::into_raw(report).cast::<u8>() as usize as i64;
    pointer << 32 | length
}
