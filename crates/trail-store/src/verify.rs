//! Checking a folder: every entry, sealed file, tile and range, against each other and against the signed checkpoint.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ai_detect_trail_log::clients::ranges::{Range, Ranges};
use ai_detect_trail_log::entry::{Entry, Reading};
use ai_detect_trail_log::log::audit;
use ai_detect_trail_log::log::frontier::Frontier;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::number::Number;
use rusqlite::Connection;

use crate::epochs::{Key, read_ranges};
use crate::error::{Damage, SegmentProblem, StoreError, in_original};
use crate::folder::Folder;
use crate::parallel::in_order;
use crate::rows::{read_frontier, stored};
use crate::segments::columns::Row;
use crate::segments::list::{self, Found, Noted, Segments};
use crate::segments::name::SegmentName;
use crate::segments::numbers::{self, Runs};
use crate::segments::read::{Segment, Unread, bytes_of};
use crate::signer::last_checkpoint;
use crate::tile_check::TileCheck;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The signed log is not the stored one.
    #[error(transparent)]
    Log(#[from] audit::Problem),
    /// Rows do not fit what was stored with them.
    #[error(transparent)]
    Rows(#[from] Damage),
    /// The columns of a row say something else than its entry.
    #[error("entry {index}: the columns of its row differ from it")]
    Columns {
        /// The index of the entry.
        index: u64,
    },
    /// A number of a client is in the log twice, and the second is not marked as a conflict.
    #[error("entry {index}: its number is in the log before")]
    Twice {
        /// The index of the entry.
        index: u64,
    },
    /// What the table says has arrived is not what the log holds.
    #[error("client {client}, epoch {epoch}: the numbers that are marked as arrived are not those of its entries")]
    Ranges {
        /// The client.
        client: String,
        /// The epoch.
        epoch: String,
    },
    /// The table of sealed numbers says something else than a sealed file.
    #[error(
        "client {client}, epoch {epoch}: the table of sealed numbers is not that of {file}: run `ai-detect trail rebuild`"
    )]
    Numbers {
        /// The client.
        client: String,
        /// The epoch.
        epoch: String,
        /// The file.
        file: SegmentName,
    },
    /// The table of sealed numbers has rows about nothing.
    #[error("the table of sealed numbers has {found} rows, and {expected} belong there: run `ai-detect trail rebuild`")]
    NumberRows {
        /// How many there are.
        found: u64,
        /// How many there should be.
        expected: u64,
    },
    /// Something else lies among the sealed files.
    #[error("{}: no sealed file of this trail: move it elsewhere", .0.display())]
    Foreign(PathBuf),
}

impl Problem {
    /// Names the folder of which the one that was checked is a copy.
    pub(crate) fn of_copy(&mut self, copy: &Path, original: &Path) {
        if let Self::Foreign(path) = self {
            *path = in_original(path, copy, original);
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// How many entries are stored.
    pub entries: u64,
    /// How many of them lie in sealed files.
    pub sealed: u64,
    /// How many of them a checkpoint is signed for.
    pub signed: u64,
    /// Entries that this version cannot read. They are no problem: their bytes are in the log.
    pub unreadable: u64,
    /// What does not fit.
    pub problems: Vec<Problem>,
}

/// Checks a folder. It needs the public key and no secret.
///
/// # Errors
///
/// When something cannot be read at all, or the checkpoint is not signed by the key.
pub fn verify(folder: &Folder, key: &VerifierKey) -> Result<Findings, StoreError> {
    let mut connection = folder.connect()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    // The checkpoint first: what is stored afterwards only adds to what it is about.
    let signed = last_checkpoint(folder, key)?.map(|(checkpoint, _)| checkpoint);
    let transaction = connection.transaction().map_err(&failed)?;
    let segments = Segments::read(folder, &transaction)?;
    let findings = Findings {
        entries: 0,
        sealed: segments.end(),
        signed: signed.as_ref().map_or(0, |one| one.size),
        unreadable: 0,
        problems: Vec::new(),
    };
    let tiles = TileCheck::new(folder, signed, segments.clone());
    let mut check = Check {
        folder,
        connection: &transaction,
        frontier: Frontier::new(),
        tiles,
        arrived: BTreeMap::new(),
        number_rows: 0,
        findings,
    };
    check.foreign(&segments)?;
    if check.all_segments(&segments)? {
        check.hot_rows(segments.end())?;
    }
    check.finish()
}

/// One pass over the log.
struct Check<'a> {
    folder: &'a Folder,
    connection: &'a Connection,
    frontier: Frontier,
    tiles: TileCheck<'a>,
    arrived: BTreeMap<Key, Ranges>,
    number_rows: u64,
    findings: Findings,
}

impl Check<'_> {
    /// Names what lies among the sealed files and is none.
    fn foreign(&mut self, segments: &Segments) -> Result<(), StoreError> {
        for found in list::found(self.folder)? {
            match found {
                // A sealer was ended, or is at work: the rows are still there.
                Found::Unfinished(_) => {}
                Found::Segment(name) if name.first >= segments.end() => {}
                Found::Segment(name) if segments.all().iter().any(|noted| noted.name == name) => {}
                Found::Segment(name) => {
                    self.findings.problems.push(Problem::Foreign(list::path(self.folder, name)));
                }
                Found::Foreign(path) => self.findings.problems.push(Problem::Foreign(path)),
            }
        }
        Ok(())
    }

