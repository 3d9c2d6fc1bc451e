//! Reading and checking packs: the built-in one, and those that a project adds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::check::check;
use super::model::{Fitted, Model};
use super::raw::RuleFile;
use super::rule::Rule;
use super::{Lexicon, Trees};

use crate::slices::items_of;
use crate::slices::part_of;

/// What is wrong with a pack.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not YAML, or not of the expected shape.
    #[error("{file}:{line}:{column}: {problem}{}", near_sentence(.near.as_deref()))]
    Shape {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What was expected.
        problem: String,
        /// The key that was perhaps meant.
        near: Option<String>,
    },
    /// A rule that is well-formed and means nothing.
    #[error("{file}:{line}: rule `{rule}`: {problem}")]
    Rule {
        /// The file.
        file: String,
        /// The line where the rule starts, from 1.
        line: usize,
        /// Its id.
        rule: String,
        /// What is wrong.
        problem: String,
    },
    /// A broken table: weights, a lexicon, trees.
    #[error("{file}: {problem}")]
    Table {
        /// The file.
        file: String,
        /// What is wrong where.
        problem: String,
    },
    /// A file of a model that is not there.
    #[error("{file} does not exist; a model is a folder that `ai-detect fit` wrote")]
    Missing {
        /// The file.
        file: String,
    },
    /// A file that cannot be read.
    #[error("{file}: {problem}")]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// A configured rule that does not exist.
    #[error("no rule is called `{id}`{}", near_sentence(.near.as_deref()))]
    NoSuchRule {
        /// As configured.
        id: String,
        /// The one that was perhaps meant.
        near: Option<String>,
    },
}

pub(super) fn near_sentence(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// A file of a pack: its name in messages, and its content.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name.
    pub name: String,
    /// The content.
    pub content: String,
}

/// A built-in file: its name, its YAML, and what the build script made of it (without examples).
struct Builtin {
    name: &'static str,
    yaml: &'static str,
    json: &'static str,
}

macro_rules! builtin {
    ($($name:literal),* $(,)?) => {
        &[$(Builtin {
            name: concat!($name, ".yml"),
            yaml: include_str!(concat!("../../rules/", $name, ".yml")),
            json: include_str!(concat!(env!("OUT_DIR"), "/rules/", $name, ".json")),
        }),*]
    };
}

/// The built-in rule files: one a family.
static RULES: &[Builtin] = builtin![
    "signals/reasoning",
    "signals/narration",
    "signals/placeholders",
    "signals/chat",
    "signals/docstrings",
    "signals/layout",
    "signals/defensive",
    "signals/naming",
    "signals/uniformity",
    "signals/tests",
    "signals/size",
    "signals/style-break",
    "signals/human",
    "signals/lexicon",
    "signals/message",
    "signals/context",
];

/// A digest of everything built in that scores and attestations stand on: rules, weights, lexicons, trees,
/// markers, exclusions and policies.
pub const BUILTIN_DIGEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules/digest"));

/// Everything that scoring stands on.
#[derive(Debug)]
pub struct Pack {
    /// The rules, in a fixed order.
    pub rules: Vec<Rule>,
    /// The lexicons by name.
    pub lexicons: BTreeMap<String, Lexicon>,
    /// The numbers.
    pub model: Model,
    /// What the numbers of code come to together.
    pub code_trees: Trees,
    /// What the numbers of a message come to together.
    pub message_trees: Trees,
}

impl Pack {
    /// The built-in rules and those of further files, without the rules named in `disabled`, weighed
    /// as fitted. The built-in rules come without their examples, which scoring does not need.
    ///
    /// # Errors
    /// Where a file is not a rule file, a rule is wrong, or an id in `disabled` names no rule.
    pub fn load(fitted: Fitted, extra: &[Source], disabled: &[String]) -> Result<Pack, Error> {
        let mut pack = Pack::read(prepared, fitted, extra)?;
        pack.disable(disabled)?;
        Ok(pack)
    }

