//! The module's allocator: a stack of pieces that falls back over whatever was given back.
//!
//! ```text
//! take A, B, C    A B C|      give back B    A ‧ C|      give back C    A|      (| is the top)
//! ```
//!
//! A check takes a few thousand small pieces and gives all of them back before the next one. So taking
//! is adding to the top, and giving back is a mark on the piece; a piece that lies under the top takes
//! every marked piece below it along. The last piece grows and shrinks in place, which is what a
//! growing report does.
//!
//! **Memory is flat however many checks one instance makes**, also while something long-lived lies
//! below them (a page hashing a file): the top falls back to that piece after every check. A general
//! allocator costs a fresh instance more than it saves: it touches more pages, and each page's first
//! touch is a page fault.

#![allow(unsafe_code, reason = "an allocator is unsafe by its trait, and writes its marks into raw memory")]

use core::arch::wasm32::{memory_grow, memory_size};
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr::null_mut;

/// WebAssembly's page, in bytes.
const PAGE: usize = 65_536;

/// Pages that the memory grows by at the least: growing is a call to the engine.
const GROWTH: usize = 16;

/// The mark before each piece, in bytes; also the least alignment of a piece.
const MARK: usize = 8;

/// In a mark, beside the address of the piece below: this piece was given back.
const GIVEN_BACK: usize = 1;

struct Arena {
    /// The first byte of the stack, the end of the module's own data; 0 before the first piece.
    start: Cell<usize>,
    /// The next free byte.
    top: Cell<usize>,
    /// The piece under the top, which is never one that was given back; 0 where there is none.
    last: Cell<usize>,
}

// SAFETY: the module has no threads; wasm32-unknown-unknown without atomics cannot make any.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena = Arena { start: Cell::new(0), top: Cell::new(0), last: Cell::new(0) };

impl Arena {
    /// On the first piece: the stack begins where the linker says that the module's own data ends.
    #[inline]
    fn begin(&self) {
        if self.start.get() == 0 {
            unsafe extern "C" {
                static __heap_base: u8;
            }
            let base = (&raw const __heap_base).addr();
            self.start.set(base);
            self.top.set(base);
        }
    }

    /// Where the next piece would begin and end; none beyond the last address.
    #[inline]
    fn place(&self, layout: Layout) -> Option<(usize, usize)> {
        let piece = self.top.get().checked_add(MARK)?.checked_next_multiple_of(layout.align().max(MARK))?;
        Some((piece, piece.checked_add(layout.size())?))
    }

    /// Moves the top, growing the memory where it does not reach; false where it cannot.
    #[inline]
    fn reach(&self, top: usize) -> bool {
        let pages = top.div_ceil(PAGE);
        let there = memory_size::<0>();
        if pages > there {
            let missing = pages - there;
            let refused = |pages| memory_grow::<0>(pages) == usize::MAX;
            if refused(missing.max(GROWTH)) && refused(missing) {
                return false;
            }
        }
        self.top.set(top);
        true
    }
}

/// The mark before a piece: the address of the piece below it, and whether it was given back.
///
/// # Safety
/// `piece` must be the address of a piece that the stack still holds.
unsafe fn mark(piece: usize) -> *mut usize {
    (piece - MARK) as *mut usize
}

// SAFETY: pieces never overlap: each begins above the top, and the top falls only to the mark of a
// piece that was given back together with all above it. Marks lie between the pieces.
#[allow(
    clippy::inline_always,
    reason = "into the functions that Rust puts before an allocator: one call instead of two"
)]
unsafe impl GlobalAlloc for Arena {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.begin();
        match self.place(layout) {
            Some((piece, end)) if self.reach(end) => {
                // SAFETY: the mark lies between the old top and the piece, in memory that is there.
                unsafe { mark(piece).write(self.last.replace(piece)) };
                piece as *mut u8
            }
            _ => null_mut(),
        }
    }

    #[inline(always)]
    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        let piece = pointer.addr();
        // SAFETY: the caller gives back a piece that it took; below the last one only pieces lie.
        unsafe {
            if piece != self.last.get() {
                *mark(piece) |= GIVEN_BACK;
                return;
            }
            let mut last = piece;
            let mut below = *mark(last);
            self.top.set(last - MARK);
            while below != 0 && *mark(below) & GIVEN_BACK != 0 {
                last = below;
                below = *mark(last) & !GIVEN_BACK;
                self.top.set(last - MARK);
            }
            self.last.set(below);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let piece = pointer.addr();
        if piece == self.last.get() {
            return match piece.checked_add(size) {
                Some(end) if self.reach(end) => pointer,
                _ => null_mut(),
            };
        }
        if size <= layout.size() {
            return pointer;
        }
        // SAFETY: the trait's promise: a size that is not zero and fits with the alignment. The two
        // pieces do not overlap, and the new one is the larger.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                new.copy_from_nonoverlapping(pointer, layout.size());
                self.dealloc(pointer, layout);
            }
            new
        }
    }
}
