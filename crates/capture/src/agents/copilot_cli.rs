//! Copilot CLI: hooks as <https://docs.github.com/en/copilot/reference/hooks-reference> describes them, up to 1.0.78.
//!
//! It has two dialects: events named in camel case do not say which event they are, and those named as Claude Code's are written as
//! by VS Code. No hook has an id of the call, a model or a request: those are in its session log.

use std::borrow::Cow;

use ai_detect_trail_log::entry::vocabularies::{Actor, SessionEnd};
use serde_json::{Map, Value};

use super::{Agent, Reading, canonical, change, edit, identity, prompt};
use crate::edits::{new_file, pair_of, replacements};
use crate::event::{Captured, Change, Identity, Kind, Tool, foreign_id};
use crate::install::{Hooks, for_both_shells};
use crate::patch;
use crate::payload::{Payload, Unreadable, member, object, text_of};

pub(super) struct CopilotCli;

const HOOKS: Hooks = Hooks {
    variable: Some("COPILOT_HOME"),
    folder: ".copilot",
    file: "hooks/ai-detect.json",
    project_file: ".github/hooks/ai-detect.json",
    frame: || vec![("version", 1.into())],
    events: &[("sessionStart", None), ("sessionEnd", None), ("userPromptSubmitted", None), ("postToolUse", None)],
    entry: for_both_shells,
};

impl Agent for CopilotCli {
    fn tool(&self) -> Tool {
        Tool::CopilotCli
    }

    fn name(&self) -> &'static str {
        "Copilot CLI"
    }

    fn hooks(&self) -> Hooks {
        HOOKS
    }

    fn sees(&self) -> &'static str {
        "sessions, prompts (their size), and edits with their lines while the file still has them"
    }

    fn misses(&self) -> &'static str {
        "the model, the request, who accepted an edit, and what shell commands write"
    }

    fn read(&self, payload: &Payload) -> Reading {
        let captured = |kind| Captured {
            session: foreign_id(payload.text(&["sessionId", "session_id"])),
            folder: payload.text(&["cwd"]).map(str::to_owned),
            ..Captured::new(kind, Tool::CopilotCli)
        };
        let session = payload.text(&["sessionId", "session_id"]);
        match event(payload) {
            Some(Event::SessionStart) => {
                Captured { identity: identity(session, &[]), ..captured(Kind::SessionStart) }.into()
            }
            Some(Event::SessionEnd) => {
                let end = match payload.text(&["reason"]) {
                    Some("error") => SessionEnd::Failed,
                    Some("abort" | "timeout") => SessionEnd::Interrupted,
                    _ => SessionEnd::Finished,
                };
                let identity = Identity::Content(session.unwrap_or("").to_owned());
                Captured { end: Some(end), identity, ..captured(Kind::SessionEnd) }.into()
            }
            Some(Event::Prompt) => prompt(captured(Kind::Prompt), payload, &[]),
            Some(Event::ToolUsed) => tool_use(payload, captured(Kind::Edit)),
            Some(Event::Quiet) => Reading::Nothing,
            None => Reading::Other(payload.text(&["hook_event_name"]).unwrap_or("unnamed").to_owned()),
        }
    }
}

/// The events that there are, in either dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    SessionStart,
    SessionEnd,
    Prompt,
    ToolUsed,
    Quiet,
}

fn event(payload: &Payload) -> Option<Event> {
    if let Some(name) = payload.text(&["hook_event_name", "hookEventName"]) {
        return match name {
            "SessionStart" | "sessionStart" => Some(Event::SessionStart),
            "SessionEnd" | "sessionEnd" => Some(Event::SessionEnd),
            "UserPromptSubmit" | "userPromptSubmitted" => Some(Event::Prompt),
            "PostToolUse" | "postToolUse" => Some(Event::ToolUsed),
            "PreToolUse"
            | "PostToolUseFailure"
            | "PermissionRequest"
            | "PreCompact"
            | "Stop"
            | "SubagentStart"
            | "SubagentStop"
            | "ErrorOccurred"
            | "Notification"
            | "UserPromptTransformed" => Some(Event::Quiet),
            _ => None,
        };
    }
    // Without a name, its members say which event it is.
    let found = if payload.has("toolName") {
        if payload.has("toolResult") { Event::ToolUsed } else { Event::Quiet }
    } else if payload.has("transformedPrompt") {
        Event::Quiet
    } else if payload.has("prompt") {
        Event::Prompt
    } else if payload.has("reason") {
        Event::SessionEnd
    } else if payload.has("source") || payload.has("initialPrompt") {
        Event::SessionStart
    } else if ["error", "stopReason", "agentName", "trigger", "message", "permissionSuggestions"]
        .iter()
        .any(|name| payload.has(name))
    {
        Event::Quiet
    } else {
        return None;
    };
    Some(found)
}

fn tool_use(payload: &Payload, event: Captured) -> Reading {
    let Some(tool) = payload.text(&["toolName", "tool_name"]) else { return Reading::Unreadable(Unreadable::Member) };
    let edits =
        ["create", "edit", "str_replace", "str_replace_editor", "apply_patch", "git_apply_patch", "Edit", "Write"];
    if !edits.contains(&tool) {
        return Reading::Nothing;
    }
    let result = payload.object(&["toolResult", "tool_result", "tool_response"]).unwrap_or_default();
    let outcome = text_of(&result, &["resultType", "result_type"]);
    if outcome.is_some_and(|outcome| outcome != "success") {
        return Reading::Nothing;
    }
    let Some(input) = payload.get(&["toolArgs", "tool_input", "toolInput"]) else {
        return Reading::Unreadable(Unreadable::Member);
    };
    let arguments = arguments(input);
    if text_of(&arguments, &["command"]) == Some("view") {
        return Reading::Nothing;
    }
    let Some(changes) = changes(tool, &arguments) else { return Reading::Unreadable(Unreadable::Member) };
    let session = payload.text(&["sessionId", "session_id"]);
    let content = canonical(&arguments);
    let identity = identity(payload.text(&["tool_use_id"]), &[session, Some(tool), Some(&content)]);
    edit(Captured { identity, actor: Some(Actor::Unknown), ..event }, changes)
}

/// The arguments of a call: an object, JSON in a text, or a patch alone.
fn arguments(input: &Value) -> Cow<'_, Map<String, Value>> {
    object(input).unwrap_or_else(|| Cow::Owned(Map::from_iter([("patch".to_owned(), input.clone())])))
}

fn changes(tool: &str, arguments: &Map<String, Value>) -> Option<Vec<Change>> {
    let texts = ["patch", "input", "command"];
    if let Some(changes) = member(arguments, &texts).and_then(Value::as_str).and_then(patch::changes) {
        return Some(changes);
    }
    let path = text_of(arguments, &["path", "file_path", "filePath"]).filter(|path| !path.is_empty())?;
    let operation = text_of(arguments, &["command"]).unwrap_or(tool);
    let content = text_of(arguments, &["file_text", "content"]);
    let extent = match (operation, content) {
        ("create" | "Write", Some(content)) => new_file(content),
        ("insert", _) => replacements([("", text_of(arguments, &["insert_text", "new_str"])?)]),
        _ => replacements([pair_of(arguments)?]),
    };
    Some(vec![change(path, extent)])
}
