//! Our hook in the files of agents: beside what is there, and gone again without a trace.

use std::path::{Path, PathBuf};

use ai_detect_capture::agents::{ALL, Agent, named};
use ai_detect_capture::event::Tool;
use ai_detect_capture::install::command::{of, quoted};
use ai_detect_capture::install::switches::{self, Switch};
use ai_detect_capture::install::{Done, Scope, events_in, install, uninstall};
use ai_detect_capture::state::State;
use assert_cmd::Command;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Repo, Run, cases};

/// A file of hooks in a folder of its own.
struct File {
    folder: TempDir,
    agent: &'static dyn Agent,
}

impl File {
    fn of(agent: &str, text: Option<&str>) -> Self {
        let file = Self { folder: tempfile::tempdir().unwrap(), agent: named(agent).unwrap() };
        if let Some(text) = text {
            std::fs::write(file.path(), text).unwrap();
        }
        file
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("hooks.json")
    }

    fn state(&self) -> State {
        State::at(&self.folder.path().join("state"))
    }

    fn install(&self) -> Done {
        self.install_program("/opt/ai-detect")
    }

    fn install_program(&self, program: &str) -> Done {
        let command = of(self.agent.tool(), &Scope::User, program);
        install(&self.state(), self.agent, &self.path(), &command).unwrap()
    }

    fn uninstall(&self) -> Done {
        uninstall(&self.state(), self.agent, &self.path()).unwrap()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    fn value(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    fn replace(&self, from: &str, to: &str) {
        assert!(self.text().contains(from), "{}", self.text());
        std::fs::write(self.path(), self.text().replacen(from, to, 1)).unwrap();
    }
}

/// Files as people and programs write them.
const FILES: [&str; 14] = [
    "{}",
    "{}\n",
    "{\n}\n",
    "{ }",
    "{\"model\":\"opus\"}",
    "{\n  \"model\": \"opus\"\n}\n",
    "{\n\t\"model\": \"opus\",\n\t\"env\": {\n\t\t\"A\": \"1\"\n\t}\n}",
    "{\r\n    \"model\": \"opus\"\r\n}\r\n",
    "{\n  \"hooks\": {}\n}\n",
    "{\n  \"hooks\": {\n  },\n  \"version\": 1\n}\n",
    "{\"version\":1,\"hooks\":{\"PostToolUse\":[],\"postToolUse\":[]}}",
    "{\n  \"version\": 1,\n  \"hooks\": {\n    \"PostToolUse\": [\n      {\n        \"matcher\": \"Edit\",\n        \"hooks\": [{\"type\": \"command\", \"command\": \"fmt\"}]\n      }\n    ],\n    \"postToolUse\": [{ \"command\": \"fmt\" }]\n  }\n}\n",
    "// mine\n{\n  // of the team, do not touch\n  \"hooks\": {\n    \"Stop\": [ /* none */ ], // later\n  }, /* end */\n}\n",
    "{\n  \"a\": \"// no comment, and } no end\",\n  \"\\u0068ooks\": {\"Stop\": [{\"command\": \"x\"}]}\n}\n",
];

#[test]
fn what_is_added_is_taken_away_to_the_last_byte() {
    for agent in ALL {
        for text in FILES {
            let file = File::of(agent.tool().word(), Some(text));
            assert!(matches!(file.install(), Done::Added(_)), "{text}");
            let installed = file.text();
            assert_eq!(
                events_in(&file.state(), *agent, &file.path()).unwrap(),
                agent.hooks().events.len(),
                "{installed}"
            );
            assert!(matches!(file.install(), Done::Already(_)));
            assert_eq!(file.text(), installed, "adding it twice changes nothing");
            assert!(matches!(file.uninstall(), Done::Removed(_)));
            assert_eq!(file.text(), text, "{} after\n{installed}", agent.name());
            assert!(matches!(file.uninstall(), Done::Absent(_)));
        }
        let file = File::of(agent.tool().word(), None);
        file.install();
        assert!(file.path().exists());
        file.uninstall();
        assert!(!file.path().exists(), "{}: a file that we made goes again", agent.name());
    }
}

fn settings() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        "[a-z\"\\\\{},/]{0,6}".prop_map(Value::from),
        Just(Value::Null)
    ];
    let entry = "[a-z]{1,4}".prop_map(|command| json!({"hooks": [{"type": "command", "command": command}]}));
    let events = prop_oneof![Just("PostToolUse"), Just("Stop"), Just("SessionStart"), Just("other")];
    let hooks = proptest::collection::hash_map(events, proptest::collection::vec(entry, 0..3), 0..4);
    let members = proptest::collection::hash_map("[a-z]{1,4}", leaf, 0..4);
    (members, proptest::option::of(hooks)).prop_map(|(members, hooks)| {
        let mut value = json!(members);
        if let Some(hooks) = hooks {
            value["hooks"] = json!(hooks);
        }
        value
    })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn any_settings_come_back_as_they_were(settings in settings(), pretty in any::<bool>(), agent in 0..ALL.len()) {
        let text = if pretty { serde_json::to_string_pretty(&settings) } else { serde_json::to_string(&settings) }.unwrap();
        let file = File::of(ALL[agent].tool().word(), Some(&text));
        file.install();
        let (mut installed, settings) = (file.value(), settings);
        // Every hook that was there still is, in its place.
        if let Some(hooks) = settings.get("hooks").and_then(Value::as_object) {
            for (event, entries) in hooks {
                let entries = entries.as_array().unwrap();
                prop_assert_eq!(&installed["hooks"][event].as_array_mut().unwrap()[..entries.len()], entries.as_slice());
            }
        }
        file.uninstall();
        prop_assert_eq!(file.text(), text);
    }
}

