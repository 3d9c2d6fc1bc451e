//! What whoever runs the collector does with it, also while it runs. Each change is an entry.

use std::sync::Arc;
use std::time::Duration;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::GapClosed;
use ai_detect_trail_log::entry::vocabularies::{GapCause, GapClosing};
use ai_detect_trail_log::ids::{ClientId, GapId, PersonId, RepositoryId};
use ai_detect_trail_log::number::Micros;
use ai_detect_trail_log::wire::{MAX_NAME, normal_repository};
use ai_detect_trail_store::clients::{self, Client};
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::gaps::{self, OpenGap};
use ai_detect_trail_store::invitations::{NewInvitation, new_client};
use ai_detect_trail_store::is_reserved;
use ai_detect_trail_store::keys::Keys;
use ai_detect_trail_store::people::{Conflict, Imported, Names, Record};
use ai_detect_trail_store::repositories::Aliased;
use ai_detect_trail_store::writer::{Change, Writer};
use serde::Serialize;

use crate::clock::{ClockError, now};
use crate::setup::{SetupError, Trail, configuration_entry, is_name};

/// The longest time for which a code counts.
pub const MAX_VALIDITY: Duration = Duration::from_secs(90 * 24 * 3600);
/// The longest reason, in characters.
const MAX_REASON: usize = 2000;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The folder.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The client's name belongs to the collector.
    #[error("the client id `{0}` belongs to the collector itself: choose another one")]
    Reserved(ClientId),
    /// The client may send no more.
    #[error("the client `{0}` was revoked, and stays so: invite the device as another client")]
    Revoked(ClientId),
    /// The client is retired already.
    #[error("the client `{0}` is retired already")]
    Retired(ClientId),
    /// Nothing is known of the client.
    #[error("no client `{0}` was invited, has a token or has sent anything: see `ai-detect trail client list`")]
    UnknownClient(ClientId),
    /// A name cannot be shown in a list.
    #[error("the name of a person or device has 1 to 200 characters, without line breaks")]
    Name,
    /// A code would count for too long.
    #[error("a code counts for at least one second and at most 90 days")]
    Validity,
    /// There is no such gap.
    #[error("no gap `{0}` is open: see `ai-detect trail gap list`")]
    UnknownGap(String),
    /// Several gaps begin like that.
    #[error("several open gaps begin with `{0}`: write more of the id")]
    AmbiguousGap(String),
    /// What a file says of people cannot hold.
    #[error("nothing was imported, because of {} conflict{} in the file", .0.len(), if .0.len() == 1 { "" } else { "s" })]
    Conflicts(Vec<Conflict>),
    /// A repository has no name.
    #[error("the name of a repository is an address or a path of 1 to {MAX_NAME} bytes")]
    Repository,
    /// A name is no address, and nobody has used it.
    #[error(
        "`{0}` is no address or path of a repository, and no event has named one like that: write it as HOST/PATH, as a URL, or as \
         `ai-detect trail repos list` shows it"
    )]
    UnknownRepository(String),
    /// There is no reason, or a very long one.
    #[error("a reason has 1 to {MAX_REASON} characters")]
    Reason,
}

impl From<StoreError> for OperatorError {
    fn from(error: StoreError) -> Self {
        Self::Setup(error.into())
    }
}

impl From<Arc<StoreError>> for OperatorError {
    fn from(error: Arc<StoreError>) -> Self {
        Self::Setup(error.into())
    }
}

impl From<ClockError> for OperatorError {
    fn from(error: ClockError) -> Self {
        Self::Setup(error.into())
    }
}

/// Whom to invite.
#[derive(Debug, Clone)]
pub struct Invite<'a> {
    /// Under which name the device sends; a new one where there is none.
    pub client: Option<ClientId>,
    /// Whose device it is.
    pub person: Option<&'a str>,
    /// What people call the device.
    pub name: Option<&'a str>,
    /// For how long the code counts.
    pub valid: Duration,
}

/// A client that can join.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Its name.
    pub client: ClientId,
    /// The code, which is shown this once.
    pub code: String,
    /// Until when it counts.
    pub expires: Micros,
    /// The client had a code that nobody had used, and that counts no more.
    pub replaces: bool,
}

