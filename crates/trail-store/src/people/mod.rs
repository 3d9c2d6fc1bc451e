//! People: one random id a person, and what they are known by in rows that can be erased.
//!
//! An event names somebody by an address, a login, an account. What is not known yet gets an id of its own; an import then says what belongs
//! to one person. Ids that were given before stay in entries, and stand for the person from then on.

mod identity;
mod import;
pub mod mailmap;
pub mod table;

use ai_detect_trail_log::commitment::FingerprintKey;
use ai_detect_trail_log::ids::PersonId;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

pub use self::identity::{Identity, IdentityKind};
pub use self::import::{Conflict, Imported, MAX_IDENTITIES, Names};
pub(crate) use self::import::{group, import};
use crate::error::StoreError;
use crate::folder::random;

/// A person as a file names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line of the file.
    pub line: usize,
    /// Their name, where the file has one.
    pub name: Option<String>,
    /// What they are known by.
    pub identities: Vec<Identity>,
}

/// Why a file of people cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no CSV.
    #[error("not a table in CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A column has a name that is not known.
    #[error("the column `{found}` is none of {columns}: rename or remove it")]
    Column {
        /// Its name.
        found: String,
        /// Those that are known.
        columns: &'static str,
    },
    /// No column says what people are known by.
    #[error(
        "no column says what people are known by: the first line names columns, of {columns}, with a comma between them"
    )]
    NoIdentities {
        /// Those that are known.
        columns: &'static str,
    },
    /// A value cannot be what its column says.
    #[error("line {line}: a value is no address, is too long, or holds control characters")]
    Value {
        /// The line.
        line: usize,
    },
    /// A row says nothing that somebody is known by.
    #[error("line {line}: nothing says what this person is known by")]
    Nobody {
        /// The line.
        line: usize,
    },
}

/// What is known of a person, as their row holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Details {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default)]
    identities: Vec<Identity>,
}

/// The person whom a text of an event means, if they are known.
pub(crate) fn find(connection: &Connection, key: &FingerprintKey, text: &str) -> rusqlite::Result<Option<String>> {
    for identity in Identity::of_text(text) {
        let found = by_digest(connection, &identity.digest(key))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Gives an id to somebody whom an event names for the first time.
pub(crate) fn add(connection: &Connection, key: &FingerprintKey, text: &str) -> Result<String, AddError> {
    let id = PersonId::from_random(random()?).to_string();
    // Of a name with an address, the address is what others know the person by.
    let identity = Identity::of_text(text).pop();
    let details = Details { name: None, identities: identity.iter().cloned().collect() };
    write(connection, &id, false, &details)?;
    if let Some(identity) = identity {
        index(connection, &identity.digest(key), &id)?;
    }
    Ok(id)
}

/// Why nobody was added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
}

fn by_digest(connection: &Connection, digest: &[u8; 32]) -> rusqlite::Result<Option<String>> {
    let query = "SELECT person FROM person_index WHERE digest = ?1";
    connection.prepare_cached(query)?.query_row([digest.as_slice()], |row| row.get(0)).optional()
}

fn index(connection: &Connection, digest: &[u8; 32], person: &str) -> rusqlite::Result<()> {
    let insert = "INSERT OR REPLACE INTO person_index VALUES (?1, ?2)";
    connection.prepare_cached(insert)?.execute(params![digest.as_slice(), person]).map(|_| ())
}

fn write(connection: &Connection, id: &str, imported: bool, details: &Details) -> rusqlite::Result<()> {
    // Texts and lists of texts: they are always written as JSON.
    let details = serde_json::to_string(details).unwrap_or_default();
    let insert = "INSERT OR REPLACE INTO person VALUES (?1, ?2, ?3)";
    connection.prepare_cached(insert)?.execute(params![id, imported, details]).map(|_| ())
}

/// Whether a person was imported, and what is known of them. Of one whose row was erased, nothing is.
fn read(connection: &Connection, id: &str) -> rusqlite::Result<(bool, Details)> {
    let query = "SELECT imported, details FROM person WHERE id = ?1";
    let row: Option<(bool, String)> =
        connection.prepare_cached(query)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(row.map_or((false, Details::default()), |(imported, details)| {
        // Whatever else stands there is somebody else's form, and says nothing to this version.
        (imported, serde_json::from_str(&details).unwrap_or_default())
    }))
}

/// Takes the people of the first format, who were kept as texts with their ids, into the tables of this one.
pub(crate) fn migrate(connection: &Connection, key: &FingerprintKey) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT text, id FROM name WHERE kind = 'person' ORDER BY id")?;
    let rows: rusqlite::Result<Vec<(String, String)>> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
    for (text, id) in rows? {
        let Some(identity) = Identity::of_text(&text).pop() else { continue };
        let digest = identity.digest(key);
        match by_digest(connection, &digest)? {
            // Two spellings of one address.
            Some(known) if known != id => alias(connection, &id, &known)?,
            _ => {
                write(connection, &id, false, &Details { name: None, identities: vec![identity] })?;
                index(connection, &digest, &id)?;
            }
        }
    }
    connection.execute("DELETE FROM name WHERE kind = 'person'", []).map(|_| ())
}

/// Lets an id that entries hold stand for what another id stands for.
pub(crate) fn alias(connection: &Connection, id: &str, stands_for: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE alias SET stands_for = ?2 WHERE stands_for = ?1")?
        .execute(params![id, stands_for])?;
    connection.prepare_cached("INSERT OR REPLACE INTO alias VALUES (?1, ?2)")?.execute(params![id, stands_for])?;
    Ok(())
}
