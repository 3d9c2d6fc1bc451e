//! Cursor: hooks as <https://cursor.com/docs/hooks> describes them, up to 3.4.
//!
//! Each hook names the selected model. Two events report the same edit: `postToolUse`, and `afterFileEdit`, which has no id.

use ai_detect_trail_log::entry::vocabularies::{Actor, SessionEnd};
use ai_detect_trail_log::ids::Version;
use serde_json::{Map, Value};

use super::{Agent, Reading, canonical, change, edit, identity, prompt};
use crate::edits::{Extent, line_number, number, pair_of, pairs, replacements};
use crate::event::{Captured, Change, Identity, Kind, LineRange, Lines, Model, Piece, Side, Tool, Twin, foreign_id};
use crate::install::{Hooks, flat};
use crate::patch;
use crate::payload::{Payload, Unreadable, member, text, text_of};

pub(super) struct Cursor;

const HOOKS: Hooks = Hooks {
    variable: None,
    folder: ".cursor",
    file: "hooks.json",
    project_file: ".cursor/hooks.json",
    frame: || vec![("version", 1.into())],
    events: &[
        ("sessionStart", None),
        ("sessionEnd", None),
        ("beforeSubmitPrompt", None),
        ("afterAgentResponse", None),
        ("postToolUse", None),
        ("afterFileEdit", None),
        ("afterTabFileEdit", None),
    ],
    entry: flat,
};

/// Events that say nothing about who wrote which lines.
const QUIET: [&str; 15] = [
    "preToolUse",
    "postToolUseFailure",
    "afterAgentThought",
    "stop",
    "subagentStart",
    "subagentStop",
    "beforeShellExecution",
    "afterShellExecution",
    "beforeMCPExecution",
    "afterMCPExecution",
    "beforeReadFile",
    "beforeTabFileRead",
    "preCompact",
    "workspaceOpen",
    "notification",
];

impl Agent for Cursor {
    fn tool(&self) -> Tool {
        Tool::Cursor
    }

    fn name(&self) -> &'static str {
        "Cursor"
    }

    fn hooks(&self) -> Hooks {
        HOOKS
    }

    fn sees(&self) -> &'static str {
        "sessions, prompts (their size), answers, edits with the selected model, and inline completions that were accepted"
    }

    fn misses(&self) -> &'static str {
        "the model that answered, the request, completions that were shown or rejected, and what shell commands write"
    }

    fn answer(&self, payload: &Payload) -> &'static str {
        // Before these it waits for a word; without one, it may report a broken hook.
        match event(payload).as_deref() {
            Some("beforeSubmitPrompt") => "{\"continue\":true}\n",
            _ => "",
        }
    }

    fn read(&self, payload: &Payload) -> Reading {
        let Some(event) = event(payload) else { return Reading::Unreadable(Unreadable::Member) };
        let captured = |kind| captured(payload, kind);
        let session = payload.text(&["conversation_id", "session_id"]);
        match event.as_str() {
            "sessionStart" => Captured { identity: identity(session, &[]), ..captured(Kind::SessionStart) }.into(),
            "sessionEnd" => {
                let end = match payload.text(&["final_status", "reason"]) {
                    Some("aborted" | "user_close" | "window_close") => SessionEnd::Interrupted,
                    Some("error") => SessionEnd::Failed,
                    _ => SessionEnd::Finished,
                };
                let identity = Identity::Content(session.unwrap_or("").to_owned());
                Captured { end: Some(end), identity, ..captured(Kind::SessionEnd) }.into()
            }
            "beforeSubmitPrompt" => prompt(captured(Kind::Prompt), payload, &["generation_id"]),
            "afterAgentResponse" => {
                let Some(text) = payload.get(&["text"]).and_then(Value::as_str) else {
                    return Reading::Unreadable(Unreadable::Member);
                };
                let identity = identity(None, &[session, payload.text(&["generation_id"]), Some(text)]);
                Captured { identity, ..captured(Kind::Generation) }.into()
            }
            "postToolUse" => tool_use(payload, captured(Kind::Edit)),
            "afterFileEdit" => file_edit(payload, captured(Kind::Edit)),
            "afterTabFileEdit" => completion(payload, captured(Kind::SuggestionAccepted)),
            event if QUIET.contains(&event) => Reading::Nothing,
            event => Reading::Other(event.to_owned()),
        }
    }
}

