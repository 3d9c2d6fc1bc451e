//! What the analysis says, as plain data that all formats share; one file a format.
//!
//! The JSON form of [`Report`] is the documented schema `ai-detect/report/v1`: fields are added,
//! never changed or removed, within one version.
//!
//! ```
//! use ai_detect_report::text::{self, Detail};
//! use ai_detect_report::{Report, json};
//!
//! # fn main() -> Result<(), serde_json::Error> {
//! # let report = ai_detect_report::sample::report("retries", 1);
//! // `report` comes from the pipeline.
//! let written = json::write(&report)?;
//! let read: Report = serde_json::from_str(&written)?;
//! assert_eq!(read.flags.len(), report.flags.len());
//! assert!(text::write(&read, Detail::Flags, 80).contains("retries"));
//! # Ok(())
//! # }
//! ```

mod asked;
mod attestation;
pub mod bounds;
pub mod code_quality;
mod declared;
mod disguised;
pub mod excerpts;
mod fit;
mod foreign;
pub mod formats;
pub mod gate;
pub mod github;
mod groups;
pub mod html;
pub mod json;
pub mod junit;
mod looks;
pub mod markdown;
pub mod markers;
mod not_looked_at;
mod omitted;
mod paste;
pub mod policy_check;
pub mod policy_explained;
pub mod rdjsonl;
#[doc(hidden)]
pub mod sample;
pub mod sarif;
mod sentence;
pub(crate) mod signatures;
mod stated;
mod sum;
#[cfg(test)]
mod tests;
pub mod text;
mod unseen;
mod view;
mod words;

pub use asked::asked;
pub use attestation::{AttestationReport, NoteKind};
pub use foreign::TITLE as FOREIGN_TITLE;
pub use foreign::foreign;
pub use looks::{Looks, Number};
pub use not_looked_at::NotLookedAt;
pub use not_looked_at::{USUAL_REMOTE, fetch_line, fetch_notes, is_time};
pub use omitted::{Omitted, OmittedSignals};
pub use stated::Stated;
pub use unseen::{is_much as is_much_unseen, told as unseen};
pub use words::{has_policy_findings, heading, missing, percent, policy_sentences, substitutes};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gate::{Severity, Verdict};
use ai_detect_attest::RequestAttestation;
use ai_detect_base::change::{Excluded, Ground, Reason, Substitutes};
use ai_detect_base::lookalikes::Disguise;
use ai_detect_policy::{Remedy, Stance};

/// The schema that this version writes.
pub const SCHEMA: &str = "ai-detect/report/v1";

/// A change, cross-checked: what its added blocks look like, and what its commits declare.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always `ai-detect/report/v1`.
    pub schema: String,
    /// What made this report.
    pub tool: Tool,
    /// What was looked at, and its score as a whole.
    pub range: RangeReport,
    /// What counts as likely here.
    pub threshold: Threshold,
    /// The commits of the range, parents before children.
    pub commits: Vec<CommitReport>,
    /// All hunks, by path and line.
    pub hunks: Vec<HunkReport>,
    /// What asks for a person, most urgent first.
    pub flags: Vec<Flag>,
    /// What was and was not analysed.
    pub coverage: Coverage,
    /// What is stated in the request, where something of it was given. It fills no commit's state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestAttestation>,
    /// The project's policy, where the settings name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyReport>,
    /// Whether a job made it that is not trusted ([`foreign()`]). No report says that of itself.
    #[serde(skip)]
    pub is_foreign: bool,
    /// What is not listed, because the report would be too large; absent where all is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omitted: Option<Omitted>,
}

/// A project's policy, as far as it is told beside flags.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PolicyReport {
    /// Its name.
    pub id: String,
    /// Whose policy it is.
    pub title: String,
    /// What it thinks of AI contributions.
    pub stance: Stance,
    /// What it asks for.
    pub says: String,
    /// What it tells authors.
    pub text: String,
}

/// What made a report.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `ai-detect`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the scoring model.
    pub model: String,
    /// The log-odds of a hunk of which nothing is known: every hunk's `log_odds` is this plus the
    /// sum of its signals' contributions.
    pub intercept: f64,
    /// The log-odds of the share of changes that is taken to be AI-written beforehand. In a hunk it is one of
    /// the signals.
    pub prior: f64,
}

