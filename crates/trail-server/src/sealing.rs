//! Sealing old entries: in the background of a collector, in small steps that leave the disk to the writer, or on demand.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::sealer::{Pace, Sealed, Sealer, Window};
use ai_detect_trail_store::segments::name::Day;
use ai_detect_trail_store::signer::Signer;

use crate::clock::now;
use crate::log::{self, Event};
use crate::metrics::Counters;
use crate::serve::{ServeError, lock};
use crate::setup::{SetupError, open};

/// How often the collector looks for entries to seal.
const BETWEEN: Duration = Duration::from_secs(600);

/// The thread that seals.
pub(crate) struct Sealing {
    stop: Arc<AtomicBool>,
    end: Mutex<Option<SyncSender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Sealing {
    /// Starts the thread.
    pub(crate) fn start(folder: &Folder, after_days: u32, counters: &Arc<Counters>) -> Self {
        let (end, ended) = mpsc::sync_channel(0);
        let stop = Arc::new(AtomicBool::new(false));
        let (folder, counters, stopped) = (folder.clone(), Arc::clone(counters), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            loop {
                match seal_old(&folder, after_days, &stopped) {
                    Ok(sealed) => {
                        counters.entries_sealed.add(usize::try_from(sealed.entries).unwrap_or(usize::MAX));
                    }
                    Err(error) => {
                        counters.seal_failures.add(1);
                        log::line(Event::Sealing, &error.to_string());
                    }
                }
                if !matches!(ended.recv_timeout(BETWEEN), Err(RecvTimeoutError::Timeout)) {
                    break;
                }
            }
        });
        Self { stop, end: Mutex::new(Some(end)), thread: Mutex::new(Some(thread)) }
    }

    /// Ends the thread. What it was at is done at the next start.
    pub(crate) fn finish(&self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.end.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // What it could not do, it has written down.
            drop(thread.join());
        }
    }
}

fn seal_old(folder: &Folder, after_days: u32, stop: &Arc<AtomicBool>) -> Result<Sealed, SetupError> {
    let today = Day::of(now()?);
    let window = Window { before: today.before(after_days), today };
    Ok(Sealer::open(folder, Pace::Gentle, Arc::clone(stop))?.seal(window)?)
}

/// What `trail seal` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealReport {
    /// What was sealed.
    pub sealed: Sealed,
    /// How many entries are not sealed.
    pub left: u64,
    /// The day before which entries were sealed.
    pub before: Day,
}

/// Seals the entries before a day, or those that are older than the configuration says. A collector may serve the folder meanwhile.
///
/// # Errors
///
/// When there is no trail, another process seals it, or it cannot be read or written.
pub fn seal(dir: &Path, before: Option<Day>) -> Result<SealReport, ServeError> {
    let trail = open(dir)?;
    let (folder, today) = (&trail.folder, Day::of(now().map_err(SetupError::from)?));
    let before = before.unwrap_or_else(|| today.before(trail.configuration.seal_after_days));
    let store = |error: StoreError| ServeError::from(SetupError::from(error));
    let (pace, _lock) = match lock(dir) {
        Ok(lock) => {
            // Only what is signed is sealed. While a collector runs, it signs.
            Signer::open(folder).and_then(|mut signer| signer.sign()).map_err(store)?;
            (Pace::Fast, Some(lock))
        }
        Err(ServeError::Served(_)) => (Pace::Gentle, None),
        Err(error) => return Err(error),
    };
    let mut sealer = Sealer::open(folder, pace, Arc::default()).map_err(store)?;
    let sealed = sealer.seal(Window { before, today }).map_err(store)?;
    Ok(SealReport { sealed, left: sealer.left().map_err(store)?, before })
}
