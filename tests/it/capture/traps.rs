//! Traps in what agents report: ids that are none, models that nobody knows, repeats, lines that moved, types that lie.

use ai_detect_capture::edits::{find, replacements};
use ai_detect_capture::event::{LineRange, Lines, Model};
use ai_detect_capture::paths::absolute;
use serde_json::{Value, json};

use super::{FOLDER, Machine, claude_edit, fixture, with, without};

/// An id of something else is never called the request of the provider.
#[test]
fn no_id_is_taken_for_a_request() {
    let machine = Machine::new();
    for (agent, name) in [("cursor", "post-tool-use-write"), ("codex", "post-tool-use-apply-patch")] {
        machine.hook(agent, &with(fixture(agent, name), &[("request_id", json!("7c1d2f30"))]));
    }
    assert_eq!(machine.picked(&["tool", "request_id"]), json!([["cursor", null], ["codex", null]]));
}

/// An alias, a placeholder and a name for people are no model.
#[test]
fn what_is_no_model_is_absent() {
    for name in ["auto", "Auto", "default", "<synthetic>", "unknown", "", "Example Model 4", "../model"] {
        assert_eq!(Model::requested(Some(name)), None, "{name}");
    }
    let model = Model::requested(Some("example-model")).unwrap();
    assert_eq!(model.id.as_str(), "example-model");
}

/// The model of the session's start is not that of an edit: it may have been switched since.
#[test]
fn the_model_of_a_session_is_not_given_to_its_edits() {
    let machine = Machine::new();
    machine.hook_fixture("claude-code", "session-start");
    machine.hook_fixture("claude-code", "post-tool-use-edit");
    assert_eq!(machine.picked(&["kind", "model"]), json!([["session.start", "claude-example-1"], ["edit", null]]));
}

/// A batch repeats calls that were reported one by one.
#[test]
fn a_batch_is_not_counted_again() {
    let machine = Machine::new();
    machine.hook_fixture("claude-code", "post-tool-use-edit");
    machine.hook_fixture("claude-code", "post-tool-batch");
    assert_eq!(machine.rows().len(), 1);
}

/// A call that ran was not necessarily looked at by a person.
#[test]
fn running_is_not_taken_for_a_decision_of_a_person() {
    let machine = Machine::new();
    let modes = ["default", "plan", "acceptEdits", "bypassPermissions", "dontAsk", "something-new"];
    for (call, mode) in modes.iter().enumerate() {
        let edit = claude_edit(&call.to_string(), "/srv/shop/src/cart.rs", 1, &["x"]);
        machine.hook("claude-code", &with(edit, &[("permission_mode", json!(mode))]));
    }
    assert_eq!(
        machine.picked(&["actor"]),
        json!([["unknown"], ["unknown"], ["automatic"], ["automatic"], ["policy"], ["unknown"]])
    );
}

/// A session that goes on has begun once.
#[test]
fn resuming_is_not_a_new_session() {
    let machine = Machine::new();
    machine.hook_fixture("claude-code", "session-start");
    machine.hook_fixture("claude-code", "session-start-resumed");
    let other = with(fixture("claude-code", "session-start"), &[("session_id", json!("another"))]);
    machine.hook("claude-code", &other);
    assert_eq!(machine.picked(&["kind"]), json!([["session.start"], ["session.start"]]));
}

/// Hooks fire twice, side by side, and in other products.
#[test]
fn a_call_that_is_reported_several_times_counts_once() {
    let machine = Machine::new();
    for agent in ["claude-code", "cursor", "claude-code"] {
        machine.hook(agent, &fixture("claude-code", "post-tool-use-edit"));
    }
    // Both events of Cursor that report an edit, and the hook of Claude Code that it runs as well.
    machine.hook_fixture("cursor", "post-tool-use-str-replace");
    machine.hook_fixture("cursor", "after-file-edit");
    machine.hook("claude-code", &fixture("cursor", "after-file-edit"));
    for _ in 0..2 {
        machine.hook_fixture("copilot-cli", "post-tool-use-edit");
    }
    assert_eq!(machine.picked(&["tool"]), json!([["claude-code"], ["cursor"], ["copilot-cli"]]));
}

