//! What GitLab takes: every call that the program makes, with the fields that the routes of GitLab's own REST API
//! declare (its `lib/api`, as of 19.5: users, members, merge_requests, merge_request_diffs, notes, discussions).
//! GitLab ignores fields that it does not know, so that a mistyped one would be found by nobody.

use serde_json::Value;

use super::server::Heard;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    Position,
}

/// A route: what stands between the slashes, what may be asked behind the question mark, and the fields of a
/// body, those that must be there first.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    query: &'static [&'static str],
    required: &'static [(&'static str, Kind)],
    optional: &'static [(&'static str, Kind)],
}

const PAGES: &[&str] = &["page", "per_page"];
const REQUEST: &str = "/v4/projects/:id/merge_requests/:number";

const fn reads(path: &'static str, query: &'static [&'static str]) -> Route {
    Route { method: "GET", path, query, required: &[], optional: &[] }
}

pub(crate) const ROUTES: &[Route] = &[
    reads("/v4/user", &[]),
    reads("/v4/users/:number", &[]),
    reads("/v4/projects/:id/members/all/:number", &[]),
    reads("REQUEST", &["render_html", "include_diverged_commits_count", "include_rebase_in_progress"]),
    reads("REQUEST/diffs", &["page", "per_page", "unidiff"]),
    reads("REQUEST/changes", &["access_raw_diffs", "unidiff"]),
    reads("REQUEST/discussions", PAGES),
    Route {
        method: "POST",
        path: "REQUEST/discussions",
        query: &[],
        required: &[("body", Kind::Text)],
        optional: &[("created_at", Kind::Text), ("commit_id", Kind::Text), ("position", Kind::Position)],
    },
    Route {
        method: "PUT",
        path: "REQUEST/discussions/:digits",
        query: &[],
        required: &[("resolved", Kind::Flag)],
        optional: &[],
    },
    Route {
        method: "POST",
        path: "REQUEST/notes",
        query: &[],
        required: &[("body", Kind::Text)],
        optional: &[("internal", Kind::Flag), ("created_at", Kind::Text), ("merge_request_diff_head_sha", Kind::Text)],
    },
    Route {
        method: "PUT",
        path: "REQUEST/notes/:number",
        query: &[],
        required: &[],
        optional: &[("body", Kind::Text)],
    },
    Route { method: "DELETE", path: "REQUEST/notes/:number", query: &[], required: &[], optional: &[] },
    Route {
        method: "POST",
        path: "/graphql",
        query: &[],
        required: &[("query", Kind::Text)],
        optional: &[("operationName", Kind::Text)],
    },
];

const POSITION_REQUIRED: &[(&str, Kind)] =
    &[("base_sha", Kind::Text), ("start_sha", Kind::Text), ("head_sha", Kind::Text), ("position_type", Kind::Text)];
const POSITION: &[(&str, Kind)] =
    &[("new_path", Kind::Text), ("new_line", Kind::Number), ("old_path", Kind::Text), ("old_line", Kind::Number)];

/// What is wrong with a call to a path below `/api`; nothing where GitLab would take it as it is meant.
pub(crate) fn problem(asked: &Heard, path: &str) -> Option<String> {
    let wrong = |what: &str| Some(format!("{} {path}: {what}", asked.method));
    let Some(route) = ROUTES.iter().find(|route| route.method == asked.method && fits(route.path, path)) else {
        return wrong("no route");
    };
    let query = asked.target.split_once('?').map_or("", |(_, query)| query);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if !route.query.contains(&name) {
            return wrong(&format!("there is no `{name}` to ask for"));
        }
        if name == "per_page" && !value.parse::<u32>().is_ok_and(|size| (1..=100).contains(&size)) {
            return wrong("a page holds 1 to 100");
        }
    }
    let body = asked.json();
    if route.required.is_empty() && route.optional.is_empty() {
        return if body.is_null() { None } else { wrong("a body, and none is read") };
    }
    if asked.header("content-type") != Some("application/json") {
        return wrong("the body is not said to be JSON");
    }
    fields(&body, route.required, route.optional).and_then(|what| wrong(&what))
}

fn fields(body: &Value, required: &[(&str, Kind)], optional: &[(&str, Kind)]) -> Option<String> {
    let Some(fields) = body.as_object() else { return Some("no object".into()) };
    if let Some((name, _)) = required.iter().find(|(name, _)| !fields.contains_key(*name)) {
        return Some(format!("`{name}` is missing"));
    }
    fields.iter().find_map(|(name, value)| {
        let Some((_, kind)) = required.iter().chain(optional).find(|(known, _)| known == name) else {
            return Some(format!("`{name}` is no field"));
        };
        match kind {
            Kind::Text if value.is_string() => None,
            Kind::Number if value.is_u64() => None,
            Kind::Flag if value.is_boolean() => None,
            Kind::Position if value["position_type"] == "text" => fields_of_position(value),
            _ => Some(format!("`{name}` is {value}")),
        }
    })
}

fn fields_of_position(position: &Value) -> Option<String> {
    fields(position, POSITION_REQUIRED, POSITION)
}

fn fits(route: &str, path: &str) -> bool {
    let route = route.replace("REQUEST", REQUEST);
    let (wanted, found): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
    wanted.len() == found.len()
        && wanted.iter().zip(&found).all(|(wanted, found)| match *wanted {
            // A number, or a path whose slashes are encoded.
            ":id" => !found.is_empty(),
            ":number" => !found.is_empty() && found.bytes().all(|byte| byte.is_ascii_digit()),
            ":digits" => found.len() == 40 && found.bytes().all(|byte| byte.is_ascii_hexdigit()),
            _ => wanted == found,
        })
}
