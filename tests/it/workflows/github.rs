//! A small runner of GitHub's: it runs the steps of a workflow for an event, on a clone as actions/checkout makes it, with
//! the action of this project as it stands and a small GitHub on loopback.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::expressions::{Values, filled, holds};
use super::origin::{NUMBER, Origin};
use crate::action::runner;
use crate::fake::github::{GitHub, REPOSITORY};
use crate::support::Repo;

pub(crate) const TOKEN: &str = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";

/// What starts a workflow.
pub(crate) struct Event {
    pub(crate) name: &'static str,
    /// What of it, for events that have types.
    pub(crate) action: &'static str,
    pub(crate) content: Value,
}

/// A repository on a GitHub.
pub(crate) struct Site {
    pub(crate) origin: Origin,
    pub(crate) github: GitHub,
    /// Whether a job's token may write.
    pub(crate) may_write: bool,
    /// Inputs of actions/checkout in the place of those that the workflow has.
    pub(crate) checkout: Value,
}

/// What a run left.
#[derive(Default)]
pub(crate) struct Ran {
    pub(crate) log: String,
    /// How many jobs there were.
    pub(crate) started: usize,
    /// Whether a step failed.
    pub(crate) failed: bool,
    /// The outputs of the action.
    pub(crate) flags: String,
    pub(crate) report: Value,
}

impl Site {
    pub(crate) fn new(origin: Origin) -> Self {
        let github = GitHub::start();
        let site = Site { github, origin, may_write: true, checkout: json!({}) };
        site.github.state().head.clone_from(&site.origin.head);
        site.github.state().pulls = vec![site.pull()];
        site
    }

    /// The same where jobs get a token that only reads, as for forks.
    pub(crate) fn read_only(mut self) -> Self {
        self.may_write = false;
        self
    }

    /// The request as the API gives it.
    pub(crate) fn pull(&self) -> Value {
        json!({
            "number": NUMBER, "body": "What it does", "labels": [], "author_association": "NONE", "state": "open",
            "head": {"sha": self.origin.head, "ref": "patch-1", "repo": {"id": 2, "full_name": "eve/engine"}},
            "base": {"sha": self.origin.base, "ref": "main", "repo": {"id": 1, "full_name": REPOSITORY}},
        })
    }

    fn repository() -> Value {
        json!({"id": 1, "default_branch": "main", "full_name": REPOSITORY})
    }

    pub(crate) fn pull_request(&self, action: &'static str) -> Event {
        let content = json!({"action": action, "pull_request": self.pull(), "repository": Self::repository()});
        Event { name: "pull_request", action, content }
    }

    pub(crate) fn merge_group(&self) -> Event {
        let group = json!({"base_sha": self.origin.repo.id("main"), "head_sha": self.origin.merged});
        let content = json!({"action": "checks_requested", "merge_group": group, "repository": Self::repository()});
        Event { name: "merge_group", action: "checks_requested", content }
    }

    pub(crate) fn comment(&self, body: &str) -> Event {
        let content = json!({
            "action": "created", "issue": {"number": NUMBER, "pull_request": {"url": "x"}},
            "comment": {"body": body}, "repository": Self::repository(),
        });
        Event { name: "issue_comment", action: "created", content }
    }

    /// The same in a thread on a line.
    pub(crate) fn comment_on_line(&self, body: &str) -> Event {
        let content = json!({
            "action": "created", "pull_request": self.pull(), "comment": {"body": body}, "repository": Self::repository(),
        });
        Event { name: "pull_request_review_comment", action: "created", content }
    }

    /// A run of the first stage is over. GitHub names no request for forks.
    pub(crate) fn run_is_over(&self) -> Event {
        let content = json!({
            "action": "completed", "repository": Self::repository(),
            "workflow_run": {
                "id": 99, "head_sha": self.origin.head, "head_branch": "patch-1", "event": "pull_request",
                "conclusion": "success", "pull_requests": [],
                "head_repository": {"full_name": "eve/engine", "owner": {"login": "eve"}},
            },
        });
        Event { name: "workflow_run", action: "completed", content }
    }

