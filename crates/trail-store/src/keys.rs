//! `keys.db`: what entries stand for and may have to be forgotten. Names of people, repositories and paths, and bodies.
//!
//! Entries hold random ids and salted commitments; whoever erases a row here keeps the log whole. What an entry needs is on the disk
//! here before the entry is written: a crash in between leaves a row that nothing refers to, never a reference to nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ai_detect_trail_log::clients::received::Arrival;
use ai_detect_trail_log::commitment::{Commitment, Fingerprint, FingerprintKey, Salt};
use ai_detect_trail_log::entry::vocabularies::UnreadableCause;
use ai_detect_trail_log::ids::{ClientId, Epoch, PathId, PersonId, RepositoryId};
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_log::wire::{self, Ids, Incoming, Line, Texts, normal_repository};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use crate::error::{Damage, StoreError};
use crate::folder::{Folder, PATIENCE, random};
use crate::ingest::{Draft, Outcome, Receipt};
use crate::people::{self, AddError, Conflict, Imported, Names, Record};
use crate::repositories::{self, Aliased};
use crate::schema::{KEYS_ADDED, KEYS_APPLICATION, KEYS_FORMAT, KEYS_TABLES, PRAGMAS};

/// The client under whose name lines without a number of their own are kept.
const NAMELESS: &str = "collector:unreadable";

/// What ids stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NameKind {
    Person,
    Repository,
    Path,
}

impl NameKind {
    fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Repository => "repository",
            Self::Path => "path",
        }
    }

    /// A new id: random, so that it says nothing about the text. `None` for people, who have a table of their own.
    fn new_id(self) -> Result<Option<String>, StoreError> {
        let bytes = random()?;
        Ok(match self {
            Self::Person => None,
            Self::Repository => Some(RepositoryId::from_random(bytes).to_string()),
            Self::Path => Some(PathId::from_random(bytes).to_string()),
        })
    }
}

/// A text that has an id: its kind, in which repository, the text.
type Name = (NameKind, String, String);

/// Events that can be written, and the bodies that were kept for them.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The events, in the order of the lines.
    pub drafts: Vec<Draft>,
    /// By event: the body that was kept for it.
    bodies: Vec<Option<Commitment>>,
}

/// The database of names and bodies.
pub struct Keys {
    folder: Folder,
    connection: Connection,
    nameless: FingerprintKey,
    people: FingerprintKey,
}

impl Keys {
    /// Opens the database, or makes it where there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be read or made, or a newer version made it.
    pub fn open(folder: &Folder) -> Result<Self, StoreError> {
        let path = folder.keys();
        let failed = StoreError::database(&path);
        let mut connection = Connection::open(&path).map_err(&failed)?;
        connection.busy_timeout(Duration::from_millis(PATIENCE)).map_err(&failed)?;
        connection.execute_batch(PRAGMAS).map_err(&failed)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(&failed)?;
        if found > KEYS_FORMAT {
            return Err(StoreError::Newer { path: path.clone(), found, known: KEYS_FORMAT });
        }
        if found == 0 {
            transaction.execute_batch(KEYS_TABLES).map_err(&failed)?;
            transaction.pragma_update(None, "application_id", KEYS_APPLICATION).map_err(&failed)?;
        }
        let nameless = secret(folder, &transaction, "nameless")?;
        let people = secret(folder, &transaction, "people")?;
        if found < KEYS_FORMAT {
            transaction.execute_batch(KEYS_ADDED).map_err(&failed)?;
            people::migrate(&transaction, &people).map_err(&failed)?;
            transaction.pragma_update(None, "user_version", KEYS_FORMAT).map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)?;
        Ok(Self { folder: folder.clone(), connection, nameless, people })
    }

