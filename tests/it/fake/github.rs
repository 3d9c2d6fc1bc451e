//! A small GitHub with one pull request: it keeps comments, threads and check runs, has rights, limits
//! and faults. With `AI_DETECT_RECORD=FILE` every call is added to a file, a JSON object a line, so that
//! `.ci/github-api.sh` can hold them against GitHub's published descriptions.

use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::server::{Heard, Reply, Server};

/// Who the token is.
pub(crate) const BOT: &str = "github-actions";
/// The repository.
pub(crate) const REPOSITORY: &str = "ada/engine";
/// The number of the one pull request.
pub(crate) const NUMBER: u64 = 7;

#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) author: String,
    pub(crate) body: String,
    pub(crate) hidden: bool,
    /// Who changed it last; an account that is gone has no name.
    pub(crate) edited_by: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Thread {
    pub(crate) id: String,
    pub(crate) resolved: bool,
    pub(crate) path: String,
    pub(crate) lines: (u64, u64),
    pub(crate) comments: Vec<Comment>,
}

/// What a token may do.
#[derive(Debug, Clone)]
pub(crate) struct May {
    pub(crate) read: bool,
    pub(crate) comment: bool,
    pub(crate) check: bool,
    pub(crate) resolve: bool,
}

/// An answer in place of the usual one.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Part of `METHOD /path`, or of a GraphQL operation's name.
    pub(crate) on: &'static str,
    pub(crate) times: usize,
    /// Whether the call takes effect all the same.
    pub(crate) takes_effect: bool,
    pub(crate) reply: Reply,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) head: String,
    pub(crate) comments: Vec<Comment>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) checks: Vec<Value>,
    pub(crate) files: Vec<Value>,
    /// Open requests, as `GET /pulls` lists them.
    pub(crate) pulls: Vec<Value>,
    pub(crate) may: May,
    pub(crate) faults: Vec<Fault>,
    /// How many comments a page of GraphQL holds.
    pub(crate) page: usize,
    /// A comment that somebody else's run makes at the moment when one is made.
    pub(crate) at_the_same_time: Option<String>,
    /// Reviews with a comment on this path are refused, as GitHub does for lines it does not show.
    pub(crate) refuses_path: Option<String>,
    next: u64,
}

pub(crate) struct GitHub {
    pub(crate) server: Server,
    state: Arc<Mutex<State>>,
}

impl GitHub {
    pub(crate) fn start() -> Self {
        Self::with(Server::start)
    }

    /// The same behind TLS.
    pub(crate) fn start_tls() -> Self {
        Self::with(Server::start_tls)
    }

