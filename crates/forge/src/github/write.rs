//! Carrying out a plan on a pull request.
//!
//! The summary comes first: if the token may not write that, it may write nothing, and the caller says
//! it elsewhere. Everything after may be refused alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::GitHub;
use crate::draft::{DesiredComment, Note, Plan, Sticky, Thread};
use crate::http::{Call, Error, Method};
use crate::posting::Written;

const RESOLVE: &str =
    "mutation Resolve($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }";
const REOPEN: &str =
    "mutation Unresolve($id: ID!) { unresolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }";
const HIDE: &str = "mutation Minimize($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: RESOLVED}) { minimizedComment { isMinimized } } }";
const SHOW: &str = "mutation Unminimize($id: ID!) { unminimizeComment(input: {subjectId: $id}) { unminimizedComment { isMinimized } } }";

/// A plan on its way.
pub(super) struct Writing<'a> {
    github: &'a GitHub,
    number: u64,
    head: &'a str,
    written: Written,
    /// What GraphQL calls the comments that REST changed.
    nodes: BTreeMap<String, String>,
    /// Whether the token may resolve threads, as far as is known.
    may_resolve: bool,
}

impl<'a> Writing<'a> {
    pub(super) fn new(github: &'a GitHub, number: u64, head: &'a str) -> Self {
        Writing { github, number, head, written: Written::default(), nodes: BTreeMap::new(), may_resolve: true }
    }

    pub(super) fn carry_out(mut self, plan: &Plan) -> Result<Written, Error> {
        match &plan.summary {
            Sticky::Leave => {}
            Sticky::Create(body) => {
                let path = self.github.path(&format!("issues/{}/comments", self.number));
                let call = Call::new(Method::Post, &path).body(json!({ "body": body }));
                self.summary(&call)?;
            }
            Sticky::Update(note) => {
                let path = self.github.path(&format!("issues/comments/{}", note.id));
                self.summary(&Call::new(Method::Patch, &path).body(json!({ "body": note.body })))?;
            }
        }
        self.threads(plan)?;
        if !plan.add.is_empty() {
            self.review(&plan.add)?;
        }
        for note in &plan.fold_notes {
            self.remove(&format!("issues/comments/{}", note.id))?;
        }
        for thread in &plan.fold_threads {
            self.remove(&format!("pulls/comments/{}", thread.first.id))?;
        }
        Ok(self.written)
    }

    fn summary(&mut self, call: &Call<'_>) -> Result<(), Error> {
        let answer = self.github.client.json(call)?;
        self.written.address = answer.get("html_url").and_then(Value::as_str).map(str::to_owned);
        Ok(())
    }

    fn threads(&mut self, plan: &Plan) -> Result<(), Error> {
        for note in &plan.edit {
            let done = self.edit(note);
            self.told(done, "an inline comment could not be changed")?;
        }
        for thread in &plan.reopen {
            let done = self.reopen(thread);
            self.told(done, "a thread could not be opened again")?;
        }
        for thread in &plan.settle {
            let done = self.settle(thread);
            self.told(done, "a thread could not be closed")?;
        }
        Ok(())
    }

    /// What is refused here is told, and the rest goes on.
    fn told(&mut self, done: Result<(), Error>, what: &str) -> Result<(), Error> {
        match done {
            Err(error) if error.status().is_some_and(|status| status < 500) => {
                self.written.told.push(format!("{what}: {error}"));
                Ok(())
            }
            other => other,
        }
    }

    fn edit(&mut self, note: &Note) -> Result<(), Error> {
        let path = self.github.path(&format!("pulls/comments/{}", note.id));
        let answer = self.github.client.json(&Call::new(Method::Patch, &path).body(json!({ "body": note.body })))?;
        if let Some(node) = answer.get("node_id").and_then(Value::as_str) {
            self.nodes.insert(note.id.clone(), node.to_owned());
        }
        Ok(())
    }

    /// Resolving asks for a right to contents that few tokens have; hiding does not.
    fn settle(&mut self, thread: &Thread) -> Result<(), Error> {
        self.edit(&thread.first)?;
        if self.may_resolve {
            match self.github.mutate("Resolve", RESOLVE, json!({ "id": thread.id })) {
                Err(error) if error.is_refusal() => self.may_resolve = false,
                other => return other.map(drop),
            }
        }
        match self.nodes.get(&thread.first.id) {
            Some(node) => self.github.mutate("Minimize", HIDE, json!({ "id": node })).map(drop),
            None => Ok(()),
        }
    }

    /// It is not known which of the two closed it.
    fn reopen(&mut self, thread: &Thread) -> Result<(), Error> {
        let resolved = self.github.mutate("Unresolve", REOPEN, json!({ "id": thread.id }));
        let hidden = match self.nodes.get(&thread.first.id) {
            Some(node) => self.github.mutate("Unminimize", SHOW, json!({ "id": node })).map(drop),
            None => Ok(()),
        };
        resolved.map(drop).or(hidden)
    }

    /// All in one review, so that people get one message. Where a single place is not taken, all are
    /// refused; then each is tried alone.
    fn review(&mut self, wishes: &[DesiredComment]) -> Result<(), Error> {
        let comments: Vec<Value> = wishes.iter().map(placed).collect();
        let path = self.github.path(&format!("pulls/{}/reviews", self.number));
        let body = json!({ "commit_id": self.head, "event": "COMMENT", "comments": comments });
        match self.github.client.call(&Call::new(Method::Post, &path).body(body)) {
            Err(error) if error.status() == Some(422) => self.one_by_one(comments),
            Err(error) if error.is_refusal() => {
                self.written.told.push(format!("inline comments could not be posted: {error}"));
                Ok(())
            }
            other => other.map(drop),
        }
    }

    fn one_by_one(&mut self, comments: Vec<Value>) -> Result<(), Error> {
        let path = self.github.path(&format!("pulls/{}/comments", self.number));
        for mut comment in comments {
            if let Some(fields) = comment.as_object_mut() {
                fields.insert("commit_id".into(), self.head.into());
            }
            let done = self.github.client.call(&Call::new(Method::Post, &path).body(comment));
            self.told(done.map(drop), "an inline comment could not be posted")?;
        }
        Ok(())
    }

    /// What another run removed already is removed.
    fn remove(&mut self, rest: &str) -> Result<(), Error> {
        let path = self.github.path(rest);
        match self.github.client.call(&Call::new(Method::Delete, &path)) {
            Err(error) if error.status() == Some(404) => Ok(()),
            done => self.told(done.map(drop), "a comment that stood twice could not be removed"),
        }
    }
}

fn placed(wish: &DesiredComment) -> Value {
    let mut comment = json!({ "path": wish.path, "body": wish.body, "side": "RIGHT", "line": wish.end_line });
    if let Some(fields) = comment.as_object_mut().filter(|_| wish.start_line < wish.end_line) {
        fields.insert("start_line".into(), wish.start_line.into());
        fields.insert("start_side".into(), "RIGHT".into());
    }
    comment
}
