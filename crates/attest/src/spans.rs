//! Line ranges as records state them, and what remains of each where several cover a line.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lines of a file at a commit, counted from 1, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct LineRange {
    /// The first line.
    pub first: u32,
    /// The last line.
    pub last: u32,
}

impl LineRange {
    /// Whether a line, counted from 1, is one of them.
    pub fn contains(self, line: u32) -> bool {
        (self.first..=self.last).contains(&line)
    }

    /// How many lines it covers.
    pub(crate) fn len(self) -> u64 {
        (u64::from(self.last) + 1).saturating_sub(u64::from(self.first))
    }

    /// Whether it covers none, which no record can state.
    pub fn is_empty(self) -> bool {
        self.last < self.first
    }

    /// Reads `7` or `7-9`.
    pub(super) fn parse(text: &str) -> Option<LineRange> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        LineRange::new(first.parse().ok()?, last.parse().ok()?)
    }

    /// The range, unless it covers no line.
    pub(super) fn new(first: u32, last: u32) -> Option<LineRange> {
        (1..=last).contains(&first).then_some(LineRange { first, last })
    }
}

/// Lines of one file that are already spoken for: disjoint, by their first line.
#[derive(Debug, Default)]
pub(super) struct Claimed(BTreeMap<u32, u32>);

impl Claimed {
    /// What of a range nobody has claimed yet; it is claimed from then on.
    pub(super) fn claim(&mut self, range: LineRange) -> Vec<LineRange> {
        let mut free = Vec::new();
        let mut at = u64::from(range.first);
        let end = u64::from(range.last);
        let before = self.0.range(..=range.first).next_back().map(|(first, last)| (*first, *last));
        let within = self.0.range(range.first.saturating_add(1)..=range.last.max(range.first.saturating_add(1)));
        let taken: Vec<(u32, u32)> = before.into_iter().chain(within.map(|(first, last)| (*first, *last))).collect();
        for (first, last) in taken {
            let gap_end = u64::from(first).min(end + 1);
            free.extend(range_of(at, gap_end));
            at = at.max(u64::from(last) + 1);
        }
        free.extend(range_of(at, end + 1));
        for range in &free {
            self.0.insert(range.first, range.last);
        }
        free
    }
}

/// The lines `from..to`, if there are any.
fn range_of(from: u64, to: u64) -> Option<LineRange> {
    let last = u32::try_from(to.checked_sub(1)?).ok()?;
    LineRange::new(u32::try_from(from).ok()?, last)
}

/// Sorted, and neighbours joined.
pub(super) fn joined(mut ranges: Vec<LineRange>) -> Vec<LineRange> {
    ranges.sort_unstable();
    let mut joined: Vec<LineRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if u64::from(range.first) <= u64::from(last.last) + 1 => last.last = last.last.max(range.last),
            _ => joined.push(range),
        }
    }
    joined
}

/// As people write them: `1-4,9`, cut after a few.
pub(super) fn written(ranges: &[LineRange]) -> String {
    let one = |range: &LineRange| match range.first == range.last {
        true => range.first.to_string(),
        false => format!("{}-{}", range.first, range.last),
    };
    let shown: Vec<String> = ranges.iter().take(8).map(one).collect();
    let more = if ranges.len() > shown.len() { ",…" } else { "" };
    shown.join(",") + more
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    fn of(text: &str) -> LineRange {
        LineRange::parse(text).expect("a range")
    }

    #[test]
    fn ranges_are_read_and_wrong_ones_are_not() {
        assert_eq!(of("7"), LineRange { first: 7, last: 7 });
        assert_eq!(of("7-9").len(), 3);
        for wrong in ["", "0", "0-4", "9-7", "-3", "3-", "1-2-3", "x", "4294967296", " 7"] {
            assert_eq!(LineRange::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_line_is_given_to_whoever_asks_first() {
        let mut claimed = Claimed::default();
        assert_eq!(claimed.claim(of("5-8")), [of("5-8")]);
        assert_eq!(claimed.claim(of("1-10")), [of("1-4"), of("9-10")]);
        assert_eq!(claimed.claim(of("2-9")), []);
        assert_eq!(claimed.claim(of("10-4294967295")), [of("11-4294967295")]);
        assert_eq!(claimed.claim(of("4294967295")), []);
    }

    #[test]
    fn neighbours_are_joined() {
        assert_eq!(written(&joined(vec![of("9"), of("1-3"), of("4"), of("2")])), "1-4,9");
    }

    proptest::proptest! {
        #[test]
        fn claims_partition_what_was_asked(ranges in proptest::collection::vec((1u32..60, 0u32..9), 0..20)) {
            let mut claimed = Claimed::default();
            let mut count = [0u32; 80];
            let mut wanted = [false; 80];
            for (first, more) in ranges {
                let range = LineRange { first, last: first + more };
                (first..=first + more).for_each(|line| wanted[line as usize] = true);
                for free in claimed.claim(range) {
                    (free.first..=free.last).for_each(|line| count[line as usize] += 1);
                }
            }
            for line in 0..80 {
                assert_eq!(count[line], u32::from(wanted[line]));
            }
        }
    }
}
