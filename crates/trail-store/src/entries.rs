//! Handing out entries. Each is compared with its signed hash first, so that a row that somebody changed is never handed out as if it
//! were the one that was recorded.

use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::tile::{TILE_WIDTH, fold};
use rusqlite::Connection;

use crate::error::{Damage, SegmentProblem, StoreError};
use crate::folder::Folder;
use crate::rows::stored;
use crate::segments::list::{self, Noted, Segments};
use crate::segments::numbers;
use crate::signed_leaves::SignedLeaves;

/// Entries as they were when they were asked for, in the order of the log.
pub struct Entries {
    pub(crate) folder: Folder,
    pub(crate) connection: Connection,
    pub(crate) segments: Segments,
    pub(crate) client: Option<ClientId>,
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
    /// The bytes are not those that were hashed when it was recorded.
    pub is_changed: bool,
}

impl Entries {
    /// Hands each entry to `each`, one after the other: memory stays the same however many there are.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read or a sealed file was changed, and those of `each`.
    pub fn for_each<E: From<StoreError>>(&self, mut each: impl FnMut(Stored) -> Result<(), E>) -> Result<(), E> {
        let mut signed = SignedLeaves::read(&self.folder)?;
        self.sealed(&mut signed, &mut each)?;
        self.rows(&mut signed, &mut each)
    }

    /// Hands over entries that lie in the database.
    fn rows<E: From<StoreError>>(
        &self,
        signed: &mut SignedLeaves,
        each: &mut impl FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        let database = self.folder.database();
        let failed = StoreError::database(&database);
        let query = match self.client {
            Some(_) => "SELECT seq, entry, leaf FROM entry WHERE seq >= ?2 AND client = ?1 ORDER BY seq",
            None => "SELECT seq, entry, leaf FROM entry WHERE seq >= ?2 AND ?1 IS NULL ORDER BY seq",
        };
        let client = self.client.as_ref().map(ClientId::as_str);
        let mut statement = self.connection.prepare(query).map_err(&failed)?;
        let mut rows = statement.query((client, stored(self.segments.end()))).map_err(&failed)?;
        let mut next = self.segments.end();
        while let Some(row) = rows.next().map_err(&failed)? {
            let (seq, bytes, leaf): (i64, Vec<u8>, Vec<u8>) =
                row.get(0).and_then(|seq| Ok((seq, row.get(1)?, row.get(2)?))).map_err(&failed)?;
            let seq = u64::try_from(seq).map_err(|_| self.folder.damaged(Damage::Value { table: "entry" }))?;
            if self.client.is_none() && seq != next {
                return Err(self.folder.damaged(Damage::Missing { index: next }).into());
            }
            next = seq + 1;
            let hash = TreeHash::of_leaf(&bytes);
            let is_signed = signed.leaf(seq)?.is_none_or(|signed| signed == hash);
            each(Stored { seq, bytes, is_changed: !is_signed || leaf != hash.as_bytes() })?;
        }
        if self.client.is_none() && next < self.count {
            return Err(self.folder.damaged(Damage::Missing { index: next }).into());
        }
        Ok(())
    }

    /// Hands over entries of sealed files.
    fn sealed<E: From<StoreError>>(
        &self,
        signed: &mut SignedLeaves,
        each: &mut impl FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        let of_client = match &self.client {
            Some(client) => Some(
                numbers::segments_of(&self.connection, client.as_str())
                    .map_err(StoreError::database(&self.folder.database()))?,
            ),
            None => None,
        };
        for noted in self.segments.all() {
            if of_client.as_ref().is_none_or(|firsts| firsts.binary_search(&noted.name.first).is_ok()) {
                self.sealed_file(*noted, signed, each)?;
            }
        }
        Ok(())
    }

    fn sealed_file<E: From<StoreError>>(
        &self,
        noted: Noted,
        signed: &mut SignedLeaves,
        each: &mut impl FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        let name = noted.name;
        let unread = |error| list::unread(&self.folder, name, error);
        let segment = list::open(&self.folder, noted)?;
        let mut waiting = Waiting::default();
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
            for (at, (seq, entry)) in (first..).zip(&entries).enumerate() {
                let hash = TreeHash::of_leaf(entry.data());
                let stored = is_wanted(at).then(|| Stored { seq, bytes: entry.data().to_vec(), is_changed: false });
                match signed.leaf(seq)? {
                    Some(leaf) => {
                        stored.map_or(Ok(()), |stored| each(Stored { is_changed: leaf != hash, ..stored }))?;
                    }
                    None => waiting.add(hash, stored),
                }
                if waiting.is_full() {
                    let expected = signed.tile_of_leaves(seq / TILE_WIDTH)?;
                    if expected.is_some_and(|expected| expected != fold(&waiting.hashes)) {
                        let problem = SegmentProblem::Entries { first: seq + 1 - TILE_WIDTH, last: seq };
                        return Err(self.folder.damaged(Damage::Segment { name, problem }).into());
                    }
                    waiting.take().into_iter().try_for_each(&mut *each)?;
                }
            }
        }
        // Without a checkpoint, nothing is left to compare them with.
        waiting.take().into_iter().try_for_each(each)
    }
}

/// Sealed entries whose tile of leaves is not kept: they are compared together, once all of the tile were read.
#[derive(Default)]
struct Waiting {
    hashes: Vec<TreeHash>,
    wanted: Vec<Stored>,
}

impl Waiting {
    fn add(&mut self, hash: TreeHash, wanted: Option<Stored>) {
        self.hashes.push(hash);
        self.wanted.extend(wanted);
    }

    fn is_full(&self) -> bool {
        self.hashes.len() as u64 == TILE_WIDTH
    }

    fn take(&mut self) -> Vec<Stored> {
        self.hashes.clear();
        std::mem::take(&mut self.wanted)
    }
}
