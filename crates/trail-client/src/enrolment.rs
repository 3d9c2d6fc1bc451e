//! What binds a client to a collector: address, token, name, region, and the public key of the collector's log.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use ai_detect_http::Address;
use ai_detect_trail_log::ids::{ClientId, InvalidId, Region};
use ai_detect_trail_log::log::key::{InvalidKey, VerifierKey};
use ai_detect_trail_log::log::origin::{InvalidOrigin, Origin};
use serde::{Deserialize, Serialize};

use crate::error::SpoolError;
use crate::files;

/// The file in the folder for state.
const FILE: &str = "collector.json";
/// The variables of a job that is no member: its collector, its token, its name there, and the collector's key.
pub const VARIABLES: [&str; 4] =
    ["AI_DETECT_TRAIL_URL", "AI_DETECT_TRAIL_TOKEN", "AI_DETECT_TRAIL_CLIENT", "AI_DETECT_TRAIL_KEY"];

/// A token. It is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// The token, to be put into a header.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }
}

/// What binds a client to a collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Where the collector is.
    pub address: Address,
    /// With what the client shows who it is.
    pub token: Token,
    /// The name of the client.
    pub client: ClientId,
    /// The region in which events stay.
    pub region: Region,
    /// The public key of the collector's log.
    pub key: VerifierKey,
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Stored {
    url: String,
    token: Token,
    client: String,
    region: String,
    key: String,
}

