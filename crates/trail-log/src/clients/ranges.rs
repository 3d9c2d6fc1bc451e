//! Sets of numbers as ranges.

use crate::number::Number;

/// Numbers from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Range {
    first: Number,
    last: Number,
}

/// The numbers of a range, or the ranges of a set, are not in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRanges {
    /// The last number comes before the first.
    #[error("a range from {first} to {last} holds nothing")]
    Backwards {
        /// The first number.
        first: Number,
        /// The last number.
        last: Number,
    },
    /// Stored ranges overlap, touch, or are out of order.
    #[error("the stored ranges overlap, touch or are out of order from {at} on")]
    Order {
        /// Where.
        at: Number,
    },
}

impl Range {
    /// The numbers from `first` to `last`.
    ///
    /// # Errors
    ///
    /// When the last comes before the first.
    pub fn new(first: Number, last: Number) -> Result<Self, InvalidRanges> {
        if first <= last { Ok(Self { first, last }) } else { Err(InvalidRanges::Backwards { first, last }) }
    }

    /// A single number.
    pub fn single(number: Number) -> Self {
        Self { first: number, last: number }
    }

    /// The numbers from 1 to `last`.
    pub fn through(last: Number) -> Self {
        Self { first: Number::FIRST, last }
    }

    /// The first number.
    pub fn first(self) -> Number {
        self.first
    }

    /// The last number, which is included.
    pub fn last(self) -> Number {
        self.last
    }

    /// How many numbers there are.
    pub fn count(self) -> u64 {
        self.last.get() - self.first.get() + 1
    }

    /// Whether the number is in it.
    pub fn contains(self, number: Number) -> bool {
        (self.first..=self.last).contains(&number)
    }

    /// The numbers that are in both.
    pub fn common(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last)).ok()
    }

    /// Whether nothing lies between this one and a later one, or they overlap.
    fn reaches(self, later: Self) -> bool {
        self.last.next().is_none_or(|next| next >= later.first)
    }
}

/// A set of numbers, as the fewest ranges that hold it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranges(Vec<Range>);

impl Ranges {
    /// No numbers.
    pub fn new() -> Self {
        Self::default()
    }

    /// A set that was stored.
    ///
    /// # Errors
    ///
    /// When the ranges overlap, touch, or are out of order.
    pub fn from_stored(ranges: Vec<Range>) -> Result<Self, InvalidRanges> {
        let wrong = ranges.iter().zip(ranges.iter().skip(1)).find(|(before, after)| before.reaches(**after));
        match wrong {
            Some((_, after)) => Err(InvalidRanges::Order { at: after.first }),
            None => Ok(Self(ranges)),
        }
    }

    /// The ranges, in order, with at least one number between any two.
    pub fn as_slice(&self) -> &[Range] {
        &self.0
    }

    /// The highest number.
    pub fn highest(&self) -> Option<Number> {
        self.0.last().map(|range| range.last)
    }

    /// Whether the number is in the set.
    pub fn contains(&self, number: Number) -> bool {
        let place = self.0.partition_point(|range| range.last < number);
        self.0.get(place).is_some_and(|range| range.contains(number))
    }

    /// Adds numbers.
    pub fn insert(&mut self, new: Range) {
        let from = self.0.partition_point(|range| !range.reaches(new) && range.first <= new.first);
        let mut merged = new;
        let mut to = from;
        while let Some(range) = self.0.get(to).filter(|range| range.first <= merged.last || merged.reaches(**range)) {
            merged = Range { first: merged.first.min(range.first), last: merged.last.max(range.last) };
            to += 1;
        }
        self.0.splice(from..to, [merged]);
    }

    /// Takes numbers out.
    pub fn remove(&mut self, gone: Range) {
        let mut left = Vec::with_capacity(self.0.len() + 1);
        for range in &self.0 {
            if range.common(gone).is_none() {
                left.push(*range);
                continue;
            }
            let before = gone.first.previous().and_then(|last| Range::new(range.first, last).ok());
            let after = gone.last.next().and_then(|first| Range::new(first, range.last).ok());
            left.extend(before.into_iter().chain(after));
        }
        self.0 = left;
    }

