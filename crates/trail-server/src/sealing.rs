//! Sealing old entries: in the background of a collector, in small steps that leave the disk to the writer, or on demand.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::sealer::{Pace, Sealed, Sealer, Window};
use ai_detect_trail_store::segments::name::{Day, SegmentName};
use ai_detect_trail_store::signer::Signer;

use crate::clock::now;
use crate::commands::{Hook, HookError};
use crate::configuration::Configuration;
use crate::log::{self, Event};
use crate::metrics::Counters;
use crate::periodic::Periodic;
use crate::serve::{ServeError, lock};
use crate::setup::{SetupError, open};

/// How often the collector looks for entries to seal.
const BETWEEN: Duration = Duration::from_secs(600);
/// How long the command of `after_seal` may run: it may copy files over a network.
const COMMAND_TIME: Duration = Duration::from_secs(1800);

/// The thread that seals.
pub(crate) struct Sealing {
    stop: Arc<AtomicBool>,
    thread: Periodic,
}

impl Sealing {
    /// Starts the thread.
    pub(crate) fn start(folder: &Folder, after_days: u32, after: Option<Hook>, counters: &Arc<Counters>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (folder, counters, stopped) = (folder.clone(), Arc::clone(counters), Arc::clone(&stop));
        // Files of which the command has not heard, or at which it failed.
        let mut new_files = Vec::new();
        let thread = Periodic::start(Duration::ZERO, BETWEEN, move || {
            match seal_old(&folder, after_days, &stopped, &mut new_files) {
                Ok(sealed) => {
                    counters.entries_sealed.add(usize::try_from(sealed.entries).unwrap_or(usize::MAX));
                }
                Err(error) => {
                    counters.seal_failures.add(1);
                    log::line(Event::Sealing, &error.to_string());
                }
            }
            match run_after(after.as_ref(), &folder, &new_files, &stopped) {
                Ok(()) => new_files.clear(),
                Err(error) => {
                    counters.after_seal_failures.add(1);
                    log::line(Event::AfterSeal, &error.to_string());
                }
            }
        });
        Self { stop, thread }
    }

    /// Ends the thread. What it was at is done at the next start.
    pub(crate) fn finish(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.finish();
    }
}

/// The command that runs after files were sealed.
pub(crate) fn after_seal(configuration: &Configuration) -> Option<Hook> {
    let command = configuration.after_seal.clone()?;
    Some(Hook { setting: "after_seal", command, limit: COMMAND_TIME })
}

/// Runs the command with the names of new files, one a line, if there are any.
fn run_after(
    after: Option<&Hook>,
    folder: &Folder,
    new_files: &[SegmentName],
    stop: &AtomicBool,
) -> Result<(), HookError> {
    let Some(hook) = after.filter(|_| !new_files.is_empty()) else { return Ok(()) };
    let names: String = new_files.iter().map(|name| format!("{name}\n")).collect();
    hook.run(folder.path(), names.as_bytes(), stop)
}

fn seal_old(
    folder: &Folder,
    after_days: u32,
    stop: &Arc<AtomicBool>,
    new_files: &mut Vec<SegmentName>,
) -> Result<Sealed, SetupError> {
    let today = Day::of(now()?);
    let window = Window { before: today.before(after_days), today };
    let mut sealer = Sealer::open(folder, Pace::Gentle, Arc::clone(stop))?;
    let sealed = sealer.seal(window);
    // Also those that were sealed before something failed.
    new_files.extend(sealer.new_files());
    Ok(sealed?)
}

/// What `trail seal` did.
#[derive(Debug)]
pub struct SealReport {
    /// What was sealed.
    pub sealed: Sealed,
    /// How many entries are not sealed.
    pub left: u64,
    /// The day before which entries were sealed.
    pub before: Day,
    /// Why the command of `after_seal` has not done what it should.
    pub after_seal: Result<(), HookError>,
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
    let after = after_seal(&trail.configuration);
    let after_seal = run_after(after.as_ref(), folder, sealer.new_files(), &AtomicBool::new(false));
    Ok(SealReport { sealed, left: sealer.left().map_err(store)?, before, after_seal })
}
