//! The folder of a trail and its configuration: opened, or made at the first start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields;
use ai_detect_trail_log::ids::{ClientId, TokenId, Version, Word};
use ai_detect_trail_log::log::origin::{InvalidOrigin, Origin};
use ai_detect_trail_log::number::Micros;
use ai_detect_trail_store::clients;
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::{CONFIGURATION, Folder};
use ai_detect_trail_store::keys::Keys;
use ai_detect_trail_store::reading;
use ai_detect_trail_store::tokens::{NewToken, Role, Tokens};
use ai_detect_trail_store::writer::{Change, Writer};
use serde::Serialize;

use crate::clock::{ClockError, now};
use crate::configuration::{Configuration, ConfigurationError, NEW};

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The folder.
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
    /// Its configuration.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The configuration names a host that cannot stand in the log's name.
    #[error("{}: {source}", path.display())]
    Origin {
        /// The configuration.
        path: PathBuf,
        /// Why.
        source: InvalidOrigin,
    },
    /// The region of a log never changes.
    #[error(
        "{}: the region is `{found}`, and this trail was made for `{made}`. A log never changes its region: put \
         `{made}` back, or make a new trail in another folder",
        path.display()
    )]
    Region {
        /// The configuration.
        path: PathBuf,
        /// The region that it names.
        found: String,
        /// The region in the log's name.
        made: String,
    },
    /// The clock cannot be used.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// There is no such token.
    #[error("there is no token `{0}` that is still good: see `ai-detect trail token list`")]
    NoToken(String),
    /// A name is empty or too long.
    #[error("a name of a token has 1 to 200 characters, without line breaks")]
    TokenName,
    /// The client may send no more.
    #[error("the client `{0}` was revoked, and stays so: give the device another name")]
    RevokedClient(ClientId),
}

impl From<StoreError> for SetupError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// A trail that can be worked with.
pub struct Trail {
    /// The folder.
    pub folder: Folder,
    /// Its configuration.
    pub configuration: Configuration,
    /// The text of the configuration.
    pub(crate) text: String,
    /// The folder was made just now.
    pub is_new: bool,
}

/// Opens a trail, or makes one where there is none.
///
/// # Errors
///
/// When the folder holds something else, or cannot be read or made.
pub fn open_or_create(path: &Path) -> Result<Trail, SetupError> {
    let file = path.join(CONFIGURATION);
    let failed = |source| ConfigurationError::File { path: file.clone(), source };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error).into()),
    };
    let configuration = Configuration::read(&file, text.as_deref().unwrap_or(NEW))?;
    let (folder, is_new) = match Folder::open(path) {
        Ok(folder) => (folder, false),
        Err(StoreError::NoTrail(_)) => {
            let origin = new_origin(&file, &configuration)?;
            (Folder::create(path, &origin)?, true)
        }
        Err(error) => return Err(error.into()),
    };
    let made = folder.region()?;
    if let Some(found) = configuration.region.as_ref().filter(|found| **found != made && text.is_some()) {
        let (found, made) = (found.to_string(), made.to_string());
        return Err(SetupError::Region { path: file, found, made });
    }
    let text = match text {
        Some(text) => text,
        None => {
            std::fs::write(&file, NEW).map_err(failed)?;
            NEW.to_owned()
        }
    };
    Ok(Trail { folder, configuration, text, is_new })
}

/// Opens a trail that is there.
///
/// # Errors
///
/// When there is none, and as [`open_or_create`].
pub fn open(path: &Path) -> Result<Trail, SetupError> {
    // Before anything is made.
    Folder::open(path)?;
    open_or_create(path)
}

fn new_origin(file: &Path, configuration: &Configuration) -> Result<Origin, SetupError> {
    let instance = ai_detect_trail_store::random_word()?;
    let instance = Word::parse(&instance).map_err(|_| StoreError::Random)?;
    Origin::new(&configuration.host, configuration.region()?, &instance)
        .map_err(|source| SetupError::Origin { path: file.to_owned(), source })
}

/// The version of this program.
fn program() -> Option<Version> {
    Version::parse(env!("CARGO_PKG_VERSION")).ok()
}