    /// The numbers of a range that are in the set.
    pub fn within(&self, range: Range) -> impl Iterator<Item = Range> {
        let from = self.0.partition_point(|one| one.last < range.first);
        self.0.iter().skip(from).map_while(move |one| one.common(range))
    }

    /// The numbers of a range that are not in the set.
    pub fn holes(&self, range: Range) -> Vec<Range> {
        let mut holes = Vec::new();
        let mut next = Some(range.first);
        for one in self.within(range) {
            let before = next.zip(one.first.previous()).and_then(|(first, last)| Range::new(first, last).ok());
            holes.extend(before);
            next = one.last.next();
        }
        holes.extend(next.and_then(|first| Range::new(first, range.last).ok()));
        holes
    }

    /// The last number through which none is missing from 1 on.
    pub fn whole_through(&self) -> Option<Number> {
        self.0.first().filter(|range| range.first == Number::FIRST).map(|range| range.last)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn number(number: u64) -> Number {
        Number::new(number).expect("a number")
    }

    fn range(first: u64, last: u64) -> Range {
        Range::new(number(first), number(last)).expect("a range")
    }

    fn numbers(ranges: &[Range]) -> BTreeSet<u64> {
        ranges.iter().flat_map(|range| range.first.get()..=range.last.get()).collect()
    }

    #[test]
    fn what_touches_becomes_one_range() {
        let mut set = Ranges::new();
        for one in [range(5, 7), range(1, 2), range(9, 9)] {
            set.insert(one);
        }
        assert_eq!(set.as_slice(), [range(1, 2), range(5, 7), range(9, 9)]);
        assert_eq!(set.holes(Range::through(number(12))), [range(3, 4), range(8, 8), range(10, 12)]);
        assert_eq!(set.whole_through(), Some(number(2)));
        set.insert(range(3, 8));
        assert_eq!(set.as_slice(), [range(1, 9)]);
    }

    #[test]
    fn the_last_number_that_there_can_be_is_one_like_any_other() {
        let last = number(crate::number::MAX_WHOLE);
        let mut set = Ranges::new();
        set.insert(Range::single(last));
        set.insert(range(1, 1));
        assert!(set.contains(last));
        assert_eq!(set.holes(Range::through(last)).len(), 1);
        set.remove(Range::single(last));
        assert_eq!(set.as_slice(), [range(1, 1)]);
    }

    #[test]
    fn stored_ranges_are_in_order_or_refused() {
        assert!(Ranges::from_stored(vec![range(1, 2), range(4, 4)]).is_ok());
        for wrong in [vec![range(1, 2), range(3, 4)], vec![range(4, 5), range(1, 2)], vec![range(1, 5), range(3, 7)]] {
            assert!(Ranges::from_stored(wrong).is_err());
        }
    }

    proptest! {
        #[test]
        fn ranges_are_a_set(steps in prop::collection::vec((any::<bool>(), 1..60_u64, 0..8_u64), 0..80)) {
            let (mut set, mut naive) = (Ranges::new(), BTreeSet::new());
            for (add, first, more) in steps {
                let one = range(first, first + more);
                if add {
                    set.insert(one);
                    naive.extend(first..=first + more);
                } else {
                    set.remove(one);
                    naive.retain(|number| !(first..=first + more).contains(number));
                }
                prop_assert_eq!(numbers(set.as_slice()), naive.clone());
                // As few ranges as there can be, in order.
                prop_assert_eq!(Ranges::from_stored(set.as_slice().to_vec()), Ok(set.clone()));
            }
            for one in 1..70 {
                prop_assert_eq!(set.contains(number(one)), naive.contains(&one));
            }
            let window = range(10, 50);
            let inside: BTreeSet<u64> = naive.iter().copied().filter(|one| window.contains(number(*one))).collect();
            prop_assert_eq!(numbers(&set.within(window).collect::<Vec<_>>()), inside.clone());
            prop_assert_eq!(numbers(&set.holes(window)), (10..=50).filter(|one| !inside.contains(one)).collect());
            prop_assert_eq!(set.highest().map(Number::get), naive.last().copied());
            let whole = (1..).take_while(|one| naive.contains(one)).last();
            prop_assert_eq!(set.whole_through().map(Number::get), whole);
        }
    }
}
