//! Transcripts of Claude Code: the model that answered and the request, each answer once.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{FOLDER, Machine, fixture, with};

/// A session with its transcript.
struct Session {
    machine: Machine,
    name: String,
}

/// A line for a block of an answer.
fn block(message: &str, request: Option<&str>, model: &str) -> Value {
    let mut line = json!({
        "type": "assistant", "isSidechain": false, "sessionId": "s-1", "cwd": FOLDER, "timestamp": "2200-01-01T08:15:04.000Z",
        "message": {"id": message, "type": "message", "role": "assistant", "model": model, "stop_reason": null,
            "content": [{"type": "text", "text": "Rounding the total."}], "usage": {"input_tokens": 9, "output_tokens": 61}},
    });
    if let Some(request) = request {
        line["requestId"] = json!(request);
    }
    line
}

impl Session {
    fn new() -> Self {
        Self { machine: Machine::new(), name: "transcript.jsonl".to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.machine.state.path().join(&self.name)
    }

    fn append(&self, text: &str) {
        let text = text.replace(FOLDER, self.machine.root().to_str().unwrap());
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(self.path()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn write(&self, line: &Value) {
        self.append(&format!("{line}\n"));
    }

    /// The agent stops, which is when its transcript is read.
    fn stop(&self) {
        let path = json!(self.path());
        self.machine.hook("claude-code", &with(fixture("claude-code", "stop"), &[("transcript_path", path)]));
    }

    /// The session ends.
    fn end(&self) {
        let path = json!(self.path());
        self.machine.hook("claude-code", &with(fixture("claude-code", "session-end"), &[("transcript_path", path)]));
    }

    fn answers(&self) -> Value {
        self.machine.picked(&["kind", "model", "model_source", "request_id", "session"])
    }
}

#[test]
fn each_answer_is_recorded_once_with_its_exact_model_and_request() {
    let session = Session::new();
    session.stop();
    // One answer is several lines.
    session.write(&block("msg_1", Some("req_1"), "claude-example-1-20260901"));
    session.write(&block("msg_1", Some("req_1"), "claude-example-1-20260901"));
    session.stop();
    session.stop();
    session.write(&block("msg_1", Some("req_1"), "claude-example-1-20260901"));
    // A cloud that hands out no request id.
    session.write(&block("msg_bdrk_2", None, "anthropic.claude-example-2-v1:0"));
    session.stop();
    assert_eq!(
        session.answers(),
        json!([
            ["generation", "claude-example-1-20260901", "provider", "req_1", "s-1"],
            ["generation", "anthropic.claude-example-2-v1:0", "provider", null, "s-1"],
        ])
    );
}

/// A fork copies what was said into a transcript of its own.
#[test]
fn repeated_history_counts_once() {
    let mut session = Session::new();
    session.write(&block("msg_1", Some("req_1"), "m"));
    session.stop();
    session.name = "fork.jsonl".to_owned();
    session.write(&with(block("msg_1", Some("req_1"), "m"), &[("sessionId", json!("s-2"))]));
    session.write(&with(block("msg_2", Some("req_2"), "m"), &[("sessionId", json!("s-2"))]));
    session.stop();
    assert_eq!(session.machine.picked(&["request_id"]), json!([["req_1"], ["req_2"]]));
}

/// Transcripts are written while they are read.
#[test]
fn a_half_written_line_is_read_when_it_is_whole() {
    let session = Session::new();
    let line = block("msg_1", Some("req_1"), "m").to_string();
    let (begin, end) = line.split_at(line.len() / 2);
    session.append(begin);
    session.stop();
    assert_eq!(session.answers(), json!([]));
    session.append(&format!("{end}\n"));
    session.stop();
    assert_eq!(session.machine.rows().len(), 1);
    // The file begins anew: another one with the same name.
    std::fs::remove_file(session.path()).unwrap();
    session.write(&block("msg_2", None, "m"));
    session.stop();
    assert_eq!(session.machine.rows().len(), 2);
}

#[test]
fn other_lines_are_passed_over() {
    let session = Session::new();
    session.write(&block("local-1", None, "<synthetic>"));
    session.append(
        "not json \"assistant\"\n{\"type\":\"assistant\"}\n{\"type\":\"assistant\",\"message\":{\"id\":1}}\n\n",
    );
    session.write(&json!({"type": "user", "message": {"role": "user", "content": "\"assistant\""}}));
    session.write(&block("msg_1", Some("req_1"), "m"));
    session.stop();
    assert_eq!(session.machine.picked(&["request_id"]), json!([["req_1"]]));
}

#[test]
fn a_long_transcript_is_read_from_its_start() {
    let session = Session::new();
    session.write(&block("msg_1", Some("req_1"), "m"));
    // A line that is longer than what is read at once.
    session.append(&"x".repeat(9 << 20));
    session.append("\n");
    session.write(&block("msg_2", Some("req_2"), "m"));
    session.stop();
    assert_eq!(session.machine.picked(&["request_id"]), json!([["req_1"], ["req_2"]]));
}

#[test]
fn what_a_call_leaves_is_read_by_the_next_and_counted_at_the_end_of_the_session() {
    let session = Session::new();
    session.append(&"x".repeat(33 << 20));
    session.append("\n");
    session.write(&block("msg_1", Some("req_1"), "m"));
    session.end();
    assert_eq!(
        session.machine.picked(&["kind", "cause"]),
        json!([["session.end", null], ["unreadable", "transcript"]])
    );
    assert!(session.machine.rows()[1]["bytes"].as_u64().unwrap() > 1 << 20);
    session.stop();
    session.stop();
    assert_eq!(session.machine.picked(&["kind"]), json!([["session.end"], ["unreadable"], ["generation"]]));
}

/// A spool forgets which answers it has.
#[test]
fn answers_of_long_ago_are_not_recorded_again() {
    let session = Session::new();
    let long_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * 14);
    session.write(&with(block("msg_1", None, "m"), &[("timestamp", json!(long_ago.to_string()))]));
    session.machine.list_since("2020-01-01T00:00:00Z");
    session.stop();
    assert!(session.machine.rows().is_empty());
}

/// Each repository counts from when it was listed itself.
#[test]
fn listing_a_repository_loses_nothing_of_another_one() {
    let session = Session::new();
    let other = session.machine.repo.beside("other");
    session.machine.repo.git(&["init", "--quiet", other.to_str().unwrap()]);
    let answer = |message: &str, folder: &str| {
        let now = [("cwd", json!(folder)), ("timestamp", json!(jiff_now()))];
        session.write(&with(block(message, Some(message), "m"), &now));
    };
    answer("listed", FOLDER);
    answer("before", other.to_str().unwrap());
    session.machine.run(&["capture", "add-repository", other.to_str().unwrap()]).text();
    answer("after", other.to_str().unwrap());
    // Listed once more, under another name perhaps: still since then.
    session.machine.run(&["capture", "add-repository", "."]).text();
    session.stop();
    assert_eq!(session.machine.picked(&["request_id"]), json!([["listed"], ["after"]]));
    // Taken off and listed again: what was between is not recorded.
    session.machine.run(&["capture", "remove-repository", "."]).text();
    answer("between", FOLDER);
    session.machine.run(&["capture", "add-repository", "."]).text();
    session.stop();
    assert_eq!(session.machine.rows().len(), 2);
}

#[test]
fn an_answer_before_a_pause_is_recorded_after_it() {
    let session = Session::new();
    session.write(&with(block("msg_1", Some("before"), "m"), &[("timestamp", json!(jiff_now()))]));
    session.machine.run(&["capture", "pause"]).text();
    session.write(&with(block("msg_2", Some("within"), "m"), &[("timestamp", json!(jiff_now()))]));
    session.machine.run(&["capture", "resume"]).text();
    session.stop();
    let rows = session.machine.rows();
    let requests: Vec<_> = rows.iter().filter_map(|row| row["request_id"].as_str()).collect();
    assert_eq!(requests, ["before"]);
}

/// Hooks that run at the same time write how far they read, and nothing that a person decided.
#[test]
fn a_hook_does_not_undo_what_a_person_decided() {
    let session = Session::new();
    session.stop();
    session.write(&block("msg_1", None, "m"));
    session.stop();
    let kept = session.machine.state().join("capture/transcripts.json");
    let before = std::fs::read_to_string(&kept).unwrap();
    session.machine.run(&["capture", "pause"]).text();
    session.write(&with(block("msg_2", None, "m"), &[("timestamp", json!(jiff_now()))]));
    session.machine.run(&["capture", "resume"]).text();
    // A hook that began before the pause writes last.
    std::fs::write(&kept, before).unwrap();
    session.stop();
    let kinds = session.machine.picked(&["kind"]);
    assert_eq!(kinds, json!([["generation"], ["gap.opened"], ["gap.opened"]]));
}

/// Promise of privacy: a session may work in other folders, and time before the listing and within a pause is nobody's business.
#[test]
fn answers_elsewhere_and_before_are_not_recorded() {
    let session = Session::new();
    session.write(&with(block("msg_1", None, "m"), &[("cwd", json!("/srv/private"))]));
    session.write(&with(block("msg_2", None, "m"), &[("timestamp", json!("2020-01-01T00:00:00Z"))]));
    session.machine.run(&["capture", "pause"]).text();
    session.write(&with(block("msg_3", None, "m"), &[("timestamp", json!(jiff_now()))]));
    session.stop();
    session.machine.run(&["capture", "resume"]).text();
    session.write(&block("msg_4", Some("req_4"), "m"));
    session.stop();
    assert_eq!(
        session.machine.picked(&["kind", "request_id"]),
        json!([["gap.opened", null], ["gap.opened", null], ["generation", "req_4"]])
    );
}

fn jiff_now() -> String {
    jiff::Timestamp::now().to_string()
}
