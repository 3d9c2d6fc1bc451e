//! Invitations: one-time codes with which a client joins. A code is bound to a client and a person, counts once and for some time.
//!
//! A code is `adj_` and 24 bytes in base64: 8 that name it and 16 that are secret.

use std::fmt;

use ai_detect_trail_log::ids::{ClientId, PersonId};
use ai_detect_trail_log::number::Micros;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::{Damage, StoreError};
use crate::folder::{Folder, random};
use crate::secrets::{self, Hash};

/// What every code begins with, so that scanners for secrets find it.
const PREFIX: &str = "adj_";
const ID_SIZE: usize = 8;
const SECRET_SIZE: usize = 16;

/// Names an invitation. It is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationId(String);

impl InvitationId {
    fn of(bytes: [u8; ID_SIZE]) -> Self {
        Self(bytes.iter().fold("i_".to_owned(), |text, byte| format!("{text}{byte:02x}")))
    }
}

impl fmt::Display for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An invitation before it is in the folder.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Its name.
    pub id: InvitationId,
    hash: Hash,
    /// The client that joins with it.
    pub client: ClientId,
    /// Whose client that is.
    pub person: Option<PersonId>,
    /// What people call the token that the client gets.
    pub name: String,
    /// Until when the code counts.
    pub expires: Micros,
}

/// An invitation whose code was shown, has not been used, and has not expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its name.
    pub id: InvitationId,
    /// The client that joins with it.
    pub client: ClientId,
    /// What people call the token that the client gets.
    pub name: String,
}

impl NewInvitation {
    /// An invitation of random bytes, and its code, which is shown once.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes.
    pub fn random(
        client: ClientId,
        person: Option<PersonId>,
        name: &str,
        expires: Micros,
    ) -> Result<(Self, String), StoreError> {
        let secret = secrets::make::<ID_SIZE, SECRET_SIZE>(PREFIX)?;
        let id = InvitationId::of(secret.id);
        Ok((Self { id, hash: secret.hash, client, person, name: name.to_owned(), expires }, secret.text))
    }
}

/// A name for a new client: random, so that it holds no name of a machine or person.
///
/// # Errors
///
/// When the system has no random bytes.
pub fn new_client(folder: &Folder) -> Result<ClientId, StoreError> {
    let bytes: [u8; 8] = random()?;
    let text = bytes.iter().fold("c-".to_owned(), |text, byte| format!("{text}{byte:02x}"));
    ClientId::parse(&text).map_err(|_| folder.damaged(Damage::Value { table: "client" }))
}

/// Looks up codes.
pub struct Invitations {
    folder: Folder,
    connection: Connection,
}

impl Invitations {
    /// With a connection of its own.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened.
    pub fn open(folder: &Folder) -> Result<Self, StoreError> {
        Ok(Self { folder: folder.clone(), connection: folder.connect()? })
    }

    /// The invitation with this code. `None` if there is none, it was used, or it has expired: whoever guesses learns nothing more.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn check(&self, code: &str, now: Micros) -> Result<Option<Invitation>, StoreError> {
        let Some((id, hash)) = secrets::parse::<ID_SIZE, SECRET_SIZE>(PREFIX, code) else { return Ok(None) };
        let id = InvitationId::of(id);
        let query = "SELECT hash, client, name FROM invitation WHERE id = ?1 AND used IS NULL AND expires > ?2";
        let row: Option<(Vec<u8>, String, String)> = self
            .connection
            .prepare_cached(query)
            .and_then(|mut statement| {
                let row = statement
                    .query_row(params![id.to_string(), now.get()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
                row.optional()
            })
            .map_err(StoreError::database(&self.folder.database()))?;
        let Some((_, client, name)) = row.filter(|row| secrets::is_same(&row.0, &hash)) else { return Ok(None) };
        let client =
            ClientId::parse(&client).map_err(|_| self.folder.damaged(Damage::Value { table: "invitation" }))?;
        Ok(Some(Invitation { id, client, name }))
    }
}

/// Adds an invitation, unless its client was revoked. Codes of the client that nobody has used count no more: one that was lost on its way
/// must not let somebody else join.
pub(crate) fn add(connection: &Connection, new: &NewInvitation, at: Micros) -> rusqlite::Result<usize> {
    connection.execute(
        "UPDATE invitation SET used = ?2 WHERE client = ?1 AND used IS NULL",
        params![new.client.as_str(), at.get()],
    )?;
    connection.execute(
        "INSERT INTO invitation SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL \
         WHERE NOT EXISTS (SELECT 1 FROM client WHERE client = ?3 AND revoked IS NOT NULL)",
        params![
            new.id.to_string(),
            new.hash.as_slice(),
            new.client.as_str(),
            new.person.map(|person| person.to_string()),
            new.name,
            at.get(),
            new.expires.get(),
        ],
    )
}

/// Uses an invitation up, and notes that its client has joined. Nothing changes if it was used, has expired, or its client was revoked.
pub(crate) fn use_up(connection: &Connection, id: &InvitationId, at: Micros) -> rusqlite::Result<usize> {
    let id = id.to_string();
    let used = connection.execute(
        "UPDATE invitation SET used = ?2 WHERE id = ?1 AND used IS NULL AND expires > ?2 \
         AND client NOT IN (SELECT client FROM client WHERE revoked IS NOT NULL)",
        params![id, at.get()],
    )?;
    if used > 0 {
        // A client that had been retired sends again from now on.
        connection.execute(
            "INSERT INTO client SELECT client, person, ?2, NULL, NULL FROM invitation WHERE id = ?1 \
             ON CONFLICT (client) DO UPDATE SET person = coalesce(excluded.person, person), joined = ?2, retired = NULL",
            params![id, at.get()],
        )?;
    }
    Ok(used)
}
