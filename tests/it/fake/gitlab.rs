//! A GitLab on loopback that remembers: one project with one merge request, below a path, as the published
//! API describes it. Tests look at what stands there in the end, not at how it came to be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::server::{Heard, Reply, Server};

pub(crate) const TOKEN: &str = "glpat-0123456789abcdefghij";
pub(crate) const JOB: &str = "job-0123456789abcdefghij";
/// The account of the token.
pub(crate) const BOT: u64 = 1;
/// Who opened the request, and may push.
pub(crate) const AUTHOR: u64 = 2;
/// Another who may push.
pub(crate) const REVIEWER: u64 = 3;
/// Who may read.
pub(crate) const REPORTER: u64 = 4;
/// Who is no member.
pub(crate) const STRANGER: u64 = 5;
/// An account of another token.
pub(crate) const OTHER_BOT: u64 = 6;

pub(crate) struct Note {
    pub(crate) id: u64,
    pub(crate) author: u64,
    pub(crate) body: String,
    pub(crate) created: String,
    pub(crate) updated: String,
    pub(crate) edited_by: Option<u64>,
    pub(crate) system: bool,
    pub(crate) position: Value,
}

pub(crate) struct Discussion {
    pub(crate) id: String,
    pub(crate) individual: bool,
    pub(crate) resolved: bool,
    pub(crate) notes: Vec<Note>,
}

/// An answer to give instead, so many times.
pub(crate) struct Fault {
    pub(crate) method: &'static str,
    /// What the path ends with, or holds where it ends with `*`.
    pub(crate) path: &'static str,
    pub(crate) times: usize,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Whether it takes effect all the same.
    pub(crate) done: bool,
}

#[derive(Default)]
pub(crate) struct Project {
    pub(crate) head: String,
    pub(crate) base: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) labels: Vec<String>,
    /// Path before, path after, unified diff.
    pub(crate) diffs: Vec<(String, String, String)>,
    pub(crate) discussions: Vec<Discussion>,
    pub(crate) levels: BTreeMap<u64, u64>,
    pub(crate) faults: Vec<Fault>,
    /// Method and path of every call, in order.
    pub(crate) calls: Vec<String>,
    /// Paths on whose lines no position is taken.
    pub(crate) unplaceable: BTreeSet<String>,
    pub(crate) page: usize,
    clock: u64,
}

impl Project {
    fn time(&mut self) -> String {
        self.clock += 1;
        format!("2026-03-01T10:{:02}:{:02}.000Z", self.clock / 60, self.clock % 60)
    }

    fn note(&mut self, author: u64, body: &str, position: Value) -> Note {
        let time = self.time();
        let (id, body) = (100 + self.clock, body.to_owned());
        Note { id, author, body, created: time.clone(), updated: time, edited_by: None, system: false, position }
    }

    /// Somebody writes a comment; its number.
    pub(crate) fn comment(&mut self, author: u64, body: &str) -> u64 {
        self.open(author, body, Value::Null, true)
    }

    fn open(&mut self, author: u64, body: &str, position: Value, individual: bool) -> u64 {
        let note = self.note(author, body, position);
        let id = note.id;
        let notes = vec![note];
        self.discussions.push(Discussion { id: format!("{id:040x}"), individual, resolved: false, notes });
        id
    }

    /// Somebody answers in a thread of ours.
    pub(crate) fn reply(&mut self, thread: usize, author: u64, body: &str) {
        let note = self.note(author, body, Value::Null);
        self.threads_mut()[thread].notes.push(note);
    }

    /// Somebody edits a comment.
    pub(crate) fn edit(&mut self, id: u64, by: u64, body: &str) {
        let time = self.time();
        let note = self.notes_mut().find(|note| note.id == id).unwrap();
        note.body = body.into();
        note.updated = time;
        note.edited_by = Some(by);
    }

    /// Something that is no edit changes a comment's time.
    pub(crate) fn touch(&mut self, id: u64) {
        let time = self.time();
        self.notes_mut().find(|note| note.id == id).unwrap().updated = time;
    }

    pub(crate) fn notes_mut(&mut self) -> impl Iterator<Item = &mut Note> {
        self.discussions.iter_mut().flat_map(|discussion| &mut discussion.notes)
    }

    fn threads_mut(&mut self) -> Vec<&mut Discussion> {
        self.discussions.iter_mut().filter(|it| it.notes[0].body.starts_with("<!-- ai-detect:flag")).collect()
    }

    /// Discussions that begin with an inline comment.
    pub(crate) fn threads(&self) -> Vec<&Discussion> {
        self.discussions.iter().filter(|it| it.notes[0].body.starts_with("<!-- ai-detect:flag")).collect()
    }

    /// Summaries that the token's account wrote.
    pub(crate) fn summaries(&self) -> Vec<&Note> {
        let notes = self.discussions.iter().map(|discussion| &discussion.notes[0]);
        notes.filter(|note| note.author == BOT && note.body.starts_with("<!-- ai-detect:summary")).collect()
    }