/// What differs in anything is another call.
#[test]
fn calls_that_only_look_alike_count_each() {
    let machine = Machine::new();
    let edit = |call: &str, path: &str| machine.hook("claude-code", &claude_edit(call, path, 1, &["x"]));
    edit("1", "/srv/shop/a.rs");
    edit("2", "/srv/shop/a.rs");
    edit("3", "/srv/shop/b.rs");
    machine.hook_fixture("cursor", "after-file-edit");
    let later = with(fixture("cursor", "after-file-edit"), &[("generation_id", json!("the-next-prompt"))]);
    machine.hook("cursor", &later);
    assert_eq!(machine.rows().len(), 5);
}

/// Many hooks at once are counted as one after the other.
#[test]
fn reports_side_by_side_count_once() {
    let machine = Machine::new();
    let call = |call: &str| {
        let payload = claude_edit(call, machine.root().join("src/cart.rs").to_str().unwrap(), 2, &["x"]);
        let mut command = machine.command(&["capture", "hook", "claude-code"]);
        command.write_stdin(payload.to_string().replace(FOLDER, machine.root().to_str().unwrap()));
        command
    };
    let commands: Vec<_> = (0..6).flat_map(|number| [call("shared"), call(&format!("own-{number}"))]).collect();
    let threads: Vec<_> =
        commands.into_iter().map(|mut command| std::thread::spawn(move || command.assert().success())).collect();
    threads.into_iter().for_each(|thread| drop(thread.join().unwrap()));
    assert_eq!(machine.rows().len(), 7);
}

/// Lines of a person that are among those of an edit are not credited to the tool.
#[test]
fn an_edit_that_a_person_changed_has_no_lines_of_the_tool() {
    let machine = Machine::new();
    machine.hook_fixture("claude-code", "post-tool-use-edit-changed-by-person");
    // The same, with a yes as a text.
    let mut payload = fixture("claude-code", "post-tool-use-edit-changed-by-person");
    payload["tool_response"]["userModified"] = json!("true");
    payload["tool_use_id"] = json!("another");
    machine.hook("claude-code", &payload);
    let row = json!(["src/cart.rs", null, null, null, "human"]);
    assert_eq!(machine.picked(&["path", "first", "last", "added", "actor"]), json!([row, row]));
}

/// A formatter was quicker than the hook. What the file no longer has, has no place.
#[test]
fn lines_that_are_no_longer_there_are_unknown() {
    let machine = Machine::new();
    machine.repo.write("src/cart.rs", "fn main() {\n    total . round( )\n}\n");
    machine.hook_fixture("codex", "post-tool-use-apply-patch");
    assert_eq!(machine.picked(&["path", "first", "added"]), json!([["src/cart.rs", null, 1]]));
}

/// Neither what a shell command wrote nor a file that somebody saved is credited to anybody.
#[test]
fn a_change_without_an_author_is_nobody_s() {
    let machine = Machine::new();
    machine.hook_fixture("claude-code", "post-tool-use-bash");
    machine.hook_fixture("claude-code", "file-changed");
    machine.hook_fixture("cursor", "post-tool-use-shell");
    machine.hook_fixture("copilot-cli", "post-tool-use-bash");
    assert!(machine.rows().is_empty());
    // A patch that went through a shell names its files itself.
    machine.hook_fixture("codex", "post-tool-use-patch-in-a-shell");
    assert_eq!(machine.picked(&["path"]), json!([["src/cart.rs"]]));
}

/// Ids are missing, empty, or no ids.
#[test]
fn an_event_without_ids_is_recorded_without_them() {
    let machine = Machine::new();
    let edit = claude_edit("", "/srv/shop/src/cart.rs", 2, &["x"]);
    machine.hook("claude-code", &without(edit.clone(), &["tool_use_id"]));
    machine.hook("claude-code", &with(edit, &[("session_id", json!("two words"))]));
    assert_eq!(machine.picked(&["path", "session"]), json!([["src/cart.rs", "s-1"], ["src/cart.rs", null]]));
}

