//! Reads the commits of a range or of the whole history as a stream: one walks, others read, and
//! the caller gets the results in the order of the walk. What is held at once does not grow with
//! the history, but for the set of ids already seen.

use std::ops::Range;
use std::sync::mpsc::{self, Receiver, SyncSender};

use gix::ObjectId;

use super::notes::Notes;
use super::walk::{History, walk};
use super::{Error, Records, Repository, commits, lenient, object};
use ai_detect_base::change::Commit;
use ai_detect_base::slices::items_of;

/// Commits that travel together; a single one would cost more to hand over than to read.
const BATCH: usize = 128;
/// Batches that wait in front of each reader.
const WAITING: usize = 4;

/// Commit objects as stored, one behind the other: memory that one thread takes and another gives back costs both.
#[derive(Default)]
struct Batch {
    data: Vec<u8>,
    commits: Vec<Raw>,
}

/// Where a commit object is, with the notes that are attached to it.
struct Raw {
    id: ObjectId,
    data: Range<usize>,
    /// The index of the notes ref, and the blob.
    notes: Vec<(usize, ObjectId)>,
}

/// A commit of a history that is being read.
pub struct Scanned<'a> {
    /// The commit.
    pub commit: Commit,
    id: ObjectId,
    /// The object, as stored.
    data: &'a [u8],
    repo: &'a gix::Repository,
}

impl Scanned<'_> {
    /// Finds out whether the commit changes no file.
    pub fn look_up_change(&mut self) {
        let ends = |decoded: &gix::objs::CommitRef<'_>| (decoded.tree(), decoded.parents().collect::<Vec<ObjectId>>());
        // The commit was read before, so it can be read again.
        if let Ok((tree, parents)) = lenient::decoded(self.id, self.data, self.repo.object_hash(), ends) {
            self.commit.unchanged = commits::is_unchanged(self.repo, tree, &parents);
        }
    }
}

/// What became of a batch: what was read, and why no more of it was.
struct Answer<T> {
    read: Vec<T>,
    ended: Result<(), Error>,
}

impl Repository {
    /// Calls `read` for every commit with its records, on any thread, and `each` with what it returned, on this one.
    /// The order of the calls of `each` is the same in every run.
    ///
    /// Whether a commit changes no file takes another object to find out, so [`Commit::unchanged`] stays `false` until
    /// `read` asks for it ([`Scanned::look_up_change`]).
    ///
    /// # Errors
    /// Where a commit cannot be read; what was read before has been passed to `each`.
    pub fn scan<T: Send>(
        &self,
        history: History,
        records: &Records,
        read: impl Fn(&mut Scanned<'_>) -> T + Sync,
        mut each: impl FnMut(T),
    ) -> Result<(), Error> {
        let shared = self.inner.clone().into_sync();
        let readers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let (mut to, mut from) = (Vec::new(), Vec::new());
            for _ in 0..readers {
                let (batches, inbox) = mpsc::sync_channel(WAITING);
                let (outbox, results) = mpsc::sync_channel(WAITING);
                let (shared, read) = (&shared, &read);
                scope.spawn(move || serve(&shared.to_thread_local(), records, &inbox, &outbox, read));
                to.push(batches);
                from.push(results);
            }
            let shared = &shared;
            scope.spawn(move || {
                let mut repo = shared.to_thread_local();
                // Every commit is read once: keeping copies of them would help nobody.
                repo.object_cache_size(None);
                let mut walk = Walk { repo, to, next: 0, batch: Batch::default() };
                let walked = walk.run(history, records);
                // What was met before an error comes before it.
                let last = std::mem::take(&mut walk.batch);
                walk.send(Ok(last));
                if let Err(error) = walked {
                    walk.send(Err(error));
                }
            });
            // Batches were dealt out in turn, so in turn they come back in order.
            for results in from.iter().cycle() {
                let Ok(Answer { read, ended }) = results.recv() else { break };
                read.into_iter().for_each(&mut each);
                ended?;
            }
            Ok(())
        })
    }
}

fn serve<T>(
    repo: &gix::Repository,
    records: &Records,
    inbox: &Receiver<Result<Batch, Error>>,
    outbox: &SyncSender<Answer<T>>,
    read: &(impl Fn(&mut Scanned<'_>) -> T + Sync),
) {
    let notes = records.notes();
    for batch in inbox {
        let mut answer = Answer { read: Vec::new(), ended: Ok(()) };
        answer.ended = batch.and_then(|Batch { data, commits }| {
            answer.read.reserve(commits.len());
            commits.into_iter().try_for_each(|raw| {
                let (id, data) = (raw.id, items_of(&data, raw.data.clone()));
                let commit = commit(repo, raw, data, &notes, records)?;
                answer.read.push(read(&mut Scanned { commit, id, data, repo }));
                Ok(())
            })
        });
        if outbox.send(answer).is_err() {
            break;
        }
    }
}

fn commit(repo: &gix::Repository, raw: Raw, data: &[u8], notes: &[Notes], records: &Records) -> Result<Commit, Error> {
    let mut commit = match object::commit(raw.id, data) {
        Some(commit) => commit,
        None => lenient::decoded(raw.id, data, repo.object_hash(), |decoded| commits::plain(raw.id, decoded))?,
    };
    for (at, blob) in raw.notes {
        // Each commit is let go once it is read, so its notes share no room with those of others, as they do in a range.
        commit.records.extend(notes.get(at).map(|notes| notes.record(repo, blob, None)));
    }
    records.attach_lines(&mut commit);
    Ok(commit)
}

struct Walk {
    repo: gix::Repository,
    to: Vec<SyncSender<Result<Batch, Error>>>,
    next: usize,
    batch: Batch,
}

impl Walk {
    fn run(&mut self, history: History, records: &Records) -> Result<(), Error> {
        let mut notes = records.notes();
        let repo = self.repo.clone();
        let lost = walk(&repo, history, &mut |id, data| self.push(id, data, &mut notes))?;
        lost.named.into_iter().next().map_or(Ok(()), Err)
    }

    /// Whether anybody still listens.
    fn push(&mut self, id: ObjectId, data: &[u8], notes: &mut [Notes]) -> Result<bool, Error> {
        let mut found = Vec::new();
        for (at, notes) in notes.iter_mut().enumerate() {
            found.extend(notes.find(&self.repo, id)?.map(|blob| (at, blob)));
        }
        let Batch { data: all, commits } = &mut self.batch;
        let start = all.len();
        all.extend_from_slice(data);
        commits.push(Raw { id, data: start..all.len(), notes: found });
        if commits.len() < BATCH {
            return Ok(true);
        }
        let next = Batch { data: Vec::with_capacity(all.len()), commits: Vec::with_capacity(BATCH) };
        let batch = std::mem::replace(&mut self.batch, next);
        Ok(self.send(Ok(batch)))
    }

    fn send(&mut self, batch: Result<Batch, Error>) -> bool {
        let to = self.next;
        self.next = (self.next + 1) % self.to.len().max(1);
        self.to.get(to).is_some_and(|to| to.send(batch).is_ok())
    }
}
