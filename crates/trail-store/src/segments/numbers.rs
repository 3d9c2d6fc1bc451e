//! Where the numbers of clients are among sealed entries, and whether a number that comes again has the same content.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension as _};

use super::columns::Row;
use crate::rows::stored;

/// How many entries share a row of fingerprints.
pub(crate) const CHUNK: u64 = 256;
/// How many bytes of a fingerprint are kept. It tells honest contents apart, and nobody can make two alike without the key.
pub(crate) const KEPT: usize = 8;
/// The most numbers in a row of places.
const MAX_RUN: usize = 1024;
/// Bytes of a place: the distance from the first entry of the segment.
const PLACE: usize = 4;

/// A row of the table `sealed_number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    client: String,
    epoch: String,
    is_conflict: bool,
    first: i64,
    last: i64,
    segment: u64,
    places: Vec<u8>,
}

/// Gathers where the numbers of one segment are.
pub(crate) struct Runs {
    segment: u64,
    keys: HashMap<(String, String), u32>,
    /// Of the entry before: those of a batch have the same client.
    last: Option<(String, String, u32)>,
    numbers: Vec<(u32, bool, i64, u32)>,
}

impl Runs {
    pub(crate) fn new(segment: u64) -> Self {
        Self { segment, keys: HashMap::new(), last: None, numbers: Vec::new() }
    }

    /// Adds an entry of the segment.
    pub(crate) fn add(&mut self, row: &Row) {
        let key = match &self.last {
            Some((client, epoch, key)) if *client == row.client && *epoch == row.epoch => *key,
            _ => {
                let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
                let key = *self.keys.entry((row.client.clone(), row.epoch.clone())).or_insert(next);
                self.last = Some((row.client.clone(), row.epoch.clone(), key));
                key
            }
        };
        // A segment has far fewer entries.
        let place = u32::try_from(row.seq.saturating_sub(self.segment)).unwrap_or(u32::MAX);
        self.numbers.push((key, row.is_conflict, row.number, place));
    }

    /// The rows, in the order of their keys: the same for the same segment.
    pub(crate) fn finish(mut self) -> Vec<Run> {
        let mut keys: Vec<(&(String, String), u32)> = self.keys.iter().map(|(key, id)| (key, *id)).collect();
        keys.sort_unstable_by_key(|(key, _)| *key);
        let order: HashMap<u32, usize> = keys.iter().enumerate().map(|(place, (_, id))| (*id, place)).collect();
        let place_of = |id: u32| order.get(&id).copied().unwrap_or_default();
        self.numbers.sort_unstable_by_key(|(id, conflict, number, place)| (place_of(*id), *conflict, *number, *place));
        let mut runs: Vec<(u32, Run)> = Vec::new();
        for (id, is_conflict, number, place) in self.numbers.iter().copied() {
            let continues = runs.last().is_some_and(|(of, run)| {
                let same = *of == id && run.is_conflict == is_conflict;
                // A row of conflicts is about one number, any other about consecutive ones.
                let next = if is_conflict { run.last == number } else { run.last.checked_add(1) == Some(number) };
                same && next && run.places.len() < MAX_RUN * PLACE
            });
            if !continues {
                let Some(((client, epoch), _)) = keys.get(place_of(id)) else { continue };
                let (client, epoch, segment) = (client.clone(), epoch.clone(), self.segment);
                let run = Run { client, epoch, is_conflict, first: number, last: number, segment, places: Vec::new() };
                runs.push((id, run));
            }
            if let Some((_, run)) = runs.last_mut() {
                run.last = number;
                run.places.extend(place.to_be_bytes());
            }
        }
        runs.into_iter().map(|(_, run)| run).collect()
    }
}

impl Run {
    /// How many bytes its row has, about.
    pub(crate) fn size(&self) -> usize {
        2 * (self.client.len() + self.epoch.len()) + self.places.len() + 32
    }

    /// Whether the table has this row.
    pub(crate) fn is_written(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let query = "SELECT last, places FROM sealed_number \
                     WHERE client = ?1 AND epoch = ?2 AND conflict = ?3 AND first = ?4 AND segment = ?5";
        let found: Option<(i64, Vec<u8>)> = connection
            .prepare_cached(query)?
            .query_row((&self.client, &self.epoch, self.is_conflict, self.first, stored(self.segment)), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(found.is_some_and(|(last, places)| last == self.last && places == self.places))
    }

    /// The client and epoch that it is about.
    pub(crate) fn of(&self) -> (&str, &str) {
        (&self.client, &self.epoch)
    }

    pub(crate) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let insert = "INSERT OR REPLACE INTO sealed_number VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        connection.prepare_cached(insert)?.execute((
            &self.client,
            &self.epoch,
            self.is_conflict,
            self.first,
            self.last,
            stored(self.segment),
            &self.places,
        ))?;
        Ok(())
    }
}

