//! Signing checkpoints in the background: at most once a second, and only when something came.

use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::signer::Signer;

use crate::commands::{Hook, HookError};
use crate::log::{self, Event};
use crate::metrics::Counters;

/// How long after a failure it signs again, if nothing comes.
const AGAIN: Duration = Duration::from_secs(5);
/// The shortest time between two checkpoints.
const BETWEEN: Duration = Duration::from_secs(1);

/// The command that runs after a checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct AfterCheckpoint {
    pub(crate) hook: Hook,
    pub(crate) between: Duration,
}

/// The thread that signs.
pub(crate) struct Signing {
    wake: Mutex<Option<SyncSender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Why the last checkpoint could not be signed.
    problem: Arc<Mutex<Option<String>>>,
}

impl Signing {
    /// Signs what is there, and starts the thread.
    ///
    /// # Errors
    ///
    /// When the log cannot be signed now.
    pub(crate) fn start(
        folder: &Folder,
        after: Option<AfterCheckpoint>,
        counters: &Arc<Counters>,
    ) -> Result<Self, StoreError> {
        let mut signer = Signer::open(folder)?;
        let first = signer.sign()?;
        let (wake, woken) = mpsc::sync_channel(1);
        let problem = Arc::new(Mutex::new(None));
        let worker = Worker {
            signer,
            commands: after.map(|after| Commands { after, folder: folder.clone(), ran: None }),
            last: first,
            counters: Arc::clone(counters),
            problem: Arc::clone(&problem),
        };
        let thread = std::thread::spawn(move || worker.run(&woken));
        Ok(Self { wake: Mutex::new(Some(wake)), thread: Mutex::new(Some(thread)), problem })
    }

    /// Something came.
    pub(crate) fn wake(&self) {
        if let Some(wake) = &*lock(&self.wake) {
            // If it is full, the thread will see this as well.
            let _ = wake.try_send(());
        }
    }

    /// Why the last checkpoint could not be signed.
    pub(crate) fn problem(&self) -> Option<String> {
        lock(&self.problem).clone()
    }

    /// Signs what is left, and ends the thread.
    pub(crate) fn finish(&self) {
        drop(lock(&self.wake).take());
        if let Some(thread) = lock(&self.thread).take() {
            // What it could not do, it has written down.
            drop(thread.join());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is behind these is replaced as a whole, so that a panic in between leaves no half.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Worker {
    signer: Signer,
    commands: Option<Commands>,
    last: String,
    counters: Arc<Counters>,
    problem: Arc<Mutex<Option<String>>>,
}

impl Worker {
    fn run(mut self, woken: &Receiver<()>) {
        self.command(false);
        loop {
            let waits = self.commands.as_ref().and_then(|commands| commands.waits(&self.last));
            // Whoever asks whether the collector is ready may send nothing until it is, so that nothing would wake this thread.
            let has_failed = lock(&self.problem).is_some();
            let waits = if has_failed { Some(waits.map_or(AGAIN, |waits| waits.min(AGAIN))) } else { waits };
            let woken = match waits {
                Some(time) => woken.recv_timeout(time),
                None => woken.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match woken {
                Ok(()) => {
                    self.sign();
                    self.command(false);
                    std::thread::sleep(BETWEEN);
                }
                Err(RecvTimeoutError::Timeout) => {
                    if has_failed {
                        self.sign();
                    }
                    self.command(false);
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.sign();
        self.command(true);
    }

    fn sign(&mut self) {
        match self.signer.sign() {
            Ok(text) => {
                self.last = text;
                *lock(&self.problem) = None;
            }
            Err(error) => {
                self.counters.sign_failures.add(1);
                let message = error.to_string();
                log::line(Event::Signing, &message);
                *lock(&self.problem) = Some(message);
            }
        }
    }

    fn command(&mut self, is_last: bool) {
        let Some(commands) = &mut self.commands else { return };
        if let Err(problem) = commands.run(&self.last, is_last) {
            self.counters.after_checkpoint_failures.add(1);
            log::line(Event::AfterCheckpoint, &problem.to_string());
        }
    }
}

/// Runs the command for checkpoints, not more often than it should.
struct Commands {
    after: AfterCheckpoint,
    folder: Folder,
    /// When it ran last, and for which checkpoint.
    ran: Option<(Instant, String)>,
}

impl Commands {
    /// How long until the command runs for this checkpoint; `None` if it did.
    fn waits(&self, checkpoint: &str) -> Option<Duration> {
        match &self.ran {
            Some((_, ran_for)) if ran_for == checkpoint => None,
            Some((at, _)) => Some(self.after.between.saturating_sub(at.elapsed())),
            None => Some(Duration::ZERO),
        }
    }

    fn run(&mut self, checkpoint: &str, is_last: bool) -> Result<(), HookError> {
        match self.waits(checkpoint) {
            Some(time) if time.is_zero() || is_last => {}
            _ => return Ok(()),
        }
        self.ran = Some((Instant::now(), checkpoint.to_owned()));
        // The last checkpoint is anchored before the collector ends.
        self.after.hook.run(self.folder.path(), checkpoint.as_bytes(), &AtomicBool::new(false))
    }
}