    /// Makes events of lines: gives ids to their texts, and keeps as bodies what entries cannot hold.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written.
    pub fn prepare(&mut self, lines: Vec<(Line, Vec<u8>)>, received: Micros) -> Result<Prepared, StoreError> {
        let ids = self.ids(&lines)?;
        let mut prepared =
            Prepared { drafts: Vec::with_capacity(lines.len()), bodies: Vec::with_capacity(lines.len()) };
        let mut kept = Vec::new();
        for (line, sent) in lines {
            let before = kept.len();
            let mut keep = |body: &[u8]| {
                let salt: [u8; 32] = random()?;
                let commitment = Commitment::of(&Salt::from_random(salt), body);
                kept.push((commitment, salt, body.to_vec()));
                Ok::<_, StoreError>(commitment)
            };
            let draft = match line {
                Line::Numbered(incoming) => numbered(&self.folder, *incoming, &ids, sent, received, keep)?,
                Line::Nameless(cause) => {
                    let body = keep(&sent)?;
                    self.nameless(cause, body, sent, received)?
                }
            };
            prepared.bodies.push(kept.get(before).map(|(commitment, ..)| *commitment));
            prepared.drafts.push(draft);
        }
        self.keep(&kept, received)?;
        Ok(prepared)
    }

    /// An epoch for content that its client did not number: the same content has the same epoch.
    ///
    /// It is keyed, so that nobody can guess the content from it.
    ///
    /// # Errors
    ///
    /// Never: the epoch is made of digits.
    pub fn epoch_of(&self, content: &[u8]) -> Result<Epoch, StoreError> {
        let fingerprint = Fingerprint::of(&self.nameless, content);
        let epoch: String = fingerprint.as_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Epoch::parse(&epoch).map_err(|_| self.folder.damaged(Damage::Value { table: "secret" }))
    }

    /// A line without a number is told apart by its content alone.
    fn nameless(
        &self,
        cause: UnreadableCause,
        body: Commitment,
        sent: Vec<u8>,
        received: Micros,
    ) -> Result<Draft, StoreError> {
        let damaged = |_| self.folder.damaged(Damage::Value { table: "secret" });
        Ok(Draft {
            client: ClientId::parse(NAMELESS).map_err(damaged)?,
            epoch: self.epoch_of(&sent)?,
            number: Number::FIRST,
            time: received,
            received,
            exercise: false,
            extra: None,
            event: wire::unreadable(cause, &sent, body),
            sent,
        })
    }