/// The indexes of the sealed entries with a number, in the order of the log.
pub(crate) fn places(connection: &Connection, client: &str, epoch: &str, number: i64) -> rusqlite::Result<Vec<u64>> {
    let mut found = Vec::new();
    let last_before = "SELECT segment, first, last, places FROM sealed_number \
                       WHERE client = ?1 AND epoch = ?2 AND conflict = 0 AND first <= ?3 ORDER BY first DESC LIMIT 1";
    let run = connection
        .prepare_cached(last_before)?
        .query_row((client, epoch, number), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, Vec<u8>>(3)?))
        })
        .optional()?;
    if let Some((segment, first, last, places)) = run
        && number <= last
    {
        let at = usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX);
        found.extend(place_at(segment, &places, at));
    }
    let conflicts = "SELECT segment, places FROM sealed_number \
                     WHERE client = ?1 AND epoch = ?2 AND conflict = 1 AND first = ?3";
    let mut statement = connection.prepare_cached(conflicts)?;
    let rows =
        statement.query_map((client, epoch, number), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    for row in rows {
        let (segment, places) = row?;
        found.extend((0..places.len() / PLACE).filter_map(|at| place_at(segment, &places, at)));
    }
    found.sort_unstable();
    Ok(found)
}

fn place_at(segment: i64, places: &[u8], at: usize) -> Option<u64> {
    let (places, _) = places.as_chunks::<PLACE>();
    let place = u32::from_be_bytes(*places.get(at)?);
    u64::try_from(segment).ok()?.checked_add(u64::from(place))
}

/// What is kept of the fingerprint of a sealed entry; `None` where it was erased.
pub(crate) fn fingerprint(connection: &Connection, seq: u64) -> rusqlite::Result<Option<[u8; KEPT]>> {
    let query = "SELECT fingerprints FROM sealed_fingerprint WHERE chunk = ?1";
    let chunk: Option<Vec<u8>> =
        connection.prepare_cached(query)?.query_row([stored(seq / CHUNK)], |row| row.get(0)).optional()?;
    let at = (seq % CHUNK) as usize;
    let kept = chunk.and_then(|bytes| bytes.as_chunks::<KEPT>().0.get(at).copied());
    Ok(kept.filter(|kept| *kept != [0; KEPT]))
}

/// The rows of fingerprints of some entries: what is there already, and what the table `fingerprint` has of them.
pub(crate) fn fingerprints(connection: &Connection, first: u64, end: u64) -> rusqlite::Result<BTreeMap<u64, Vec<u8>>> {
    let mut chunks: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let mut statement =
        connection.prepare_cached("SELECT seq, fingerprint FROM fingerprint WHERE seq >= ?1 AND seq < ?2")?;
    let mut rows = statement.query((stored(first), stored(end)))?;
    while let Some(row) = rows.next()? {
        let (seq, fingerprint): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let Ok(seq) = u64::try_from(seq) else { continue };
        let chunk = match chunks.entry(seq / CHUNK) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                let query = "SELECT fingerprints FROM sealed_fingerprint WHERE chunk = ?1";
                let known: Option<Vec<u8>> =
                    connection.prepare_cached(query)?.query_row([stored(seq / CHUNK)], |row| row.get(0)).optional()?;
                let mut bytes = known.unwrap_or_default();
                bytes.resize(CHUNK as usize * KEPT, 0);
                place.insert(bytes)
            }
        };
        let at = (seq % CHUNK) as usize * KEPT;
        if let (Some(place), Some(kept)) = (chunk.get_mut(at..at + KEPT), fingerprint.get(..KEPT)) {
            place.copy_from_slice(kept);
        }
    }
    Ok(chunks)
}

/// Writes a row of fingerprints.
pub(crate) fn write_fingerprints(connection: &Connection, chunk: u64, bytes: &[u8]) -> rusqlite::Result<()> {
    let insert = "INSERT OR REPLACE INTO sealed_fingerprint VALUES (?1, ?2)";
    connection.prepare_cached(insert)?.execute((stored(chunk), bytes))?;
    Ok(())
}

/// How many rows the table has about segments before `end`.
pub(crate) fn rows(connection: &Connection, end: u64) -> rusqlite::Result<u64> {
    let query = "SELECT count(*) FROM sealed_number WHERE segment < ?1";
    let rows: i64 = connection.query_row(query, [stored(end)], |row| row.get(0))?;
    Ok(u64::try_from(rows).unwrap_or_default())
}

/// How many sealed entries a client has. From `end` on, nothing is sealed.
pub(crate) fn count(connection: &Connection, client: &str, end: u64) -> rusqlite::Result<u64> {
    let query = "SELECT coalesce(sum(length(places)), 0) FROM sealed_number WHERE client = ?1 AND segment < ?2";
    let bytes: i64 = connection.query_row(query, (client, stored(end)), |row| row.get(0))?;
    Ok(u64::try_from(bytes).unwrap_or_default() / PLACE as u64)
}

/// The segments that hold entries of a client, by their first entry.
pub(crate) fn segments_of(connection: &Connection, client: &str) -> rusqlite::Result<Vec<u64>> {
    let query = "SELECT DISTINCT segment FROM sealed_number WHERE client = ?1 ORDER BY segment";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([client], |row| row.get::<_, i64>(0))?;
    rows.map(|row| row.map(|first| u64::try_from(first).unwrap_or_default())).collect()
}
