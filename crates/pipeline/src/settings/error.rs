//! Why settings cannot be used.

use super::MAX_READ;
use crate::config::FILE;
use ai_detect_attest::signature::SignersError;
use ai_detect_base::unread;
use ai_detect_git as git;
use ai_detect_policy as policy;
use ai_detect_style::pack;

/// Why settings cannot be used. `at` says where a file was looked for, ` in commit REVISION` or nothing for a file on disk.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file on disk cannot be read.
    #[error("{}", unread::sentence(.name, .problem))]
    Unread {
        /// The file.
        name: String,
        /// Why.
        problem: std::io::Error,
    },
    /// A file is larger than any settings.
    #[error("{name}: {size} bytes; at most {MAX_READ} are read of a file of settings")]
    TooLarge {
        /// The file.
        name: String,
        /// Its size in bytes.
        size: u64,
    },
    /// A file is no text.
    #[error("{name}:{line}: not UTF-8 text")]
    NotText {
        /// The file.
        name: String,
        /// The first line that is none, from 1.
        line: usize,
    },
    /// Something other than a file has the name of the settings.
    #[error("{FILE}{at}: {found}; settings are read from an ordinary file")]
    NoFile {
        /// Where.
        at: String,
        /// What it is.
        found: String,
    },
    /// The revision that was named has no settings.
    #[error("there is no {FILE} in commit {revision}{hint}")]
    NoSettings {
        /// The revision.
        revision: String,
        /// What was perhaps meant, or nothing.
        hint: String,
    },
    /// A file that the settings name does not exist.
    #[error("{file}:{line}:{column}: the {what} {path} does not exist{at}")]
    NoSuchFile {
        /// The settings.
        file: String,
        /// The line that names it, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What it should be.
        what: &'static str,
        /// Its path.
        path: String,
        /// Where.
        at: String,
    },
    /// A file of the model does not exist.
    #[error("{file}: the model's file {path} does not exist{at}")]
    NoModelFile {
        /// The settings.
        file: String,
        /// Its path.
        path: String,
        /// Where.
        at: String,
    },
    /// The settings name a rule that does not exist.
    #[error("{file}:{line}:{column}: {problem}")]
    NoSuchRule {
        /// The settings.
        file: String,
        /// The line that names it, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// Which rule, and which was perhaps meant.
        problem: Box<pack::Error>,
    },
    /// The policy cannot be used.
    #[error("{problem}{}", looked(.problem, .at))]
    Policy {
        /// Where.
        at: String,
        /// Why.
        problem: Box<policy::Error>,
    },
    /// A file's content is wrong.
    #[error(transparent)]
    Content(#[from] pack::Error),
    /// A file of signers is wrong.
    #[error(transparent)]
    Signers(#[from] SignersError),
    /// The revision cannot be read.
    #[error(transparent)]
    Git(#[from] git::Error),
}

impl SettingsError {
    /// Whether the settings themselves, or a file that they name, cannot be used.
    pub fn is_of_content(&self) -> bool {
        !matches!(self, SettingsError::Git(_) | SettingsError::NoSettings { .. })
    }
}

/// Where a policy file was looked for that is not there.
fn looked(problem: &policy::Error, at: &str) -> String {
    match problem {
        policy::Error::NoFile(_) if at.is_empty() => "; its path counts from the folder in which ai-detect runs".into(),
        policy::Error::NoFile(_) => format!("{at}; its path counts from the root of the repository"),
        _ => String::new(),
    }
}
