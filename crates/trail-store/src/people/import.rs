//! Importing people: what a file says belongs to one person is joined, and nobody is renamed or merged in silence.

use std::collections::HashMap;

use ai_detect_trail_log::commitment::FingerprintKey;
use ai_detect_trail_log::ids::PersonId;
use rusqlite::{Connection, params};

use super::{AddError, Details, Identity, Record, alias, by_digest, index, read, write};
use crate::folder::random;

/// What becomes of a name that differs from an earlier import's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// It is a conflict.
    Keep,
    /// It replaces the earlier one.
    Replace,
}

/// Two statements that cannot both hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The file gives one identity to people with different names.
    #[error("lines {first} and {second} give `{identity}` to people with different names")]
    TwoNames {
        /// A line.
        first: usize,
        /// Another one.
        second: usize,
        /// What both have.
        identity: Identity,
    },
    /// An earlier import knows the person under another name.
    #[error("line {line}: `{known}` was imported before, and is called `{named}` here: --rename takes the new name")]
    OtherName {
        /// The line.
        line: usize,
        /// The name before.
        known: String,
        /// The name in the file.
        named: String,
    },
    /// An earlier import knows what the file joins as different people.
    #[error("line {line}: `{one}` and `{other}` were imported before as different people")]
    TwoPeople {
        /// The line.
        line: usize,
        /// What one of them has.
        one: Identity,
        /// What another one has.
        other: Identity,
    },
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// People whom nothing had named before.
    pub added: usize,
    /// People whom events had named before, or who have something more now.
    pub changed: usize,
    /// People who are as they were.
    pub unchanged: usize,
    /// Ids that stand for another id from now on.
    pub joined: usize,
}

/// What the file says about one person.
struct Group {
    line: usize,
    name: Option<(String, usize)>,
    identities: Vec<Identity>,
}

/// Imports people within a transaction. With conflicts, nothing may be committed.
pub(crate) fn import(
    connection: &Connection,
    key: &FingerprintKey,
    records: Vec<Record>,
    names: Names,
) -> Result<Result<Imported, Vec<Conflict>>, AddError> {
    let mut conflicts = Vec::new();
    let groups = group(key, records, &mut conflicts);
    let mut imported = Imported::default();
    for group in groups {
        if let Err(conflict) = take(connection, key, group, names, &mut imported)? {
            conflicts.push(conflict);
        }
    }
    Ok(if conflicts.is_empty() { Ok(imported) } else { Err(conflicts) })
}

/// Joins records that share something.
fn group(key: &FingerprintKey, records: Vec<Record>, conflicts: &mut Vec<Conflict>) -> Vec<Group> {
    let mut groups: Vec<Option<Group>> = Vec::new();
    let mut place_of: HashMap<[u8; 32], usize> = HashMap::new();
    for Record { line, name, identities } in records {
        let name = name.map(|name| (name.split_whitespace().collect::<Vec<_>>().join(" "), line));
        let mut own = Group { line, name, identities: Vec::new() };
        let place = groups.len();
        for identity in identities {
            let digest = identity.digest(key);
            let before = place_of.insert(digest, place);
            if let Some(before) = before.filter(|before| *before != place)
                && let Some(other) = groups.get_mut(before).and_then(Option::take)
            {
                match (&other.name, &own.name) {
                    (Some((one, first)), Some((two, second))) if one != two => {
                        let (first, second, identity) = (*first, *second, identity.clone());
                        conflicts.push(Conflict::TwoNames { first, second, identity });
                    }
                    (Some(_), None) => own.name.clone_from(&other.name),
                    _ => {}
                }
                for identity in &other.identities {
                    place_of.insert(identity.digest(key), place);
                }
                own.line = own.line.min(other.line);
                own.identities.extend(other.identities);
            }
            if !own.identities.contains(&identity) {
                own.identities.push(identity);
            }
        }
        groups.push(Some(own));
    }
    groups.into_iter().flatten().collect()
}

/// Takes one person in: finds who they are, joins the ids that they had, and notes what they are known by.
fn take(
    connection: &Connection,
    key: &FingerprintKey,
    group: Group,
    names: Names,
    imported: &mut Imported,
) -> Result<Result<(), Conflict>, AddError> {
    let mut target: Option<(String, &Identity)> = None;
    let mut seen: Vec<String> = Vec::new();
    for identity in &group.identities {
        let Some(person) = by_digest(connection, &identity.digest(key))? else { continue };
        let (is_imported, _) = read(connection, &person)?;
        match &target {
            Some((known, _)) if *known == person => {}
            Some((_, one)) if is_imported => {
                let (line, one, other) = (group.line, (*one).clone(), identity.clone());
                return Ok(Err(Conflict::TwoPeople { line, one, other }));
            }
            None if is_imported => target = Some((person, identity)),
            _ if !seen.contains(&person) => seen.push(person),
            _ => {}
        }
    }
    let is_new = target.is_none() && seen.is_empty();
    let id = match target {
        Some((person, _)) => person,
        // The first one that events named goes on as the id of the person.
        None if !seen.is_empty() => seen.remove(0),
        None => PersonId::from_random(random()?).to_string(),
    };
    let (was_imported, before) = read(connection, &id)?;
    let mut details = before.clone();
    if let Some((name, line)) = group.name {
        match &before.name {
            Some(known) if *known != name && names == Names::Keep => {
                return Ok(Err(Conflict::OtherName { line, known: known.clone(), named: name }));
            }
            _ => details.name = Some(name),
        }
    }
    for other in &seen {
        let (_, theirs) = read(connection, other)?;
        join(connection, other, &id)?;
        add_all(&mut details, theirs.identities);
    }
    imported.joined += seen.len();
    add_all(&mut details, group.identities);
    for identity in &details.identities {
        index(connection, &identity.digest(key), &id)?;
    }
    if is_new {
        imported.added += 1;
    } else if details == before && was_imported {
        imported.unchanged += 1;
    } else {
        imported.changed += 1;
    }
    write(connection, &id, true, &details)?;
    Ok(Ok(()))
}

fn add_all(details: &mut Details, identities: Vec<Identity>) {
    for identity in identities {
        if !details.identities.contains(&identity) {
            details.identities.push(identity);
        }
    }
}

/// Lets an id stand for a person from now on.
fn join(connection: &Connection, id: &str, person: &str) -> rusqlite::Result<()> {
    connection.execute("UPDATE person_index SET person = ?2 WHERE person = ?1", params![id, person])?;
    connection.execute("DELETE FROM person WHERE id = ?1", [id])?;
    alias(connection, id, person)
}
