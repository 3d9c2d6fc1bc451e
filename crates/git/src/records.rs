//! What tools recorded about commits: notes that are attached to them, and lines of files that name them.
//!
//! Whoever reads commits gives the places to look at, and gets every record put beside its commit. What a record says is
//! for `attest`.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use gix::ObjectId;

use super::notes::{Notes, Room};
use super::{Error, Repository};
use ai_detect_base::change::{Commit, Record, RecordPlace};

/// What an entry of a record takes in memory beside its text. Many formats have one a line.
const ENTRY_BYTES: u64 = 128;
/// A larger file of records is not read.
const MAX_FILE_BYTES: u64 = 32 << 20;
/// A larger statement about the repository is not read.
const MAX_STATEMENT_BYTES: u64 = 256 << 10;

/// The records of a repository, ready to be put beside their commits.
pub struct Records {
    notes: Vec<Notes>,
    files: Vec<RecordFile>,
    unread: Vec<UnreadRecords>,
    about_repository: Vec<Record>,
    /// How much is read of the notes of a range.
    max_note_bytes: u64,
}

/// A file with one record a line.
struct RecordFile {
    path: &'static str,
    content: Vec<u8>,
    by_commit: BTreeMap<String, Vec<Range<usize>>>,
}

/// Records in a file of the tree that were not read.
#[derive(Debug)]
pub enum UnreadRecords {
    /// The file is too large.
    TooLarge {
        /// The path of the file.
        path: &'static str,
        /// How many bytes it has.
        bytes: u64,
    },
    /// Some lines name no commit.
    NoCommit {
        /// The path of the file.
        path: &'static str,
        /// How many lines.
        lines: usize,
    },
    /// The file cannot be read.
    Failed(Error),
}

impl UnreadRecords {
    /// Whether nothing of the file was read.
    pub fn is_whole_file(&self) -> bool {
        !matches!(self, UnreadRecords::NoCommit { .. })
    }
}

impl fmt::Display for UnreadRecords {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnreadRecords::TooLarge { path, bytes } => {
                write!(out, "{path} has {bytes} bytes; at most {MAX_FILE_BYTES} are read, so none of it was")
            }
            UnreadRecords::NoCommit { path, lines } => {
                let plural = if *lines == 1 { "line of" } else { "lines of" };
                write!(out, "{lines} {plural} {path} cannot be read: no commit is named")
            }
            UnreadRecords::Failed(error) => error.fmt(out),
        }
    }
}

impl Repository {
    /// The records at these places: all notes, and the files in the tree of `head`, where there is one.
    ///
    /// # Errors
    /// Where the refs or the tree of notes, or a file, cannot be read. A file that is too large is left out and listed.
    pub fn records(&self, places: &[RecordPlace], head: Option<&str>) -> Result<Records, Error> {
        let mut records = self.readable_records(places, head)?;
        let failed = records.unread.iter().position(|unread| matches!(unread, UnreadRecords::Failed(_)));
        match failed.map(|at| records.unread.swap_remove(at)) {
            Some(UnreadRecords::Failed(error)) => Err(error),
            _ => Ok(records),
        }
    }

    /// The same for histories that are read as far as they can be: a file that cannot be read is listed, too.
    ///
    /// # Errors
    /// Where the refs or the tree of notes cannot be read.
    pub fn readable_records(&self, places: &[RecordPlace], head: Option<&str>) -> Result<Records, Error> {
        let mut records = Records::none(self.budget.note_bytes);
        for place in places {
            match *place {
                RecordPlace::Notes(name) => records.notes.extend(Notes::open(&self.inner, name)?),
                RecordPlace::Lines { path, commit_of } => {
                    let Some(head) = head else { continue };
                    match self.file_within(head, path, MAX_FILE_BYTES) {
                        Ok(None) => {}
                        Ok(Some(Ok(content))) => records.add_lines(path, content, commit_of),
                        Ok(Some(Err(bytes))) => records.unread.push(UnreadRecords::TooLarge { path, bytes }),
                        Err(error) => records.unread.push(UnreadRecords::Failed(error)),
                    }
                }
                RecordPlace::File(path) => {
                    let Some(head) = head else { continue };
                    let content = match self.file_within(head, path, MAX_STATEMENT_BYTES) {
                        Ok(None) => continue,
                        Ok(Some(Ok(content))) => Ok(Arc::from(content)),
                        Ok(Some(Err(bytes))) => {
                            Err(format!("it has {bytes} bytes; at most {MAX_STATEMENT_BYTES} are read"))
                        }
                        // No commit's state depends on it, so nothing else has to wait for it.
                        Err(error) => Err(error.of_it().to_string()),
                    };
                    records.about_repository.push(Record { place: path, content });
                }
            }
        }
        Ok(records)
    }
}