#[test]
fn what_people_added_later_stays() {
    let file = File::of("claude-code", Some("{\n  \"model\": \"opus\"\n}\n"));
    file.install();
    // Another setting at the end, another hook beside ours, and one in our own group.
    file.replace("\"model\": \"opus\",", "\"model\": \"opus\",\n  \"theme\": \"dark\",");
    file.replace(
        "\"PostToolUse\": [",
        "\"PostToolUse\": [\n      { \"hooks\": [{ \"type\": \"command\", \"command\": \"fmt\" }] },",
    );
    file.replace(
        "\n          }\n        ]\n      }\n    ],\n    \"SessionEnd\"",
        "\n          },\n          { \"type\": \"command\", \"command\": \"mine\" }\n        ]\n      }\n    ],\n    \"SessionEnd\"",
    );
    file.uninstall();
    assert_eq!(
        file.value(),
        json!({
            "model": "opus",
            "theme": "dark",
            "hooks": {
                "SessionStart": [{"hooks": [{"type": "command", "command": "mine"}]}],
                "PostToolUse": [{"hooks": [{"type": "command", "command": "fmt"}]}],
            },
        }),
        "{}",
        file.text()
    );
    assert!(file.text().contains("{ \"type\": \"command\", \"command\": \"mine\" }"), "{}", file.text());
}

#[test]
fn a_hook_of_an_earlier_place_and_of_a_lost_record_is_recognised() {
    let file = File::of("cursor", Some("{\"version\":1,\"hooks\":{\"stop\":[{\"command\":\"x\"}]}}"));
    file.install();
    file.replace("/opt/ai-detect capture", "'/my tools/ai-detect' capture");
    std::fs::remove_dir_all(file.state().folder()).unwrap();
    file.uninstall();
    let left = file.value();
    assert_eq!(left["hooks"]["stop"], json!([{"command": "x"}]));
    assert!(!file.text().contains("ai-detect"), "{}", file.text());
    // A hook that only mentions us, or is another agent's, is not ours.
    let text =
        "{\"hooks\":{\"stop\":[{\"command\":\"echo ai-detect\"},{\"command\":\"ai-detect capture hook codex\"}]}}";
    let file = File::of("cursor", Some(text));
    assert!(matches!(file.uninstall(), Done::Absent(_)));
    assert_eq!(file.text(), text);
}

#[test]
fn a_program_of_any_name_is_added_once_and_found_again() {
    for agent in ALL {
        for program in ["/opt/aid", "/opt/it's here/detect", r"C:\Program Files\aid.exe"] {
            let file = File::of(agent.tool().word(), Some("{}\n"));
            file.install_program(program);
            let installed = file.text();
            assert!(matches!(file.install_program(program), Done::Already(_)), "{program}");
            assert_eq!(
                events_in(&file.state(), *agent, &file.path()).unwrap(),
                agent.hooks().events.len(),
                "{program}"
            );
            assert_eq!(file.text(), installed);
            file.uninstall();
            assert_eq!(file.text(), "{}\n", "{program}");
        }
    }
}