    /// The built-in rules and those of further files, all with their examples.
    ///
    /// # Errors
    /// Where a file is not a rule file, or a rule is wrong.
    pub fn load_with_examples(extra: &[Source]) -> Result<Pack, Error> {
        Pack::read(|file| shaped(file.name, file.yaml), Fitted::builtin()?, extra)
    }

    fn read(rules: fn(&Builtin) -> Result<RuleFile, Error>, fitted: Fitted, extra: &[Source]) -> Result<Pack, Error> {
        let Fitted { model, weights, lexicons, code_trees, message_trees } = fitted;
        let mut pack = Pack { rules: Vec::new(), lexicons, model, code_trees, message_trees };
        for file in RULES {
            pack.add(rules(file)?, file.name, file.yaml, Some(&weights))?;
        }
        for source in extra {
            pack.add(shaped(&source.name, &source.content)?, &source.name, &source.content, None)?;
        }
        Ok(pack)
    }

    /// The rule with an id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The id that looks most like `id`.
    pub fn nearest(&self, id: &str) -> Option<String> {
        nearest(id, self.rules.iter().map(|rule| rule.id.as_str()))
    }

    /// `weights` are those of the built-in rules; rules of a project state their own.
    fn add(
        &mut self,
        file: RuleFile,
        name: &str,
        content: &str,
        weights: Option<&BTreeMap<String, f64>>,
    ) -> Result<(), Error> {
        let mut known: BTreeSet<String> = self.rules.iter().map(|rule| rule.id.clone()).collect();
        for raw in file.rules {
            let id = raw.id.clone();
            let wrong = |problem: String| Error::Rule {
                file: name.into(),
                line: line_of_rule(content, &id),
                rule: id.clone(),
                problem,
            };
            if !known.insert(id.clone()) {
                return Err(wrong("another rule has this id".into()));
            }
            let rule = check(raw, file.family, name, weights).map_err(wrong)?;
            self.rules.push(rule);
        }
        Ok(())
    }

    fn disable(&mut self, disabled: &[String]) -> Result<(), Error> {
        for id in disabled {
            if self.rule(id).is_none() {
                return Err(Error::NoSuchRule { id: id.clone(), near: self.nearest(id) });
            }
        }
        self.rules.retain(|rule| !disabled.contains(&rule.id));
        Ok(())
    }
}

/// The largest file of YAML that is read, in bytes.
const MAX_YAML: usize = 1 << 20;
/// How many brackets may open lists and maps: the YAML library takes time by the square of how deep they nest, a fifth of a
/// second for as many. That other things nest deeply costs little, and it refuses more than 128 levels of a value.
const MAX_BRACKETS: usize = 10_000;
/// How many `%TAG` may stand in a file: the library compares each with all others.
const MAX_TAGS: usize = 100;

/// Reads what the build script made of a built-in file.
fn prepared<T: serde::de::DeserializeOwned>(file: &Builtin) -> Result<T, Error> {
    serde_json::from_str(file.json).map_err(|error| unprepared(file.name, &error.to_string()))
}

fn unprepared(file: &str, problem: &str) -> Error {
    Error::Shape { file: file.into(), line: 1, column: 1, problem: problem.into(), near: None }
}

/// Reads YAML; an error names the place and the nearest key.
///
/// # Errors
/// Where the content is not YAML of the wanted shape, or takes more than a file of this size should.
pub fn shaped<T: serde::de::DeserializeOwned>(name: &str, content: &str) -> Result<T, Error> {
    if let Some((at, problem)) = too_much(content) {
        let (line, column) = place_of(content, at);
        return Err(Error::Shape { file: name.into(), line, column, problem, near: None });
    }
    check_aliases(name, content)?;
    serde_yaml::from_str(content).map_err(|error| misshapen(name, &error))
}

