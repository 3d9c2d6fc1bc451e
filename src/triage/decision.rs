//! Decisions: what somebody decided about one flag, and how a command becomes one.

use serde::{Deserialize, Serialize};

use super::command::{Command, Verb};
use super::rights::{self, Person};
use super::{Account, Comment, Edit, Entry, Source};
use crate::report::Report;

/// So much of a fingerprint tells candidates apart.
const LONGER_ID: usize = 12;
/// So many candidates are named.
const MOST_CANDIDATES: usize = 4;

/// What somebody decided about one flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The fingerprint of the block, in full.
    pub fingerprint: String,
    /// What was decided.
    pub what: What,
    /// Who decided.
    pub who: Account,
    /// When the comment was written, as the forge writes times.
    pub when: String,
    /// The comment that says so.
    pub source: Source,
}

/// What can be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum What {
    /// The flag is put away.
    Dismissed {
        /// Why.
        reason: String,
    },
    /// The flag is right.
    Confirmed {
        /// Why; may be empty.
        reason: String,
    },
    /// A tool helped. Counts for the request; no commit declares anything by it.
    Attested {
        /// `TOOL:MODEL`.
        assistant: String,
    },
}

impl What {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            What::Dismissed { .. } => "dismissed",
            What::Confirmed { .. } => "confirmed",
            What::Attested { .. } => "attested",
        }
    }

    /// Whether it takes the place of an earlier ruling on the same flag. Attestations stand beside them.
    pub fn is_ruling(&self) -> bool {
        !matches!(self, What::Attested { .. })
    }

    /// The reason, or the tool and model.
    pub fn text(&self) -> &str {
        match self {
            What::Dismissed { reason } | What::Confirmed { reason } => reason,
            What::Attested { assistant } => assistant,
        }
    }
}

impl From<Verb> for What {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Dismiss { reason } => What::Dismissed { reason },
            Verb::Confirm { reason } => What::Confirmed { reason },
            Verb::Attest { assistant } => What::Attested { assistant },
        }
    }
}

/// Why a command is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A program.
    #[error("commands of programs are not followed")]
    Bot,
    /// The author's own flags.
    #[error(
        "who wrote the change can say which tool helped (`attest ID TOOL:MODEL`); to dismiss or confirm a flag is for another reviewer with write access"
    )]
    OwnChange,
    /// No right to write.
    #[error("dismissing, attesting and confirming need write access to the repository")]
    NoAccess,
    /// The forge did not say.
    #[error("could not find out whether you have write access to the repository, so nothing was changed")]
    AccessUnknown,
    /// Not as its author wrote it.
    #[error("the comment was edited by somebody else than its author; please write the command in a new comment")]
    EditedByOther,
    /// Perhaps not as its author wrote it.
    #[error("the comment was edited, and the forge does not say by whom; please write the command in a new comment")]
    EditUnclear,
    /// No such flag.
    #[error(
        "no flag of this request has the id `{0}`; its lines may have changed since, which makes another flag of them"
    )]
    Unknown(String),
    /// Several such flags.
    #[error("the id `{id}` fits several flags; more of it tells them apart: {}", quoted(.candidates))]
    Ambiguous {
        /// What was asked for.
        id: String,
        /// Longer ids of flags that fit.
        candidates: Vec<String>,
    },
}

fn quoted(ids: &[String]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

/// What ids can mean.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The blocks of this run.
    pub report: &'a Report,
    /// What was decided in earlier runs.
    pub earlier: &'a [Entry],
}

/// Whether a command is followed.
///
/// # Errors
/// Why it is not.
pub fn judge(command: Command, comment: &Comment, person: Person, known: Known<'_>) -> Result<Decision, Refusal> {
    match comment.edit {
        Edit::ByOther => return Err(Refusal::EditedByOther),
        Edit::Unclear => return Err(Refusal::EditUnclear),
        Edit::Untouched | Edit::ByAuthor => {}
    }
    rights::may(&command.verb, person)?;
    Ok(Decision {
        fingerprint: known.resolve(&command.id, comment.source)?,
        what: command.verb.into(),
        who: comment.author.clone(),
        when: comment.created.clone(),
        source: comment.source,
    })
}

impl Known<'_> {
    /// The fingerprint that an id begins. What the same comment was once taken to mean stays what it
    /// means: otherwise a later push could make another block that the id fits.
    fn resolve(&self, id: &str, source: Source) -> Result<String, Refusal> {
        let earlier = self.earlier.iter().map(|entry| &entry.decision);
        let same = earlier.clone().filter(|decision| decision.source == source).map(|it| it.fingerprint.as_str());
        let flags = self.report.flags.iter().map(|flag| flag.fingerprint.as_str());
        let hunks = self.report.hunks.iter().map(|hunk| hunk.fingerprint.as_str());
        let others = earlier.map(|decision| decision.fingerprint.as_str());
        let sources: [Vec<&str>; 4] = [same.collect(), flags.collect(), hunks.collect(), others.collect()];
        for known in sources {
            let mut fits: Vec<&str> = known.into_iter().filter(|fingerprint| fingerprint.starts_with(id)).collect();
            fits.sort_unstable();
            fits.dedup();
            match fits.as_slice() {
                [] => {}
                [one] => return Ok((*one).to_owned()),
                several => return Err(ambiguous(id, several)),
            }
        }
        Err(Refusal::Unknown(id.to_owned()))
    }
}

fn ambiguous(id: &str, fits: &[&str]) -> Refusal {
    let length = LONGER_ID.max(id.len() + 4);
    let candidates = fits.iter().take(MOST_CANDIDATES).map(|it| it.chars().take(length).collect()).collect();
    Refusal::Ambiguous { id: id.to_owned(), candidates }
}
