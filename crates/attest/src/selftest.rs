//! Runs the examples and counter-examples that a registry carries for each of its markers.
//!
//! The registry proves itself: who edits the data needs no test code.

use std::fmt;

use super::registry::{MarkerAt, Registry};
use super::schema::{Example, LongExample, MarkerForm};
use super::{Attestation, Request, Role, State, identities, read, read_request};
use ai_detect_base::change::{Commit, Person};

/// An example that did not come out as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The marker's or tool's id.
    pub id: String,
    /// The example, in short.
    pub example: String,
    /// What came out instead.
    pub problem: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {:?}: {}", self.id, self.example, self.problem)
    }
}

impl Registry {
    /// Runs every example and counter-example; returns those that failed.
    pub fn test(&self) -> Vec<Failure> {
        let mut failures = Vec::new();
        for at in self.markers() {
            self.test_marker(at, &mut failures);
        }
        let credible = |found: &Attestation, tool: Option<&str>| {
            let counts = |role| matches!(role, Role::Authored | Role::Assisted | Role::Denied);
            let mut statements = found.statements.iter().filter(|s| counts(s.role) && s.is_credible());
            statements.find(|s| tool.is_none() || s.tool.as_deref() == tool).map(|s| s.marker.clone())
        };
        for tool in self.tools() {
            for example in &tool.counter_examples {
                let found = read(&commit(example, MarkerForm::Identity, false), self);
                if let Some(marker) = credible(&found, Some(&tool.name)) {
                    failures.push(failure(&tool.id, example, format!("`{marker}` took it for {}", tool.name)));
                }
            }
        }
        for example in &self.file.examples {
            let found = read(&commit(example, MarkerForm::Footer, false), self);
            failures.extend(expected(example, &found).map(|problem| failure("examples", example, problem)));
        }
        for example in &self.file.counter_examples {
            for as_trailer in [false, true] {
                let found = read(&commit(example, MarkerForm::Identity, as_trailer), self);
                if let Some(marker) = credible(&found, None) {
                    failures.push(failure("counter_examples", example, format!("`{marker}` took it for AI")));
                }
            }
        }
        failures
    }

    fn test_marker(&self, at: MarkerAt<'_>, failures: &mut Vec<Failure>) {
        let marker = at.marker;
        if marker.form == MarkerForm::Checkbox {
            return self.test_box(at, failures);
        }
        // A person can stand in two places.
        let places: &[bool] = if marker.form == MarkerForm::Identity { &[false, true] } else { &[false] };
        for example in &marker.examples {
            for as_trailer in places {
                let found = read(&commit(example, marker.form, *as_trailer), self);
                if !found.statements.iter().any(|statement| statement.marker == marker.id) {
                    failures.push(failure(&marker.id, example, "not found".into()));
                }
                failures.extend(expected(example, &found).map(|problem| failure(&marker.id, example, problem)));
            }
        }
        for example in &marker.counter_examples {
            for as_trailer in places {
                let found = read(&commit(example, marker.form, *as_trailer), self);
                let taken = found.statements.iter().find(|s| s.marker == marker.id && s.is_credible());
                if let Some(statement) = taken {
                    failures.push(failure(&marker.id, example, format!("found as {:?}", statement.role)));
                }
            }
        }
    }

    /// A box is part of a request's description.
    fn test_box(&self, at: MarkerAt<'_>, failures: &mut Vec<Failure>) {
        let marker = at.marker;
        let taken = |example: &Example| {
            let Example::Short(text) = example else { return false };
            let request = Request { body: Some(format!("## Checklist\n\n{text}\n")), ..Request::default() };
            read_request(&request, self).statements.iter().any(|statement| statement.marker == marker.id)
        };
        let missed = marker.examples.iter().filter(|example| !taken(example));
        failures.extend(missed.map(|example| failure(&marker.id, example, "not found".into())));
        let wrong = marker.counter_examples.iter().filter(|example| taken(example));
        failures.extend(wrong.map(|example| failure(&marker.id, example, "found".into())));
    }
}

fn failure(id: &str, example: &Example, problem: String) -> Failure {
    let example = match example {
        Example::Short(text) => text.clone(),
        Example::Long(long) => {
            let parts = [&long.author, &long.committer, &long.trailer, &long.message];
            parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" | ")
        }
    };
    Failure { id: id.to_owned(), example, problem }
}

/// What a long example expects and did not get.
fn expected(example: &Example, found: &Attestation) -> Option<String> {
    let Example::Long(long) = example else { return None };
    let facts = &found.facts;
    let wanted = [
        ("tool", &long.tool, &facts.tool),
        ("model", &long.model, &facts.model),
        ("session", &long.session, &facts.session),
    ];
    let differs = wanted.into_iter().find(|(_, wanted, got)| wanted.is_some() && wanted != got);
    let state = |wanted: State| (wanted != found.state).then(|| format!("the state is {:?}", found.state));
    differs.map(|(what, _, got)| format!("the {what} is {got:?}")).or_else(|| long.state.and_then(state))
}

