//! A part of a repository's history, commit by commit: what its commits declare, and which of them are to be scored.

use std::path::Path;

use super::scan::NotesRead;
use super::{Error, Surroundings};
use ai_detect_attest::{self as attest, Attestation, Registry, about_repository, forms};
use ai_detect_base::change::Commit;
use ai_detect_git::{CommitId, History, Listed, RangeSpec, Records, Repository, Scanned, Shared, UnreadRecords};
use ai_detect_report::substitutes;

/// Which part of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// What HEAD reaches and the default branch does not.
    Default,
    /// Everything that HEAD reaches.
    Head,
    /// Everything that any ref reaches.
    All,
    /// `A..B`: what B reaches and A does not; `A`: all that A reaches.
    Range(String),
}

/// A repository with a part of its history.
pub struct Past {
    repository: Repository,
    history: History,
    records: Records,
    /// What the part is called.
    pub name: String,
    /// What the reader should know of the repository.
    pub notes: Vec<String>,
}

impl Past {
    /// Opens the repository that holds a folder.
    ///
    /// # Errors
    /// Where there is none, it has no such range, or its notes cannot be read. A file of records that cannot be read is
    /// listed.
    pub fn open(dir: &Path, extent: &Extent) -> Result<Self, Error> {
        let repository = Repository::open(dir)?;
        let mut notes = substitutes(&repository.substitutes()?);
        let range = match extent {
            Extent::Default => Some(repository.resolve(&RangeSpec::Default)?),
            Extent::Range(spec) => Some(repository.resolve(&RangeSpec::History(spec.clone()))?),
            Extent::Head | Extent::All => None,
        };
        notes.extend(range.iter().flat_map(|range| range.notes().iter().cloned()));
        let head = range.as_ref().map_or_else(|| repository.head(), |range| range.head().map(str::to_owned));
        let records = repository.readable_records(&forms::places(), head.as_deref())?;
        notes.extend(about_repository(records.about_repository()).iter().map(ToString::to_string));
        let (history, name) = match range {
            Some(range) => {
                let name = range.spec().to_owned();
                (History::Range(Box::new(range)), name)
            }
            None if *extent == Extent::All => (History::All, "all refs".into()),
            None => (History::Head, "HEAD".into()),
        };
        Ok(Past { repository, history, records, name, notes })
    }

    /// What the clone may lack of notes, in a sentence. A history is counted, so this is said in a person's clone, too.
    pub fn may_lack(&self, surroundings: &Surroundings) -> Option<String> {
        surroundings.notes_not_looked_at(&self.repository)?.sentence().or_else(|| self.notes_not_fetched())
    }

    /// Whether notes of commits are in the clone.
    pub fn notes_read(&self) -> NotesRead {
        if self.notes_not_fetched().is_some() { NotesRead::NotFetched } else { NotesRead::Read }
    }

    /// The records that were not read.
    pub fn unread(&self) -> &[UnreadRecords] {
        self.records.unread()
    }

    /// What to say where notes may exist that are not in this clone.
    pub(crate) fn notes_not_fetched(&self) -> Option<String> {
        super::ask::asker::notes_not_fetched(&self.repository)
    }

    /// Whether the clone is cut off somewhere.
    pub(crate) fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    /// Reads what every commit declares: `read` is called on any thread, and `each` with what it made, on this one, in
    /// the same order in every run. No policy is looked at.
    ///
    /// # Errors
    /// Where a commit cannot be read; what was read before has been passed to `each`.
    pub fn declared<T: Send>(
        self,
        read: impl Fn(&Commit, Attestation) -> T + Sync,
        each: impl FnMut(T),
    ) -> Result<(), Error> {
        let registry = Registry::builtin()?;
        let read = |scanned: &mut Scanned<'_>| {
            let attestation = attested(scanned, registry);
            read(&scanned.commit, attestation)
        };
        Ok(self.repository.scan(self.history, &self.records, read, each)?)
    }

    /// The commits that `wanted` takes, merges aside, and the repository that threads can read them from.
    ///
    /// # Errors
    /// Where there is no commit at all, or the refs cannot be read.
    pub fn list(self, wanted: &dyn Fn(CommitId) -> bool) -> Result<(Listed, Shared), Error> {
        let listed = self.repository.list(self.history, wanted)?;
        Ok((listed, self.repository.shared(self.records)))
    }
}

/// What a commit declares. Whether it changes any file is looked up where that matters alone.
fn attested(scanned: &mut Scanned<'_>, registry: &Registry) -> Attestation {
    let attestation = attest::read(&scanned.commit, registry);
    if !attestation.depends_on_change() {
        return attestation;
    }
    scanned.look_up_change();
    if scanned.commit.unchanged { attest::read(&scanned.commit, registry) } else { attestation }
}
