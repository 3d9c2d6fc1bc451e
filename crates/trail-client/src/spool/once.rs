//! Appending events that several processes may report: each once.

use ai_detect_trail_log::number::Micros;
use rusqlite::{OptionalExtension as _, Transaction};

use super::{Durability, Spool};
use crate::error::SpoolError;
use crate::event::Event;

/// How long a key is remembered, in microseconds: two weeks.
const REMEMBERED: i64 = 14 * 24 * 3600 * 1_000_000;

/// Made when it is first needed, so that spools of earlier versions have it, and earlier versions can use the spool.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS once (key BLOB PRIMARY KEY, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS once_time ON once (time);
";

/// What makes two reports the same. It is kept beside the events and never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// A digest under a key of this machine: it must say nothing about what was reported.
    pub digest: [u8; 16],
    /// For how long the same digest is the same report, in microseconds. `None`: for as long as it is remembered.
    pub window: Option<i64>,
}

/// How an event and another report of it find each other that has no id in common with it. Whichever comes first is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// Digests under which the other report looks for this one. They are kept if this one is appended.
    pub leaves: Vec<[u8; 16]>,
    /// Digests that the other report left. The first that is there makes this report a repeat.
    pub looks_for: Vec<[u8; 16]>,
    /// Whether a digest that is found is used up, so that the next such report is an event of its own.
    pub takes: bool,
    /// For how long the two find each other, in microseconds.
    pub window: i64,
}

/// An event that may be reported several times.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyed {
    /// What makes two reports the same; `None` where each report is one.
    pub key: Option<Key>,
    /// Another report of the same event that has another key.
    pub twin: Option<Twin>,
    /// The event.
    pub event: Event,
}

impl Spool {
    /// Appends events, all or none of them, without those that were reported before. Returns how many were appended.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written, or is full of what must not be dropped.
    pub fn append_once(&self, events: &[Keyed], now: Micros) -> Result<usize, SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            self.sql(transaction.execute_batch(TABLE))?;
            let forget = "DELETE FROM once WHERE time < ?1";
            self.execute(transaction, forget, |statement| statement.execute([now.get().saturating_sub(REMEMBERED)]))?;
            let mut appended = 0;
            let mut current = None;
            for keyed in events {
                if let Some(key) = keyed.key
                    && !self.is_first(transaction, key, now)?
                {
                    continue;
                }
                if let Some(twin) = &keyed.twin {
                    if self.finds_twin(transaction, twin, now)? {
                        continue;
                    }
                    for digest in &twin.leaves {
                        self.remember(transaction, digest, now)?;
                    }
                }
                let mut epoch = match current.take() {
                    Some(epoch) => epoch,
                    None => self.current(transaction)?,
                };
                self.insert(transaction, &mut epoch, &keyed.event)?;
                current = Some(epoch);
                appended += 1;
            }
            if appended > 0 {
                self.make_room(transaction)?;
            }
            Ok(appended)
        })
    }

    /// Remembers a key. Returns whether it is new, or was last reported too long ago to be the same.
    fn is_first(&self, transaction: &Transaction<'_>, key: Key, now: Micros) -> Result<bool, SpoolError> {
        if self.is_remembered(transaction, &key.digest, key.window, now)? {
            return Ok(false);
        }
        self.remember(transaction, &key.digest, now)?;
        Ok(true)
    }

    /// Whether the other report of an event was appended before.
    fn finds_twin(&self, transaction: &Transaction<'_>, twin: &Twin, now: Micros) -> Result<bool, SpoolError> {
        for digest in &twin.looks_for {
            if self.is_remembered(transaction, digest, Some(twin.window), now)? {
                if twin.takes {
                    let forget = "DELETE FROM once WHERE key = ?1";
                    self.execute(transaction, forget, |statement| statement.execute([digest.as_slice()]))?;
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_remembered(
        &self,
        transaction: &Transaction<'_>,
        digest: &[u8; 16],
        window: Option<i64>,
        now: Micros,
    ) -> Result<bool, SpoolError> {
        let query = "SELECT time FROM once WHERE key = ?1";
        let before = transaction
            .prepare_cached(query)
            .and_then(|mut statement| statement.query_row([digest.as_slice()], |row| row.get::<_, i64>(0)).optional());
        let is_same = |before: i64| window.is_none_or(|window| now.get().saturating_sub(before).abs() <= window);
        Ok(self.sql(before)?.is_some_and(is_same))
    }

    fn remember(&self, transaction: &Transaction<'_>, digest: &[u8; 16], now: Micros) -> Result<(), SpoolError> {
        let remember = "INSERT INTO once (key, time) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET time = ?2";
        self.execute(transaction, remember, |statement| statement.execute((digest.as_slice(), now.get())))?;
        Ok(())
    }
}
