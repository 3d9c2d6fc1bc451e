//! Taking batches out to be sent, and noting what the collector has.

use std::collections::BTreeMap;
use std::path::Path;

use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::number::{Micros, Number};
use rusqlite::{OptionalExtension as _, Transaction};

use super::{Durability, Problem, Session, Spool, stored};
use crate::error::SpoolError;
use crate::event::{Series, write_line};

/// The most events of one batch.
pub const MAX_BATCH: usize = 1000;
/// The most bytes of one batch, before it is compressed.
pub const MAX_BATCH_BYTES: usize = 1 << 20;

/// How long events are kept that the collector has: it may be restored from an older backup, and ask for them.
const KEPT_FOR: i64 = 14 * 24 * 3600 * 1_000_000;
/// How much of the limit they may take.
const KEPT_PART: u64 = 4;
/// How many of them are forgotten before the room is measured again.
const MAX_FORGOTTEN: i64 = 100;

/// Whose events are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// Those of this client. The collector takes no others from it.
    Client(ClientId),
    /// Those of every client: the spool came from elsewhere. What nobody ever sent goes under this client.
    Importer(ClientId),
}

/// Events that go out together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The events, one a line.
    pub lines: Vec<u8>,
    /// How many there are.
    pub events: usize,
    /// Which numbers they have.
    pub numbers: Vec<Numbers>,
}

/// Numbers of one epoch. Those between them that are not in the batch were dropped and counted, or are acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// The epoch, and whose it is.
    pub series: Series,
    /// The lowest.
    pub first: Number,
    /// The highest.
    pub last: Number,
}

/// How far a run of sending has come in each epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(BTreeMap<i64, i64>);

/// What an answer of the collector changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Acknowledged {
    /// How many events it has now that it did not have before.
    pub events: u64,
    /// It no longer has what it had acknowledged.
    pub collector_lost: bool,
    /// It has numbers that this spool never gave: the spool was restored from an older copy. A new epoch begins.
    pub spool_is_older: bool,
}

struct EpochRow {
    id: i64,
    epoch: String,
    client: Option<String>,
    made: i64,
    sent: i64,
    acknowledged: i64,
}

impl Spool {
    /// The next events to send. When this returns, it is on the disk that their numbers may have been sent, and with it the events
    /// themselves: no power cut can make their numbers be given again.
    ///
    /// # Errors
    ///
    /// When the spool cannot be read or written.
    pub fn next_batch(&self, sender: &Sender, cursor: &mut Cursor, most: usize) -> Result<Option<Batch>, SpoolError> {
        let (batch, reached) = self.write(Durability::Immediate, |transaction| {
            let mut reached = cursor.clone();
            let mut batch = Batch { lines: Vec::new(), events: 0, numbers: Vec::new() };
            for row in self.epochs(transaction)? {
                if batch.events >= most || batch.lines.len() >= MAX_BATCH_BYTES {
                    break;
                }
                self.fill(transaction, &row, sender, &mut reached, most, &mut batch)?;
            }
            if batch.events > 0 {
                // Each marker changes a page, so that there is always something to bring to the disk: a marker of a process
                // that was killed may be written and not be there yet.
                let mark = "UPDATE delivery SET markers = markers + 1";
                self.execute(transaction, mark, |statement| statement.execute([]))?;
            }
            Ok((batch, reached))
        })?;
        *cursor = reached;
        Ok((batch.events > 0).then_some(batch))
    }

