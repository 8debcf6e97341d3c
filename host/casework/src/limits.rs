//! Limits of the values that an operator writes.
//!
//! A note of 65,536 bytes is stored; one of 65,537 is `too_long`.

/// The longest text of an event, in bytes: a note, a reason, a piece of advice.
pub const TEXT_BYTES_MAX: usize = 65_536;
/// The longest line of an event, in bytes: a name, a role, a price, a device.
pub const LINE_BYTES_MAX: usize = 1_000;
/// The longest name of an operator, in bytes.
pub const NAME_BYTES_MAX: usize = 200;
/// The longest link to a vendor, in bytes.
pub const LINK_BYTES_MAX: usize = 2_048;
/// The most cases that are closed at once.
pub const CLOSED_AT_ONCE: usize = 100;
/// The most open questions of a case: those of one context.
pub const QUESTIONS_MAX: usize = kakekomi_core::questions::QUESTIONS_MAX;
/// The longest question and choice, in code points.
pub const TITLE_MAX: usize = kakekomi_core::questions::TITLE_MAX;
/// The fewest and the most choices of a question.
pub const CHOICES: std::ops::RangeInclusive<usize> =
    kakekomi_core::questions::CHOICES_MIN..=kakekomi_core::questions::CHOICES_MAX;
/// The time in which further views of a case by the same account are the same reading, in milliseconds.
pub const VIEW_INTERVAL_MS: i64 = 10 * 60 * 1000;
/// The longest time by which a follow-up date may lie in the past, in milliseconds: today is right in every time zone.
pub const FOLLOW_UP_PAST_MS: i64 = 24 * 60 * 60 * 1000;
/// The longest time by which a follow-up date may lie in the future, in milliseconds: two years.
pub const FOLLOW_UP_FUTURE_MS: i64 = 731 * 24 * 60 * 60 * 1000;
/// The most cases that a search of words returns.
pub const FOUND_MAX: usize = 100;
/// The most lines of a page of the queue or of the audit.
pub const PAGE_MAX: u32 = 200;
/// The days for which the link of a hand-over can be used.
pub const LINK_DAYS: i64 = 14;
/// The fewest and the most days of a grant.
pub const GRANT_DAYS: std::ops::RangeInclusive<i64> = 1..=90;
/// The longest id of an organization, in bytes.
pub const ORGANIZATION_ID_MAX: usize = 40;
/// The longest name of an organization, in code points.
pub const NAME_CHARACTERS_MAX: usize = 200;
