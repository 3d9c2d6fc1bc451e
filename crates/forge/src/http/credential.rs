//! A token, and the header that it travels in. It is never shown.

use std::fmt;

use super::Error;

/// What stands where a token would be.
const HIDDEN: &str = "[token]";
/// Shorter texts are no tokens, and hiding them would hide much else.
const MIN_TOKEN_LENGTH: usize = 8;

/// Who we are to the forge.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credential {
    /// Nobody.
    #[default]
    None,
    /// `Authorization: Bearer …`.
    Bearer(String),
    /// GitLab's `PRIVATE-TOKEN`: personal, project and group access tokens.
    Private(String),
    /// GitLab's `JOB-TOKEN`.
    Job(String),
}

impl Credential {
    /// Whether there is any.
    pub(crate) fn is_some(&self) -> bool {
        *self != Credential::None
    }

    /// The header that it travels in.
    pub(super) fn header(&self) -> Option<(&'static str, String)> {
        match self {
            Credential::None => None,
            Credential::Bearer(token) => Some(("authorization", format!("Bearer {token}"))),
            Credential::Private(token) => Some(("private-token", token.clone())),
            Credential::Job(token) => Some(("job-token", token.clone())),
        }
    }

    /// Refuses what would break out of its header.
    pub(super) fn check(&self) -> Result<(), Error> {
        let sound =
            self.token().is_none_or(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
        if sound { Ok(()) } else { Err(Error::BadCredential) }
    }

    /// A text without the token, should an answer repeat it.
    pub(super) fn hidden(&self, text: &str) -> String {
        match self.token() {
            Some(token) if token.len() >= MIN_TOKEN_LENGTH => text.replace(token, HIDDEN),
            _ => text.to_owned(),
        }
    }

    fn token(&self) -> Option<&str> {
        match self {
            Credential::None => None,
            Credential::Bearer(token) | Credential::Private(token) | Credential::Job(token) => Some(token),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credential::None => "no token",
            Credential::Bearer(_) => "bearer token",
            Credential::Private(_) => "private token",
            Credential::Job(_) => "job token",
        })
    }
}
