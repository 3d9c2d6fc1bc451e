//! The one thread that writes. What waits while it writes goes into its next transaction.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

use ai_detect_trail_log::ids::{ClientId, Epoch};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Damage, StoreError};
use crate::folder::{Folder, random};
use crate::ingest::{COLLECTOR, Collector, Draft, Ingest, Receipt};

/// The most events of one transaction.
const MAX_GROUP: usize = 1000;
/// How many batches may wait. Whoever brings one more waits as well.
const MAX_WAITING: usize = 256;

struct Job {
    drafts: Vec<Draft>,
    answer: SyncSender<Result<Receipt, Arc<StoreError>>>,
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
        let (answer, receipt) = mpsc::sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or(StoreError::Stopped)?;
        jobs.send(Job { drafts, answer }).map_err(|_| StoreError::Stopped)?;
        receipt.recv().map_err(|_| StoreError::Stopped)?
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
        let mut count = first.drafts.len();
        let mut group = vec![first];
        while count < MAX_GROUP
            && let Ok(job) = waiting.try_recv()
        {
            count += job.drafts.len();
            group.push(job);
        }
        match write(folder, &mut connection, collector, &group) {
            Ok(receipts) => {
                for (job, receipt) in group.into_iter().zip(receipts) {
                    // Whoever asked may be gone; the batch is in the log all the same.
                    drop(job.answer.send(Ok(receipt)));
                }
            }
            Err(error) => {
                let fatal = error.is_fatal();
                let error = Arc::new(error);
                for job in group {
                    drop(job.answer.send(Err(Arc::clone(&error))));
                }
                if fatal {
                    return;
                }
            }
        }
    }
}

/// Writes a group of batches in one transaction.
fn write(
    folder: &Folder,
    connection: &mut Connection,
    collector: &Collector,
    group: &[Job],
) -> Result<Vec<Receipt>, StoreError> {
    let database = folder.database();
    let failed = StoreError::database(&database);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
    let mut ingest = Ingest::begin(folder, &transaction, collector)?;
    let receipts = group.iter().map(|job| ingest.take(&job.drafts)).collect::<Result<_, _>>()?;
    ingest.finish()?;
    transaction.commit().map_err(&failed)?;
    Ok(receipts)
}
