//! Posting on pull and merge requests: what is common to all forges, one folder a forge.
//!
//! What to post is drafted without any I/O ([`draft`]); only [`http`] talks to anyone. A forge's own
//! folder turns what it answers into the plain types here, and a plan into its calls. What comments
//! say is written in `report`, how they are escaped too.
//!
//! ```
//! use ai_detect_forge::triage::{Dialect, commands};
//!
//! let comment = "Thanks!\n\n/ai-detect dismiss 36d1ed77 it was copied from the old module\n";
//! let found = commands(comment, Dialect::GitHub);
//! let [Ok(command)] = found.as_slice() else { panic!("one command: {found:?}") };
//! assert_eq!(command.id, "36d1ed77");
//! assert!(commands("No command", Dialect::GitHub).is_empty());
//! ```

pub mod answers;
mod details;
pub mod draft;
pub mod event;
pub mod github;
pub mod gitlab;
pub mod http;
pub mod job;
pub mod marker;
pub mod posting;
pub mod triage;

pub use details::Details;
pub use http::Error;

/// Where a request is hosted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// github.com or GitHub Enterprise.
    GitHub,
    /// gitlab.com or a self-managed GitLab.
    GitLab,
}

impl Forge {
    /// All of them.
    pub const ALL: [Forge; 2] = [Forge::GitHub, Forge::GitLab];

    /// The variable of a job that names the folder of the checkout.
    pub fn workspace(self) -> &'static str {
        match self {
            Forge::GitHub => "GITHUB_WORKSPACE",
            Forge::GitLab => "CI_PROJECT_DIR",
        }
    }
}

/// A pull or merge request. It always comes from the event or from the forge, never from a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    /// Who hosts it.
    pub forge: Forge,
    /// The address of the API, without a slash at the end: `https://api.github.com`.
    pub base: String,
    /// `owner/name`; on GitLab the path with all its groups, or the project's number.
    pub repository: String,
    /// Its number; on GitLab the internal one that people see (`iid`).
    pub number: u64,
    /// The commit that it is to be merged into, where the event names it.
    pub base_id: Option<String>,
    /// The commit that it ends at, where the event names it.
    pub head_id: Option<String>,
}

impl ChangeRequest {
    /// What the forge calls the commit that it ends at, for fetching it.
    pub fn head_ref(&self) -> String {
        let requests = match self.forge {
            Forge::GitHub => "pull",
            Forge::GitLab => "merge-requests",
        };
        format!("refs/{requests}/{}/head", self.number)
    }

    /// What people call it: `owner/name#7`, `group/name!7`.
    pub fn name(&self) -> String {
        let mark = match self.forge {
            Forge::GitHub => '#',
            Forge::GitLab => '!',
        };
        format!("{}{mark}{}", self.repository, self.number)
    }
}

/// Where something can be said, from the most useful place to the one that always exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Comments on the request.
    Comments,
    /// A check run beside the commit.
    CheckRun,
    /// Annotations that the job's log makes.
    Annotations,
    /// The summary page of the job, or its log.
    JobSummary,
}

impl Channel {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Channel::Comments => "comments on the request",
            Channel::CheckRun => "a check run",
            Channel::Annotations => "annotations of the job",
            Channel::JobSummary => "the job's summary",
        }
    }
}

/// What the token turned out to allow. Rights are not asked for: they are tried, and a refusal is
/// remembered with its reason, so that the next place is used and the reader learns why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    refused: Vec<(Channel, String)>,
}

impl Rights {
    /// Remembers a refusal.
    pub fn refuse(&mut self, channel: Channel, why: impl Into<String>) {
        self.refused.push((channel, why.into()));
    }

    /// Why something was not said in a place.
    pub fn refused(&self) -> impl Iterator<Item = (Channel, &str)> {
        self.refused.iter().map(|(channel, why)| (*channel, why.as_str()))
    }
}
