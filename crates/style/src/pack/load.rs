//! Reading and checking packs: the built-in one, and those that a project adds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::check::check;
use super::model::{Fitted, Model};
use super::raw::RuleFile;
use super::rule::Rule;
use super::{Lexicon, Trees};

use ai_detect_base::yaml::{self, near_sentence, nearest};

/// What is wrong with a pack.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not YAML, or not of the expected shape.
    #[error(transparent)]
    Shape(#[from] yaml::Error),
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
            yaml: include_str!(concat!("../../../../rules/", $name, ".yml")),
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
        Pack::read(|file| Ok(yaml::parse(file.name, file.yaml)?), Fitted::builtin()?, extra)
    }

    fn read(rules: fn(&Builtin) -> Result<RuleFile, Error>, fitted: Fitted, extra: &[Source]) -> Result<Pack, Error> {
        let Fitted { model, weights, lexicons, code_trees, message_trees } = fitted;
        let mut pack = Pack { rules: Vec::new(), lexicons, model, code_trees, message_trees };
        for file in RULES {
            pack.add(rules(file)?, file.name, file.yaml, Some(&weights))?;
        }
        for source in extra {
            pack.add(yaml::parse(&source.name, &source.content)?, &source.name, &source.content, None)?;
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

/// Reads what the build script made of a built-in file.
fn prepared<T: serde::de::DeserializeOwned>(file: &Builtin) -> Result<T, Error> {
    serde_json::from_str(file.json).map_err(|error| unprepared(file.name, &error.to_string()))
}

fn unprepared(file: &str, problem: &str) -> Error {
    Error::Shape(yaml::Error { file: file.into(), line: 1, column: 1, problem: problem.into() })
}

fn line_of_rule(content: &str, id: &str) -> usize {
    let named = |line: &str| {
        let value = line.trim_start().trim_start_matches("- ").strip_prefix("id:")?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    };
    content.lines().position(|line| named(line).as_deref() == Some(id)).map_or(1, |at| at + 1)
}
