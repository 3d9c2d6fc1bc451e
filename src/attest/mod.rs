//! What a commit declares about AI use: the types, and the map of the parts.
//!
//! Everything here reads explicit traces only: trailers, identities, footers, session links. What
//! code or a message *looks* like is for `signals`; neither side ever sees the other's input, and
//! [`without_markers`] is the wall between them. Notes, other tools' records and request bodies
//! are not read here yet.
//!
//! ```text
//! Commit ─▶ read ─┬─ identities   author, committer, people in trailers
//!                 ├─ trailers     Key: value, in every paragraph
//!                 ├─ declared     free text: which tool, which model
//!                 └─ footers      phrases, session links
//!            └─▶ facts ─▶ Attestation
//! registry (rules/markers.yml, shaped by schema, checked by check, proven by selftest) answers what they ask
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod check;
mod clean;
mod declared;
mod facts;
mod footers;
mod identities;
mod lines;
mod read;
mod registry;
mod schema;
mod selftest;
mod trailers;

pub use check::Error;
pub use clean::without_markers;
pub use identities::{is_human as is_person, people as people_in};
pub use read::read;
pub use registry::{MarkerAt, Registry};
pub use schema::{Example, LongExample, Marker, MarkerForm, Pattern, Reads, Tool};
pub use selftest::Failure;
pub use trailers::{TrailerLine, all as trailers};

/// How fully a commit declares AI use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The tool, the exact model and an accountable person are known.
    Complete,
    /// Declared, and something of that is missing.
    Partial,
    /// Declared in a form that the policy forbids or in the wrong place. Only a policy can say so.
    WrongForm,
    /// Says that no AI was used.
    Denied,
    /// Says nothing. Absence is not evidence of anything.
    #[default]
    Absent,
}

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A `Key: value` line of the message.
    Trailer,
    /// The author's name and address.
    Author,
    /// The committer's name and address.
    Committer,
    /// A phrase in the message.
    Footer,
    /// A link to a session or task.
    SessionLink,
}

/// What a statement says that a tool did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
    /// Somebody's own wording, or a name that anybody can take.
    Medium,
    /// An account, an address or a form that only the tool leaves.
    High,
}

/// One explicit trace in a commit.
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
    /// Its line in the message, from 1; none for identities.
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
    /// Whether that name fixes a version.
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

/// What a commit declares about AI use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attestation {
    /// How fully.
    pub state: State,
    /// What is known in the end.
    pub facts: Facts,
    /// Every trace: the author, the committer, then the message from top to bottom.
    pub statements: Vec<Statement>,
    /// What does not fit together, in neutral sentences.
    pub notes: Vec<String>,
}
