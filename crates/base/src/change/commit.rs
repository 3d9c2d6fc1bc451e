//! A commit as it was found: its people, its message, its signature, and what others recorded about it.

use std::sync::Arc;

use crate::slices::part_of;
use crate::terminal::escaped_name;
use crate::vocabulary::message::Message;

/// So much is read of a message, in bytes: more than anybody writes, and little enough that a range of such messages
/// takes no longer than one of ordinary ones.
pub const MAX_MESSAGE: usize = 256 << 10;

/// A name and an address, as a commit states them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The display name.
    pub name: String,
    /// The address, without angle brackets.
    pub email: String,
}

/// A commit of the range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// The full id in hexadecimal.
    pub id: String,
    /// How many parents it has; two or more make a merge.
    pub parents: usize,
    /// Who wrote it.
    pub author: Person,
    /// Who committed it.
    pub committer: Person,
    /// When it was authored, in seconds since 1970 (UTC).
    pub author_time: i64,
    /// The whole message, read in the encoding that the commit states; what is invalid in it is replaced.
    pub message: Message,
    /// The encoding that the commit states, where it is unknown: its texts were read as UTF-8.
    pub unknown_encoding: Option<String>,
    /// How many bytes were left out of the middle of a message that is longer than any person writes.
    pub left_out: usize,
    /// How many bytes stand behind a NUL character in the message. Git shows nothing of them, and they are not read.
    pub behind_nul: usize,
    /// Whether it changes no file: its tree is that of its only parent, or empty where it has none. `false` where nobody
    /// looked it up.
    pub unchanged: bool,
    /// What others recorded about it outside of its message: notes, ledgers.
    pub records: Vec<Record>,
    /// The signature that it carries, where it was looked for.
    pub signature: Option<Signature>,
}

/// A commit's signature, as found; whether it holds is for `attest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The armoured block.
    pub block: String,
    /// The bytes that it was made over.
    pub signed: Arc<[u8]>,
    /// When it was committed, in seconds since 1970 (UTC).
    pub time: i64,
}

impl Commit {
    /// The first line of the message.
    pub fn subject(&self) -> &str {
        // A message of blank lines has no subject.
        self.message.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim()
    }

    /// The same with a message within bounds: of a longer one its start and its end, where subject and trailers stand.
    pub fn bounded(mut self) -> Self {
        let left_out = self.message.len().saturating_sub(MAX_MESSAGE);
        if left_out > 0 {
            let is_boundary = |at: &usize| self.message.is_char_boundary(*at);
            // Both ends of a text are boundaries.
            let start = (0..=MAX_MESSAGE / 2).rev().find(is_boundary).unwrap_or(0);
            let end = (MAX_MESSAGE / 2 + left_out..).find(is_boundary).unwrap_or(self.message.len());
            let cut = |part: std::ops::Range<usize>| part_of(&self.message, part);
            self.message = format!("{}\n\n{}", cut(0..start), cut(end..self.message.len())).into();
            self.left_out = end - start;
        }
        self
    }

    /// What to say of its message where that was not read whole, or may not be read as it was written.
    pub fn reading_notes(&self) -> impl Iterator<Item = String> {
        let id = self.id.get(..8).unwrap_or(&self.id);
        let long = (self.left_out > 0).then(|| {
            format!("{} bytes in the middle of the message of {id} are not read: it is too long", self.left_out)
        });
        let behind_nul = (self.behind_nul > 0).then(|| {
            let bytes = self.behind_nul;
            format!("{bytes} bytes behind a NUL character in the message of {id} are not read: git does not show them")
        });
        long.into_iter().chain(behind_nul).chain(self.encoding_note())
    }

    /// What to say where it states an encoding that is unknown.
    pub fn encoding_note(&self) -> Option<String> {
        let id = self.id.get(..8).unwrap_or(&self.id);
        let name = escaped_name(self.unknown_encoding.as_ref()?);
        Some(format!("{id} states the encoding `{name}`, which is unknown here; its message is read as UTF-8"))
    }
}

/// Something that is recorded about a commit or about the repository, as found; what it says is for `attest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it was found: a [`RecordPlace::name`].
    pub place: &'static str,
    /// The content, or why it could not be read.
    pub content: Result<Arc<[u8]>, String>,
}

/// Where records are kept.
#[derive(Debug, Clone, Copy)]
pub enum RecordPlace {
    /// Notes under this ref, each attached to its commit.
    Notes(&'static str),
    /// A file in the tree of the head with one record a line.
    Lines {
        /// The path of the file.
        path: &'static str,
        /// Finds the full id of the commit that a line names.
        commit_of: fn(&[u8]) -> Option<&str>,
    },
    /// A file in the tree of the head about the repository as a whole, not about its commits.
    File(&'static str),
}

impl RecordPlace {
    /// The ref or the path.
    pub fn name(self) -> &'static str {
        match self {
            RecordPlace::Notes(name) | RecordPlace::Lines { path: name, .. } | RecordPlace::File(name) => name,
        }
    }
}