    fn with(start: impl FnOnce(Box<dyn FnMut(&Heard) -> Reply + Send>) -> Server) -> Self {
        let state = Arc::new(Mutex::new(State {
            head: String::new(),
            comments: Vec::new(),
            threads: Vec::new(),
            checks: Vec::new(),
            files: Vec::new(),
            pulls: Vec::new(),
            may: May { read: true, comment: true, check: true, resolve: true },
            faults: Vec::new(),
            page: 100,
            at_the_same_time: None,
            refuses_path: None,
            next: 3_000_000_000,
        }));
        let shared = state.clone();
        let server = start(Box::new(move |heard: &Heard| {
            record(heard);
            shared.lock().unwrap().answer(heard)
        }));
        GitHub { server, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How many comments there are, and how many threads.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let state = self.state();
        (state.comments.len(), state.threads.len())
    }

    /// What was written since the last look: `METHOD /path` and names of mutations.
    pub(crate) fn writes(&self) -> Vec<String> {
        let writes = self.server.take().into_iter().filter_map(|heard| {
            let operation = heard.json()["operationName"].as_str().map(str::to_owned);
            match (heard.method.as_str(), operation.as_deref()) {
                ("GET", _) | (_, Some("Posted")) => None,
                (_, Some(operation)) => Some(operation.to_owned()),
                (method, None) => Some(format!("{method} {}", heard.path().replace("/repos/ada/engine", ""))),
            }
        });
        writes.collect()
    }
}

fn record(heard: &Heard) {
    let Some(file) = std::env::var_os("AI_DETECT_RECORD") else { return };
    let line = json!({
        "method": heard.method, "target": heard.target, "accept": heard.header("accept"), "body": heard.json(),
    });
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn refused() -> Reply {
    Reply::json(403, &json!({"message": "Resource not accessible by integration", "documentation_url": "x"}))
}

fn missing() -> Reply {
    Reply::json(404, &json!({"message": "Not Found"}))
}

impl State {
    fn answer(&mut self, heard: &Heard) -> Reply {
        let operation = heard.json()["operationName"].as_str().unwrap_or_default().to_owned();
        let name = format!("{} {} {operation}", heard.method, heard.path());
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.times > 0 && name.contains(fault.on)) {
            fault.times -= 1;
            let fault = fault.clone();
            if fault.takes_effect {
                self.usual(heard);
            }
            return fault.reply;
        }
        self.usual(heard)
    }

    fn usual(&mut self, heard: &Heard) -> Reply {
        let Some(token) = heard.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) else {
            return Reply::json(401, &json!({"message": "Bad credentials"}));
        };
        assert!(!heard.target.contains(token) && !heard.body.contains(token), "{heard:?}");
        let body = heard.json();
        let path = heard.path().strip_prefix("/repos/ada/engine/").unwrap_or(heard.path()).to_owned();
        let parts: Vec<&str> = path.split('/').collect();
        match (heard.method.as_str(), parts.as_slice()) {
            ("POST", ["", "graphql"]) => self.graphql(&body),
            ("GET", ["pulls", "7", "files"]) => self.files(heard),
            ("GET", ["pulls"]) => Reply::json(200, &json!(self.pulls)),
            ("GET", ["pulls", "7"]) => {
                let found = self.pulls.iter().find(|pull| pull["number"] == NUMBER);
                found.map_or_else(missing, |pull| Reply::json(200, pull))
            }
            ("GET", ["collaborators", login, "permission"]) => {
                let permission = match *login {
                    "bob" => "admin",
                    "ann" => "write",
                    _ => "read",
                };
                let user = json!({"login": login, "id": number_of(login), "type": "User"});
                Reply::json(200, &json!({"permission": permission, "role_name": permission, "user": user}))
            }
            ("GET", ["commits", _, "check-runs"]) if self.may.check => {
                Reply::json(200, &json!({"total_count": self.checks.len(), "check_runs": self.checks}))
            }
            ("POST", ["check-runs"]) if self.may.check => self.new_check(body),
            ("PATCH", ["check-runs", id]) if self.may.check => self.more_of_check(id, &body),
            ("GET" | "POST" | "PATCH", ["commits" | "check-runs", ..]) => refused(),
            _ if !self.may.comment => refused(),
            ("POST", ["issues", "7", "comments"]) => {
                if let Some(other) = self.at_the_same_time.take() {
                    self.comment(BOT, &other);
                }
                let id = self.comment(BOT, body["body"].as_str().unwrap());
                Reply::json(201, &json!({"id": id, "html_url": format!("https://forge.example/7#{id}")}))
            }
            ("PATCH", ["issues", "comments", id]) => {
                let comment = self.comments.iter_mut().find(|comment| comment.id.to_string() == *id);
                Self::changed(comment, &body)
            }
            ("DELETE", ["issues", "comments", id]) => {
                let before = self.comments.len();
                self.comments.retain(|comment| comment.id.to_string() != *id);
                if self.comments.len() < before { Reply::json(204, &Value::Null) } else { missing() }
            }
            ("POST", ["pulls", "7", "reviews"]) => self.review(&body),
            ("POST", ["pulls", "7", "comments"]) => {
                if self.refuses(&body) {
                    return unprocessable();
                }
                self.thread(&body);
                Reply::json(201, &json!({}))
            }
            ("PATCH", ["pulls", "comments", id]) => {
                let mut comments = self.threads.iter_mut().flat_map(|thread| &mut thread.comments);
                Self::changed(comments.find(|comment| comment.id.to_string() == *id), &body)
            }
            ("DELETE", ["pulls", "comments", id]) => {
                self.threads.retain(|thread| thread.comments[0].id.to_string() != *id);
                Reply::json(204, &Value::Null)
            }
            _ => missing(),
        }
    }

