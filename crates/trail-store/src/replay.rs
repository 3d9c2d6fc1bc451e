//! What entries say about their clients, taken again in the order of the log: the same as when they arrived.

use std::collections::{BTreeMap, btree_map};

use ai_detect_trail_log::clients::gaps::{Gap, Gaps, NumberCause};
use ai_detect_trail_log::clients::ranges::Range;
use ai_detect_trail_log::clients::received::{Known, Refused};
use ai_detect_trail_log::entry::fields::{GapClosed, GapOpened};
use ai_detect_trail_log::entry::vocabularies::GapClosing;
use ai_detect_trail_log::entry::{Entry, Event, Reading};
use ai_detect_trail_log::ids::{ClientId, Epoch, GapId};
use ai_detect_trail_log::number::{Micros, Number};
use rusqlite::Connection;

use crate::epochs::{Key, State};
use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::ingest::{COLLECTOR, hear};
use crate::segments::columns::Row;
use crate::{clients, gaps};

/// How many epochs are kept in memory. More are written to the tables, and read from there again.
const MAX_EPOCHS: usize = 10_000;

/// Takes entries again, one after the other. The tables are empty when it begins.
pub(crate) struct Replay<'a> {
    folder: &'a Folder,
    connection: &'a Connection,
    epochs: BTreeMap<Key, State>,
    heard: BTreeMap<Key, Micros>,
}

impl<'a> Replay<'a> {
    pub(crate) fn new(folder: &'a Folder, connection: &'a Connection) -> Self {
        Self { folder, connection, epochs: BTreeMap::new(), heard: BTreeMap::new() }
    }

    /// Takes the next entry.
    pub(crate) fn take(&mut self, row: &Row) -> Result<(), StoreError> {
        let damaged = || self.folder.damaged(Damage::Entry { index: row.seq });
        let number = u64::try_from(row.number).ok().and_then(|number| Number::new(number).ok()).ok_or_else(damaged)?;
        let client = ClientId::parse(&row.client).map_err(|_| damaged())?;
        let epoch = Epoch::parse(&row.epoch).map_err(|_| damaged())?;
        // Another content of a number that was there says nothing about others.
        if row.is_conflict {
            return Ok(());
        }
        let key = (client, epoch);
        match self.state(&key)?.received.take(number, || Ok::<_, StoreError>(Known::Same)) {
            Ok(_) => {}
            Err(Refused::Store(error)) => return Err(error),
            // It was taken when it arrived, so that the order of the log is another one.
            Err(Refused::TooManyHoles) => return Err(damaged()),
        }
        let (Reading::Whole(entry) | Reading::Partial(entry)) = Entry::read(&row.entry) else { return Ok(()) };
        let failed = |source| StoreError::Database { path: self.folder.database(), source };
        if key.0.as_str() != COLLECTOR {
            // A batch that brought nothing new is in no entry, so that what is known already may be later.
            let heard = self.heard.entry(key.clone()).or_insert(entry.received);
            *heard = (*heard).max(entry.received);
        }
        gaps::note_opened(self.connection, row.seq, &entry).map_err(failed)?;
        match &entry.event {
            Event::GapOpened(opened) if key.0.as_str() == COLLECTOR => self.open(opened),
            Event::GapClosed(closed) if key.0.as_str() == COLLECTOR => self.close(closed),
            event => {
                hear(self.state(&key)?, event);
                Ok(())
            }
        }
    }

    /// The collector opened a gap. Those that are not about numbers are no business of an epoch.
    fn open(&mut self, opened: &GapOpened) -> Result<(), StoreError> {
        let causes = [NumberCause::Missing, NumberCause::Overflow];
        let cause = causes.into_iter().find(|cause| opened.cause == (*cause).into());
        let numbers = opened.first.zip(opened.last).and_then(|(first, last)| Range::new(first, last).ok());
        let key = opened.of.clone().zip(opened.of_epoch.clone());
        if let (Some(cause), Some(numbers), Some(key)) = (cause, numbers, key) {
            let gap = Gap { id: opened.gap, cause, numbers };
            let state = self.state(&key)?;
            state.gaps = Gaps::from_stored([state.gaps.open(), &[gap]].concat());
        }
        Ok(())
    }

    /// The collector closed a gap. Several clients may have given theirs the same name: then it is one in which nothing is missing.
    fn close(&mut self, closed: &GapClosed) -> Result<(), StoreError> {
        let (folder, connection) = (self.folder, self.connection);
        let failed = |source| StoreError::Database { path: folder.database(), source };
        if closed.closing == GapClosing::Resolved {
            // By an operator. If it is about numbers, they are missing all the same.
            gaps::close(connection, closed.gap).map_err(failed)?;
            return Ok(());
        }
        let keys = self.with_gap(closed.gap)?;
        if keys.is_empty() {
            gaps::close(connection, closed.gap).map_err(failed)?;
        }
        for key in keys {
            let state = self.state(&key)?;
            let is_open = |gap: &Gap| match gap.cause {
                NumberCause::Missing => !state.received.missing(gap.numbers).is_empty(),
                NumberCause::Overflow => state.received.lost().within(gap.numbers).next().is_some(),
            };
            let open = state.gaps.open().to_vec();
            let left: Vec<Gap> = open.iter().copied().filter(|gap| gap.id != closed.gap || is_open(gap)).collect();
            if left.len() < open.len() {
                state.gaps = Gaps::from_stored(left);
                gaps::note_closed(connection, &key.0, closed.gap).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// The epochs in which a gap is open.
    fn with_gap(&self, gap: GapId) -> Result<Vec<Key>, StoreError> {
        let has_it = |state: &State| state.gaps.open().iter().any(|open| open.id == gap);
        let mut keys: Vec<Key> =
            self.epochs.iter().filter(|(_, state)| has_it(state)).map(|(key, _)| key.clone()).collect();
        let failed = |source| StoreError::Database { path: self.folder.database(), source };
        let mut statement =
            self.connection.prepare_cached("SELECT client, epoch FROM gap WHERE id = ?1").map_err(failed)?;
        let rows =
            statement.query_map([gap.to_string()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
        for row in rows.map_err(failed)? {
            let (client, epoch) = row.map_err(failed)?;
            let damaged = |_| self.folder.damaged(Damage::Value { table: "gap" });
            let key = (ClientId::parse(&client).map_err(damaged)?, Epoch::parse(&epoch).map_err(damaged)?);
            // What is in memory is newer than what was written.
            if !self.epochs.contains_key(&key) {
                keys.push(key);
            }
        }
        Ok(keys)
    }

    fn state(&mut self, key: &Key) -> Result<&mut State, StoreError> {
        if self.epochs.len() >= MAX_EPOCHS && !self.epochs.contains_key(key) {
            self.write()?;
            self.epochs.clear();
            self.heard.clear();
        }
        match self.epochs.entry(key.clone()) {
            btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            btree_map::Entry::Vacant(place) => Ok(place.insert(State::read(self.folder, self.connection, key)?)),
        }
    }

    fn write(&self) -> Result<(), StoreError> {
        self.epochs.iter().try_for_each(|(key, state)| state.write(self.folder, self.connection, key))?;
        clients::note_heard(self.connection, &self.heard).map_err(StoreError::database(&self.folder.database()))
    }

    /// Writes what is left.
    pub(crate) fn finish(self) -> Result<(), StoreError> {
        self.write()
    }
}
