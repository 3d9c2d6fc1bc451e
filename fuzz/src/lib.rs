//! What the fuzzers do with an input, one file a target: a function from bytes that panics where a promise
//! is broken. `tests/it/fuzz_seeds.rs` runs the same functions on the seeds, without any fuzzer.

pub mod answers;
pub mod capture;
pub mod commands;
pub mod hunks;
pub mod message;
pub mod patch;
pub mod posted;
pub mod records;
pub mod segment;
pub mod settings;
pub mod signatures;
pub mod sinks;
pub mod states;
pub mod trail;
pub mod wire;

use ai_detect::change::{ChangeSet, Span};

/// The first byte of an input chooses among kinds; the rest is for the one that it chooses.
fn chosen(data: &[u8]) -> (u8, &[u8]) {
    data.split_first().map_or((0, data), |(first, rest)| (*first, rest))
}

/// Spans that are none, overlap, or lie past the end.
fn assert_spans(spans: &[Span], end: u32) {
    let mut last = 0;
    for span in spans {
        assert!(last <= span.start && span.start < span.end && span.end <= end, "{spans:?} of {end}");
        last = span.end;
    }
}

/// What holds of every change set, wherever it comes from.
fn assert_change(change: &ChangeSet) {
    for file in &change.files {
        assert_spans(&file.authored, file.new.len());
        let lines = |spans: &[Span]| spans.iter().map(|span| span.len()).sum::<u32>();
        assert!(lines(&file.authored) + file.moved_lines + file.whitespace_lines <= file.new.len(), "{}", file.path);
        let origins: Vec<Span> = file.origins.iter().map(|origin| origin.span).collect();
        assert_eq!(lines(&origins), lines(&file.authored), "{}", file.path);
    }
}

/// Nothing that acts on a terminal.
fn assert_printable(text: &str) {
    assert_eq!(ai_detect::terminal::unsafe_in(text), None, "{text:?}");
}
