//! Reading out of a folder: entries, how far a client is, and figures about the whole.

use ai_detect_trail_log::clients::ranges::Range;
use ai_detect_trail_log::commitment::Commitment;
use ai_detect_trail_log::entry::fields::Access;
use ai_detect_trail_log::ids::{ClientId, Epoch, TokenId, Word};
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::log::proof_file::ProofFile;
use ai_detect_trail_log::number::{Count, Number};
use rusqlite::{Connection, OptionalExtension as _};

use crate::access::Unaudited;
use crate::epochs::State;
use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::prove::{self, ProveError};
use crate::rows::{read_frontier, stored};
use crate::segments::list::{self, Segments};
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

/// Entries as they were when they were asked for, in the order of the log.
pub struct Entries {
    folder: Folder,
    connection: Connection,
    segments: Segments,
    client: Option<ClientId>,
    /// How many there are.
    pub count: u64,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its index.
    pub seq: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
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

impl Entries {
    /// Hands each entry to `each`, one after the other: memory stays the same however many there are.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read, and those of `each`.
    pub fn for_each<E: From<StoreError>>(&self, mut each: impl FnMut(Stored) -> Result<(), E>) -> Result<(), E> {
        self.sealed(&mut each)?;
        let database = self.folder.database();
        let failed = StoreError::database(&database);
        let query = match self.client {
            Some(_) => "SELECT seq, entry FROM entry WHERE seq >= ?2 AND client = ?1 ORDER BY seq",
            None => "SELECT seq, entry FROM entry WHERE seq >= ?2 AND ?1 IS NULL ORDER BY seq",
        };
        let client = self.client.as_ref().map(ClientId::as_str);
        let mut statement = self.connection.prepare(query).map_err(&failed)?;
        let mut rows = statement.query((client, stored(self.segments.end()))).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let (seq, bytes): (i64, Vec<u8>) = row.get(0).and_then(|seq| Ok((seq, row.get(1)?))).map_err(&failed)?;
            let seq = u64::try_from(seq).map_err(|_| self.folder.damaged(Damage::Value { table: "entry" }))?;
            each(Stored { seq, bytes })?;
        }
        Ok(())
    }

    /// Hands over entries of sealed files.
    fn sealed<E: From<StoreError>>(&self, each: &mut impl FnMut(Stored) -> Result<(), E>) -> Result<(), E> {
        let of_client = match &self.client {
            Some(client) => Some(
                numbers::segments_of(&self.connection, client.as_str())
                    .map_err(StoreError::database(&self.folder.database()))?,
            ),
            None => None,
        };
        for noted in self.segments.all() {
            let name = noted.name;
            if of_client.as_ref().is_some_and(|firsts| firsts.binary_search(&name.first).is_err()) {
                continue;
            }
            let unread = |error| list::unread(&self.folder, name, error);
            let segment = list::open(&self.folder, *noted)?;
            for group in 0..segment.groups() {
                let first = segment.first_of(group).unwrap_or(name.first);
                let clients = match &self.client {
                    Some(_) => segment.texts(group, "client").map_err(unread)?,
                    None => Vec::new(),
                };
                let is_wanted = |at: usize| match &self.client {
                    Some(client) => clients.get(at).is_some_and(|found| found.data() == client.as_str().as_bytes()),
                    None => true,
                };
                let entries = segment.entries(group).map_err(unread)?;
                for (at, entry) in entries.iter().enumerate().filter(|(at, _)| is_wanted(*at)) {
                    each(Stored { seq: first + at as u64, bytes: entry.data().to_vec() })?;
                }
            }
        }
        Ok(())
    }
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
