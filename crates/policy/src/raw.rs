//! The shape of a policy file, as written. The JSON Schema that `ai-detect schema policy` prints is
//! made from the comments here.
//!
//! Every key may be left out of a policy that extends another: what is given replaces what is
//! inherited, key by key within each section; `also` adds to inherited lists instead.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use ai_detect_attest::State;
use ai_detect_base::yaml::OneOrMany;

/// A policy: which attestations a project requires, accepts and forbids.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawPolicy {
    /// Its name.
    pub id: Option<String>,
    /// Whose policy it is.
    pub title: Option<String>,
    /// What it thinks of AI contributions.
    pub stance: Option<Stance>,
    /// Where we know it from.
    pub source: Option<Source>,
    /// The policies that this one starts from, later ones over earlier ones: names of presets, or
    /// paths of policy files from the root of wherever the settings come from.
    pub extends: Option<OneOrMany>,
    /// What it asks for, in a few sentences of ours.
    pub says: Option<String>,
    /// What it asks for and this program cannot see.
    pub unchecked: Option<Vec<String>>,
    /// Whether a declaration in the request's description speaks for all of its commits.
    pub request_covers_commits: Option<bool>,
    /// How AI use is declared.
    pub markers: RawMarkers,
    /// What a declaration must state.
    pub facts: Option<Vec<Fact>>,
    /// Who signs off.
    pub sign_off: RawSignOff,
    /// Whether a person who did not ask for the generation must have reviewed a commit that
    /// declares AI use, by a trailer such as `Reviewed-by`; tools never count.
    pub reviewed_by_another_person: Option<bool>,
    /// Whose signatures are needed.
    pub signatures: RawSignatures,
    /// To whom and what it does not apply.
    pub exempt: RawExempt,
    /// What it asks for where sensitive paths are touched.
    pub sensitive: RawSensitive,
    /// Numbers.
    pub thresholds: RawThresholds,
    /// What the author is told where something is missing.
    pub author: RawAuthor,
    /// Additions to inherited lists.
    pub also: RawAlso,
    /// Messages that `ai-detect policy test` judges by this policy. They are not inherited.
    pub examples: RawExamples,
}

/// What a policy thinks of AI contributions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stance {
    /// Welcome, under its conditions.
    Allow,
    /// Only some, or only with consent.
    Restricted,
    /// Not accepted. This program says so and never concludes.
    Ban,
}

impl Stance {
    /// Its word in policies.
    pub fn word(self) -> &'static str {
        match self {
            Stance::Allow => "allow",
            Stance::Restricted => "restricted",
            Stance::Ban => "ban",
        }
    }
}

impl Kind {
    /// Changes of this kind, in words.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Merge => "merges",
            Kind::Revert => "reverts",
            Kind::Program => "commits by programs",
            Kind::Docs => "changes of documentation",
            Kind::Tests => "changes of tests",
        }
    }
}

/// Where a policy is known from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document.
    pub name: String,
    /// Its date or revision, as far as it is known.
    pub as_of: String,
    /// Whether the text itself was read, or somebody's summary of it.
    pub read: Read,
    /// The day on which this policy was last compared with the document.
    #[serde(default)]
    pub checked: Option<Day>,
    /// What is not certain about it, one sentence each.
    #[serde(default)]
    pub uncertain: Vec<String>,
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Read {
    /// The text itself.
    Primary,
    /// A summary.
    Secondary,
    /// Both, for different parts.
    Both,
    /// It is ours.
    Own,
}

/// How AI use is declared.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawMarkers {
    /// All of these must be there where AI was used.
    pub required: Option<Vec<RawMarker>>,
    /// One of these will do instead. With no `required`, one of these must be there; with neither,
    /// any form will do.
    pub accepted: Option<Vec<RawMarker>>,
    /// None of these may be there.
    pub forbidden: Option<Vec<RawMarker>>,
    /// Labels and words of the request that are mentioned in reports, with what the policy says of them in `why`; they
    /// change nothing.
    pub told: Option<Vec<RawMarker>>,
}

/// A marker. Exactly one of `trailer`, `form`, `text`, `label` and `tool` says what is looked for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMarker {
    /// A trailer with this key, or one of these; case does not matter.
    pub trailer: Option<OneOrMany>,
    /// For trailers: a regular expression that the value must match.
    pub value: Option<String>,
    /// For trailers: who must be named in it.
    pub names: Option<Named>,
    /// Any trace of an AI tool in this form, or one of these; `any` means all forms.
    pub form: Option<OneOrMany>,
    /// A regular expression that the text must match.
    pub text: Option<String>,
    /// A label of the request.
    pub label: Option<String>,
    /// Under `forbidden`: an AI tool, or one of these, in whatever form it is declared. A commit that declares it is shown
    /// with what the policy says, and nothing is asked for: a person decides.
    pub tool: Option<OneOrMany>,
    /// Where it is looked for.
    #[serde(default, rename = "in")]
    pub place: Place,
    /// Why it is asked for or not accepted, in a few words.
    pub why: Option<String>,
    /// The line that the author is shown, with `{tool}` and `{model}` to be filled in.
    pub write: Option<String>,
}

