//! Clients that were expected and are not heard of any more: a gap says since when. It closes when the client speaks again.
//!
//! Who has signed off, was retired or revoked is not expected, so that jobs, which live for minutes, are never silent.

use std::sync::Arc;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::GapOpened;
use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_log::ids::{ClientId, GapId};
use ai_detect_trail_log::number::Micros;
use rusqlite::{Connection, params};

use crate::clients;
use crate::error::{Damage, StoreError};
use crate::folder::{Folder, random};
use crate::ingest::is_reserved;
use crate::writer::{Change, Writer};

/// Opens a gap for each client that has been quiet for longer than `patience` microseconds. Returns how many it opened.
///
/// # Errors
///
/// When the folder cannot be read or written.
pub fn note(folder: &Folder, writer: &Writer, now: Micros, patience: u64) -> Result<u64, Arc<StoreError>> {
    let patience = i64::try_from(patience).unwrap_or(i64::MAX);
    let mut opened = 0;
    for client in quiet_since(folder, now, now.get().saturating_sub(patience))? {
        let Some(heard) = client.heard.and_then(|heard| Micros::new(heard).ok()) else { continue };
        if client.signed_off || client.retired.is_some() || client.revoked.is_some() {
            continue;
        }
        let gap = GapId::from_random(random()?);
        let (name, since) = (client.client, Some(heard));
        let fields = GapOpened { of: Some(name.clone()), since, ..GapOpened::new(gap, GapCause::Silent) };
        let change = Change::Silence { client: name, heard };
        opened += u64::from(writer.record(Event::GapOpened(fields), Some(change), now)?.is_some());
    }
    Ok(opened)
}

/// Clients of which nothing came since a time, and of which no gap says so yet.
fn quiet_since(folder: &Folder, now: Micros, before: i64) -> Result<Vec<clients::Client>, StoreError> {
    let connection = folder.connect_to_read()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    let query = "SELECT client FROM heard GROUP BY client HAVING max(at) < ?1 AND NOT EXISTS \
                 (SELECT 1 FROM open_gap WHERE open_gap.client = heard.client AND cause = 'silent') ORDER BY client";
    let mut statement = connection.prepare(query).map_err(&failed)?;
    let names: rusqlite::Result<Vec<String>> =
        statement.query_map([before], |row| row.get(0)).and_then(Iterator::collect);
    let mut quiet = Vec::new();
    for name in names.map_err(&failed)? {
        let client = ClientId::parse(&name).map_err(|_| folder.damaged(Damage::Value { table: "heard" }))?;
        if !is_reserved(&client) {
            quiet.push(clients::read(folder, &connection, client, now)?);
        }
    }
    Ok(quiet)
}

/// Whether a client is as quiet as it was found to be, and no gap says so yet. The row of the gap comes with its entry.
pub(crate) fn is_to_be_noted(connection: &Connection, client: &ClientId, heard: Micros) -> rusqlite::Result<bool> {
    let query = "SELECT NOT EXISTS (SELECT 1 FROM heard WHERE client = ?1 AND at > ?2) \
                 AND NOT EXISTS (SELECT 1 FROM open_gap WHERE client = ?1 AND cause = 'silent')";
    connection.query_row(query, params![client.as_str(), heard.get()], |row| row.get(0))
}

/// The gaps that say that a client is not heard of.
pub(crate) fn open_gaps(connection: &Connection, client: &ClientId) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT id FROM open_gap WHERE client = ?1 AND cause = 'silent' ORDER BY id";
    let mut statement = connection.prepare_cached(query)?;
    statement.query_map([client.as_str()], |row| row.get(0))?.collect()
}
