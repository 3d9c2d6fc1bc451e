//! Keeping a spool within its limit. What is dropped is counted in a record that takes the number of the last event that it
//! stands for, so that numbers keep having no holes which nobody explains.

use ai_detect_trail_log::ids::GapId;
use rusqlite::{OptionalExtension as _, Transaction};

use super::Spool;
use super::append::{fields, micros};
use crate::error::{SpoolError, random};
use crate::event::{Class, Event};

/// How many events are dropped at once.
const MAX_RUN: i64 = 1000;
/// How much more than needed is freed, as a part of the limit: the next events find room at once.
const SPARE: u64 = 64;

/// Events with successive numbers that were never sent.
struct Run {
    epoch: i64,
    first: i64,
    last: i64,
    since: i64,
    until: i64,
}

/// What a record counts.
struct Record {
    gap: String,
    first: i64,
    last: i64,
    events: i64,
    since: i64,
    until: i64,
}

impl Spool {
    /// Drops what matters least, until the spool is within its limit: what is acknowledged already, light events, detailed
    /// ones, all others; the oldest first.
    pub(super) fn make_room(&self, transaction: &Transaction<'_>) -> Result<(), SpoolError> {
        if self.used(transaction)? <= self.limit {
            return Ok(());
        }
        let target = self.limit - self.limit / SPARE;
        while self.used(transaction)? > target {
            if self.forget_acknowledged(transaction, MAX_RUN)? == 0 {
                break;
            }
        }
        for highest_class in 0..=2 {
            let mut after = (0, 0);
            while self.used(transaction)? > target {
                match self.next_run(transaction, highest_class, &mut after)? {
                    Some(run) => self.drop_run(transaction, &run)?,
                    None => break,
                }
            }
        }
        // Only what may be on its way is left then, and one batch of it is allowed beyond the limit.
        if self.used(transaction)? > self.limit.saturating_add(super::outbox::MAX_BATCH_BYTES as u64 * 4) {
            return Err(SpoolError::Full { path: self.database(), limit: self.limit });
        }
        Ok(())
    }

