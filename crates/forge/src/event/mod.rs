//! What a CI job is about: one file a forge reads its environment and its event. Names, bodies and
//! branches in an event are strangers' text; ids are checked to be ids before they go anywhere.

mod comment;
pub mod github;
pub(crate) mod gitlab;

use super::{ChangeRequest, Forge, marker};
use ai_detect_attest as attest;

/// Looks up a variable of the environment.
pub type Env<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What a job is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What runs the job.
    pub forge: Forge,
    /// What the forge calls the event: `pull_request`, `merge_request_event`.
    pub name: String,
    /// What to look at.
    pub range: Range,
    /// The request, where the event belongs to one.
    pub request: Option<ChangeRequest>,
    /// What the request states: its body, title, branch and labels.
    pub stated: attest::Request,
    /// Since when the event states that, as the forge writes times; absent where it does not say.
    pub as_of: Option<String>,
    /// Whether the event states anything of the request, or only names it.
    pub states_request: bool,
    /// Whether the event has only the start of the description.
    pub is_description_cut: bool,
    /// Whether somebody who belongs to the project opened the request, where the event says so.
    pub by_member: Option<bool>,
    /// Whether the change comes from another repository, whose jobs get a token that only reads.
    pub from_fork: bool,
    /// The number of the run; later ones have larger numbers.
    pub run: u64,
}

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// From where the two meet to the head.
    Between {
        /// A full id, or the name of a branch of `origin`.
        base: End,
        /// A full id.
        head: String,
        /// What the forge also calls the head, for fetching it.
        head_ref: Option<String>,
    },
    /// What the request brings. The event names no commits: the forge is asked for them.
    OfRequest,
    /// Nothing, and why.
    Nothing(&'static str),
}

/// Where a range starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// A commit by its full id.
    Id(String),
    /// A branch of `origin`.
    Branch(String),
}

impl Event {
    /// An event of a forge that nothing is known of yet.
    fn new(forge: Forge, name: String, run: u64) -> Self {
        Event {
            forge,
            name,
            range: Range::Nothing(""),
            request: None,
            stated: attest::Request::default(),
            as_of: None,
            states_request: false,
            is_description_cut: false,
            by_member: None,
            from_fork: false,
            run,
        }
    }
}

/// Why an event cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The environment lacks something.
    #[error("{0} is not set: this must run in a job of the forge's CI")]
    Unset(&'static str),
    /// The event's file cannot be read.
    #[error("the event ({file}) cannot be read: {problem}")]
    Unreadable {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// The event lacks something.
    #[error("the event `{event}` has no `{key}`, or it is not what it should be")]
    Lacks {
        /// The event's name.
        event: String,
        /// Where in the event it should be.
        key: &'static str,
    },
    /// An event that no change belongs to.
    #[error("the event `{event}` belongs to no change; use one of {}", known.join(", "))]
    Unknown {
        /// The event's name.
        event: String,
        /// Those that are known.
        known: &'static [&'static str],
    },
}

/// A full id of a commit.
pub(crate) fn full_id(text: &str) -> Option<String> {
    let id = text.trim();
    (matches!(id.len(), 40 | 64) && marker::is_hex(id)).then(|| id.to_ascii_lowercase())
}

/// The id that says "no commit".
fn is_null(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// A name of a branch that can stand in a refspec and a command: it never reads as an option.
pub(crate) fn branch(text: &str) -> Option<String> {
    let sound = !text.is_empty()
        && text.len() <= 255
        && !text.starts_with(['-', '/', '.'])
        && !text.contains("..")
        && text.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"~^:?*[\\@{".contains(c));
    sound.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_branches_are_nothing_else() {
        assert_eq!(full_id(&"A".repeat(40)), Some("a".repeat(40)));
        for text in ["", "HEAD", "--upload-pack=x", &"a".repeat(39), &format!("{}..", "a".repeat(38))] {
            assert_eq!(full_id(text), None, "{text}");
        }
        assert_eq!(branch("release/1.x"), Some("release/1.x".into()));
        for text in ["", "-x", "--exec=x", "a..b", "a b", "a:b", "a\n", "@{u}", "/etc"] {
            assert_eq!(branch(text), None, "{text}");
        }
    }
}
