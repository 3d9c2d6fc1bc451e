//! Checking a folder: every row, tile and range, against each other and against the signed checkpoint.

use std::collections::BTreeMap;

use ai_detect_trail_log::clients::ranges::{Range, Ranges};
use ai_detect_trail_log::entry::{Entry, Reading};
use ai_detect_trail_log::log::audit::{self, audit};
use ai_detect_trail_log::log::bundle;
use ai_detect_trail_log::log::frontier::Frontier;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::log::tile::{Row, Tile};
use rusqlite::Connection;

use crate::epochs::{Key, read_ranges};
use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::rows::{read_frontier, stored};
use crate::signer::{last_checkpoint, read_tile};

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The signed log is not the stored one.
    #[error(transparent)]
    Log(#[from] audit::Problem),
    /// Rows do not fit what was stored with them.
    #[error(transparent)]
    Rows(#[from] Damage),
    /// The columns of a row say something else than its entry.
    #[error("entry {index}: the columns of its row differ from it")]
    Columns {
        /// The index of the entry.
        index: u64,
    },
    /// A number of a client is in the log twice, and the second is not marked as a conflict.
    #[error("entry {index}: its number is in the log before")]
    Twice {
        /// The index of the entry.
        index: u64,
    },
    /// What the table says has arrived is not what the log holds.
    #[error("client {client}, epoch {epoch}: the numbers that are marked as arrived are not those of its entries")]
    Ranges {
        /// The client.
        client: String,
        /// The epoch.
        epoch: String,
    },
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// How many entries are stored.
    pub entries: u64,
    /// How many of them a checkpoint is signed for.
    pub signed: u64,
    /// Entries that this version cannot read. They are no problem: their bytes are in the log.
    pub unreadable: u64,
    /// What does not fit.
    pub problems: Vec<Problem>,
}

/// Checks a folder. It needs the public key and no secret.
///
/// # Errors
///
/// When something cannot be read at all, or the checkpoint is not signed by the key.
pub fn verify(folder: &Folder, key: &VerifierKey) -> Result<Findings, StoreError> {
    let mut connection = folder.connect()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    // The checkpoint first: what is stored afterwards only adds to what it is about.
    let signed = last_checkpoint(folder, key)?.map(|(checkpoint, _)| checkpoint);
    let transaction = connection.transaction().map_err(&failed)?;
    let mut findings =
        Findings { entries: 0, signed: signed.as_ref().map_or(0, |one| one.size), unreadable: 0, problems: Vec::new() };
    rows(folder, &transaction, &mut findings)?;
    if let Some(checkpoint) = signed {
        if checkpoint.size > findings.entries {
            let (signed, stored) = (checkpoint.size, findings.entries);
            findings.problems.push(Damage::Shrunk { signed, stored }.into());
        }
        let read = |tile: Tile| match tile.row() {
            Row::Entries => bundle_of(folder, &transaction, tile).map(Some),
            Row::Hashes(_) => match read_tile(folder, tile) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(StoreError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
        };
        audit(checkpoint.size, checkpoint.root, read, |problem| findings.problems.push(problem.into()))?;
    }
    Ok(findings)
}

/// The entries of a bundle, as the rows have them.
fn bundle_of(folder: &Folder, connection: &Connection, tile: Tile) -> Result<Vec<u8>, StoreError> {
    let (first, end) = tile.entries();
    let entries: rusqlite::Result<Vec<Vec<u8>>> = connection
        .prepare_cached("SELECT entry FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")
        .and_then(|mut statement| statement.query_map((stored(first), stored(end)), |row| row.get(0))?.collect());
    let entries = entries.map_err(StoreError::database(&folder.database()))?;
    bundle::encode(&entries).map_err(|_| folder.damaged(Damage::Value { table: "entry" }))
}

/// Checks all rows, also those that no checkpoint is signed for yet.
fn rows(folder: &Folder, connection: &Connection, findings: &mut Findings) -> Result<(), StoreError> {
    let database = folder.database();
    let failed = StoreError::database(&database);
    let mut frontier = Frontier::new();
    let mut arrived: BTreeMap<Key, Ranges> = BTreeMap::new();
    let query = "SELECT seq, client, epoch, number, kind, conflict, entry, leaf FROM entry ORDER BY seq";
    let mut statement = connection.prepare(query).map_err(&failed)?;
    let mut rows = statement.query([]).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        let index = frontier.size();
        let (seq, bytes, leaf): (i64, Vec<u8>, Vec<u8>) =
            row.get(0).and_then(|seq| Ok((seq, row.get(6)?, row.get(7)?))).map_err(&failed)?;
        if seq != stored(index) {
            // All after it stand at another place than they were hashed at.
            findings.problems.push(Damage::Missing { index }.into());
            break;
        }
        let hash = TreeHash::of_leaf(&bytes);
        if leaf != hash.as_bytes() {
            findings.problems.push(Damage::Entry { index }.into());
        }
        frontier.append(hash);
        let (Reading::Whole(entry) | Reading::Partial(entry)) = Entry::read(&bytes) else {
            findings.unreadable += 1;
            continue;
        };
        let columns: (String, String, i64, String, bool) = row
            .get(1)
            .and_then(|client| Ok((client, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
            .map_err(&failed)?;
        let number = entry.number;
        let expected = (
            entry.client.to_string(),
            entry.epoch.to_string(),
            stored(number.get()),
            entry.event.kind().to_string(),
            entry.conflict.is_some(),
        );
        if columns != expected {
            findings.problems.push(Problem::Columns { index });
        }
        let set = arrived.entry((entry.client, entry.epoch)).or_default();
        if entry.conflict.is_none() && set.contains(number) {
            findings.problems.push(Problem::Twice { index });
        }
        set.insert(Range::single(number));
    }
    findings.entries = frontier.size();
    if read_frontier(folder, connection)? != frontier {
        findings.problems.push(Damage::Root { first: 0, last: frontier.size().saturating_sub(1) }.into());
    }
    for (key, set) in &arrived {
        if read_ranges(folder, connection, key, false)? != *set {
            findings.problems.push(Problem::Ranges { client: key.0.to_string(), epoch: key.1.to_string() });
        }
    }
    Ok(())
}
