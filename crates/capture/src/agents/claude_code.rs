//! Claude Code: hooks as its page <https://code.claude.com/docs/en/hooks> describes them, up to 2.1.319.
//!
//! Tool hooks have hunks with line numbers, and neither model nor request: those are in its transcript.

use ai_detect_trail_log::entry::vocabularies::{Actor, SessionEnd};
use serde_json::{Map, Value};

use super::{Agent, Reading, canonical, change, edit, identity, in_session, prompt};
use crate::edits::{Extent, hunks, new_file, number, pair_of, pairs, replacements};
use crate::event::{Captured, Change, Identity, Kind, Lines, Model, Tool};
use crate::install::{Hooks, grouped};
use crate::payload::{Payload, Unreadable, boolean, member, object, text_of};

pub(super) struct ClaudeCode;

const HOOKS: Hooks = Hooks {
    variable: Some("CLAUDE_CONFIG_DIR"),
    folder: ".claude",
    file: "settings.json",
    project_file: ".claude/settings.json",
    frame: Vec::new,
    events: &[
        ("SessionStart", None),
        ("SessionEnd", None),
        ("UserPromptSubmit", None),
        // The transcript of a turn is complete only when it ends.
        ("Stop", None),
        ("SubagentStop", None),
        // An exact list: anything else in it would make it a pattern that may match more.
        ("PostToolUse", Some("Edit|Write|MultiEdit|NotebookEdit")),
    ],
    entry: grouped,
};

/// Events that say nothing about who wrote which lines. `FileChanged` names no author: a person may have saved the file.
/// `PostToolBatch` repeats calls that were reported one by one.
const QUIET: [&str; 29] = [
    "Setup",
    "InstructionsLoaded",
    "UserPromptExpansion",
    "MessageDisplay",
    "PreToolUse",
    "PermissionRequest",
    "PermissionDenied",
    "PostToolUseFailure",
    "PostToolBatch",
    "Notification",
    "SubagentStart",
    "SubagentStop",
    "TaskCreated",
    "TaskCompleted",
    "Stop",
    "StopFailure",
    "TeammateIdle",
    "ConfigChange",
    "CwdChanged",
    "DirectoryAdded",
    "FileChanged",
    "WorktreeCreate",
    "WorktreeRemove",
    "PreCompact",
    "PostCompact",
    "Elicitation",
    "ElicitationResult",
    "PreModelSwitch",
    "PostModelSwitch",
];

impl Agent for ClaudeCode {
    fn tool(&self) -> Tool {
        Tool::ClaudeCode
    }

    fn name(&self) -> &'static str {
        "Claude Code"
    }

    fn transcripts<'a>(&self, payload: &'a Payload) -> Vec<&'a str> {
        // A subagent has one of its own.
        ["transcript_path", "agent_transcript_path"].iter().filter_map(|name| payload.text(&[name])).collect()
    }

    fn hooks(&self) -> Hooks {
        HOOKS
    }

    fn sees(&self) -> &'static str {
        "sessions, prompts (their size), edits with their lines, whether a person changed an edit before accepting it, and from its transcript the exact model and request of each answer"
    }

    fn misses(&self) -> &'static str {
        "which request an edit belongs to, and what shell commands write"
    }

    fn read(&self, payload: &Payload) -> Reading {
        let Some(event) = payload.text(&["hook_event_name"]) else { return Reading::Unreadable(Unreadable::Member) };
        let captured = |kind| in_session(payload, kind, Tool::ClaudeCode);
        match event {
            "SessionStart" => {
                let model = Model::requested(payload.text(&["model"]));
                let identity = identity(payload.text(&["session_id"]), &[]);
                Captured { model, identity, ..captured(Kind::SessionStart) }.into()
            }
            "SessionEnd" => {
                let identity = Identity::Content(payload.text(&["session_id"]).unwrap_or("").to_owned());
                Captured { end: Some(SessionEnd::Finished), identity, ..captured(Kind::SessionEnd) }.into()
            }
            "UserPromptSubmit" => prompt(captured(Kind::Prompt), payload, &["prompt_id"]),
            "PostToolUse" => tool_use(payload, captured(Kind::Edit)),
            event if QUIET.contains(&event) => Reading::Nothing,
            event => Reading::Other(event.to_owned()),
        }
    }
}

fn tool_use(payload: &Payload, event: Captured) -> Reading {
    let Some(tool) = payload.text(&["tool_name"]) else { return Reading::Unreadable(Unreadable::Member) };
    if !matches!(tool, "Edit" | "Write" | "MultiEdit" | "NotebookEdit") {
        return Reading::Nothing;
    }
    let Some(input) = payload.object(&["tool_input"]) else { return Reading::Unreadable(Unreadable::Member) };
    // Another hook may have changed the input, so what the tool did counts before what it was asked to do.
    let response = payload.get(&["tool_response"]).and_then(object).unwrap_or_default();
    let names = ["filePath", "file_path", "notebook_path"];
    let Some(path) = text_of(&response, &names).or_else(|| text_of(&input, &names)).filter(|path| !path.is_empty())
    else {
        return Reading::Unreadable(Unreadable::Member);
    };
    let Some(extent) = extent(tool, &input, &response) else { return Reading::Unreadable(Unreadable::Member) };
    let mut change = change(path, extent);
    let mut event = event;
    let modified = ["userModified", "user_modified"];
    if member(&response, &modified).and_then(boolean) == Some(true) {
        // A person's lines are among them, and nothing says which.
        event.actor = Some(Actor::Human);
        change = Change { lines: Lines::Unknown, added: None, removed: None, ..change };
    }
    let arguments = canonical(&input);
    let session = payload.text(&["session_id"]);
    event.identity = identity(payload.text(&["tool_use_id"]), &[session, Some(tool), Some(&arguments)]);
    edit(event, vec![change])
}

fn extent(tool: &str, input: &Map<String, Value>, response: &Map<String, Value>) -> Option<Extent> {
    if tool == "NotebookEdit" {
        // A cell has no lines in the file.
        let lines = |names: &[&str]| {
            text_of(response, names).or_else(|| text_of(input, names)).map(|text| text.lines().count())
        };
        let (added, removed) = match text_of(input, &["edit_mode"]) {
            Some("delete") => (0, lines(&["old_source"])),
            Some("insert") => (lines(&["new_source"])?, Some(0)),
            _ => (lines(&["new_source"])?, lines(&["old_source"])),
        };
        return Some(Extent { lines: Lines::Unknown, added: Some(number(added)), removed: removed.map(number) });
    }
    if let Some(extent) = member(response, &["structuredPatch"]).and_then(hunks) {
        return Some(extent);
    }
    match tool {
        "Write" => {
            let content = text_of(response, &["content"]).or_else(|| text_of(input, &["content"]))?;
            Some(match text_of(response, &["type"]) {
                Some("create") => new_file(content),
                // Without hunks, nothing says how a file changed that was there before.
                Some("update") => Extent::UNKNOWN,
                // The agent wrote the whole text, and nothing says what it replaced.
                _ => Extent { added: None, removed: None, ..new_file(content) },
            })
        }
        "MultiEdit" => {
            let edits =
                member(response, &["edits"]).and_then(pairs).or_else(|| member(input, &["edits"]).and_then(pairs))?;
            Some(replacements(edits))
        }
        _ => Some(replacements([pair_of(input)?])),
    }
}
