//! The module's allocator: a stack of blocks whose top falls over freed blocks.
//!
//! ```text
//! allocate A, B, C    A B C|      free B    A ‧ C|      free C    A|      (| is the top)
//! ```
//!
//! A check allocates a few thousand small blocks and frees all of them before the next one. So allocating adds to the top, and
//! freeing sets a mark in the block's header; when the topmost block is freed, the top also falls over all marked blocks below
//! it. The topmost block grows and shrinks in place, which is what a growing report does.
//!
//! **Memory stays flat however many checks one instance makes**, also while something long-lived lies below them (a page that
//! hashes a file): the top falls back to that block after every check. The standard library's allocator is 2.5 KB more of
//! brotli and 5.6 % more work a check (docs/performance-log.md), and touches more pages, each of which is a page fault.

#![allow(unsafe_code, reason = "an allocator is unsafe by its trait, and writes its headers into raw memory")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr::null_mut;

/// WebAssembly's page, in bytes.
const PAGE: usize = 65_536;

/// The pages that the memory grows by at the least: growing is a call to the engine.
const GROWTH: usize = 16;

/// The header before each block, in bytes; also the least alignment of a block.
const HEADER: usize = 8;

/// In a header, beside the address of the block below: this block is freed.
const FREED: usize = 1;

/// A memory that grows by pages.
trait Memory {
    /// The address of the first byte that blocks may use.
    fn base(&self) -> usize;

    /// The number of the page behind the last one.
    fn pages(&self) -> usize;

    /// Adds pages; false if the memory cannot grow so far.
    fn grow(&self, pages: usize) -> bool;
}

/// The module's linear memory behind its own data.
#[cfg(target_arch = "wasm32")]
struct LinearMemory;

#[cfg(target_arch = "wasm32")]
impl Memory for LinearMemory {
    #[inline]
    fn base(&self) -> usize {
        unsafe extern "C" {
            static __heap_base: u8;
        }
        (&raw const __heap_base).addr()
    }

    #[inline]
    fn pages(&self) -> usize {
        core::arch::wasm32::memory_size::<0>()
    }

    #[inline]
    fn grow(&self, pages: usize) -> bool {
        core::arch::wasm32::memory_grow::<0>(pages) != usize::MAX
    }
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ARENA: Arena<LinearMemory> = Arena::new(LinearMemory);

struct Arena<M> {
    memory: M,
    /// The first free byte; 0 before the first block.
    top: Cell<usize>,
    /// The topmost block, which is never freed; 0 if there is none.
    last: Cell<usize>,
}

// SAFETY: the module has no threads; wasm32-unknown-unknown without atomics cannot make any.
#[cfg(target_arch = "wasm32")]
unsafe impl Sync for Arena<LinearMemory> {}

impl<M: Memory> Arena<M> {
    const fn new(memory: M) -> Arena<M> {
        Arena { memory, top: Cell::new(0), last: Cell::new(0) }
    }

    /// Computes the ends of the next block; `None` beyond the last address.
    #[inline]
    fn next_block(&self, layout: Layout) -> Option<(usize, usize)> {
        let block = self.top.get().checked_add(HEADER)?.checked_next_multiple_of(layout.align().max(HEADER))?;
        Some((block, block.checked_add(layout.size())?))
    }

    /// Moves the top, and grows the memory if it ends before; false if it cannot grow.
    #[inline]
    fn move_top(&self, top: usize) -> bool {
        let pages = top.div_ceil(PAGE);
        let present = self.memory.pages();
        if pages > present {
            let missing = pages - present;
            if !self.memory.grow(missing.max(GROWTH)) && !self.memory.grow(missing) {
                return false;
            }
        }
        self.top.set(top);
        true
    }
}

/// The header of a block: the address of the block below it, and [`FREED`].
///
/// # Safety
/// `block` must be the address of a block that the stack still holds.
unsafe fn header(block: usize) -> *mut usize {
    (block - HEADER) as *mut usize
}

// SAFETY: blocks never overlap: each begins above the top, and the top falls only to the header of a block that is freed
// together with all above it. Headers lie between the blocks.
#[allow(
    clippy::inline_always,
    reason = "into the functions that Rust puts before an allocator: one call instead of two"
)]
unsafe impl<M: Memory> GlobalAlloc for Arena<M> {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.top.get() == 0 {
            self.top.set(self.memory.base());
        }
        match self.next_block(layout) {
            Some((block, end)) if self.move_top(end) => {
                // SAFETY: the header lies between the old top and the block, in memory that is present.
                unsafe { header(block).write(self.last.replace(block)) };
                block as *mut u8
            }
            _ => null_mut(),
        }
    }

    #[inline(always)]
    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        let block = pointer.addr();
        // SAFETY: the caller frees a block that it allocated; below the last one only blocks lie.
        unsafe {
            if block != self.last.get() {
                *header(block) |= FREED;
                return;
            }
            let mut last = block;
            let mut below = *header(last);
            while below != 0 && *header(below) & FREED != 0 {
                last = below;
                below = *header(last) & !FREED;
            }
            self.top.set(last - HEADER);
            self.last.set(below);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let block = pointer.addr();
        if block == self.last.get() {
            return match block.checked_add(size) {
                Some(end) if self.move_top(end) => pointer,
                _ => null_mut(),
            };
        }
        if size <= layout.size() {
            return pointer;
        }
        // SAFETY: the trait's promise: a size that is not zero and fits with the alignment. The two blocks do not overlap, and
        // the new one is the larger.
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

#[cfg(test)]
mod tests;
