//! Triage: what people decide about flags, read from comments on the request they stand on.
//!
//! A reviewer answers a flag with a command in a comment; the decision is judged by who may do what,
//! kept in the hidden state of the summary comment, and applied to later reports where the block is still the same.
//!
//! ```text
//! Comment ─command─▶ Command ─rights, decision─▶ Decision or Refusal ─┐
//! summary comment ─state─▶ Earlier ───────────────────────────────────┴─settle─▶ Triage ─standing─▶ what each flag stands at
//!                                                                                  └─state─▶ hidden text of the next summary
//! ```
//!
//! Everything here is pure: comments and rights are fetched, and answers posted, by `forge`. Decisions
//! never enter a score and never fill in what a commit declares. `docs/triage.md` has the threat model.

use serde::{Deserialize, Serialize};

pub(crate) mod block;
pub mod command;
pub(crate) mod decision;
pub mod export;
pub mod markdown;
mod markup;
pub(crate) mod refusal;
pub(crate) mod rights;
pub mod settle;
pub(crate) mod standing;
pub mod state;
pub(crate) mod tag;
pub mod text;
pub(crate) mod visible;

pub use block::{Block, Shown};
pub use command::{Command, Misread, Verb, commands};
pub use decision::{Decision, Known, What, judge};
pub use refusal::Refusal;
pub use rights::{Access, Person};
pub(crate) use settle::askers;
pub use settle::{Answer, Comments, Doubt, Entry, Triage, settle};
#[cfg(test)]
use standing::standings;
pub use standing::{Standing, StandingFlag};
pub use state::{Earlier, Problem, State, Trust, decode};
pub use tag::StateKey;
pub use visible::Dialect;

/// An account on a forge. Names change hands; the number does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The name, as the forge shows it.
    pub login: String,
    /// The forge's number of it.
    pub id: u64,
}

/// Which request something belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestKey {
    /// The forge's host, with the path it is installed under: `github.com`, `example.org/gitlab`.
    pub forge: String,
    /// The repository there: `owner/name`, `group/subgroup/name`.
    pub repository: String,
    /// The number of the pull or merge request.
    pub number: u64,
}

/// Where a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A comment of the conversation; on GitLab any note.
    Comment(u64),
    /// A comment on a line of the diff, where the forge numbers these apart.
    ReviewComment(u64),
}

/// Whether a comment still reads as its author wrote it. Both forges let others edit it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Edit {
    /// It was never edited.
    #[default]
    Untouched,
    /// It was last edited by its author.
    ByAuthor,
    /// It was last edited by somebody else.
    ByOther,
    /// It was edited, and the forge does not say by whom.
    Unclear,
}

/// A comment on the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Where it is.
    pub source: Source,
    /// Who wrote it.
    pub author: Account,
    /// Its text.
    pub body: String,
    /// When it was written, as the forge writes times: RFC 3339.
    pub created: String,
    /// Who edited it since.
    pub edit: Edit,
    /// Whether it came by mail. Then it may hold what others wrote before, without a sign that it is quoted.
    pub by_mail: bool,
}

impl Comment {
    /// Its commands, and lines that look like one. Nothing of a mail is followed.
    fn commands(&self, dialect: Dialect) -> Vec<Result<Command, Misread>> {
        let found = commands(&self.body, dialect).into_iter();
        found.map(|command| if self.by_mail { command.and(Err(Misread::ByMail)) } else { command }).collect()
    }
}

#[cfg(test)]
mod binding_tests;
#[cfg(test)]
mod tests;