/// The range and its score.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RangeReport {
    /// As a person would type it.
    pub spec: String,
    /// The commit where the change starts (the merge base).
    pub base: Option<String>,
    /// The commit where it ends; absent for uncommitted changes and patches.
    pub head: Option<String>,
    /// Authored lines in the hunks that were scored.
    pub added_lines: u32,
    /// How AI-like the scored hunks look together, 0 to 1; absent where none was scored.
    pub probability: Option<f64>,
    /// The same as log-odds.
    pub log_odds: Option<f64>,
    /// What of the range others have already, as far as this clone knows; absent where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
}

/// The commits of a range that others have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// The last of them: those before it are published, too. A full id.
    pub up_to: String,
    /// The remote branch that has them; absent where a job looks at a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// What of them the remote's default branch has; absent where that is nothing, or not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
}

/// The commits of a range that the remote's default branch has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Merged {
    /// The last of them: those before it are merged, too. A full id.
    pub up_to: String,
    /// The branch; absent in reports of jobs that are not trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// What counts as likely.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Threshold {
    /// The share of requests by people alone that may get any flag.
    pub request_rate: f64,
    /// How many hunks were scored: more hunks ask for stronger evidence.
    pub hunks: usize,
    /// The log-odds from which a hunk is likely AI-written.
    pub log_odds: f64,
}

/// A commit of the range.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CommitReport {
    /// The full id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// Authored lines that it brought to the scored hunks.
    pub added_lines: u32,
    /// How AI-like its code and message look together, 0 to 1; absent where it brought too little code to score,
    /// whatever its message looks like.
    pub probability: Option<f64>,
    /// The same as log-odds: the tool's intercept and prior, `code_log_odds` and `message_log_odds` together.
    pub log_odds: Option<f64>,
    /// The part of its code; absent as the probability is.
    pub code_log_odds: Option<f64>,
    /// The part of its message.
    pub message_log_odds: f64,
    /// What in its message counted.
    pub signals: Vec<SignalReport>,
    /// What else counted in it and is not listed, because the report would be too large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omitted_signals: Option<OmittedSignals>,
    /// What it declares about AI. Never enters a score.
    pub attestation: AttestationReport,
    /// What would answer the project's policy, where the settings name one; for a commit that declares
    /// nothing, what would declare AI use if there was any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mending: Option<Remedy>,
    /// What in its message was hidden or imitated Latin letters; the score is of the message as a reader sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disguise: Option<Disguise>,
}

/// A reviewable block of added lines.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HunkReport {
    /// The path; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// The language; absent for text without a grammar.
    pub language: Option<String>,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// How many of the lines were authored in this change.
    pub added_lines: u32,
    /// How AI-like it looks, 0 to 1; absent where it is too small to be scored alone, or has no grammar.
    pub probability: Option<f64>,
    /// The same as log-odds: the intercept plus all contributions. Without a score, what was assumed beforehand.
    pub log_odds: f64,
    /// The part of it that the messages of its commits bring.
    #[serde(default)]
    pub message_log_odds: f64,
    /// What counted, strongest first.
    pub signals: Vec<SignalReport>,
    /// What else counted and is not listed, because the report would be too large; it is in the sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omitted_signals: Option<OmittedSignals>,
    /// The commits that brought its lines, largest part first.
    pub commits: Vec<HunkCommit>,
    /// What is said of it.
    pub verdict: Verdict,
    /// Whether its path is configured as sensitive.
    pub sensitive: bool,
    /// The classes that make its path sensitive; empty where it is not, and in reports of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive_classes: Vec<String>,
    /// Stable under rebases and unrelated edits.
    pub fingerprint: String,
    /// A digest of its added lines, to the byte: the fingerprint does not tell apart what differs in white space alone.
    /// Empty in reports of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// What in it was hidden or imitated Latin letters; the score is of the text as a reader sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disguise: Option<Disguise>,
}

/// A commit's part in a hunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HunkCommit {
    /// The full id.
    pub id: String,
    /// How many of the hunk's lines it introduced.
    pub lines: u32,
}

/// A rule that counted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SignalReport {
    /// The rule's id; `ai-detect rules explain RULE` says more.
    pub rule: String,
    /// The rule's title, or what holds instead where its number does not count: trees weigh that, too.
    pub title: String,
    /// What was counted or measured.
    pub value: f64,
    /// Log-odds: positive points to AI, negative to people.
    pub contribution: f64,
    /// For message rules: the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Where it fired: up to five places.
    pub evidence: Vec<EvidenceReport>,
    /// What the signal sums up, where it is about all blocks of a commit; absent elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<Together>,
    /// Whether there was too little to measure, and that counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unmeasured: bool,
    /// Whether it points the other way than its rule does in general: trees weigh a number beside all others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub atypical: bool,
}

