//! What a policy says of the commits of a range (schema `ai-detect/policy-check/v1`); as text it is [`text`].

pub mod text;

use schemars::JsonSchema;
use serde::Serialize;

use ai_detect_attest::UnknownTool;
use ai_detect_attest::signature::Checked;
use ai_detect_policy::{Judgement, Policy};

/// The schema that this version writes.
pub(crate) const SCHEMA: &str = "ai-detect/policy-check/v1";

/// A range measured by a policy.
#[derive(Debug)]
pub struct PolicyCheck<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The range as a person would type it.
    pub range: String,
    /// The commits, parents before children.
    pub commits: Vec<CheckedCommit>,
    /// Whether the settings name keys, by which signatures are checked.
    pub has_keys: bool,
    /// What the reader should know of the settings and where they came from.
    pub notes: Vec<String>,
}

/// A commit with what the policy says of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Judged")]
pub struct CheckedCommit {
    /// The full id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// The author's name.
    pub author: String,
    /// The judgement.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// The sensitive places that it touches.
    pub touches: Vec<String>,
    /// Lines of its message that are something like a declaration, and name no tool that is known. They count for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownTool>,
    /// Its signature.
    pub signature: Checked,
    /// The signature of our note on it, where there is a note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_signature: Option<Checked>,
}

/// What `policy check --format json` prints.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The name and version of this schema: `ai-detect/policy-check/v1`.
    schema: &'static str,
    /// The policy's name.
    policy: &'a str,
    /// The range as a person would type it.
    range: &'a str,
    /// The commits, parents before children.
    commits: &'a [CheckedCommit],
    /// What the reader should know of the settings and where they came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// The JSON Schema of the written check.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Document<'static>)
}

impl PolicyCheck<'_> {
    /// Whether somebody should do something about a commit.
    pub fn asks(&self) -> bool {
        self.commits.iter().any(|commit| commit.judgement.asks())
    }

    /// As JSON.
    ///
    /// # Errors
    /// Never: all of it has a form in JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        let document = Document {
            schema: SCHEMA,
            policy: &self.policy.id,
            range: &self.range,
            commits: &self.commits,
            note: Some(self.notes.join(" ")).filter(|notes| !notes.is_empty()),
        };
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}
