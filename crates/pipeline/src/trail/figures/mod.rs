//! Figures about histories: counts in, shares with their limits out. Pure.
//!
//! Evidence of different kinds is never added up in silence: what is declared is counted, what style suggests is an
//! estimate of its own, and what is unknown is shown as unknown.

pub mod interval;
pub mod period;
pub mod rates;
#[cfg(test)]
mod sample;
pub mod sensitive;
pub mod share;
pub mod tree;

use schemars::JsonSchema;
use serde::Serialize;

use interval::{Count, wilson};

/// The schema that this version writes.
pub const SCHEMA: &str = "ai-detect/trail-report/v1";

/// A report: its figures, and what they rest on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Report {
    /// Always `ai-detect/trail-report/v1`.
    pub schema: String,
    /// Which report.
    pub report: Kind,
    /// The version of the program that made it.
    pub version: String,
    /// When the newest commit landed that it counts, in seconds since 1970 (UTC).
    pub as_of: Option<i64>,
    /// In which time zone periods begin.
    pub time_zone: String,
    /// The repositories, with how many commits of each are counted.
    pub repositories: Vec<Source>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The error rates that estimates use; absent where nothing is estimated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<RatesUsed>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The share of commits and lines with AI use, by when they landed.
    Share,
    /// The lines of a revision.
    Tree,
    /// Commits on sensitive paths.
    Sensitive,
}

/// A repository that figures count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// How many of its commits are counted; for a tree, how many lines.
    pub n: u64,
}

/// The error rates of an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RatesUsed {
    /// For which period; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// AI commits that were flagged.
    pub ai_flagged: u64,
    /// Out of so many.
    pub ai: u64,
    /// People's commits that were flagged.
    pub people_flagged: u64,
    /// Out of so many.
    pub people: u64,
    /// Whose commits those were.
    pub of: String,
    /// Whether the rate of people is known for the time of the period. Otherwise the estimate has limits and no value.
    pub of_period: bool,
}

/// A share, or a count, with what it means.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Figure {
    /// What is counted.
    pub label: Label,
    /// Commits or lines.
    pub unit: Unit,
    /// The quarter or month, such as `2026-Q2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The repository; absent for all together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The class of sensitive path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The model, by its one id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How many; for an estimate, how many were flagged.
    pub numerator: u64,
    /// Out of how many; for an estimate, how many could be scored.
    pub denominator: u64,
    /// The share, from 0 to 1; null where it cannot be told.
    pub value: Option<f64>,
    /// Its lower limit.
    pub low: Option<f64>,
    /// Its upper limit.
    pub high: Option<f64>,
    /// How value and limits were found.
    pub method: Method,
    /// Of what could have counted, the share that could be read, from 0 to 1.
    pub coverage: Option<f64>,
    /// When the newest commit landed that is counted, in seconds since 1970 (UTC).
    pub as_of: Option<i64>,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Label {
    /// It is declared that a tool took part: at least so much.
    Declared,
    /// It is declared that no tool took part.
    Denied,
    /// Nothing is declared, and its style could be looked at.
    Unknown,
    /// Nothing is declared, and its style could not be looked at: its language is not scored, or it is too short.
    NotRead,
    /// The best guess: what is declared, and of the rest what style suggests, corrected for the errors of that.
    BestGuess,
}

impl Label {
    /// The word in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Label::Declared => "declared",
            Label::Denied => "denied",
            Label::Unknown => "unknown",
            Label::NotRead => "not-read",
            Label::BestGuess => "best-guess",
        }
    }
}

/// What a figure counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Commits, merges aside.
    Commits,
    /// Added lines; of a tree, its lines.
    Lines,
}

/// How a figure was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Counted; the limits are Wilson's, of 95 %, for comparing groups.
    Wilson,
    /// Counted, without limits.
    Count,
    /// Flags corrected for their errors by Rogan and Gladen, limits of 95 % by Lang and Reiczigel.
    RoganGladen,
}

impl Method {
    /// The word in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Method::Wilson => "wilson",
            Method::Count => "count",
            Method::RoganGladen => "rogan-gladen",
        }
    }
}

impl Figure {
    /// A counted share of commits with Wilson's limits.
    pub(crate) fn counted(label: Label, count: Count) -> Self {
        let limits = wilson(count);
        Figure {
            low: limits.map(|limits| limits.low),
            high: limits.map(|limits| limits.high),
            method: Method::Wilson,
            ..Figure::plain(label, Unit::Commits, count)
        }
    }

    /// A counted share without limits: lines of one commit do not stand for themselves.
    pub(crate) fn plain(label: Label, unit: Unit, count: Count) -> Self {
        Figure {
            label,
            unit,
            period: None,
            repository: None,
            class: None,
            folder: None,
            model: None,
            numerator: count.of,
            denominator: count.total,
            value: count.share(),
            low: None,
            high: None,
            method: Method::Count,
            coverage: None,
            as_of: None,
        }
    }
}

/// The JSON Schema of a report.
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("$id".into(), SCHEMA.into());
    schema
}
