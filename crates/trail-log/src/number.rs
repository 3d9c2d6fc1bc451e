//! Numbers as entries hold them: whole, and small enough for every reader of JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The largest whole number that every reader of JSON keeps exact.
pub const MAX_WHOLE: u64 = (1 << 53) - 1;

/// The number is out of its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {what} is a whole number from {from} to {MAX_WHOLE}")]
pub struct OutOfRange {
    what: &'static str,
    from: i64,
}

/// How many of something there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64")]
pub struct Count(u64);

impl Count {
    /// A count up to [`MAX_WHOLE`].
    ///
    /// # Errors
    ///
    /// When it is larger.
    pub fn new(count: u64) -> Result<Self, OutOfRange> {
        if count <= MAX_WHOLE { Ok(Self(count)) } else { Err(OutOfRange { what: "count", from: 0 }) }
    }

    /// The count.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for Count {
    type Error = OutOfRange;

    fn try_from(count: u64) -> Result<Self, OutOfRange> {
        Self::new(count)
    }
}

impl From<u32> for Count {
    fn from(count: u32) -> Self {
        Self(count.into())
    }
}

/// The number that a client gave to an event: from 1, without holes within an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64")]
pub struct Number(u64);

impl Number {
    /// The number of the first event.
    pub const FIRST: Self = Self(1);

    /// A number from 1 to [`MAX_WHOLE`].
    ///
    /// # Errors
    ///
    /// When it is not in that range.
    pub fn new(number: u64) -> Result<Self, OutOfRange> {
        if (1..=MAX_WHOLE).contains(&number) { Ok(Self(number)) } else { Err(OutOfRange { what: "number", from: 1 }) }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number of the next event; none after the last that there can be.
    pub fn next(self) -> Option<Self> {
        Self::new(self.0 + 1).ok()
    }

    /// The number of the event before; none before the first.
    pub fn previous(self) -> Option<Self> {
        Self::new(self.0 - 1).ok()
    }
}

impl TryFrom<u64> for Number {
    type Error = OutOfRange;

    fn try_from(number: u64) -> Result<Self, OutOfRange> {
        Self::new(number)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A time: microseconds since the beginning of 1970, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Micros(i64);

impl Micros {
    /// A time that JSON keeps exact: within 285 years of 1970.
    ///
    /// # Errors
    ///
    /// When it is further away.
    pub fn new(micros: i64) -> Result<Self, OutOfRange> {
        if micros.unsigned_abs() <= MAX_WHOLE {
            Ok(Self(micros))
        } else {
            Err(OutOfRange { what: "time", from: -(MAX_WHOLE as i64) })
        }
    }

    /// The microseconds.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Micros {
    type Error = OutOfRange;

    fn try_from(micros: i64) -> Result<Self, OutOfRange> {
        Self::new(micros)
    }
}

#[cfg(test)]
mod any {
    //! How property tests make numbers.

    use proptest::prelude::*;

    use super::{Count, MAX_WHOLE, Micros, Number};

    impl Arbitrary for Count {
        type Parameters = ();
        type Strategy = BoxedStrategy<Self>;

        fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
            prop_oneof![0..100_u64, 0..=MAX_WHOLE].prop_map(Count).boxed()
        }
    }

    impl Arbitrary for Number {
        type Parameters = ();
        type Strategy = BoxedStrategy<Self>;

        fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
            prop_oneof![1..100_u64, 1..=MAX_WHOLE].prop_map(Number).boxed()
        }
    }

    impl Arbitrary for Micros {
        type Parameters = ();
        type Strategy = BoxedStrategy<Self>;

        fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
            (-(MAX_WHOLE as i64)..=MAX_WHOLE as i64).prop_map(Micros).boxed()
        }
    }
}