/// The commit that an example stands for.
fn commit(example: &Example, form: MarkerForm, as_trailer: bool) -> Commit {
    let somebody = || Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
    match example {
        Example::Short(text) => match (form, as_trailer) {
            (MarkerForm::Identity, false) => built(person(text), None, "Change a thing\n".into()),
            (MarkerForm::Identity, true) => {
                built(somebody(), None, format!("Change a thing\n\nCo-authored-by: {text}\n"))
            }
            _ => built(somebody(), None, format!("Change a thing\n\nIt was broken.\n\n{text}\n")),
        },
        Example::Long(long) => {
            let LongExample { author, committer, trailer, message, .. } = long.as_ref();
            let message = match (message, trailer) {
                (Some(message), _) => message.clone(),
                (None, Some(trailer)) => format!("Change a thing\n\n{trailer}\n"),
                (None, None) => "Change a thing\n".to_owned(),
            };
            built(author.as_deref().map_or_else(somebody, person), committer.as_deref().map(person), message)
        }
    }
}

fn built(author: Person, committer: Option<Person>, message: String) -> Commit {
    let committer = committer.unwrap_or_else(|| author.clone());
    Commit { committer, author, message: message.into(), ..Commit::default() }
}

/// The person whom an example names; an example that names nobody finds nothing, which its test then reports.
fn person(text: &str) -> Person {
    identities::people(text).into_iter().next().unwrap_or_default()
}

/// The traces that one example leaves in a commit.
#[derive(Debug, Default)]
pub struct Traces {
    /// The author, when the example is about one.
    pub author: Option<Person>,
    /// The committer, when the example is about one.
    pub committer: Option<Person>,
    /// A paragraph of the message.
    pub paragraph: Option<String>,
}

/// What every example of the registry leaves in a commit, with the marker's id. Boxes stand in requests,
/// and of messages that are spelled out, the last paragraph counts, where it is a marker by itself.
pub fn traces(registry: &Registry) -> Vec<(String, Traces)> {
    let in_commits = registry.markers().filter(|at| at.marker.form != MarkerForm::Checkbox);
    let of_markers = in_commits
        .flat_map(|at| at.marker.examples.iter().map(move |example| (at.marker.id.as_str(), at.marker.form, example)));
    let others = registry.file.examples.iter().map(|example| ("examples", MarkerForm::Footer, example));
    let traces = |(id, form, example): (&str, MarkerForm, &Example)| {
        left_by(example, form, registry).into_iter().map(|traces| (id.to_owned(), traces)).collect::<Vec<_>>()
    };
    of_markers.chain(others).flat_map(traces).collect()
}

fn left_by(example: &Example, form: MarkerForm, registry: &Registry) -> Vec<Traces> {
    let says = |text: String| Traces { paragraph: Some(text), ..Traces::default() };
    match (example, form) {
        (Example::Short(text), MarkerForm::Identity) => vec![
            Traces { author: Some(person(text)), ..Traces::default() },
            Traces { committer: Some(person(text)), ..Traces::default() },
            says(format!("Co-authored-by: {text}")),
        ],
        (Example::Short(text), _) => vec![says(text.clone())],
        (Example::Long(long), _) => {
            let last = long.message.as_ref().and_then(|message| message.trim_end().rsplit_once("\n\n"));
            let last = last.map(|(_, text)| text.to_owned()).filter(|text| is_marker_alone(text, registry));
            vec![Traces {
                author: long.author.as_deref().map(person),
                committer: long.committer.as_deref().map(person),
                paragraph: long.trailer.clone().or(last),
            }]
        }
    }
}

fn is_marker_alone(text: &str, registry: &Registry) -> bool {
    let commit = Commit { message: format!("Change a thing\n\n{text}\n").into(), ..Commit::default() };
    !read(&commit, registry).statements.is_empty()
}

#[allow(clippy::expect_used)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_registry_keeps_its_promises() {
        let failures: Vec<String> =
            Registry::builtin_with_examples().unwrap().test().iter().map(Failure::to_string).collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn a_broken_promise_is_told() {
        let text = include_str!("../../../rules/markers.yml")
            .replace("addresses: [noreply@anthropic.com,", "addresses: [no-reply@anthropic.com,");
        let registry = Registry::from_yaml(&text).expect("still a registry");
        assert!(registry.test().iter().any(|failure| failure.id == "claude/account"));
    }
}
