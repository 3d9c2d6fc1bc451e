//! A small runner of GitLab's: it runs the script of a job in a merge-request pipeline, on a clone as the runner makes it
//! by the job's variables, with a small GitLab on loopback. The job has no git, as the image of this project has none.

use serde_json::{Value, json};

use super::documents::root;
use super::origin::{NUMBER, Origin};
use crate::action::write_program;
use crate::fake::gitlab::{Fake, JOB, TOKEN};

/// How a pipeline comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pipeline {
    /// On the source branch of a request.
    Request,
    /// On a merge of the request with the target's tip.
    MergedResults,
    /// By a webhook, on the default branch: somebody commented with a command.
    Comment,
}

/// A project on a GitLab.
pub(crate) struct Site {
    pub(crate) origin: Origin,
    pub(crate) fake: Fake,
    /// Whether the job's image has the program. Otherwise it has cargo, to build the program from the submodule.
    pub(crate) has_program: bool,
}

/// What a run left.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) log: String,
    /// The Code Quality report.
    pub(crate) code_quality: Value,
}

/// A stand-in for cargo: a build of the submodule puts the program below the folder that ends the command.
fn cargo(program: &str) -> String {
    let checked = "case \"$*\" in *--locked*--manifest-path\\ .gitlab/ai-detect/Cargo.toml*) ;; *) exit 1 ;; esac";
    let built = "for last; do :; done\n/bin/mkdir -p \"$last/release\"";
    format!("#!/bin/sh\n{checked}\n{built}\n/bin/ln -s {program} \"$last/release/ai-detect\"\n")
}

/// The jobs of a document, by name; an include stands for the template with its inputs.
pub(crate) fn jobs(yaml: &Value) -> Vec<Value> {
    let Some(includes) = yaml["include"].as_array() else {
        return yaml.as_object().unwrap().values().filter(|job| job.get("script").is_some()).cloned().collect();
    };
    let template = std::fs::read_to_string(root().join("templates/gitlab.yml")).unwrap();
    let of = |include: &Value| {
        let is_copy = include["local"] == ".gitlab/ai-detect.yml" || include["project"].is_string();
        assert!(is_copy, "{include} is no copy of the template");
        with_inputs(&template, &include["inputs"])
    };
    includes.iter().map(of).collect()
}

/// The job of the template.
pub(crate) fn with_inputs(template: &str, given: &Value) -> Value {
    let (head, body) = template.split_once("\n---\n").unwrap();
    let declared: Value = serde_yaml::from_str(head).unwrap();
    let declared = declared["spec"]["inputs"].as_object().unwrap();
    for name in given.as_object().into_iter().flat_map(|given| given.keys()) {
        assert!(declared.contains_key(name), "{name} is no input of the template");
    }
    let mut body = body.to_owned();
    for (name, input) in declared {
        let value = given.get(name).or(input.get("default")).unwrap_or_else(|| panic!("the input {name} is needed"));
        let value = value.as_str().map_or(value.to_string(), str::to_owned);
        body = body.replace(&format!("$[[ inputs.{name} ]]"), &value);
    }
    let jobs: Value = serde_yaml::from_str(&body).unwrap();
    jobs.as_object().unwrap().values().next().unwrap().clone()
}

impl Site {
    pub(crate) fn new(origin: Origin) -> Self {
        let fake = Fake::new();
        fake.project().push('a', &[("engine.py", 6), ("wheel.py", 6)]);
        (fake.project().head, fake.project().base) = (origin.head.clone(), origin.base.clone());
        Site { origin, fake, has_program: true }
    }

