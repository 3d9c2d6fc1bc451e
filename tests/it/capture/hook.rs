//! A call of a hook: what is written, where, and that the agent never notices.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::mpsc::channel;
use std::time::Duration;

use ai_detect_trail_client::spool::{Cursor, Sender, Spool};
use ai_detect_trail_log::commitment::{Commitment, Salt};
use ai_detect_trail_log::ids::{ClientId, PathId, RepositoryId};
use ai_detect_trail_log::wire::{Ids, Line, decode};
use serde_json::{Value, json};

use super::{FOLDER, Machine, claude_edit, fixture, fixtures, with};
use crate::fake::server::{Reply, Server};
use crate::support::{Repo, Run};

#[test]
fn an_edit_is_one_row_with_its_file_and_lines() {
    let machine = Machine::new();
    machine.hook_fixture("claude-code", "post-tool-use-edit");
    let rows = machine.rows();
    let [row] = rows.as_slice() else { panic!("{rows:#?}") };
    let members = ["kind", "tool", "session", "path", "first", "last", "tier"];
    let picked: Value = members.iter().map(|name| row[*name].clone()).collect();
    let session = "5d0f2c0e-7a11-4d2e-9c55-0b7f2f6c1a01";
    assert_eq!(picked, json!(["edit", "claude-code", session, "src/cart.rs", 42, 42, "detailed"]));
    // Not known, and so absent: a hook of Claude Code names neither.
    assert!(row.get("model").is_none() && row.get("request_id").is_none(), "{row:#}");
}

#[test]
fn the_lines_of_a_patch_are_found_in_the_file() {
    let machine = Machine::new();
    machine.repo.write("src/cart.rs", "fn main() {\r\n    total.round()\r\n}\r\n");
    machine.hook_fixture("codex", "post-tool-use-apply-patch");
    // The model is named and was only asked for.
    let members = ["tool", "model", "model_source", "path", "first", "last"];
    assert_eq!(machine.picked(&members), json!([["codex", "example-codex-model", "requested", "src/cart.rs", 2, 2]]));
}

#[test]
fn each_file_of_a_patch_is_a_row() {
    let machine = Machine::new();
    machine.hook_fixture("codex", "post-tool-use-apply-patch-several-files");
    assert_eq!(
        machine.picked(&["path", "first", "last", "added", "removed"]),
        json!([["src/new.rs", 1, 2, 2, 0], ["src/moved.rs", null, null, 1, 1], ["src/gone.rs", null, null, 0, null],])
    );
}

#[test]
fn small_completions_are_light_and_everything_else_is_detailed() {
    let machine = Machine::new();
    machine.hook_fixture("cursor", "after-tab-file-edit");
    let many: String = (0..20).map(|line| format!("line {line}\n")).collect();
    let edits = json!([{"old_string": "", "new_string": many, "range": {"start_line_number": 3}}]);
    machine.hook("cursor", &with(fixture("cursor", "after-tab-file-edit"), &[("edits", edits)]));
    machine.hook_fixture("cursor", "before-submit-prompt");
    assert_eq!(
        machine.picked(&["kind", "first", "last", "actor", "tier"]),
        json!([
            ["suggestion.accepted", 12, 12, "human", "light"],
            ["suggestion.accepted", 3, 22, "human", "detailed"],
            ["prompt", null, null, null, "detailed"],
        ])
    );
}

#[test]
fn nothing_is_written_about_a_repository_that_is_not_listed() {
    let state = tempfile::tempdir().unwrap();
    let repo = Repo::new();
    for agent in ["claude-code", "codex", "cursor", "copilot-cli", "unreadable", "others"] {
        for (name, text) in fixtures(agent) {
            let text = text.replace(FOLDER, repo.path().to_str().unwrap());
            let mut command = repo.command(&["capture", "hook", agent]);
            let run = Run::of(command.env("AI_DETECT_STATE_DIR", state.path().join("state")).write_stdin(text));
            assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{agent}/{name}");
        }
    }
    assert!(!state.path().join("state").exists());
}