    /// Somebody comments; the id is given.
    pub(crate) fn comment(&mut self, author: &str, body: &str) -> u64 {
        self.next += 1;
        let comment =
            Comment { id: self.next, author: author.into(), body: body.into(), hidden: false, edited_by: None };
        self.comments.push(comment);
        self.next
    }

    /// Somebody changes a comment of the conversation.
    pub(crate) fn edit(&mut self, id: u64, editor: &str, body: &str) {
        let comment = self.comments.iter_mut().find(|comment| comment.id == id).unwrap();
        comment.body = body.into();
        comment.edited_by = Some(editor.into());
    }

    /// Somebody answers in a thread.
    pub(crate) fn reply(&mut self, thread: usize, author: &str, body: &str) {
        self.next += 1;
        let comment =
            Comment { id: self.next, author: author.into(), body: body.into(), hidden: false, edited_by: None };
        self.threads[thread].comments.push(comment);
    }

    fn changed(comment: Option<&mut Comment>, body: &Value) -> Reply {
        let Some(comment) = comment else { return missing() };
        comment.body = body["body"].as_str().unwrap().to_owned();
        comment.edited_by = Some(BOT.into());
        let id = comment.id;
        Reply::json(
            200,
            &json!({"id": id, "node_id": format!("C_{id}"), "html_url": format!("https://forge.example/7#{id}")}),
        )
    }

    fn files(&self, heard: &Heard) -> Reply {
        // Two a page, so that the link to the next matters.
        let page = heard.target.split("page=").last().and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
        let page = if heard.target.contains("&page=") { page } else { 1 };
        let host = heard.header("host").unwrap();
        let reply = Reply::json(200, &json!(self.files.iter().skip(2 * (page - 1)).take(2).collect::<Vec<_>>()));
        if 2 * page >= self.files.len() {
            return reply;
        }
        let next = format!("<http://{host}{}?per_page=100&page={}>; rel=\"next\"", heard.path(), page + 1);
        reply.with("link", next)
    }

    fn refuses(&self, comment: &Value) -> bool {
        self.refuses_path.as_deref().is_some_and(|path| comment["path"] == path)
    }

    fn review(&mut self, body: &Value) -> Reply {
        let comments = body["comments"].as_array().unwrap();
        assert_eq!((body["event"].as_str(), body["commit_id"].as_str()), (Some("COMMENT"), Some(self.head.as_str())));
        if comments.iter().any(|comment| self.refuses(comment)) {
            return unprocessable();
        }
        comments.iter().for_each(|comment| self.thread(comment));
        Reply::json(200, &json!({"id": 1}))
    }

    fn thread(&mut self, comment: &Value) {
        self.next += 1;
        let line = comment["line"].as_u64().unwrap();
        let first = Comment {
            id: self.next,
            author: BOT.into(),
            body: comment["body"].as_str().unwrap().into(),
            hidden: false,
            edited_by: None,
        };
        self.threads.push(Thread {
            id: format!("T_{}", self.next),
            resolved: false,
            path: comment["path"].as_str().unwrap().into(),
            lines: (comment["start_line"].as_u64().unwrap_or(line), line),
            comments: vec![first],
        });
    }

    fn new_check(&mut self, mut check: Value) -> Reply {
        self.next += 1;
        assert!(check["output"]["annotations"].as_array().unwrap().len() <= 50);
        check["id"] = self.next.into();
        check["html_url"] = "https://forge.example/check".into();
        self.checks.push(check.clone());
        Reply::json(201, &check)
    }

