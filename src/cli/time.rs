//! Times as people type them: a day, or a moment with its offset.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Seconds since 1970 (UTC). A day stands for its first moment in UTC.
///
/// # Errors
/// What to write instead, where the text is neither.
pub(super) fn time(text: &str) -> Result<i64, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.as_second());
    }
    let day = text.parse::<Date>().ok().filter(|_| text.len() == "2026-04-01".len());
    let midnight = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    midnight.map(|midnight| midnight.timestamp().as_second()).ok_or_else(|| {
        "not a time; write a day such as 2026-04-01, or a moment such as 2026-04-01T09:30:00+02:00".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_starts_at_midnight_in_utc_and_a_moment_has_an_offset() {
        assert_eq!(time("1970-01-02"), Ok(86_400));
        assert_eq!(time("1970-01-01T01:00:00+01:00"), Ok(0));
        assert_eq!(time("1970-01-01T00:00:07Z"), Ok(7));
        for text in ["", "yesterday", "2026", "2026-13-01", "2026-02-30", "2026-04-01T09:30:00", "20260401"] {
            assert!(time(text).unwrap_err().contains("2026-04-01"), "{text}");
        }
    }
}