/// What would take the YAML library too long: where it stands, and what to do.
fn too_much(content: &str) -> Option<(usize, String)> {
    if content.len() > MAX_YAML {
        return Some((0, format!("{} bytes of YAML; at most {MAX_YAML} are read", content.len())));
    }
    let brackets = content.match_indices(['[', '{']).nth(MAX_BRACKETS).map(|(at, _)| {
        let told = "write lists and maps as indented lines, without brackets";
        (at, format!("more than {MAX_BRACKETS} opening brackets in one file; {told}"))
    });
    let tags = content.match_indices("%TAG").nth(MAX_TAGS);
    brackets.or_else(|| tags.map(|(at, _)| (at, format!("more than {MAX_TAGS} `%TAG`; nothing here needs any"))))
}

/// Refuses aliases: nothing bounds how much they repeat, and a few hundred kilobytes could stand for gigabytes.
///
/// Only the library knows which `*` is one, and it puts in what they stand for without a word. So it is asked about a text in
/// which each alias has another name, one that no text holds: its own digest. There it knows none of them.
fn check_aliases(name: &str, content: &str) -> Result<(), Error> {
    if !content.contains('&') || !content.contains('*') {
        return Ok(());
    }
    let read = |text: &str| serde_yaml::from_str::<serde::de::IgnoredAny>(text);
    read(content).map_err(|error| misshapen(name, &error))?;
    let digest = Sha256::digest(content.as_bytes());
    let other = hex::encode(items_of(&digest, ..8));
    let renamed = content.replace('*', &format!("*{other}"));
    read(&renamed).map(drop).map_err(|error| {
        let (line, column) = place_in(&error);
        // Behind the last line nothing stands.
        let text = renamed.lines().nth(line.saturating_sub(1)).unwrap_or("");
        let stars = text.chars().take(column.saturating_sub(1)).filter(|c| *c == '*').count();
        let column = column.saturating_sub(stars * other.len());
        Error::Shape { file: name.into(), line, column, problem: ALIAS.into(), near: None }
    })
}

/// What is said of an alias, which is often a value that should stand in quotes.
const ALIAS: &str =
    "a value that starts with `*` is an alias, which is not read; put it in quotes, or write out what it stands for";

/// Whether the library complains about an alias.
fn is_about_alias(problem: &str) -> bool {
    problem.ends_with("unknown anchor") || problem.ends_with("while scanning an alias")
}

fn misshapen(name: &str, error: &serde_yaml::Error) -> Error {
    let (line, column) = place_in(error);
    let told = error.to_string();
    let near = nearest_expected(&told);
    let problem = without_place(&told);
    let problem = if is_about_alias(&problem) { ALIAS.to_owned() } else { problem };
    Error::Shape { file: name.into(), line, column, problem, near }
}

fn place_in(error: &serde_yaml::Error) -> (usize, usize) {
    error.location().map_or((1, 1), |place| (place.line(), place.column()))
}

/// The line and the column of a byte, from 1.
fn place_of(content: &str, at: usize) -> (usize, usize) {
    let before = part_of(content, ..at);
    let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The YAML library repeats the place at the end of its message.
fn without_place(problem: &str) -> String {
    // A problem of the library that has no place is said as it is.
    problem.rfind(" at line ").and_then(|at| problem.get(..at)).unwrap_or(problem).to_owned()
}

/// From "unknown field `wieght`, expected one of `weight`, …": `weight`.
fn nearest_expected(problem: &str) -> Option<String> {
    let (before, after) = problem.split_once("expected")?;
    if !before.contains("unknown") {
        return None;
    }
    let found = before.split('`').nth(1)?;
    nearest(found, after.split('`').skip(1).step_by(2))
}

/// The candidate that looks most like `wanted`, if any does.
pub fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(wanted, candidate), candidate))
        .filter(|(alike, _)| *alike >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate.to_owned())
}

fn line_of_rule(content: &str, id: &str) -> usize {
    let named = |line: &str| {
        let value = line.trim_start().trim_start_matches("- ").strip_prefix("id:")?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    };
    content.lines().position(|line| named(line).as_deref() == Some(id)).map_or(1, |at| at + 1)
}