#[test]
fn private_work_beside_and_inside_a_listed_repository_stays_private() {
    let machine = Machine::new();
    let beside = machine.repo.beside("private");
    std::fs::create_dir_all(beside.join("src")).unwrap();
    let inside = machine.root().join("vendor/private");
    std::fs::create_dir_all(&inside).unwrap();
    machine.repo.git(&["init", "--quiet", inside.to_str().unwrap()]);
    let before = machine.rows();
    let state = || {
        let database = machine.state().join("trail/spool/spool.db");
        database.exists()
    };
    for (call, path) in [
        ("1", beside.join("src/diary.md")),
        ("2", inside.join("diary.md")),
        ("3", machine.root().join("../private/src/diary.md")),
        ("4", machine.root().join(".git/COMMIT_EDITMSG")),
    ] {
        machine.hook("claude-code", &claude_edit(call, path.to_str().unwrap(), 1, &["secret"]));
    }
    let elsewhere = with(fixture("claude-code", "user-prompt-submit"), &[("cwd", json!(beside))]);
    machine.hook("claude-code", &elsewhere);
    assert_eq!((machine.rows(), state()), (before, false));
    // Once it is listed itself, it is captured under its own paths.
    machine.run(&["capture", "add-repository", inside.to_str().unwrap()]).text();
    machine.hook("claude-code", &claude_edit("5", inside.join("diary.md").to_str().unwrap(), 1, &["open"]));
    assert_eq!(machine.picked(&["path"]), json!([["diary.md"]]));
    machine.run(&["capture", "remove-repository", inside.to_str().unwrap()]).text();
    machine.hook("claude-code", &claude_edit("6", inside.join("diary.md").to_str().unwrap(), 1, &["closed"]));
    assert_eq!(machine.rows().len(), 1);
    // One that is gone can still be taken off the list.
    machine.run(&["capture", "add-repository", inside.to_str().unwrap()]).text();
    let inside = inside.canonicalize().unwrap();
    std::fs::remove_dir_all(&inside).unwrap();
    machine.run(&["capture", "remove-repository", inside.to_str().unwrap()]).text();
}

#[cfg(unix)]
#[test]
fn a_link_counts_as_what_it_leads_to() {
    use std::os::unix::fs::symlink;
    let machine = Machine::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("diary.md"), "secret\n").unwrap();
    symlink(outside.path().join("diary.md"), machine.root().join("link.md")).unwrap();
    symlink(outside.path(), machine.root().join("linked")).unwrap();
    symlink(machine.root().join("src/cart.rs"), machine.root().join("cart.rs")).unwrap();
    symlink("nowhere", machine.root().join("dangling.md")).unwrap();
    // A path of another system is not one below the folder where the process runs.
    let elsewhere = ["C:\\Users\\x\\a.rs", "\\\\server\\share\\a.rs"];
    let linked = ["link.md", "linked/diary.md", "linked/new/file.md", "dangling.md"];
    for (call, path) in elsewhere.iter().chain(&linked).enumerate() {
        machine.hook("claude-code", &claude_edit(&call.to_string(), path, 1, &["secret"]));
    }
    assert!(machine.rows().is_empty());
    machine.hook("claude-code", &claude_edit("inside", "cart.rs", 1, &["x"]));
    machine.hook("claude-code", &claude_edit("new", "src/not/there.rs", 1, &["x"]));
    assert_eq!(machine.picked(&["path"]), json!([["src/cart.rs"], ["src/not/there.rs"]]));
}

