//! The gaps in the numbers of one epoch: which entries open and close them.

use super::ranges::{Range, Ranges};
use super::received::Received;
use crate::entry::vocabularies::{GapCause, GapClosing};
use crate::ids::GapId;
use crate::number::Number;

/// Why numbers are not there. Other gaps, which are about time and not about numbers, are none of this module's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberCause {
    /// Nobody knows.
    Missing,
    /// The client ran out of room, and counted what it dropped.
    Overflow,
}

impl From<NumberCause> for GapCause {
    fn from(cause: NumberCause) -> Self {
        match cause {
            NumberCause::Missing => Self::NumbersMissing,
            NumberCause::Overflow => Self::Overflow,
        }
    }
}

/// A gap that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Its name.
    pub id: GapId,
    /// Why.
    pub cause: NumberCause,
    /// The numbers that were not there when it was opened. Some may have arrived since.
    pub numbers: Range,
}

/// What the log has to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Append `gap.opened`.
    Opened(Gap),
    /// Append `gap.closed`.
    Closed {
        /// The gap.
        gap: Gap,
        /// How.
        closing: GapClosing,
    },
}

/// The open gaps of one epoch of a client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps(Vec<Gap>);

impl Gaps {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those whose entries say that they are open.
    pub fn from_stored(open: Vec<Gap>) -> Self {
        Self(open)
    }

    /// The open gaps.
    pub fn open(&self) -> &[Gap] {
        &self.0
    }

