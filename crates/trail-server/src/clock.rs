//! The clock of the collector.

use std::time::{SystemTime, UNIX_EPOCH};

use ai_detect_trail_log::number::Micros;

/// The clock shows a time that no entry can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock of this machine shows a time before 1970 or after 2255: set it")]
pub struct ClockError;

/// Now, in microseconds since 1970.
///
/// # Errors
///
/// When the clock is centuries off.
pub fn now() -> Result<Micros, ClockError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| ClockError)?;
    let micros = i64::try_from(since.as_micros()).map_err(|_| ClockError)?;
    Micros::new(micros).map_err(|_| ClockError)
}