/// The event by Cursor's own name. Hooks of Claude Code that it runs are called by Claude Code's.
fn event(payload: &Payload) -> Option<String> {
    let name = payload.text(&["hook_event_name"])?;
    if name == "UserPromptSubmit" {
        return Some("beforeSubmitPrompt".to_owned());
    }
    let mut letters = name.chars();
    let first = letters.next()?.to_ascii_lowercase();
    Some(std::iter::once(first).chain(letters).collect())
}

fn captured(payload: &Payload, kind: Kind) -> Captured {
    let version = payload.text(&["cursor_version"]).and_then(|version| Version::parse(version).ok());
    let roots = payload.get(&["workspace_roots"]).and_then(Value::as_array);
    let root = roots.and_then(|roots| roots.iter().find_map(text));
    let actor = match kind {
        Kind::Edit => Some(Actor::Unknown),
        // Somebody pressed a key.
        Kind::SuggestionAccepted => Some(Actor::Human),
        _ => None,
    };
    Captured {
        tool_version: version,
        session: foreign_id(payload.text(&["conversation_id", "session_id"])),
        // The older name has suffixes for how long the model may think.
        model: Model::requested(payload.text(&["model_id"])).or_else(|| Model::requested(payload.text(&["model"]))),
        folder: payload.text(&["cwd"]).or(root).map(str::to_owned),
        actor,
        ..Captured::new(kind, Tool::Cursor)
    }
}

fn tool_use(payload: &Payload, event: Captured) -> Reading {
    let Some(tool) = payload.text(&["tool_name"]) else { return Reading::Unreadable(Unreadable::Member) };
    if !matches!(tool, "Write" | "StrReplace" | "ApplyPatch" | "Delete" | "Edit" | "MultiEdit") {
        return Reading::Nothing;
    }
    let Some(input) = payload.get(&["tool_input"]) else { return Reading::Unreadable(Unreadable::Member) };
    let object = payload.object(&["tool_input"]);
    let patch = object.as_deref().and_then(|map| member(map, &["patch", "input"])).unwrap_or(input);
    let generation = payload.text(&["generation_id"]);
    if let Some(changes) = patch.as_str().and_then(patch::changes_and_texts) {
        let identity = identity(payload.text(&["tool_use_id"]), &[generation, patch.as_str()]);
        let changes = changes.into_iter().map(|(change, text)| {
            let texts = text.map_or_else(|| texts_of(&change.lines), |text| vec![text]);
            Change { twin: twin(payload, Side::Call, texts), ..change }
        });
        return edit(Captured { identity, ..event }, changes.collect());
    }
    let Some(map) = object else { return Reading::Unreadable(Unreadable::Member) };
    let Some(path) = text_of(&map, &["file_path", "path", "filePath"]) else {
        return Reading::Unreadable(Unreadable::Member);
    };
    let Some((extent, texts)) = arguments(tool, &map) else { return Reading::Unreadable(Unreadable::Member) };
    let session = payload.text(&["conversation_id", "session_id"]);
    let identity = identity(payload.text(&["tool_use_id"]), &[session, generation, Some(tool), Some(&canonical(&map))]);
    let change = Change { twin: twin(payload, Side::Call, texts), ..change(path, extent) };
    edit(Captured { identity, ..event }, vec![change])
}

