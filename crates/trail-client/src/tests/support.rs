//! What all tests of the client need.

use std::collections::BTreeMap;
use std::path::Path;

use crate::event::{Class, Event, Series};
use crate::spool::{Batch, Cursor, Sender, Spool};
use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_log::number::Micros;
use serde_json::{Map, Value, json};

/// 1 December 2026.
pub(crate) const NOON: i64 = 1_796_126_400_000_000;
pub(crate) const MINUTE: i64 = 60_000_000;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

pub(crate) fn at(time: i64) -> Micros {
    Micros::new(time).unwrap()
}

pub(crate) fn client() -> ClientId {
    ClientId::parse("laptop").unwrap()
}

pub(crate) fn sender() -> Sender {
    Sender::Client(client())
}

pub(crate) fn spool(folder: &Path) -> Spool {
    Spool::at(folder).with_boot("boot-1")
}

pub(crate) fn event(class: Class, mark: u64) -> Event {
    let fields = json!({"tool": "copilot", "session": format!("s-{mark}"), "lines": 7});
    let kind = match class {
        Class::Light => "suggestion.shown",
        Class::Detailed => "edit",
        Class::Lasting => "attestation",
    };
    let Value::Object(fields) = fields else { unreachable!("an object") };
    Event::new(class, kind, at(NOON + mark as i64), &fields).unwrap()
}

pub(crate) fn light(marks: impl IntoIterator<Item = u64>) -> Vec<Event> {
    marks.into_iter().map(|mark| event(Class::Light, mark)).collect()
}

/// The lines of a batch as JSON.
pub(crate) fn lines(batch: &Batch) -> Vec<Map<String, Value>> {
    let text = std::str::from_utf8(&batch.lines).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Everything that waits, in the order in which it is sent.
pub(crate) fn waiting(spool: &Spool) -> Vec<Map<String, Value>> {
    let mut cursor = Cursor::default();
    let mut all = Vec::new();
    while let Some(batch) = spool.next_batch(&sender(), &mut cursor, 1000).unwrap() {
        assert!(batch.events <= 1000 && batch.lines.len() <= 1 << 20);
        let found = lines(&batch);
        assert_eq!(found.len(), batch.events);
        all.extend(found);
    }
    all
}

pub(crate) fn numbers(lines: &[Map<String, Value>]) -> Vec<u64> {
    lines.iter().map(|line| line["number"].as_u64().unwrap()).collect()
}

/// What a collector answers that has everything of a batch.
pub(crate) fn all_of(batch: &Batch) -> BTreeMap<Series, u64> {
    batch.numbers.iter().map(|numbers| (numbers.series.clone(), numbers.last.get())).collect()
}
