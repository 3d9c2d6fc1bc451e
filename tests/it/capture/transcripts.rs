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

    fn answers(&self) -> Value {
        self.machine.picked(&["kind", "model", "model_source", "request_id", "session"])
    }
}

#[test]
fn each_answer_is_recorded_once_with_its_exact_model_and_request() {
    let session = Session::new();
    session.stop();
    // C4: one answer is several lines.
    session.write(&block("msg_1", Some("req_1"), "claude-example-1-20260901"));
    session.write(&block("msg_1", Some("req_1"), "claude-example-1-20260901"));
    session.stop();
    session.stop();
    session.write(&block("msg_1", Some("req_1"), "claude-example-1-20260901"));
    // C12: a cloud that hands out no request id.
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

/// C7: a fork copies what was said into a transcript of its own.
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

/// C15: transcripts are written while they are read.
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

/// C2, C15: what is no answer, or cannot be read, is passed over.
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
    // A long transcript of before is read from near its end, and by and by.
    let session = Session::new();
    session.append(&"x".repeat(3 << 20));
    session.append("\n");
    session.write(&block("msg_1", Some("req_1"), "m"));
    session.stop();
    assert_eq!(session.machine.rows().len(), 1);
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