#[test]
fn a_payload_that_is_too_long_is_read_to_its_end_and_counted() {
    let machine = Machine::new();
    let long = "x".repeat((16 << 20) + 100_000);
    machine.hook_raw("claude-code", &long);
    assert_eq!(machine.picked(&["cause", "bytes"]), json!([["too-long", long.len()]]));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_transcript_and_a_payload_without_end_do_not_hold_an_agent() {
    let machine = Machine::new();
    let pipe = machine.state.path().join("pipe.jsonl");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    machine.hook("claude-code", &with(fixture("claude-code", "stop"), &[("transcript_path", json!(pipe))]));
    // The other end stays open. Without a limit, this would wait for ever.
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ai-detect"))
        .args(["capture", "hook", "claude-code"])
        .env("AI_DETECT_STATE_DIR", machine.state())
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let open = child.stdin.take();
    assert!(child.wait().unwrap().success());
    drop(open);
}

#[test]
fn all_worktrees_of_a_listed_repository_are_captured() {
    let machine = Machine::new();
    let tree = machine.repo.beside("tree");
    machine.repo.git(&["worktree", "add", "--quiet", "--detach", tree.to_str().unwrap()]);
    machine.hook("claude-code", &claude_edit("1", tree.join("src/cart.rs").to_str().unwrap(), 2, &["total"]));
    assert_eq!(machine.picked(&["path", "first"]), json!([["src/cart.rs", 2]]));
}

#[test]
fn whatever_comes_the_status_is_0_and_standard_output_is_what_the_agent_waits_for() {
    let machine = Machine::new();
    let long = "x".repeat(1 << 20);
    let deep = "[".repeat(100_000);
    for payload in
        ["", "null", "{}", "{", "\u{feff}{}", "\u{0}", "not json", &long, &deep, r#"{"hook_event_name":"Stop"}"#]
    {
        for agent in ["claude-code", "codex", "cursor", "copilot-cli", "nobody", ""] {
            let run = machine.hook_raw(agent, payload);
            assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{agent}: {payload:.20}");
        }
    }
    // Wrong usage would end with status 2, which tells an agent to stop.
    for args in
        [&["capture", "hook"][..], &["capture", "hook", "--new-option"], &["capture", "hook", "cursor", "--x", "-y"]]
    {
        let run = Run::of(machine.command(args).write_stdin("{}"));
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""), "{args:?}");
    }
    let asked = fixture("cursor", "before-submit-prompt").to_string();
    assert_eq!(machine.hook_raw("cursor", &asked).stdout, "{\"continue\":true}\n");
    assert_eq!(machine.hook_raw("claude-code", &fixture("claude-code", "stop").to_string()).stdout, "");
}

#[test]
fn a_fault_is_noted_and_the_agent_goes_on() {
    let machine = Machine::new();
    // The folder of the spool is a file: nothing can be written.
    std::fs::write(machine.state().join("trail"), "in the way").unwrap();
    machine.hook_fixture("claude-code", "post-tool-use-edit");
    let noted = std::fs::read_to_string(machine.state().join("capture/faults.jsonl")).unwrap();
    assert!(noted.contains("\"agent\":\"claude-code\"") && !noted.contains("total"), "{noted}");
    for _ in 0..3 {
        let old = "{\"time\":1,\"agent\":\"x\",\"fault\":\"y\"}\n".repeat(3000);
        std::fs::write(machine.state().join("capture/faults.jsonl"), old).unwrap();
        machine.hook_fixture("claude-code", "post-tool-use-edit");
    }
    assert!(std::fs::metadata(machine.state().join("capture/faults.jsonl")).unwrap().len() < 64 << 10);
}

#[test]
fn what_cannot_be_read_and_what_is_not_known_is_counted_where_it_is_listed() {
    let machine = Machine::new();
    machine.hook_raw("claude-code", "{\"cut\": \"off");
    machine.hook_fixture("claude-code", "an-event-of-later");
    machine.hook("claude-code", &fixture("others", "vscode"));
    assert_eq!(
        machine.picked(&["kind", "tool", "event", "cause", "path"]),
        json!([
            ["unreadable", "claude-code", null, "syntax", null],
            ["other", "claude-code", "SkyChanged", null, null],
            ["other", "vscode", "PostToolUse", null, null],
        ])
    );
}