    /// Adds events of one epoch to a batch.
    fn fill(
        &self,
        transaction: &Transaction<'_>,
        row: &EpochRow,
        sender: &Sender,
        cursor: &mut Cursor,
        most: usize,
        batch: &mut Batch,
    ) -> Result<(), SpoolError> {
        let client = match (&row.client, sender) {
            (Some(bound), Sender::Client(client)) if bound != client.as_str() => return Ok(()),
            (Some(bound), _) => ClientId::parse(bound).map_err(|_| self.damaged("epoch"))?,
            (None, Sender::Client(client) | Sender::Importer(client)) => client.clone(),
        };
        let series = Series { client, epoch: Epoch::parse(&row.epoch).map_err(|_| self.damaged("epoch"))? };
        let from = cursor.0.get(&row.id).copied().unwrap_or(0).max(row.acknowledged);
        let query = "SELECT number, kind, time, fields FROM event \
                     WHERE epoch = ?1 AND number > ?2 AND acknowledged_at IS NULL ORDER BY number LIMIT ?3";
        let mut statement = self.sql(transaction.prepare_cached(query))?;
        let limit = i64::try_from(most - batch.events).unwrap_or(i64::MAX);
        let mut rows = self.sql(statement.query((row.id, from, limit)))?;
        let (mut first, mut last) = (None, None);
        while let Some(event) = self.sql(rows.next())? {
            let number = self.number(self.sql(event.get(0))?)?;
            let (kind, fields) = (self.sql(event.get_ref(1))?, self.sql(event.get_ref(3))?);
            let text = |value: rusqlite::types::ValueRef<'_>| value.as_str().map(str::to_owned);
            let kind = text(kind).map_err(|_| self.damaged("event"))?;
            let fields = text(fields).map_err(|_| self.damaged("event"))?;
            let time: i64 = self.sql(event.get(2))?;
            let before = batch.lines.len();
            write_line(&mut batch.lines, &series, number, &kind, time, &fields);
            if batch.lines.len() > MAX_BATCH_BYTES && batch.events > 0 {
                batch.lines.truncate(before);
                break;
            }
            batch.events += 1;
            first.get_or_insert(number);
            last = Some(number);
        }
        let (Some(first), Some(last)) = (first, last) else { return Ok(()) };
        let mark = "UPDATE epoch SET sent = max(sent, ?2), client = ?3 WHERE id = ?1";
        let parameters = (row.id, stored(last.get()), series.client.as_str());
        self.execute(transaction, mark, |statement| statement.execute(parameters))?;
        cursor.0.insert(row.id, stored(last.get()));
        batch.numbers.push(Numbers { series, first, last });
        Ok(())
    }

    fn epochs(&self, transaction: &Transaction<'_>) -> Result<Vec<EpochRow>, SpoolError> {
        let query = "SELECT id, epoch, client, made, sent, acknowledged FROM epoch ORDER BY id";
        let mut statement = self.sql(transaction.prepare_cached(query))?;
        let rows = self.sql(statement.query_map([], |row| {
            Ok(EpochRow {
                id: row.get(0)?,
                epoch: row.get(1)?,
                client: row.get(2)?,
                made: row.get(3)?,
                sent: row.get(4)?,
                acknowledged: row.get(5)?,
            })
        }))?;
        rows.map(|row| self.sql(row)).collect()
    }

