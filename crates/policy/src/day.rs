//! A day in a policy file, such as the one on which its source was last read.

use std::fmt;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

/// A day, written as `2026-11-30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Day(Date);

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day; write one such as 2026-11-30")]
pub struct NotADay(String);

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        // jiff also reads times and `20261130`, which a reader of the file would have to decipher.
        let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
        date.map(Day).ok_or(NotADay(text))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Day {
    /// Today, in UTC.
    pub fn today() -> Self {
        Day(Timestamp::now().to_zoned(TimeZone::UTC).date())
    }

    /// Whether more than a year lies between this day and another, later one.
    pub fn is_more_than_a_year_before(self, other: Day) -> bool {
        // No year follows the last one that jiff knows.
        self.0.checked_add(1.year()).is_ok_and(|anniversary| anniversary < other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_year_ends_on_the_anniversary() {
        assert!(!day("2026-11-30").is_more_than_a_year_before(day("2026-11-30")));
        assert!(!day("2026-11-30").is_more_than_a_year_before(day("2027-11-30")));
        assert!(day("2026-11-30").is_more_than_a_year_before(day("2027-12-01")));
        assert!(!day("2027-12-01").is_more_than_a_year_before(day("2026-11-30")));
        assert!(!day("2028-02-29").is_more_than_a_year_before(day("2029-02-28")));
        assert!(day("2028-02-29").is_more_than_a_year_before(day("2029-03-01")));
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        for text in ["", "20261130", "2026-11-31", "2026-11", "2026-11-30T10:00", "30.11.2026"] {
            assert_eq!(Day::try_from(text.to_owned()), Err(NotADay(text.to_owned())));
        }
    }
}