/// What a call changes, and its text as `afterFileEdit` may report it.
fn arguments(tool: &str, map: &Map<String, Value>) -> Option<(Extent, Vec<String>)> {
    if tool == "Delete" {
        // `afterFileEdit` does not report it.
        return Some((Extent::UNKNOWN, Vec::new()));
    }
    if let Some(content) = text_of(map, &["contents", "content", "file_text"]) {
        // It may have replaced a file, and some of its lines may be older.
        return Some((Extent::UNKNOWN, vec![content.to_owned()]));
    }
    let edits = match member(map, &["edits"]) {
        Some(edits) => pairs(edits)?,
        None => vec![pair_of(map)?],
    };
    let extent = replacements(edits.iter().copied());
    let texts = texts(&edits, &extent);
    Some((extent, texts))
}

fn file_edit(payload: &Payload, event: Captured) -> Reading {
    let Some(path) = payload.text(&["file_path"]) else { return Reading::Unreadable(Unreadable::Member) };
    let Some(edits) = payload.get(&["edits"]).and_then(pairs) else { return Reading::Unreadable(Unreadable::Member) };
    let extent = replacements(edits.iter().copied());
    let twin = twin(payload, Side::File, texts(&edits, &extent));
    let change = Change { twin, ..change(path, extent) };
    edit(Captured { identity: same_edit(payload, &edits), ..event }, vec![change])
}

/// How the two events that report an edit find each other: only the call of the tool has an id.
///
/// The path is no part of it: one of them may name the file from the workspace's root.
fn twin(payload: &Payload, side: Side, texts: Vec<String>) -> Option<Twin> {
    let generation = payload.text(&["generation_id"]).unwrap_or("");
    // A patch does not say how its last line ends.
    let form = |text: String| format!("{generation}\0{}", text.trim_end_matches('\n'));
    let texts: Vec<String> = texts.into_iter().map(form).collect();
    (!texts.is_empty()).then_some(Twin { side, texts })
}

/// The new texts of edits, as a whole and only the lines that changed: a patch has other lines around those.
fn texts(edits: &[(&str, &str)], extent: &Extent) -> Vec<String> {
    let whole = edits.iter().map(|(_, new)| *new).collect::<Vec<_>>().join("\0");
    let mut texts = texts_of(&extent.lines);
    texts.retain(|text| *text != whole);
    texts.insert(0, whole);
    texts
}

/// The new texts of pieces in the same two forms.
fn texts_of(lines: &Lines) -> Vec<String> {
    let Lines::Find(pieces) = lines else { return Vec::new() };
    let whole = pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join("\0");
    let changed = |piece: &Piece| {
        let lines = piece.text.lines().skip(piece.first).take(piece.last + 1 - piece.first);
        lines.collect::<Vec<_>>().join("\n")
    };
    let changed = pieces.iter().map(changed).collect::<Vec<_>>().join("\0");
    if changed == whole { vec![whole] } else { vec![whole, changed] }
}

/// What makes two reports of the change of a file the same.
fn same_edit(payload: &Payload, edits: &[(&str, &str)]) -> Identity {
    let session = payload.text(&["conversation_id", "session_id"]);
    let content = edits.iter().map(|(old, new)| format!("{old}\0{new}")).collect::<Vec<_>>().join("\0");
    identity(None, &[session, payload.text(&["generation_id"]), Some(&content)])
}

fn completion(payload: &Payload, event: Captured) -> Reading {
    let Some(path) = payload.text(&["file_path"]) else { return Reading::Unreadable(Unreadable::Member) };
    let Some(list) = payload.get(&["edits"]) else { return Reading::Unreadable(Unreadable::Member) };
    let Some(edits) = pairs(list) else { return Reading::Unreadable(Unreadable::Member) };
    let mut extent = replacements(edits.iter().copied());
    // Ranges are those before the completion: of several, the later ones have moved.
    if let ([(_, new)], Some(first)) = (edits.as_slice(), first_line(list)) {
        let last = first + number(new.lines().count().max(1)) - 1;
        extent.lines = Lines::Known(LineRange { first, last });
    }
    edit(Captured { identity: same_edit(payload, &edits), ..event }, vec![change(path, extent)])
}

/// Where the only edit of a list begins.
fn first_line(list: &Value) -> Option<u64> {
    let range = list.get(0)?.get("range")?;
    line_number(range.get("start_line_number")?).filter(|line| *line > 0)
}
