//! How long is waited, for what, and when it is given up: rate limits and faults.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use super::Error;

/// Tries of one call, the first included.
const MAX_TRIES: u32 = 4;
/// The first pause after a fault; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// What GitHub asks for where a secondary limit says nothing of time.
const UNSAID: Duration = Duration::from_secs(60);

/// How long may be waited in all, and how much of it is gone.
#[derive(Debug, Clone)]
pub struct Patience {
    most: Duration,
    waited: Duration,
    sleep: fn(Duration),
}

impl Default for Patience {
    fn default() -> Self {
        Patience::of(Duration::from_secs(60))
    }
}

/// The headers that speak of limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) retry_after: Option<String>,
    pub(super) remaining: Option<String>,
    pub(super) reset: Option<String>,
}

impl Patience {
    /// No longer than this altogether, over all calls.
    pub fn of(most: Duration) -> Self {
        Patience { most, waited: Duration::ZERO, sleep: std::thread::sleep }
    }

    #[cfg(test)]
    pub(super) fn sleepless(most: Duration) -> Self {
        Patience { sleep: |_| (), ..Patience::of(most) }
    }

    /// Waits before a call is made again after a fault; `false` where that was often enough.
    pub(super) fn again(&mut self, tries: u32) -> bool {
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(tries.saturating_sub(1));
        // Many jobs that failed together should not come back together.
        let pause = pause.mul_f64(0.75 + 0.5 * chance());
        if tries >= MAX_TRIES || self.waited + pause > self.most {
            return false;
        }
        self.wait(pause);
        true
    }

    /// Waits as long as a limit asks.
    pub(super) fn limited(&mut self, wait: Duration, now: SystemTime) -> Result<(), Error> {
        if self.waited.saturating_add(wait) > self.most {
            return Err(Error::RateLimited { until: clock(now, wait), wait, most: self.most });
        }
        self.wait(wait);
        Ok(())
    }

    fn wait(&mut self, pause: Duration) {
        self.waited += pause;
        (self.sleep)(pause);
    }
}

impl Limits {
    /// How long an answer asks to wait, if it is about a limit at all. A refusal for want of rights
    /// has the same status.
    pub(super) fn wait(&self, status: u16, message: &str, now: SystemTime) -> Option<Duration> {
        if !matches!(status, 403 | 429) {
            return None;
        }
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.trim().parse::<u64>().ok());
        if let Some(seconds) = number(&self.retry_after) {
            return Some(Duration::from_secs(seconds));
        }
        if number(&self.remaining) == Some(0)
            && let Some(reset) = number(&self.reset)
        {
            // A clock before 1970 waits for longer than the server asks.
            let now = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            // A clock that is a little off must not make it too early.
            return Some(Duration::from_secs(reset.saturating_sub(now).saturating_add(1)));
        }
        let limit = status == 429 || message.to_ascii_lowercase().contains("rate limit");
        limit.then_some(UNSAID)
    }
}

/// From 0 to 1, another one each time.
fn chance() -> f64 {
    let bits = RandomState::new().build_hasher().finish();
    f64::from((bits >> 32) as u32) / f64::from(u32::MAX)
}

/// The time of day, UTC, after a wait, as people read it.
fn clock(now: SystemTime, wait: Duration) -> String {
    let time = now.checked_add(wait).and_then(|time| Timestamp::try_from(time).ok());
    time.map_or_else(|| "far in the future".into(), |time| time.strftime("%H:%M:%S UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn limits_say_how_long_and_refusals_say_nothing() {
        let none = Limits::default();
        assert_eq!(none.wait(403, "Resource not accessible by integration", at(0)), None);
        assert_eq!(none.wait(200, "", at(0)), None);
        assert_eq!(none.wait(403, "You have exceeded a secondary rate limit", at(0)), Some(UNSAID));
        assert_eq!(none.wait(429, "", at(0)), Some(UNSAID));
        let after = Limits { retry_after: Some("7".into()), ..Limits::default() };
        assert_eq!(after.wait(429, "", at(0)), Some(Duration::from_secs(7)));
        let spent = Limits { remaining: Some("0".into()), reset: Some("1030".into()), ..Limits::default() };
        assert_eq!(spent.wait(403, "", at(1000)), Some(Duration::from_secs(31)));
        let left = Limits { remaining: Some("9".into()), ..spent };
        assert_eq!(left.wait(403, "no rights", at(1000)), None);
    }

    #[test]
    fn patience_ends() {
        let mut patience = Patience::sleepless(Duration::from_secs(60));
        patience.limited(Duration::from_secs(40), at(0)).unwrap();
        let error = patience.limited(Duration::from_secs(40), at(86_400 + 3_600)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "rate limited until 01:00:40 UTC (in 40 s), and no more than 60 s in all are waited"
        );
        let error = patience.limited(Duration::MAX, at(0)).unwrap_err().to_string();
        assert!(error.starts_with("rate limited until far in the future"), "{error}");
        assert!(patience.again(1) && patience.again(2) && patience.again(3) && !patience.again(4));
    }
}