/// Whom a trailer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Named {
    /// An AI tool or model.
    Ai,
    /// A person.
    Person,
}

/// Where a marker stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The commit.
    #[default]
    Commit,
    /// The request: its description and labels.
    Request,
}

/// Something that a declaration states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The tool.
    Tool,
    /// The model, however roughly.
    Model,
    /// The model with its version.
    ExactModel,
    /// How much of the change the tool wrote.
    Proportion,
    /// By which way the tool worked: ide, cli, ci, agent or web.
    Path,
    /// The session or request.
    Session,
    /// The prompt's digest or address.
    Prompt,
    /// The raw output's digest or address.
    Output,
    /// The person who answers for the commit; the author, if human, unless somebody else is named.
    Accountable,
    /// Which classes of sensitive paths are touched.
    SensitivePaths,
}

impl Fact {
    /// The fact in words.
    pub fn words(self) -> &'static str {
        match self {
            Fact::Tool => "the tool",
            Fact::Model => "the model",
            Fact::ExactModel => "the model with its version",
            Fact::Proportion => "how much of the change the tool wrote",
            Fact::Path => "by which way the tool worked (ide, cli, ci, agent or web)",
            Fact::Session => "the session or request",
            Fact::Prompt => "the prompt's digest or address",
            Fact::Output => "the raw output's digest or address",
            Fact::Accountable => "the person who answers for the commit",
            Fact::SensitivePaths => "the sensitive paths that it touches",
        }
    }
}

/// Who signs off.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSignOff {
    /// Whether every commit needs a person's `Signed-off-by`.
    pub by_person: Option<bool>,
    /// Whether a tool's `Signed-off-by` is refused.
    pub not_by_tool: Option<bool>,
}

/// Where a verified signature is needed: one by somebody whom the settings name.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSignatures {
    /// Whether a commit that declares AI use needs one.
    pub commits: Option<bool>,
    /// Whether a note counts only with one.
    pub notes: Option<bool>,
}

/// To whom and what a policy does not apply.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawExempt {
    /// Globs on the author's name or address.
    pub authors: Option<Vec<String>>,
    /// Whether it does not apply to requests of people who belong to the project: on GitHub its owners,
    /// members and collaborators. Known in jobs of GitHub only.
    pub members: Option<bool>,
    /// Labels of requests.
    pub labels: Option<Vec<String>>,
    /// Kinds of change.
    pub kinds: Option<Vec<Kind>>,
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A commit with more than one parent.
    Merge,
    /// A commit that takes another one back, as git words it.
    Revert,
    /// A commit by a program that is no AI tool, such as one that updates dependencies.
    Program,
    /// A commit that changes documentation only.
    Docs,
    /// A commit that changes tests only.
    Tests,
}

/// What is asked for where sensitive paths are touched.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSensitive {
    /// The classes that count; none given means all. `ai-detect policy sensitive` lists them.
    pub classes: Option<Vec<String>>,
    /// What a declaration must state there, beside the rest.
    pub facts: Option<Vec<Fact>>,
    /// Whether another person must have reviewed it there.
    pub reviewed_by_another_person: Option<bool>,
    /// Whether the commit needs a verified signature there.
    pub verified_signature: Option<bool>,
}

/// Numbers.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawThresholds {
    /// The share of requests by people, without any AI, that may get a flag; what the settings say
    /// goes before it.
    pub flag: Option<f64>,
    /// Fewer added lines than this are asked for, in all of a request's commits by one author that
    /// declare AI use; tests are not counted.
    pub added_lines: Option<u32>,
    /// The same for an author who has no commit in the history that the change starts from.
    pub newcomer_lines: Option<u32>,
}

/// What the author is told.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawAuthor {
    /// A sentence or two.
    pub text: Option<String>,
}

/// Additions to inherited lists.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawAlso {
    /// Further markers that must be there.
    pub required: Vec<RawMarker>,
    /// Further markers that will do instead.
    pub accepted: Vec<RawMarker>,
    /// Further markers that may not be there.
    pub forbidden: Vec<RawMarker>,
    /// Further facts.
    pub facts: Vec<Fact>,
    /// Further authors to whom it does not apply.
    pub exempt_authors: Vec<String>,
    /// Further kinds of change to which it does not apply.
    pub exempt_kinds: Vec<Kind>,
    /// Further things that this program cannot see.
    pub unchecked: Vec<String>,
}

/// What a policy makes of some messages.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawExamples {
    /// Nothing is asked of the author of such a commit.
    pub right: Vec<RawExample>,
    /// Something is asked of the author, or a person has to decide.
    pub wrong: Vec<RawExample>,
}

/// A commit by a person, and the request that it is part of.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawExample {
    /// The commit's message.
    pub message: String,
    /// The request's description, if one is known.
    pub description: Option<String>,
    /// The request's labels.
    pub labels: Vec<String>,
    /// Whether the request is by somebody who belongs to the project.
    pub by_member: bool,
    /// The state of the commit. If it is left out, a right example is `complete`, and a wrong one has any state.
    pub state: Option<State>,
}
