//! Which product wrote a payload.
//!
//! Cursor and VS Code run hooks of Claude Code, and VS Code those of Copilot: neither the command nor the file says who called.
//! Each product has members that no other writes, and these decide. Where two products cannot be told apart, the command does.

use serde_json::Value;

use crate::event::Tool;
use crate::payload::Payload;

/// The product that wrote a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// One whose payloads are read.
    Agent(Tool),
    /// Another one, by its word. What it sends is counted and not credited to anybody else.
    Other(&'static str),
}

/// Events that only Gemini CLI has.
const GEMINI: [&str; 8] = [
    "BeforeTool",
    "AfterTool",
    "BeforeAgent",
    "AfterAgent",
    "BeforeModel",
    "AfterModel",
    "BeforeToolSelection",
    "PreCompress",
];
/// Modes that only Droid has.
const DROID: [&str; 5] = ["off", "spec", "auto-low", "auto-medium", "auto-high"];

impl Sender {
    /// Decides by the payload. The agent that the command names counts only between products that write the same.
    pub fn of(payload: &Payload, named: Option<Tool>) -> Option<Self> {
        other_product(payload).or_else(|| agent(payload, named))
    }
}

/// A product that is not read, by what only it writes.
fn other_product(payload: &Payload) -> Option<Sender> {
    let event = payload.text(&["hook_event_name"]);
    let transcript = transcript(payload);
    let within = |folder: &str| transcript.as_ref().is_some_and(|path| path.contains(folder));
    let call = payload.text(&["tool_use_id"]).unwrap_or("");
    let word = if payload.has("cursor_version") {
        return None;
    } else if payload.has("agent_action_name") {
        "windsurf"
    } else if payload.has("clineVersion") {
        "cline"
    } else if event.is_some_and(|event| GEMINI.contains(&event)) || within("/.gemini/") {
        "gemini-cli"
    } else if payload.text(&["permission_mode"]).is_some_and(|mode| DROID.contains(&mode)) || within("/.factory/") {
        "droid"
    } else if within("github.copilot") || call.contains("__vscode") {
        "vscode"
    } else {
        return None;
    };
    Some(Sender::Other(word))
}

fn agent(payload: &Payload, named: Option<Tool>) -> Option<Sender> {
    let cursor = payload.has("cursor_version") || (payload.has("conversation_id") && payload.has("generation_id"));
    if cursor {
        return Some(Sender::Agent(Tool::Cursor));
    }
    let Some(event) = payload.text(&["hook_event_name"]) else {
        // Only Copilot CLI names no event, and only it writes these members in this case.
        let copilot = payload.has("toolName") || payload.has("sessionId");
        return copilot.then_some(Sender::Agent(Tool::CopilotCli));
    };
    if payload.get(&["tool_result"]).is_some_and(Value::is_object) || payload.has("sessionId") {
        return Some(Sender::Agent(Tool::CopilotCli));
    }
    if payload.has("timestamp") {
        // Copilot CLI in the dialect of VS Code, or VS Code itself with no transcript: they write the same.
        let copilot = named == Some(Tool::CopilotCli);
        return Some(if copilot { Sender::Agent(Tool::CopilotCli) } else { Sender::Other("vscode") });
    }
    payload.has("session_id").then(|| Sender::Agent(claude_or_codex(payload, event, named)))
}

/// Codex took over the names of Claude Code's events, and adds the model to each and the turn to most.
fn claude_or_codex(payload: &Payload, event: &str, named: Option<Tool>) -> Tool {
    if let Some(path) = transcript(payload) {
        let file = path.rsplit('/').next().unwrap_or(&path);
        if file.starts_with("rollout-") || path.contains("/.codex/") {
            return Tool::Codex;
        }
        if path.contains("/.claude/") {
            return Tool::ClaudeCode;
        }
    }
    let marks = payload.has("model") && payload.has("permission_mode") && !payload.has("prompt_id");
    let begins = event == "SessionStart";
    if marks && (payload.has("turn_id") || begins) {
        return Tool::Codex;
    }
    let claude = payload.has("prompt_id") || payload.has("tool_response") && !payload.has("turn_id");
    if named == Some(Tool::Codex) && !claude { Tool::Codex } else { Tool::ClaudeCode }
}

/// Where the product keeps what was said, with one kind of slash and in lower case.
fn transcript(payload: &Payload) -> Option<String> {
    let path = payload.text(&["transcript_path", "transcriptPath"])?;
    Some(path.replace('\\', "/").to_ascii_lowercase())
}