/// What is kept as the body of the entry about an import: numbers, since names must not be kept twice.
#[derive(Serialize)]
struct PeopleImported {
    people: ImportedCounts,
}

#[derive(Serialize)]
struct ImportedCounts {
    added: usize,
    changed: usize,
    unchanged: usize,
    joined: usize,
}

/// What is kept as the body of the entry about repositories that were joined.
#[derive(Serialize)]
struct RepositoriesJoined {
    repository: RepositoryId,
    names: usize,
}

/// What is kept as the body of the entry about an invitation.
#[derive(Serialize)]
struct InvitationMade<'a> {
    invitation: String,
    client: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    name: &'a str,
    expires: i64,
}

/// What is kept as the body of the entry about a client.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum ClientChange<'a> {
    Retired(&'a str),
    Revoked(&'a str),
}

impl Trail {
    /// Makes a one-time code with which a device can join.
    ///
    /// # Errors
    ///
    /// When the client was revoked or is the collector's own, and when the code could not be written.
    pub fn invite(&self, invite: &Invite<'_>) -> Result<Invited, OperatorError> {
        let at = now()?;
        if invite.valid < Duration::from_secs(1) || invite.valid > MAX_VALIDITY {
            return Err(OperatorError::Validity);
        }
        let micros = i64::try_from(invite.valid.as_micros()).map_err(|_| OperatorError::Validity)?;
        let expires = Micros::new(at.get().saturating_add(micros)).map_err(|_| OperatorError::Validity)?;
        let client = match &invite.client {
            Some(client) if is_reserved(client) => return Err(OperatorError::Reserved(client.clone())),
            Some(client) => client.clone(),
            None => new_client(&self.folder)?,
        };
        let name = invite.name.unwrap_or(client.as_str());
        if !is_name(name) || !invite.person.is_none_or(is_name) {
            return Err(OperatorError::Name);
        }
        let person = match invite.person {
            Some(person) => Some(Keys::open(&self.folder)?.person(person)?),
            None => None,
        };
        let replaces = self.clients()?.iter().any(|known| known.client == client && known.invited_until.is_some());
        let (invitation, code) = NewInvitation::random(client.clone(), person, name, expires)?;
        let what = InvitationMade {
            invitation: invitation.id.to_string(),
            client: client.as_str(),
            person,
            name,
            expires: expires.get(),
        };
        match self.record_change(&what, Change::Invite(invitation))? {
            true => Ok(Invited { client, code, expires, replaces }),
            false => Err(OperatorError::Revoked(client)),
        }
    }

    /// All clients.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn clients(&self) -> Result<Vec<Client>, OperatorError> {
        Ok(clients::all(&self.folder, now()?)?)
    }

    /// Retires a client: it sends no more, and its silence is no gap.
    ///
    /// # Errors
    ///
    /// When there is none, or it was retired or revoked.
    pub fn retire_client(&self, client: &ClientId) -> Result<(), OperatorError> {
        let known = self.known(client)?;
        match self.record_change(&ClientChange::Retired(client.as_str()), Change::RetireClient(client.clone()))? {
            true => self.expect_no_more(client),
            false if known.revoked.is_some() => Err(OperatorError::Revoked(client.clone())),
            false => Err(OperatorError::Retired(client.clone())),
        }
    }

    /// Revokes a client: its tokens and codes are no longer good, from the next request on.
    ///
    /// # Errors
    ///
    /// When there is none, or it was revoked before.
    pub fn revoke_client(&self, client: &ClientId) -> Result<(), OperatorError> {
        self.known(client)?;
        match self.record_change(&ClientChange::Revoked(client.as_str()), Change::RevokeClient(client.clone()))? {
            true => self.expect_no_more(client),
            false => Err(OperatorError::Revoked(client.clone())),
        }
    }

    /// Closes the gap that says that a client is not heard of: nobody waits for it any more.
    fn expect_no_more(&self, client: &ClientId) -> Result<(), OperatorError> {
        let is_silence = |gap: &OpenGap| gap.cause == GapCause::Silent && gap.client.as_ref() == Some(client);
        for gap in gaps::open(&self.folder)?.iter().filter(|gap| is_silence(gap)) {
            self.close_gap(&gap.id.to_string(), "the client was retired or revoked", None)?;
        }
        Ok(())
    }

    fn known(&self, client: &ClientId) -> Result<Client, OperatorError> {
        let found = self.clients()?.into_iter().find(|known| known.client == *client);
        found.ok_or_else(|| OperatorError::UnknownClient(client.clone()))
    }

    /// Closes a gap by hand, with a reason. `id` is its id or the start of it. Of a gap in numbers, that says that nobody waits for them any
    /// more, and not that they are there.
    ///
    /// # Errors
    ///
    /// When there is none, and when there is no reason.
    pub fn close_gap(&self, id: &str, reason: &str, by: Option<&str>) -> Result<GapId, OperatorError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            return Err(OperatorError::Reason);
        }
        if !by.is_none_or(is_name) {
            return Err(OperatorError::Name);
        }
        let unknown = || OperatorError::UnknownGap(id.to_owned());
        if id.len() <= "g_".len() {
            return Err(unknown());
        }
        let found = gaps::find(&self.folder, id)?;
        let gap = match found.as_slice() {
            [] => return Err(unknown()),
            [gap] => gap,
            [_, ..] => return Err(OperatorError::AmbiguousGap(id.to_owned())),
        };
        let at = now()?;
        let mut keys = Keys::open(&self.folder)?;
        let fields = GapClosed {
            person: by.map(|by| keys.person(by)).transpose()?,
            reason: Some(keys.keep_body(reason.as_bytes(), at)?),
            ..GapClosed::new(gap.id, GapClosing::Resolved)
        };
        let writer = Writer::start(&self.folder)?;
        match writer.record(Event::GapClosed(fields), Some(Change::CloseGap(gap.id)), at)? {
            Some(_) => Ok(gap.id),
            None => Err(unknown()),
        }
    }

    /// Joins what belongs to one person. Each import is an entry, also one that changes nothing.
    ///
    /// # Errors
    ///
    /// When statements of the file and of earlier imports cannot all hold: nothing has changed then.
    pub fn import_people(&self, records: Vec<Record>, names: Names) -> Result<Imported, OperatorError> {
        let at = now()?;
        let mut keys = Keys::open(&self.folder)?;
        let imported = keys.import_people(records, names)?.map_err(OperatorError::Conflicts)?;
        let Imported { added, changed, unchanged, joined } = imported;
        let what = PeopleImported { people: ImportedCounts { added, changed, unchanged, joined } };
        Writer::start(&self.folder)?.record(configuration_entry(&mut keys, &what, at)?, None, at)?;
        Ok(imported)
    }

    /// Joins addresses of repositories to the id of the first. That is an entry, unless all of them had it before.
    ///
    /// # Errors
    ///
    /// When a name is empty, too long, or neither an address nor known.
    pub fn alias_repositories(&self, main: &str, others: &[String]) -> Result<Aliased, OperatorError> {
        let at = now()?;
        if [main].into_iter().chain(others.iter().map(String::as_str)).any(|name| !is_repository(name)) {
            return Err(OperatorError::Repository);
        }
        let mut keys = Keys::open(&self.folder)?;
        for name in [main].into_iter().chain(others.iter().map(String::as_str)) {
            if !is_address(name) && !keys.knows_repository(name)? {
                return Err(OperatorError::UnknownRepository(name.to_owned()));
            }
        }
        let aliased = keys.alias_repositories(main, others)?;
        if aliased.changed > 0 {
            let what = RepositoriesJoined { repository: aliased.id, names: aliased.changed };
            Writer::start(&self.folder)?.record(configuration_entry(&mut keys, &what, at)?, None, at)?;
        }
        Ok(aliased)
    }
}

/// Whether something is left of a name when user, password and the like are taken away.
fn is_repository(name: &str) -> bool {
    let normal = normal_repository(name);
    !normal.is_empty() && normal.len() <= MAX_NAME && !normal.chars().any(char::is_control)
}

/// Whether a name has the form of an address, a path, or the id of a root commit.
fn is_address(name: &str) -> bool {
    let is_commit = matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit || name.trim_matches('/').contains(['/', ':'])
}
