//! What stands on a merge request: our summary, our threads, and what others said.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::draft::{Note, OtherComment, Posted, Thread};
use super::super::marker::{Inline, Summary};
use super::{Call, Error, GitLab, Method, Refs, Value, flag, number, text};
use crate::triage::{Dialect, commands};

/// So many editors are asked for in one question.
const MAX_ASKED: usize = 50;

impl GitLab {
    pub(super) fn posted(&self) -> Result<Posted, Error> {
        let me = self.me()?;
        let request = self.client.json(&Call::new(Method::Get, &self.request))?;
        let refs = ["base", "start", "head"].map(|name| text(&request, &format!("/diff_refs/{name}_sha")).to_owned());
        {
            let [base, start, head] = refs;
            let mut seen = self.seen.borrow_mut();
            let known = [&base, &start, &head].into_iter().all(|id| !id.is_empty());
            seen.refs = known.then_some(Refs { base, start, head });
            text(&request, "/web_url").clone_into(&mut seen.address);
        }
        let path = format!("{}/discussions", self.request);
        let listing = self.client.list(&Call::new(Method::Get, &path).query("per_page", 100), |page| page)?;
        let mut posted = Posted {
            head: text(&request, "/sha").to_owned(),
            author: text(&request, "/author/username").to_owned(),
            complete: listing.complete,
            ..Posted::default()
        };
        for discussion in &listing.items {
            sort(discussion, me, &mut posted);
        }
        self.ask_for_editors(&mut posted);
        Ok(posted)
    }

    /// Who edited the comments that hold commands and were changed in some way: the time alone does not tell
    /// an edit from a resolved thread. Where GitLab does not say, it stays unclear.
    fn ask_for_editors(&self, posted: &mut Posted) {
        let asking = |said: &&mut OtherComment| said.edited && !commands(&said.body, Dialect::GitLab).is_empty();
        let mut asked: Vec<&mut OtherComment> = posted.said.iter_mut().filter(asking).take(MAX_ASKED).collect();
        if asked.is_empty() {
            return;
        }
        let edits = asked.iter().map(|said| edit_query(said.number)).collect::<Vec<_>>();
        let query = format!("{{ {} }}", edits.join(" "));
        let call = Call::new(Method::Post, &self.graphql).body(json!({ "query": query })).repeatable(true);
        let Ok(answer) = self.client.json(&call) else { return };
        let notes: BTreeMap<String, &Value> = answer
            .pointer("/data")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, note)| (name.clone(), note))
            .collect();
        for said in &mut asked {
            let Some(note) = notes.get(&format!("n{}", said.number)).filter(|note| note.is_object()) else { continue };
            match note.get("lastEditedAt") {
                Some(Value::Null) => said.edited = false,
                Some(_) => {
                    let editor = text(note, "/lastEditedBy/username");
                    said.editor = (!editor.is_empty()).then(|| editor.to_owned());
                }
                None => {}
            }
        }
    }
}

/// Asks who edited a comment last.
fn edit_query(number: u64) -> String {
    format!("n{number}: note(id: \"gid://gitlab/Note/{number}\") {{ lastEditedAt lastEditedBy {{ username }} }}")
}

/// Puts a discussion where it belongs. Only what our account wrote is ours, whatever its text looks like.
fn sort(discussion: &Value, me: u64, posted: &mut Posted) {
    let notes: Vec<&Value> = discussion
        .get("notes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|note| !flag(note, "/system"))
        .collect();
    let mine = |note: &Value| number(note, "/author/id") == me;
    let Some(first) = notes.first().copied() else { return };
    let inline = Inline::read(text(first, "/body")).filter(|_| mine(first));
    let note = || Note { id: number(first, "/id").to_string(), body: text(first, "/body").to_owned() };
    if mine(first) && inline.is_none() && Summary::read(text(first, "/body")).is_some() {
        posted.summaries.push(note());
    }
    if inline.is_some() {
        posted.threads.push(Thread {
            id: text(discussion, "/id").to_owned(),
            first: note(),
            // We never reply: whatever follows is a person's, even under the account that we use.
            answered: notes.len() > 1,
            closed: flag(first, "/resolved"),
        });
    }
    let fingerprint = inline.map(|inline| inline.fingerprint);
    posted.said.extend(
        notes
            .iter()
            .filter(|note| !mine(note) || is_command(note))
            .map(|note| OtherComment { fingerprint: fingerprint.clone(), ..said(note) }),
    );
}

/// A person whose own token we use may answer flags, too; what we write ourselves is never a command.
fn is_command(note: &Value) -> bool {
    !commands(text(note, "/body"), Dialect::GitLab).is_empty()
}

fn said(note: &Value) -> OtherComment {
    let created = text(note, "/created_at");
    OtherComment {
        number: number(note, "/id"),
        // GitLab numbers all notes alike.
        inline: false,
        author: text(note, "/author/username").to_owned(),
        author_number: number(note, "/author/id"),
        bot: false,
        created: created.to_owned(),
        edited: text(note, "/updated_at") != created,
        editor: None,
        body: text(note, "/body").to_owned(),
        // GitLab takes quoted text out of a reply by mail.
        by_mail: false,
        fingerprint: None,
    }
}
