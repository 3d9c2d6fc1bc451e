//! GitHub Actions: the environment and the event's file.

use serde_json::Value;

use super::{End, Env, Event, Problem, Range, branch, comment, full_id, is_null};
use crate::triage::Dialect;
use crate::{ChangeRequest, Details, Forge};
use ai_detect_attest as attest;
use ai_detect_report::is_time;

/// The address of the API where the environment names none.
const API: &str = "https://api.github.com";
/// The events that a change belongs to.
const KNOWN: [&str; 7] = [
    "pull_request",
    "pull_request_target",
    "merge_group",
    "push",
    "workflow_run",
    "issue_comment",
    "pull_request_review_comment",
];
/// More labels than this are not read.
const MAX_LABELS: usize = 100;

/// Whether this runs in GitHub Actions.
pub fn is_here(env: &Env<'_>) -> bool {
    env("GITHUB_ACTIONS").as_deref() == Some("true")
}

/// A finished run of another workflow, as a `workflow_run` event tells it. GitHub wrote all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedRun {
    /// The commit that the run was about.
    pub head: String,
    /// Where the head's branch is; absent where its repository is gone.
    pub source: Option<Source>,
    /// The requests that GitHub names; none for forks. Number, head and base.
    pub requests: Vec<(u64, String, Option<String>)>,
}

/// A branch of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The branch.
    pub branch: String,
    /// Who owns the repository.
    pub owner: String,
    /// The repository: `owner/name`.
    pub repository: String,
}

/// The repository that the job belongs to: `owner/name`.
///
/// # Errors
/// Where the environment does not name it.
pub(crate) fn repository(env: &Env<'_>) -> Result<String, Problem> {
    let name = env("GITHUB_REPOSITORY").ok_or(Problem::Unset("GITHUB_REPOSITORY"))?;
    let sound = name.split('/').count() == 2
        && name.split('/').all(|part| {
            !part.is_empty()
                && !part.bytes().all(|byte| byte == b'.')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        });
    if sound { Ok(name) } else { Err(Problem::Unset("GITHUB_REPOSITORY")) }
}

/// The address of the API.
pub(crate) fn api(env: &Env<'_>) -> String {
    let address = env("GITHUB_API_URL").filter(|address| !address.is_empty());
    address.map_or_else(|| API.to_owned(), |address| address.trim_end_matches('/').to_owned())
}

/// The number of the run; 0, which is before all others, outside of any.
pub fn run(env: &Env<'_>) -> u64 {
    env("GITHUB_RUN_ID").and_then(|run| run.parse().ok()).unwrap_or(0)
}

/// The event's name and content.
///
/// # Errors
/// Where the environment names none, or it cannot be read.
pub fn load(env: &Env<'_>) -> Result<(String, Value), Problem> {
    let name = env("GITHUB_EVENT_NAME").ok_or(Problem::Unset("GITHUB_EVENT_NAME"))?;
    let file = env("GITHUB_EVENT_PATH").ok_or(Problem::Unset("GITHUB_EVENT_PATH"))?;
    let unreadable = |problem: String| Problem::Unreadable { file: file.clone(), problem };
    let bytes = std::fs::read(&file).map_err(|error| unreadable(error.to_string()))?;
    let event = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    Ok((name, event))
}

