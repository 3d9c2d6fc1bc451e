//! Reading and checking packs: the built-in one, and those that a project adds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::model::{Fitted, LEXICONS, Model};
use super::raw::{RawExample, RawLanguages, RawRule, RuleFile};
use super::rule::{Example, Family, Kind, Rule, Scope, Shape};
use super::{Lexicon, Trees};
use crate::lang;
use crate::signals::{metric, phrase, query};

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

fn near_sentence(near: Option<&str>) -> String {
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

/// The largest file of YAML that is read, in bytes. How deep it nests and how often its aliases repeat what they
/// stand for is bounded by the YAML library.
const MOST_YAML: usize = 1 << 20;

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
/// Where the content is not YAML of the wanted shape.
pub fn shaped<T: serde::de::DeserializeOwned>(name: &str, content: &str) -> Result<T, Error> {
    if content.len() > MOST_YAML {
        let problem = format!("{} bytes of YAML; at most {MOST_YAML} are read", content.len());
        return Err(Error::Shape { file: name.into(), line: 1, column: 1, problem, near: None });
    }
    serde_yaml::from_str(content).map_err(|error| {
        let place = error.location();
        let problem = error.to_string();
        Error::Shape {
            file: name.into(),
            line: place.as_ref().map_or(1, |place| place.line()),
            column: place.as_ref().map_or(1, |place| place.column()),
            near: nearest_expected(&problem),
            problem: without_place(&problem),
        }
    })
}

/// The YAML library repeats the place at the end of its message.
fn without_place(problem: &str) -> String {
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
    let names = |line: &str| {
        line.trim_start()
            .trim_start_matches("- ")
            .strip_prefix("id:")
            .is_some_and(|value| value.trim().trim_matches(['"', '\'']) == id)
    };
    content.lines().position(names).map_or(1, |at| at + 1)
}

/// From the written form to the checked one.
fn check(raw: RawRule, family: Family, source: &str, weights: Option<&BTreeMap<String, f64>>) -> Result<Rule, String> {
    let languages = languages(&raw.languages)?;
    let kind = kind(&raw, weights.is_some())?;
    let weight = match (raw.weight, weights) {
        (Some(weight), _) => weight,
        (None, Some(weights)) => weights.get(&raw.id).copied().unwrap_or_default(),
        (None, None) => return Err("a rule needs a `weight`: log-odds for each time it counts".into()),
    };
    if !weight.is_finite() || weight.abs() > 10.0 {
        return Err(format!("weight {weight} is not between -10 and 10"));
    }
    let cap = raw.cap.unwrap_or(1.0);
    if !(cap > 0.0 && cap <= 100.0) {
        return Err(format!("cap {cap} is not between 0 and 100"));
    }
    let message = raw.scope.is_some_and(Scope::is_message);
    let examples = |list: Vec<BTreeMap<String, RawExample>>| -> Result<Vec<Example>, String> {
        list.into_iter().flatten().map(|(key, value)| example(key, value, message)).collect()
    };
    Ok(Rule {
        id: raw.id,
        title: raw.title.trim().into(),
        why: raw.why.trim().into(),
        misleads: raw.misleads.trim().into(),
        family,
        scope: raw.scope,
        languages,
        kind,
        weight,
        cap,
        hits: examples(raw.hits)?,
        misses: examples(raw.misses)?,
        source: source.into(),
    })
}

fn languages(raw: &RawLanguages) -> Result<Option<Vec<String>>, String> {
    let RawLanguages::Some(names) = raw else { return Ok(None) };
    for name in names {
        known_language(name)?;
    }
    Ok(Some(names.clone()))
}

fn known_language(name: &str) -> Result<(), String> {
    if lang::by_name(name).is_some() {
        return Ok(());
    }
    let near = nearest(name, lang::ALL.iter().map(|language| language.name));
    Err(format!("no language is called `{name}`{}", near_sentence(near.as_deref())))
}

fn kind(raw: &RawRule, is_builtin: bool) -> Result<Kind, String> {
    match (&raw.phrase, &raw.query, &raw.metric, &raw.lexicon) {
        (None, None, None, None) if raw.given => Ok(Kind::Given),
        (Some(phrases), None, None, None) => {
            raw.scope.ok_or("a phrase needs a scope")?;
            let phrases = phrases.clone().into_vec();
            phrases.iter().try_for_each(|pattern| phrase::check(pattern))?;
            Ok(Kind::Phrase(phrases))
        }
        (None, Some(queries), None, None) => {
            for (language, text) in queries {
                known_language(language)?;
                // Trying it is dear: for the built-in rules the tests do it.
                if is_builtin {
                    query::check_shape(text)?;
                } else {
                    query::check(language, text)?;
                }
            }
            Ok(Kind::Query(queries.clone()))
        }
        (None, None, Some(name), None) => {
            metric::check(name, raw.scope)?;
            Ok(Kind::Metric { name: name.clone(), shape: shape(raw)? })
        }
        (None, None, None, Some(name)) => {
            raw.scope.ok_or("a lexicon needs a scope")?;
            if !LEXICONS.contains(&name.as_str()) {
                let near = nearest(name, LEXICONS.iter().copied());
                return Err(format!("no lexicon is called `{name}`{}", near_sentence(near.as_deref())));
            }
            Ok(Kind::Lexicon(name.clone()))
        }
        _ => Err("give exactly one of `phrase`, `query`, `metric` and `lexicon`".into()),
    }
}

fn shape(raw: &RawRule) -> Result<Shape, String> {
    match (raw.at_least, raw.at_most, raw.from, raw.to) {
        (Some(least), None, None, None) => Ok(Shape::AtLeast(least)),
        (None, Some(most), None, None) => Ok(Shape::AtMost(most)),
        (None, None, Some(from), Some(to)) if from != to => Ok(Shape::Ramp(from, to)),
        _ => Err("a metric needs `at_least`, or `at_most`, or `from` and a different `to`".into()),
    }
}

fn example(key: String, value: RawExample, message: bool) -> Result<Example, String> {
    match (key.as_str(), value) {
        ("message", RawExample::Text(text)) => Ok(Example::Message(text)),
        (_, _) if message => Err("the examples of a message rule are messages: `message: |`".into()),
        (language, value) => {
            if language != "text" {
                known_language(language)?;
            }
            let (path, before, after) = match value {
                RawExample::Text(after) => (None, None, after),
                RawExample::Change(change) => (change.path, change.before, change.after),
            };
            Ok(Example::File { language: language.into(), path, before, after })
        }
    }
}