    /// Checks all sealed files. Whether the log can be followed through them.
    fn all_segments(&mut self, segments: &Segments) -> Result<bool, StoreError> {
        let mut is_whole = true;
        for noted in segments.all() {
            match self.segment(*noted, is_whole) {
                Ok(()) => {}
                Err(Unread::Failed(error)) => return Err(error),
                Err(Unread::Damaged(problem)) => {
                    // Others are still compared byte for byte; without the entries of this one, no hash leads on.
                    self.findings.problems.push(Damage::Segment { name: noted.name, problem }.into());
                    is_whole = false;
                }
            }
        }
        Ok(is_whole)
    }

    fn segment(&mut self, noted: Noted, is_whole: bool) -> Result<(), Unread> {
        let name = noted.name;
        let bytes = bytes_of(&list::path(self.folder, name), noted.stamp)?;
        let segment = Segment::open(name, bytes)?;
        let mut runs = Runs::new(name.first);
        in_order(
            segment.groups(),
            |group| read_group(&segment, group),
            |read| {
                let (first, differing, entries) = read?;
                let columns = differing.into_iter().map(|at| Problem::Columns { index: first + at as u64 });
                self.findings.problems.extend(columns);
                for (row, said) in entries.iter().filter(|_| is_whole) {
                    self.take(said).map_err(Unread::Failed)?;
                    runs.add(row);
                }
                Ok::<(), Unread>(())
            },
        )?;
        if is_whole {
            self.numbers(name, runs).map_err(Unread::Failed)?;
        }
        Ok(())
    }

    /// Whether numbers that come again will find the entries of a sealed file.
    fn numbers(&mut self, file: SegmentName, runs: Runs) -> Result<(), StoreError> {
        let failed = |source| StoreError::Database { path: self.folder.database(), source };
        for run in runs.finish() {
            self.number_rows += 1;
            if !run.is_written(self.connection).map_err(failed)? {
                let (client, epoch) = run.of();
                let (client, epoch) = (client.to_owned(), epoch.to_owned());
                self.findings.problems.push(Problem::Numbers { client, epoch, file });
            }
        }
        Ok(())
    }

