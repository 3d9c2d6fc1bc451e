//! The script of the GitLab template, run by a shell as GitLab's runner does, and what the examples of
//! workflows ask the action for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::runner::action;
use super::{TELLS, write_program};
use crate::support::Repo;

/// The template's job with values for inputs, the others at their defaults.
fn job(values: &[(&str, &str)]) -> Value {
    let text = std::fs::read_to_string(action().join("templates/gitlab.yml")).unwrap();
    let (head, body) = text.split_once("\n---\n").unwrap();
    let inputs: Value = serde_yaml::from_str(head).unwrap();
    let mut body = body.to_owned();
    for (name, input) in inputs["spec"]["inputs"].as_object().unwrap() {
        let given = values.iter().find(|(given, _)| given == name).map(|(_, value)| (*value).to_owned());
        let default = input.get("default").map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        let value = given.or(default).unwrap_or_else(|| "registry.example/ai-detect:1".to_owned());
        body = body.replace(&format!("$[[ inputs.{name} ]]"), &value);
    }
    serde_yaml::from_str::<Value>(&body).unwrap()["ai-detect"].clone()
}

/// What the job's script asks the binary for.
fn asked(job: &Value) -> String {
    let repo = Repo::nowhere();
    write_program(&repo.path().join("ai-detect"), TELLS);
    let lines: Vec<_> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let mut shell = assert_cmd::Command::new("sh");
    shell.args(["-e", "-c", &lines.join("\n")]).current_dir(repo.path()).env_clear();
    shell.env("PATH", format!("{}:{}", repo.path().display(), std::env::var("PATH").unwrap()));
    shell.env("GITHUB_OUTPUT", repo.beside("outputs"));
    for (name, value) in job["variables"].as_object().unwrap() {
        shell.env(name, value.as_str().unwrap());
    }
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The program writes its results itself: `>` of a shell would follow a link that the change put there.
    assert!(lines.iter().all(|line| !line.replace(">/dev/null", "").contains('>')), "{lines:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    told.lines().next().unwrap().to_owned()
}

#[test]
fn the_template_runs_on_merge_requests_with_the_whole_history() {
    let job = job(&[]);
    assert_eq!(asked(&job), "asked: ci --output FILE --max-comments 10");
    assert_eq!(job["variables"]["GIT_DEPTH"], "0");
    assert_eq!(job["rules"][0]["if"], "$CI_PIPELINE_SOURCE == \"merge_request_event\"");
    assert_eq!(job["allow_failure"], true);
}

#[test]
fn the_inputs_of_the_template_become_options() {
    let job = job(&[("inline", "false"), ("max-comments", "3"), ("dry-run", "true"), ("allow-failure", "false")]);
    assert_eq!(asked(&job), "asked: ci --output FILE --max-comments 3 --no-inline --dry-run");
    assert_eq!(job["allow_failure"], false);
}

#[test]
fn the_examples_use_the_action_as_it_is() {
    let mut uses = 0;
    let examples = std::fs::read_dir(action().join("examples/workflows")).unwrap();
    let mut sources: Vec<String> =
        examples.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let readme = std::fs::read_to_string(action().join("README.md")).unwrap();
    sources.extend(readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next()).map(str::to_owned));
    for source in sources {
        let workflow: Value = serde_yaml::from_str(&source).unwrap();
        for job in workflow["jobs"].as_object().map(|jobs| jobs.values()).into_iter().flatten() {
            for step in job["steps"].as_array().into_iter().flatten() {
                let Some(used) = step["uses"].as_str() else { continue };
                if used == "./.github/ai-detect" {
                    uses += 1;
                    check_inputs(step);
                    continue;
                }
                let commit = used.split_once('@').map_or("", |(_, commit)| commit);
                assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{used}");
            }
        }
    }
    assert!(uses >= 5, "{uses}");
}

/// That all inputs exist, and that they do not contradict each other.
fn check_inputs(step: &Value) {
    let text = std::fs::read_to_string(action().join("action.yml")).unwrap();
    let known: BTreeMap<String, Value> = serde_yaml::from_str::<BTreeMap<String, Value>>(&text).unwrap();
    let inputs = known["inputs"].as_object().unwrap();
    for name in step["with"].as_object().into_iter().flat_map(|with| with.keys()) {
        assert!(inputs.contains_key(name), "{name} is no input of action.yml");
    }
}

#[test]
fn every_input_is_documented_and_reaches_a_script() {
    let text = std::fs::read_to_string(action().join("action.yml")).unwrap();
    let known: Value = serde_yaml::from_str(&text).unwrap();
    let page = std::fs::read_to_string(action().join("docs/install.md")).unwrap();
    for (name, input) in known["inputs"].as_object().unwrap() {
        assert!(input["description"].as_str().is_some_and(|text| text.len() > 20), "{name}");
        assert!(text.contains(&format!("${{{{ inputs.{name} }}}}")), "{name} is not used");
        assert!(page.contains(&format!("`{name}`")), "{name} is not in docs/install.md");
    }
}