/// Blocks of one commit that are weighed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Together {
    /// How many blocks.
    pub blocks: u32,
    /// The rules that weigh most in them towards AI, heaviest first.
    pub rules: Vec<String>,
}

/// One place where a signal fired.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceReport {
    /// The line of the file, or of the commit message, from 1.
    pub line: u32,
    /// The last line.
    pub end_line: u32,
    /// The column in bytes, from 1.
    pub column: u32,
    /// What stands there, shortened.
    pub text: String,
    /// Its part of the contribution.
    pub contribution: f64,
    /// The line of the file or of the message, shortened. Only for what explains a flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// In what kind of text it stands, where that is no code and the rule reads all of a file as code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// A kind of text in a file of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// A comment.
    Comment,
    /// Documentation of a function, a type or a module.
    Documentation,
}

/// A hunk that asks for a person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Flag {
    /// A short form of the fingerprint.
    pub id: String,
    /// The fingerprint of the hunk.
    pub fingerprint: String,
    /// The index of the hunk in `hunks`.
    pub hunk: usize,
    /// The path.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// How urgently it asks.
    pub severity: Severity,
    /// Why it asks.
    pub verdict: Verdict,
    /// How AI-like it looks, 0 to 1; absent where it is flagged for what is declared, and has no score.
    pub probability: Option<f64>,
    /// How to resolve it.
    pub resolve: String,
}

/// What was and was not analysed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Files with at least one scored hunk.
    pub files_scored: usize,
    /// Hunks that were scored.
    pub hunks_scored: usize,
    /// Hunks that were too small to say anything.
    pub hunks_unknown: usize,
    /// What the blocks of scored languages add that are too short for a verdict; absent if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small_blocks: Option<SmallBlocks>,
    /// All lines that the change adds, scored or not, as far as they were read; absent in reports of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_lines: Option<u64>,
    /// Added lines that only moved within the change, or changed in white space only.
    pub lines_not_authored: u32,
    /// Lines that renamed files of analysed code brought along: a forge shows such a file as the same one.
    #[serde(default)]
    pub lines_renamed: u32,
    /// Lines that copies of analysed code brought along: a forge shows them as added.
    #[serde(default)]
    pub lines_copied: u32,
    /// What was left out, by path.
    pub excluded: Vec<ExcludedReport>,
    /// Anything about the analysis itself that the reader should know.
    pub notes: Vec<String>,
    /// Evidence that was not looked at, because it is not in the clone or was not asked for; absent where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_looked_at: Vec<NotLookedAt>,
    /// What the clone puts in the place of objects and parents; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitutes: Option<Substitutes>,
}

/// How much short blocks add together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SmallBlocks {
    /// How many blocks.
    pub blocks: usize,
    /// Their added lines.
    pub lines: u32,
    /// The bytes of these lines.
    pub bytes: u64,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExcludedReport {
    /// The path.
    pub path: String,
    /// Why.
    pub reason: Reason,
    /// What made it so.
    pub detail: String,
    /// The language of code that was left out; absent for what holds no code of a scored language, for what the settings
    /// leave out, and for lines that nobody authored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How many lines of it the change added; absent where the content was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_lines: Option<u32>,
    /// The same in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_bytes: Option<u64>,
    /// What the decision to leave it out rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Ground>,
    /// The classes that make its path a sensitive one, where a whole file was left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive_classes: Vec<String>,
    /// The commits that touched it, where its path is a sensitive one: full ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<String>,
}

impl From<&Excluded> for ExcludedReport {
    fn from(left_out: &Excluded) -> Self {
        let code = left_out.code;
        let added = code.and_then(|code| code.added);
        ExcludedReport {
            path: String::from_utf8_lossy(&left_out.path).into_owned(),
            reason: left_out.reason,
            detail: left_out.detail.clone(),
            language: code.map(|code| code.language.to_owned()),
            added_lines: added.map(|added| added.lines),
            added_bytes: added.map(|added| added.bytes),
            ground: code.map(|code| code.ground),
            // Nobody asked about the path yet.
            sensitive_classes: Vec::new(),
            commits: Vec::new(),
        }
    }
}