    /// Checks the rows of the database, also those that no checkpoint is signed for yet.
    fn hot_rows(&mut self, first: u64) -> Result<(), StoreError> {
        let database = self.folder.database();
        let failed = StoreError::database(&database);
        let query =
            "SELECT seq, client, epoch, number, kind, conflict, entry, leaf FROM entry WHERE seq >= ?1 ORDER BY seq";
        let mut statement = self.connection.prepare(query).map_err(&failed)?;
        let mut rows = statement.query([stored(first)]).map_err(&failed)?;
        while let Some(found) = rows.next().map_err(&failed)? {
            let index = self.frontier.size();
            let seq: i64 = found.get(0).map_err(&failed)?;
            if seq != stored(index) {
                // All after it stand at another place than they were hashed at.
                self.findings.problems.push(Damage::Missing { index }.into());
                break;
            }
            let row = |found: &rusqlite::Row<'_>| {
                Ok(Row {
                    seq: index,
                    client: found.get(1)?,
                    epoch: found.get(2)?,
                    number: found.get(3)?,
                    kind: found.get(4)?,
                    is_conflict: found.get(5)?,
                    entry: found.get(6)?,
                })
            };
            let row = row(found).map_err(&failed)?;
            let leaf: Vec<u8> = found.get(7).map_err(&failed)?;
            let read = ReadEntry::of(&row);
            self.take(&read)?;
            if leaf != read.hash.as_bytes() {
                self.findings.problems.push(Damage::Entry { index }.into());
            }
        }
        Ok(())
    }

    /// Takes the next entry, wherever it lies.
    fn take(&mut self, read: &ReadEntry) -> Result<(), StoreError> {
        let index = self.frontier.size();
        self.frontier.append(read.hash);
        self.tiles.append(read.hash, &self.frontier, &mut self.findings.problems)?;
        let Some(said) = &read.said else {
            self.findings.unreadable += 1;
            return Ok(());
        };
        if said.differs {
            self.findings.problems.push(Problem::Columns { index });
        }
        let set = self.arrived.entry(said.key.clone()).or_default();
        if !said.is_conflict && set.contains(said.number) {
            self.findings.problems.push(Problem::Twice { index });
        }
        set.insert(Range::single(said.number));
        Ok(())
    }

    fn finish(mut self) -> Result<Findings, StoreError> {
        self.findings.entries = self.frontier.size();
        let has_end = self.findings.entries >= self.findings.sealed;
        if has_end {
            self.tiles.finish(&mut self.findings.problems)?;
        }
        if has_end && self.findings.signed > self.findings.entries {
            let (signed, stored) = (self.findings.signed, self.findings.entries);
            self.findings.problems.push(Damage::Shrunk { signed, stored }.into());
        }
        if has_end && read_frontier(self.folder, self.connection)? != self.frontier {
            let last = self.findings.entries.saturating_sub(1);
            self.findings.problems.push(Damage::Root { first: 0, last }.into());
        }
        if has_end {
            let found = numbers::rows(self.connection, self.findings.sealed)
                .map_err(StoreError::database(&self.folder.database()))?;
            let expected = self.number_rows;
            if found != expected {
                self.findings.problems.push(Problem::NumberRows { found, expected });
            }
        }
        // Ranges are about all entries: without a file, too few are known.
        for (key, set) in self.arrived.iter().filter(|_| has_end) {
            if read_ranges(self.folder, self.connection, key, false)? != *set {
                let (client, epoch) = (key.0.to_string(), key.1.to_string());
                self.findings.problems.push(Problem::Ranges { client, epoch });
            }
        }
        Ok(self.findings)
    }
}

/// An entry that was hashed and read, which takes most of the time.
struct ReadEntry {
    hash: TreeHash,
    /// `None` if this version cannot read it.
    said: Option<Said>,
}

/// What an entry says about itself.
struct Said {
    key: Key,
    number: Number,
    is_conflict: bool,
    /// The columns beside it say something else.
    differs: bool,
}

impl ReadEntry {
    fn of(row: &Row) -> Self {
        let hash = TreeHash::of_leaf(&row.entry);
        let (Reading::Whole(entry) | Reading::Partial(entry)) = Entry::read(&row.entry) else {
            return Self { hash, said: None };
        };
        let (number, is_conflict, kind) = (entry.number, entry.conflict.is_some(), entry.event.kind());
        let expected = (entry.client.as_str(), entry.epoch.as_str(), stored(number.get()), kind.word(), is_conflict);
        let found = (row.client.as_str(), row.epoch.as_str(), row.number, row.kind.as_str(), row.is_conflict);
        let differs = found != expected;
        Self { hash, said: Some(Said { key: (entry.client, entry.epoch), number, is_conflict, differs }) }
    }
}

/// A group of a sealed file: the index of its first entry, the places of those whose columns differ, and its entries, without bytes.
type ReadGroup = (u64, Vec<usize>, Vec<(Row, ReadEntry)>);

fn read_group(segment: &Segment, group: usize) -> Result<ReadGroup, Unread> {
    let first = segment.first_of(group).ok_or(SegmentProblem::Rows)?;
    let rows = segment.rows(group)?;
    let differing = segment.differing(group, &rows)?;
    let entries = rows.into_iter().map(|row| {
        let read = ReadEntry::of(&row);
        (Row { entry: Vec::new(), ..row }, read)
    });
    Ok((first, differing, entries.collect()))
}