    fn more_of_check(&mut self, id: &str, more: &Value) -> Reply {
        let check = self.checks.iter_mut().find(|check| check["id"].as_u64() == id.parse().ok()).unwrap();
        let more = more["output"]["annotations"].as_array().unwrap();
        assert!(more.len() <= 50);
        check["output"]["annotations"].as_array_mut().unwrap().extend(more.clone());
        Reply::json(200, check)
    }

    fn graphql(&mut self, body: &Value) -> Reply {
        let variables = &body["variables"];
        let id = variables["id"].as_str().unwrap_or_default();
        let forbidden = json!({"data": null, "errors": [{"type": "FORBIDDEN", "message": "Resource not accessible by integration"}]});
        let operation = body["operationName"].as_str().unwrap();
        if operation == "Posted" {
            return if self.may.read { self.posted(variables) } else { Reply::json(200, &forbidden) };
        }
        let resolves = matches!(operation, "Resolve" | "Unresolve");
        if !self.may.comment || (resolves && !self.may.resolve) {
            return Reply::json(200, &forbidden);
        }
        if resolves {
            let thread = self.threads.iter_mut().find(|thread| thread.id == id).unwrap();
            thread.resolved = operation == "Resolve";
        } else {
            let mut comments = self.threads.iter_mut().flat_map(|thread| &mut thread.comments);
            let comment = comments.find(|comment| format!("C_{}", comment.id) == id).unwrap();
            comment.hidden = operation == "Minimize";
        }
        Reply::json(200, &json!({"data": {"done": {"id": id}}}))
    }

    fn posted(&self, variables: &Value) -> Reply {
        let mut request = json!({"headRefOid": self.head, "author": {"login": "bob"}});
        if variables["comments"] == true {
            let from = variables["after"].as_str().map_or(0, |at| at.parse().unwrap());
            let nodes: Vec<Value> = self.comments.iter().skip(from).take(self.page).map(node).collect();
            let end = from + nodes.len();
            let more = end < self.comments.len();
            request["comments"] =
                json!({"pageInfo": {"hasNextPage": more, "endCursor": end.to_string()}, "nodes": nodes});
        }
        if variables["threads"] == true {
            let nodes: Vec<Value> = self.threads.iter().map(|thread| {
                let nodes: Vec<Value> = thread.comments.iter().map(node).collect();
                json!({"id": thread.id, "isResolved": thread.resolved, "comments": {"totalCount": nodes.len(), "nodes": nodes}})
            }).collect();
            request["reviewThreads"] = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
        }
        let data = json!({"viewer": {"login": format!("{BOT}[bot]")}, "repository": {"pullRequest": request}});
        Reply::json(200, &json!({ "data": data }))
    }
}

/// Bob opened the request, Ann may push; everybody else may read.
fn number_of(login: &str) -> u64 {
    match login {
        BOT => 1,
        "bob" => 2,
        "ann" => 3,
        _ => 4,
    }
}

fn node(comment: &Comment) -> Value {
    let bot = comment.author == BOT;
    json!({
        "fullDatabaseId": comment.id.to_string(),
        "body": comment.body,
        "createdAt": "2026-01-01T00:00:00Z",
        "lastEditedAt": comment.edited_by.as_ref().map(|_| "2026-01-02T00:00:00Z"),
        // For apps GitHub says false here.
        "viewerDidAuthor": false,
        "isMinimized": comment.hidden,
        "editor": comment.edited_by.as_ref().filter(|name| !name.is_empty()).map(|name| json!({"login": name})),
        "author": {"__typename": if bot { "Bot" } else { "User" }, "login": comment.author, "databaseId": number_of(&comment.author)},
    })
}

fn unprocessable() -> Reply {
    Reply::json(422, &json!({"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]}))
}
