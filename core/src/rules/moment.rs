//! Moments, as far as they are known: intervals, never guesses at missing parts.
//!
//! | typed | read |
//! |---|---|
//! | `2026-11-20T09:30`, `令和8年11月20日 9時半`, `Ｒ８．１１．２０ 9:30` | `2026-11-20T09:30`, minute |
//! | year `令和８年`, month `１１`, day `20日` | `2026-11-20`, day |
//! | `2026年11月` | `2026-11`, month |
//! | `2026/11/20 9時頃` | `2026-11-20T09:00`, about |
//! | `令和八年十一月二十日`, `Nov 20, 2026`, `2026・11・20` | `2026-11-20`, day |
//!
//! Refused: `26/11/20` (which century?), `11月20日` (which year?), a day without a month,
//! `2026-02-29`, `平成40年` (the era ended), `1969` and `2100` (outside what makes sense), a precision
//! that claims more than was typed. The text of a moment reads back as the same moment.

mod english;
mod point;
mod typed;
mod weekday;

use self::typed::Date;
use super::characters::visible;
use super::width::fold;
use crate::civil::parse_offset;
use crate::code::Code;

pub use point::{Moment, Precision, YEAR_MAX, YEAR_MIN};
pub use typed::{TYPED_MAX, Typed};

/// Reads a moment. Without a precision, what was typed decides; a coarser one cuts what is
/// finer. Without an offset, here or typed behind the time, it is Japanese time.
///
/// # Errors
/// One of the codes `moment.*` except `moment.future`, which needs a clock.
pub fn read(typed: &Typed, precision: Option<Precision>, offset: Option<&str>) -> Result<Moment, Code> {
    let date = match typed {
        Typed::Text(text) => Date::of_text(text)?,
        Typed::Parts(parts) => Date::of_parts(parts)?,
    };
    let offset = offset.map(read_offset).transpose()?;
    date.moment(offset)?.with(precision)
}

/// `±HH:MM` from −12:00 to +14:00, or `Z`; in minutes.
fn read_offset(typed: &str) -> Result<i16, Code> {
    if typed.len() > TYPED_MAX {
        return Err(Code::MomentOffset);
    }
    let folded = fold(&visible(typed));
    let text = folded.trim();
    if text.eq_ignore_ascii_case("z") { Ok(0) } else { parse_offset(text).ok_or(Code::MomentOffset) }
}

#[cfg(test)]
mod tests;
