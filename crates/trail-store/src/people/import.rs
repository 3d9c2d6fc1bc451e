//! Importing people: what a file says belongs to one person is joined, and nobody is renamed or merged in silence.

use std::collections::{BTreeMap, HashMap, hash_map};

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
    /// A person would have more addresses than anybody has.
    #[error(
        "line {line}: one person would have {found} addresses and logins, and {MAX_IDENTITIES} are the most: look for an address that \
         the file gives to several people"
    )]
    TooMany {
        /// The first line about the person.
        line: usize,
        /// How many there are.
        found: usize,
    },
}

/// The most addresses, logins and the like that one person may have. A file that says more joins people by mistake, such as by an address that
/// many use.
pub const MAX_IDENTITIES: usize = 1000;

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
pub(crate) struct Group {
    line: usize,
    name: Option<(String, usize)>,
    identities: Vec<Identity>,
}

/// Imports people within a transaction. With conflicts, nothing may be committed.
pub(crate) fn import(
    connection: &Connection,
    key: &FingerprintKey,
    groups: Vec<Group>,
    names: Names,
) -> Result<Result<Imported, Vec<Conflict>>, AddError> {
    let mut conflicts = Vec::new();
    let mut imported = Imported::default();
    for group in groups {
        if let Err(conflict) = take(connection, key, group, names, &mut imported)? {
            conflicts.push(conflict);
        }
    }
    Ok(if conflicts.is_empty() { Ok(imported) } else { Err(conflicts) })
}

/// Joins records that share something. It needs no database, so that nobody waits for a long file.
pub(crate) fn group(key: &FingerprintKey, records: Vec<Record>) -> Result<Vec<Group>, Vec<Conflict>> {
    let mut sets = Sets::default();
    let mut set_of: HashMap<[u8; 32], usize> = HashMap::new();
    // By record: what no record before it has.
    let mut new: Vec<(usize, Vec<Identity>)> = Vec::with_capacity(records.len());
    for Record { line, name, identities } in records {
        let name = name.map(|name| (name.split_whitespace().collect::<Vec<_>>().join(" "), line));
        let own = sets.add(name);
        let mut unknown = Vec::new();
        for identity in identities {
            match set_of.entry(identity.digest(key)) {
                hash_map::Entry::Vacant(place) => {
                    place.insert(own);
                    unknown.push(identity);
                }
                hash_map::Entry::Occupied(known) => sets.join(*known.get(), own, &identity),
            }
        }
        new.push((line, unknown));
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (record, (line, identities)) in new.into_iter().enumerate() {
        let set = sets.of(record);
        let group = groups.entry(set).or_insert_with(|| Group { line, name: sets.name(set), identities: Vec::new() });
        group.identities.extend(identities);
    }
    let mut conflicts = sets.conflicts;
    let too_many = groups.values().filter(|group| group.identities.len() > MAX_IDENTITIES);
    conflicts.extend(too_many.map(|group| Conflict::TooMany { line: group.line, found: group.identities.len() }));
    if conflicts.is_empty() { Ok(groups.into_values().collect()) } else { Err(conflicts) }
}

/// Records as sets, each of one person. A set is named by its first record.
#[derive(Default)]
struct Sets {
    /// By record: itself if it is the first of its set, else an earlier one of it.
    before: Vec<usize>,
    /// By record: the name of the set that begins with it, and its line.
    names: Vec<Option<(String, usize)>>,
    conflicts: Vec<Conflict>,
}

impl Sets {
    /// Adds a record as a set of its own.
    fn add(&mut self, name: Option<(String, usize)>) -> usize {
        let record = self.before.len();
        self.before.push(record);
        self.names.push(name);
        record
    }

    /// The set of a record.
    fn of(&mut self, record: usize) -> usize {
        let mut at = record;
        while let Some(before) = self.before.get(at).copied().filter(|before| *before != at) {
            // The way becomes shorter for whoever asks next.
            let first = self.before.get(before).copied().unwrap_or(before);
            if let Some(place) = self.before.get_mut(at) {
                *place = first;
            }
            at = before;
        }
        at
    }

    /// Joins the sets of two records, which share an identity.
    fn join(&mut self, one: usize, other: usize, shared: &Identity) {
        let (one, other) = (self.of(one), self.of(other));
        let (first, second) = (one.min(other), one.max(other));
        if first == second {
            return;
        }
        if let Some(place) = self.before.get_mut(second) {
            *place = first;
        }
        let name = self.names.get_mut(second).and_then(Option::take);
        match (self.names.get_mut(first), name) {
            (Some(Some((one, first))), Some((two, second))) if *one != two => {
                self.conflicts.push(Conflict::TwoNames { first: *first, second, identity: shared.clone() });
            }
            (Some(known @ None), name) => *known = name,
            _ => {}
        }
    }

    /// Takes the name of a set.
    fn name(&mut self, set: usize) -> Option<(String, usize)> {
        self.names.get_mut(set).and_then(Option::take)
    }
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
    let found = details.identities.len();
    if found > MAX_IDENTITIES {
        return Ok(Err(Conflict::TooMany { line: group.line, found }));
    }
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
