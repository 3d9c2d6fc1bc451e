//! Sealed files of a trail, whose bytes are anything: what can be read is what an entry's columns say, and memory is bounded.

use ai_detect_trail_store::segments::entries_of;
use ai_detect_trail_store::segments::name::Day;

/// Nothing of it panics, and no entry comes out of nothing.
pub fn run(data: &[u8]) {
    let Ok(day) = Day::parse("2026-09-22") else { return };
    if let Some(entries) = entries_of(data.to_vec(), 0, day) {
        assert!(entries.is_empty() || data.len() > 1000, "{} entries of {} bytes", entries.len(), data.len());
    }
}
