//! Dice that fall alike everywhere: a seed and a number → the same draft on every machine, for ever.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014), written out here because a stream that other runners and other
//! years shall find again may not hang on what a crate does with its next release.

/// Dice of one draft.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The dice of a draft by its number in a stream.
    pub fn new(seed: u64, number: u64) -> Dice {
        let mut dice = Dice(seed ^ number.wrapping_mul(0xD134_2543_DE82_EF95));
        dice.roll();
        dice
    }

    /// Any 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `end`, without it; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.roll() % end).unwrap_or_default()
    }

    /// `from` to `to`, both included.
    pub fn within(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(i128::from(to) - i128::from(from) + 1).unwrap_or(u64::MAX);
        from.wrapping_add_unsigned(self.roll() % width)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, share: u64) -> bool {
        self.roll() % 100 < share
    }

    /// 64 hexadecimal digits.
    pub fn digits(&mut self) -> String {
        let rolls: [u64; 4] = std::array::from_fn(|_| self.roll());
        format!("{:016x}{:016x}{:016x}{:016x}", rolls[0], rolls[1], rolls[2], rolls[3])
    }

    /// One of some things.
    pub fn one<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn they_fall_as_they_fell() {
        let mut dice = Dice::new(1, 0);
        assert_eq!([dice.roll(), dice.roll()], [13_757_245_211_066_428_519, 17_911_839_290_282_890_590]);
        assert_eq!(Dice::new(7, 3).roll(), Dice::new(7, 3).roll());
        assert_ne!(Dice::new(7, 3).roll(), Dice::new(7, 4).roll());
        assert!((0..1000).all(|_| (-2..=2).contains(&dice.within(-2, 2))));
    }
}
