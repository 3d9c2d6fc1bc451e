//! What can be read of a damaged spool. Nothing in it is relied on: what makes no sense is passed over, and what follows is tried all the same.

use std::path::Path;

use ai_detect_trail_log::ids::{ClientId, Epoch, Word};
use ai_detect_trail_log::number::{MAX_WHOLE, Micros};
use rusqlite::{Connection, OpenFlags, Row, params};
use serde_json::{Map, Value};

use crate::error::SpoolError;
use crate::event::MAX_EVENT;
use crate::spool::Spool;

/// How many stretches of numbers are tried. A page that cannot be read costs some dozens.
const MAX_ATTEMPTS: usize = 100_000;
/// How many epochs are looked for.
const MAX_EPOCHS: i64 = 4096;

/// What was read of a damaged spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Salvaged {
    /// How many events.
    pub events: u64,
    /// How many numbers that no collector had acknowledged have no event that could be read. Some may have been dropped for want of room.
    pub unread: u64,
}

/// An epoch whose row could be read.
struct EpochRow {
    id: i64,
    epoch: String,
    client: Option<String>,
    made: i64,
    acknowledged: i64,
}

struct EventRow {
    number: i64,
    class: i64,
    kind: String,
    time: i64,
    fields: String,
}

/// Whether each row of a spool can be read and makes sense.
pub(crate) fn is_readable(database: &Path) -> bool {
    let read = || -> rusqlite::Result<bool> {
        let connection = open(database)?;
        let mut statement = connection.prepare("SELECT id, epoch, client, made, acknowledged FROM epoch")?;
        for row in statement.query_map([], read_epoch)? {
            if row?.is_none() {
                return Ok(false);
            }
        }
        let mut statement = connection.prepare("SELECT number, class, kind, time, fields FROM event")?;
        for row in statement.query_map([], read_event)? {
            if row?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    };
    read().unwrap_or(false)
}

/// Reads what can be read into a new spool, in which all of it waits.
pub(crate) fn salvage(damaged: &Path, spool: &Spool) -> Result<Salvaged, SpoolError> {
    let failed = SpoolError::database(damaged);
    spool.create()?;
    let target = spool.database();
    let written = SpoolError::database(&target);
    let mut target = Connection::open_with_flags(&target, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(&written)?;
    let transaction = target.transaction().map_err(&written)?;
    let source = open(damaged).map_err(&failed)?;
    let mut attempts = 0;
    let mut epochs = Vec::new();
    let query =
        "SELECT id, epoch, client, made, acknowledged FROM epoch NOT INDEXED WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
    stretches(&source, query, None, (1, MAX_EPOCHS), &mut attempts, |row| {
        let found = read_epoch(row)?;
        epochs.extend(found);
        row.get(0)
    });
    let mut salvaged = Salvaged::default();
    for epoch in epochs {
        let (mut last, mut count, mut waited) = (0, 0, 0);
        let insert = "INSERT OR IGNORE INTO epoch (id, epoch, boot, client, made, sent, acknowledged, ended, recheck) \
                      VALUES (?1, ?2, '', ?3, ?4, ?4, 0, 1, 0)";
        let is_new =
            transaction.execute(insert, params![epoch.id, epoch.epoch, epoch.client, epoch.made]).map_err(&written)?;
        if is_new == 0 {
            continue;
        }
        let mut problem = None;
        let query = "SELECT number, class, kind, time, fields FROM event \
                     WHERE epoch = ?3 AND number BETWEEN ?1 AND ?2 ORDER BY number";
        // Beyond the last number there is nothing to look for: a damaged page there would cost an attempt for each.
        stretches(&source, query, Some(epoch.id), (1, epoch.made), &mut attempts, |row| {
            if let Some(event) = read_event(row)? {
                let insert = "INSERT OR IGNORE INTO event (epoch, number, class, kind, time, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                let EventRow { number, class, kind, time, fields } = event;
                let done = transaction
                    .prepare_cached(insert)
                    .and_then(|mut statement| statement.execute(params![epoch.id, number, class, kind, time, fields]));
                match done {
                    Ok(new) => {
                        count += new as u64;
                        waited += u64::from(new > 0 && number > epoch.acknowledged);
                        last = last.max(number);
                    }
                    Err(error) => problem = Some(error),
                }
            }
            row.get(0)
        });
        if let Some(error) = problem {
            return Err(written(error));
        }
        let raise = "UPDATE epoch SET made = max(made, ?2), sent = max(made, ?2) WHERE id = ?1";
        transaction.execute(raise, (epoch.id, last)).map_err(&written)?;
        // An epoch that says it made fewer than were read is damaged itself.
        let expected = u64::try_from(epoch.made.max(last) - epoch.acknowledged).unwrap_or(0);
        salvaged.events += count;
        salvaged.unread += expected.saturating_sub(waited);
    }
    transaction.commit().map_err(&written)?;
    Ok(salvaged)
}

fn open(database: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // The last one opens a file whose end is missing.
    connection
        .execute_batch("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA writable_schema = ON;")?;
    Ok(connection)
}

/// Reads the rows of a stretch of keys. Where one cannot be read, what is left is halved, until single keys are passed over.
fn stretches(
    connection: &Connection,
    query: &str,
    epoch: Option<i64>,
    (first, last): (i64, i64),
    attempts: &mut usize,
    mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<i64>,
) {
    let mut left = vec![(first, last)];
    while let Some((first, last)) = left.pop() {
        *attempts += 1;
        if *attempts > MAX_ATTEMPTS {
            return;
        }
        let mut reached = first - 1;
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = connection.prepare_cached(query)?;
            let mut rows = match epoch {
                Some(epoch) => statement.query((first, last, epoch))?,
                None => statement.query((first, last))?,
            };
            while let Some(row) = rows.next()? {
                // Damaged pages may hold keys in any order.
                reached = each(row)?.clamp(reached, last);
            }
            Ok(())
        };
        if read().is_ok() {
            continue;
        }
        let next = reached + 1;
        if next < last {
            let middle = next + (last - next) / 2;
            left.push((middle + 1, last));
            left.push((next, middle));
        } else if next == last && next > first {
            left.push((next, last));
        }
    }
}

/// The row of an epoch; `None` if it makes no sense.
fn read_epoch(row: &Row<'_>) -> rusqlite::Result<Option<EpochRow>> {
    let (Ok(epoch), Ok(client)) = (row.get::<_, String>(1), row.get::<_, Option<String>>(2)) else { return Ok(None) };
    let (Ok(made), Ok(acknowledged)) = (row.get::<_, i64>(3), row.get::<_, i64>(4)) else { return Ok(None) };
    let is_client = client.as_ref().is_none_or(|client| ClientId::parse(client).is_ok());
    let is_number = |number: i64| u64::try_from(number).is_ok_and(|number| number <= MAX_WHOLE);
    let makes_sense = is_client && Epoch::parse(&epoch).is_ok() && is_number(made) && is_number(acknowledged);
    Ok(makes_sense.then_some(EpochRow { id: row.get(0)?, epoch, client, made, acknowledged }))
}

/// The row of an event; `None` if it makes no sense.
fn read_event(row: &Row<'_>) -> rusqlite::Result<Option<EventRow>> {
    let (Ok(class), Ok(kind)) = (row.get::<_, i64>(1), row.get::<_, String>(2)) else { return Ok(None) };
    let (Ok(time), Ok(fields)) = (row.get::<_, i64>(3), row.get::<_, String>(4)) else { return Ok(None) };
    let number: i64 = row.get(0)?;
    let is_number = u64::try_from(number).is_ok_and(|number| (1..=MAX_WHOLE).contains(&number));
    // They are written into a line as they are.
    let is_object = fields.len() <= MAX_EVENT
        && !fields.contains(['\n', '\r'])
        && serde_json::from_str::<Map<String, Value>>(&format!("{{{fields}}}")).is_ok();
    let makes_sense =
        is_number && (0..=3).contains(&class) && Word::parse(&kind).is_ok() && Micros::new(time).is_ok() && is_object;
    Ok(makes_sense.then_some(EventRow { number, class, kind, time, fields }))
}