    /// Erases the bodies of events that were in the log before: those that were kept at their first arrival count.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub fn settle(&mut self, prepared: &[Option<Commitment>], receipt: &Receipt) -> Result<(), StoreError> {
        let unneeded: Vec<Commitment> = prepared
            .iter()
            .zip(&receipt.outcomes)
            .filter(|(_, outcome)| !matches!(outcome, Outcome::Taken(Arrival::New | Arrival::Conflict)))
            .filter_map(|(body, _)| *body)
            .collect();
        if unneeded.is_empty() {
            return Ok(());
        }
        let path = self.folder.keys();
        let failed = StoreError::database(&path);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        for commitment in unneeded {
            let delete = "DELETE FROM body WHERE commitment = ?1";
            transaction
                .prepare_cached(delete)
                .and_then(|mut statement| statement.execute([commitment.to_string()]))
                .map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)
    }

    /// Keeps one body, and returns its commitment.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub fn keep_body(&mut self, body: &[u8], received: Micros) -> Result<Commitment, StoreError> {
        let salt: [u8; 32] = random()?;
        let commitment = Commitment::of(&Salt::from_random(salt), body);
        self.keep(&[(commitment, salt, body.to_vec())], received)?;
        Ok(commitment)
    }

    /// A body, unless it was erased.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn body(&self, commitment: &Commitment) -> Result<Option<Vec<u8>>, StoreError> {
        let query = "SELECT bytes FROM body WHERE commitment = ?1";
        self.connection
            .query_row(query, [commitment.to_string()], |row| row.get(0))
            .optional()
            .map_err(StoreError::database(&self.folder.keys()))
    }

    /// The id of a person, made if there is none yet.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written.
    pub fn person(&mut self, name: &str) -> Result<PersonId, StoreError> {
        let name = (NameKind::Person, String::new(), name.to_owned());
        let ids = self.ids_of([name.clone()])?;
        let id = ids.get(&name).and_then(|id| PersonId::parse(id).ok());
        id.ok_or_else(|| self.folder.damaged(Damage::Value { table: "name" }))
    }

    /// Joins what belongs to one person. With conflicts, nothing has changed.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written.
    pub fn import_people(
        &mut self,
        records: Vec<Record>,
        names: Names,
    ) -> Result<Result<Imported, Vec<Conflict>>, StoreError> {
        let groups = match people::group(&self.people, records) {
            Ok(groups) => groups,
            Err(conflicts) => return Ok(Err(conflicts)),
        };
        let path = self.folder.keys();
        let failed = StoreError::database(&path);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let imported = people::import(&transaction, &self.people, groups, names);
        let imported = imported.map_err(|error| added(&path, error))?;
        if imported.is_ok() {
            transaction.commit().map_err(&failed)?;
        }
        Ok(imported)
    }

    /// Joins addresses of repositories to one id.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written.
    pub fn alias_repositories(&mut self, main: &str, others: &[String]) -> Result<Aliased, StoreError> {
        let path = self.folder.keys();
        let failed = StoreError::database(&path);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let new = RepositoryId::from_random(random()?).to_string();
        let (id, changed) = repositories::alias(&transaction, main, others, &new).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        let id = RepositoryId::parse(&id).map_err(|_| self.folder.damaged(Damage::Value { table: "name" }))?;
        Ok(Aliased { id, changed })
    }

    /// Whether an event or an operator has named a repository like that.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn knows_repository(&self, name: &str) -> Result<bool, StoreError> {
        let found = repositories::find(&self.connection, &normal_repository(name));
        Ok(found.map_err(StoreError::database(&self.folder.keys()))?.is_some())
    }

    /// All repositories, by id, with all that they are called.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn repositories(&self) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
        repositories::all(&self.connection).map_err(StoreError::database(&self.folder.keys()))
    }

    /// What an id of an entry stands for: itself, unless it was joined to another one.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn stands_for(&self, id: &str) -> Result<String, StoreError> {
        let query = "SELECT stands_for FROM alias WHERE id = ?1";
        let found = self.connection.query_row(query, [id], |row| row.get(0)).optional();
        Ok(found.map_err(StoreError::database(&self.folder.keys()))?.unwrap_or_else(|| id.to_owned()))
    }

    fn keep(&mut self, bodies: &[(Commitment, [u8; 32], Vec<u8>)], received: Micros) -> Result<(), StoreError> {
        if bodies.is_empty() {
            return Ok(());
        }
        let path = self.folder.keys();
        let failed = StoreError::database(&path);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        for (commitment, salt, bytes) in bodies {
            let insert = "INSERT INTO body VALUES (?1, ?2, ?3, ?4)";
            transaction
                .prepare_cached(insert)
                .and_then(|mut statement| {
                    statement.execute((commitment.to_string(), salt.as_slice(), received.get(), bytes))
                })
                .map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)
    }

    /// The ids of all texts of the lines. Repositories come first, since a path is that of a repository.
    fn ids(&mut self, lines: &[(Line, Vec<u8>)]) -> Result<BTreeMap<Name, String>, StoreError> {
        let texts = || lines.iter().filter_map(|(line, _)| texts(line));
        let people = texts().filter_map(|texts| name(NameKind::Person, "", texts.person.as_deref()));
        let repositories = texts().filter_map(|texts| name(NameKind::Repository, "", texts.repository.as_deref()));
        let mut ids = self.ids_of(people.chain(repositories))?;
        let paths: Vec<Name> = texts().filter_map(|texts| path_name(texts, &ids)).collect();
        ids.extend(self.ids_of(paths)?);
        Ok(ids)
    }

    fn ids_of(&mut self, names: impl IntoIterator<Item = Name>) -> Result<BTreeMap<Name, String>, StoreError> {
        let path = self.folder.keys();
        let failed = StoreError::database(&path);
        let mut ids: BTreeMap<Name, String> = BTreeMap::new();
        let mut missing = Vec::new();
        for name in names {
            if ids.contains_key(&name) {
                continue;
            }
            match find(&self.connection, &self.people, &name).map_err(&failed)? {
                Some(id) => drop(ids.insert(name, id)),
                None => missing.push(name),
            }
        }
        if missing.is_empty() {
            return Ok(ids);
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        for name in missing {
            // Another process may have been faster, and a name may be there twice.
            let id = match find(&transaction, &self.people, &name).map_err(&failed)? {
                Some(id) => id,
                None => match name.0.new_id()? {
                    Some(id) => {
                        let insert = "INSERT INTO name VALUES (?1, ?2, ?3, ?4)";
                        transaction
                            .prepare_cached(insert)
                            .and_then(|mut statement| statement.execute((name.0.word(), &name.1, &name.2, &id)))
                            .map_err(&failed)?;
                        id
                    }
                    None => people::add(&transaction, &self.people, &name.2).map_err(|error| added(&path, error))?,
                },
            };
            ids.insert(name, id);
        }
        transaction.commit().map_err(&failed)?;
        Ok(ids)
    }
}

