//! Signing checkpoints in the background: at most once a second, and only when something came.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::signer::Signer;

use crate::log::{self, Event};
use crate::metrics::Counters;

/// The shortest time between two checkpoints.
const BETWEEN: Duration = Duration::from_secs(1);
/// How long a command may run.
const COMMAND_TIME: Duration = Duration::from_secs(60);

/// The command that runs after a checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct AfterCheckpoint {
    pub(crate) command: String,
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
                Err(RecvTimeoutError::Timeout) => self.command(false),
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

#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error("the command of `after_checkpoint` could not be run: {0}")]
    Run(#[from] std::io::Error),
    #[error("the command of `after_checkpoint` ended with {0}")]
    Status(std::process::ExitStatus),
    #[error("the command of `after_checkpoint` was ended: it ran longer than {} seconds", COMMAND_TIME.as_secs())]
    TooLong,
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

    fn run(&mut self, checkpoint: &str, is_last: bool) -> Result<(), CommandError> {
        match self.waits(checkpoint) {
            Some(time) if time.is_zero() || is_last => {}
            _ => return Ok(()),
        }
        self.ran = Some((Instant::now(), checkpoint.to_owned()));
        let mut child = shell(&self.after.command)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // A command that does not read it is none the worse.
            drop(input.write_all(checkpoint.as_bytes()));
        }
        wait(&mut child)
    }
}

fn wait(child: &mut Child) -> Result<(), CommandError> {
    let began = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(CommandError::Status(status)),
            None if began.elapsed() > COMMAND_TIME => {
                child.kill()?;
                child.wait()?;
                return Err(CommandError::TooLong);
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn shell(command: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(program);
    shell.arg(flag).arg(command);
    shell
}
