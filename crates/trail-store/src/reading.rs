//! Reading out of a folder: entries, how far a client is, and figures about the whole.

use ai_detect_trail_log::clients::ranges::Range;
use ai_detect_trail_log::commitment::Commitment;
use ai_detect_trail_log::entry::fields::Access;
use ai_detect_trail_log::ids::{ClientId, Epoch, TokenId, Word};
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::log::proof_file::ProofFile;
use ai_detect_trail_log::number::{Count, Number};
use rusqlite::OptionalExtension as _;

use crate::access::Unaudited;
pub use crate::entries::{Entries, Stored};
use crate::epochs::State;
use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::prove::{self, ProveError};
use crate::rows::{read_frontier, stored};
use crate::segments::list::Segments;
use crate::segments::numbers;
use crate::signer::last_checkpoint;

/// How far a client is in one of its epochs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Through which number the client need not keep anything.
    pub acknowledged_through: Option<Number>,
    /// The highest number that is known to have been given.
    pub highest: Option<Number>,
    /// What is missing up to there.
    pub missing: Vec<Range>,
}

/// How far a client is. Nothing has arrived in an epoch that is not known.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn progress(folder: &Folder, client: &ClientId, epoch: &Epoch) -> Result<Progress, StoreError> {
    let connection = folder.connect()?;
    let state = State::read(folder, &connection, &(client.clone(), epoch.clone()))?;
    let highest = state.received.highest();
    let missing = highest.map_or_else(Vec::new, |highest| state.received.missing(Range::through(highest)));
    Ok(Progress { acknowledged_through: state.received.acknowledged_through(), highest, missing })
}

/// The entries of one client, or all of them.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn entries(
    folder: &Folder,
    client: Option<ClientId>,
    token: Option<TokenId>,
) -> Result<Unaudited<Entries>, StoreError> {
    let connection = folder.connect()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    // What comes later, such as the entry about this very access, is not in the answer.
    connection.execute_batch("BEGIN").map_err(&failed)?;
    let segments = Segments::read(folder, &connection)?;
    let count = match &client {
        Some(client) => {
            let query = "SELECT count(*) FROM entry WHERE client = ?1 AND seq >= ?2";
            let hot: i64 = connection
                .query_row(query, (client.as_str(), stored(segments.end())), |row| row.get(0))
                .map_err(&failed)?;
            let hot = u64::try_from(hot).map_err(|_| folder.damaged(Damage::Value { table: "entry" }))?;
            numbers::count(&connection, client.as_str(), segments.end()).map_err(&failed)? + hot
        }
        None => read_frontier(folder, &connection)?.size(),
    };
    let access = access("events", count, token, folder)?;
    Ok(Unaudited::new(Entries { folder: folder.clone(), connection, segments, client, count }, access))
}

/// The proof of one entry, which holds the entry.
///
/// # Errors
///
/// When there is none, and when the folder cannot be read.
pub fn proof(
    folder: &Folder,
    key: &VerifierKey,
    index: u64,
    token: Option<TokenId>,
) -> Result<Unaudited<ProofFile>, ProveError> {
    let proof = prove::entry(folder, key, index)?;
    Ok(Unaudited::new(proof, access("proof", 1, token, folder)?))
}

fn access(what: &str, entries: u64, token: Option<TokenId>, folder: &Folder) -> Result<Access, StoreError> {
    let damaged = || folder.damaged(Damage::Value { table: "entry" });
    Ok(Access {
        what: Word::parse(what).map_err(|_| damaged())?,
        person: None,
        token,
        purpose: None,
        entries: Some(Count::new(entries).map_err(|_| damaged())?),
        bodies: None,
        request: None,
    })
}

/// Figures about a folder, without names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// How many entries the log has.
    pub entries: u64,
    /// How many of them are signed for.
    pub signed: u64,
    /// How many epochs of clients have sent something.
    pub epochs: u64,
    /// How many gaps are open.
    pub open_gaps: u64,
    /// How many checkpoints are held that the log does not continue.
    pub forks: u64,
}

/// Figures about the whole.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn figures(folder: &Folder, key: &VerifierKey) -> Result<Figures, StoreError> {
    let connection = folder.connect()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    let count = |query: &str| {
        let count: i64 = connection.query_row(query, [], |row| row.get(0)).map_err(&failed)?;
        u64::try_from(count).map_err(|_| folder.damaged(Damage::Value { table: "received" }))
    };
    Ok(Figures {
        entries: read_frontier(folder, &connection)?.size(),
        signed: last_checkpoint(folder, key)?.map_or(0, |(checkpoint, _)| checkpoint.size),
        epochs: count("SELECT count(*) FROM (SELECT DISTINCT client, epoch FROM received)")?,
        open_gaps: count("SELECT count(*) FROM open_gap")?,
        forks: count("SELECT count(*) FROM fork WHERE gap IN (SELECT id FROM open_gap)")?,
    })
}

/// The commitment to the configuration that was recorded last.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn last_configuration(folder: &Folder) -> Result<Option<Commitment>, StoreError> {
    let query = "SELECT value FROM setting WHERE name = 'configuration'";
    let value: Option<String> = folder
        .connect()?
        .query_row(query, [], |row| row.get(0))
        .optional()
        .map_err(StoreError::database(&folder.database()))?;
    let commitment = value.map(|value| Commitment::parse(&value)).transpose();
    commitment.map_err(|_| folder.damaged(Damage::Value { table: "setting" }))
}
