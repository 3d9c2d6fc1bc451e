//! Appending events.

use ai_detect_trail_log::ids::Epoch;
use ai_detect_trail_log::number::{Micros, Number};
use rusqlite::{CachedStatement, OptionalExtension as _, Transaction};
use serde_json::{Map, Value};

use super::{Durability, Spool};
use crate::error::{SpoolError, random};
use crate::event::{Class, Event, InvalidEvent};

/// What became of events: they are in the spool, under these numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The epoch.
    pub epoch: Epoch,
    /// The number of the first one.
    pub first: Number,
    /// The number of the last one.
    pub last: Number,
}

/// The epoch in use: its row, and the highest number that was given.
pub(super) struct Current {
    pub(super) row: i64,
    pub(super) epoch: String,
    pub(super) made: i64,
}

impl Spool {
    /// Appends events, all or none of them. They reach the disk a little later, and in any case before they are sent.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written, or is full of what must not be dropped.
    pub fn append(&self, events: &[Event]) -> Result<Appended, SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let mut current = self.current(transaction)?;
            let first = current.made + 1;
            for event in events {
                self.insert(transaction, &mut current, event)?;
            }
            self.make_room(transaction)?;
            self.appended(current, first)
        })
    }

    /// Appends a heartbeat: how far this client is. A closing one also ends the epoch, so that a client that
    /// ends here is not missed.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written.
    pub fn heartbeat(&self, now: Micros, closing: bool) -> Result<Appended, SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let mut current = self.current(transaction)?;
            let made = current.made + 1;
            let query = "SELECT count(*) FROM event WHERE acknowledged_at IS NULL";
            let waiting: i64 = self.sql(transaction.query_row(query, [], |row| row.get(0)))?;
            let mut fields = Map::new();
            fields.insert("made".into(), made.into());
            fields.insert("waiting".into(), (waiting + 1).into());
            if closing {
                fields.insert("closing".into(), true.into());
            }
            let event = Event::new(Class::Lasting, "heartbeat", now, &fields)?;
            self.insert(transaction, &mut current, &event)?;
            let beat = "UPDATE delivery SET heartbeat_at = ?1";
            self.execute(transaction, beat, |statement| statement.execute([now.get()]))?;
            if closing {
                let end = "UPDATE epoch SET ended = 1 WHERE id = ?1";
                self.execute(transaction, end, |statement| statement.execute([current.row]))?;
            }
            self.appended(current, made)
        })
    }

    /// Whether the epoch that was used last is over: this client has signed off, and made nothing since.
    ///
    /// # Errors
    ///
    /// When the spool cannot be read.
    pub fn has_signed_off(&self) -> Result<bool, SpoolError> {
        if !self.exists() {
            return Ok(false);
        }
        self.write(Durability::Eventual, |transaction| {
            let query = "SELECT count(*) FROM epoch WHERE ended = 1 AND id = (SELECT max(id) FROM epoch)";
            self.sql(transaction.query_row(query, [], |row| row.get(0)))
        })
    }

    fn appended(&self, current: Current, first: i64) -> Result<Appended, SpoolError> {
        let epoch = Epoch::parse(&current.epoch).map_err(|_| self.damaged("epoch"))?;
        Ok(Appended { epoch, first: self.number(first)?, last: self.number(current.made)? })
    }

    /// The epoch in use. It is a new one after each start of the machine, and after one that has ended.
    pub(super) fn current(&self, transaction: &Transaction<'_>) -> Result<Current, SpoolError> {
        let query = "SELECT id, epoch, boot, made, ended FROM epoch ORDER BY id DESC LIMIT 1";
        let found = transaction.prepare_cached(query).and_then(|mut statement| {
            statement
                .query_row([], |row| {
                    let current = Current { row: row.get(0)?, epoch: row.get(1)?, made: row.get(3)? };
                    Ok((current, row.get::<_, String>(2)?, row.get::<_, bool>(4)?))
                })
                .optional()
        });
        match self.sql(found)? {
            Some((current, boot, false)) if boot == self.boot => Ok(current),
            _ => self.begin_epoch(transaction),
        }
    }

    /// Begins an epoch with a random name.
    pub(super) fn begin_epoch(&self, transaction: &Transaction<'_>) -> Result<Current, SpoolError> {
        let [high, low] = [u64::from_ne_bytes(random()?), u64::from_ne_bytes(random()?)];
        let epoch = format!("{high:016x}{low:016x}");
        let insert = "INSERT INTO epoch (epoch, boot, made, sent, acknowledged, ended, recheck) \
                      VALUES (?1, ?2, 0, 0, 0, 0, 0)";
        self.execute(transaction, insert, |statement| statement.execute((&epoch, &self.boot)))?;
        Ok(Current { row: transaction.last_insert_rowid(), epoch, made: 0 })
    }

    /// Inserts one event under the next number.
    pub(super) fn insert(
        &self,
        transaction: &Transaction<'_>,
        current: &mut Current,
        event: &Event,
    ) -> Result<(), SpoolError> {
        let number = current.made + 1;
        let class = match event.class() {
            Class::Light => 0,
            Class::Detailed => 1,
            Class::Lasting => 2,
        };
        let insert = "INSERT INTO event (epoch, number, class, kind, time, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = (current.row, number, class, event.kind().as_str(), event.time().get(), event.fields());
        self.execute(transaction, insert, |statement| statement.execute(row))?;
        let count = "UPDATE epoch SET made = ?2 WHERE id = ?1 AND made = ?2 - 1";
        if self.execute(transaction, count, |statement| statement.execute((current.row, number)))? != 1 {
            return Err(self.damaged("epoch"));
        }
        current.made = number;
        Ok(())
    }

    pub(super) fn number(&self, number: i64) -> Result<Number, SpoolError> {
        let number = u64::try_from(number).ok().and_then(|number| Number::new(number).ok());
        number.ok_or_else(|| self.damaged("epoch"))
    }

    pub(super) fn sql<T>(&self, result: rusqlite::Result<T>) -> Result<T, SpoolError> {
        result.map_err(|source| SpoolError::Database { path: self.database(), source })
    }

    pub(super) fn execute(
        &self,
        transaction: &Transaction<'_>,
        sql: &str,
        run: impl FnOnce(&mut CachedStatement<'_>) -> rusqlite::Result<usize>,
    ) -> Result<usize, SpoolError> {
        self.sql(transaction.prepare_cached(sql).and_then(|mut statement| run(&mut statement)))
    }
}

/// Fields of an event out of pairs; what is not known is left out.
pub(super) fn fields<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Map<String, Value> {
    pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// A time as events have it.
pub(super) fn micros(time: i64) -> Result<Micros, InvalidEvent> {
    Micros::new(time).map_err(|_| InvalidEvent::Json)
}

/// A count out of a row. A negative one is in no row that a program wrote, and counts nothing.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