impl Trail {
    /// Records the configuration, if it is another one than was recorded last. Whether it was.
    ///
    /// # Errors
    ///
    /// When it could not be written.
    pub(crate) fn record_configuration(&self, keys: &mut Keys, writer: &Writer) -> Result<bool, SetupError> {
        let last = reading::last_configuration(&self.folder)?;
        let last = last.map(|commitment| keys.body(&commitment)).transpose()?.flatten();
        if last.as_deref() == Some(self.text.as_bytes()) {
            return Ok(false);
        }
        let at = now()?;
        let mut person = |name: &Option<String>| name.as_deref().map(|name| keys.person(name)).transpose();
        let (owner, deputy) = (person(&self.configuration.owner)?, person(&self.configuration.deputy)?);
        let configuration = keys.keep_body(self.text.as_bytes(), at)?;
        let fields =
            fields::Configuration { owner, deputy, program: program(), ..fields::Configuration::new(configuration) };
        writer.record(Event::Configuration(fields), Some(Change::Configuration(configuration)), at)?;
        Ok(true)
    }

    /// Makes a token, and returns its text, which is shown this once.
    ///
    /// # Errors
    ///
    /// When it could not be written.
    pub fn create_token(&self, role: Role, name: &str, client: Option<ClientId>) -> Result<String, SetupError> {
        if !is_name(name) {
            return Err(SetupError::TokenName);
        }
        if let Some(client) = &client
            && clients::is_revoked(&self.folder, client)?
        {
            return Err(SetupError::RevokedClient(client.clone()));
        }
        let (token, text) = NewToken::random(role, name, client.clone())?;
        let client = client.as_ref().map(ClientId::as_str);
        let what = TokenChange { token: token.id.to_string(), role: Some(role.word()), name: Some(name), client };
        self.record_change(&what, Change::AddToken(token))?;
        Ok(text)
    }

    /// Revokes a token, by its id or the start of it, and returns its id.
    ///
    /// # Errors
    ///
    /// When there is none, or several begin like that, and when it could not be written.
    pub fn revoke_token(&self, id: &str) -> Result<TokenId, SetupError> {
        let unknown = || SetupError::NoToken(id.to_owned());
        let all = Tokens::open(&self.folder)?.all()?;
        let is_meant = |token: TokenId| token.to_string().starts_with(id) && id.len() > "t_".len();
        let mut found = all.iter().filter(|token| token.revoked.is_none() && is_meant(token.id));
        let (Some(token), None) = (found.next(), found.next()) else { return Err(unknown()) };
        let what = TokenChange { token: token.id.to_string(), role: None, name: None, client: None };
        match self.record_change(&what, Change::RevokeToken(token.id))? {
            true => Ok(token.id),
            false => Err(unknown()),
        }
    }

    /// Changes something together with the entry that says so. `what` is kept as the body of the entry. Returns whether anything has
    /// changed.
    pub(crate) fn record_change(&self, what: &impl Serialize, change: Change) -> Result<bool, SetupError> {
        let at = now()?;
        let event = configuration_entry(&mut Keys::open(&self.folder)?, what, at)?;
        Ok(Writer::start(&self.folder)?.record(event, Some(change), at)?.is_some())
    }
}

/// The entry about a change of how the trail is run. What has changed is kept as its body.
pub(crate) fn configuration_entry(keys: &mut Keys, what: &impl Serialize, at: Micros) -> Result<Event, StoreError> {
    // Words, ids and texts: they are always written as JSON.
    let configuration = keys.keep_body(&serde_json::to_vec(what).unwrap_or_default(), at)?;
    let fields = fields::Configuration { program: program(), ..fields::Configuration::new(configuration) };
    Ok(Event::Configuration(fields))
}

/// Whether people can read a name in a list: it is short, and has no line breaks.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 200 && !name.chars().any(char::is_control)
}

/// What is kept as the body of the entry about a token.
#[derive(Serialize)]
struct TokenChange<'a> {
    token: String,
    /// Absent where the token is revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
}
