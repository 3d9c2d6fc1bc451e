//! Whether a client is there: idle, behind and gone are three things.

use crate::number::Micros;

/// What is known of a client at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It was heard of, and all that it made is here.
    UpToDate,
    /// It was heard of, and this many events are still with it.
    Behind(u64),
    /// It signed off: nothing is to be expected.
    SignedOff,
    /// It was not heard of for too long, and had not signed off: a gap with the cause `silent`.
    Silent {
        /// When it was heard of last.
        since: Micros,
    },
}

/// Judges a client by what has arrived.
///
/// `behind` is how many events it made that have not arrived, `heard` when the collector last got anything from it, and `patience` how
/// many microseconds may pass without.
pub fn presence(behind: u64, heard: Micros, signed_off: bool, now: Micros, patience: u64) -> Presence {
    // A clock that went backwards makes nobody silent.
    let passed = u64::try_from(now.get() - heard.get()).unwrap_or(0);
    match behind {
        0 if signed_off => Presence::SignedOff,
        _ if passed > patience => Presence::Silent { since: heard },
        0 => Presence::UpToDate,
        behind => Presence::Behind(behind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_behind_gone_and_signed_off_differ() {
        let at = |micros| Micros::new(micros).expect("a time");
        for (behind, signed_off, now, expected) in [
            (0, false, 110, Presence::UpToDate),
            (0, false, 50, Presence::UpToDate),
            (0, false, 111, Presence::Silent { since: at(100) }),
            (0, true, 111, Presence::SignedOff),
            (1, false, 110, Presence::Behind(1)),
            // It signed off, and what it said it had made never came.
            (1, true, 111, Presence::Silent { since: at(100) }),
        ] {
            assert_eq!(presence(behind, at(100), signed_off, at(now), 10), expected);
        }
    }
}
