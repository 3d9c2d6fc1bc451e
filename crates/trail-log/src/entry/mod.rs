//! Entries: what the log records, and the bytes that are stored and hashed.
//!
//! An entry holds ids, words, numbers and commitments, and nothing that may have to be forgotten. The types leave no room for text.

mod columns;
mod event;
pub mod fields;
mod reading;
#[cfg(test)]
mod tests;
pub mod vocabularies;

use serde::Serialize;
use serde_json::value::RawValue;

pub use self::columns::{Columns, FieldColumns, PlaceColumns};
pub use self::event::{Event, Kind};
pub(crate) use self::fields::Fit;
pub use self::reading::{Cause, Reading, Unreadable};
use crate::commitment::Commitment;
use crate::ids::{ClientId, Epoch, Region};
use crate::number::{Count, Micros, Number};
pub use crate::vocabulary::Unlisted;

/// The version of the form of stored entries. Added fields leave it as it is.
pub const FORMAT: u64 = 1;

/// The most bytes of an entry. What is longer belongs into a body.
pub const MAX_ENTRY: usize = 16 * 1024;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Entry {
    /// Who numbered it: a client, or the collector itself for what it adds.
    pub client: ClientId,
    /// In which of its epochs.
    pub epoch: Epoch,
    /// Under which number.
    pub number: Number,
    /// When it happened, as the client says.
    pub time: Micros,
    /// When the collector got it, by its own clock.
    pub received: Micros,
    /// The region in which it must stay.
    pub region: Region,
    /// The same number came before with other content: the index of the entry that holds it.
    pub conflict: Option<Count>,
    /// It belongs to an exercise, and counts in no figure.
    pub exercise: bool,
    /// What the source sent beyond the fields of the kind, kept as a body.
    pub extra: Option<Commitment>,
    /// What happened.
    pub event: Event,
}

/// An entry cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// It is too long.
    #[error("the entry has {bytes} bytes, and {MAX_ENTRY} are the most: move lists into a body, or divide them")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It cannot be written as JSON.
    #[error("the entry cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// The members of the stored object, in the order in which they are written.
#[derive(Serialize)]
struct Stored<'a> {
    v: u64,
    client: &'a ClientId,
    epoch: &'a Epoch,
    number: Number,
    kind: &'a Kind,
    time: Micros,
    received: Micros,
    region: &'a Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict: Option<Count>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    exercise: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Commitment>,
    fields: &'a RawValue,
}

impl Entry {
    /// The bytes that are stored and hashed: one line of JSON, always the same for the same entry.
    ///
    /// # Errors
    ///
    /// When they would be more than [`MAX_ENTRY`].
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let bytes = serde_json::to_vec(&Stored {
            v: FORMAT,
            client: &self.client,
            epoch: &self.epoch,
            number: self.number,
            kind: &self.event.kind(),
            time: self.time,
            received: self.received,
            region: &self.region,
            conflict: self.conflict,
            exercise: self.exercise,
            extra: self.extra,
            fields: &self.event.encode()?,
        })?;
        if bytes.len() > MAX_ENTRY { Err(EncodeError::TooLong { bytes: bytes.len() }) } else { Ok(bytes) }
    }
}
