//! No answer without its entry: what is read out of a trail for somebody is wrapped until the entry that says so is on the disk.

use std::sync::Arc;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::Access;
use ai_detect_trail_log::number::Micros;

use crate::error::StoreError;
use crate::writer::Writer;

/// An answer that nobody may see yet. Only [`Unaudited::audit`] opens it.
#[derive(Debug)]
pub struct Unaudited<T> {
    answer: T,
    access: Access,
}

/// An answer whose entry is on the disk.
#[derive(Debug)]
pub struct Audited<T>(T);

impl<T> Unaudited<T> {
    pub(crate) fn new(answer: T, access: Access) -> Self {
        Self { answer, access }
    }

    /// Appends the entry, and opens the answer once it is on the disk.
    ///
    /// # Errors
    ///
    /// When the entry could not be written. Then there is no answer.
    pub fn audit(self, writer: &Writer, at: Micros) -> Result<Audited<T>, Arc<StoreError>> {
        writer.record(Event::Access(self.access), None, at)?;
        Ok(Audited(self.answer))
    }
}

impl<T> Audited<T> {
    /// The answer.
    pub fn into_answer(self) -> T {
        self.0
    }
}
