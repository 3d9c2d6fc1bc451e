//! The one thread that writes. What waits while it writes goes into its next transaction.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::number::Micros;
use rusqlite::{Connection, TransactionBehavior};

pub use crate::changes::Change;
use crate::error::{Damage, StoreError};
use crate::folder::{Folder, random};
use crate::ingest::{COLLECTOR, Collector, Draft, Ingest, Receipt};
use crate::reserve;

/// The most events of one transaction.
const MAX_GROUP: usize = 1000;
/// How many batches may wait. Whoever brings one more waits as well.
const MAX_WAITING: usize = 256;

/// Something to write, and who waits for it.
enum Job {
    Batch { drafts: Vec<Draft>, answer: Answer<Receipt> },
    Own { event: Box<Event>, change: Option<Change>, at: Micros, answer: Answer<Option<u64>> },
}

type Answer<T> = SyncSender<Result<T, Arc<StoreError>>>;

/// What became of a job.
enum Done {
    Batch(Receipt),
    Own(Option<u64>),
}

/// Hands events to the thread that writes.
pub struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened.
    pub fn start(folder: &Folder) -> Result<Self, StoreError> {
        let connection = folder.connect()?;
        let damaged = |_| folder.damaged(Damage::Value { table: "log" });
        let [a, b]: [u64; 2] = [u64::from_ne_bytes(random()?), u64::from_ne_bytes(random()?)];
        let collector = Collector {
            client: ClientId::parse(COLLECTOR).map_err(damaged)?,
            epoch: Epoch::parse(&format!("{a:016x}{b:016x}")).map_err(damaged)?,
            region: folder.region()?,
            fingerprints: folder.fingerprint_key(&connection)?,
        };
        let (jobs, waiting) = mpsc::sync_channel(MAX_WAITING);
        let folder = folder.clone();
        let thread = std::thread::spawn(move || run(&folder, connection, &collector, &waiting));
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Takes a batch into the log. When this returns, the batch is on the disk.
    ///
    /// # Errors
    ///
    /// When it could not be written. Then nothing of it is in the log, and the client must keep it.
    pub fn submit(&self, drafts: Vec<Draft>) -> Result<Receipt, Arc<StoreError>> {
        self.wait(|answer| Job::Batch { drafts, answer })
    }

    /// Appends an entry of the collector itself, and changes rows with it. Returns its index when it is on the disk.
    ///
    /// `None` if the change was made before: nothing is written then.
    ///
    /// # Errors
    ///
    /// When it could not be written. Then nothing has changed.
    pub fn record(&self, event: Event, change: Option<Change>, at: Micros) -> Result<Option<u64>, Arc<StoreError>> {
        self.wait(|answer| Job::Own { event: Box::new(event), change, at, answer })
    }

    /// Whether it still writes. After an error of the disk it does not.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    fn wait<T>(&self, job: impl FnOnce(Answer<T>) -> Job) -> Result<T, Arc<StoreError>> {
        let (answer, done) = mpsc::sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or(StoreError::Stopped)?;
        jobs.send(job(answer)).map_err(|_| StoreError::Stopped)?;
        done.recv().map_err(|_| StoreError::Stopped)?
    }
}

impl Job {
    /// How many entries it makes, about.
    fn size(&self) -> usize {
        match self {
            Self::Batch { drafts, .. } => drafts.len(),
            Self::Own { .. } => 1,
        }
    }

    fn fail(self, error: &Arc<StoreError>) {
        // Whoever asked may be gone.
        match self {
            Self::Batch { answer, .. } => drop(answer.send(Err(Arc::clone(error)))),
            Self::Own { answer, .. } => drop(answer.send(Err(Arc::clone(error)))),
        }
    }

    fn finish(self, done: Done) {
        // Whoever asked may be gone; what was asked is in the log all the same.
        match (self, done) {
            (Self::Batch { answer, .. }, Done::Batch(receipt)) => drop(answer.send(Ok(receipt))),
            (Self::Own { answer, .. }, Done::Own(seq)) => drop(answer.send(Ok(seq))),
            // Jobs and what became of them are in the same order, so that the two kinds never meet.
            (Self::Batch { .. }, Done::Own(_)) | (Self::Own { .. }, Done::Batch(_)) => {}
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The thread ends when nobody can bring a batch any more.
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // If it ended by itself, whoever waited has its error.
            drop(thread.join());
        }
    }
}

fn run(folder: &Folder, mut connection: Connection, collector: &Collector, waiting: &Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let mut count = first.size();
        let mut group = vec![first];
        while count < MAX_GROUP
            && let Ok(job) = waiting.try_recv()
        {
            count += job.size();
            group.push(job);
        }
        match write(folder, &mut connection, collector, &group) {
            Ok(done) => group.into_iter().zip(done).for_each(|(job, done)| job.finish(done)),
            Err(error) => {
                let fatal = error.is_fatal();
                let own = fail_batches(group, error);
                // Who looked at what is written down even then: for that, room was set aside.
                let retried =
                    if fatal { Err(StoreError::Stopped) } else { retry(folder, &mut connection, collector, &own) };
                match retried {
                    Ok(done) => own.into_iter().zip(done).for_each(|(job, done)| job.finish(done)),
                    Err(error) => {
                        let error = Arc::new(error);
                        own.into_iter().for_each(|job| job.fail(&error));
                    }
                }
                if fatal {
                    return;
                }
            }
        }
    }
}

/// Tells whoever sent events that nothing of them was written, and returns what the collector itself wants to write.
fn fail_batches(group: Vec<Job>, error: StoreError) -> Vec<Job> {
    let (batches, own): (Vec<_>, Vec<_>) = group.into_iter().partition(|job| matches!(job, Job::Batch { .. }));
    let error = Arc::new(error);
    batches.into_iter().for_each(|job| job.fail(&error));
    own
}

/// Writes the collector's own entries again, on a full disk with the room that was set aside for them.
fn retry(
    folder: &Folder,
    connection: &mut Connection,
    collector: &Collector,
    own: &[Job],
) -> Result<Vec<Done>, StoreError> {
    match write(folder, connection, collector, own) {
        Err(error) if error.is_full() && reserve::give_up(folder)? => write(folder, connection, collector, own),
        other => other,
    }
}

/// Writes a group of batches in one transaction.
fn write(
    folder: &Folder,
    connection: &mut Connection,
    collector: &Collector,
    group: &[Job],
) -> Result<Vec<Done>, StoreError> {
    let database = folder.database();
    let failed = StoreError::database(&database);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
    let mut ingest = Ingest::begin(folder, &transaction, collector)?;
    let mut all = Vec::with_capacity(group.len());
    for job in group {
        all.push(match job {
            Job::Batch { drafts, .. } => Done::Batch(ingest.take(drafts)?),
            Job::Own { event, change, at, .. } => {
                let is_new = change.as_ref().map_or(Ok(true), |change| change.apply(&transaction, *at));
                match is_new.map_err(&failed)? {
                    true => Done::Own(Some(ingest.append_own((**event).clone(), *at)?)),
                    false => Done::Own(None),
                }
            }
        });
    }
    ingest.finish()?;
    transaction.commit().map_err(&failed)?;
    Ok(all)
}