    /// Notes through which numbers the collector has everything.
    ///
    /// Nothing is forgotten that was not sent, whatever the collector claims. Where it has less than it had, what is still here
    /// is sent again.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written.
    pub fn acknowledge(&self, through: &BTreeMap<Series, u64>, now: Micros) -> Result<Acknowledged, SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let mut changed = Acknowledged::default();
            let rows = self.epochs(transaction)?;
            let newest = rows.last().map(|row| row.id);
            for row in &rows {
                let Some(through) = through_of(row, through) else { continue };
                if through > row.made {
                    changed.spool_is_older = true;
                    if newest == Some(row.id) {
                        let end = "UPDATE epoch SET ended = 1 WHERE id = ?1";
                        self.execute(transaction, end, |statement| statement.execute([row.id]))?;
                    }
                }
                if through < row.acknowledged {
                    changed.collector_lost = true;
                    self.reopen(transaction, row.id, through, i64::MAX)?;
                    let lower = "UPDATE epoch SET acknowledged = ?2 WHERE id = ?1";
                    self.execute(transaction, lower, |statement| statement.execute((row.id, through)))?;
                    self.execute(transaction, RECHECK, |statement| statement.execute([]))?;
                } else {
                    changed.events += self.close(transaction, row, through.min(row.sent), now)?;
                }
            }
            let heard = "UPDATE delivery SET acknowledged_at = ?1, failures = 0, not_before = 0, problem = NULL, \
                         problem_since = NULL";
            self.execute(transaction, heard, |statement| statement.execute([now.get()]))?;
            self.tidy(transaction, now)?;
            Ok(changed)
        })
    }

    fn close(
        &self,
        transaction: &Transaction<'_>,
        row: &EpochRow,
        through: i64,
        now: Micros,
    ) -> Result<u64, SpoolError> {
        if through <= row.acknowledged {
            return Ok(0);
        }
        let note = "UPDATE event SET acknowledged_at = ?4 \
                    WHERE epoch = ?1 AND number > ?2 AND number <= ?3 AND acknowledged_at IS NULL";
        let parameters = (row.id, row.acknowledged, through, now.get());
        let noted = self.execute(transaction, note, |statement| statement.execute(parameters))?;
        let raise = "UPDATE epoch SET acknowledged = ?2 WHERE id = ?1";
        self.execute(transaction, raise, |statement| statement.execute((row.id, through)))?;
        Ok(noted as u64)
    }

    /// Makes kept events after one number and up to another wait again.
    fn reopen(&self, transaction: &Transaction<'_>, epoch: i64, after: i64, last: i64) -> Result<usize, SpoolError> {
        let reopen = "UPDATE event SET acknowledged_at = NULL \
                      WHERE epoch = ?1 AND number > ?2 AND number <= ?3 AND acknowledged_at IS NOT NULL";
        self.execute(transaction, reopen, |statement| statement.execute((epoch, after, last)))
    }

    /// Forgets what was kept for long enough, and epochs of which nothing is left.
    fn tidy(&self, transaction: &Transaction<'_>, now: Micros) -> Result<(), SpoolError> {
        let old = "DELETE FROM event WHERE (epoch, number) IN (SELECT epoch, number FROM event \
                   WHERE acknowledged_at < ?1 ORDER BY acknowledged_at LIMIT ?2)";
        let before = now.get().saturating_sub(KEPT_FOR);
        self.execute(transaction, old, |statement| statement.execute((before, MAX_BATCH as i64)))?;
        while self.used(transaction)? > self.limit / KEPT_PART {
            if self.forget_acknowledged(transaction, MAX_FORGOTTEN)? == 0 {
                break;
            }
        }
        for (table, id) in [("overflow", "epoch"), ("epoch", "id")] {
            let delete = format!(
                "DELETE FROM {table} WHERE {id} IN (SELECT id FROM epoch WHERE acknowledged >= made AND recheck = 0 \
                 AND id < (SELECT max(id) FROM epoch) \
                 AND NOT EXISTS (SELECT 1 FROM event WHERE event.epoch = epoch.id))"
            );
            self.execute(transaction, &delete, |statement| statement.execute([]))?;
        }
        Ok(())
    }

    /// From now on the collector is asked what it lacks of each epoch of which something is kept.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written.
    pub fn recheck(&self) -> Result<(), SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            self.execute(transaction, RECHECK, |statement| statement.execute([])).map(|_| ())
        })
    }

    /// The epochs about which the collector is to be asked.
    ///
    /// # Errors
    ///
    /// When the spool cannot be read.
    pub fn to_recheck(&self, sender: &Sender) -> Result<Vec<Series>, SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let query = "SELECT epoch, client FROM epoch WHERE recheck = 1 AND client IS NOT NULL ORDER BY id";
            let mut statement = self.sql(transaction.prepare_cached(query))?;
            let rows =
                self.sql(statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))))?;
            let mut found = Vec::new();
            for row in rows {
                let (epoch, client) = self.sql(row)?;
                let epoch = Epoch::parse(&epoch).map_err(|_| self.damaged("epoch"))?;
                let client = ClientId::parse(&client).map_err(|_| self.damaged("epoch"))?;
                if !matches!(sender, Sender::Client(only) if *only != client) {
                    found.push(Series { client, epoch });
                }
            }
            Ok(found)
        })
    }

    /// Makes everything wait again that the collector lacks and that is still here. Returns how many events that is.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written.
    pub fn reconcile(
        &self,
        series: &Series,
        acknowledged_through: u64,
        highest: u64,
        missing: &[(u64, u64)],
    ) -> Result<u64, SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let find = "SELECT id, acknowledged FROM epoch WHERE epoch = ?1 AND client = ?2";
            let found = transaction.prepare_cached(find).and_then(|mut statement| {
                let parameters = (series.epoch.as_str(), series.client.as_str());
                statement.query_row(parameters, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).optional()
            });
            let Some((id, acknowledged)) = self.sql(found)? else { return Ok(0) };
            let through = stored(acknowledged_through);
            let mut reopened = self.reopen(transaction, id, stored(highest).max(through), i64::MAX)?;
            for (first, last) in missing {
                reopened += self.reopen(transaction, id, stored(first.saturating_sub(1)), stored(*last))?;
            }
            let lower = "UPDATE epoch SET acknowledged = ?2, recheck = 0 WHERE id = ?1";
            self.execute(transaction, lower, |statement| statement.execute((id, acknowledged.min(through))))?;
            Ok(reopened as u64)
        })
    }

    /// Copies the spool into a new file. What nobody has sent yet is bound to the client.
    pub(crate) fn copy_to(&self, client: &ClientId, file: &Path) -> Result<(), SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let bind = "UPDATE epoch SET client = ?1 WHERE client IS NULL";
            self.execute(transaction, bind, |statement| statement.execute([client.as_str()])).map(|_| ())
        })?;
        let session = Session::open(self)?;
        let name = file.to_str().ok_or_else(|| SpoolError::File {
            path: file.to_owned(),
            source: std::io::ErrorKind::InvalidFilename.into(),
        })?;
        self.sql(session.connection.execute("VACUUM INTO ?1", [name]).map(|_| ()))
    }

    /// Lets what was numbered under one name of this client be sent under another one. Only the trail of this user knows the first.
    pub(crate) fn rename_client(&self, from: &ClientId, to: &ClientId) -> Result<(), SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let rename = "UPDATE epoch SET client = ?2 WHERE client = ?1";
            let parameters = (from.as_str(), to.as_str());
            self.execute(transaction, rename, |statement| statement.execute(parameters)).map(|_| ())
        })
    }

    /// Notes that sending failed, and when it may be tried again.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written.
    pub fn delivery_failed(&self, problem: &Problem, not_before: Micros, now: Micros) -> Result<(), SpoolError> {
        let text = serde_json::to_string(problem).map_err(|_| self.damaged("delivery"))?;
        self.write(Durability::Eventual, |transaction| {
            let note = "UPDATE delivery SET failures = failures + 1, not_before = ?1, problem = ?2, \
                        problem_since = coalesce(problem_since, ?3)";
            let parameters = (not_before.get(), &text, now.get());
            self.execute(transaction, note, |statement| statement.execute(parameters)).map(|_| ())
        })
    }

    /// Notes whether the last answer proved that the collector's log continues the one seen before.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written.
    pub fn note_proof(&self, proven: bool, now: Micros) -> Result<(), SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let note =
                "UPDATE delivery SET unproven_since = CASE WHEN ?1 THEN NULL ELSE coalesce(unproven_since, ?2) END";
            self.execute(transaction, note, |statement| statement.execute((proven, now.get()))).map(|_| ())
        })
    }

    /// Whether somebody should start sending now: true once a minute, for one process. A clock that was set back does not keep it from it.
    ///
    /// # Errors
    ///
    /// When the spool cannot be written.
    pub fn claim_start(&self, now: Micros, pause: Micros) -> Result<bool, SpoolError> {
        self.write(Durability::Eventual, |transaction| {
            let claim = "UPDATE delivery SET started = ?1 WHERE started <= ?1 - ?2 OR started > ?1 + ?2";
            let claimed = self.execute(transaction, claim, |statement| statement.execute((now.get(), pause.get())))?;
            Ok(claimed == 1)
        })
    }
}

/// Marks each epoch of which something is kept.
const RECHECK: &str =
    "UPDATE epoch SET recheck = 1 WHERE id IN (SELECT DISTINCT epoch FROM event WHERE acknowledged_at IS NOT NULL)";

/// What an answer says about an epoch.
fn through_of(row: &EpochRow, through: &BTreeMap<Series, u64>) -> Option<i64> {
    let client = row.client.as_deref()?;
    let of_epoch = |series: &&Series| series.epoch.as_str() == row.epoch && series.client.as_str() == client;
    let series = through.keys().find(of_epoch)?;
    through.get(series).map(|through| stored(*through))
}