    /// A push: another head, with files that are all new.
    pub(crate) fn push(&mut self, head: char, files: &[(&str, u32)]) {
        self.head = head.to_string().repeat(40);
        let diff = |lines: u32| {
            let added: String = (0..lines).map(|line| format!("+line {line}\n")).collect();
            format!("@@ -0,0 +1,{lines} @@\n{added}")
        };
        self.diffs = files.iter().map(|(path, lines)| ((*path).to_owned(), (*path).to_owned(), diff(*lines))).collect();
    }

    /// What was written, as method and the last part of the path.
    pub(crate) fn written(&self) -> Vec<&str> {
        self.calls
            .iter()
            .map(String::as_str)
            .filter(|call| !call.starts_with("GET") && !call.contains("graphql"))
            .collect()
    }

    pub(crate) fn fault(&mut self, method: &'static str, path: &'static str, times: usize, status: u16) -> &mut Fault {
        self.faults.push(Fault { method, path, times, status, headers: Vec::new(), done: false });
        self.faults.last_mut().unwrap()
    }
}

/// The instance. It is below `/lab`, as self-managed ones may be.
pub(crate) struct Fake {
    server: Server,
    project: Arc<Mutex<Project>>,
}

impl Fake {
    pub(crate) fn new() -> Self {
        let levels = [(BOT, 30), (AUTHOR, 30), (REVIEWER, 30), (REPORTER, 20), (OTHER_BOT, 40)].into();
        let project = Arc::new(Mutex::new(Project { levels, page: 100, base: "b".repeat(40), ..Project::default() }));
        let shared = project.clone();
        let server = Server::start(move |asked| answer(&mut shared.lock().unwrap(), asked));
        Fake { server, project }
    }

    pub(crate) fn api(&self) -> String {
        format!("{}/lab/api/v4", self.server.url())
    }

    pub(crate) fn project(&self) -> MutexGuard<'_, Project> {
        self.project.lock().unwrap()
    }
}

fn user(id: u64) -> Value {
    let username = ["", "project_4_bot_ab", "ada", "robin", "rio", "sam", "helper"][id as usize];
    json!({ "id": id, "username": username, "bot": id == BOT || id == OTHER_BOT })
}

fn refused(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message }))
}

fn answer(project: &mut Project, asked: &Heard) -> Reply {
    let path = asked.path().strip_prefix("/lab/api").unwrap_or_else(|| panic!("outside: {}", asked.path()));
    assert_eq!(super::gitlab_calls::problem(asked, path), None);
    project.calls.push(format!("{} {path}", asked.method));
    let hit = |fault: &&mut Fault| {
        let fits = match fault.path.strip_suffix('*') {
            Some(part) => path.contains(part),
            None => path.ends_with(fault.path),
        };
        fault.times > 0 && fault.method == asked.method && fits
    };
    let fault = project.faults.iter_mut().find(hit).map(|fault| {
        fault.times -= 1;
        (fault.status, fault.headers.clone(), fault.done)
    });
    if let Some((status, headers, done)) = fault {
        if done {
            respond(project, asked, path);
        }
        return Reply { headers, ..refused(status, "a fault") };
    }
    respond(project, asked, path)
}

fn respond(project: &mut Project, asked: &Heard, path: &str) -> Reply {
    let job = asked.header("job-token") == Some(JOB);
    if !job && asked.header("private-token") != Some(TOKEN) {
        return refused(401, "401 Unauthorized");
    }
    if path == "/graphql" {
        return graphql(project, asked);
    }
    let path = path.strip_prefix("/v4").unwrap();
    let request = path.strip_prefix("/projects/4/merge_requests/7");
    // The job's token may read the request and its notes, and nothing else of all this.
    if job && !(asked.method == "GET" && matches!(request, Some("" | "/notes"))) {
        return refused(401, "401 Unauthorized");
    }
    let parts: Vec<&str> = request.unwrap_or(path).trim_start_matches('/').split('/').collect();
    match (asked.method.as_str(), request.is_some(), parts.as_slice()) {
        ("GET", false, ["user"]) => Reply::json(200, &user(BOT)),
        ("GET", false, ["users", id]) => Reply::json(200, &user(id.parse().unwrap())),
        ("GET", false, ["projects", "4", "members", "all", id]) => {
            let id: u64 = id.parse().unwrap();
            match project.levels.get(&id) {
                Some(level) => Reply::json(200, &json!({ "id": id, "state": "active", "access_level": level })),
                None => refused(404, "404 Not found"),
            }
        }
        ("GET", true, [""]) => Reply::json(
            200,
            &json!({
                "iid": 7, "sha": project.head, "author": user(AUTHOR), "title": "Add files",
                "title": project.title, "description": project.description, "labels": project.labels, "source_branch": "topic",
                "web_url": "https://git.example.org/lab/g/p/-/merge_requests/7",
                "diff_refs": { "base_sha": project.base, "start_sha": project.base, "head_sha": project.head },
            }),
        ),
        ("GET", true, ["changes"]) => {
            let file = |(old, new, diff): &(String, String, String)| json!({ "old_path": old, "new_path": new, "diff": diff, "deleted_file": false });
            let files: Vec<Value> = project.diffs.iter().map(file).collect();
            Reply::json(200, &json!({ "changes": files }))
        }
        ("GET", true, ["diffs"]) => {
            let file = |(old, new, diff): &(String, String, String)| json!({ "old_path": old, "new_path": new, "diff": diff, "deleted_file": false });
            let files = project.diffs.iter().map(file).collect();
            page(asked, files, project.page)
        }
        ("GET", true, ["discussions"]) => {
            let items = project.discussions.iter().map(shown).collect();
            page(asked, items, project.page)
        }
        ("POST", true, ["notes"]) => {
            let id = project.open(BOT, asked.json()["body"].as_str().unwrap(), Value::Null, true);
            Reply::json(201, &json!({ "id": id }))
        }
        ("POST", true, ["discussions"]) => open(project, &asked.json()),
        ("PUT", true, ["notes", id]) => {
            let id: u64 = id.parse().unwrap();
            let author = project.notes_mut().find(|note| note.id == id).map(|note| note.author);
            match author {
                None => refused(404, "404 Not found"),
                Some(author) if author != BOT => refused(403, "403 Forbidden"),
                Some(_) => {
                    project.edit(id, BOT, asked.json()["body"].as_str().unwrap());
                    Reply::json(200, &json!({ "id": id }))
                }
            }
        }
        ("PUT", true, ["discussions", id]) => {
            let found = project.discussions.iter_mut().find(|discussion| discussion.id == *id).unwrap();
            found.resolved = asked.json()["resolved"].as_bool().unwrap();
            Reply::json(200, &json!({}))
        }
        ("DELETE", true, ["notes", id]) => {
            let id: u64 = id.parse().unwrap();
            for discussion in &mut project.discussions {
                discussion.notes.retain(|note| note.id != id || note.author != BOT);
            }
            project.discussions.retain(|discussion| !discussion.notes.is_empty());
            Reply { status: 204, headers: Vec::new(), body: String::new() }
        }
        _ => panic!("no such call: {} {path}", asked.method),
    }
}

