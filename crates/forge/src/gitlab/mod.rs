//! GitLab: merge requests on gitlab.com and on self-managed instances, below any path.
//!
//! ```text
//! read    the request, its discussions, its diff     ─▶ Posted, Lines
//! write   a Plan                                     ─▶ notes and discussions
//! rights  who may do what                            ─▶ triage::Person
//! ```
//!
//! A token of a person, a project or a group will do. The job's own token will not: see [`JOB_TOKEN`].

mod diff;
mod read;
mod rights;
mod write;

use std::cell::{OnceCell, RefCell};

use serde_json::Value;

use diff::Diffs;

use super::draft::{Lines, Plan, Posted};
use super::event::{Env, full_id};
use super::http::{Call, Client, Credential, Error, Method, Patience, RequestDefaults, encoded};
use super::posting::{Place, Written};
use super::{ChangeRequest, Details};
use ai_detect_attest as attest;

/// What the token that every job has cannot do, and what to do about it.
pub const JOB_TOKEN: &str = "CI_JOB_TOKEN may read merge requests and their notes, and may not write notes, open or \
     resolve threads, or look up members: GitLab lets it do nothing else there. To have comments on the request, \
     create a project access token with the role Developer and the scope `api`, and give it to the job as the \
     masked variable AI_DETECT_GITLAB_TOKEN";

/// More labels than this are not read.
const MAX_LABELS: usize = 100;

/// What a token needs that is refused.
pub const MIN_RIGHTS: &str = "The token needs the scope `api` and, to resolve threads, the role Developer in the \
     project of the request";

/// Where tokens are looked for, in this order.
pub(crate) const TOKENS: [&str; 2] = ["AI_DETECT_GITLAB_TOKEN", "GITLAB_TOKEN"];

/// The token that the surroundings hold, if any. `CI_JOB_TOKEN` is none.
pub fn credential(env: &Env<'_>) -> Option<Credential> {
    let found = TOKENS.into_iter().find_map(|name| env(name).filter(|token| !token.trim().is_empty()));
    found.map(|token| Credential::Private(token.trim().to_owned()))
}

/// A token that may read the request: the one that posts, or else the job's own, which can do nothing more.
pub fn reading_credential(env: &Env<'_>) -> Option<Credential> {
    let of_job = || env("CI_JOB_TOKEN").filter(|token| !token.trim().is_empty());
    credential(env).or_else(|| of_job().map(|token| Credential::Job(token.trim().to_owned())))
}

/// A merge request, as a place to write to.
#[derive(Debug)]
pub struct GitLab {
    client: Client,
    /// `/projects/ID/merge_requests/IID`.
    request: String,
    /// `/projects/ID`.
    project: String,
    graphql: String,
    me: OnceCell<u64>,
    seen: RefCell<Seen>,
}

/// What the last reading showed that writing needs.
#[derive(Debug, Default)]
struct Seen {
    /// The three commits that positions on the diff are counted from.
    refs: Option<Refs>,
    /// Where the request is to be seen.
    address: String,
    diffs: Diffs,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Refs {
    base: String,
    start: String,
    head: String,
}

impl GitLab {
    /// A place for a request that the event named.
    ///
    /// # Errors
    /// Where the address or the token cannot be used.
    pub fn new(request: &ChangeRequest, credential: Credential, patience: Patience) -> Result<Self, Error> {
        let manner = RequestDefaults { accept: "application/json".into(), headers: Vec::new() };
        let project = format!("/projects/{}", encoded(&request.repository));
        Ok(GitLab {
            client: Client::new(&request.base, credential, manner, patience)?,
            request: format!("{project}/merge_requests/{}", request.number),
            project,
            graphql: format!("{}/graphql", request.base.trim_end_matches("/v4")),
            me: OnceCell::new(),
            seen: RefCell::default(),
        })
    }

    /// The request as it stands now. The job's own token may ask for it, too.
    ///
    /// # Errors
    /// Where the forge refuses or cannot be reached.
    pub fn details(&self) -> Result<Details, Error> {
        let request = self.client.json(&Call::new(Method::Get, &self.request))?;
        let labels = request.get("labels").and_then(Value::as_array);
        let labels = labels.into_iter().flatten().take(MAX_LABELS).filter_map(Value::as_str);
        let branch = text(&request, "/source_branch");
        Ok(Details {
            stated: attest::Request {
                // None was written, and that is known.
                body: Some(text(&request, "/description").to_owned()),
                title: Some(text(&request, "/title").to_owned()).filter(|title| !title.is_empty()),
                branch: (!branch.is_empty()).then(|| branch.to_owned()),
                labels: labels.map(str::to_owned).collect(),
            },
            by_member: None,
            base: full_id(text(&request, "/diff_refs/base_sha")),
            head: full_id(text(&request, "/sha")),
        })
    }

    /// The number of the account that the token belongs to.
    fn me(&self) -> Result<u64, Error> {
        if let Some(me) = self.me.get() {
            return Ok(*me);
        }
        let user = self.client.json(&Call::new(Method::Get, "/user"))?;
        let me = user
            .get("id")
            .and_then(Value::as_u64)
            .ok_or_else(|| Error::Unreadable { what: "GET /user".into(), problem: "it has no id".into() })?;
        Ok(*self.me.get_or_init(|| me))
    }
}

impl Place for GitLab {
    fn read(&self) -> Result<Posted, Error> {
        self.posted()
    }

    fn lines(&self) -> Result<Lines, Error> {
        self.shown_lines()
    }

    fn write(&self, plan: &Plan, _head: &str) -> Result<Written, Error> {
        self.carry_out(plan)
    }
}

/// A string of an answer; empty where there is none.
fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("")
}

fn number(value: &Value, path: &str) -> u64 {
    value.pointer(path).and_then(Value::as_u64).unwrap_or(0)
}

fn flag(value: &Value, path: &str) -> bool {
    value.pointer(path).and_then(Value::as_bool) == Some(true)
}