    /// Compares the open gaps with what has arrived, and returns what the log has to record for them to agree.
    ///
    /// Numbers after `through` are not missing yet: that is the highest number that arrived, or, once the epoch is over, the
    /// highest that the client gave. `new_id` makes a random id.
    ///
    /// # Errors
    ///
    /// Those of `new_id`. Nothing has changed then.
    pub fn settle<E>(
        &mut self,
        received: &Received,
        through: Number,
        mut new_id: impl FnMut() -> Result<GapId, E>,
    ) -> Result<Vec<Change>, E> {
        let mut changes = Vec::new();
        let mut open = Vec::new();
        let (mut missing_covered, mut overflow_covered) = (Ranges::new(), Ranges::new());
        for gap in self.0.iter().copied() {
            let dropped = received.lost().within(gap.numbers).next().is_some();
            let (is_open, closing) = match gap.cause {
                NumberCause::Missing if dropped => (!received.missing(gap.numbers).is_empty(), GapClosing::Accounted),
                NumberCause::Missing => (!received.missing(gap.numbers).is_empty(), GapClosing::Arrived),
                NumberCause::Overflow => (dropped, GapClosing::Arrived),
            };
            if !is_open {
                changes.push(Change::Closed { gap, closing });
                continue;
            }
            open.push(gap);
            match gap.cause {
                NumberCause::Missing => missing_covered.insert(gap.numbers),
                NumberCause::Overflow => overflow_covered.insert(gap.numbers),
            }
        }
        let missing = received.missing(Range::through(through));
        let lost = received.lost().as_slice().iter().copied();
        let uncovered = missing.into_iter().map(|range| (NumberCause::Missing, missing_covered.holes(range)));
        let uncovered = uncovered.chain(lost.map(|range| (NumberCause::Overflow, overflow_covered.holes(range))));
        for (cause, ranges) in uncovered {
            for numbers in ranges {
                let gap = Gap { id: new_id()?, cause, numbers };
                open.push(gap);
                changes.push(Change::Opened(gap));
            }
        }
        self.0 = open;
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::clients::received::Known;

    fn number(number: u64) -> Number {
        Number::new(number).expect("a number")
    }

    fn range(first: u64, last: u64) -> Range {
        Range::new(number(first), number(last)).expect("a range")
    }

    /// Ids in a row, as good as random ones for a test.
    fn ids() -> impl FnMut() -> Result<GapId, Infallible> {
        let mut next = 0_u128;
        move || {
            next += 1;
            Ok(GapId::from_random(next.to_be_bytes()))
        }
    }

    fn take(received: &mut Received, numbers: &[u64]) {
        for one in numbers {
            received.take(number(*one), || Ok::<_, Infallible>(Known::Same)).expect("taken");
        }
    }

    #[test]
    fn a_gap_stays_open_until_its_last_number_is_there() {
        let (mut received, mut gaps, mut id) = (Received::new(), Gaps::new(), ids());
        take(&mut received, &[1, 5]);
        let changes = gaps.settle(&received, number(5), &mut id).expect("ids");
        let [Change::Opened(gap)] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((gap.cause, gap.numbers), (NumberCause::Missing, range(2, 4)));
        take(&mut received, &[3]);
        assert_eq!(gaps.settle(&received, number(5), &mut id).expect("ids"), []);
        take(&mut received, &[2, 4]);
        let closed = Change::Closed { gap: *gap, closing: GapClosing::Arrived };
        assert_eq!(gaps.settle(&received, number(5), &mut id).expect("ids"), [closed]);
        assert_eq!(gaps.open(), []);
    }

    #[test]
    fn what_was_dropped_is_a_gap_with_its_own_cause() {
        let (mut received, mut gaps, mut id) = (Received::new(), Gaps::new(), ids());
        take(&mut received, &[1, 5]);
        gaps.settle(&received, number(5), &mut id).expect("ids");
        received.drop_counted(range(2, 4)).expect("few");
        let changes = gaps.settle(&received, number(5), &mut id).expect("ids");
        let [Change::Closed { closing: GapClosing::Accounted, .. }, Change::Opened(gap)] = changes.as_slice() else {
            panic!("{changes:?}")
        };
        assert_eq!((gap.cause, gap.numbers), (NumberCause::Overflow, range(2, 4)));
        // It is never closed by anything but the events themselves.
        assert_eq!(gaps.settle(&received, number(5), &mut id).expect("ids"), []);
        take(&mut received, &[2, 3, 4]);
        let changes = gaps.settle(&received, number(5), &mut id).expect("ids");
        assert!(matches!(changes.as_slice(), [Change::Closed { closing: GapClosing::Arrived, .. }]), "{changes:?}");
    }

    #[test]
    fn what_a_client_still_has_is_missing_only_when_its_epoch_is_over() {
        let (mut received, mut gaps, mut id) = (Received::new(), Gaps::new(), ids());
        take(&mut received, &[1]);
        received.heard(number(9));
        assert_eq!(gaps.settle(&received, number(1), &mut id).expect("ids"), []);
        let changes = gaps.settle(&received, number(9), &mut id).expect("ids");
        assert!(matches!(changes.as_slice(), [Change::Opened(gap)] if gap.numbers == range(2, 9)), "{changes:?}");
    }

    proptest! {
        #[test]
        fn every_number_arrived_or_lies_in_an_open_gap_with_the_right_cause(
            steps in prop::collection::vec((1..40_u64, prop::bool::weighted(0.1), 0..6_u64, any::<bool>()), 0..100)
        ) {
            let (mut received, mut gaps, mut id) = (Received::new(), Gaps::new(), ids());
            // What the log says: all that was opened and not closed.
            let mut log: BTreeMap<GapId, Gap> = BTreeMap::new();
            for (one, drops, more, settles) in steps {
                if drops {
                    received.drop_counted(range(one, one + more)).expect("few");
                } else {
                    take(&mut received, &[one]);
                }
                if !settles {
                    continue;
                }
                let through = received.highest().expect("something arrived or was dropped");
                for change in gaps.settle(&received, through, &mut id).expect("ids") {
                    match change {
                        Change::Opened(gap) => prop_assert_eq!(log.insert(gap.id, gap), None),
                        Change::Closed { gap, .. } => prop_assert_eq!(log.remove(&gap.id), Some(gap)),
                    }
                }
                prop_assert_eq!(log.len(), gaps.open().len());
                for one in (1..=through.get()).map(number) {
                    let cause = if received.received().contains(one) {
                        None
                    } else if received.lost().contains(one) {
                        Some(NumberCause::Overflow)
                    } else {
                        Some(NumberCause::Missing)
                    };
                    if let Some(cause) = cause {
                        let covering = log.values().filter(|gap| gap.cause == cause && gap.numbers.contains(one)).count();
                        prop_assert_eq!(covering, 1, "{} {:?} {:?}", one, cause, log);
                    }
                }
                for gap in log.values() {
                    let open = match gap.cause {
                        NumberCause::Missing => !received.missing(gap.numbers).is_empty(),
                        NumberCause::Overflow => received.lost().within(gap.numbers).next().is_some(),
                    };
                    prop_assert!(open, "{gap:?} has nothing missing");
                }
            }
        }
    }
}