/// A position must be of the current diff, on an added line by its number at the head alone.
fn open(project: &mut Project, body: &Value) -> Reply {
    let position = &body["position"];
    if !position.is_null() {
        let path = position["new_path"].as_str().unwrap();
        let line = position["new_line"].as_u64().unwrap() as usize;
        let known = project.diffs.iter().find(|(_, new, _)| new == path);
        let added = known.is_some_and(|(.., diff)| diff.lines().nth(line).is_some_and(|line| line.starts_with('+')));
        let of_head = position["head_sha"] == project.head.as_str() && position["base_sha"] == project.base.as_str();
        if !added || !of_head || position["position_type"] != "text" || project.unplaceable.contains(path) {
            return refused(400, "Note {:line_code=>[\"can't be blank\", \"must be a valid line code\"]}");
        }
    }
    let id = project.open(BOT, body["body"].as_str().unwrap(), position.clone(), false);
    Reply::json(201, &json!({ "id": format!("{id:040x}") }))
}

fn shown(discussion: &Discussion) -> Value {
    let note = |note: &Note| {
        json!({
            "id": note.id, "body": note.body, "author": user(note.author), "created_at": note.created,
            "updated_at": note.updated, "system": note.system, "position": note.position,
            "resolvable": !discussion.individual, "resolved": discussion.resolved,
        })
    };
    let notes: Vec<Value> = discussion.notes.iter().map(note).collect();
    json!({ "id": discussion.id, "individual_note": discussion.individual, "notes": notes })
}

/// A number of the query.
fn number(asked: &Heard, name: &str, otherwise: usize) -> usize {
    let query = asked.target.split_once('?').map_or("", |(_, query)| query);
    let found = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name);
    found.map_or(otherwise, |(_, value)| value.parse().unwrap())
}

fn page(asked: &Heard, items: Vec<Value>, most: usize) -> Reply {
    let (page, size) = (number(asked, "page", 1), number(asked, "per_page", 20).min(most));
    let shown: Vec<Value> = items.iter().skip((page - 1) * size).take(size).cloned().collect();
    let mut answered = Reply::json(200, &Value::Array(shown));
    if items.len() > page * size {
        let host = asked.header("host").unwrap();
        let next = format!("<http://{host}{}?page={}&per_page={size}>; rel=\"next\"", asked.path(), page + 1);
        answered = answered.with("link", next);
    }
    answered
}

/// Who edited a note, for any number of notes.
fn graphql(project: &mut Project, asked: &Heard) -> Reply {
    let query = asked.json()["query"].as_str().unwrap().to_owned();
    let wanted = query.split("gid://gitlab/Note/").skip(1);
    let wanted = wanted.map(|rest| rest.split('"').next().unwrap().parse::<u64>().unwrap());
    let mut data = serde_json::Map::new();
    for id in wanted {
        let note = project.notes_mut().find(|note| note.id == id).unwrap();
        let by = note.edited_by.map(user);
        let at = by.as_ref().map(|_| note.updated.clone());
        data.insert(format!("n{id}"), json!({ "lastEditedAt": at, "lastEditedBy": by }));
    }
    Reply::json(200, &json!({ "data": data }))
}
