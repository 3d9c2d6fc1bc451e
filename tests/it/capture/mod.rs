//! Capture of coding agents: what their payloads mean, what a hook records and what it leaves alone.

mod hook;
mod install;
mod payloads;
mod repeats;
mod shell;
mod transcripts;
mod traps;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Repo, Run};

/// Where fixtures say that the repository is.
const FOLDER: &str = "/srv/shop";

/// The fixtures of an agent, by their names.
fn fixtures(agent: &str) -> Vec<(String, String)> {
    let folder = format!("{}/testdata/capture/{agent}", env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    found.sort();
    found
}

fn fixture(agent: &str, name: &str) -> Value {
    let all = fixtures(agent);
    let (_, text) = all.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no fixture {agent}/{name}"));
    serde_json::from_str(text).unwrap()
}

/// A machine with a repository that is captured, and a folder for state.
struct Machine {
    repo: Repo,
    state: TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { repo: Repo::new(), state: tempfile::tempdir().unwrap() };
        machine.repo.commit_file("src/cart.rs", "fn main() {\n    total\n}\n");
        machine.run(&["capture", "add-repository", "."]).text();
        machine
    }

    fn root(&self) -> &Path {
        self.repo.path()
    }

    fn state(&self) -> PathBuf {
        self.state.path().join("state")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.repo.command(args);
        command.env("AI_DETECT_STATE_DIR", self.state());
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }

    /// As if all repositories had been listed at this time.
    fn list_since(&self, time: &str) {
        let time: jiff::Timestamp = time.parse().unwrap();
        let path = self.state().join("capture/repositories.json");
        let mut list: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for listed in list["repositories"].as_array_mut().unwrap() {
            listed["since"] = json!(time.as_microsecond());
        }
        std::fs::write(&path, list.to_string()).unwrap();
    }

    /// Calls a hook with a payload as it is.
    fn hook_raw(&self, agent: &str, payload: &str) -> Run {
        let run = Run::of(self.command(&["capture", "hook", agent]).write_stdin(payload));
        assert_eq!(run.status, 0, "{}", run.stderr);
        run
    }

    /// Calls a hook with a payload that is about this machine's repository.
    fn hook(&self, agent: &str, payload: &Value) {
        let text = payload.to_string().replace(FOLDER, self.root().to_str().unwrap());
        assert_eq!(self.hook_raw(agent, &text).stderr, "");
    }

    fn hook_fixture(&self, agent: &str, name: &str) {
        self.hook(agent, &fixture(agent, name));
    }

    fn rows(&self) -> Vec<Value> {
        let shown = self.run(&["capture", "show", "--format", "jsonl"]).text();
        shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Rows, each with some members; what is absent is null.
    fn picked(&self, members: &[&str]) -> Value {
        let rows = self.rows();
        rows.iter().map(|row| members.iter().map(|name| row[*name].clone()).collect::<Value>()).collect()
    }
}

/// A payload with other members.
fn with(mut payload: Value, members: &[(&str, Value)]) -> Value {
    for (name, value) in members {
        payload[*name] = value.clone();
    }
    payload
}

/// A payload without some members.
fn without(mut payload: Value, members: &[&str]) -> Value {
    for name in members {
        payload.as_object_mut().unwrap().remove(*name);
    }
    payload
}

/// An edit by Claude Code, with a call of its own.
fn claude_edit(call: &str, path: &str, first: u64, added: &[&str]) -> Value {
    let lines: Vec<String> = added.iter().map(|line| format!("+{line}")).collect();
    let patch = json!([{"oldStart": first, "oldLines": 0, "newStart": first, "newLines": added.len(), "lines": lines}]);
    json!({
        "session_id": "s-1", "cwd": FOLDER, "hook_event_name": "PostToolUse", "tool_name": "Edit", "tool_use_id": call,
        "tool_input": {"file_path": path, "old_string": "", "new_string": added.join("\n")},
        "tool_response": {"filePath": path, "structuredPatch": patch, "userModified": false},
    })
}
