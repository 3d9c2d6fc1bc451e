//! What has arrived in one epoch of a client.

use super::ranges::{Range, Ranges};
use crate::number::Number;

/// How many holes are kept for an epoch. A client sends in order, so only a broken or hostile one makes so many.
pub const MAX_RANGES: usize = 1024;

/// What has arrived in one epoch of a client, and what the client says about the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    received: Ranges,
    lost: Ranges,
    made: Option<Number>,
}

/// What the store knows of a number that arrives again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// An entry with this number has the same content.
    Same,
    /// Entries with this number are there, and all have other content.
    Other,
    /// Their fingerprints were erased.
    Erased,
}

/// What the arrival of a number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is there for the first time: append an entry.
    New,
    /// It is there with the same content: append nothing, and acknowledge it.
    Again,
    /// It is there, and whether its content was the same cannot be told any more: append nothing, and acknowledge it.
    AgainUnchecked,
    /// It is there with other content: append an entry that is marked as a conflict.
    Conflict,
}

/// A number is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused<E> {
    /// It would open one hole too many.
    #[error("{MAX_RANGES} stretches of numbers with holes between them have arrived: send what is missing first")]
    TooManyHoles,
    /// The store could not be asked about a number that arrives again.
    #[error(transparent)]
    Store(#[from] E),
}

/// A client counted numbers as dropped in too many places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_RANGES} stretches of numbers are counted as dropped, and no more are kept")]
pub struct TooManyDropped;

impl Received {
    /// Nothing has arrived.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was stored. A number that arrived is not lost, whatever was said before.
    pub fn from_stored(received: Ranges, mut lost: Ranges, made: Option<Number>) -> Self {
        received.as_slice().iter().for_each(|range| lost.remove(*range));
        Self { received, lost, made }
    }

    /// The numbers that arrived.
    pub fn received(&self) -> &Ranges {
        &self.received
    }

    /// The numbers of which the client says that it dropped them.
    pub fn lost(&self) -> &Ranges {
        &self.lost
    }

    /// The highest number that the client says it gave.
    pub fn made(&self) -> Option<Number> {
        self.made
    }

    /// Takes a number. `known` is asked about one that is there.
    ///
    /// # Errors
    ///
    /// When it would open too many holes, and those of `known`. Nothing has changed then.
    pub fn take<E>(&mut self, number: Number, known: impl FnOnce() -> Result<Known, E>) -> Result<Arrival, Refused<E>> {
        if self.received.contains(number) {
            return Ok(match known()? {
                Known::Same => Arrival::Again,
                Known::Other => Arrival::Conflict,
                Known::Erased => Arrival::AgainUnchecked,
            });
        }
        let mut received = self.received.clone();
        received.insert(Range::single(number));
        let grows = received.as_slice().len() > self.received.as_slice().len();
        if grows && received.as_slice().len() > MAX_RANGES {
            return Err(Refused::TooManyHoles);
        }
        self.received = received;
        // It arrived after all.
        self.lost.remove(Range::single(number));
        Ok(Arrival::New)
    }

    /// The client says that it gave numbers up to this one.
    pub fn heard(&mut self, made: Number) {
        self.made = self.made.max(Some(made));
    }

    /// The client says that it dropped these numbers. Those that arrived are not lost.
    ///
    /// # Errors
    ///
    /// When there would be too many ranges of them. Nothing has changed then: the numbers stay missing.
    pub fn drop_counted(&mut self, range: Range) -> Result<(), TooManyDropped> {
        let mut lost = self.lost.clone();
        for hole in self.received.holes(range) {
            lost.insert(hole);
        }
        if lost.as_slice().len() > MAX_RANGES && lost.as_slice().len() > self.lost.as_slice().len() {
            return Err(TooManyDropped);
        }
        self.lost = lost;
        Ok(())
    }

    /// The highest number that is known to have been given.
    pub fn highest(&self) -> Option<Number> {
        self.received.highest().max(self.lost.highest()).max(self.made)
    }

    /// How many numbers the client gave beyond the highest that arrived: it is behind, which is not a gap yet.
    pub fn behind(&self) -> u64 {
        let arrived = self.received.highest().max(self.lost.highest()).map_or(0, Number::get);
        self.made.map_or(0, Number::get).saturating_sub(arrived)
    }

    /// The numbers of a range that neither arrived nor were counted as dropped.
    pub fn missing(&self, range: Range) -> Vec<Range> {
        let mut missing = self.received.holes(range);
        if !self.lost.as_slice().is_empty() {
            missing = missing.into_iter().flat_map(|hole| self.lost.holes(hole)).collect();
        }
        missing
    }