#[test]
fn a_command_of_a_person_that_runs_ours_as_well_is_not_ours() {
    for command in [
        "ai-detect capture hook codex && ./mine.sh",
        "./before.sh; ai-detect capture hook codex",
        "/opt/ai-detect capture hook codex | tee log",
        "env A=1 ai-detect capture hook codex",
        "'./mine.sh' && '/opt/ai-detect' capture hook codex",
        "not-ai-detect capture hook codex",
        "ai-detect capture hook codex2",
    ] {
        let text = json!({"hooks": {"SessionEnd": [{"hooks": [{"type": "command", "command": command}]}]}}).to_string();
        let file = File::of("codex", Some(&text));
        assert!(matches!(file.uninstall(), Done::Absent(_)), "{command}");
        file.install();
        file.uninstall();
        assert_eq!(file.text(), text, "{command}");
    }
    for command in [
        "ai-detect capture hook codex",
        "'/it'\\''s/ai-detect' capture hook codex",
        "\"C:\\a b\\ai-detect.exe\" capture hook codex",
    ] {
        let text = json!({"hooks": {"SessionEnd": [{"hooks": [{"type": "command", "command": command}]}]}}).to_string();
        let file = File::of("codex", Some(&text));
        assert!(matches!(file.uninstall(), Done::Removed(_)), "{command}");
    }
}

#[test]
fn a_file_that_a_person_wrote_later_is_not_removed() {
    // The file that we made is gone, and a person wrote another one.
    let file = File::of("codex", None);
    file.install();
    std::fs::write(file.path(), "{}").unwrap();
    file.install();
    file.uninstall();
    assert_eq!(file.text(), "{}");
    // The same, seen by `uninstall` between them.
    let file = File::of("codex", None);
    file.install();
    std::fs::remove_file(file.path()).unwrap();
    assert!(matches!(file.uninstall(), Done::Absent(_)));
    std::fs::write(file.path(), "{\"hooks\": {}}").unwrap();
    file.install();
    file.uninstall();
    assert_eq!(file.text(), "{\"hooks\": {}}");
}

#[test]
fn a_comma_behind_our_hook_goes_with_it() {
    let ours = "{\"command\": \"ai-detect capture hook cursor\"}";
    for (list, left) in [
        (format!("[ {ours}, ]"), "[ ]"),
        (format!("[{ours},]"), "[]"),
        (format!("[{ours} , /* a, b */ ]"), "[ /* a, b */ ]"),
        (format!("[{{\"command\": \"x\"}}, {ours},]"), "[{\"command\": \"x\"},]"),
        (format!("[{ours} /* a, b */ ]"), "[ /* a, b */ ]"),
    ] {
        let file = File::of("cursor", Some(&format!("{{\"hooks\": {{\"stop\": {list}}}}}")));
        file.uninstall();
        assert_eq!(file.text(), format!("{{\"hooks\": {{\"stop\": {left}}}}}"), "{list}");
    }
}

