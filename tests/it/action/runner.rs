//! A small runner of composite actions: reads action.yml, and runs its steps as GitHub's runner does,
//! with the values of inputs and of steps that ran before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A folder with action.yml in it.
pub(crate) fn action() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// How a job's use of the action is set up.
pub(crate) struct Job {
    action: PathBuf,
    workspace: PathBuf,
    temp: tempfile::TempDir,
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    /// What `github.NAME` is.
    context: BTreeMap<&'static str, String>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) succeeded: bool,
    /// Standard output and standard error of the steps, as the job log shows them.
    pub(crate) log: String,
    pub(crate) outputs: BTreeMap<String, String>,
}

impl Job {
    /// A job on Linux and x86-64 in a checkout.
    pub(crate) fn new(action: &Path, workspace: &Path) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let mut environment = BTreeMap::new();
        for (name, value) in
            [("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64"), ("GITHUB_ACTIONS", "true"), ("CI", "true")]
        {
            environment.insert(name.to_owned(), value.to_owned());
        }
        environment.insert("RUNNER_TEMP".to_owned(), temp.path().display().to_string());
        environment.insert("PATH".to_owned(), std::env::var("PATH").unwrap());
        let context = BTreeMap::from([
            ("action_path", action.display().to_string()),
            ("action_repository", "example/ai-detect".to_owned()),
            ("server_url", "https://github.invalid".to_owned()),
            ("token", String::new()),
        ]);
        let inputs = BTreeMap::new();
        Job { action: action.to_owned(), workspace: workspace.to_owned(), temp, inputs, environment, context }
    }

    /// Sets an input, as `with:` does.
    pub(crate) fn with(mut self, input: &str, value: impl Into<String>) -> Self {
        self.inputs.insert(input.to_owned(), value.into());
        self
    }

    /// Sets a variable of the job's environment.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// Sets what `github.NAME` is.
    pub(crate) fn context(mut self, name: &'static str, value: &str) -> Self {
        self.context.insert(name, value.to_owned());
        self
    }

    /// Puts a program first on the path.
    pub(crate) fn program(mut self, name: &str, script: &str) -> Self {
        let folder = self.temp.path().join("programs");
        std::fs::create_dir_all(&folder).unwrap();
        super::write_program(&folder.join(name), script);
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        self.environment.insert("PATH".to_owned(), path);
        self
    }

    /// Runs the steps, up to the first that fails.
    pub(crate) fn run(&self) -> Outcome {
        let text = std::fs::read_to_string(self.action.join("action.yml")).unwrap();
        let action: Value = serde_yaml::from_str(&text).unwrap();
        let inputs = action["inputs"].as_object().unwrap();
        let unknown: Vec<_> = self.inputs.keys().filter(|name| !inputs.contains_key(*name)).collect();
        assert!(unknown.is_empty(), "not inputs: {unknown:?}");
        let mut values: BTreeMap<String, String> =
            self.context.iter().map(|(name, value)| (format!("github.{name}"), value.clone())).collect();
        for (name, input) in inputs {
            let default = evaluate(input["default"].as_str().unwrap_or_default(), &values);
            values.insert(format!("inputs.{name}"), self.inputs.get(name).cloned().unwrap_or(default));
        }
        let mut outcome = Outcome { succeeded: true, log: String::new(), outputs: BTreeMap::new() };
        for step in action["runs"]["steps"].as_array().unwrap() {
            outcome.succeeded = self.step(step, &mut values, &mut outcome.log);
            if !outcome.succeeded {
                break;
            }
        }
        for (name, output) in action["outputs"].as_object().unwrap() {
            outcome.outputs.insert(name.clone(), evaluate(output["value"].as_str().unwrap(), &values));
        }
        outcome
    }

    fn step(&self, step: &Value, values: &mut BTreeMap<String, String>, log: &mut String) -> bool {
        let id = step["id"].as_str().unwrap();
        assert_eq!(step["shell"], "bash", "{id}");
        let run = step["run"].as_str().unwrap();
        // An expression in a script would be pasted into it: what it stands for would be run.
        assert!(!run.contains("${{"), "{id}: {run}");
        let (script, output) = (self.temp.path().join(format!("{id}.sh")), self.temp.path().join(format!("{id}.out")));
        std::fs::write(&script, run).unwrap();
        std::fs::write(&output, "").unwrap();
        let mut bash = assert_cmd::Command::new("bash");
        bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(&script).current_dir(&self.workspace);
        bash.env_clear().envs(&self.environment).env("GITHUB_OUTPUT", &output);
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            bash.env(name, evaluate(value.as_str().unwrap(), values));
        }
        let ran = bash.output().unwrap();
        log.push_str(&String::from_utf8_lossy(&ran.stdout));
        log.push_str(&String::from_utf8_lossy(&ran.stderr));
        for (name, value) in outputs(&std::fs::read_to_string(&output).unwrap()) {
            values.insert(format!("steps.{id}.outputs.{name}"), value);
        }
        ran.status.success()
    }
}

/// The outputs in a step's file: `NAME=VALUE`, or `NAME<<END`, lines, and `END`.
fn outputs(text: &str) -> Vec<(String, String)> {
    let (mut lines, mut found) = (text.lines(), Vec::new());
    while let Some(line) = lines.next() {
        if let Some((name, end)) = line.split_once("<<") {
            let value: Vec<_> = lines.by_ref().take_while(|line| *line != end).collect();
            found.push((name.to_owned(), value.join("\n")));
        } else {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line:?} is no output"));
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    found
}

/// Puts values in the place of `${{ NAME }}`; a name without one is empty, as on GitHub.
fn evaluate(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut parts = text.split("${{");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("an expression ends");
        let (name, known) = (name.trim(), ["github.", "inputs.", "steps."]);
        assert!(known.iter().any(|context| name.starts_with(context)), "the tests' runner does not know {name}");
        result += values.get(name).map_or("", String::as_str);
        result += rest;
    }
    result
}
