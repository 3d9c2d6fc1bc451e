//! Times as people type them: a day, or a moment with its offset.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A text that is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time; write a day such as 2026-04-01, or a moment such as 2026-04-01T09:30:00+02:00")]
pub struct NotATime;

/// Seconds since 1970 (UTC). A day stands for its first moment in UTC.
///
/// # Errors
/// If the text is neither a day nor a moment.
pub fn parse_time(text: &str) -> Result<i64, NotATime> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.as_second());
    }
    let day = text.parse::<Date>().ok().filter(|_| text.len() == "2026-04-01".len());
    let midnight = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    midnight.map(|midnight| midnight.timestamp().as_second()).ok_or(NotATime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_starts_at_midnight_in_utc_and_a_moment_has_an_offset() {
        assert_eq!(parse_time("1970-01-02"), Ok(86_400));
        assert_eq!(parse_time("1970-01-01T01:00:00+01:00"), Ok(0));
        assert_eq!(parse_time("1970-01-01T00:00:07Z"), Ok(7));
        for text in ["", "yesterday", "2026", "2026-13-01", "2026-02-30", "2026-04-01T09:30:00", "20260401"] {
            assert_eq!(parse_time(text), Err(NotATime), "{text}");
        }
        assert!(NotATime.to_string().contains("2026-04-01"));
    }
}
