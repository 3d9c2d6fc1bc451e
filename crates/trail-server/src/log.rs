//! What the collector says about itself: one JSON object a line on standard error. Never a body, a name or a parameter.

use std::io::Write as _;

use serde::Serialize;

use crate::clock::now;

/// Something that the operator should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Event {
    Signing,
    Sealing,
    AfterCheckpoint,
    AfterSeal,
    Silence,
    Connection,
    Fork,
    Write,
    Read,
    Bodies,
}

#[derive(Serialize)]
struct Line<'a> {
    time: Option<i64>,
    event: Event,
    message: &'a str,
}

/// Writes a line.
pub(crate) fn line(event: Event, message: &str) {
    let time = now().ok().map(|now| now.get());
    if let Ok(text) = serde_json::to_string(&Line { time, event, message }) {
        // Nobody may listen; the collector goes on.
        drop(writeln!(std::io::stderr().lock(), "{text}"));
    }
}
