//! What has arrived in an epoch of a client, out of the tables and back into them.

use ai_detect_trail_log::clients::gaps::{Gap, Gaps, NumberCause};
use ai_detect_trail_log::clients::ranges::{Range, Ranges};
use ai_detect_trail_log::clients::received::Received;
use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_log::ids::{ClientId, Epoch, GapId};
use ai_detect_trail_log::number::Number;
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::rows::stored;

/// A client and one of its epochs.
pub(crate) type Key = (ClientId, Epoch);

/// What is known of one epoch.
pub(crate) struct State {
    pub(crate) received: Received,
    pub(crate) gaps: Gaps,
    /// The client signed off: what it made and did not send is missing.
    pub(crate) closed: bool,
}

/// The ranges of an epoch in the table `received`.
pub(crate) fn read_ranges(
    folder: &Folder,
    connection: &Connection,
    (client, epoch): &Key,
    lost: bool,
) -> Result<Ranges, StoreError> {
    let database = folder.database();
    let failed = StoreError::database(&database);
    let query = "SELECT first, last FROM received WHERE client = ?1 AND epoch = ?2 AND lost = ?3 ORDER BY first";
    let mut statement = connection.prepare_cached(query).map_err(&failed)?;
    let rows = statement.query_map((client.as_str(), epoch.as_str(), lost), |row| Ok((row.get(0)?, row.get(1)?)));
    let mut ranges = Vec::new();
    for row in rows.map_err(&failed)? {
        let (first, last) = row.map_err(&failed)?;
        ranges.push(range(folder, "received", first, last)?);
    }
    Ranges::from_stored(ranges).map_err(|_| folder.damaged(Damage::Value { table: "received" }))
}

fn range(folder: &Folder, table: &'static str, first: i64, last: i64) -> Result<Range, StoreError> {
    let damaged = || folder.damaged(Damage::Value { table });
    Range::new(number(first).ok_or_else(damaged)?, number(last).ok_or_else(damaged)?).map_err(|_| damaged())
}

fn number(stored: i64) -> Option<Number> {
    Number::new(u64::try_from(stored).ok()?).ok()
}

impl State {
    pub(crate) fn read(folder: &Folder, connection: &Connection, key: &Key) -> Result<Self, StoreError> {
        let database = folder.database();
        let failed = StoreError::database(&database);
        let place = (key.0.as_str(), key.1.as_str());
        let made =
            connection.prepare_cached("SELECT made, closed FROM made WHERE client = ?1 AND epoch = ?2").and_then(
                |mut statement| statement.query_row(place, |row| Ok((row.get::<_, i64>(0)?, row.get(1)?))).optional(),
            );
        let made = made.map_err(&failed)?;
        let mut open = Vec::new();
        let mut statement = connection
            .prepare_cached(
                "SELECT id, cause, first, last FROM gap WHERE client = ?1 AND epoch = ?2 ORDER BY first, id",
            )
            .map_err(&failed)?;
        let rows = statement
            .query_map(place, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?)));
        for row in rows.map_err(&failed)? {
            let (id, cause, first, last) = row.map_err(&failed)?;
            let damaged = || folder.damaged(Damage::Value { table: "gap" });
            let id = GapId::parse(&id).map_err(|_| damaged())?;
            let causes = [NumberCause::Missing, NumberCause::Overflow];
            let cause = causes.into_iter().find(|one| GapCause::from(*one).word() == cause).ok_or_else(damaged)?;
            open.push(Gap { id, cause, numbers: range(folder, "gap", first, last)? });
        }
        let received = read_ranges(folder, connection, key, false)?;
        let lost = read_ranges(folder, connection, key, true)?;
        Ok(Self {
            received: Received::from_stored(received, lost, made.and_then(|(made, _)| number(made))),
            gaps: Gaps::from_stored(open),
            closed: made.is_some_and(|(_, closed)| closed),
        })
    }

    pub(crate) fn write(&self, folder: &Folder, connection: &Connection, key: &Key) -> Result<(), StoreError> {
        self.write_rows(connection, key).map_err(StoreError::database(&folder.database()))
    }

    fn write_rows(&self, connection: &Connection, (client, epoch): &Key) -> rusqlite::Result<()> {
        let (client, epoch) = (client.as_str(), epoch.as_str());
        let execute =
            |sql: &str, parameters: &dyn Fn(&mut rusqlite::CachedStatement<'_>) -> rusqlite::Result<usize>| {
                parameters(&mut connection.prepare_cached(sql)?)
            };
        for table in ["received", "gap"] {
            let delete = format!("DELETE FROM {table} WHERE client = ?1 AND epoch = ?2");
            execute(&delete, &|statement| statement.execute((client, epoch)))?;
        }
        for (lost, ranges) in [(false, self.received.received()), (true, self.received.lost())] {
            for range in ranges.as_slice() {
                let (first, last) = (stored(range.first().get()), stored(range.last().get()));
                execute("INSERT INTO received VALUES (?1, ?2, ?3, ?4, ?5)", &|statement| {
                    statement.execute((client, epoch, lost, first, last))
                })?;
            }
        }
        for gap in self.gaps.open() {
            let (first, last) = (stored(gap.numbers.first().get()), stored(gap.numbers.last().get()));
            let cause = GapCause::from(gap.cause);
            execute("INSERT INTO gap VALUES (?1, ?2, ?3, ?4, ?5, ?6)", &|statement| {
                statement.execute((client, epoch, gap.id.to_string(), cause.word(), first, last))
            })?;
        }
        if let Some(made) = self.received.made() {
            execute("INSERT OR REPLACE INTO made VALUES (?1, ?2, ?3, ?4)", &|statement| {
                statement.execute((client, epoch, stored(made.get()), self.closed))
            })?;
        }
        Ok(())
    }
}