impl Records {
    fn none(max_note_bytes: u64) -> Self {
        Records {
            notes: Vec::new(),
            files: Vec::new(),
            unread: Vec::new(),
            about_repository: Vec::new(),
            max_note_bytes,
        }
    }

    /// What was not read.
    pub fn unread(&self) -> &[UnreadRecords] {
        &self.unread
    }

    /// The files that are about the repository as a whole.
    pub fn about_repository(&self) -> &[Record] {
        &self.about_repository
    }

    fn add_lines(&mut self, path: &'static str, content: Vec<u8>, commit_of: fn(&[u8]) -> Option<&str>) {
        let mut by_commit: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
        let (mut start, mut nameless) = (0, 0);
        for line in content.split(|byte| *byte == b'\n') {
            let range = start..start + line.len();
            start = range.end + 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match commit_of(line) {
                Some(id) => by_commit.entry(id.to_ascii_lowercase()).or_default().push(range),
                None => nameless += 1,
            }
        }
        if nameless > 0 {
            self.unread.push(UnreadRecords::NoCommit { path, lines: nameless });
        }
        self.files.push(RecordFile { path, content, by_commit });
    }

    /// The notes, for a thread to look commits up in.
    pub(super) fn notes(&self) -> Vec<Notes> {
        self.notes.clone()
    }

    /// Puts the records of some commits beside them.
    pub(super) fn attach<'a>(
        &self,
        repo: &gix::Repository,
        commits: impl Iterator<Item = (ObjectId, &'a mut Commit)>,
    ) -> Result<(), Error> {
        self.attach_from(repo, &mut self.notes(), commits)
    }

    /// The same with notes that remember what they looked up before.
    pub(super) fn attach_from<'a>(
        &self,
        repo: &gix::Repository,
        notes: &mut [Notes],
        commits: impl Iterator<Item = (ObjectId, &'a mut Commit)>,
    ) -> Result<(), Error> {
        let mut room = Room::new(self.max_note_bytes);
        for (id, commit) in commits {
            for notes in notes.iter_mut() {
                let Some(blob) = notes.find(repo, id)? else { continue };
                let record = notes.record(repo, blob, Some(&room));
                room.take(record.content.as_ref().map_or(0, |content| size_when_read(content)));
                commit.records.push(record);
            }
            self.attach_lines(commit);
        }
        Ok(())
    }

    /// Puts the lines that name a commit beside it.
    pub(super) fn attach_lines(&self, commit: &mut Commit) {
        for file in &self.files {
            let lines = file.by_commit.get(&commit.id).into_iter().flatten();
            let contents = lines.filter_map(|range| file.content.get(range.clone()));
            commit.records.extend(contents.map(|line| Record { place: file.path, content: Ok(Arc::from(line)) }));
        }
    }
}

/// How much of the budget for the notes of a range a note takes. Of short lines, what they stand for is larger than they are.
fn size_when_read(content: &[u8]) -> u64 {
    content.len() as u64 + memchr::memchr_iter(b'\n', content).count() as u64 * ENTRY_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_in_front(line: &[u8]) -> Option<&str> {
        std::str::from_utf8(line).ok()?.split_once(' ').map(|(id, _)| id)
    }

    #[test]
    fn lines_of_a_file_go_to_the_commits_that_they_name() {
        let mut records = Records::none(0);
        records.add_lines("ledger", b"a 1\nb 2\r\n\nnobody's\na 3".to_vec(), id_in_front);
        let of = |id: &str| {
            let mut commit = Commit { id: id.into(), ..Commit::default() };
            records.attach_lines(&mut commit);
            let texts =
                commit.records.into_iter().map(|record| String::from_utf8_lossy(&record.content.unwrap()).into());
            texts.collect::<Vec<String>>()
        };
        assert_eq!((of("a"), of("b"), of("c")), (vec!["a 1".into(), "a 3".into()], vec!["b 2\r".into()], vec![]));
        let unread: Vec<String> = records.unread().iter().map(ToString::to_string).collect();
        assert_eq!(unread, ["1 line of ledger cannot be read: no commit is named"]);
    }

    #[test]
    fn short_lines_of_a_note_count_for_what_they_stand_for() {
        assert_eq!(size_when_read(b""), 0);
        assert_eq!(size_when_read(b"a.rs\n  key 1\n"), 13 + 2 * ENTRY_BYTES);
    }
}
