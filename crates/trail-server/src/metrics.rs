//! Counters, as Prometheus reads them. Numbers without names.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use ai_detect_trail_store::reading::Figures;

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: usize) {
        // Nothing holds more than a number of 64 bits.
        self.0.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What happened since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) connections: Counter,
    pub(crate) connections_refused: Counter,
    pub(crate) batches: Counter,
    pub(crate) events_new: Counter,
    pub(crate) events_again: Counter,
    pub(crate) events_conflict: Counter,
    pub(crate) events_refused: Counter,
    pub(crate) requests_refused: Counter,
    pub(crate) joins: Counter,
    pub(crate) joins_refused: Counter,
    pub(crate) write_failures: Counter,
    pub(crate) sign_failures: Counter,
    pub(crate) after_checkpoint_failures: Counter,
    pub(crate) entries_sealed: Counter,
    pub(crate) seal_failures: Counter,
    pub(crate) after_seal_failures: Counter,
}

/// The text of `/metrics`.
pub(crate) fn text(counters: &Counters, figures: &Figures) -> String {
    let mut text = String::new();
    let mut one = |name: &str, kind: &str, help: &str, value: u64| {
        // Writing into a text never fails.
        let _ = write!(text, "# HELP trail_{name} {help}\n# TYPE trail_{name} {kind}\ntrail_{name} {value}\n");
    };
    for (name, help, value) in [
        ("entries", "Entries of the log", figures.entries),
        ("entries_signed", "Entries that a checkpoint is signed for", figures.signed),
        ("epochs", "Epochs of clients that sent something", figures.epochs),
        ("gaps_open", "Gaps that are open", figures.open_gaps),
        ("forks", "Checkpoints that clients hold and the log does not continue", figures.forks),
    ] {
        one(name, "gauge", help, value);
    }
    for (name, help, counter) in [
        ("connections_total", "Connections", &counters.connections),
        ("connections_refused_total", "Connections beyond the limit", &counters.connections_refused),
        ("batches_total", "Batches that were taken", &counters.batches),
        ("events_new_total", "Events that were new", &counters.events_new),
        ("events_again_total", "Events that were there before", &counters.events_again),
        ("events_conflict_total", "Numbers that came again with other content", &counters.events_conflict),
        ("events_refused_total", "Events that were not taken", &counters.events_refused),
        ("requests_refused_total", "Requests that were refused", &counters.requests_refused),
        ("joins_total", "Clients that joined with a code", &counters.joins),
        ("joins_refused_total", "Codes with which nobody could join", &counters.joins_refused),
        ("write_failures_total", "Writes that failed", &counters.write_failures),
        ("sign_failures_total", "Checkpoints that could not be signed", &counters.sign_failures),
        (
            "after_checkpoint_failures_total",
            "Runs of after_checkpoint that failed",
            &counters.after_checkpoint_failures,
        ),
        ("entries_sealed_total", "Entries that went from the database into files", &counters.entries_sealed),
        ("seal_failures_total", "Times that entries could not be sealed", &counters.seal_failures),
        ("after_seal_failures_total", "Runs of after_seal that failed", &counters.after_seal_failures),
    ] {
        one(name, "counter", help, counter.get());
    }
    text
}