    /// Runs the jobs of a workflow that the event starts.
    pub(crate) fn run(&self, workflow: &Value, event: &Event) -> Ran {
        assert_starts(workflow, event);
        {
            let mut state = self.github.state();
            (state.may.comment, state.may.check) = (self.may_write, self.may_write);
        }
        let mut values = Values::new();
        flatten("github.event", &event.content, &mut values);
        values.insert("github.event_name".into(), event.name.into());
        values.insert("github.ref".into(), format!("refs/pull/{NUMBER}/merge"));
        values.insert("github.token".into(), TOKEN.into());
        values.insert("runner.temp".into(), self.origin.beside("temp").display().to_string());
        let mut ran = Ran::default();
        let mut started = 0;
        for job in workflow["jobs"].as_object().unwrap().values() {
            if !job["if"].as_str().is_none_or(|condition| holds(condition, &values)) {
                continue;
            }
            started += 1;
            let (values, workspace) = (values.clone(), self.workspace());
            Steps { site: self, event, values, ran: &mut ran, workspace, has_submodules: false }.run(job);
        }
        ran.started = started;
        assert!(!ran.log.contains(TOKEN), "{}", ran.log);
        ran
    }

    /// An empty folder, as a job begins with.
    fn workspace(&self) -> Repo {
        let folder = self.origin.beside("workspace");
        let _ = std::fs::remove_dir_all(&folder);
        let _ = std::fs::remove_dir_all(self.origin.beside("temp"));
        for folder in [&folder, &self.origin.beside("temp")] {
            std::fs::create_dir_all(folder).unwrap();
        }
        self.origin.repo.at(folder)
    }

    fn artifact(&self) -> PathBuf {
        self.origin.beside("artifact")
    }
}

/// A job that is being run.
struct Steps<'a> {
    site: &'a Site,
    event: &'a Event,
    values: Values,
    ran: &'a mut Ran,
    workspace: Repo,
    /// Whether the last checkout brought submodules.
    has_submodules: bool,
}