    /// How many bytes of the database are in use.
    pub(super) fn used(&self, transaction: &Transaction<'_>) -> Result<u64, SpoolError> {
        let pragma = |name| self.sql(transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0)));
        let pages = pragma("page_count")? - pragma("freelist_count")?;
        Ok(super::append::unsigned(pages) * super::append::unsigned(pragma("page_size")?))
    }

    /// Forgets the events that the collector has had for longest.
    pub(super) fn forget_acknowledged(&self, transaction: &Transaction<'_>, most: i64) -> Result<usize, SpoolError> {
        let delete = "DELETE FROM event WHERE (epoch, number) IN (SELECT epoch, number FROM event \
                      WHERE acknowledged_at IS NOT NULL ORDER BY acknowledged_at LIMIT ?1)";
        self.execute(transaction, delete, |statement| statement.execute([most]))
    }

    /// The next run of events up to a class that is worth dropping.
    fn next_run(
        &self,
        transaction: &Transaction<'_>,
        highest_class: i64,
        after: &mut (i64, i64),
    ) -> Result<Option<Run>, SpoolError> {
        // Light events alone are found by the index; all others stand so close that going through the table finds them.
        let query = if highest_class == 0 {
            "SELECT event.epoch, number, time FROM event JOIN epoch ON epoch.id = event.epoch \
             WHERE class = 0 AND acknowledged_at IS NULL AND (event.epoch, number) > (?1, ?2) AND number > sent \
             AND ?3 = 0 ORDER BY event.epoch, number LIMIT ?4"
        } else {
            "SELECT event.epoch, number, time FROM event JOIN epoch ON epoch.id = event.epoch \
             WHERE class <= ?3 AND acknowledged_at IS NULL AND (event.epoch, number) > (?1, ?2) AND number > sent \
             ORDER BY event.epoch, number LIMIT ?4"
        };
        loop {
            let mut statement = self.sql(transaction.prepare_cached(query))?;
            let rows = self.sql(statement.query_map((after.0, after.1, highest_class, MAX_RUN), |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
            }))?;
            let mut run: Option<Run> = None;
            for row in rows {
                let (epoch, number, time) = self.sql(row)?;
                match &mut run {
                    None => run = Some(Run { epoch, first: number, last: number, since: time, until: time }),
                    Some(run) if run.epoch == epoch && run.last + 1 == number => {
                        run.last = number;
                        run.since = run.since.min(time);
                        run.until = run.until.max(time);
                    }
                    Some(_) => break,
                }
            }
            let Some(run) = run else { return Ok(None) };
            *after = (run.epoch, run.last);
            let is_beside_record = self.record_at(transaction, run.epoch, run.first - 1)?.is_some()
                || self.record_at(transaction, run.epoch, run.last + 1)?.is_some();
            // A record in the place of one event would free nothing.
            if run.last > run.first || is_beside_record {
                return Ok(Some(run));
            }
        }
    }

    /// A record under this number that was never sent.
    fn record_at(&self, transaction: &Transaction<'_>, epoch: i64, number: i64) -> Result<Option<Record>, SpoolError> {
        let query = "SELECT gap, first, number, events, since, until FROM overflow \
                     JOIN epoch ON epoch.id = overflow.epoch WHERE overflow.epoch = ?1 AND number = ?2 AND number > sent";
        let found = transaction.prepare_cached(query).and_then(|mut statement| {
            statement
                .query_row((epoch, number), |row| {
                    Ok(Record {
                        gap: row.get(0)?,
                        first: row.get(1)?,
                        last: row.get(2)?,
                        events: row.get(3)?,
                        since: row.get(4)?,
                        until: row.get(5)?,
                    })
                })
                .optional()
        });
        self.sql(found)
    }

    /// Puts a record in the place of a run, and of the records beside it.
    fn drop_run(&self, transaction: &Transaction<'_>, run: &Run) -> Result<(), SpoolError> {
        let before = self.record_at(transaction, run.epoch, run.first - 1)?;
        let behind = self.record_at(transaction, run.epoch, run.last + 1)?;
        let gap = match before.as_ref().or(behind.as_ref()) {
            Some(record) => record.gap.clone(),
            None => GapId::from_random(random()?).to_string(),
        };
        let mut record = Record {
            gap,
            first: run.first,
            last: run.last,
            events: run.last - run.first + 1,
            since: run.since,
            until: run.until,
        };
        for beside in [before, behind].into_iter().flatten() {
            record.first = record.first.min(beside.first);
            record.last = record.last.max(beside.last);
            record.events += beside.events;
            record.since = record.since.min(beside.since);
            record.until = record.until.max(beside.until);
        }
        for table in ["event", "overflow"] {
            let delete = format!("DELETE FROM {table} WHERE epoch = ?1 AND number BETWEEN ?2 AND ?3");
            self.execute(transaction, &delete, |statement| statement.execute((run.epoch, record.first, record.last)))?;
        }
        let event = Event::new(
            Class::Lasting,
            "gap.opened",
            micros(record.until)?,
            &fields([
                ("gap", Some(record.gap.clone().into())),
                ("cause", Some("overflow".into())),
                ("first", Some(record.first.into())),
                ("last", Some((record.last - 1).into())),
                ("since", Some(record.since.into())),
                ("until", Some(record.until.into())),
                ("events", Some(record.events.into())),
            ]),
        )?;
        let insert = "INSERT INTO event (epoch, number, class, kind, time, fields) VALUES (?1, ?2, 3, ?3, ?4, ?5)";
        let row = (run.epoch, record.last, event.kind().as_str(), event.time().get(), event.fields());
        self.execute(transaction, insert, |statement| statement.execute(row))?;
        let insert = "INSERT INTO overflow VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let row = (run.epoch, record.last, &record.gap, record.first, record.events, record.since, record.until);
        self.execute(transaction, insert, |statement| statement.execute(row))?;
        Ok(())
    }
}
