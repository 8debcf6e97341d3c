//! Reproducible random numbers: a seed and a number → the same draft on every machine.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014), written out because a stream must stay the same in later years and on other
//! machines, which a crate does not promise from release to release.

/// Random numbers of one draft.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Creates the generator of a draft by its number in a stream.
    pub fn new(seed: u64, number: u64) -> Rng {
        let mut rng = Rng(seed ^ number.wrapping_mul(0xD134_2543_DE82_EF95));
        rng.next_u64();
        rng
    }

    /// Returns any 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `end`, without it; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.next_u64() % end).unwrap_or_default()
    }

    /// `from` to `to`, both included.
    pub fn range(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(i128::from(to) - i128::from(from) + 1).unwrap_or(u64::MAX);
        from.wrapping_add_unsigned(self.next_u64() % width)
    }

    /// True for `share` percent of the calls.
    pub fn percent(&mut self, share: u64) -> bool {
        self.next_u64() % 100 < share
    }

    /// 64 hexadecimal digits.
    pub fn hex_digest(&mut self) -> String {
        let numbers: [u64; 4] = std::array::from_fn(|_| self.next_u64());
        format!("{:016x}{:016x}{:016x}{:016x}", numbers[0], numbers[1], numbers[2], numbers[3])
    }

    /// Chooses one of `things`.
    pub fn choose<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn sequence_is_fixed() {
        let mut rng = Rng::new(1, 0);
        assert_eq!([rng.next_u64(), rng.next_u64()], [13_757_245_211_066_428_519, 17_911_839_290_282_890_590]);
        assert_eq!(Rng::new(7, 3).next_u64(), Rng::new(7, 3).next_u64());
        assert_ne!(Rng::new(7, 3).next_u64(), Rng::new(7, 4).next_u64());
        assert!((0..1000).all(|_| (-2..=2).contains(&rng.range(-2, 2))));
    }
}
