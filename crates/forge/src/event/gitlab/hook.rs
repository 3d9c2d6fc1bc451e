//! Pipelines that a webhook starts. GitLab runs no pipeline for a comment or a new label by itself; a webhook to
//! `…/trigger/pipeline` does, and hands its event to the job as a file.

use std::fs::File;
use std::io::Read as _;

use serde::Deserialize;

use super::super::{Problem, comment};
use crate::triage::Dialect;

/// A larger event is none of GitLab's, in bytes.
const MAX_BYTES: u64 = 25 << 20;

/// What a webhook is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hook {
    /// A merge request of this project, by its number.
    Request(u64),
    /// Nothing to look at, and why.
    Nothing(&'static str),
}

#[derive(Deserialize)]
struct Payload {
    object_kind: String,
    object_attributes: Attributes,
    merge_request: Option<MergeRequest>,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    noteable_type: String,
    #[serde(default)]
    note: String,
    iid: Option<u64>,
    target_project_id: Option<u64>,
}

#[derive(Deserialize)]
struct MergeRequest {
    iid: u64,
    target_project_id: u64,
}

/// What the file of a webhook's event is about; nothing where it is another kind of event, or somebody's own file.
pub(super) fn read(file: &str, project: &str) -> Result<Option<Hook>, Problem> {
    let unreadable = |problem: String| Problem::Unreadable { file: file.to_owned(), problem };
    let mut text = String::new();
    let opened = File::open(file).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
    opened.map_err(|error| unreadable(error.to_string()))?;
    // Whoever triggers a pipeline by hand may give any file.
    Ok(serde_json::from_str(&text).ok().and_then(|payload| about(payload, project)))
}

fn about(payload: Payload, project: &str) -> Option<Hook> {
    let Payload { object_kind, object_attributes: of, merge_request } = payload;
    let (number, target) = match (object_kind.as_str(), merge_request) {
        ("note", Some(request)) => (request.iid, request.target_project_id),
        ("note", None) => return Some(Hook::Nothing("the comment is not on a merge request")),
        ("merge_request", _) => (of.iid?, of.target_project_id?),
        _ => return None,
    };
    Some(if object_kind == "note" && !comment::commands_something([of.note.as_str()], Dialect::GitLab) {
        Hook::Nothing(comment::NO_COMMAND)
    } else if object_kind == "note" && of.noteable_type != "MergeRequest" {
        Hook::Nothing("the comment is not on a merge request")
    } else if target.to_string() != project {
        Hook::Nothing("the webhook is about a request of another project")
    } else {
        Hook::Request(number)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn hook(event: Value) -> Option<Hook> {
        serde_json::from_value(event).ok().and_then(|payload| about(payload, "4"))
    }

    #[test]
    fn a_note_with_a_command_and_a_changed_request_name_their_request() {
        let note = |text: &str, project: u64| {
            hook(json!({
                "object_kind": "note", "project_id": 4,
                "object_attributes": {"noteable_type": "MergeRequest", "note": text, "action": "create"},
                "merge_request": {"iid": 7, "target_project_id": project},
            }))
        };
        assert_eq!(note("/ai-detect dismiss c5a7f83d generated", 4), Some(Hook::Request(7)));
        assert_eq!(note("Looks good", 4), Some(Hook::Nothing(comment::NO_COMMAND)));
        assert!(matches!(note("/ai-detect dismiss c5a7f83d generated", 5), Some(Hook::Nothing(_))));
        let changed = json!({"object_kind": "merge_request", "object_attributes": {"iid": 9, "target_project_id": 4}});
        assert_eq!(hook(changed), Some(Hook::Request(9)));
    }

    #[test]
    fn other_events_are_about_no_request() {
        let on_issue = json!({
            "object_kind": "note", "object_attributes": {"noteable_type": "Issue", "note": "/ai-detect dismiss a b"},
        });
        assert!(matches!(hook(on_issue), Some(Hook::Nothing(_))));
        assert_eq!(hook(json!({"object_kind": "push", "object_attributes": {}})), None);
        assert_eq!(hook(json!({"ref": "main"})), None);
    }
}