#[test]
fn no_text_of_prompts_and_edits_is_on_the_disk() {
    let machine = Machine::new();
    let secret = "AKIAIOSFODNN7EXAMPLE";
    for agent in ["claude-code", "codex", "cursor", "copilot-cli"] {
        for (_, text) in fixtures(agent) {
            let text = text.replace("round the cart total", secret).replace("total.round()", secret);
            machine.hook_raw(agent, &text.replace(FOLDER, machine.root().to_str().unwrap()));
        }
    }
    // Neither an event's name, nor a session, nor a tool may carry text.
    let odd =
        json!({"session_id": secret.replace('A', " "), "cwd": FOLDER, "hook_event_name": format!("{secret} {secret}")});
    machine.hook("claude-code", &odd);
    assert!(machine.rows().len() > 20);
    let mut files = vec![machine.state()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}

#[test]
fn every_event_fits_the_kind_that_a_trail_has_for_it() {
    let machine = Machine::new();
    for agent in ["claude-code", "codex", "cursor", "copilot-cli"] {
        fixtures(agent).iter().for_each(|(name, _)| machine.hook_fixture(agent, name));
    }
    let spool = Spool::at(&machine.state().join("trail"));
    let sender = Sender::Client(ClientId::parse("laptop").unwrap());
    let batch = spool.next_batch(&sender, &mut Cursor::default(), 1000).unwrap().unwrap();
    let ids = Ids {
        person: None,
        repository: Some(RepositoryId::from_random([1; 16])),
        path: Some(PathId::from_random([2; 16])),
    };
    let mut kinds = BTreeSet::new();
    for line in batch.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Line::Numbered(incoming) = decode(line) else { panic!("{}", String::from_utf8_lossy(line)) };
        let keep = |body: &[u8]| Ok::<_, Infallible>(Commitment::of(&Salt::from_random([0; 32]), body));
        let Ok((event, extra)) = incoming.into_event(&ids, line, keep);
        // What a kind cannot hold would be kept beside it.
        assert_eq!(extra, None, "{}", String::from_utf8_lossy(line));
        kinds.insert(event.kind().word().to_owned());
    }
    let expected =
        ["capture.other", "edit", "generation", "prompt", "session.end", "session.start", "suggestion.accepted"];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn a_hook_starts_a_process_that_sends_and_sends_nothing_itself() {
    let machine = Machine::new();
    let (sender, heard) = channel();
    let server = Server::start(move |request| {
        // Nobody may listen any more: what counts is that somebody called.
        drop(sender.send(request.path().to_owned()));
        Reply::json(503, &json!({"error": {"code": "busy", "message": "later"}}))
    });
    let edit = claude_edit("1", machine.root().join("src/cart.rs").to_str().unwrap(), 1, &["x"]);
    let payload = edit.to_string().replace(FOLDER, machine.root().to_str().unwrap());
    let mut command = machine.command(&["capture", "hook", "claude-code"]);
    command
        .env("AI_DETECT_TRAIL_URL", server.url())
        .env("AI_DETECT_TRAIL_TOKEN", "t")
        .env("AI_DETECT_TRAIL_CLIENT", "c");
    command.env(
        "AI_DETECT_TRAIL_KEY",
        "trail.example.org/trail/eu/1+5a7fc8ea+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs",
    );
    let run = Run::of(command.write_stdin(payload));
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    // The process outlives the hook; how soon it calls, nobody promises.
    assert_eq!(heard.recv_timeout(Duration::from_secs(60)).unwrap(), "/v1/events");
}

#[test]
fn a_folder_that_is_no_repository_cannot_be_listed() {
    let machine = Machine::new();
    let folder = tempfile::tempdir().unwrap();
    let error = machine.run(&["capture", "add-repository", folder.path().to_str().unwrap()]).error(2);
    assert!(error.contains("git"), "{error}");
    let mut command = machine.repo.command(&["capture", "show"]);
    let relative = Run::of(command.env("AI_DETECT_STATE_DIR", "here")).error(2);
    assert!(relative.contains("AI_DETECT_STATE_DIR is here"), "{relative}");
}

#[test]
fn people_see_where_what_and_how_sure() {
    let machine = Machine::new();
    assert!(machine.run(&["capture", "show"]).text().contains("nothing is recorded yet"));
    machine.hook_fixture("codex", "post-tool-use-apply-patch-several-files");
    let shown = machine.run(&["capture", "show"]).text();
    let first = shown.lines().next().unwrap();
    assert!(first.contains("edit  codex  src/new.rs:1-2  example-codex-model (requested)"), "{first}");
    assert!(shown.contains("src/gone.rs (lines unknown)"), "{shown}");
}