/// Text that is in several places, or of which a part is older.
#[test]
fn lines_are_known_only_where_there_is_one_place() {
    let lines = |file: &str, pairs: &[(&str, &str)]| match replacements(pairs.iter().copied()).lines {
        Lines::Find(pieces) => find(file, &pieces).map(|LineRange { first, last }| (first, last)),
        _ => None,
    };
    let file = "a\nb\nnew\nc\nsame\nsame\n";
    assert_eq!(lines(file, &[("old", "new")]), Some((3, 3)));
    assert_eq!(lines(file, &[("b\nold\nc", "b\nnew\nc")]), Some((3, 3)));
    assert_eq!(lines("a\r\nb\r\nnew\r\n", &[("x", "b\nnew\n")]), Some((2, 3)));
    assert_eq!(lines(file, &[("x", "a"), ("y", "new")]), None, "a is in two places");
    assert_eq!(lines(file, &[("x", "same")]), None);
    assert_eq!(lines(file, &[("x", "not there")]), None);
    assert_eq!(lines(file, &[("x", "\n")]), None);
    assert_eq!(lines(file, &[("b\nnew", "b")]), None, "only something was taken away");
}

/// Paths of all systems, in all spellings.
#[test]
fn paths_have_one_form() {
    for (path, folder, expected) in [
        ("/srv/shop/src/a.rs", None, Some("/srv/shop/src/a.rs")),
        ("src/a.rs", Some("/srv/shop"), Some("/srv/shop/src/a.rs")),
        ("./src/../b.rs", Some("/srv/shop/"), Some("/srv/shop/b.rs")),
        ("C:\\srv\\shop\\a.rs", None, Some("c:/srv/shop/a.rs")),
        ("/c:/srv/shop/a.rs", None, Some("c:/srv/shop/a.rs")),
        ("src\\a.rs", Some("C:\\srv\\shop"), Some("c:/srv/shop/src/a.rs")),
        ("src/a.rs", Some("/C:/srv/shop"), Some("c:/srv/shop/src/a.rs")),
        ("file:///srv/a.rs", None, Some("/srv/a.rs")),
        // A folder of another machine, and no folder of this one.
        ("\\\\server\\share\\a.rs", None, Some("//server/share/a.rs")),
        ("src\\..\\a.rs", Some("\\\\server\\share"), Some("//server/share/a.rs")),
        ("//srv/a.rs", None, Some("/srv/a.rs")),
        // A backslash is part of a name here.
        ("/srv/a\\b.rs", None, Some("/srv/a\\b.rs")),
        ("a.rs", None, None),
        ("a.rs", Some("also/relative"), None),
    ] {
        assert_eq!(absolute(path, folder).as_deref(), expected, "{path} in {folder:?}");
    }
}

/// A cell of a notebook has no lines in the file, and lines of a completion begin at 1.
#[test]
fn what_has_no_line_numbers_gets_none() {
    let machine = Machine::new();
    machine.hook_fixture("claude-code", "post-tool-use-notebook-edit");
    machine.hook_fixture("claude-code", "post-tool-use-multi-edit");
    let zero = json!([{"old_string": "", "new_string": "x", "range": {"start_line_number": 0}}]);
    machine.hook("cursor", &with(fixture("cursor", "after-tab-file-edit"), &[("edits", zero)]));
    assert_eq!(
        machine.picked(&["path", "first"]),
        json!([["eda.ipynb", null], ["src/cart.rs", null], ["src/cart.rs", null]])
    );
}

/// Types and encodings lie.
#[test]
fn wrong_types_are_read_where_they_can_be_and_counted_where_not() {
    let machine = Machine::new();
    let mut texts = fixture("claude-code", "post-tool-use-edit");
    texts["tool_input"] = json!(texts["tool_input"].to_string());
    texts["tool_response"]["structuredPatch"][0]["newStart"] = json!("41");
    texts["tool_response"] = json!(texts["tool_response"].to_string());
    machine.hook("claude-code", &texts);
    assert_eq!(machine.picked(&["kind", "first"]), json!([["edit", 42]]));
    machine.hook("claude-code", &fixture("unreadable", "wrong-types"));
    machine.hook("claude-code", &fixture("unreadable", "without-a-path"));
    let raw = format!(
        "{{\"session_id\":\"s\",\"cwd\":\"{FOLDER}\",\"hook_event_name\":\"UserPromptSubmit\",\"prompt\":\"a\tb\n\"}}"
    );
    machine.hook_raw("claude-code", &raw.replace(FOLDER, machine.root().to_str().unwrap()));
    let kinds: Vec<Value> = machine.rows().iter().map(|row| row["kind"].clone()).collect();
    assert_eq!(kinds, ["edit", "unreadable", "unreadable", "prompt"]);
}
