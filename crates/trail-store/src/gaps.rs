//! Gaps that are open: what is not known, why, and since when.
//!
//! Gaps in the numbers of a client close by themselves when the numbers arrive, and a pause when its end does. An operator closes all others, and those whose numbers will
//! never come, with a reason. That is no statement that they came: what is missing stays missing, and nothing after it is acknowledged.

use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_log::entry::{Entry, Event};
use ai_detect_trail_log::ids::{ClientId, Epoch, GapId, Word};
use ai_detect_trail_log::number::Number;
use rusqlite::{Connection, params};

use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::ingest::is_reserved;
use crate::rows::stored;
use crate::silence;

/// A gap that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenGap {
    /// Its name.
    pub id: GapId,
    /// Why something is not known.
    pub cause: GapCause,
    /// Whose events are missing; `None` for a gap of the log itself.
    pub client: Option<ClientId>,
    /// In which epoch.
    pub epoch: Option<Epoch>,
    /// The first and last number that were missing when it was opened.
    pub numbers: Option<(u64, u64)>,
    /// When it was opened, in microseconds since 1970.
    pub opened: i64,
    /// The entry that opened it.
    pub seq: u64,
    /// It closes by itself when its numbers arrive.
    pub closes_by_itself: bool,
}

/// All open gaps, the oldest first.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn open(folder: &Folder) -> Result<Vec<OpenGap>, StoreError> {
    select(folder, "ORDER BY seq", "")
}

/// The open gaps whose names begin with a text.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn find(folder: &Folder, start: &str) -> Result<Vec<OpenGap>, StoreError> {
    select(folder, "WHERE substr(id, 1, length(?1)) = ?1 ORDER BY seq", start)
}

fn select(folder: &Folder, which: &str, parameter: &str) -> Result<Vec<OpenGap>, StoreError> {
    let connection = folder.connect()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    let damaged = || folder.damaged(Damage::Value { table: "open_gap" });
    let query = format!(
        "SELECT id, cause, client, epoch, first, last, opened, seq, \
         EXISTS (SELECT 1 FROM gap WHERE gap.client = open_gap.client AND gap.id = open_gap.id), ?1 FROM open_gap {which}"
    );
    let mut statement = connection.prepare(&query).map_err(&failed)?;
    let mut rows = statement.query([parameter]).map_err(&failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let text = |at: usize| row.get::<_, Option<String>>(at).map_err(&failed);
        let number = |at: usize| row.get::<_, Option<i64>>(at).map_err(&failed);
        let unsigned = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        let client = text(2)?.filter(|client| !client.is_empty());
        found.push(OpenGap {
            id: GapId::parse(&text(0)?.unwrap_or_default()).map_err(|_| damaged())?,
            cause: Word::parse(&text(1)?.unwrap_or_default()).map_err(|_| damaged())?.into(),
            client: client.map(|client| ClientId::parse(&client)).transpose().map_err(|_| damaged())?,
            epoch: text(3)?.map(|epoch| Epoch::parse(&epoch)).transpose().map_err(|_| damaged())?,
            numbers: unsigned(number(4)?).zip(unsigned(number(5)?)),
            opened: number(6)?.ok_or_else(damaged)?,
            seq: unsigned(number(7)?).ok_or_else(damaged)?,
            closes_by_itself: row.get(8).map_err(&failed)?,
        });
    }
    Ok(found)
}

/// Notes the gap that an entry opens. An event that is in conflict with an earlier one opens none.
pub(crate) fn note_opened(connection: &Connection, seq: u64, entry: &Entry) -> rusqlite::Result<()> {
    let Event::GapOpened(gap) = &entry.event else { return Ok(()) };
    if entry.conflict.is_some() {
        return Ok(());
    }
    let is_reserved = is_reserved(&entry.client);
    if let (true, GapCause::Silent, Some(client), Some(heard)) = (is_reserved, &gap.cause, &gap.of, gap.since) {
        silence::note_opened(connection, client, heard)?;
    }
    // A client names the gap of a pause once more when the pause ends. Whatever else is not known stays so, also when it is over.
    if !is_reserved && gap.cause == GapCause::Paused && gap.of.is_none() && gap.until.is_some() {
        return note_closed(connection, &entry.client, gap.gap);
    }
    let own = (!is_reserved).then_some((&entry.client, &entry.epoch));
    let client = gap.of.as_ref().or(own.map(|(client, _)| client)).map_or("", ClientId::as_str);
    let epoch = gap.of_epoch.as_ref().or(own.map(|(_, epoch)| epoch)).map(Epoch::as_str);
    let number = |number: Option<Number>| number.map(|number| stored(number.get()));
    connection.prepare_cached("INSERT OR IGNORE INTO open_gap VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(
        params![
            client,
            gap.gap.to_string(),
            gap.cause.word(),
            epoch,
            number(gap.first),
            number(gap.last),
            entry.received.get(),
            stored(seq),
        ],
    )?;
    Ok(())
}

/// Notes that a gap in the numbers of a client is closed.
pub(crate) fn note_closed(connection: &Connection, client: &ClientId, gap: GapId) -> rusqlite::Result<()> {
    let delete = "DELETE FROM open_gap WHERE client = ?1 AND id = ?2";
    connection.prepare_cached(delete)?.execute((client.as_str(), gap.to_string()))?;
    Ok(())
}

/// Closes a gap by hand. One of numbers stays in the table `gap`, as a whole, so that no other is opened for what it is about.
pub(crate) fn close(connection: &Connection, gap: GapId) -> rusqlite::Result<usize> {
    connection.prepare_cached("DELETE FROM open_gap WHERE id = ?1")?.execute([gap.to_string()])
}
