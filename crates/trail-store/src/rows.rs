//! Reading and writing values of rows: whole numbers, and the tree.

use ai_detect_trail_log::log::frontier::Frontier;
use ai_detect_trail_log::log::hash::{HASH_SIZE, TreeHash};
use rusqlite::Connection;

use crate::error::{Damage, StoreError};
use crate::folder::Folder;

/// A number as SQLite stores it. All that are stored are below 2^53.
pub(crate) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The tree over all entries.
pub(crate) fn read_frontier(folder: &Folder, connection: &Connection) -> Result<Frontier, StoreError> {
    let database = folder.database();
    let row = connection
        .query_row("SELECT size, frontier FROM log", [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)));
    let (size, bytes) = row.map_err(StoreError::database(&database))?;
    let damaged = || folder.damaged(Damage::Value { table: "log" });
    let (hashes, rest) = bytes.as_chunks::<HASH_SIZE>();
    let hashes: Vec<TreeHash> = hashes.iter().copied().map(TreeHash::from_bytes).collect();
    let size = u64::try_from(size).ok().filter(|_| rest.is_empty()).ok_or_else(damaged)?;
    Frontier::from_parts(size, &hashes).map_err(|_| damaged())
}

pub(crate) fn write_frontier(folder: &Folder, connection: &Connection, frontier: &Frontier) -> Result<(), StoreError> {
    let bytes: Vec<u8> = frontier.hashes().iter().flat_map(|hash| *hash.as_bytes()).collect();
    let database = folder.database();
    let update = "UPDATE log SET size = ?1, frontier = ?2";
    connection.execute(update, (stored(frontier.size()), bytes)).map_err(StoreError::database(&database))?;
    Ok(())
}
