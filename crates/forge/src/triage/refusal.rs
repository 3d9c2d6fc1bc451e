//! Why commands are not followed.

use super::command::MIN_ID;

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
    #[error("the id `{id}` fits several blocks that this request has or had; whole ids tell them apart: {}", quoted(.candidates))]
    Ambiguous {
        /// What was asked for.
        id: String,
        /// The whole ids that fit.
        candidates: Vec<String>,
    },
    /// Others may share so short an id.
    #[error("the id `{id}` is too short to be sure which block is meant; write {MIN_ID} digits or more{}", suggested(.candidates))]
    Short {
        /// What was asked for.
        id: String,
        /// The ids that fit now.
        candidates: Vec<String>,
    },
    /// Only the whole id says which block was meant.
    #[error(
        "not all blocks that this request has shown are known any more, so that the id `{id}` may have meant another \
         one; write the whole id{}", suggested(.candidates)
    )]
    NotWhole {
        /// What was asked for.
        id: String,
        /// The whole ids that fit now.
        candidates: Vec<String>,
    },
}

fn quoted(ids: &[String]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn suggested(ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!(", as in {}", quoted(ids)) }
}
