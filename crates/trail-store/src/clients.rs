//! Clients: who was invited, has joined, was retired or revoked, and when each was heard of last.
//!
//! A client that is *retired* sends no more: its silence is no gap, and what still comes of it is taken. One that is *revoked* may send no
//! more: its tokens and codes are no longer good. What it sent before stays in both cases.

use std::collections::BTreeMap;

use ai_detect_trail_log::clients::presence::{Presence, presence};
use ai_detect_trail_log::ids::{ClientId, PersonId};
use ai_detect_trail_log::number::Micros;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::epochs::Key;
use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::ingest::is_reserved;

/// What the folder knows of a client. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its name.
    pub client: ClientId,
    /// What people call the device: the name of its last token, or of its invitation.
    pub name: Option<String>,
    /// Whose it is.
    pub person: Option<PersonId>,
    /// When it joined with a code.
    pub joined: Option<i64>,
    /// When it was retired.
    pub retired: Option<i64>,
    /// When it was revoked.
    pub revoked: Option<i64>,
    /// Until when a code counts with which it can join.
    pub invited_until: Option<i64>,
    /// When it was heard of last.
    pub heard: Option<i64>,
    /// How many events it made that have not arrived.
    pub behind: u64,
    /// It said in its last epoch that it ends.
    pub signed_off: bool,
    /// How many gaps of it are open.
    pub open_gaps: u64,
}

/// How a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may send no more.
    Revoked,
    /// It sends no more.
    Retired,
    /// It was never heard of.
    NeverHeard,
    /// It was heard of, or signed off, and a gap of it is open.
    WithGaps,
    /// It was heard of.
    Heard(Presence),
}

impl Client {
    /// How it stands now. A client that has been quiet for longer than `patience` microseconds, without signing off, is silent.
    pub fn standing(&self, now: Micros, patience: u64) -> Standing {
        let heard = self.heard.and_then(|heard| Micros::new(heard).ok());
        match (self.revoked, self.retired, heard) {
            (Some(_), _, _) => Standing::Revoked,
            (None, Some(_), _) => Standing::Retired,
            (None, None, None) => Standing::NeverHeard,
            (None, None, Some(heard)) => match presence(self.behind, heard, self.signed_off, now, patience) {
                Presence::UpToDate | Presence::SignedOff if self.open_gaps > 0 => Standing::WithGaps,
                presence => Standing::Heard(presence),
            },
        }
    }
}

/// Whether a client may send no more.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn is_revoked(folder: &Folder, client: &ClientId) -> Result<bool, StoreError> {
    let query = "SELECT EXISTS (SELECT 1 FROM client WHERE client = ?1 AND revoked IS NOT NULL)";
    let found = folder.connect()?.query_row(query, [client.as_str()], |row| row.get(0));
    found.map_err(StoreError::database(&folder.database()))
}

/// All clients that were invited or have a token, and all that anything came from, by name.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn all(folder: &Folder, now: Micros) -> Result<Vec<Client>, StoreError> {
    let connection = folder.connect()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    // All answers are of one moment.
    connection.execute_batch("BEGIN").map_err(&failed)?;
    let query = "SELECT client FROM client UNION SELECT client FROM heard UNION SELECT client FROM invitation \
                 UNION SELECT client FROM token WHERE client IS NOT NULL AND revoked IS NULL ORDER BY 1";
    let mut statement = connection.prepare(query).map_err(&failed)?;
    let names: rusqlite::Result<Vec<String>> = statement.query_map([], |row| row.get(0)).and_then(Iterator::collect);
    let mut clients = Vec::new();
    for name in names.map_err(&failed)? {
        let client = ClientId::parse(&name).map_err(|_| folder.damaged(Damage::Value { table: "client" }))?;
        if !is_reserved(&client) {
            clients.push(read(folder, &connection, client, now)?);
        }
    }
    Ok(clients)
}

