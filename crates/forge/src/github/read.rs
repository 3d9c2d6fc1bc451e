//! What stands on a pull request: its head, comments and threads.

use serde_json::{Value, json};

use super::GitHub;
use crate::draft::{Note, OtherComment, Posted, Thread};
use crate::http::Error;
use crate::marker::{Inline, Summary};

/// More pages than this are not read, of comments and threads together.
const MAX_PAGES: usize = 50;

const QUERY: &str = "\
query Posted($owner: String!, $name: String!, $number: Int!, $after: String, $threadsAfter: String, $comments: Boolean!, $threads: Boolean!) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      headRefOid
      author { login }
      comments(first: 100, after: $after) @include(if: $comments) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body createdViaEmail createdAt lastEditedAt viewerDidAuthor editor { login } author { ...who } }
      }
      reviewThreads(first: 50, after: $threadsAfter) @include(if: $threads) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id
          isResolved
          comments(first: 50) {
            totalCount
            nodes { fullDatabaseId body createdViaEmail createdAt lastEditedAt viewerDidAuthor isMinimized editor { login } author { ...who } }
          }
        }
      }
    }
  }
}
fragment who on Actor { __typename login ... on User { databaseId } ... on Bot { databaseId } }";

/// Reads all of it.
pub(super) fn posted(github: &GitHub, number: u64) -> Result<Posted, Error> {
    let mut posted = Posted { complete: true, ..Posted::default() };
    let (mut comments, mut threads) = (Cursor::Start, Cursor::Start);
    for _ in 0..MAX_PAGES {
        let variables = json!({
            "owner": github.owner, "name": github.name, "number": number,
            "after": comments.value(), "threadsAfter": threads.value(),
            "comments": comments.is_open(), "threads": threads.is_open(),
        });
        let data = github.query("Posted", QUERY, variables)?;
        let viewer = text(data.pointer("/viewer/login")).to_owned();
        let request = data.pointer("/repository/pullRequest").filter(|request| !request.is_null());
        let Some(request) = request else {
            let what = "POST graphql (Posted)".to_owned();
            return Err(Error::Refused { what, status: 404, message: "the token sees no such pull request".into() });
        };
        text(request.get("headRefOid")).clone_into(&mut posted.head);
        text(request.pointer("/author/login")).clone_into(&mut posted.author);
        if comments.is_open() {
            let page = request.get("comments");
            nodes(page).for_each(|node| comment(node, &viewer, &mut posted));
            comments = Cursor::after(page, &mut posted.complete);
        }
        if threads.is_open() {
            let page = request.get("reviewThreads");
            nodes(page).for_each(|node| thread(node, &viewer, &mut posted));
            threads = Cursor::after(page, &mut posted.complete);
        }
        if !comments.is_open() && !threads.is_open() {
            return Ok(posted);
        }
    }
    posted.complete = false;
    Ok(posted)
}

/// How far a list was read.
enum Cursor {
    Start,
    At(String),
    End,
}

impl Cursor {
    fn after(page: Option<&Value>, complete: &mut bool) -> Self {
        let Some(page) = page.filter(|page| !page.is_null()) else {
            // The token may see the request and not its comments.
            *complete = false;
            return Cursor::End;
        };
        let more = page.pointer("/pageInfo/hasNextPage").and_then(Value::as_bool) == Some(true);
        match page.pointer("/pageInfo/endCursor").and_then(Value::as_str) {
            Some(cursor) if more => Cursor::At(cursor.to_owned()),
            _ => Cursor::End,
        }
    }

    fn is_open(&self) -> bool {
        !matches!(self, Cursor::End)
    }

    fn value(&self) -> Option<&str> {
        match self {
            Cursor::At(cursor) => Some(cursor),
            _ => None,
        }
    }
}

fn comment(node: &Value, viewer: &str, posted: &mut Posted) {
    if is_own(node, viewer) {
        let body = text(node.get("body"));
        if Summary::read(body).is_some() {
            posted.summaries.extend(note(node));
        }
    } else {
        posted.said.extend(said(node, false, None));
    }
}

fn thread(node: &Value, viewer: &str, posted: &mut Posted) {
    let comments: Vec<&Value> = nodes(node.get("comments")).collect();
    let Some(first) = comments.first() else { return };
    let ours = is_own(first, viewer).then(|| Inline::read(text(first.get("body")))).flatten();
    let fingerprint = ours.as_ref().map(|inline| inline.fingerprint.clone());
    let others = comments.iter().filter(|comment| !is_own(comment, viewer));
    posted.said.extend(others.clone().filter_map(|comment| said(comment, true, fingerprint.clone())));
    let Some(first_note) = note(first).filter(|_| ours.is_some()) else { return };
    // Where the number of comments is not known, there may be more.
    let total = node.pointer("/comments/totalCount").and_then(Value::as_u64);
    let unread = total.is_none_or(|total| total > comments.len() as u64);
    let flag = |value: &Value, key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
    posted.threads.push(Thread {
        id: text(node.get("id")).to_owned(),
        first: first_note,
        answered: others.count() > 0 || unread,
        closed: flag(node, "isResolved") || flag(first, "isMinimized"),
    });
}

/// Whether GitHub says that the token's owner wrote a comment. Apps are called `name[bot]` as viewers
/// and `name` as authors; only an app's account is a `Bot`.
fn is_own(node: &Value, viewer: &str) -> bool {
    if node.get("viewerDidAuthor").and_then(Value::as_bool) == Some(true) {
        return true;
    }
    let bot = text(node.pointer("/author/__typename")) == "Bot";
    bot && viewer.strip_suffix("[bot]").is_some_and(|name| {
        let author = text(node.pointer("/author/login"));
        author.strip_suffix("[bot]").unwrap_or(author) == name
    })
}

fn note(node: &Value) -> Option<Note> {
    Some(Note { id: number(node)?.to_string(), body: text(node.get("body")).to_owned() })
}

fn said(node: &Value, inline: bool, fingerprint: Option<String>) -> Option<OtherComment> {
    let editor = text(node.pointer("/editor/login"));
    Some(OtherComment {
        number: number(node)?,
        inline,
        author: text(node.pointer("/author/login")).to_owned(),
        // No account has the number 0, which stands for one that is gone.
        author_number: node.pointer("/author/databaseId").and_then(Value::as_u64).unwrap_or(0),
        bot: text(node.pointer("/author/__typename")) == "Bot",
        created: text(node.get("createdAt")).to_owned(),
        edited: node.get("lastEditedAt").is_some_and(|at| !at.is_null()),
        editor: (!editor.is_empty()).then(|| editor.to_owned()),
        body: text(node.get("body")).to_owned(),
        by_mail: node.get("createdViaEmail").and_then(Value::as_bool) == Some(true),
        fingerprint,
    })
}

/// The number by which REST knows a comment; nothing can be done with a comment that has none. GraphQL writes it as a
/// string, for it outgrew its integers.
fn number(node: &Value) -> Option<u64> {
    match node.get("fullDatabaseId")? {
        Value::String(number) => number.parse().ok(),
        number => number.as_u64(),
    }
}

fn nodes(page: Option<&Value>) -> impl Iterator<Item = &Value> {
    page.and_then(|page| page.get("nodes"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|node| !node.is_null())
}

/// A text of an answer. GitHub has none where an account is gone.
fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or("")
}
