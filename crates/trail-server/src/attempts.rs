//! How often an address may guess. Codes are too long to be guessed; this keeps a stranger from making the collector look up many.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// For how long attempts of an address are counted together.
const WINDOW: Duration = Duration::from_secs(60);
/// How many addresses are remembered. Those beyond are counted as one.
const MAX_ADDRESSES: usize = 4096;

/// Attempts by address.
pub(crate) struct Attempts {
    max: usize,
    by_address: Mutex<HashMap<IpAddr, Count>>,
}

#[derive(Clone, Copy)]
struct Count {
    since: Instant,
    attempts: usize,
}

impl Attempts {
    pub(crate) fn new(max: usize) -> Self {
        Self { max, by_address: Mutex::default() }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    ///
    /// When there were too many: after how many seconds the next one counts.
    pub(crate) fn begin(&self, address: IpAddr, now: Instant) -> Result<(), TooMany> {
        let mut all = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = network(address);
        if !all.contains_key(&key) && all.len() >= MAX_ADDRESSES {
            all.retain(|_, count| now.duration_since(count.since) < WINDOW);
            if all.len() >= MAX_ADDRESSES {
                key = Ipv4Addr::UNSPECIFIED.into();
            }
        }
        let count = all.entry(key).or_insert(Count { since: now, attempts: 0 });
        if now.duration_since(count.since) >= WINDOW {
            *count = Count { since: now, attempts: 0 };
        }
        if count.attempts >= self.max {
            let left = WINDOW.saturating_sub(now.duration_since(count.since));
            return Err(TooMany { max: self.max, retry_after: left.as_secs() + 1 });
        }
        count.attempts += 1;
        Ok(())
    }

    /// Takes back an attempt that succeeded.
    pub(crate) fn succeeded(&self, address: IpAddr) {
        let mut all = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&network(address)) {
            count.attempts = count.attempts.saturating_sub(1);
        }
    }
}

/// An address has guessed too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) max: usize,
    pub(crate) retry_after: u64,
}

/// Whoever has one address of IPv6 has the whole network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => four.into(),
            None => Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX)).into(),
        },
    }
}
