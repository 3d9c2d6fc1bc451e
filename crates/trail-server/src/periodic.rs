//! Work that a collector does from time to time, beside its requests.

use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A thread that works, rests, and works again.
pub(crate) struct Periodic {
    end: Mutex<Option<SyncSender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Periodic {
    /// Works for the first time after `first`, and then again each time that `between` has passed.
    pub(crate) fn start(first: Duration, between: Duration, mut work: impl FnMut() + Send + 'static) -> Self {
        let (end, ended) = mpsc::sync_channel(0);
        let thread = std::thread::spawn(move || {
            let mut rest = first;
            while matches!(ended.recv_timeout(rest), Err(RecvTimeoutError::Timeout)) {
                work();
                rest = between;
            }
        });
        Self { end: Mutex::new(Some(end)), thread: Mutex::new(Some(thread)) }
    }

    /// Ends the thread once what it is at is done.
    pub(crate) fn finish(&self) {
        drop(self.end.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // What it could not do, it has written down.
            drop(thread.join());
        }
    }
}