/// Why there is no collector to send to.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] SpoolError),
    /// The file does not hold what was written.
    #[error("{path}: not what `ai-detect capture join` writes; join again")]
    Form {
        /// The file.
        path: String,
    },
    /// Only some of the variables are set.
    #[error("{missing} is not set: a job needs AI_DETECT_TRAIL_URL, _TOKEN, _CLIENT and _KEY")]
    Variable {
        /// Which one is not.
        missing: &'static str,
    },
    /// The address cannot be used.
    #[error(transparent)]
    Address(#[from] ai_detect_http::Error),
    /// The token would be read on the way.
    #[error("the token would go to {origin} without encryption; use an https:// address")]
    InTheOpen {
        /// Scheme, host and port.
        origin: String,
    },
    /// The token cannot stand in a header.
    #[error("the token holds characters that no token has (a line break at its end?)")]
    Token,
    /// The name of the client is none.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// The key is none.
    #[error("the collector's key: {0}")]
    Key(#[from] InvalidKey),
    /// The key is not that of a trail.
    #[error("the collector's key: {0}")]
    Origin(#[from] InvalidOrigin),
    /// The collector is elsewhere.
    #[error("the collector's log is in region {found}, not in {expected}: nothing is sent to it")]
    OtherRegion {
        /// The region that was asked for.
        expected: Region,
        /// The region of the key.
        found: Region,
    },
}

impl Enrolment {
    /// Puts the parts together, if they fit each other.
    ///
    /// # Errors
    ///
    /// When one of them cannot be used, when the token would travel in the open, and when the key is that of a log in another region.
    pub fn new(url: &str, token: &str, client: &str, region: Option<&str>, key: &str) -> Result<Self, EnrolmentError> {
        let address = Address::parse(url)?;
        if !address.is_private() {
            return Err(EnrolmentError::InTheOpen { origin: address.origin().to_owned() });
        }
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(EnrolmentError::Token);
        }
        let client = ClientId::parse(client)?;
        let key = VerifierKey::from_text(key)?;
        let found = Origin::parse(key.name().as_str())?.region().clone();
        let region = region.map_or(Ok(found.clone()), Region::parse)?;
        if region != found {
            return Err(EnrolmentError::OtherRegion { expected: region, found });
        }
        Ok(Self { address, token: Token(token.to_owned()), client, region, key })
    }

    /// The same collector, whose log has another key from now on.
    ///
    /// # Errors
    ///
    /// When the key is not one, or is that of a log in another region.
    pub fn with_key(&self, key: &str) -> Result<Self, EnrolmentError> {
        let Self { address, token, client, region, .. } = self;
        Self::new(&address.to_string(), token.secret(), client.as_str(), Some(region.as_str()), key)
    }

    /// What the variables of a job say, or else the file; `None` where neither names a collector.
    ///
    /// # Errors
    ///
    /// When only some variables are set, and when what is found cannot be used.
    pub fn find(state: &Path, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<Self>, EnrolmentError> {
        let [url, token, client, key] = VARIABLES.map(|name| (name, text(variable, name)));
        if url.1.is_none() {
            return Self::load(state);
        }
        let value =
            |(missing, value): (&'static str, Option<String>)| value.ok_or(EnrolmentError::Variable { missing });
        Self::new(&value(url)?, &value(token)?, &value(client)?, None, &value(key)?).map(Some)
    }

    /// What the file holds; `None` where there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or holds something else.
    pub fn load(state: &Path) -> Result<Option<Self>, EnrolmentError> {
        let path = state.join(FILE);
        let Some(text) = files::read(&path)? else { return Ok(None) };
        let form = |_| EnrolmentError::Form { path: path.display().to_string() };
        let stored: Stored = serde_json::from_str(&text).map_err(form)?;
        let Stored { url, token, client, region, key } = stored;
        Self::new(&url, token.secret(), &client, Some(&region), &key).map(Some)
    }

    /// Writes the file, for this user alone.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save(&self, state: &Path) -> Result<(), EnrolmentError> {
        files::private_folder(state)?;
        let path = state.join(FILE);
        let stored = Stored {
            url: self.address.to_string(),
            token: self.token.clone(),
            client: self.client.to_string(),
            region: self.region.to_string(),
            key: self.key.to_text(),
        };
        let form = |_| EnrolmentError::Form { path: path.display().to_string() };
        let text = serde_json::to_string_pretty(&stored).map_err(form)?;
        Ok(files::replace(&path, format!("{text}\n").as_bytes())?)
    }
}

fn text(variable: &dyn Fn(&str) -> Option<OsString>, name: &str) -> Option<String> {
    variable(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use ai_detect_trail_log::log::key::SigningKey;

    use super::*;

    fn key(region: &str) -> String {
        let origin =
            Origin::new("trail.example.org", Region::parse(region).unwrap(), &"1".to_owned().try_into().unwrap());
        SigningKey::new(origin.unwrap().name().clone(), &[7; 32]).verifier().to_text()
    }

    #[test]
    fn it_is_kept_for_its_owner_alone_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Enrolment::load(folder.path()).unwrap().is_none());
        let joined = Enrolment::new("https://trail.example.org", "adt_1", "laptop", Some("eu"), &key("eu")).unwrap();
        joined.save(folder.path()).unwrap();
        assert_eq!(Enrolment::load(folder.path()).unwrap(), Some(joined.clone()));
        assert!(!format!("{joined:?}").contains("adt_1"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            assert_eq!(std::fs::metadata(folder.path().join(FILE)).unwrap().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_job_brings_its_collector_in_variables_and_all_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let key = key("eu");
        let values = ["http://127.0.0.1:8080", "adt_1", "ci", &key];
        let of = |left_out: usize| {
            let set = VARIABLES.into_iter().zip(values).enumerate().filter(move |(at, _)| *at != left_out);
            let set: Vec<(&str, &str)> = set.map(|(_, pair)| pair).collect();
            let variable =
                |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
            Enrolment::find(folder.path(), &variable)
        };
        assert_eq!(of(9).unwrap().unwrap().region.as_str(), "eu");
        assert!(of(0).unwrap().is_none());
        let error = of(2).unwrap_err().to_string();
        assert!(error.starts_with("AI_DETECT_TRAIL_CLIENT is not set"), "{error}");
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let new = |url: &str, token: &str, region: &str| {
            Enrolment::new(url, token, "laptop", Some(region), &key("eu")).unwrap_err().to_string()
        };
        assert!(new("http://trail.example.org", "t", "eu").contains("without encryption"));
        assert!(new("https://trail.example.org", "t\n", "eu").contains("line break"));
        assert!(new("https://trail.example.org", "t", "us").contains("region eu, not in us"));
    }
}
