//! `trail ask`: for each run of lines, or each commit, what is known of AI involvement, by what evidence, and what is not
//! known and why.
//!
//! No person stands beside an estimate: who wrote a commit is in [`Answer::commits`], which hold no likelihood and no class of
//! evidence. A person stands in a run where somebody *declared* something, as the one who answers for it.

pub(crate) mod facts;
pub mod place;
pub mod stack;
pub mod text;

use schemars::JsonSchema;
use serde::Serialize;

use ai_detect_attest::signature::SignatureState;
use ai_detect_attest::{Confidence, Covers, State};

/// The schema that this version writes.
pub const SCHEMA: &str = "ai-detect/ask/v1";

/// What was asked, and what is known.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Answer {
    /// Always `ai-detect/ask/v1`.
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// What was asked.
    pub asked: Asked,
    /// By line, or for commits and ranges by commit: what is known of the contribution.
    pub runs: Vec<Run>,
    /// The commits that runs name, with who wrote them. Nothing here is estimated.
    pub commits: Vec<CommitAnswer>,
    /// For a stack trace: its frames, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<Frame>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// What made an answer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tool {
    /// `ai-detect`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the scoring model that likelihoods come from.
    pub model: String,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Asked {
    /// About lines of a file.
    Lines {
        /// The path from the repository's root.
        path: String,
        /// The first line, from 1; absent where the file is empty.
        first: Option<u32>,
        /// The last line.
        last: Option<u32>,
        /// The full id of the commit at which they stand.
        at: String,
    },
    /// About one commit.
    Commit {
        /// Its full id.
        commit: String,
    },
    /// About the commits of a range.
    Range {
        /// As a person would type it.
        range: String,
    },
    /// About the frames of a stack trace.
    Stack {
        /// The full id of the commit at which the lines stand.
        at: String,
    },
}

/// How it is known whether a tool took part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub enum Evidence {
    /// A trail recorded it, and it is declared.
    #[serde(rename = "recorded+declared")]
    RecordedAndDeclared,
    /// A trail recorded it.
    #[serde(rename = "recorded")]
    Recorded,
    /// It is declared that a tool took part.
    #[serde(rename = "declared")]
    Declared,
    /// It is declared that no tool took part.
    #[serde(rename = "denied")]
    Denied,
    /// It reads like AI-generated code, and nothing else is known.
    #[serde(rename = "inferred")]
    Inferred,
    /// A trail watched every assessed tool, and none took part.
    #[serde(rename = "nothing-recorded")]
    NothingRecorded,
    /// Nothing is known. Unknown is not human.
    #[serde(rename = "unknown")]
    Unknown,
}

impl Evidence {
    /// All classes, the strongest first.
    pub(crate) const ALL: [Evidence; 7] = [
        Evidence::RecordedAndDeclared,
        Evidence::Recorded,
        Evidence::Declared,
        Evidence::Denied,
        Evidence::Inferred,
        Evidence::NothingRecorded,
        Evidence::Unknown,
    ];

    /// The word in JSON and in text.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Evidence::RecordedAndDeclared => "recorded+declared",
            Evidence::Recorded => "recorded",
            Evidence::Declared => "declared",
            Evidence::Denied => "denied",
            Evidence::Inferred => "inferred",
            Evidence::NothingRecorded => "nothing-recorded",
            Evidence::Unknown => "unknown",
        }
    }

    /// What a state says by itself; `likely` is whether the code reads like AI-generated code.
    pub fn of(state: State, likely: bool) -> Self {
        match state {
            State::Complete | State::Partial | State::WrongForm => Evidence::Declared,
            State::Denied => Evidence::Denied,
            State::Absent | State::Unreadable if likely => Evidence::Inferred,
            State::Absent | State::Unreadable => Evidence::Unknown,
        }
    }
}

/// Why something is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The commit and the merge that brought it declare nothing about AI.
    NoDeclaration,
    /// The message of the commit and of its merge declare nothing, and notes of commits are not in this clone.
    NotesNotFetched,
    /// It was committed before AI coding tools were offered to the public (29 June 2021).
    BeforeAiTools,
    /// The commit says that it was made from another one, which is not in this clone.
    CommitRewritten,
    /// The clone is shallow or partial, and what would tell is not in it.
    NotInThisClone,
    /// No trail recorded the contribution.
    NoTrail,
    /// It is declared that a tool took part, without this.
    NotStated,
    /// It is declared that no tool took part.
    Denied,
    /// A recorder speaks for other lines of the commit, and not for these.
    NotCovered,
    /// A note or trailer that should tell cannot be read.
    Unreadable,
    /// The history takes more work to follow than is done.
    TooMuchWork,
    /// No person stands beside an estimate; the id of the commit leads to both.
    KeptApart,
    /// The block is too short to be scored, or its language is not scored.
    NotScored,
}

impl Cause {
    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Cause::NoDeclaration => "no declaration",
            Cause::NotesNotFetched => "no declaration in its message; notes of commits are not in this clone",
            Cause::BeforeAiTools => "before AI coding tools were offered (June 2021)",
            Cause::CommitRewritten => "made from a commit that is not in this clone",
            Cause::NotInThisClone => "not in this clone",
            Cause::NoTrail => "no trail here",
            Cause::NotStated => "not stated",
            Cause::Denied => "no AI use, by the declaration",
            Cause::NotCovered => "the record of this commit does not list these lines",
            Cause::Unreadable => "what should tell cannot be read",
            Cause::TooMuchWork => "the history takes too much work to follow",
            Cause::KeptApart => "not named beside an estimate",
            Cause::NotScored => "not scored: too short, or no grammar",
        }
    }
}