    /// Runs the one job of a document in a pipeline.
    pub(crate) fn run(&self, yaml: &Value, pipeline: Pipeline) -> Ran {
        let [job] = jobs(yaml).try_into().expect("one job");
        let variables = of_rule(&job, pipeline);
        let look_up =
            |name: &str| variables.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let commit = match pipeline {
            Pipeline::Request => self.origin.head.clone(),
            Pipeline::MergedResults => self.origin.merged.clone(),
            Pipeline::Comment => self.origin.repo.id("main"),
        };
        let _ = std::fs::remove_dir_all(self.origin.beside("project"));
        let clone = self.origin.fetched_by_runner("project", &commit, &look_up);
        let programs = self.origin.beside("programs");
        std::fs::create_dir_all(&programs).unwrap();
        let program = assert_cmd::cargo::cargo_bin!("ai-detect");
        if self.has_program {
            let _ = std::os::unix::fs::symlink(program, programs.join("ai-detect"));
        } else {
            assert_eq!(look_up("GIT_SUBMODULE_STRATEGY").as_deref(), Some("normal"), "the submodule would be empty");
            write_program(&programs.join("cargo"), &cargo(&program.display().to_string()));
        }
        let script = match &job["script"] {
            Value::String(line) => line.clone(),
            lines => lines.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n"),
        };
        let mut shell = assert_cmd::Command::new("/bin/sh");
        shell.args(["-e", "-c", &script]).current_dir(clone.path()).env_clear().env("PATH", &programs);
        shell.envs(self.environment(pipeline, &commit, clone.path())).envs(variables);
        let output = shell.output().unwrap();
        let log = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!log.contains(TOKEN) && !log.contains(JOB), "{log}");
        let file = job["artifacts"]["reports"]["codequality"].as_str().expect("a job leaves a Code Quality report");
        let code_quality = std::fs::read_to_string(clone.path().join(file)).unwrap_or_default();
        Ran {
            status: output.status.code().unwrap(),
            log,
            code_quality: serde_json::from_str(&code_quality).unwrap_or_default(),
        }
    }

    fn environment(&self, pipeline: Pipeline, commit: &str, folder: &std::path::Path) -> Vec<(&'static str, String)> {
        let mut set = vec![
            ("CI", "true".into()),
            ("GITLAB_CI", "true".into()),
            ("CI_API_V4_URL", self.fake.api()),
            ("CI_PROJECT_DIR", folder.display().to_string()),
            ("CI_PROJECT_ID", "4".into()),
            ("CI_PIPELINE_ID", "31".into()),
            ("CI_COMMIT_SHA", commit.to_owned()),
            ("CI_DEFAULT_BRANCH", "main".into()),
            ("CI_JOB_TOKEN", JOB.into()),
            ("AI_DETECT_GITLAB_TOKEN", TOKEN.into()),
        ];
        if pipeline == Pipeline::Comment {
            let file = self.origin.beside("payload.json");
            let payload = json!({
                "object_kind": "note", "project_id": 4,
                "object_attributes": {"noteable_type": "MergeRequest", "note": "/ai-detect dismiss c5a7f83d generated"},
                "merge_request": {"iid": NUMBER, "target_project_id": 4},
            });
            std::fs::write(&file, payload.to_string()).unwrap();
            set.extend([("CI_PIPELINE_SOURCE", "trigger".into()), ("TRIGGER_PAYLOAD", file.display().to_string())]);
            return set;
        }
        set.extend([
            ("CI_PIPELINE_SOURCE", "merge_request_event".into()),
            ("CI_MERGE_REQUEST_PROJECT_ID", "4".into()),
            ("CI_MERGE_REQUEST_IID", NUMBER.to_string()),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", self.origin.base.clone()),
        ]);
        if pipeline == Pipeline::MergedResults {
            set.push(("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", self.origin.head.clone()));
        }
        set
    }
}

/// The variables of a job, with those of the rule that lets the pipeline start it.
fn of_rule(job: &Value, pipeline: Pipeline) -> Vec<(String, String)> {
    let read = |variables: &Value| -> Vec<(String, String)> {
        let variables = variables.as_object().into_iter().flatten();
        variables.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
    };
    let wanted = match pipeline {
        Pipeline::Request | Pipeline::MergedResults => "merge_request_event",
        Pipeline::Comment => "trigger",
    };
    let source = format!("$CI_PIPELINE_SOURCE == \"{wanted}\"");
    let mut found = read(&job["variables"]);
    if let Some(rules) = job["rules"].as_array() {
        let rule = rules.iter().find(|rule| rule["if"].as_str().is_some_and(|rule| rule.starts_with(&source)));
        found.extend(read(&rule.unwrap_or_else(|| panic!("no rule is for {pipeline:?}"))["variables"]));
    }
    found
}
