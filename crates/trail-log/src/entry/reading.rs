//! Reading stored bytes. Whatever they are, something comes out: an entry, what this version knows of one, or what they lack.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Entry, Event, FORMAT, Kind, MAX_ENTRY};
use crate::commitment::Commitment;
use crate::ids::{ClientId, Epoch, Region};
use crate::log::hash::TreeHash;
use crate::number::{Count, Micros, Number};

/// What stored bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// An entry, and nothing else: writing it again gives the same bytes.
    Whole(Box<Entry>),
    /// An entry that says more than this version knows: it has fields of a newer one, or is written in another way.
    Partial(Box<Entry>),
    /// No entry that this version can read. The bytes stay what they are, and their hash is in the log.
    Unreadable(Unreadable),
}

/// Bytes in the log that are no entry to this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// Their hash as a leaf of the log.
    pub leaf: TreeHash,
    /// How many there are.
    pub bytes: usize,
    /// Why they are not an entry.
    pub cause: Cause,
}

/// Why bytes are not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// A newer version wrote them.
    #[error("written by a newer version (format {format}; this one knows {FORMAT}): read it with that version")]
    Newer {
        /// Its format.
        format: u64,
    },
    /// They are too long.
    #[error("longer than {MAX_ENTRY} bytes")]
    TooLong,
    /// They are not JSON.
    #[error("not JSON")]
    Syntax,
    /// Something that every entry has is missing, or is not what it should be.
    #[error("a field is missing or has a value that it cannot have")]
    Field,
}

#[derive(Deserialize)]
struct Stored<'a> {
    v: u64,
    client: ClientId,
    epoch: Epoch,
    number: Number,
    kind: Kind,
    time: Micros,
    received: Micros,
    region: Region,
    #[serde(default)]
    conflict: Option<Count>,
    #[serde(default)]
    exercise: bool,
    #[serde(default)]
    extra: Option<Commitment>,
    #[serde(borrow)]
    fields: &'a RawValue,
}

#[derive(Deserialize)]
struct Format {
    v: u64,
}

impl Entry {
    /// Reads stored bytes.
    pub fn read(bytes: &[u8]) -> Reading {
        match Self::parse(bytes) {
            Ok(entry) => {
                let same = entry.encode().is_ok_and(|again| again == bytes);
                if same { Reading::Whole(Box::new(entry)) } else { Reading::Partial(Box::new(entry)) }
            }
            Err(cause) => Reading::Unreadable(Unreadable { leaf: TreeHash::of_leaf(bytes), bytes: bytes.len(), cause }),
        }
    }

    fn parse(bytes: &[u8]) -> Result<Self, Cause> {
        if bytes.len() > MAX_ENTRY {
            return Err(Cause::TooLong);
        }
        let cause_of = |error: serde_json::Error| {
            let newer = serde_json::from_slice(bytes).ok().filter(|Format { v }| *v > FORMAT);
            match (newer, error.classify()) {
                (Some(Format { v: format }), _) => Cause::Newer { format },
                (None, serde_json::error::Category::Data) => Cause::Field,
                (None, _) => Cause::Syntax,
            }
        };
        let stored: Stored<'_> = serde_json::from_slice(bytes).map_err(cause_of)?;
        if stored.v > FORMAT {
            return Err(Cause::Newer { format: stored.v });
        }
        if stored.v != FORMAT {
            return Err(Cause::Field);
        }
        let event = Event::decode(stored.kind, stored.fields).map_err(cause_of)?;
        Ok(Self {
            client: stored.client,
            epoch: stored.epoch,
            number: stored.number,
            time: stored.time,
            received: stored.received,
            region: stored.region,
            conflict: stored.conflict,
            exercise: stored.exercise,
            extra: stored.extra,
            event,
        })
    }
}
