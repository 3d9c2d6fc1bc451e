//! What a commit or a request declares about AI use: the types, and the map of the parts.
//!
//! Everything here reads explicit traces only: trailers, identities, footers, session links, notes,
//! what a request says of itself. What code or a message *looks* like is for `signals`; neither side
//! ever sees the other's input, and [`without_markers`] is the wall between them.
//!
//! ```text
//! Commit ─▶ read ─┬─ legible      the message as its reader would mend it
//!                 ├─ identities   author, committer, people in trailers
//!                 ├─ declared     free text: which tool, which model
//!                 ├─ several      which tools, where a value names several
//!                 ├─ names_alone  whether a text is names of tools and nothing else
//!                 ├─ answers      yes and no
//!                 ├─ footers      phrases, session links
//!                 ├─ near_misses  what is like a declaration, and is none
//!                 ├─ forms        notes and files of recorders, and our note: who wrote which lines
//!                 └─ signature    of the commit, of our note: whether it holds, and whose it is
//!            └─▶ facts, conflicts ─▶ Attestation ─▶ covering: what speaks for one line
//! body, title, branch, labels ─▶ request ─▶ RequestAttestation, which fills no commit's state
//! registry (rules/markers.yml, shaped by schema, checked by check, proven by selftest) answers what they ask
//! ```
//!
//! ```
//! use ai_detect_attest::{Registry, State, read};
//! use ai_detect_base::change::Commit;
//!
//! # fn main() -> Result<(), ai_detect_attest::Error> {
//! let message = "Add retries\n\nAssisted-by: Claude Code:claude-opus-4-5\n";
//! let commit = Commit { message: message.into(), ..Commit::default() };
//! let attestation = read(&commit, Registry::builtin()?);
//! assert_eq!(attestation.facts.tool.as_deref(), Some("Claude"));
//! assert_eq!(attestation.facts.model.as_deref(), Some("claude-opus-4-5"));
//!
//! let silent = Commit { message: "Add retries\n".into(), ..Commit::default() };
//! assert_eq!(read(&silent, Registry::builtin()?).state, State::Absent);
//! # Ok(())
//! # }
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod answers;
mod check;
mod clean;
mod conflict;
mod conflicts;
mod covering;
mod declared;
pub mod description;
mod facts;
mod footers;
pub mod forms;
mod hints;
mod identities;
mod legible;
mod names_alone;
mod near_misses;
mod our_words;
mod read;
mod records;
mod registry;
mod repository;
mod request;
mod schema;
pub mod selftest;
mod several;
pub mod signature;
mod spans;
mod state;
pub mod tally;

pub use check::Error;
pub use clean::without_markers;
pub use conflict::Conflict;
pub use covering::{Covered, covering};
pub use forms::Form;
pub use identities::{is_human as is_person, people as people_in};
pub use near_misses::{NearMiss, UnknownTool};
pub use our_words::{declaration_of, own_note};
pub use read::{read, read_signed};
pub use registry::{MarkerAt, Registry};
pub use repository::{RepositoryClaim, RepositoryStatement, about_repository};
pub use request::{Checkbox, Request, RequestAttestation, read_request, subject_of};
pub use schema::{Example, LongExample, Marker, MarkerForm, Pattern, Reads, Tool};
pub use selftest::Failure;
use signature::Checked;
pub use spans::LineRange;
pub use state::{State, States};

/// What a statement says that a tool did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Wrote all or a part of it.
    Authored,
    /// Helped in writing it.
    Assisted,
    /// Looked at it, tried it or asked for it; that is not writing.
    Reviewed,
    /// Took no part.
    Denied,
}

/// How surely a trace means what it seems to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Might well be a coincidence or a quotation; listed, and not counted.
    Low,
    /// Somebody's own wording, a name that anybody can take, or a note that nobody known has signed:
    /// a claim.
    Medium,
    /// An account, an address or a form that only the tool leaves.
    High,
}

/// What of a commit a statement speaks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Covers {
    /// All of its lines.
    #[default]
    Commit,
    /// Only the lines that [`Attestation::lines`] lists.
    Lines,
    /// The request as a whole, where a policy lets that count.
    Request,
}

/// Who wrote lines, as a recorder has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Contributor {
    /// A tool.
    #[default]
    Ai,
    /// A tool, and a person changed it; or the other way round.
    Mixed,
    /// A person was seen writing it.
    Human,
}

/// Lines of one file that a recorder says something about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedLines {
    /// The record that says so.
    pub form: Form,
    /// The path at this commit.
    pub path: String,
    /// The lines of the file at this commit, sorted and disjoint.
    pub ranges: Vec<LineRange>,
    /// Who wrote them.
    pub contributor: Contributor,
    /// The tool.
    pub tool: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The session, by id or address.
    pub session: Option<String>,
    /// How fully that attests these lines: `denied` where a person wrote them.
    pub state: State,
}

