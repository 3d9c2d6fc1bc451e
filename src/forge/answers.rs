//! Triage on a request: what people said there, who they are, and the decisions that come of it.
//!
//! What a command means and who may give it is `triage`'s business; who an account is, the forge's.

use std::collections::BTreeMap;

use super::draft::{Posted, Said, Wanted};
use super::{Request, marker};
use crate::report::{Report, markdown};
use crate::triage::{
    self, Account, Comment, Comments, Earlier, Edit, Person, RequestKey, Source, StateKey, Triage, askers, decode,
    settle,
};

/// More people are not looked up: each takes a call or two.
const MOST_ASKERS: usize = 50;
/// Left free in the summary comment for its first line, in bytes.
const MARKER_ROOM: usize = 512;

/// Who accounts are to a forge.
pub trait Rights {
    /// What matters of an account; `author` is whether the request is theirs. What the forge does not
    /// tell is unknown, and never assumed.
    fn person(&self, account: &Account, author: bool) -> Person;
}

/// The request as the state of decisions is bound to it.
pub fn key(request: &Request) -> RequestKey {
    let base = request.base.split_once("://").map_or(request.base.as_str(), |(_, rest)| rest);
    RequestKey { forge: base.to_owned(), repository: request.repository.clone(), number: request.number }
}

/// The decisions on a report, from the state in our summary and from what people said.
pub fn triage(
    request: &Request,
    report: &Report,
    posted: &Posted,
    rights: &dyn Rights,
    state_key: Option<&StateKey>,
) -> Triage {
    let request = key(request);
    let summary = posted.summaries.first();
    let earlier = summary.map_or(Earlier::Absent, |note| decode(&note.body, &request, state_key));
    let comments: Vec<Comment> = posted.said.iter().map(comment).collect();
    let people: BTreeMap<u64, Person> = askers(&comments)
        .into_iter()
        .take(MOST_ASKERS)
        .map(|account| {
            let author = !posted.author.is_empty() && account.login == posted.author;
            let bot = posted.said.iter().any(|said| said.bot && said.author_number == account.id);
            let person = if bot { Person { bot, ..Person::default() } } else { rights.person(&account, author) };
            (account.id, person)
        })
        .collect();
    let comments = Comments { read: &comments, complete: posted.complete };
    settle(&request, report, &earlier, comments, &people)
}

/// What should stand on a request where people decided: dismissed flags are put away, and the summary says
/// who decided what, with the hidden state for the next run.
pub fn wanted(report: &Report, triage: &Triage, state_key: Option<&StateKey>, run: Run<'_>) -> Wanted {
    let shown = triage::markdown::applied(report, triage);
    let below = below(report, triage, state_key);
    let room = marker::MOST_BODY.saturating_sub(MARKER_ROOM + below.len());
    let put_away = triage.decisions().filter_map(|it| Some((it.fingerprint.clone(), triage::markdown::put_away(it)?)));
    Wanted {
        summary: markdown::summary(&shown, room) + &below,
        worth_saying: !report.flags.is_empty(),
        put_away: put_away.collect(),
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

/// What is said where there is no report, with the decisions that stand in our summary: a run that could not
/// look has decided nothing anew.
pub fn kept(said: String, posted: &Posted) -> String {
    let state = posted.summaries.first().and_then(|note| triage::state::line(&note.body));
    state.map_or(said.clone(), |state| format!("{said}\n{state}\n"))
}

/// The state comes before the words, so that nothing that is cut at the end is of it.
fn below(report: &Report, triage: &Triage, state_key: Option<&StateKey>) -> String {
    let anything = !triage.state.entries.is_empty();
    let state = if anything { format!("\n{}\n", triage.state.encode(state_key)) } else { String::new() };
    state + &triage::markdown::section(report, triage)
}

fn comment(said: &Said) -> Comment {
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
    }
}
