//! Repositories: addresses, forks and former names that belong to one id.

use std::collections::BTreeMap;

use ai_detect_trail_log::ids::RepositoryId;
use ai_detect_trail_log::wire::normal_repository;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::people;

/// What joining repositories did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aliased {
    /// The id that all of them have from now on.
    pub id: RepositoryId,
    /// How many of the names were another's, or nobody's, before.
    pub changed: usize,
}

/// Gives names of a repository the id of the first, within a transaction. `new` is its id if nothing had named it. Returns the id, and
/// how many names have another id than before.
pub(crate) fn alias(
    connection: &Connection,
    main: &str,
    others: &[String],
    new: &str,
) -> rusqlite::Result<(String, usize)> {
    let mut changed = 0;
    let main = normal_repository(main);
    let id = match find(connection, &main)? {
        Some(id) => id,
        None => {
            name(connection, &main, new)?;
            changed += 1;
            new.to_owned()
        }
    };
    for other in others {
        let other = normal_repository(other);
        match find(connection, &other)? {
            Some(known) if known == id => continue,
            Some(known) => join(connection, &known, &id)?,
            None => name(connection, &other, &id)?,
        }
        changed += 1;
    }
    Ok((id, changed))
}

/// Lets everything that had one id have another one. Ids in entries stay what they are, and stand for the other one.
fn join(connection: &Connection, id: &str, stands_for: &str) -> rusqlite::Result<()> {
    connection.execute("UPDATE name SET id = ?2 WHERE kind = 'repository' AND id = ?1", params![id, stands_for])?;
    people::alias(connection, id, stands_for)?;
    // A path is that of its repository: the same path of both is one from now on.
    let mut statement = connection.prepare("SELECT text, id FROM name WHERE kind = 'path' AND scope = ?1")?;
    let paths: rusqlite::Result<Vec<(String, String)>> =
        statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
    for (text, path) in paths? {
        let query = "SELECT id FROM name WHERE kind = 'path' AND scope = ?1 AND text = ?2";
        let same: Option<String> =
            connection.prepare_cached(query)?.query_row((stands_for, &text), |row| row.get(0)).optional()?;
        match same {
            Some(same) => {
                connection.execute("DELETE FROM name WHERE kind = 'path' AND scope = ?1 AND text = ?2", (id, &text))?;
                people::alias(connection, &path, &same)?;
            }
            None => {
                connection.execute(
                    "UPDATE name SET scope = ?3 WHERE kind = 'path' AND scope = ?1 AND text = ?2",
                    (id, &text, stands_for),
                )?;
            }
        }
    }
    Ok(())
}

/// All repositories by id, with their names in order.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<BTreeMap<String, Vec<String>>> {
    let mut statement = connection.prepare("SELECT id, text FROM name WHERE kind = 'repository' ORDER BY id, text")?;
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
        let (id, text) = row?;
        all.entry(id).or_default().push(text);
    }
    Ok(all)
}

/// The id of a repository by a name of it, in the form in which names are kept.
pub(crate) fn find(connection: &Connection, text: &str) -> rusqlite::Result<Option<String>> {
    let query = "SELECT id FROM name WHERE kind = 'repository' AND scope = '' AND text = ?1";
    connection.prepare_cached(query)?.query_row([text], |row| row.get(0)).optional()
}

fn name(connection: &Connection, text: &str, id: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO name VALUES ('repository', '', ?1, ?2)")?
        .execute(params![text, id])
        .map(|_| ())
}
