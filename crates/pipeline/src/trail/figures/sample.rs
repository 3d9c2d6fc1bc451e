//! Rows and rates for tests.

use super::interval::Count;
use super::rates::{Label, Rate, Rates};
use crate::scan::landed::Landed;
use ai_detect_attest::State;

/// A commit that declares nothing and was scored without a flag.
pub(super) fn row(repository: &str, at: usize, time: i64) -> Landed {
    Landed {
        repository: repository.into(),
        commit: format!("{at:040x}"),
        is_merge: false,
        via: None,
        time: Some(time),
        added_scored: 10,
        added_total: Some(12),
        sensitive: Vec::new(),
        is_scored: true,
        is_flagged: false,
        state: State::Absent,
        speaks_for_request: true,
        author_time: time,
        model: None,
        lacks_notes: false,
        rules: "r".into(),
    }
}

/// Flags find 80 of 100 AI commits, and 10 of 1,000 people's.
pub(super) fn rates() -> Rates {
    let rate = |label, of, total| Rate { label, by: "all".into(), group: "all".into(), flagged: Count { of, total } };
    Rates { about: Vec::new(), rates: vec![rate(Label::Ai, 80, 100), rate(Label::Established, 10, 1000)] }
}
