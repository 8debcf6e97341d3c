//! Comparison of the arena with a model: a `Vec` of the live blocks and their bytes.

use std::alloc::{GlobalAlloc, Layout, alloc, dealloc};
use std::cell::Cell;

use super::{Arena, HEADER, Memory, PAGE};

/// The pages that the tested memory can have.
const PAGES_MAX: usize = 24;

/// A memory inside one allocation of the system.
struct TestMemory {
    start: *mut u8,
    pages: Cell<usize>,
}

impl TestMemory {
    const LAYOUT: Layout = match Layout::from_size_align(PAGES_MAX * PAGE, PAGE) {
        Ok(layout) => layout,
        Err(_) => panic!("no layout"),
    };

    fn new() -> TestMemory {
        // SAFETY: the size is not zero.
        let start = unsafe { alloc(Self::LAYOUT) };
        assert!(!start.is_null());
        // Exposed, since the arena makes pointers of addresses.
        let pages = start.expose_provenance() / PAGE + 1;
        TestMemory { start, pages: Cell::new(pages) }
    }
}

impl Drop for TestMemory {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.start, Self::LAYOUT) }
    }
}

impl Memory for TestMemory {
    fn base(&self) -> usize {
        self.start.addr() + 40
    }

    fn pages(&self) -> usize {
        self.pages.get()
    }

    fn grow(&self, pages: usize) -> bool {
        let grown = self.pages.get() + pages;
        let fits = grown <= self.start.addr() / PAGE + PAGES_MAX;
        self.pages.set(if fits { grown } else { self.pages.get() });
        fits
    }
}

/// A live block of the model: every byte of it is `fill`.
struct Block {
    pointer: *mut u8,
    layout: Layout,
    fill: u8,
}

impl Block {
    fn new(pointer: *mut u8, layout: Layout, fill: u8) -> Block {
        // SAFETY: the arena gave the pointer for this layout.
        unsafe { pointer.write_bytes(fill, layout.size()) };
        Block { pointer, layout, fill }
    }

    fn end(&self) -> usize {
        self.pointer.addr() + self.layout.size()
    }

    fn assert_intact(&self, bytes: usize) {
        // SAFETY: the block is live, and `bytes` of it are written.
        let bytes = unsafe { std::slice::from_raw_parts(self.pointer, bytes) };
        assert!(bytes.iter().all(|byte| *byte == self.fill));
    }
}

/// Random numbers (`SplitMix64`), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % end
    }

    fn size(&mut self) -> usize {
        let most = [16, 200, 3_000, 2 * PAGE][self.below(4)];
        1 + self.below(most)
    }
}

/// Asserts that blocks are aligned, lie inside the memory below the top and do not overlap.
fn assert_sound(arena: &Arena<TestMemory>, blocks: &[Block]) {
    let mut ends: Vec<_> = blocks.iter().map(|block| (block.pointer.addr(), block.end())).collect();
    ends.sort_unstable();
    let mut free = arena.memory.base();
    for (start, end) in ends {
        assert!(start >= free + HEADER, "two blocks overlap");
        free = end;
    }
    assert!(blocks.iter().all(|block| block.pointer.addr().is_multiple_of(block.layout.align())));
    assert!(free <= arena.top.get() || blocks.is_empty());
    assert!(arena.top.get() <= arena.memory.pages() * PAGE);
}

#[test]
fn random_sequences_match_the_model() {
    let (mut moved, mut refused) = (0, 0);
    for seed in 0..200 {
        let mut random = Random(seed);
        let arena = Arena::new(TestMemory::new());
        let mut blocks: Vec<Block> = Vec::new();
        for step in 0..400_usize {
            let fill = u8::try_from(step % 251).unwrap();
            match random.below(if step < 300 { 4 } else { 3 }) {
                0 | 3 => {
                    let layout = Layout::from_size_align(random.size(), 1 << random.below(6)).unwrap();
                    // SAFETY: the size is not zero.
                    let pointer = unsafe { arena.alloc(layout) };
                    if pointer.is_null() {
                        refused += 1;
                    } else {
                        blocks.push(Block::new(pointer, layout, fill));
                    }
                }
                1 if !blocks.is_empty() => {
                    let block = blocks.swap_remove(random.below(blocks.len()));
                    block.assert_intact(block.layout.size());
                    // SAFETY: the block is live and has this layout.
                    unsafe { arena.dealloc(block.pointer, block.layout) };
                }
                2 if !blocks.is_empty() => {
                    let index = random.below(blocks.len());
                    let size = random.size();
                    let block = &mut blocks[index];
                    // SAFETY: the block is live and has this layout; the size is not zero.
                    let pointer = unsafe { arena.realloc(block.pointer, block.layout, size) };
                    if pointer.is_null() {
                        refused += 1;
                        block.assert_intact(block.layout.size());
                        continue;
                    }
                    moved += usize::from(pointer != block.pointer);
                    let kept = size.min(block.layout.size());
                    block.pointer = pointer;
                    block.assert_intact(kept);
                    let layout = Layout::from_size_align(size, block.layout.align()).unwrap();
                    *block = Block::new(pointer, layout, fill);
                }
                _ => {}
            }
            assert_sound(&arena, &blocks);
        }
        while let Some(block) = (!blocks.is_empty()).then(|| blocks.swap_remove(random.below(blocks.len()))) {
            block.assert_intact(block.layout.size());
            // SAFETY: the block is live and has this layout.
            unsafe { arena.dealloc(block.pointer, block.layout) };
        }
        assert!(arena.top.get() < arena.memory.base() + 64, "the top falls back once all is freed");
        assert_eq!(arena.last.get(), 0);
    }
    assert!(moved > 1_000 && refused > 0, "moved {moved}, refused {refused}");
}

#[test]
fn the_topmost_block_grows_in_place_until_the_memory_ends() {
    let arena = Arena::new(TestMemory::new());
    let layout = Layout::from_size_align(100, 8).unwrap();
    // SAFETY: the sizes are not zero, and the block is live with the layout that is given.
    unsafe {
        let block = arena.alloc(layout);
        assert_eq!(arena.realloc(block, layout, 3 * PAGE), block);
        let layout = Layout::from_size_align(3 * PAGE, 8).unwrap();
        assert!(arena.realloc(block, layout, PAGES_MAX * PAGE).is_null());
        assert_eq!(arena.realloc(block, layout, 10), block);
        arena.dealloc(block, Layout::from_size_align(10, 8).unwrap());
    }
    assert_eq!(arena.last.get(), 0);
}
