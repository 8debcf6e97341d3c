//! Eight bytes at a time, in one 64-bit number: most of a text needs nothing done, and this says so quickly.
//!
//! `any(below(number, 0x20) | equal(number, b'"'))` → whether a byte of the eight is a control character or a quote.
//!
//! Each function marks the bytes that it speaks of by their high bits; the other bits mean nothing, so that [`any`] alone may
//! read marks. Subtracting borrows from the next byte, which may then be marked wrongly; but only above one that is marked
//! rightly, so that [`any`] never errs.

/// Marks bytes smaller than `limit`, which is at most 0x80.
pub const fn below(bytes: u64, limit: u8) -> u64 {
    bytes.wrapping_sub(each(limit)) & !bytes
}

/// Marks bytes that are `byte`.
pub const fn equal(bytes: u64, byte: u8) -> u64 {
    below(bytes ^ each(byte), 1)
}

/// Marks bytes of UTF-8 that begin a character of two bytes or more and are smaller than `limit`, which is above 0xC0.
pub const fn begins_below(bytes: u64, limit: u8) -> u64 {
    let from_limit = (bytes & each(0x3F)) + each(0x80 - (limit & 0x3F));
    bytes & (bytes << 1) & !from_limit
}

/// Whether a byte is marked.
pub const fn any(marks: u64) -> bool {
    marks & HIGH != 0
}

/// One in each byte.
const ONES: u64 = u64::MAX / 0xFF;
/// The high bit of each byte.
const HIGH: u64 = ONES << 7;

const fn each(byte: u8) -> u64 {
    ONES * byte as u64
}
