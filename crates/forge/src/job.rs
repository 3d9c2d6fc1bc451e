//! A job of a forge's CI: what it is about, and what its surroundings hold for whoever posts or reads there.

use super::event::{self, Env, Event, Problem, github::FinishedRun};
use super::github::{GitHub, Site};
use super::http::{self, Patience};
use crate::triage::StateKey;
use crate::triage::tag::WeakKey;
use ai_detect_attest::forms;
use ai_detect_git::{ContentsFetch, NotesFetch, OriginToken, bring_notes};
use ai_detect_pipeline::Surroundings;

/// The secret that the state of decisions is tagged with.
pub(crate) const STATE_KEY: &str = "AI_DETECT_STATE_KEY";

/// Why nothing can be posted or read on GitHub.
pub const NO_TOKEN: &str = "no token is set (GITHUB_TOKEN or AI_DETECT_TOKEN)";

/// Why the surroundings of a job cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// There is no job.
    #[error(
        "this is no job of GitHub Actions or GitLab CI (neither GITHUB_ACTIONS nor GITLAB_CI is `true`); \
         `ai-detect diff` looks at a range anywhere"
    )]
    NoJob,
    /// The event cannot be used.
    #[error(transparent)]
    Event(#[from] Problem),
    /// The secret for decisions is no secret.
    #[error("{STATE_KEY}: {0}")]
    StateKey(WeakKey),
    /// The address or the token cannot be used.
    #[error("could not post: {0}")]
    Address(http::Error),
}

impl JobError {
    /// Whether the program was started in the wrong place, or with a setting that cannot be used.
    pub fn is_usage(&self) -> bool {
        matches!(self, JobError::NoJob | JobError::Event(Problem::Unknown { .. }) | JobError::StateKey(_))
    }
}

/// What the job is about; and the run that it follows, where it follows one.
///
/// # Errors
/// Where there is no job, or its event cannot be used.
pub fn read(env: &Env<'_>) -> Result<(Event, Option<FinishedRun>), JobError> {
    if event::github::is_here(env) {
        let (name, content) = event::github::load(env)?;
        let read = event::github::read(env, &name, &content)?;
        let finished = (name == "workflow_run").then(|| event::github::finished(&content)).transpose()?;
        return Ok((read, finished));
    }
    if event::gitlab::is_here(env) {
        return Ok((event::gitlab::read(env)?, None));
    }
    Err(JobError::NoJob)
}

/// The key for the state of decisions. An empty variable is none, as CI systems set it where a secret is missing.
///
/// # Errors
/// Where it is too short to be one.
pub fn state_key(env: &Env<'_>) -> Result<Option<StateKey>, JobError> {
    let secret = stated(env, STATE_KEY);
    secret.map(|secret| StateKey::new(&secret)).transpose().map_err(JobError::StateKey)
}

/// GitHub with the token that the surroundings hold; nothing without one.
///
/// # Errors
/// Where the repository is not named, or the address or the token cannot be used.
pub fn github(env: &Env<'_>, accept: &str, patience: Patience) -> Result<Option<GitHub>, JobError> {
    let Some(token) = stated(env, "AI_DETECT_TOKEN").or_else(|| stated(env, "GITHUB_TOKEN")) else { return Ok(None) };
    let site =
        Site { api: event::github::api(env), graphql: stated(env, "GITHUB_GRAPHQL_URL"), accept: accept.to_owned() };
    let repository = event::github::repository(env)?;
    // Secrets are often pasted with the end of their line.
    let github = GitHub::new(&site, &repository, token.trim().to_owned(), patience);
    github.map(Some).map_err(JobError::Address)
}

/// What the environment says of how this clone came to be: CI systems set `CI`, and GitLab's runner fetches the refspecs
/// that `GIT_FETCH_EXTRA_FLAGS` names.
pub fn surroundings(env: &Env<'_>) -> Surroundings {
    let is_true = |name: &str| env(name).as_deref() == Some("true");
    let flags = stated(env, "GIT_FETCH_EXTRA_FLAGS").filter(|_| event::gitlab::is_here(env));
    let brings_notes = flags.is_some_and(|flags| {
        let flags: Vec<&str> = flags.split_whitespace().map(|flag| flag.trim_matches(['"', '\''])).collect();
        bring_notes(&flags, &forms::notes_refs())
    });
    Surroundings {
        in_job: is_true("CI") || event::github::is_here(env) || event::gitlab::is_here(env),
        notes: if brings_notes { NotesFetch::Complete } else { NotesFetch::NotAsked },
        contents: ContentsFetch::NotAsked,
    }
}

/// The job's token, for fetching from the repository that the job belongs to.
pub fn origin_token(env: &Env<'_>) -> Option<OriginToken> {
    if event::github::is_here(env) {
        let (server, repository) = (stated(env, "GITHUB_SERVER_URL")?, event::github::repository(env).ok()?);
        let url = format!("{}/{repository}", server.trim_end_matches('/'));
        return OriginToken::new(&url, "x-access-token", stated(env, "GITHUB_TOKEN")?.trim());
    }
    OriginToken::new(&stated(env, "CI_PROJECT_URL")?, "gitlab-ci-token", stated(env, "CI_JOB_TOKEN")?.trim())
}

fn stated(env: &Env<'_>, name: &str) -> Option<String> {
    env(name).filter(|value| !value.trim().is_empty())
}
