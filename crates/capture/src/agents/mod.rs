//! The agents whose payloads are read: one file an agent, and [`ALL`], the only list of them.

mod claude_code;
mod codex;
mod copilot_cli;
mod cursor;

use ai_detect_trail_log::entry::vocabularies::Actor;
use serde_json::{Map, Value};

use crate::edits::Extent;
use crate::event::{Captured, Change, Identity, Kind, Tool, foreign_id};
use crate::install::Hooks;
use crate::payload::{Payload, Unreadable};

/// All agents, in the order in which lists show them.
pub static ALL: &[&dyn Agent] = &[&claude_code::ClaudeCode, &codex::Codex, &cursor::Cursor, &copilot_cli::CopilotCli];

/// What is specific to an agent.
pub trait Agent: Sync {
    /// The agent.
    fn tool(&self) -> Tool;
    /// What people call it.
    fn name(&self) -> &'static str;
    /// What a payload means that this agent wrote.
    fn read(&self, payload: &Payload) -> Reading;
    /// What the agent waits for on standard output before it goes on; empty where it waits for nothing.
    fn answer(&self, payload: &Payload) -> &'static str {
        let _ = payload;
        ""
    }
    /// The transcripts that a payload names and that are read, where the agent keeps some that say more than its hooks.
    fn transcripts<'a>(&self, payload: &'a Payload) -> Vec<&'a str> {
        let _ = payload;
        Vec::new()
    }
    /// Where it reads hooks from.
    fn hooks(&self) -> Hooks;
    /// What its hooks show.
    fn sees(&self) -> &'static str;
    /// What its hooks do not show.
    fn misses(&self) -> &'static str;
}

/// What a payload means.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Something that is recorded.
    Event(Box<Captured>),
    /// An event that is known and says nothing about who wrote which lines.
    Nothing,
    /// An event that this version does not know.
    Other(String),
    /// An event that should say something and cannot be read.
    Unreadable(Unreadable),
}

impl From<Captured> for Reading {
    fn from(event: Captured) -> Self {
        Self::Event(Box::new(event))
    }
}

/// The agent that a word names.
pub fn named(word: &str) -> Option<&'static dyn Agent> {
    ALL.iter().copied().find(|agent| agent.tool().word() == word)
}

/// The agent.
pub fn of(tool: Tool) -> Option<&'static dyn Agent> {
    ALL.iter().copied().find(|agent| agent.tool() == tool)
}

/// A change of a file.
fn change(path: &str, extent: Extent) -> Change {
    let Extent { lines, added, removed } = extent;
    Change { path: path.to_owned(), lines, added, removed, twin: None }
}

/// An edit by a tool call.
fn edit(event: Captured, changes: Vec<Change>) -> Reading {
    if changes.is_empty() {
        return Reading::Unreadable(Unreadable::Member);
    }
    Captured { changes, ..event }.into()
}

/// What makes two reports of a tool call the same: its id, or else what it was about.
fn identity(call: Option<&str>, content: &[Option<&str>]) -> Identity {
    match call {
        Some(id) => Identity::Id(id.to_owned()),
        None => Identity::Content(content.iter().map(|part| part.unwrap_or("")).collect::<Vec<_>>().join("\0")),
    }
}

/// An event of a session that both Claude Code and Codex describe with the same members.
fn in_session(payload: &Payload, kind: Kind, tool: Tool) -> Captured {
    Captured {
        session: foreign_id(payload.text(&["session_id"])),
        folder: payload.text(&["cwd"]).map(str::to_owned),
        actor: (kind == Kind::Edit).then(|| actor(payload.text(&["permission_mode"]))),
        ..Captured::new(kind, tool)
    }
}

/// A prompt, of which only the size is kept.
fn prompt(event: Captured, payload: &Payload, id: &[&str]) -> Reading {
    let Some(text) = payload.get(&["prompt"]).and_then(Value::as_str) else {
        return Reading::Unreadable(Unreadable::Member);
    };
    let session = event.session.as_ref().map(ToString::to_string);
    let identity = identity(payload.text(id), &[session.as_deref(), Some("prompt"), Some(text)]);
    Captured { bytes: Some(crate::edits::number(text.len())), identity, ..event }.into()
}

/// Who accepted a tool call. A mode in which the agent asks does not say that somebody looked: a rule may have answered.
fn actor(mode: Option<&str>) -> Actor {
    match mode {
        Some("acceptEdits" | "bypassPermissions" | "auto") => Actor::Automatic,
        Some("dontAsk") => Actor::Policy,
        _ => Actor::Unknown,
    }
}

/// The text of arguments, for comparing two reports.
fn canonical(map: &Map<String, Value>) -> String {
    // A product writes the same call in the same order.
    serde_json::to_string(map).unwrap_or_default()
}
