//! Moments in which a signal waits: while a file or a ref is being put in place, so that no half of one and no lock is
//! left. Signals to end (`SIGINT`, `SIGTERM`, `SIGQUIT`) are obeyed as soon as that is done, and at once everywhere else.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::{flag, low_level};

/// Does something short that a signal must not cut in two.
pub fn with_signals_deferred<T>(work: impl FnOnce() -> T) -> T {
    // Where signals cannot be had, as in some sandboxes, all is as it was without.
    let Some(signals) = SIGNALS.as_ref() else { return work() };
    signals.obeyed.store(false, Ordering::SeqCst);
    let done = work();
    signals.obeyed.store(true, Ordering::SeqCst);
    let told = signals.told.load(Ordering::SeqCst);
    if told != NONE {
        let _ = i32::try_from(told).map(low_level::emulate_default_handler);
    }
    done
}

/// No signal has this number.
const NONE: usize = 0;

/// Nothing is asked of the system by a run that writes nothing.
static SIGNALS: LazyLock<Option<Signals>> = LazyLock::new(|| Signals::new().ok());

struct Signals {
    /// Whether a signal ends the process at once.
    obeyed: Arc<AtomicBool>,
    /// The last one that had to wait.
    told: Arc<AtomicUsize>,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        let signals = Signals { obeyed: Arc::new(AtomicBool::new(true)), told: Arc::new(AtomicUsize::new(NONE)) };
        for signal in TERM_SIGNALS {
            flag::register_conditional_default(*signal, Arc::clone(&signals.obeyed))?;
            // As 0 it would pass for none.
            let number = usize::try_from(*signal).map_err(std::io::Error::other)?;
            flag::register_usize(*signal, Arc::clone(&signals.told), number)?;
        }
        Ok(signals)
    }
}
