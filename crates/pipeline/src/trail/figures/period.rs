//! Quarters and months, in UTC.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How time is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// By quarters of the year.
    Quarter,
    /// By months.
    Month,
}

/// A quarter or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i16,
    /// The quarter or month, from 1.
    part: i8,
    is_month: bool,
}

impl Period {
    /// The period of a time; nothing where no calendar has it.
    pub fn of(seconds: i64, by: By) -> Option<Self> {
        let date = Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).date();
        Some(match by {
            By::Quarter => Period { year: date.year(), part: (date.month() - 1) / 3 + 1, is_month: false },
            By::Month => Period { year: date.year(), part: date.month(), is_month: true },
        })
    }

    /// When the next one begins, in seconds since 1970 (UTC); nothing past the end of the calendar.
    pub fn end(self) -> Option<i64> {
        let months = if self.is_month { self.part } else { self.part * 3 };
        let (year, month) = if months == 12 { (self.year.checked_add(1)?, 1) } else { (self.year, months + 1) };
        let start = Date::new(year, month, 1).ok()?.to_zoned(TimeZone::UTC).ok()?;
        Some(start.timestamp().as_second())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_month {
            write!(f, "{}-{:02}", self.year, self.part)
        } else {
            write!(f, "{}-Q{}", self.year, self.part)
        }
    }
}

/// The half-year of a time, such as `2026-H1`.
pub fn half_year(seconds: i64) -> Option<String> {
    let date = Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).date();
    Some(format!("{}-H{}", date.year(), if date.month() <= 6 { 1 } else { 2 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_that_of_utc_and_knows_its_end() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
        for (time, quarter, month) in [
            ("2026-01-01T00:00:00Z", "2026-Q1", "2026-01"),
            ("2026-03-31T23:59:59Z", "2026-Q1", "2026-03"),
            ("2026-04-01T00:30:00+02:00", "2026-Q1", "2026-03"),
            ("2026-12-31T23:59:59Z", "2026-Q4", "2026-12"),
        ] {
            let period = |by| Period::of(at(time), by).unwrap().to_string();
            assert_eq!((period(By::Quarter).as_str(), period(By::Month).as_str()), (quarter, month));
        }
        let end = |time, by| Period::of(at(time), by).unwrap().end().unwrap();
        assert_eq!(end("2026-02-03T00:00:00Z", By::Quarter), at("2026-04-01T00:00:00Z"));
        assert_eq!(end("2026-12-03T00:00:00Z", By::Quarter), at("2027-01-01T00:00:00Z"));
        assert_eq!(end("2026-12-03T00:00:00Z", By::Month), at("2027-01-01T00:00:00Z"));
        assert_eq!(end("2026-02-03T00:00:00Z", By::Month), at("2026-03-01T00:00:00Z"));
        assert_eq!(Period::of(i64::MAX, By::Month), None);
        assert_eq!(half_year(at("2026-06-30T23:00:00Z")).as_deref(), Some("2026-H1"));
        assert_eq!(half_year(at("2026-07-01T00:00:00Z")).as_deref(), Some("2026-H2"));
    }
}
