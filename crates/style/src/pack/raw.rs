//! The shape of a rule file, as written. The JSON Schema that `ai-detect schema rules` prints is
//! made from the comments here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::rule::{Family, Scope};
use ai_detect_base::yaml::OneOrMany;

/// A rule file: rules of one family.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// What its rules are about.
    pub family: Family,
    /// The rules.
    pub rules: Vec<RawRule>,
}

/// A rule. Exactly one of `phrase`, `query`, `metric`, `lexicon` and `given` says what is looked for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    /// A unique name in kebab case, by which flags, configuration and `rules explain` know it.
    pub id: String,
    /// One line that describes the code or the message, never the person.
    pub title: String,
    /// The same where the number of a metric does not count: trees weigh that, too. The built-in metrics of a whole
    /// hunk and of a message have it.
    pub otherwise: Option<String>,
    /// Why this makes AI authorship more or less likely.
    pub why: String,
    /// Who writes like this without AI: when the rule misleads.
    pub misleads: String,
    /// Where it looks. Not given for metrics of a whole hunk and for queries.
    pub scope: Option<Scope>,
    /// The languages it looks at: `any`, or a list of names.
    #[serde(default)]
    pub languages: RawLanguages,
    /// One regular expression or several; matched without regard to case, ASCII classes.
    pub phrase: Option<OneOrMany>,
    /// A tree-sitter query for each language; the capture `@hit` is the evidence.
    pub query: Option<BTreeMap<String, String>>,
    /// The name of a number.
    pub metric: Option<String>,
    /// The name of a lexicon.
    pub lexicon: Option<String>,
    /// For metrics: counts where the number is at least this.
    pub at_least: Option<f64>,
    /// For metrics: counts where the number is at most this.
    pub at_most: Option<f64>,
    /// For metrics: where a ramp starts (counts 0).
    pub from: Option<f64>,
    /// For metrics: where a ramp ends (counts 1).
    pub to: Option<f64>,
    /// Nothing is looked for: the number comes with the change or with the settings.
    #[serde(default)]
    pub given: bool,
    /// Log-odds for each time it counts, or at the end of the ramp. Negative points to people. The
    /// built-in rules have theirs from `rules/weights.tsv`; rules of a project state their own.
    pub weight: Option<f64>,
    /// How many times it counts in one hunk at most.
    pub cap: Option<f64>,
    /// Examples in which it must fire.
    #[serde(default)]
    pub hits: Vec<BTreeMap<String, RawExample>>,
    /// Examples in which it must not fire.
    #[serde(default)]
    pub misses: Vec<BTreeMap<String, RawExample>>,
}

/// `any`, or a list of language names.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawLanguages {
    /// The word `any`.
    Any(AnyWord),
    /// Names, such as `csharp`.
    Some(Vec<String>),
}

impl Default for RawLanguages {
    fn default() -> Self {
        RawLanguages::Any(AnyWord::Any)
    }
}

/// The word `any`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AnyWord {
    /// Every language, and text without a grammar.
    Any,
}

/// An example: the content of a new file or of a message; or a file before and after a change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawExample {
    /// A whole new file, or a commit message.
    Text(String),
    /// A change to a file.
    Change(RawChange),
}

/// A change to a file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawChange {
    /// Its path, where that matters.
    pub path: Option<String>,
    /// The file before; absent for a new one.
    pub before: Option<String>,
    /// The file after.
    pub after: String,
}
