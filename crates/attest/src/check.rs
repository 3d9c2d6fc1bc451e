//! What can be wrong with a registry, and telling it: with the place, and the key that was perhaps
//! meant.
//!
//! The data's shape is `schema`; what is looked up in it is `registry`.

use std::collections::HashSet;

use super::registry::alternatives;
use super::schema::{File, Marker, MarkerForm};

/// What is wrong with a registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not YAML, or not of the expected shape.
    #[error("line {line}, column {column}: {problem}{}", near_sentence(.near.as_deref()))]
    Shape {
        /// The line, from 1; 0 where unknown.
        line: usize,
        /// The column, from 1; 0 where unknown.
        column: usize,
        /// What was expected.
        problem: String,
        /// The key that was perhaps meant.
        near: Option<String>,
    },
    /// An entry that is well-formed and cannot work.
    #[error("line {line}, column {column}: `{id}`: {problem}")]
    Entry {
        /// The line where the entry starts, from 1; 0 where unknown.
        line: usize,
        /// The column, from 1; 0 where unknown.
        column: usize,
        /// Its id.
        id: String,
        /// What is wrong.
        problem: String,
    },
    /// Words that cannot be looked for all at once.
    #[error("the registry lists words that cannot be searched for at once: {problem}")]
    Words {
        /// Why not.
        problem: String,
    },
    /// The data within the program.
    #[error("the marker registry within the program cannot be read: {problem}; install the program again")]
    Builtin {
        /// Why not.
        problem: String,
    },
}

fn near_sentence(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// Reads a registry's text.
pub(super) fn parse(text: &str) -> Result<File, Error> {
    serde_yaml::from_str(text).map_err(|error| {
        let place = error.location();
        let problem = error.to_string();
        // The library repeats the place at the end of its sentence.
        let problem = problem.rsplit_once(" at line ").map_or(problem.as_str(), |(before, _)| before).to_owned();
        Error::Shape {
            line: place.as_ref().map_or(0, |place| place.line()),
            column: place.as_ref().map_or(0, |place| place.column()),
            near: nearest(&problem),
            problem,
        }
    })
}

/// The expected key that is most like the unknown one, read from the sentence that names them.
fn nearest(problem: &str) -> Option<String> {
    let mut quoted = problem.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| problem.contains("unknown field") || problem.contains("unknown variant"))?;
    let best = quoted.max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)))?;
    (strsim::jaro_winkler(unknown, best) > 0.75).then(|| best.to_owned())
}

/// What the shape alone cannot say.
pub(super) fn check(file: &File, text: &str) -> Result<(), Error> {
    let wrong = |id: &str, problem: String| {
        let (line, column) = place_of(text, id);
        Err(Error::Entry { line, column, id: id.to_owned(), problem })
    };
    if file.version != 1 {
        return wrong("version", format!("this program reads version 1, not {}", file.version));
    }
    let joined = [alternatives(&file.models.exact), alternatives(&file.models.loose)];
    let named = [
        ("no", &file.values.no),
        ("yes", &file.values.yes),
        ("unclear", &file.values.unclear),
        ("moving", &file.models.moving),
        ("unnamed", &file.models.unnamed),
    ];
    for (id, pattern) in named.into_iter().chain(joined.iter().map(|pattern| ("models", pattern))) {
        if let Some(problem) = pattern.problem() {
            return wrong(id, format!("`{}` is no pattern: {problem}", pattern.source()));
        }
    }
    let mut seen = HashSet::new();
    for tool in &file.tools {
        if !seen.insert(tool.id.as_str()) {
            return wrong(&tool.id, "this id is taken".into());
        }
        if let Some(problem) = tool.own_models.as_ref().and_then(super::schema::Pattern::problem) {
            return wrong(&tool.id, format!("`own_models` is no pattern: {problem}"));
        }
        if let Some(problem) = tool.branch_pattern.as_ref().and_then(super::schema::Pattern::problem) {
            return wrong(&tool.id, format!("`branch_pattern` is no pattern: {problem}"));
        }
        if let Some(marker) = tool.markers.iter().find(|marker| marker.id.split('/').next() != Some(&tool.id)) {
            return wrong(&marker.id, format!("the id must start with `{}/`", tool.id));
        }
    }
    let markers = file.declarations.iter().chain(file.tools.iter().flat_map(|tool| &tool.markers));
    for marker in markers {
        if !seen.insert(marker.id.as_str()) {
            return wrong(&marker.id, "this id is taken".into());
        }
        for pattern in [&marker.value, &marker.pattern, &marker.only, &marker.unless].into_iter().flatten() {
            if let Some(problem) = pattern.problem() {
                return wrong(&marker.id, format!("`{}` is no pattern: {problem}", pattern.source()));
            }
        }
        if let Some(problem) = lacking(marker) {
            return wrong(&marker.id, problem.into());
        }
    }
    Ok(())
}