pub(crate) fn read(
    folder: &Folder,
    connection: &Connection,
    client: ClientId,
    now: Micros,
) -> Result<Client, StoreError> {
    let database = folder.database();
    let failed = StoreError::database(&database);
    let one = |query: &str| connection.prepare_cached(query);
    let name = client.as_str();
    type Row = (Option<String>, Option<i64>, Option<i64>, Option<i64>);
    let row: Option<Row> = one("SELECT person, joined, retired, revoked FROM client WHERE client = ?1")
        .and_then(|mut statement| {
            let row = statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
            row.optional()
        })
        .map_err(&failed)?;
    let (person, joined, retired, revoked) = row.unwrap_or_default();
    let person = person.map(|person| PersonId::parse(&person)).transpose();
    let person = person.map_err(|_| folder.damaged(Damage::Value { table: "client" }))?;
    let named: Option<String> = one("SELECT name FROM (SELECT name, created FROM token WHERE client = ?1 UNION ALL \
         SELECT name, created FROM invitation WHERE client = ?1) ORDER BY created DESC LIMIT 1")
    .and_then(|mut statement| statement.query_row([name], |row| row.get(0)).optional())
    .map_err(&failed)?;
    let invited_until: Option<i64> =
        one("SELECT max(expires) FROM invitation WHERE client = ?1 AND used IS NULL AND expires > ?2")
            .and_then(|mut statement| statement.query_row(params![name, now.get()], |row| row.get(0)))
            .map_err(&failed)?;
    let last: Option<(i64, bool)> = one(
        "SELECT heard.at, coalesce(made.closed, 0) FROM heard LEFT JOIN made USING (client, epoch) WHERE client = ?1 \
         ORDER BY heard.at DESC LIMIT 1",
    )
    .and_then(|mut statement| statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional())
    .map_err(&failed)?;
    let behind: i64 = one("SELECT coalesce(sum(max(0, made - coalesce((SELECT max(last) FROM received \
         WHERE received.client = made.client AND received.epoch = made.epoch), 0))), 0) FROM made WHERE client = ?1")
    .and_then(|mut statement| statement.query_row([name], |row| row.get(0)))
    .map_err(&failed)?;
    let open_gaps: i64 = one("SELECT count(*) FROM open_gap WHERE client = ?1")
        .and_then(|mut statement| statement.query_row([name], |row| row.get(0)))
        .map_err(&failed)?;
    // Sums and counts of what is never negative.
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Client {
        // The name of a device that nobody named is that of its client.
        name: named.filter(|named| named != client.as_str()),
        client,
        person,
        joined,
        retired,
        revoked,
        invited_until,
        heard: last.map(|(at, _)| at),
        behind: unsigned(behind),
        signed_off: last.is_some_and(|(_, closed)| closed),
        open_gaps: unsigned(open_gaps),
    })
}

/// Notes when epochs were heard of.
pub(crate) fn note_heard(connection: &Connection, heard: &BTreeMap<Key, Micros>) -> rusqlite::Result<()> {
    let insert = "INSERT INTO heard VALUES (?1, ?2, ?3) \
                  ON CONFLICT (client, epoch) DO UPDATE SET at = max(at, excluded.at)";
    for ((client, epoch), at) in heard {
        connection.prepare_cached(insert)?.execute(params![client.as_str(), epoch.as_str(), at.get()])?;
    }
    Ok(())
}

/// Retires a client that is neither retired nor revoked.
pub(crate) fn retire(connection: &Connection, client: &ClientId, at: Micros) -> rusqlite::Result<usize> {
    connection.execute(
        "INSERT INTO client VALUES (?1, NULL, NULL, ?2, NULL) \
         ON CONFLICT (client) DO UPDATE SET retired = ?2 WHERE retired IS NULL AND revoked IS NULL",
        params![client.as_str(), at.get()],
    )
}

/// Revokes a client, its tokens, and the codes with which it could join.
pub(crate) fn revoke(connection: &Connection, client: &ClientId, at: Micros) -> rusqlite::Result<usize> {
    let parameters = params![client.as_str(), at.get()];
    let changed = connection.execute(
        "INSERT INTO client VALUES (?1, NULL, NULL, NULL, ?2) \
         ON CONFLICT (client) DO UPDATE SET revoked = ?2 WHERE revoked IS NULL",
        parameters,
    )?;
    connection.execute("UPDATE token SET revoked = ?2 WHERE client = ?1 AND revoked IS NULL", parameters)?;
    connection.execute("UPDATE invitation SET used = ?2 WHERE client = ?1 AND used IS NULL", parameters)?;
    Ok(changed)
}