#[test]
fn a_file_that_is_not_as_it_should_be_is_left_alone() {
    for text in ["{", "[]", "{\"hooks\": []}", "{\"hooks\": {\"PostToolUse\": {}}}", "{\"hooks\": 1}", "nothing"] {
        let file = File::of("claude-code", Some(text));
        let command = of(Tool::ClaudeCode, &Scope::User, "/opt/ai-detect");
        let error = install(&file.state(), file.agent, &file.path(), &command).unwrap_err().to_string();
        assert!(error.contains("hooks.json: ") && error.contains("Nothing was changed"), "{text}: {error}");
        assert_eq!(file.text(), text);
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_rights_stay_as_they_are() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let file = File::of("claude-code", None);
    let real = file.folder.path().join("dotfiles.json");
    std::fs::write(&real, "{}\n").unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, file.path()).unwrap();
    file.install();
    assert!(std::fs::symlink_metadata(file.path()).unwrap().is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(std::fs::read_to_string(&real).unwrap().contains("capture hook claude-code"));
    file.uninstall();
    assert_eq!(std::fs::read_to_string(&real).unwrap(), "{}\n");
}

#[test]
fn the_program_s_place_is_quoted_for_each_shell() {
    assert_eq!(quoted("/usr/local/bin/ai-detect"), "/usr/local/bin/ai-detect");
    assert_eq!(quoted("/Users/Ada L/ai-detect"), "'/Users/Ada L/ai-detect'");
    assert_eq!(quoted("/it's/$HOME/`x`"), r"'/it'\''s/$HOME/`x`'");
    assert_eq!(quoted(r"C:\Program Files\ai-detect.exe"), r#""C:\Program Files\ai-detect.exe""#);
    let command = of(Tool::CopilotCli, &Scope::User, r"C:\Ada's\ai-detect.exe");
    assert_eq!(command.powershell, r"& 'C:\Ada''s\ai-detect.exe' capture hook copilot-cli");
    // In a project, it is not known where the program is, nor whether it is there.
    let project = of(Tool::Cursor, &Scope::Project(PathBuf::new()), "/opt/ai-detect").unix;
    assert!(!project.contains("/opt"), "{project}");
}

#[cfg(unix)]
#[test]
fn the_command_of_a_project_is_silent_where_the_program_is_missing() {
    let command = of(Tool::Cursor, &Scope::Project(PathBuf::new()), "/opt/ai-detect").unix;
    let run = Run::of(Command::new("/bin/sh").args(["-c", &command]).env_clear().env("PATH", "/nowhere"));
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
}

#[test]
fn what_switches_hooks_off_is_found() {
    let home = tempfile::tempdir().unwrap();
    let variable = |name: &str| (name == "HOME").then(|| home.path().as_os_str().to_owned());
    let found = |agent: &str| switches::of(named(agent).unwrap(), &variable).unwrap();
    let write = |path: &str, text: &str| {
        let path = home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    assert_eq!(found("claude-code"), []);
    assert!(matches!(found("codex").as_slice(), [Switch::NotTrusted { .. }]));
    write(".claude/settings.json", "{\"disableAllHooks\": true}");
    assert!(matches!(found("claude-code").as_slice(), [Switch::Off { setting: "disableAllHooks", .. }]));
    write(".claude/settings.json", "{\"disableAllHooks\": false}");
    assert_eq!(found("claude-code"), []);
    write(".claude/settings.json", "{");
    assert!(matches!(found("claude-code").as_slice(), [Switch::Unreadable(_)]));
    write(
        ".codex/config.toml",
        "[features]\nhooks = false\n[hooks.state.\"x:post_tool_use:0:0\"]\ntrusted_hash = \"sha256:1\"\n",
    );
    assert!(matches!(found("codex").as_slice(), [Switch::Off { setting: "features.hooks = false", .. }]));
    write(".copilot/config.json", "// comments\n{\"disableAllHooks\": true,}");
    assert!(matches!(found("copilot-cli").as_slice(), [Switch::Off { .. }]));
}

/// A user with a home, and agents in it.
struct User {
    home: TempDir,
    repo: Repo,
}

impl User {
    fn new(agents: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        agents.iter().for_each(|folder| std::fs::create_dir(home.path().join(folder)).unwrap());
        let repo = Repo::new();
        repo.commit_file("src/cart.rs", "fn main() {}\n");
        Self { home, repo }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.repo.command(args);
        command.env("HOME", self.home.path()).env("AI_DETECT_STATE_DIR", self.home.path().join("state"));
        command.env_remove("CLAUDE_CONFIG_DIR").env_remove("CODEX_HOME").env_remove("COPILOT_HOME");
        command
    }

    fn run(&self, args: &[&str]) -> String {
        Run::of(&mut self.command(args)).text()
    }

    fn file(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }
}

/// The command of the first hook in a file.
fn command_in(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    value["hooks"]["PostToolUse"][0]["hooks"][0]["command"].as_str().unwrap().to_owned()
}

#[cfg(unix)]
#[test]
fn the_installed_command_records_what_an_agent_does() {
    let user = User::new(&[".claude"]);
    let added = user.run(&["capture", "install"]);
    assert!(added.contains("Claude Code: hook added to") && !added.contains("Cursor"), "{added}");
    assert!(added.contains("No repository is captured yet"), "{added}");
    user.run(&["capture", "add-repository", "."]);
    let payload =
        super::claude_edit("1", user.repo.path().join("src/cart.rs").to_str().unwrap(), 1, &["x"]).to_string();
    let mut hook = Command::new("/bin/sh");
    hook.args(["-c", &command_in(&user.file(".claude/settings.json"))]).env("AI_DETECT_STATE_DIR", user.file("state"));
    let run = Run::of(hook.write_stdin(payload));
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let status = user.run(&["capture", "status"]);
    assert!(
        status.contains("Claude Code (claude-code)\n  hook: in") && status.contains("(events kept here: 1)"),
        "{status}"
    );
    user.run(&["capture", "uninstall"]);
    assert!(!user.file(".claude/settings.json").exists());
    assert!(user.run(&["capture", "status"]).contains("`ai-detect capture install claude-code` adds it"));
}

#[test]
fn an_agent_that_is_not_here_is_added_only_by_name() {
    let user = User::new(&[]);
    let error = Run::of(&mut user.command(&["capture", "install"])).error(2);
    assert!(error.contains("name one: claude-code, codex, cursor, copilot-cli"), "{error}");
    let added = user.run(&["capture", "install", "codex", "copilot-cli"]);
    assert!(added.contains("Codex runs none until you trust it"), "{added}");
    let text = std::fs::read_to_string(user.file(".codex/hooks.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    // Codex refuses a file with any other member.
    assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["hooks"]);
    assert!(user.file(".copilot/hooks/ai-detect.json").exists());
    assert!(user.run(&["capture", "status"]).contains("warning: no hook is trusted"));
    user.run(&["capture", "uninstall"]);
    assert!(!user.file(".codex/hooks.json").exists() && !user.file(".copilot/hooks/ai-detect.json").exists());
}

#[test]
fn a_project_gets_the_hook_only_when_asked() {
    let user = User::new(&[".cursor"]);
    user.run(&["capture", "install", "--project", "cursor"]);
    let text = std::fs::read_to_string(user.repo.path().join(".cursor/hooks.json")).unwrap();
    assert!(text.contains("command -v ai-detect") && !user.file(".cursor/hooks.json").exists(), "{text}");
    user.run(&["capture", "uninstall", "--project", "cursor"]);
    assert!(!user.repo.path().join(".cursor/hooks.json").exists());
}

#[test]
fn a_pause_records_nothing_and_leaves_a_gap() {
    let machine = super::Machine::new();
    machine.run(&["capture", "pause"]).text();
    assert!(machine.run(&["capture", "pause"]).text().contains("pauses already"));
    machine.hook_fixture("claude-code", "post-tool-use-edit");
    assert!(machine.run(&["capture", "status"]).text().contains("Paused since"));
    machine.run(&["capture", "resume"]).text();
    assert!(machine.run(&["capture", "resume"]).text().contains("does not pause"));
    machine.hook_fixture("claude-code", "post-tool-use-edit");
    assert_eq!(
        machine.picked(&["kind", "cause"]),
        json!([["gap.opened", "paused"], ["gap.opened", "paused"], ["edit", null]])
    );
}

#[test]
fn status_shows_what_was_not_understood_and_what_went_wrong() {
    let machine = super::Machine::new();
    machine.hook_fixture("claude-code", "an-event-of-later");
    machine.hook("claude-code", &super::fixture("others", "vscode"));
    machine.hook_raw("claude-code", "{");
    std::fs::write(machine.state().join("capture/paused.json"), "no json").unwrap();
    machine.hook_fixture("claude-code", "post-tool-use-edit");
    std::fs::remove_file(machine.state().join("capture/paused.json")).unwrap();
    let status = machine.run(&["capture", "status"]).text();
    for expected in [
        "Not understood: 2 of an unknown kind, 1 unreadable",
        "Other products, credited to nobody: vscode 1",
        "Faults: 1; the last at",
        "hook of claude-code",
        "paused.json: not written by this program",
        "does not show: which request an edit belongs to",
    ] {
        assert!(status.contains(expected), "{expected}\n{status}");
    }
}
