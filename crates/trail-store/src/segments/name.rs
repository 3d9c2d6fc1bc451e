//! The names of sealed files: `day=2026-11-30/000000000000-000000065535.parquet`.

use std::fmt;

use ai_detect_trail_log::number::Micros;
use jiff::civil::Date;

/// Microseconds of a day.
const MICROS: i64 = 86_400_000_000;

/// A day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// The text is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day: write it as 2026-11-30")]
pub struct InvalidDay;

impl Day {
    /// The day of a moment.
    pub fn of(time: Micros) -> Self {
        Self::of_micros(time.get())
    }

    pub(crate) fn of_micros(time: i64) -> Self {
        Self(time.div_euclid(MICROS))
    }

    /// The day that lies so many days before.
    pub fn before(self, days: u32) -> Self {
        Self(self.0 - i64::from(days))
    }

    /// Reads `2026-11-30`.
    ///
    /// # Errors
    ///
    /// When it is not a day, or written in another way.
    pub fn parse(text: &str) -> Result<Self, InvalidDay> {
        let date: Date = text.parse().map_err(|_| InvalidDay)?;
        let days = date.since(Date::constant(1970, 1, 1)).map_err(|_| InvalidDay)?.get_days();
        let day = Self(i64::from(days));
        if day.to_string() == text { Ok(day) } else { Err(InvalidDay) }
    }

    /// Days since 1970.
    pub fn get(self) -> i64 {
        self.0
    }

    pub(crate) fn from_days(days: i64) -> Self {
        Self(days)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = jiff::Span::new().try_days(self.0);
        match span.and_then(|span| Date::constant(1970, 1, 1).checked_add(span)) {
            Ok(date) => write!(f, "{date}"),
            // No clock shows such a day; the number is as good a name.
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

/// The name of a sealed file: the day of its entries, and the first and last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentName {
    /// The index of the first entry.
    pub first: u64,
    /// The index of the last entry.
    pub last: u64,
    /// The day on which the collector got them.
    pub day: Day,
}

impl SegmentName {
    /// Reads a path below `segments/`, and no other spelling of it.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let (day, file) = path.strip_prefix("day=")?.split_once('/')?;
        let (first, last) = file.strip_suffix(".parquet")?.split_once('-')?;
        let name = Self { first: first.parse().ok()?, last: last.parse().ok()?, day: Day::parse(day).ok()? };
        (name.path() == path && name.first <= name.last).then_some(name)
    }

    /// Its path below `segments/`.
    pub fn path(self) -> String {
        format!("day={}/{:012}-{:012}.parquet", self.day, self.first, self.last)
    }

    /// How many entries it holds.
    pub(crate) fn entries(self) -> u64 {
        self.last - self.first + 1
    }
}

impl fmt::Display for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segments/{}", self.path())
    }
}
