//! Reading YAML of strangers: bounded in time and memory, with errors that name the place and the nearest key.

mod words;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::slices::{items_of, part_of};

/// What is wrong with a file of YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {problem}")]
pub struct Error {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong, and what was expected or perhaps meant.
    pub problem: String,
}

/// A question that ends an error: whether the nearest name was meant.
pub fn near_sentence(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// One value or a list of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    pub fn into_vec(self) -> Vec<String> {
        match self {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

/// The largest file of YAML that is read, in bytes.
const MAX_YAML: usize = 1 << 20;
/// How many brackets may open lists and maps: the YAML library takes time by the square of how deep they nest, a fifth of a
/// second for as many. That other things nest deeply costs little, and it refuses more than 128 levels of a value.
const MAX_BRACKETS: usize = 10_000;
/// How many `%TAG` may stand in a file: the library compares each with all others.
const MAX_TAGS: usize = 100;

/// Reads YAML; an error names the place and the nearest key.
///
/// # Errors
/// Where the content is not YAML of the wanted shape, or takes more than a file of this size should.
pub fn parse<T: serde::de::DeserializeOwned>(name: &str, content: &str) -> Result<T, Error> {
    if let Some((at, problem)) = too_much(content) {
        let (line, column) = place_of(content, at);
        return Err(Error { file: name.into(), line, column, problem });
    }
    check_aliases(name, content)?;
    serde_yaml::from_str(content).map_err(|error| misshapen(name, content, &error))
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
    read(content).map_err(|error| misshapen(name, content, &error))?;
    let digest = Sha256::digest(content.as_bytes());
    let other = hex::encode(items_of(&digest, ..8));
    let renamed = content.replace('*', &format!("*{other}"));
    read(&renamed).map(drop).map_err(|error| {
        let (line, column) = place_in(&error);
        // Behind the last line nothing stands.
        let text = renamed.lines().nth(line.saturating_sub(1)).unwrap_or("");
        let stars = text.chars().take(column.saturating_sub(1)).filter(|c| *c == '*').count();
        let column = column.saturating_sub(stars * other.len());
        Error { file: name.into(), line, column, problem: ALIAS.into() }
    })
}

/// What is said of an alias, which is often a value that should stand in quotes.
const ALIAS: &str =
    "a value that starts with `*` is an alias, which is not read; put it in quotes, or write out what it stands for";

/// Whether the library complains about an alias.
fn is_about_alias(problem: &str) -> bool {
    problem.ends_with("unknown anchor") || problem.ends_with("while scanning an alias")
}

fn misshapen(name: &str, content: &str, error: &serde_yaml::Error) -> Error {
    let problem = without_place(&error.to_string());
    let again = words::duplicate_key(&problem).and_then(|key| second_place(content, key));
    // The library places a key that stands twice where its map starts.
    let (line, column) = again.unwrap_or_else(|| place_in(error));
    let written = content.lines().nth(line.saturating_sub(1)).unwrap_or("");
    let problem = if is_about_alias(&problem) { ALIAS.to_owned() } else { words::plain(&problem, written) };
    Error { file: name.into(), line, column, problem }
}

/// Where a key stands for the second time in one map; nothing where the map is written in brackets.
fn second_place(content: &str, key: &str) -> Option<(usize, usize)> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_key = |line: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let mut first: Option<usize> = None;
    for (at, line) in content.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match first {
            Some(known) if is_key(line) && indent(line) == known => return Some((at + 1, known + 1)),
            // The map of the first one has ended.
            Some(known) if indent(line) < known => first = None,
            _ => {}
        }
        if first.is_none() && is_key(line) {
            first = Some(indent(line));
        }
    }
    None
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

/// The candidate that looks most like `wanted`, if any does.
pub fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest_by(0.75, wanted, candidates)
}

/// The same where something else may be meant as well: then only a slip of the pen counts.
pub fn misspelt<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest_by(0.9, wanted, candidates)
}

fn nearest_by<'a>(min_alike: f64, wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(&wanted.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(alike, _)| *alike >= min_alike)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate.to_owned())
}