/// Something that is attached to a commit and cannot be read, in whole or in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unreadable {
    /// The key of the trailer, where it is one.
    #[serde(skip)]
    pub key: Option<String>,
    /// What it should be.
    pub form: Form,
    /// Where it is: a notes ref, or a path.
    pub place: String,
    /// Why it cannot be read.
    pub reason: String,
}

/// One explicit trace in a commit or a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// Where it stands.
    pub form: Form,
    /// The registry's marker that recognised it.
    pub marker: String,
    /// The tool that it names.
    pub tool: Option<String>,
    /// The model that it names.
    pub model: Option<String>,
    /// What it says that the tool did.
    pub role: Role,
    /// How surely it says so.
    pub confidence: Confidence,
    /// What it speaks for.
    #[serde(default)]
    pub covers: Covers,
    /// Its line in the message, note or description, from 1; none for identities and records.
    pub line: Option<u32>,
    /// The text, cut after 200 characters.
    pub quote: String,
    /// For trailers: whether git itself would see it as one.
    pub strict: bool,
}

/// What is known in the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Facts {
    /// The tool.
    pub tool: Option<String>,
    /// The model, as the commit names it.
    pub model: Option<String>,
    /// Whether that name fixes a version; where a line names several tools, whether those of all do.
    pub model_exact: bool,
    /// Where the prompt is kept, or its digest; never the prompt.
    pub prompt_reference: Option<String>,
    /// Where the raw output is kept, or its digest.
    pub output_reference: Option<String>,
    /// The person who answers for the commit.
    pub accountable: Option<String>,
    /// By which way the tool worked: an agent on the forge, a terminal, a suggestion in a review.
    pub integration_path: Option<String>,
    /// The session, by id or address.
    pub session: Option<String>,
    /// How much of the change the tool wrote, as declared.
    pub proportion: Option<String>,
}

/// What a commit declares about AI use. It is read once and never changed: what a policy makes of it is the policy's
/// judgement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attestation {
    /// How fully, by all that is known of the commit. For single lines ask [`covering()`].
    pub state: State,
    /// How fully it speaks for lines that no record covers.
    pub elsewhere: State,
    /// What is known of those lines in the end; nothing where that is the same as `facts`, because no record covers lines.
    pub(crate) facts_elsewhere: Option<Box<Facts>>,
    /// What readers see who take only the trailers that `git interpret-trailers` finds.
    pub strict: State,
    /// What is known in the end.
    pub facts: Facts,
    /// Every trace: the author, the committer, the message from top to bottom, then records.
    pub statements: Vec<Statement>,
    /// What recorders say of single lines, by path; no line twice within one record.
    pub lines: Vec<RecordedLines>,
    /// What is attached and cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Lines of the message that are something like a declaration, and name no tool that is known. They count for nothing.
    pub unknown: Vec<UnknownTool>,
    /// What does not fit together.
    pub conflicts: Vec<Conflict>,
    /// The commit's signature; none where nobody looked at it.
    pub signature: Option<Checked>,
    /// The signature of our note on the commit, where there is a note.
    pub note_signature: Option<Checked>,
    /// The signature of a receipt of the commit, where there is one: never verified, with the reason.
    pub receipt_signature: Option<Checked>,
}

impl Attestation {
    /// Whether it may conflict with a commit that changes no file.
    pub fn depends_on_change(&self) -> bool {
        conflicts::depends_on_change(&self.statements)
    }

    /// What it says of the lines that no record covers; nothing where no record covers lines.
    pub fn without_records(&self) -> Option<Attestation> {
        let facts = self.facts_elsewhere.as_deref()?.clone();
        let statements = self.statements.iter().filter(|statement| statement.covers != Covers::Lines);
        Some(Attestation {
            state: self.elsewhere,
            facts,
            facts_elsewhere: None,
            statements: statements.cloned().collect(),
            lines: Vec::new(),
            ..self.clone()
        })
    }

    /// How fully it declares AI use by itself.
    pub fn states(&self) -> States {
        States { commit: self.state, elsewhere: self.elsewhere }
    }
}

impl Statement {
    /// Whether it is sure enough to count.
    pub fn is_credible(&self) -> bool {
        self.confidence >= Confidence::Medium
    }

    /// Whether it says, credibly, that a tool took part in writing.
    pub fn attests(&self) -> bool {
        matches!(self.role, Role::Authored | Role::Assisted) && self.is_credible()
    }
}
