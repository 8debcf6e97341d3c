//! The module's allocator: a bump arena that begins anew when nothing is live.
//!
//! A check allocates a few hundred small things and drops all of them before the next one. So
//! taking is adding to a pointer, giving back is counting, and when the count is zero the arena
//! begins at its start again. The last piece taken can grow, shrink and be given back in place,
//! which is what a growing report or string does.
//!
//! While something long-lived is there (a page hashing a file) the arena cannot begin anew by the
//! count; then it falls back to the end of what was live when the last piece before it was given
//! back: pieces given back in the reverse order of taking are reused at once, others when all are.

#![allow(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

/// WebAssembly's page, in bytes.
const PAGE: usize = 65_536;

struct Arena {
    /// The next free byte; 0 before the first allocation.
    top: Cell<usize>,
    /// Where the arena begins: the end of the module's own data.
    start: Cell<usize>,
    /// The end of the memory that there is.
    end: Cell<usize>,
    /// How many pieces are live.
    live: Cell<usize>,
}

// SAFETY: the module has no threads; wasm32-unknown-unknown without atomics cannot make any.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena = Arena { top: Cell::new(0), start: Cell::new(0), end: Cell::new(0), live: Cell::new(0) };

impl Arena {
    /// Moves the top to `wanted`, growing the memory where it does not reach; false where it cannot.
    fn reach(&self, wanted: usize) -> bool {
        if wanted > self.end.get() {
            let pages = (wanted - self.end.get()).div_ceil(PAGE);
            if core::arch::wasm32::memory_grow::<0>(pages) == usize::MAX {
                return false;
            }
            self.end.set(core::arch::wasm32::memory_size::<0>() * PAGE);
        }
        self.top.set(wanted);
        true
    }

    /// On the first call: the arena begins where the memory that the linker asked for ends.
    fn begin(&self) {
        if self.end.get() == 0 {
            unsafe extern "C" {
                static __heap_base: u8;
            }
            let start = (&raw const __heap_base) as usize;
            self.start.set(start);
            self.top.set(start);
            self.end.set(core::arch::wasm32::memory_size::<0>() * PAGE);
        }
    }
}

// SAFETY: pieces never overlap: each begins at or after the top, and the top goes back only to the
// beginning of the last piece, or to the start when no piece is live.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.begin();
        let at = self.top.get().next_multiple_of(layout.align());
        match at.checked_add(layout.size()) {
            Some(end) if self.reach(end) => {
                self.live.set(self.live.get() + 1);
                at as *mut u8
            }
            _ => std::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let live = self.live.get() - 1;
        self.live.set(live);
        if live == 0 {
            self.top.set(self.start.get());
        } else if pointer as usize + layout.size() == self.top.get() {
            self.top.set(pointer as usize);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let at = pointer as usize;
        if at + layout.size() == self.top.get() {
            return match at.checked_add(size) {
                Some(end) if self.reach(end) => pointer,
                _ => std::ptr::null_mut(),
            };
        }
        if size <= layout.size() {
            return pointer;
        }
        // SAFETY: the caller's size is not zero and fits with the alignment.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: both pieces are live, do not overlap, and hold at least so many bytes.
            unsafe { std::ptr::copy_nonoverlapping(pointer, new, layout.size()) };
            // SAFETY: the caller gives the old piece away.
            unsafe { self.dealloc(pointer, layout) };
        }
        new
    }
}