/// A fact, or why it is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Fact {
    /// It is known.
    Known(KnownFact),
    /// It is not.
    Missing {
        /// Why.
        missing: Cause,
    },
}

/// A fact that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KnownFact {
    /// What it is.
    pub value: String,
    /// Who says so: a form of attestation such as `trailer`, behind `merge:` where the merge that brought the commit says it.
    pub source: String,
    /// How surely.
    pub confidence: Confidence,
    /// For a model: whether the name fixes a version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<bool>,
}

impl Fact {
    /// A fact that is missing.
    pub(crate) fn missing(cause: Cause) -> Self {
        Fact::Missing { missing: cause }
    }

    /// Its value, where it is known.
    pub(crate) fn value(&self) -> Option<&str> {
        match self {
            Fact::Known(known) => Some(&known.value),
            Fact::Missing { .. } => None,
        }
    }
}

/// What is known of a contribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Facts {
    /// The model, as it is named.
    pub model: Fact,
    /// Where the prompt is kept, or its digest; never the prompt.
    pub prompt: Fact,
    /// Where the raw output is kept, or its digest.
    pub output: Fact,
    /// The person who answers for it.
    pub person: Fact,
    /// The tool.
    pub tool: Fact,
    /// By which way the tool worked: an agent on the forge, a terminal, an editor.
    pub integration: Fact,
}

/// Who reviewed a contribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Review {
    /// The people and tools that trailers name.
    Known {
        /// The people.
        people: Vec<String>,
        /// The tools.
        tools: Vec<String>,
        /// Always `trailer`: nothing else tells in a history alone.
        source: String,
    },
    /// It is not known.
    Missing {
        /// Why.
        missing: Cause,
    },
}

/// How AI-like a block reads. For lines it is scored as if its commit had changed only their file; for a commit as a whole, as `diff`
/// scores it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Likelihood {
    /// It was scored.
    Scored {
        /// From 0 to 1, if 30 % of all changes were made with AI tools.
        probability: f64,
        /// Whether it is over the threshold from which a commit by itself is flagged.
        flagged: bool,
        /// The first line of the scored block in the commit's version of the file, from 1.
        block_first: u32,
        /// Its last line.
        block_last: u32,
    },
    /// It was not.
    Missing {
        /// Why.
        missing: Cause,
    },
}

/// Lines of one source; for commits and ranges, a commit as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Run {
    /// The first line, from 1; absent for a commit as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// The last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
    /// Where the lines stand at the asked revision; absent for a commit as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The full id of the commit that brought it.
    pub commit: String,
    /// What the file was called in that commit, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_then: Option<String>,
    /// Where the first line stood in that commit, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_then: Option<u32>,
    /// How it is known whether a tool took part.
    pub evidence: Evidence,
    /// What the declaration speaks for: these lines, or all of the commit or request, whoever wrote which line of it. Absent
    /// where nothing is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<Covers>,
    /// What is known.
    pub facts: Facts,
    /// Who reviewed it.
    pub review: Review,
    /// Why it is not known whether a tool took part; absent where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How AI-like it reads; for a commit as a whole its most AI-like block.
    pub likelihood: Likelihood,
    /// The classes of sensitive paths that it lies in, or that the commit touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<String>,
    /// For a commit as a whole, the lines that it added; absent for a merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added_lines: Option<u32>,
    /// The lines themselves; for text only.
    #[serde(skip)]
    pub code: Vec<String>,
}

/// A commit that runs name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CommitAnswer {
    /// The full id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it; left out where a run of the commit is flagged for its style, and for ranges, since no person is named beside
    /// an estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The people that trailers name as authors as well; left out likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub co_authors: Vec<String>,
    /// Who committed it, where that is somebody else; left out likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub committer: Option<String>,
    /// When it was authored, in seconds since 1970 (UTC), as the commit states it.
    pub author_time: i64,
    /// When it landed; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landed_time: Option<i64>,
    /// The full id of the merge that brought it; absent where it stands on the line of first parents itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// The request that brought it, such as `#12` or `!12`, where the merge or the subject names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What it and the merge that brought it declare, as written.
    pub statements: Vec<Stated>,
    /// Whether it is signed, and by somebody known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureState>,
    /// Who reviewed it; left out likewise.
    pub review: Review,
    /// What the project's policy says of it by itself: how much its author adds elsewhere is not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyAnswer>,
}

/// Something that is declared, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stated {
    /// Where it stands; behind `merge:` where the merge says it.
    pub source: String,
    /// How surely it means what it seems to say.
    pub confidence: Confidence,
    /// The text, cut after 200 characters.
    pub quote: String,
}

/// What a policy says of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyAnswer {
    /// The policy.
    pub id: String,
    /// How fully the commit declares AI use, by its measure.
    pub state: State,
    /// What is missing, misplaced or contradictory, in sentences.
    pub findings: Vec<String>,
}

/// A frame of a stack trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Frame {
    /// The line of the trace, as written, shortened.
    pub text: String,
    /// The file in the repository; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line, from 1.
    pub line: u32,
    /// Why nothing is answered for it; absent where it has a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// The JSON Schema of an answer.
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(Answer);
    schema.insert("$id".into(), SCHEMA.into());
    schema
}
