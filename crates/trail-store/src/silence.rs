//! Clients that were expected and are not heard of any more: a gap says since when. It closes when the client speaks again, or by hand.
//!
//! Who has signed off, was retired or revoked is not expected, so that jobs, which live for minutes, are never silent.

use std::sync::Arc;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::GapOpened;
use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_log::ids::{ClientId, GapId};
use ai_detect_trail_log::number::Micros;
use rusqlite::{Connection, params};

use crate::error::{Damage, StoreError};
use crate::folder::{Folder, random};
use crate::ingest::is_reserved;
use crate::writer::{Change, Writer};

/// A client of which nothing came for a while.
struct Quiet {
    client: ClientId,
    /// When it was heard of last.
    heard: Micros,
}

/// Opens a gap for each client that has been quiet for longer than `patience` microseconds. Returns how many it opened.
///
/// # Errors
///
/// When the folder cannot be read or written.
pub fn note(folder: &Folder, writer: &Writer, now: Micros, patience: u64) -> Result<u64, Arc<StoreError>> {
    let patience = i64::try_from(patience).unwrap_or(i64::MAX);
    let mut opened = 0;
    for Quiet { client, heard } in quiet_since(folder, now.get().saturating_sub(patience))? {
        let gap = GapId::from_random(random()?);
        let fields =
            GapOpened { of: Some(client.clone()), since: Some(heard), ..GapOpened::new(gap, GapCause::Silent) };
        let change = Change::Silence { client, heard };
        opened += u64::from(writer.record(Event::GapOpened(fields), Some(change), now)?.is_some());
    }
    Ok(opened)
}

/// Clients that are expected, of which nothing came since a time, and of which no gap has said so.
fn quiet_since(folder: &Folder, before: i64) -> Result<Vec<Quiet>, StoreError> {
    let connection = folder.connect_to_read()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    let damaged = || folder.damaged(Damage::Value { table: "heard" });
    // SQLite takes the epoch from the row with the highest time.
    let query = "WITH last AS (SELECT client, epoch, max(at) AS at FROM heard GROUP BY client) \
                 SELECT client, at FROM last LEFT JOIN made USING (client, epoch) \
                 WHERE at < ?1 AND coalesce(closed, 0) = 0 \
                 AND NOT EXISTS (SELECT 1 FROM silence WHERE silence.client = last.client AND silence.heard >= last.at) \
                 AND NOT EXISTS (SELECT 1 FROM open_gap WHERE open_gap.client = last.client AND cause = 'silent') \
                 AND NOT EXISTS (SELECT 1 FROM client AS known WHERE known.client = last.client \
                 AND (retired IS NOT NULL OR revoked IS NOT NULL)) ORDER BY client";
    let mut statement = connection.prepare(query).map_err(&failed)?;
    let rows: rusqlite::Result<Vec<(String, i64)>> =
        statement.query_map([before], |row| Ok((row.get(0)?, row.get(1)?))).and_then(Iterator::collect);
    let mut quiet = Vec::new();
    for (client, heard) in rows.map_err(&failed)? {
        let client = ClientId::parse(&client).map_err(|_| damaged())?;
        if !is_reserved(&client) {
            quiet.push(Quiet { client, heard: Micros::new(heard).map_err(|_| damaged())? });
        }
    }
    Ok(quiet)
}

/// Whether a client is as quiet as it was found to be, and no gap has said so. The row of the gap comes with its entry.
pub(crate) fn is_to_be_noted(connection: &Connection, client: &ClientId, heard: Micros) -> rusqlite::Result<bool> {
    let query = "SELECT NOT EXISTS (SELECT 1 FROM heard WHERE client = ?1 AND at > ?2) \
                 AND NOT EXISTS (SELECT 1 FROM silence WHERE client = ?1 AND heard >= ?2) \
                 AND NOT EXISTS (SELECT 1 FROM open_gap WHERE client = ?1 AND cause = 'silent')";
    connection.query_row(query, params![client.as_str(), heard.get()], |row| row.get(0))
}

/// Notes when a client was heard of last, as a gap says: once somebody closes that gap, it is not opened again for the same silence.
pub(crate) fn note_opened(connection: &Connection, client: &ClientId, heard: Micros) -> rusqlite::Result<()> {
    let insert = "INSERT INTO silence VALUES (?1, ?2) \
                  ON CONFLICT (client) DO UPDATE SET heard = max(heard, excluded.heard)";
    connection.prepare_cached(insert)?.execute(params![client.as_str(), heard.get()])?;
    Ok(())
}

/// The gaps that say that a client is not heard of.
pub(crate) fn open_gaps(connection: &Connection, client: &ClientId) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT id FROM open_gap WHERE client = ?1 AND cause = 'silent' ORDER BY id";
    let mut statement = connection.prepare_cached(query)?;
    statement.query_map([client.as_str()], |row| row.get(0))?.collect()
}
