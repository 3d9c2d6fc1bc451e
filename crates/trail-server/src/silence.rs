//! Looking for clients that are not heard of any more.

use std::sync::Arc;
use std::time::Duration;

use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::silence::note;

use crate::clock::now;
use crate::collector::Collector;
use crate::log::{self, Event};
use crate::periodic::Periodic;

/// When the collector looks for the first time: it was away itself, and clients that are there come back within an hour.
const FIRST: Duration = Duration::from_secs(3600);
/// How often it looks.
const BETWEEN: Duration = Duration::from_secs(600);

/// Looks from time to time. `patience` is for how many microseconds a client may be quiet.
pub(crate) fn watch(collector: &Arc<Collector>, patience: u64) -> Periodic {
    let collector = Arc::clone(collector);
    Periodic::start(FIRST, BETWEEN, move || {
        let Ok(now) = now() else { return };
        match note(&collector.folder, &collector.writer, now, patience) {
            Ok(0) => {}
            Ok(opened) => {
                log::line(Event::Silence, &format!("clients that are not heard of any more: {opened}"));
                collector.signing.wake();
            }
            Err(error) => log::line(Event::Silence, &StoreError::to_string(&error)),
        }
    })
}
