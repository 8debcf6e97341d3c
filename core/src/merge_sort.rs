//! Merge sort, for the module's size: the standard library's sort is 2,249 bytes of brotli more (docs/performance-log.md).
//!
//! `merge_sort(vec![3, 1, 2])` → `[1, 2, 3]`. Its work does not grow with the square of the length.

/// The length of the runs that are sorted in place before they are merged: an object's keys are one or two runs.
const RUN: usize = 8;

/// Sorts by merging runs of eight, sixteen and so on.
pub fn merge_sort<T: Copy + Ord>(mut rows: Vec<T>) -> Vec<T> {
    for run in rows.chunks_mut(RUN) {
        for end in 1..run.len() {
            let mut at = end;
            // At the run's beginning there is no pair.
            while let Some([before, this]) = run.get_mut(at.saturating_sub(1)..=at)
                && this < before
            {
                core::mem::swap(before, this);
                at -= 1;
            }
        }
    }
    let mut width = RUN;
    while width < rows.len() {
        let mut merged = Vec::with_capacity(rows.len());
        for pair in rows.chunks(2 * width) {
            let (left, right) = pair.split_at_checked(width).unwrap_or((pair, &[]));
            let (mut left, mut right) = (left.iter(), right.iter());
            while let (Some(first), Some(other)) = (left.as_slice().first(), right.as_slice().first()) {
                let next = if other < first { right.next() } else { left.next() };
                merged.extend(next);
            }
            merged.extend(left.chain(right));
        }
        rows = merged;
        width *= 2;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::merge_sort;

    #[test]
    fn merging_sorts() {
        for length in 0..70_u64 {
            let rows: Vec<u64> = (0..length).map(|row| row * 7919 % 31).collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            assert_eq!(merge_sort(rows), expected);
        }
    }
}