/// What the job is about.
///
/// # Errors
/// Where the event lacks what it should have, or no change belongs to it.
pub(crate) fn read(env: &Env<'_>, name: &str, event: &Value) -> Result<Event, Problem> {
    let lacks = |key: &'static str| Problem::Lacks { event: name.to_owned(), key };
    let id = |at: &str, key: &'static str| id_at(event, at).ok_or_else(|| lacks(key));
    let mut read = Event::new(Forge::GitHub, name.to_owned(), run(env));
    match name {
        "issue_comment" | "pull_request_review_comment" if !has_command(event) => {
            read.range = Range::Nothing(comment::NO_COMMAND);
        }
        "issue_comment" if event.pointer("/issue/pull_request").is_none() => {
            read.range = Range::Nothing("the comment is on an issue, not on a pull request");
        }
        "issue_comment" => {
            let number = event.pointer("/issue/number").and_then(Value::as_u64).ok_or_else(|| lacks("issue.number"))?;
            read.request = Some(ChangeRequest {
                forge: Forge::GitHub,
                base: api(env),
                repository: repository(env)?,
                number,
                base_id: None,
                head_id: None,
            });
            read.range = Range::OfRequest;
        }
        "pull_request" | "pull_request_target" | "pull_request_review_comment" => {
            let number = event.pointer("/pull_request/number").and_then(Value::as_u64);
            let number = number.ok_or_else(|| lacks("pull_request.number"))?;
            let head = id("/pull_request/head/sha", "pull_request.head.sha")?;
            let base = id("/pull_request/base/sha", "pull_request.base.sha")?;
            read.request = Some(ChangeRequest {
                forge: Forge::GitHub,
                base: api(env),
                repository: repository(env)?,
                number,
                base_id: Some(base.clone()),
                head_id: Some(head.clone()),
            });
            let pull = event.get("pull_request").unwrap_or(&Value::Null);
            read.stated = stated(pull);
            read.states_request = true;
            let since = pull.get("updated_at").and_then(Value::as_str);
            read.as_of = since.filter(|time| is_time(time)).map(str::to_owned);
            read.by_member = by_member(pull);
            let repository =
                |side: &str| event.pointer(&format!("/pull_request/{side}/repo/id")).and_then(Value::as_u64);
            read.from_fork = repository("head") != repository("base");
            let head_ref = Some(format!("refs/pull/{number}/head"));
            read.range = Range::Between { base: End::Id(base), head, head_ref };
        }
        "merge_group" => {
            let base = id("/merge_group/base_sha", "merge_group.base_sha")?;
            let head = id("/merge_group/head_sha", "merge_group.head_sha")?;
            read.range = Range::Between { base: End::Id(base), head, head_ref: None };
        }
        "push" => read.range = pushed(event).ok_or_else(|| lacks("before, after or repository.default_branch"))?,
        "workflow_run" => {
            let run = finished(event)?;
            let known = run.requests.iter().find(|(_, head, _)| *head == run.head);
            let base = known.and_then(|(_, _, base)| base.clone());
            let base = match base {
                Some(base) => End::Id(base),
                None => End::Branch(default_branch(event).ok_or_else(|| lacks("repository.default_branch"))?),
            };
            if let Some((number, head, base)) = known {
                read.request = Some(ChangeRequest {
                    forge: Forge::GitHub,
                    base: api(env),
                    repository: repository(env)?,
                    number: *number,
                    base_id: base.clone(),
                    head_id: Some(head.clone()),
                });
            }
            let ours = repository(env)?;
            read.from_fork = run.source.as_ref().is_none_or(|source| source.repository != ours);
            let head_ref = known.map(|(number, ..)| format!("refs/pull/{number}/head"));
            read.range = Range::Between { base, head: run.head, head_ref };
        }
        _ => return Err(Problem::Unknown { event: name.to_owned(), known: &KNOWN }),
    }
    Ok(read)
}

/// Whether the comment of an event commands something, or did before it was edited or deleted.
fn has_command(event: &Value) -> bool {
    let texts = ["/comment/body", "/changes/body/from"].map(|at| event.pointer(at).and_then(Value::as_str));
    comment::commands_something(texts.into_iter().flatten(), Dialect::GitHub)
}

/// What a `workflow_run` event tells of the run.
///
/// # Errors
/// Where it lacks something.
pub fn finished(event: &Value) -> Result<FinishedRun, Problem> {
    let lacks = |key: &'static str| Problem::Lacks { event: "workflow_run".into(), key };
    let requests = event.pointer("/workflow_run/pull_requests").and_then(Value::as_array);
    let ours = event.pointer("/repository/id").and_then(Value::as_u64);
    let requests = requests.into_iter().flatten().filter_map(|request| {
        let base = request.pointer("/base/repo/id").and_then(Value::as_u64);
        let number = request.get("number")?.as_u64()?;
        let of_ours = base.is_none() || base == ours;
        of_ours.then_some((number, id_at(request, "/head/sha")?, id_at(request, "/base/sha")))
    });
    Ok(FinishedRun {
        head: id_at(event, "/workflow_run/head_sha").ok_or_else(|| lacks("workflow_run.head_sha"))?,
        source: source(event),
        requests: requests.collect(),
    })
}

fn source(event: &Value) -> Option<Source> {
    let text = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
    Some(Source {
        branch: text("/workflow_run/head_branch")?,
        owner: text("/workflow_run/head_repository/owner/login")?,
        repository: text("/workflow_run/head_repository/full_name")?,
    })
}

fn pushed(event: &Value) -> Option<Range> {
    let (before, after) = (id_at(event, "/before")?, id_at(event, "/after")?);
    if is_null(&after) {
        return Some(Range::Nothing("the branch was deleted"));
    }
    // A new branch starts where it left the default branch; what was forced away may be nowhere.
    let forced = event.get("forced").and_then(Value::as_bool) == Some(true);
    let base = if is_null(&before) || forced { End::Branch(default_branch(event)?) } else { End::Id(before) };
    Some(Range::Between { base, head: after, head_ref: None })
}

fn default_branch(event: &Value) -> Option<String> {
    event.pointer("/repository/default_branch").and_then(Value::as_str).and_then(branch)
}

/// What a pull request states: as it stands in an event, and as the API gives it.
pub(crate) fn stated(pull: &Value) -> attest::Request {
    let text = |at: &str| pull.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let labels = pull.get("labels").and_then(Value::as_array);
    let labels = labels.into_iter().flatten().take(MAX_LABELS);
    attest::Request {
        // None was written, and that is known.
        body: Some(text("/body").unwrap_or_else(String::new)),
        title: text("/title"),
        branch: text("/head/ref"),
        labels: labels.filter_map(|label| label.get("name")?.as_str().map(str::to_owned)).collect(),
    }
}

/// A pull request as the API gives it.
pub fn details(pull: &Value) -> Details {
    Details {
        stated: stated(pull),
        by_member: by_member(pull),
        base: id_at(pull, "/base/sha"),
        head: id_at(pull, "/head/sha"),
    }
}

