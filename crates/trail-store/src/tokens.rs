//! Tokens: who may send events, and who may ask.
//!
//! A token is `adt_` and 48 bytes in base64: 16 that name it and 32 that are secret.

use std::fmt;

use ai_detect_trail_log::ids::{ClientId, TokenId};
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::secrets::{self, Hash};

/// What every token begins with, so that scanners for secrets find it.
const PREFIX: &str = "adt_";
const ID_SIZE: usize = 16;
const SECRET_SIZE: usize = 32;

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sends events and reports, and asks how far it is.
    Writer,
    /// Reads entries and proofs. Each answer is an entry of its own.
    Reader,
    /// Reads figures about the collector.
    Operator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Writer, Self::Reader, Self::Operator];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Operator => "operator",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A token before it is in the folder.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its name in entries.
    pub id: TokenId,
    /// The hash of its secret.
    pub(crate) hash: Hash,
    /// What it allows.
    pub role: Role,
    /// What people call it.
    pub name: String,
    /// The only client for which it may send; any where there is none.
    pub client: Option<ClientId>,
}

impl NewToken {
    /// A token of random bytes, and its text, which is shown once.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes.
    pub fn random(role: Role, name: &str, client: Option<ClientId>) -> Result<(Self, String), StoreError> {
        let secret = secrets::make::<ID_SIZE, SECRET_SIZE>(PREFIX)?;
        let id = TokenId::from_random(secret.id);
        Ok((Self { id, hash: secret.hash, role, name: name.to_owned(), client }, secret.text))
    }
}

/// A token that is in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its name in entries.
    pub id: TokenId,
    /// What it allows.
    pub role: Role,
    /// What people call it.
    pub name: String,
    /// The only client for which it may send.
    pub client: Option<ClientId>,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

/// Looks up tokens.
pub struct Tokens {
    folder: Folder,
    connection: Connection,
}

type Row = (String, Vec<u8>, String, String, Option<String>, i64, Option<i64>);

impl Tokens {
    /// With a connection of its own.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened.
    pub fn open(folder: &Folder) -> Result<Self, StoreError> {
        Ok(Self { folder: folder.clone(), connection: folder.connect()? })
    }

    /// The token with this text; `None` if there is none, or it was revoked.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn check(&self, text: &str) -> Result<Option<Token>, StoreError> {
        let Some((id, hash)) = secrets::parse::<ID_SIZE, SECRET_SIZE>(PREFIX, text) else { return Ok(None) };
        let query = "SELECT id, hash, role, name, client, created, revoked FROM token WHERE id = ?1";
        let row = self
            .connection
            .prepare_cached(query)
            .and_then(|mut statement| statement.query_row([TokenId::from_random(id).to_string()], read_row).optional())
            .map_err(StoreError::database(&self.folder.database()))?;
        let Some(row) = row else { return Ok(None) };
        let is_it = secrets::is_same(&row.1, &hash);
        let token = self.token(row)?;
        Ok((is_it && token.revoked.is_none()).then_some(token))
    }

    /// All tokens, the oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn all(&self) -> Result<Vec<Token>, StoreError> {
        let database = self.folder.database();
        let failed = StoreError::database(&database);
        let query = "SELECT id, hash, role, name, client, created, revoked FROM token ORDER BY created, id";
        let mut statement = self.connection.prepare(query).map_err(&failed)?;
        let rows: rusqlite::Result<Vec<Row>> = statement.query_map([], read_row).map_err(&failed)?.collect();
        rows.map_err(&failed)?.into_iter().map(|row| self.token(row)).collect()
    }

    fn token(&self, (id, _, role, name, client, created, revoked): Row) -> Result<Token, StoreError> {
        let damaged = || self.folder.damaged(Damage::Value { table: "token" });
        let client = client.map(|client| ClientId::parse(&client)).transpose().map_err(|_| damaged())?;
        Ok(Token {
            id: TokenId::parse(&id).map_err(|_| damaged())?,
            role: Role::parse(&role).ok_or_else(damaged)?,
            name,
            client,
            created,
            revoked,
        })
    }
}

fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}
