//! GitLab CI: all of it stands in the environment, but for what a webhook brought.

mod hook;

use super::{End, Env, Event, Problem, Range, branch, full_id, is_null};
use crate::{ChangeRequest, Forge};
use ai_detect_attest as attest;
use ai_detect_report::is_time;
use hook::Hook;

/// Whether this runs in GitLab CI.
pub(crate) fn is_here(env: &Env<'_>) -> bool {
    env("GITLAB_CI").as_deref() == Some("true")
}

/// The address of the API.
///
/// # Errors
/// Where the environment does not name it.
pub(crate) fn api(env: &Env<'_>) -> Result<String, Problem> {
    let address = env("CI_API_V4_URL").filter(|address| !address.is_empty());
    Ok(address.ok_or(Problem::Unset("CI_API_V4_URL"))?.trim_end_matches('/').to_owned())
}

/// What the job is about.
///
/// # Errors
/// Where the environment lacks what it should have.
pub(crate) fn read(env: &Env<'_>) -> Result<Event, Problem> {
    let some = |name: &'static str| env(name).filter(|value| !value.is_empty());
    let need = |name: &'static str| some(name).ok_or(Problem::Unset(name));
    let id = |name: &'static str| some(name).as_deref().and_then(full_id).filter(|id| !is_null(id));
    let name = some("CI_PIPELINE_SOURCE").unwrap_or_else(|| "push".into());
    // 0 is before all others.
    let run = some("CI_PIPELINE_ID").and_then(|run| run.parse().ok()).unwrap_or(0);
    let commit = id("CI_COMMIT_SHA").ok_or(Problem::Unset("CI_COMMIT_SHA"))?;
    let mut read = Event::new(Forge::GitLab, name, run);
    if let Some(file) = some("TRIGGER_PAYLOAD").filter(|_| read.name == "trigger")
        && let Some(hook) = hook::read(&file, &need("CI_PROJECT_ID")?)?
    {
        match hook {
            Hook::Nothing(why) => read.range = Range::Nothing(why),
            Hook::Request(number) => {
                let repository = need("CI_PROJECT_ID")?;
                let base = api(env)?;
                let request =
                    ChangeRequest { forge: Forge::GitLab, base, repository, number, base_id: None, head_id: None };
                read.request = Some(request);
                read.range = Range::OfRequest;
            }
        }
        return Ok(read);
    }
    let Some(number) = some("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok()) else {
        let base = match id("CI_COMMIT_BEFORE_SHA") {
            Some(before) => End::Id(before),
            None => End::Branch(branch(&need("CI_DEFAULT_BRANCH")?).ok_or(Problem::Unset("CI_DEFAULT_BRANCH"))?),
        };
        read.range = Range::Between { base, head: commit, head_ref: None };
        return Ok(read);
    };
    // In a pipeline for merged results the job's commit is a merge that nobody wrote.
    let head = id("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(commit);
    let base_id = id("CI_MERGE_REQUEST_DIFF_BASE_SHA").or_else(|| id("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"));
    let base = match &base_id {
        Some(base) => End::Id(base.clone()),
        None => {
            let target = need("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")?;
            End::Branch(branch(&target).ok_or(Problem::Unset("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"))?)
        }
    };
    let target = some("CI_MERGE_REQUEST_PROJECT_ID").map_or_else(|| need("CI_PROJECT_ID"), Ok)?;
    read.from_fork = some("CI_MERGE_REQUEST_SOURCE_PROJECT_ID").is_some_and(|source| source != target);
    read.request = Some(ChangeRequest {
        forge: Forge::GitLab,
        base: api(env)?,
        repository: target,
        number,
        base_id,
        head_id: Some(head.clone()),
    });
    read.stated = attest::Request {
        body: some("CI_MERGE_REQUEST_DESCRIPTION"),
        title: some("CI_MERGE_REQUEST_TITLE"),
        branch: some("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
        labels: some("CI_MERGE_REQUEST_LABELS").map_or_else(Vec::new, |labels| {
            labels.split(',').filter(|label| !label.is_empty()).map(str::to_owned).collect()
        }),
    };
    read.states_request = true;
    read.as_of = some("CI_PIPELINE_CREATED_AT").filter(|time| is_time(time));
    read.is_description_cut = some("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED").as_deref() == Some("true");
    let head_ref = Some(format!("refs/merge-requests/{number}/head"));
    read.range = Range::Between { base, head, head_ref };
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const C: &str = "cccccccccccccccccccccccccccccccccccccccc";

    fn event(set: &[(&str, &str)]) -> Result<Event, Problem> {
        let env = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        read(&env)
    }

    #[test]
    fn a_merge_request_pipeline_names_the_request_of_the_target_project() {
        let event = event(&[
            ("CI_API_V4_URL", "https://git.example.org/lab/api/v4/"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_PIPELINE_ID", "31"),
            ("CI_PROJECT_ID", "5"),
            ("CI_MERGE_REQUEST_PROJECT_ID", "4"),
            ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "5"),
            ("CI_MERGE_REQUEST_IID", "9"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", B),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", A),
            ("CI_MERGE_REQUEST_TITLE", "Draft: [AI-assisted] Add"),
            ("CI_MERGE_REQUEST_LABELS", "ai,big"),
            ("CI_COMMIT_SHA", C),
        ])
        .unwrap();
        let request = event.request.unwrap();
        assert_eq!((request.name(), request.base.as_str()), ("4!9".into(), "https://git.example.org/lab/api/v4"));
        assert_eq!((request.head_id.as_deref(), event.from_fork, event.run), (Some(A), true, 31));
        assert_eq!(event.stated.labels, ["ai", "big"]);
        assert_eq!(event.stated.title.as_deref(), Some("Draft: [AI-assisted] Add"));
    }

    #[test]
    fn a_branch_pipeline_starts_where_the_branch_was_or_at_the_default_branch() {
        let start = |before: &str| {
            let set = [("CI_COMMIT_SHA", A), ("CI_COMMIT_BEFORE_SHA", before), ("CI_DEFAULT_BRANCH", "main")];
            event(&set).unwrap().range
        };
        let between = |base| Range::Between { base, head: A.into(), head_ref: None };
        assert_eq!(start(B), between(End::Id(B.into())));
        assert_eq!(start(&"0".repeat(40)), between(End::Branch("main".into())));
        assert_eq!(event(&[]), Err(Problem::Unset("CI_COMMIT_SHA")));
    }
}
