//! Triage on a request: what people said there, who they are, and the decisions that come of it.
//!
//! What a command means and who may give it is `triage`'s business; who an account is, the forge's.

use std::collections::BTreeMap;

use super::draft::{OtherComment, Posted, Wanted, is_worth_saying};
use super::{ChangeRequest, Forge, marker};
use crate::triage::{
    self, Account, Comment, Comments, Dialect, Earlier, Edit, Person, Problem, RequestKey, Source, State, StateKey,
    Triage, askers, decode, settle,
};
use ai_detect_report::{Report, markdown};

/// More people are not looked up: each takes a call or two.
const MAX_ASKERS: usize = 50;
/// Left free in the summary comment for its first line, in bytes.
const MARKER_ROOM: usize = 512;

/// Who accounts are to a forge.
pub trait Rights {
    /// What matters of an account; `author` is whether the request is theirs. What the forge does not
    /// tell is unknown, and never assumed.
    fn person(&self, account: &Account, author: bool) -> Person;
}

/// The request as the state of decisions is bound to it.
pub(crate) fn key(request: &ChangeRequest) -> RequestKey {
    let base = request.base.split_once("://").map_or(request.base.as_str(), |(_, rest)| rest);
    RequestKey { forge: base.to_owned(), repository: request.repository.clone(), number: request.number }
}

/// How comments of a forge are written.
fn dialect(forge: Forge) -> Dialect {
    match forge {
        Forge::GitHub => Dialect::GitHub,
        Forge::GitLab => Dialect::GitLab,
    }
}

/// What earlier runs left on the request. Where comments of ours stand and the summary with the state does not, somebody
/// took it away.
fn earlier(posted: &Posted, request: &RequestKey, state_key: Option<&StateKey>) -> Earlier {
    match posted.summaries.first() {
        Some(note) => match decode(&note.body, request, state_key) {
            Earlier::Unreadable(Problem::Gone) if !has_record(&note.body) => Earlier::Unrecorded,
            earlier => earlier,
        },
        None if posted.threads.is_empty() => Earlier::Absent,
        None => Earlier::Unreadable(Problem::Gone),
    }
}

/// Whether a summary says that a record stands in it.
fn has_record(body: &str) -> bool {
    marker::Summary::read(body).is_some_and(|summary| summary.has_record)
}

/// The decisions on a report, from the state in our summary and from what people said.
pub fn triage(
    request: &ChangeRequest,
    report: &Report,
    posted: &Posted,
    rights: &dyn Rights,
    state_key: Option<&StateKey>,
) -> Triage {
    let dialect = dialect(request.forge);
    let request = key(request);
    let earlier = earlier(posted, &request, state_key);
    let comments: Vec<Comment> = posted.said.iter().map(comment).collect();
    let people: BTreeMap<u64, Person> = askers(&comments, dialect)
        .into_iter()
        .take(MAX_ASKERS)
        .map(|account| {
            let author = !posted.author.is_empty() && account.login == posted.author;
            let bot = posted.said.iter().any(|said| said.bot && said.author_number == account.id);
            let person = if bot { Person { bot, ..Person::default() } } else { rights.person(&account, author) };
            (account.id, person)
        })
        .collect();
    let comments = Comments { read: &comments, complete: posted.complete, dialect };
    settle(&request, report, &earlier, comments, &people)
}

/// What should stand on a request where people decided: dismissed flags are put away, and the summary says
/// who decided what, with the hidden state for the next run.
pub fn wanted(report: &Report, triage: &Triage, state_key: Option<&StateKey>, run: Run<'_>) -> Wanted {
    let shown = triage::markdown::answerable(&triage::markdown::applied(report, triage), triage);
    let state = triage.state.encode(state_key);
    let decided = triage::markdown::section(report, triage);
    let room = marker::MAX_BODY.saturating_sub(MARKER_ROOM + state.len() + decided.len());
    Wanted {
        summary: below(&state, &(markdown::summary(&shown, room) + &decided)),
        worth_saying: is_worth_saying(report),
        put_away: triage::markdown::put_away(report, triage),
        ..Wanted::of_report(&shown, run.head, run.number, run.most)
    }
}

/// The run that says something.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The commit that was looked at.
    pub head: &'a str,
    /// The number of the run.
    pub number: u64,
    /// How many comments on lines may stand open.
    pub most: usize,
}

/// What is said where there is no report, below the state that stands in our summary: a run that could not look has
/// decided nothing anew.
pub fn kept(said: &str, posted: &Posted, request: &ChangeRequest, state_key: Option<&StateKey>) -> String {
    match posted.summaries.first() {
        // A summary of an earlier version has no state.
        Some(note) => below(triage::state::line(&note.body).unwrap_or(""), said),
        None if posted.threads.is_empty() => below(&State::new(key(request)).encode(state_key), said),
        None => said.to_owned(),
    }
}

/// A summary below the line with the state, which is read in this place alone.
fn below(state: &str, said: &str) -> String {
    if state.is_empty() { said.to_owned() } else { format!("{state}\n{said}") }
}

fn comment(said: &OtherComment) -> Comment {
    let edit = match (&said.editor, said.edited) {
        (_, false) => Edit::Untouched,
        (Some(editor), _) if *editor == said.author => Edit::ByAuthor,
        (Some(_), _) => Edit::ByOther,
        (None, _) => Edit::Unclear,
    };
    Comment {
        source: if said.inline { Source::ReviewComment(said.number) } else { Source::Comment(said.number) },
        author: Account { login: said.author.clone(), id: said.author_number },
        body: said.body.clone(),
        created: said.created.clone(),
        edit,
        by_mail: said.by_mail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Note;

    #[test]
    fn a_record_is_missing_only_where_one_was_written() {
        let request = RequestKey { forge: "github.com".into(), repository: "example/lamp".into(), number: 7 };
        let read = |word: &str| {
            let body = format!("<!-- ai-detect:summary head=ab run=1{word} -->\n# Summary");
            let posted = Posted { summaries: vec![Note { id: "1".into(), body }], ..Posted::default() };
            earlier(&posted, &request, None)
        };
        assert_eq!(read(" record"), Earlier::Unreadable(Problem::Gone));
        // An earlier version wrote none where nothing was decided.
        assert_eq!(read(""), Earlier::Unrecorded);
    }
}