    /// The last number up to which the client need not send any more.
    pub fn acknowledged_through(&self) -> Option<Number> {
        let through = self.highest()?;
        match self.missing(Range::through(through)).first() {
            Some(hole) => hole.first().previous(),
            None => Some(through),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn number(number: u64) -> Number {
        Number::new(number).expect("a number")
    }

    fn take(received: &mut Received, one: u64) -> Arrival {
        received.take(number(one), || Ok::<_, Infallible>(Known::Same)).expect("taken")
    }

    #[test]
    fn a_hole_holds_the_acknowledgement_back_until_it_is_filled_or_accounted_for() {
        let mut received = Received::new();
        for one in [1, 2, 5, 6] {
            assert_eq!(take(&mut received, one), Arrival::New);
        }
        assert_eq!(take(&mut received, 2), Arrival::Again);
        assert_eq!(received.acknowledged_through(), Some(number(2)));
        assert_eq!(received.drop_counted(Range::new(number(3), number(5)).expect("a range")), Ok(()));
        assert_eq!(received.acknowledged_through(), Some(number(6)));
        // What was counted as dropped arrives after all.
        assert_eq!(take(&mut received, 4), Arrival::New);
        assert_eq!(received.lost().as_slice(), [Range::single(number(3))]);
    }

    #[test]
    fn a_client_that_is_behind_has_no_gap() {
        let mut received = Received::new();
        take(&mut received, 1);
        received.heard(number(300));
        received.heard(number(200));
        assert_eq!(received.behind(), 299);
        assert_eq!(received.missing(Range::through(number(1))), []);
    }

    #[test]
    fn a_client_that_leaves_out_every_second_number_is_stopped() {
        let mut received = Received::new();
        let stopped =
            (1..).step_by(2).find(|one| received.take(number(*one), || Ok::<_, Infallible>(Known::Same)).is_err());
        assert_eq!(stopped, Some(MAX_RANGES as u64 * 2 + 1));
        let mut received = Received::new();
        let drops = |one: &u64| received.drop_counted(Range::single(number(*one))).is_err();
        assert_eq!((1..).step_by(2).find(drops), stopped);
        assert_eq!(
            received.missing(Range::through(number(2049))).last().copied(),
            Some(Range::new(number(2048), number(2049)).expect("a range"))
        );
    }

    #[test]
    fn a_client_that_was_stopped_can_fill_its_holes() {
        let mut received = Received::new();
        let all_taken = (1..).step_by(2).take(MAX_RANGES).all(|one| take(&mut received, one) == Arrival::New);
        assert!(all_taken);
        // What fills a hole, and what is there, is taken.
        assert_eq!(take(&mut received, 2), Arrival::New);
        assert_eq!(take(&mut received, 1), Arrival::Again);
    }

    proptest! {
        #[test]
        fn every_number_is_judged_as_a_naive_store_does(
            steps in prop::collection::vec((1..40_u64, 0..3_u8, prop::bool::weighted(0.15), 0..5_u64), 0..120)
        ) {
            let mut received = Received::new();
            let mut store: BTreeMap<u64, BTreeSet<u8>> = BTreeMap::new();
            let mut dropped = BTreeSet::new();
            for (one, content, drops, more) in steps {
                if drops {
                    let range = Range::new(number(one), number(one + more)).expect("a range");
                    prop_assert_eq!(received.drop_counted(range), Ok(()));
                    dropped.extend((one..=one + more).filter(|one| !store.contains_key(one)));
                } else {
                    let there = store.get(&one);
                    let known = || Ok::<_, Infallible>(match there {
                        Some(contents) if contents.contains(&content) => Known::Same,
                        _ => Known::Other,
                    });
                    let expected = match there {
                        None => Arrival::New,
                        Some(contents) if contents.contains(&content) => Arrival::Again,
                        Some(_) => Arrival::Conflict,
                    };
                    prop_assert_eq!(received.take(number(one), known), Ok(expected));
                    store.entry(one).or_default().insert(content);
                    dropped.remove(&one);
                }
                let accounted = |one: &u64| store.contains_key(one) || dropped.contains(one);
                let through = (1..).take_while(accounted).last();
                prop_assert_eq!(received.acknowledged_through().map(Number::get), through);
                let missing: Vec<u64> = (1..=50).filter(|one| !accounted(one)).collect();
                let found = received.missing(Range::through(number(50)));
                let found: Vec<u64> = found.iter().flat_map(|range| range.first().get()..=range.last().get()).collect();
                prop_assert_eq!(found, missing);
            }
        }
    }
}
