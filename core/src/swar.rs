//! SIMD within a register: eight bytes of a text at a time, in one 64-bit number.
//!
//! `any(bytes_below(number, 0x20) | bytes_equal(number, b'"'))` → true if one of the eight is a control character or a quote.
//!
//! A byte at a time, a check is 13.5 % more work (docs/performance-log.md).
//!
//! Each function marks the bytes that it finds by their high bits. Only [`any`] may read the marks, since the other bits are
//! undefined. A borrow can set a false mark in a higher byte, but only above a true one, so `any` is exact.

/// Marks bytes smaller than `limit`, which is at most 0x80.
pub const fn bytes_below(bytes: u64, limit: u8) -> u64 {
    bytes.wrapping_sub(splat(limit)) & !bytes
}

/// Marks bytes equal to `byte`.
pub const fn bytes_equal(bytes: u64, byte: u8) -> u64 {
    bytes_below(bytes ^ splat(byte), 1)
}

/// Marks bytes of UTF-8 that begin a character of two bytes or more and are smaller than `limit`, which is above 0xC0.
pub const fn lead_bytes_below(bytes: u64, limit: u8) -> u64 {
    let from_limit = (bytes & splat(0x3F)) + splat(0x80 - (limit & 0x3F));
    bytes & (bytes << 1) & !from_limit
}

/// Checks if a byte is marked.
pub const fn any(marks: u64) -> bool {
    marks & HIGH != 0
}

/// One in each byte.
const ONES: u64 = u64::MAX / 0xFF;
/// The high bit of each byte.
const HIGH: u64 = ONES << 7;

/// Copies a byte into each byte of the number.
const fn splat(byte: u8) -> u64 {
    ONES * byte as u64
}
