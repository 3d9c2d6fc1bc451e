//! The exact lines that would mend an attestation, filled in with what is known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::raw::{Fact, Place};
use super::subject::Subject;
use super::{Marker, Policy};
use ai_detect_attest::{Role, Statement};
use ai_detect_base::vocabulary::{AiUse, Declaration, Extent, trailers};

/// A line to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Where it goes.
    pub place: Where,
    /// The line; words in capitals are to be filled in.
    pub text: String,
}

/// Where a line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// The trailers of the commit's message.
    Commit,
    /// The request's description.
    Request,
}

/// What is not known stands in capitals.
const TOOL: &str = "TOOL";
const MODEL: &str = "MODEL-ID";

/// The line that a marker asks for.
pub(super) fn marker(marker: &Marker, subject: &Subject<'_>) -> Option<Line> {
    let (tool, model) = tool_and_model(subject);
    filled(marker, &tool, &model)
}

/// The same with a model that has its version, or with a place for one.
fn marker_with_version(marker: &Marker, subject: &Subject<'_>) -> Option<Line> {
    let (tool, model) = tool_and_versioned_model(subject);
    filled(marker, &tool, &model)
}

fn filled(marker: &Marker, tool: &str, model: &str) -> Option<Line> {
    let place = match marker.place {
        Place::Commit => Where::Commit,
        Place::Request => Where::Request,
    };
    let text = marker.write.as_ref()?.replace("{tool}", tool).replace("{model}", model);
    Some(Line { place, text })
}

/// The line that declares the tool of a statement, in the policy's own form where it has one.
pub(super) fn declaring(statement: &Statement, policy: &Policy) -> Line {
    let tool = statement.tool.as_deref().unwrap_or(TOOL);
    let model = statement.model.as_deref().map_or_else(|| MODEL.to_owned(), as_id);
    let key = if statement.role == Role::Authored { trailers::GENERATED_BY } else { trailers::ASSISTED_BY };
    let own = policy.required.iter().chain(&policy.accepted).find_map(|wanted| filled(wanted, tool, &model));
    own.unwrap_or_else(|| Line { place: Where::Commit, text: format!("{key}: {tool}:{model}") })
}

/// Whether it is to be filled in which tool a line declares.
pub(super) fn is_any_tool(line: &Line) -> bool {
    line.text.contains(TOOL)
}

/// A line with examples in place of what is to be filled in, so that it can be read.
pub(super) fn with_examples(text: &str) -> String {
    text.replace(TOOL, "Claude Code").replace(MODEL, "claude-opus-4-8")
}

/// A person's sign-off.
pub(super) fn sign_off(subject: &Subject<'_>) -> Line {
    Line { place: Where::Commit, text: format!("Signed-off-by: {}", person(subject)) }
}

fn person(subject: &Subject<'_>) -> String {
    let author = &subject.commit.author;
    if subject.author_is_person {
        format!("{} <{}>", author.name, author.email)
    } else {
        subject.attestation.facts.accountable.clone().unwrap_or_else(|| "NAME <ADDRESS>".into())
    }
}

/// The line that states a fact; none where the policy would not accept it.
pub(super) fn fact(fact: Fact, policy: &Policy, subject: &Subject<'_>) -> Option<Line> {
    let generated = declared(subject)
        .is_some_and(|ai| ai.assistants.as_slice().iter().all(|assistant| assistant.extent == Extent::Generated));
    let (key, value) = match fact {
        Fact::Tool | Fact::Model | Fact::ExactModel => {
            let wants_version = fact == Fact::ExactModel;
            let written = if wants_version { marker_with_version } else { marker };
            let own = policy.required.iter().chain(&policy.accepted).find_map(|wanted| written(wanted, subject));
            if own.is_some() {
                return own;
            }
            let (tool, model) = if wants_version { tool_and_versioned_model(subject) } else { tool_and_model(subject) };
            let key = if generated { trailers::GENERATED_BY } else { trailers::ASSISTED_BY };
            (key, format!("{tool}:{model}"))
        }
        Fact::Proportion => (trailers::PROPORTION, "PERCENT%".into()),
        Fact::Path => (trailers::PATH, "IDE-CLI-CI-AGENT-OR-WEB".into()),
        Fact::Session => (trailers::SESSION, "ID".into()),
        Fact::Prompt => (trailers::PROMPT, "sha256:DIGEST".into()),
        Fact::Output => (trailers::OUTPUT, "sha256:DIGEST".into()),
        Fact::Accountable => (trailers::ACCOUNTABLE, person(subject)),
        Fact::SensitivePaths => (trailers::SENSITIVE, subject.classes().join(", ")),
    };
    let refused = policy.forbidden.iter().any(|marker| marker.place == Place::Commit && marker.is_any_trailer());
    (!refused).then(|| Line { place: Where::Commit, text: format!("{key}: {value}") })
}

fn declared(subject: &Subject<'_>) -> Option<AiUse> {
    let own = subject.declarations().find_map(Declaration::ai).cloned();
    let foreign = || ai_detect_attest::declaration_of(subject.attestation).and_then(|declared| declared.ai().cloned());
    foreign().or(own)
}

fn tool_and_model(subject: &Subject<'_>) -> (String, String) {
    let ai = declared(subject);
    let first = ai.as_ref().and_then(|ai| ai.assistants.as_slice().first());
    let tool = first.map(|assistant| tool_as_written(&assistant.tool.to_string(), subject));
    let model = first.and_then(|assistant| assistant.model.as_ref()).map(ToString::to_string);
    // A model may be known where no tool is.
    let loose = || subject.attestation.facts.model.as_deref().map(as_id);
    (tool.unwrap_or_else(|| TOOL.into()), model.or_else(loose).unwrap_or_else(|| MODEL.into()))
}

/// The same without a model that has no version: its line stands there already.
fn tool_and_versioned_model(subject: &Subject<'_>) -> (String, String) {
    let (tool, model) = tool_and_model(subject);
    let is_exact = subject.registry().is_exact(&model);
    (tool, if is_exact { model } else { MODEL.into() })
}

/// A tool by the name that a trailer of the commit has for it: `Claude Code` stays `Claude Code`.
fn tool_as_written(tool: &str, subject: &Subject<'_>) -> String {
    let assistants = subject.declarations().filter_map(Declaration::ai).flat_map(|ai| ai.assistants.as_slice());
    let mut names = assistants.map(|assistant| assistant.tool.to_string());
    names.find(|name| subject.registry().is_same_tool(name, tool)).unwrap_or_else(|| tool.to_owned())
}

/// `Claude Opus 4.8` as an id.
fn as_id(model: &str) -> String {
    model.to_lowercase().replace(' ', "-")
}
