//! Carries out a plan: one note for the summary, one discussion for each flag.

use serde_json::json;

use super::super::draft::{DesiredComment, Note, Plan, Sticky, Thread};
use super::super::marker;
use super::super::posting::Written;
use super::{Call, Error, GitLab, Method, Value, encoded, number};
use ai_detect_base::slices::first_line;
use ai_detect_report::markdown::code_span;

impl GitLab {
    /// The summary first: what is refused later is of less weight, and is told.
    pub(super) fn carry_out(&self, plan: &Plan) -> Result<Written, Error> {
        let mut written = Written { address: self.summary(&plan.summary)?, told: Vec::new() };
        let mut notes = Notices::default();
        for wish in &plan.add {
            notes.count("open a thread on a flag", self.open(wish))?;
        }
        for note in &plan.edit {
            notes.count("bring a comment up to date", self.edit(note))?;
        }
        for thread in &plan.reopen {
            notes.count("reopen a thread", self.resolve(thread, false))?;
        }
        for thread in &plan.settle {
            notes.count("bring a comment up to date", self.edit(&thread.first))?;
            notes.count("resolve a thread (that needs the role Developer)", self.resolve(thread, true))?;
        }
        let twice = plan.fold_notes.iter().chain(plan.fold_threads.iter().map(|thread| &thread.first));
        for note in twice {
            notes.count("remove a comment that stood twice", self.remove(note))?;
        }
        written.told = notes.sentences();
        Ok(written)
    }

    /// The address of the summary.
    fn summary(&self, sticky: &Sticky) -> Result<Option<String>, Error> {
        let (id, body) = match sticky {
            Sticky::Leave => return Ok(None),
            Sticky::Create(body) => (None, body),
            Sticky::Update(note) => (Some(&note.id), &note.body),
        };
        let changed = id.map(|id| self.put(&format!("{}/notes/{id}", self.request), json!({ "body": body })));
        let note = match changed {
            Some(Ok(note)) => note,
            // Somebody removed it since it was read.
            Some(Err(error)) if error.status() == Some(404) => self.create(body)?,
            Some(Err(error)) => return Err(error),
            None => self.create(body)?,
        };
        let address = &self.seen.borrow().address;
        Ok((!address.is_empty()).then(|| format!("{address}#note_{}", number(&note, "/id"))))
    }

    fn create(&self, body: &str) -> Result<Value, Error> {
        let path = format!("{}/notes", self.request);
        self.client.json(&Call::new(Method::Post, &path).body(json!({ "body": body })))
    }

    /// A thread on the diff, or beside it where GitLab does not take the position.
    fn open(&self, wish: &DesiredComment) -> Result<(), Error> {
        let path = format!("{}/discussions", self.request);
        let post = |body: Value| self.client.call(&Call::new(Method::Post, &path).body(body)).map(|_| ());
        if let Some(position) = self.position(wish) {
            match post(json!({ "body": wish.body, "position": position })) {
                Err(error) if matches!(error.status(), Some(400 | 422)) => {}
                done => return done,
            }
        }
        post(json!({ "body": placed(wish) }))
    }

    fn position(&self, wish: &DesiredComment) -> Option<Value> {
        let seen = self.seen.borrow();
        let refs = seen.refs.as_ref()?;
        let (old_path, line) = seen.diffs.anchor(&wish.path, wish.start_line, wish.end_line)?;
        Some(json!({
            "position_type": "text",
            "base_sha": refs.base,
            "start_sha": refs.start,
            "head_sha": refs.head,
            "old_path": old_path,
            "new_path": wish.path,
            "new_line": line,
        }))
    }

    fn edit(&self, note: &Note) -> Result<(), Error> {
        self.put(&format!("{}/notes/{}", self.request, note.id), json!({ "body": note.body })).map(|_| ())
    }

    fn resolve(&self, thread: &Thread, resolved: bool) -> Result<(), Error> {
        let path = format!("{}/discussions/{}", self.request, encoded(&thread.id));
        self.put(&path, json!({ "resolved": resolved })).map(|_| ())
    }

    fn remove(&self, note: &Note) -> Result<(), Error> {
        let path = format!("{}/notes/{}", self.request, note.id);
        match self.client.call(&Call::new(Method::Delete, &path)) {
            Err(error) if error.status() != Some(404) => Err(error),
            // It is gone already.
            _ => Ok(()),
        }
    }

    fn put(&self, path: &str, body: Value) -> Result<Value, Error> {
        self.client.json(&Call::new(Method::Put, path).body(body))
    }
}

/// The body with the place in it, since no position shows it. The hidden first line stays the first.
fn placed(wish: &DesiredComment) -> String {
    let lines = format!("{}:{}-{}", wish.path, wish.start_line, wish.end_line);
    let first = first_line(&wish.body);
    format!("{first}\n{}\n\n{}", code_span(&lines), marker::text(&wish.body))
}

/// What was refused, each kind once.
#[derive(Default)]
struct Notices(Vec<(&'static str, String, usize)>);

impl Notices {
    /// Remembers a refusal; what may pass when it is tried again later ends the writing.
    fn count(&mut self, what: &'static str, done: Result<(), Error>) -> Result<(), Error> {
        let Err(error) = done else { return Ok(()) };
        if error.status().is_none_or(|status| status >= 500) {
            return Err(error);
        }
        match self.0.iter_mut().find(|(known, ..)| *known == what) {
            Some((.., count)) => *count += 1,
            None => self.0.push((what, error.to_string(), 1)),
        }
        Ok(())
    }

    fn sentences(self) -> Vec<String> {
        let sentence = |(what, why, count): (&str, String, usize)| {
            let times = if count > 1 { format!(", {count} times") } else { String::new() };
            format!("could not {what}{times}: {why}")
        };
        self.0.into_iter().map(sentence).collect()
    }
}
