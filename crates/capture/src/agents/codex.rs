//! Codex: hooks as its schemas describe them (`codex-rs/hooks/schema/generated`), up to 0.171.
//!
//! Each hook names the model that is configured, which is asked for and may not be what answered. A patch has no line numbers.

use ai_detect_trail_log::entry::vocabularies::SessionEnd;
use serde_json::Value;

use super::{Agent, Reading, edit, identity, in_session, prompt};
use crate::event::{Captured, Change, Identity, Kind, Model, Tool};
use crate::install::{Hooks, grouped};
use crate::payload::{Payload, Unreadable, boolean, count, member, text};
use crate::{patch, paths, shell};

pub(super) struct Codex;

const HOOKS: Hooks = Hooks {
    variable: Some("CODEX_HOME"),
    folder: ".codex",
    file: "hooks.json",
    project_file: ".codex/hooks.json",
    // Codex refuses a file with any other member at its top.
    frame: Vec::new,
    events: &[("SessionStart", None), ("SessionEnd", None), ("UserPromptSubmit", None), ("PostToolUse", None)],
    entry: grouped,
};

/// Events that say nothing about who wrote which lines.
const QUIET: [&str; 9] = [
    "PreToolUse",
    "PermissionRequest",
    "PreCompact",
    "PostCompact",
    "SubagentStart",
    "SubagentStop",
    "Stop",
    "StopFailure",
    "Interrupt",
];

impl Agent for Codex {
    fn tool(&self) -> Tool {
        Tool::Codex
    }

    fn name(&self) -> &'static str {
        "Codex"
    }

    fn hooks(&self) -> Hooks {
        HOOKS
    }

    fn sees(&self) -> &'static str {
        "sessions, prompts (their size), patches with the model that was asked for, and their lines while the file still has them"
    }

    fn misses(&self) -> &'static str {
        "the model that answered, the request, and what shell commands write in other ways than by a patch"
    }

    fn read(&self, payload: &Payload) -> Reading {
        let Some(event) = payload.text(&["hook_event_name"]) else { return Reading::Unreadable(Unreadable::Member) };
        let captured = |kind| {
            let model = Model::requested(payload.text(&["model"]));
            Captured { model, ..in_session(payload, kind, Tool::Codex) }
        };
        match event {
            "SessionStart" => {
                let identity = identity(payload.text(&["session_id"]), &[]);
                Captured { identity, ..captured(Kind::SessionStart) }.into()
            }
            "SessionEnd" => {
                let identity = Identity::Content(payload.text(&["session_id"]).unwrap_or("").to_owned());
                Captured { end: Some(SessionEnd::Finished), identity, ..captured(Kind::SessionEnd) }.into()
            }
            "UserPromptSubmit" => prompt(captured(Kind::Prompt), payload, &["turn_id"]),
            "PostToolUse" => tool_use(payload, captured(Kind::Edit)),
            event if QUIET.contains(&event) => Reading::Nothing,
            event => Reading::Other(event.to_owned()),
        }
    }
}

fn tool_use(payload: &Payload, event: Captured) -> Reading {
    let Some(tool) = payload.text(&["tool_name"]) else { return Reading::Unreadable(Unreadable::Member) };
    let tool = tool.strip_prefix("functions.").unwrap_or(tool);
    let patches = matches!(tool, "apply_patch" | "Edit" | "Write");
    if !patches && !matches!(tool, "Bash" | "exec_command" | "shell" | "shell_command") {
        return Reading::Nothing;
    }
    let Some(input) = payload.get(&["tool_input"]) else {
        return if patches { Reading::Unreadable(Unreadable::Member) } else { Reading::Nothing };
    };
    let changes = if patches { patch::changes(&joined(command(input))) } else { applied(input) };
    let Some(changes) = changes else {
        // A shell command that applies no patch: what it wrote, its text does not say.
        return if patches { Reading::Unreadable(Unreadable::Member) } else { Reading::Nothing };
    };
    if payload.get(&["tool_response"]).is_some_and(failed) {
        return Reading::Nothing;
    }
    let session = payload.text(&["session_id"]);
    let text = joined(command(input));
    let identity = identity(payload.text(&["tool_use_id"]), &[session, Some(&text)]);
    edit(Captured { identity, ..event }, changes)
}

/// The words of a call: one text, or a list of them.
fn command(input: &Value) -> Vec<&str> {
    let value = match input {
        Value::Object(map) => member(map, &["command", "cmd", "patch", "input"]),
        input => Some(input),
    };
    match value {
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        Some(value) => value.as_str().into_iter().collect(),
        None => Vec::new(),
    }
}

fn joined(words: Vec<&str>) -> String {
    words.join("\n")
}

/// The changes of the patches that a shell command applies. `None` where it applies none.
fn applied(input: &Value) -> Option<Vec<Change>> {
    let found = match command(input).as_slice() {
        [script] => shell::applied_by_script(script),
        words => shell::applied_by_words(words),
    };
    let folder = input.get("workdir").and_then(text).unwrap_or("");
    let mut changes = None;
    for applied in &found {
        for change in patch::changes(&applied.patch).into_iter().flatten() {
            let path = below(folder, &below(&applied.folder, &change.path));
            changes.get_or_insert_with(Vec::new).push(Change { path, ..change });
        }
    }
    changes
}

/// A path from a folder, unless it is absolute.
fn below(folder: &str, path: &str) -> String {
    let is_whole = folder.is_empty() || paths::absolute(path, None).is_some();
    if is_whole { path.to_owned() } else { format!("{folder}/{path}") }
}

/// Whether a response says that nothing was applied.
fn failed(response: &Value) -> bool {
    match response {
        Value::Object(map) => {
            let status = member(map, &["exit_code", "exitCode"]).and_then(count);
            let success = member(map, &["success"]).and_then(boolean);
            let metadata = member(map, &["metadata"]).is_some_and(failed);
            let output = member(map, &["output"]).is_some_and(failed);
            status.is_some_and(|status| status != 0) || success == Some(false) || metadata || output
        }
        value => text(value).is_some_and(|text| text.starts_with("apply_patch verification failed")),
    }
}