impl Prepared {
    /// Takes the events out, and leaves what [`Keys::settle`] needs.
    pub fn into_parts(self) -> (Vec<Draft>, Vec<Option<Commitment>>) {
        (self.drafts, self.bodies)
    }
}

fn added(path: &Path, error: AddError) -> StoreError {
    match error {
        AddError::Store(error) => error,
        AddError::Sql(error) => StoreError::database(path)(error),
    }
}

/// A secret of this database, made if there is none yet.
fn secret(folder: &Folder, connection: &Connection, name: &str) -> Result<FingerprintKey, StoreError> {
    let path = folder.keys();
    let failed = StoreError::database(&path);
    let new: [u8; 32] = random()?;
    connection.execute("INSERT OR IGNORE INTO secret VALUES (?1, ?2)", (name, new.as_slice())).map_err(&failed)?;
    let query = "SELECT value FROM secret WHERE name = ?1";
    let found: Vec<u8> = connection.query_row(query, [name], |row| row.get(0)).map_err(&failed)?;
    let found = found.try_into().map_err(|_| folder.damaged(Damage::Value { table: "secret" }))?;
    Ok(FingerprintKey::from_random(found))
}

fn find(
    connection: &Connection,
    people: &FingerprintKey,
    (kind, scope, text): &Name,
) -> rusqlite::Result<Option<String>> {
    if *kind == NameKind::Person {
        return people::find(connection, people, text);
    }
    let query = "SELECT id FROM name WHERE kind = ?1 AND scope = ?2 AND text = ?3";
    connection.prepare_cached(query)?.query_row((kind.word(), scope, text), |row| row.get(0)).optional()
}

fn texts(line: &Line) -> Option<&Texts> {
    match line {
        Line::Numbered(incoming) => incoming.texts(),
        Line::Nameless(_) => None,
    }
}

fn name(kind: NameKind, scope: &str, text: Option<&str>) -> Option<Name> {
    Some((kind, scope.to_owned(), text?.to_owned()))
}

/// A path, in its repository where that is known.
fn path_name(texts: &Texts, ids: &BTreeMap<Name, String>) -> Option<Name> {
    let repository = name(NameKind::Repository, "", texts.repository.as_deref()).and_then(|name| ids.get(&name));
    name(NameKind::Path, repository.map_or("", String::as_str), texts.path.as_deref())
}

fn numbered(
    folder: &Folder,
    incoming: Incoming,
    ids: &BTreeMap<Name, String>,
    sent: Vec<u8>,
    received: Micros,
    keep: impl FnOnce(&[u8]) -> Result<Commitment, StoreError>,
) -> Result<Draft, StoreError> {
    let mut of_texts = Ids::default();
    if let Some(texts) = incoming.texts() {
        of_texts = Ids {
            person: id(folder, ids, name(NameKind::Person, "", texts.person.as_deref()), PersonId::parse)?,
            repository: id(
                folder,
                ids,
                name(NameKind::Repository, "", texts.repository.as_deref()),
                RepositoryId::parse,
            )?,
            path: id(folder, ids, path_name(texts, ids), PathId::parse)?,
        };
    }
    let (client, epoch, number) = (incoming.client.clone(), incoming.epoch.clone(), incoming.number);
    let (time, exercise) = (incoming.time.unwrap_or(received), incoming.exercise);
    let (event, extra) = incoming.into_event(&of_texts, &sent, keep)?;
    Ok(Draft { client, epoch, number, time, received, exercise, extra, event, sent })
}

/// The id that was found for a text.
fn id<T, E>(
    folder: &Folder,
    ids: &BTreeMap<Name, String>,
    name: Option<Name>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, StoreError> {
    let Some(name) = name else { return Ok(None) };
    let id = ids.get(&name).and_then(|id| parse(id).ok());
    id.map(Some).ok_or_else(|| folder.damaged(Damage::Value { table: "name" }))
}