impl Steps<'_> {
    fn run(mut self, job: &Value) {
        for step in job["steps"].as_array().unwrap() {
            if !step["if"].as_str().is_none_or(|condition| holds(condition, &self.values)) {
                continue;
            }
            let succeeded = match step["uses"].as_str().map(|used| used.split('@').next().unwrap()) {
                Some("actions/checkout") => self.check_out(&step["with"]),
                Some("./.github/ai-detect") => {
                    assert!(self.has_submodules, "the checkout has no submodules, so the action is not there");
                    self.action(step)
                }
                // In our own repository.
                Some("./") => self.action(step),
                Some("actions/upload-artifact") => self.upload(&step["with"]),
                Some("actions/download-artifact") => self.download(&step["with"]),
                Some("github/codeql-action/upload-sarif") => self.upload_sarif(&step["with"]),
                Some(other) => panic!("the tests do not know what {other} does"),
                None => self.script(step),
            };
            if !succeeded && step["continue-on-error"] != true {
                self.ran.failed = true;
                return;
            }
        }
    }

    fn check_out(&mut self, with: &Value) -> bool {
        self.has_submodules = with["submodules"] == true;
        let origin = &self.site.origin;
        let mut with = with.clone();
        for (name, value) in self.site.checkout.as_object().unwrap() {
            with[name] = value.clone();
        }
        let (commit, to) = match self.event.name {
            "pull_request" | "pull_request_review_comment" => {
                (origin.merged.clone(), format!("refs/remotes/pull/{NUMBER}/merge"))
            }
            "merge_group" => (origin.merged.clone(), "refs/remotes/origin/gh-readonly-queue/main/pr-7".to_owned()),
            _ => (origin.repo.id("main"), "refs/remotes/origin/main".to_owned()),
        };
        std::fs::remove_dir(self.workspace.path()).unwrap();
        self.workspace = origin.checked_out("workspace", &with, &commit, &to);
        true
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let (site, file) = (self.site, self.site.origin.beside("event.json"));
        std::fs::write(&file, self.event.content.to_string()).unwrap();
        let url = site.github.server.url();
        vec![
            ("GITHUB_ACTIONS", "true".into()),
            ("CI", "true".into()),
            ("GITHUB_EVENT_NAME", self.event.name.into()),
            ("GITHUB_EVENT_PATH", file.display().to_string()),
            ("GITHUB_REPOSITORY", REPOSITORY.into()),
            ("GITHUB_SERVER_URL", "https://github.invalid".into()),
            ("GITHUB_WORKSPACE", self.workspace.path().display().to_string()),
            ("GITHUB_GRAPHQL_URL", format!("{url}/graphql")),
            ("GITHUB_API_URL", url),
            ("GITHUB_RUN_ID", "100".into()),
            ("RUNNER_TEMP", site.origin.beside("temp").display().to_string()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("HOME", site.origin.beside("home").display().to_string()),
        ]
    }

    fn action(&mut self, step: &Value) -> bool {
        let mut job = runner::Job::new(&runner::action(), self.workspace.path());
        for (name, value) in self.environment() {
            job = job.env(name, value);
        }
        let with = step["with"].as_object().into_iter().flatten();
        for (name, value) in with {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            job = job.with(name, filled(&value, &self.values));
        }
        assert_eq!(step["with"]["from-source"], true, "a workflow cannot download a release that does not exist");
        // The binary of the tests stands for the build.
        let binary = assert_cmd::cargo::cargo_bin!("ai-detect").display();
        let cargo = format!(
            "#!/bin/sh\nfor last; do :; done\nmkdir -p \"$last/release\"\nln -s {binary} \"$last/release/ai-detect\"\n"
        );
        let outcome = job.context("token", TOKEN).program("cargo", &cargo).run();
        self.ran.log += &outcome.log;
        if let Some(id) = step["id"].as_str() {
            for (name, value) in &outcome.outputs {
                self.values.insert(format!("steps.{id}.outputs.{name}"), value.clone());
            }
        }
        self.ran.flags.clone_from(&outcome.outputs["flags"]);
        let report = std::fs::read_to_string(&outcome.outputs["report"]).unwrap_or_default();
        self.ran.report = serde_json::from_str(&report).unwrap_or_default();
        outcome.succeeded
    }

    fn script(&mut self, step: &Value) -> bool {
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "what an expression stands for would be run: {script}");
        let mut bash = assert_cmd::Command::new("bash");
        bash.args(["-e", "-c", script]).current_dir(self.workspace.path()).env_clear();
        bash.env("PATH", std::env::var("PATH").unwrap()).envs(self.environment());
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            bash.env(name, filled(value.as_str().unwrap(), &self.values));
        }
        let ran = bash.output().unwrap();
        self.ran.log += &String::from_utf8_lossy(&ran.stdout);
        self.ran.log += &String::from_utf8_lossy(&ran.stderr);
        ran.status.success()
    }

    /// One file stands in an artifact by its name alone.
    fn upload(&self, with: &Value) -> bool {
        let path = filled(with["path"].as_str().unwrap(), &self.values);
        let file = Path::new(&path);
        std::fs::create_dir_all(self.site.artifact()).unwrap();
        std::fs::copy(file, self.site.artifact().join(file.file_name().unwrap())).is_ok()
    }

    fn download(&self, with: &Value) -> bool {
        let to = self.workspace.path().join(with["path"].as_str().unwrap());
        let Ok(files) = std::fs::read_dir(self.site.artifact()) else { return false };
        std::fs::create_dir_all(&to).unwrap();
        for file in files.flatten() {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
        true
    }

    fn upload_sarif(&self, with: &Value) -> bool {
        let file = filled(with["sarif_file"].as_str().unwrap(), &self.values);
        let sarif: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        sarif["version"] == "2.1.0"
    }
}

/// That a workflow is for an event.
fn assert_starts(workflow: &Value, event: &Event) {
    // YAML 1.1 takes `on` for a truth value.
    let on = workflow.get("on").or_else(|| workflow.get("true")).expect("a workflow says what starts it");
    let listed = match on {
        Value::String(name) => name == event.name,
        Value::Object(events) => events.contains_key(event.name),
        _ => false,
    };
    assert!(listed, "{} is not what starts it: {on}", event.name);
    let types: Vec<&str> = match on[event.name]["types"].as_array() {
        Some(types) => types.iter().map(|name| name.as_str().unwrap()).collect(),
        None if event.name == "pull_request" => vec!["opened", "synchronize", "reopened"],
        None => vec![event.action],
    };
    assert!(types.contains(&event.action), "{} of {} is not what starts it: {types:?}", event.action, event.name);
}

/// The values of an event by their names: `github.event.pull_request.number`.
fn flatten(name: &str, value: &Value, values: &mut Values) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| flatten(&format!("{name}.{key}"), value, values))
        }
        Value::Array(_) | Value::Null => {}
        Value::String(text) => drop(values.insert(name.to_owned(), text.clone())),
        other => drop(values.insert(name.to_owned(), other.to_string())),
    }
}