/// Whether who opened a pull request belongs to the repository: owns it, is a member of who does, or was
/// invited to push.
pub(crate) fn by_member(pull: &Value) -> Option<bool> {
    let association = pull.get("author_association").and_then(Value::as_str)?;
    Some(matches!(association, "OWNER" | "MEMBER" | "COLLABORATOR"))
}

fn id_at(value: &Value, at: &str) -> Option<String> {
    value.pointer(at).and_then(Value::as_str).and_then(full_id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn env(name: &str) -> Option<String> {
        match name {
            "GITHUB_REPOSITORY" => Some("ada/engine".into()),
            "GITHUB_RUN_ID" => Some("77".into()),
            _ => None,
        }
    }

    fn id(digit: &str) -> String {
        digit.repeat(40)
    }

    #[test]
    fn a_pull_request_names_its_ends_and_what_it_states() {
        let event = json!({"pull_request": {
            "number": 7, "title": "[AI-assisted] Add", "body": "AI: none", "labels": [{"name": "ai"}],
            "head": {"sha": id("a"), "ref": "topic", "repo": {"id": 2}},
            "base": {"sha": id("b"), "repo": {"id": 1}},
        }});
        let event = read(&env, "pull_request", &event).unwrap();
        let request = event.request.unwrap();
        let found = (request.name(), request.base.as_str(), request.head_id);
        assert_eq!(found, ("ada/engine#7".into(), API, Some(id("a"))));
        assert!(event.from_fork);
        assert_eq!(event.stated.labels, ["ai"]);
        assert_eq!(event.stated.title.as_deref(), Some("[AI-assisted] Add"));
        let range = Range::Between { base: End::Id(id("b")), head: id("a"), head_ref: Some("refs/pull/7/head".into()) };
        assert_eq!(event.range, range);
    }

    #[test]
    fn a_push_starts_at_what_was_there_or_at_the_default_branch() {
        let push = |before: String, after: String, forced| {
            let event =
                json!({"before": before, "after": after, "forced": forced, "repository": {"default_branch": "main"}});
            read(&env, "push", &event).unwrap().range
        };
        let between = |base| Range::Between { base, head: id("a"), head_ref: None };
        assert_eq!(push(id("b"), id("a"), false), between(End::Id(id("b"))));
        assert_eq!(push(id("0"), id("a"), false), between(End::Branch("main".into())));
        assert_eq!(push(id("b"), id("a"), true), between(End::Branch("main".into())));
        assert!(matches!(push(id("b"), id("0"), false), Range::Nothing(_)));
    }

    #[test]
    fn a_request_of_another_repository_is_not_taken_from_a_run() {
        let event = json!({
            "repository": {"id": 1, "default_branch": "main"},
            "workflow_run": {"head_sha": id("a"), "pull_requests": [
                {"number": 3, "head": {"sha": id("a")}, "base": {"sha": id("b"), "repo": {"id": 9}}},
                {"number": 4, "head": {"sha": id("a")}, "base": {"sha": id("b"), "repo": {"id": 1}}},
            ]},
        });
        assert_eq!(finished(&event).unwrap().requests, [(4, id("a"), Some(id("b")))]);
    }

    #[test]
    fn a_comment_with_a_command_is_about_its_request() {
        let event = |name: &str, comment: &str, before: Option<&str>, is_request: bool| {
            let mut event = json!({"issue": {"number": 7}, "comment": {"body": comment}, "changes": {}});
            if is_request {
                event["issue"]["pull_request"] = json!({"url": "x"});
            }
            event["changes"]["body"]["from"] = json!(before);
            read(&env, name, &event).unwrap()
        };
        let read = event("issue_comment", "/ai-detect dismiss c5a7f83d generated", None, true);
        assert_eq!((read.range, read.request.unwrap().number), (Range::OfRequest, 7));
        // A decision is gone when its command is edited away.
        let edited = event("issue_comment", "Never mind", Some("/ai-detect dismiss c5a7f83d generated"), true);
        assert_eq!(edited.range, Range::OfRequest);
        for (comment, is_request) in [("Looks good", true), ("/ai-detect dismiss c5a7f83d generated", false)] {
            assert!(matches!(event("issue_comment", comment, None, is_request).range, Range::Nothing(_)), "{comment}");
        }
        // What we wrote ourselves commands nothing.
        let own = "<!-- ai-detect:summary head=ab run=1 -->\n/ai-detect dismiss c5a7f83d by itself";
        assert!(matches!(event("issue_comment", own, None, true).range, Range::Nothing(_)));
    }

    #[test]
    fn what_is_no_id_is_lacking() {
        let event = json!({"before": "--output=x", "after": id("a"), "repository": {"default_branch": "main"}});
        assert!(matches!(read(&env, "push", &event), Err(Problem::Lacks { .. })));
        assert!(matches!(read(&env, "schedule", &json!({})), Err(Problem::Unknown { .. })));
        let bad = |name: &str| (name == "GITHUB_REPOSITORY").then(|| "../x".to_owned());
        assert!(repository(&bad).is_err());
    }
}
