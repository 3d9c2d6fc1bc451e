//! The time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use ai_detect_trail_log::number::Micros;

use crate::error::SpoolError;

/// Now, by the clock of this machine.
///
/// # Errors
///
/// When the clock is more than 285 years away from 1970.
pub fn now() -> Result<Micros, SpoolError> {
    let now = SystemTime::now();
    let micros = match now.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).ok(),
        Err(before) => i64::try_from(before.duration().as_micros()).ok().map(|micros| -micros),
    };
    micros.and_then(|micros| Micros::new(micros).ok()).ok_or(SpoolError::Clock)
}
