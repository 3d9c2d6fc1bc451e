//! Events as clients send them: one JSON object a line, flat, with texts that no entry may hold.
//!
//! Reading a line never fails. What it lacks decides what it becomes: an event, an event of an unknown kind, an event that
//! cannot be read but has its number, or a line without a number. Nothing of it is dropped: what the fields of an entry cannot
//! hold is kept as a body.
//!
//! Texts of people, repositories and paths become random ids. The caller looks those up between [`decode()`] and
//! [`Incoming::into_event`].

mod decode;
mod repository;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use self::decode::decode;
pub use self::repository::normal_repository;
use crate::commitment::Commitment;
use crate::entry::fields::{Other, Unreadable};
use crate::entry::vocabularies::UnreadableCause;
use crate::entry::{Event, Unlisted};
use crate::ids::{ClientId, Epoch, PathId, PersonId, RepositoryId};
use crate::number::{Count, Micros, Number};

/// The deepest nesting of a line.
pub const MAX_DEPTH: usize = 64;
/// The longest line whose fields are read. A longer one is kept as a body, under its number.
pub const MAX_LINE: usize = 64 * 1024;
/// The longest text that names a person, a repository or a path.
pub const MAX_NAME: usize = 4096;
/// The version of the form of lines. A line need not state it.
pub const FORMAT: u64 = 1;

/// What a line is.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// It has a number that its client gave.
    Numbered(Box<Incoming>),
    /// It has none that can be read, so that nobody can tell which event it is.
    Nameless(UnreadableCause),
}

/// An event as it came, before its texts have ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The client.
    pub client: ClientId,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its number.
    pub number: Number,
    /// When it happened; unknown where the line does not say it.
    pub time: Option<Micros>,
    /// It belongs to an exercise.
    pub exercise: bool,
    content: Content,
}

#[derive(Debug, Clone, PartialEq)]
enum Content {
    /// An event, the texts in it, and what its fields cannot hold.
    Event { event: Box<Event>, texts: Texts, rest: Map<String, Value> },
    /// An event of a kind that this version does not know.
    Unknown(Unlisted),
    /// An event that cannot be read.
    Unreadable(UnreadableCause),
}

/// Texts that no entry may hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    /// A person, as the client names them.
    pub person: Option<String>,
    /// A repository, in its normal form.
    pub repository: Option<String>,
    /// A path.
    pub path: Option<String>,
}

/// The ids of an event's texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ids {
    /// Of the person.
    pub person: Option<PersonId>,
    /// Of the repository.
    pub repository: Option<RepositoryId>,
    /// Of the path.
    pub path: Option<PathId>,
}

impl Incoming {
    /// The texts that need ids.
    pub fn texts(&self) -> Option<&Texts> {
        match &self.content {
            Content::Event { texts, .. } => Some(texts),
            Content::Unknown(_) | Content::Unreadable(_) => None,
        }
    }

    /// The event with the ids of its texts, and the commitment to what its fields cannot hold.
    ///
    /// `keep` is called with what must be kept as a body, so that nothing of the line is lost.
    ///
    /// # Errors
    ///
    /// Those of `keep`.
    pub fn into_event<E>(
        self,
        ids: &Ids,
        line: &[u8],
        keep: impl FnOnce(&[u8]) -> Result<Commitment, E>,
    ) -> Result<(Event, Option<Commitment>), E> {
        match self.content {
            Content::Event { mut event, rest, .. } => {
                let names = event.names();
                if let (Some(place), Some(id)) = (names.person, ids.person) {
                    *place = Some(id);
                }
                if let (Some(place), Some(id)) = (names.repository, ids.repository) {
                    *place = Some(id);
                }
                if let (Some(place), Some(id)) = (names.path, ids.path) {
                    *place = id;
                }
                let rest = (!rest.is_empty()).then(|| Value::Object(rest).to_string());
                let extra = rest.map(|rest| keep(rest.as_bytes())).transpose()?;
                Ok((*event, extra))
            }
            Content::Unknown(kind) => {
                let fields = Other { body: Some(keep(line)?), bytes: Some(length(line)) };
                Ok((Event::Other(kind, fields), None))
            }
            Content::Unreadable(cause) => Ok((unreadable(cause, line, keep(line)?), None)),
        }
    }
}

/// The event for a line that cannot be read: the line is kept as a body.
pub fn unreadable(cause: UnreadableCause, line: &[u8], body: Commitment) -> Event {
    Event::Unreadable(Unreadable { body, bytes: length(line), cause })
}

fn length(line: &[u8]) -> Count {
    // No line is longer than that: requests are bounded.
    Count::from(u32::try_from(line.len()).unwrap_or(u32::MAX))
}
