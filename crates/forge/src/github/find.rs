//! Which pull request a finished run belongs to. GitHub names it for branches of the repository itself,
//! and not for forks: there it is looked up by what the event says of the head, never by a report.

use serde_json::Value;

use super::GitHub;
use crate::event::full_id;
use crate::event::github::{self as event, FinishedRun};
use crate::http::{Call, Error, Method};
use crate::{ChangeRequest, Details, Forge};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// One open request ends at the run's commit.
    One(ChangeRequest),
    /// None does: it was closed, or pushed to since.
    None,
    /// Several do, into different branches, and the event does not say which was meant.
    Several(Vec<u64>),
}

/// The open request that ends at the commit of a run.
///
/// # Errors
/// Where the forge refuses or cannot be reached.
pub fn request_of(github: &GitHub, run: &FinishedRun) -> Result<Found, Error> {
    let named = run.requests.iter().filter(|(_, head, _)| *head == run.head);
    let mut found: Vec<ChangeRequest> =
        named.map(|(number, _, base)| github.request(*number, base.clone(), &run.head)).collect();
    if let Some(source) = run.source.as_ref().filter(|_| found.is_empty()) {
        let path = github.path("pulls");
        let head = format!("{}:{}", source.owner, source.branch);
        let call = Call::new(Method::Get, &path).query("state", "open").query("head", head).query("per_page", 100);
        for pull in github.client.list(&call, |page| page)?.items {
            let text = |at: &str| pull.pointer(at).and_then(Value::as_str);
            let is_it =
                text("/head/sha") == Some(&run.head) && text("/head/repo/full_name") == Some(&source.repository);
            if let Some(number) = pull.get("number").and_then(Value::as_u64).filter(|_| is_it) {
                found.push(github.request(number, text("/base/sha").and_then(full_id), &run.head));
            }
        }
    }
    Ok(match (found.len(), found.pop()) {
        (1, Some(only)) => Found::One(only),
        (_, None) => Found::None,
        (_, Some(last)) => Found::Several(found.iter().map(|request| request.number).chain([last.number]).collect()),
    })
}

/// Looks a request up.
///
/// # Errors
/// Where the forge refuses or cannot be reached.
pub fn details(github: &GitHub, request: &ChangeRequest) -> Result<Details, Error> {
    let path = github.path(&format!("pulls/{}", request.number));
    let pull = github.client.json(&Call::new(Method::Get, &path))?;
    Ok(event::details(&pull))
}

impl GitHub {
    fn request(&self, number: u64, base_id: Option<String>, head: &str) -> ChangeRequest {
        ChangeRequest {
            forge: Forge::GitHub,
            base: self.api(),
            repository: format!("{}/{}", self.owner, self.name),
            number,
            base_id,
            head_id: Some(head.to_owned()),
        }
    }

    /// The address of the API.
    fn api(&self) -> String {
        self.client.base().to_string()
    }
}
