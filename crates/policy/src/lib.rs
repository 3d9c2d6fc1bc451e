//! What a project requires of attestations: presets and a project's own policies, sensitive paths,
//! and the judgement of one commit.
//!
//! ```text
//! rules/policies, a project's file ─▶ load ─▶ Policy ─┐
//! attestation, trailers, notes, touched paths ─▶ Subject ─┴─ judge ─▶ Judgement: state, findings, lines to paste
//! ```
//!
//! Pure. How AI-like something looks is never looked at here: a policy speaks of what is declared.
//! A judgement says what the policy says; it concludes nothing about anybody.
//!
//! ```
//! use ai_detect_attest::{Registry, State, read};
//! use ai_detect_base::change::Commit;
//! use ai_detect_policy::{Policy, Subject, judge};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::builtin()?;
//! let commit = Commit { message: "Add retries\n\nCo-authored-by: Claude <noreply@anthropic.com>\n".into(), ..Commit::default() };
//! let attestation = read(&commit, registry);
//!
//! let policy = Policy::preset("agent-model")?;
//! let judgement = judge(&policy, &Subject::new(&commit, &attestation, registry));
//! assert_eq!(judgement.state, State::WrongForm);
//! // A line that the author may paste.
//! assert!(judgement.add.iter().any(|line| line.text.starts_with("Assisted-by: ")));
//! # Ok(())
//! # }
//! ```

mod advice;
pub(crate) mod commits;
pub mod content;
pub mod day;
pub mod examples;
pub mod exempt;
pub(crate) mod finding;
pub mod judge;
pub(crate) mod load;
pub(crate) mod markers;
pub mod own_paths;
pub mod raw;
pub(crate) mod remedy;
pub mod sensitive;
mod signed;
pub(crate) mod size;
pub mod subject;
pub mod suggest;

use globset::GlobSet;

pub use commits::{
    Circumstances, CommitJudgement, Considered, Evidence, Judged, JudgedCommit, Known, Read, TouchedFiles,
};
pub use finding::{Finding, FindingKind, What};
pub use judge::{Judgement, judge, missing_facts};
pub use load::{Error, PRESETS, Replaced};
pub use markers::Marker;
pub use raw::{Fact, Kind, Place, Source, Stance};
pub use remedy::Remedy;
pub use sensitive::Sensitive;
pub use size::Sizes;
pub use subject::{Described, Size, Subject};

/// A policy, checked and ready.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub id: String,
    /// Whose policy it is.
    pub title: String,
    /// What it thinks of AI contributions.
    pub stance: Stance,
    /// Where we know it from.
    pub source: Option<Source>,
    /// The policies that it was built from, from the first to this one.
    pub lineage: Vec<String>,
    /// Lists that it, or one that it was built from, inherited and replaced.
    pub replaced: Vec<Replaced>,
    /// What it asks for.
    pub says: String,
    /// What it asks for and this program cannot see.
    pub unchecked: Vec<String>,
    /// Whether a declaration in the request speaks for its commits.
    pub request_covers_commits: bool,
    /// All of these must be there.
    pub required: Vec<Marker>,
    /// One of these will do instead.
    pub accepted: Vec<Marker>,
    /// None of these may be there.
    pub forbidden: Vec<Marker>,
    /// These are mentioned in reports; they change nothing.
    pub told: Vec<Marker>,
    /// What a declaration must state.
    pub facts: Vec<Fact>,
    /// Whether every commit needs a person's sign-off.
    pub sign_off_by_person: bool,
    /// Whether a tool's sign-off is refused.
    pub sign_off_not_by_tool: bool,
    /// Whether another person must have reviewed.
    pub reviewed_by_another_person: bool,
    /// Whether a commit that declares AI use needs a verified signature.
    pub signed_commits: bool,
    /// Whether a note counts only with a verified signature.
    pub signed_notes: bool,
    /// Authors to whom it does not apply.
    pub exempt_authors: ExemptAuthors,
    /// Whether it does not apply to requests of people who belong to the project, as far as the forge says.
    pub exempt_members: bool,
    /// Labels of requests to which it does not apply.
    pub exempt_labels: Vec<String>,
    /// Kinds of change to which it does not apply.
    pub exempt_kinds: Vec<Kind>,
    /// What it asks for where sensitive paths are touched.
    pub sensitive: SensitiveRules,
    /// The share of requests by people that may get a flag, where it says so.
    pub flag_rate: Option<f64>,
    /// Fewer lines than this are asked for of one author's commits in a request that declare AI use.
    pub lines_below: Option<u32>,
    /// The same for an author without a commit in the history before.
    pub newcomer_lines_below: Option<u32>,
    /// What the author is told.
    pub author_text: String,
    /// What it makes of some messages, for its test.
    pub examples: raw::RawExamples,
}

/// Authors to whom a policy does not apply.
#[derive(Debug, Clone, Default)]
pub struct ExemptAuthors {
    /// The globs as written.
    pub patterns: Vec<String>,
    pub(crate) set: GlobSet,
}

/// What a policy asks for where sensitive paths are touched.
#[derive(Debug, Clone, Default)]
pub struct SensitiveRules {
    /// The classes that count; none means all.
    pub classes: Vec<String>,
    /// Those of them that do not come with the program.
    pub(crate) foreign_classes: Vec<ForeignClass>,
    /// What a declaration must state there, beside the rest.
    pub facts: Vec<Fact>,
    /// Whether another person must have reviewed it there.
    pub reviewed_by_another_person: bool,
    /// Whether the commit needs a verified signature there.
    pub verified_signature: bool,
}

/// A class of sensitive paths that only a project's settings can define, and where the policy names it.
#[derive(Debug, Clone)]
pub(crate) struct ForeignClass {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) line: usize,
}

impl Policy {
    /// What it says of a request as a whole, in sentences: something to know, from which nothing follows.
    pub fn says_of(&self, request: &Described) -> Vec<String> {
        let there = self.told.iter().filter(|marker| marker.is_on(request));
        let sentence = |marker: &Marker| {
            let why = marker.why.as_deref().unwrap_or("this is worth knowing");
            format!("the policy ({}) says: {why}. It has {}.", self.title, marker.shown())
        };
        there.map(sentence).collect()
    }

    /// Whether it asks how large requests are.
    pub fn asks_size(&self) -> bool {
        self.lines_below.is_some() || self.newcomer_lines_below.is_some()
    }
}

impl SensitiveRules {
    /// The classes that do not come with the program: a project's settings must define them.
    pub fn foreign_classes(&self) -> impl Iterator<Item = &str> {
        self.foreign_classes.iter().map(|class| class.name.as_str())
    }

    /// Whether there is anything that it asks for.
    pub fn asks(&self) -> bool {
        !self.facts.is_empty() || self.reviewed_by_another_person || self.verified_signature
    }

    pub(crate) fn counts(&self, class: &str) -> bool {
        self.classes.is_empty() || self.classes.iter().any(|known| known == class)
    }
}

#[cfg(test)]
mod forbidden_tools_tests;
#[cfg(test)]
mod tests;
