//! Why a range could not be looked at.

use super::SettingsError;
use ai_detect_attest as attest;
use ai_detect_base::globs::PatternError;
use ai_detect_git::{self as git, patch};
use ai_detect_policy::{self as policy, sensitive};

impl Error {
    /// Whether the clone lacks something without which nothing can be said.
    pub fn is_of_incomplete_clone(&self) -> bool {
        let (Error::Git(error) | Error::Settings(SettingsError::Git(error))) = self else { return false };
        matches!(error, git::Error::Missing { .. })
    }

    /// The full id of the content that the clone lacks, where that is the matter.
    pub fn missing_content(&self) -> Option<&str> {
        match self {
            Error::Git(error) | Error::Settings(SettingsError::Git(error)) => error.missing_content(),
            _ => None,
        }
    }
}

/// Why a range, a patch or a message could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The repository cannot be read, or has no such range.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A pattern of what is left out is none.
    #[error(transparent)]
    Exclude(PatternError),
    /// A line about sensitive paths is none.
    #[error(transparent)]
    Sensitive(#[from] sensitive::Error),
    /// A built-in policy cannot be read.
    #[error(transparent)]
    Preset(policy::Error),
    /// The marker registry cannot be read.
    #[error(transparent)]
    Registry(#[from] attest::Error),
    /// The patch cannot be read.
    #[error(transparent)]
    Patch(#[from] patch::Error),
    /// Settings should come from a revision, and there is no repository.
    #[error("settings of a revision need a repository")]
    NoRepository,
    /// The commits of a range were not the same when they were read again.
    #[error("the commits of {range} changed while they were read; run the command again")]
    Moved {
        /// The range as a person would type it.
        range: String,
    },
}
