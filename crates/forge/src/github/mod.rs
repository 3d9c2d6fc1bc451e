//! GitHub, github.com or Enterprise: comments and reviews on a pull request, check runs, and what a job
//! can say without any rights. Reading is GraphQL, since only there a comment says whether it is ours
//! and a thread whether it is resolved; writing is REST, but for resolving and hiding.

mod check;
pub mod commands;
mod find;
mod graphql;
pub mod job;
mod read;
mod rights;
mod write;

use super::draft::{Lines, Plan, Posted};
use super::http::{Client, Credential, Error, Patience, RequestDefaults, encoded};
use super::posting::{Place, Written};
use super::{ChangeRequest, http};

use ai_detect_base::slices::part_of;

pub use check::{Annotation, Check};
pub use find::{Found, details, request_of};

/// The version of the REST API that answers are read by.
const API_VERSION: &str = "2022-11-28";
/// What kind of answer is asked for, where nothing else is said.
pub const ACCEPT: &str = "application/vnd.github+json";

/// One repository on a GitHub.
#[derive(Debug)]
pub struct GitHub {
    client: Client,
    /// The whole address of GraphQL.
    graphql: String,
    owner: String,
    name: String,
}

/// Where a GitHub is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// `https://api.github.com`, `https://HOST/api/v3`.
    pub api: String,
    /// `https://api.github.com/graphql`, `https://HOST/api/graphql`.
    pub graphql: Option<String>,
    /// What kind of answer is asked for; [`ACCEPT`].
    pub accept: String,
}

impl GitHub {
    /// Speaks of a repository, `owner/name`, with a token.
    ///
    /// # Errors
    /// Where the address or the token cannot be used.
    pub(crate) fn new(site: &Site, repository: &str, token: String, patience: Patience) -> Result<Self, Error> {
        let manner = RequestDefaults {
            accept: site.accept.clone(),
            headers: vec![("x-github-api-version", API_VERSION.to_owned())],
        };
        let graphql = site.graphql.clone().unwrap_or_else(|| {
            // Enterprise has the two side by side: /api/v3 and /api/graphql.
            let base = site.api.strip_suffix("/v3").unwrap_or(&site.api);
            format!("{base}/graphql")
        });
        let (owner, name) = repository.split_once('/').unwrap_or((repository, ""));
        Ok(GitHub {
            client: Client::new(&site.api, Credential::Bearer(token), manner, patience)?,
            graphql,
            owner: owner.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The path of something in the repository.
    fn path(&self, rest: &str) -> String {
        format!("/repos/{}/{}/{rest}", encoded(&self.owner), encoded(&self.name))
    }

    /// A pull request of the repository, as a place to write to.
    pub fn place<'a>(&'a self, request: &'a ChangeRequest) -> PullRequest<'a> {
        PullRequest { github: self, number: request.number }
    }
}

/// A pull request as a place to write to.
#[derive(Debug)]
pub struct PullRequest<'a> {
    github: &'a GitHub,
    number: u64,
}

impl Place for PullRequest<'_> {
    fn read(&self) -> Result<Posted, Error> {
        read::posted(self.github, self.number)
    }

    fn lines(&self) -> Result<Lines, Error> {
        let path = self.github.path(&format!("pulls/{}/files", self.number));
        let call = http::Call::new(http::Method::Get, &path).query("per_page", 100);
        let mut lines = Lines::default();
        for file in self.github.client.list(&call, |page| page)?.items {
            let text = |key: &str| file.get(key).and_then(serde_json::Value::as_str);
            // Files that are too large or not text have no patch, and take no comments.
            if let (Some(path), Some(patch)) = (text("filename"), text("patch")) {
                lines.add(path, patch);
            }
        }
        Ok(lines)
    }

    fn write(&self, plan: &Plan, head: &str) -> Result<Written, Error> {
        write::Writing::new(self.github, self.number, head).carry_out(plan)
    }
}

/// At most so many bytes, cut between characters.
fn shortened(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    part_of(text, ..end)
}