fn lacking(marker: &Marker) -> Option<&'static str> {
    let identity = [&marker.addresses, &marker.names, &marker.suffixes].iter().all(|list| list.is_empty());
    let looks_for_nothing = match marker.form {
        MarkerForm::Identity => identity && marker.ids.is_empty() && !marker.model_names,
        MarkerForm::Trailer => marker.keys.is_empty(),
        MarkerForm::Footer | MarkerForm::SessionLink => marker.pattern.is_none() || marker.hints.is_empty(),
        MarkerForm::Checkbox => marker.pattern.is_none(),
    };
    if looks_for_nothing {
        return Some(match marker.form {
            MarkerForm::Identity => "an identity needs `ids`, `addresses`, `names` or `suffixes`",
            MarkerForm::Trailer => "a trailer needs `keys`",
            MarkerForm::Footer | MarkerForm::SessionLink => "a phrase needs `pattern` and `hints`",
            MarkerForm::Checkbox => "a box needs `pattern`",
        });
    }
    if marker.addresses.iter().any(|address| address.contains('*') || !address.contains('@')) {
        return Some("addresses are whole: a wildcard would take a vendor's employees for its tool");
    }
    if marker.examples.is_empty() {
        return Some("a marker needs an example");
    }
    None
}

/// Where an entry starts, from 1.
fn place_of(text: &str, id: &str) -> (usize, usize) {
    let ends = |line: &str| line.ends_with(&format!("id: {id}")) || line.trim_start().starts_with(&format!("{id}:"));
    let found = text.lines().enumerate().find(|(_, line)| ends(line.trim_end()));
    found.map_or((0, 0), |(at, line)| (at + 1, line.find(|c| c != ' ').unwrap_or(0) + 1))
}

#[cfg(test)]
#[allow(clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::registry::Registry;
    use super::*;

    const TEXT: &str = include_str!("../../../rules/markers.yml");

    fn broken(from: &str, to: &str) -> Error {
        assert!(TEXT.contains(from), "{from}");
        Registry::from_yaml(&TEXT.replacen(from, to, 1)).expect_err("a mistake")
    }

    #[test]
    fn the_builtin_registry_stands_every_check() {
        assert!(Registry::from_yaml(TEXT).is_ok());
        assert!(Registry::builtin().unwrap().tools().len() > 40);
        assert!(Registry::builtin().unwrap().markers().count() > 100);
    }

    #[test]
    fn a_mistyped_key_is_told_with_its_place_and_the_right_one() {
        let Error::Shape { line, column, problem, near } = broken("    known_only: true", "    knwon_only: true")
        else {
            panic!("another error");
        };
        assert!(line > 1 && column > 0, "{line}:{column}");
        assert!(problem.contains("knwon_only"), "{problem}");
        assert_eq!(near.as_deref(), Some("known_only"));
    }

    #[test]
    fn what_is_not_yaml_is_told_with_its_place() {
        assert!(matches!(Registry::from_yaml("version: [1"), Err(Error::Shape { line: 1.., .. })));
    }

    #[test]
    fn entries_that_cannot_work_are_told_with_their_place() {
        let place = |error: Error, word: &str| match error {
            Error::Entry { line, id, problem, .. } => {
                assert!(line > 0 && problem.contains(word), "{problem}");
                id
            }
            other => panic!("{other}"),
        };
        assert_eq!(place(broken("'^\\d+ accepted'", "'^(\\d+ accepted'"), "no pattern"), "declared/accepted");
        assert_eq!(place(broken("[amp@ampcode.com]", "['*@ampcode.com']"), "whole"), "amp/address");
        assert_eq!(place(broken("id: amp/thread\n", "id: amp/address\n"), "taken"), "amp/address");
        assert_eq!(place(broken("id: amp/thread\n", "id: ample/thread\n"), "`amp/`"), "ample/thread");
        assert_eq!(place(broken("version: 1", "version: 2"), "version 1"), "version");
    }
}
