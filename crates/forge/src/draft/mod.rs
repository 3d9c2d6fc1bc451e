//! What to post: from what a report says and what is already there to a plan. Pure: nothing here talks
//! to a forge, and nothing here knows which one it is.
//!
//! The identity of an inline comment is the flag's fingerprint. Line numbers and base commits change
//! with every push and rebase, and comments that were identified by them came twice.

mod lines;
#[cfg(test)]
mod tests;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

pub use lines::Lines;
pub use wanted::NoReport;
pub(super) use wanted::is_worth_saying;

use super::marker::{self, Inline, Summary};
use crate::triage::state;

/// Inline comments on a request at a time, unless asked otherwise: ten are read, fifty are turned off.
pub const MAX_INLINE: usize = 10;

/// What should stand on the request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// The commit that was looked at.
    pub head: String,
    /// The number of this run; later ones have larger numbers.
    pub run: u64,
    /// The summary, in the forge's Markdown.
    pub summary: String,
    /// Whether there is something to say where nothing was said before. A request without flags gets
    /// no comment, unless much code was left out; one that had some gets its summary brought up to date.
    pub worth_saying: bool,
    /// One for each flag, most urgent first.
    pub comments: Vec<DesiredComment>,
    /// How many of them may stand open on the request.
    pub most: usize,
    /// Whether `comments` has all flags of an analysis. If the analysis failed, or the report omits flags for its size, a
    /// flag without a wish need not be gone.
    pub has_all_flags: bool,
    /// Why flags that have no wish are put away although they are not gone, in Markdown, by fingerprint.
    pub put_away: BTreeMap<String, String>,
}

/// An inline comment that should stand somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredComment {
    /// The flag's fingerprint.
    pub fingerprint: String,
    /// The path at the head.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// What it says, in the forge's Markdown.
    pub body: String,
}

/// What stands on the request already. Only what the forge says we wrote is in `summaries` and
/// `threads`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posted {
    /// The commit that the request ends at now.
    pub head: String,
    /// Our summary comments, oldest first. There should be one.
    pub summaries: Vec<Note>,
    /// Our inline comments with their threads, oldest first.
    pub threads: Vec<Thread>,
    /// What others said, oldest first.
    pub said: Vec<OtherComment>,
    /// The login of who opened the request; empty where the account is gone.
    pub author: String,
    /// Whether everything could be read. Where not, nothing is created that may already be there.
    pub complete: bool,
}

/// A comment of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What the forge calls it.
    pub id: String,
    /// All of it.
    pub body: String,
}

/// A thread that begins with an inline comment of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// What the forge calls the thread.
    pub id: String,
    /// The comment that begins it.
    pub first: Note,
    /// Whether anybody else wrote in it.
    pub answered: bool,
    /// Whether it is resolved or hidden.
    pub closed: bool,
}

/// A comment of somebody else. What it may bring about is judged elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherComment {
    /// The forge's number of it.
    pub number: u64,
    /// Whether it stands on a line of the diff instead of in the conversation; GitHub numbers these apart.
    pub inline: bool,
    /// The login of who wrote it; empty where the account is gone.
    pub author: String,
    /// The forge's number of that account; 0 where it is gone.
    pub author_number: u64,
    /// Whether that account is a program's.
    pub bot: bool,
    /// When it was written, as the forge writes it (RFC 3339).
    pub created: String,
    /// Whether it was changed since.
    pub edited: bool,
    /// The login of who changed it last, where the forge says so.
    pub editor: Option<String>,
    /// All of it.
    pub body: String,
    /// Whether it came by mail, where the forge says so.
    pub by_mail: bool,
    /// The flag whose thread it is in.
    pub fingerprint: Option<String>,
}

/// What to do. Empty where the request already shows what it should.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The summary.
    pub summary: Sticky,
    /// Inline comments to add, in one review.
    pub add: Vec<DesiredComment>,
    /// Comments of ours whose text changes.
    pub edit: Vec<Note>,
    /// Threads of ours to open again: what was flagged, and was not, is flagged again.
    pub reopen: Vec<Thread>,
    /// Threads of ours to close, with the text that their first comment gets.
    pub settle: Vec<Thread>,
    /// Summaries of ours that stand twice, to remove.
    pub fold_notes: Vec<Note>,
    /// Inline comments of ours that stand twice, to remove.
    pub fold_threads: Vec<Thread>,
    /// How many flags have no inline comment, since there are enough or the diff does not show them.
    pub without: usize,
}

/// What happens to the one summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sticky {
    /// It is as it should be, or none is needed.
    #[default]
    Leave,
    /// There is none yet.
    Create(String),
    /// It changes.
    Update(Note),
}

/// Why nothing is posted at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outdated {
    /// The request ends at another commit by now.
    Head(String),
    /// A later run wrote already.
    Run(u64),
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.creates_nothing()
            && !matches!(self.summary, Sticky::Update(_))
            && self.edit.is_empty()
            && self.reopen.is_empty()
            && self.settle.is_empty()
            && self.fold_notes.is_empty()
            && self.fold_threads.is_empty()
    }

    /// Whether nothing new appears. What is created may be created twice by two runs at once, so that
    /// it has to be looked at afterwards.
    pub(crate) fn creates_nothing(&self) -> bool {
        !matches!(self.summary, Sticky::Create(_)) && self.add.is_empty()
    }
}

/// Drafts what to do. `lines` are those that the request's diff shows.
///
/// # Errors
/// Where something newer than this run's findings is there, or will be.
pub(crate) fn plan(wanted: &Wanted, posted: &Posted, lines: &Lines) -> Result<Plan, Outdated> {
    if posted.head != wanted.head {
        return Err(Outdated::Head(posted.head.clone()));
    }
    let later = posted.summaries.iter().filter_map(|note| Summary::read(&note.body));
    let later = later.filter(|summary| summary.head == wanted.head).map(|summary| summary.run).max();
    if let Some(run) = later.filter(|run| *run > wanted.run) {
        return Err(Outdated::Run(run));
    }
    let mut plan = Plan { summary: sticky(wanted, posted), ..Plan::default() };
    plan.fold_notes.extend(posted.summaries.iter().skip(1).cloned());
    let standing = fold(posted, &mut plan);
    inline(wanted, posted, lines, &standing, &mut plan);
    Ok(plan)
}

fn sticky(wanted: &Wanted, posted: &Posted) -> Sticky {
    // A record that was taken away is missing until one is written again.
    let says_so = |note: &Note| Summary::read(&note.body).is_some_and(|summary| summary.has_record);
    let has_record = state::begins_with_line(&wanted.summary) || posted.summaries.first().is_some_and(says_so);
    let body = Summary { head: wanted.head.clone(), run: wanted.run, has_record }.before(&wanted.summary);
    match posted.summaries.first() {
        None if wanted.worth_saying && posted.complete => Sticky::Create(body),
        None => Sticky::Leave,
        Some(note) => {
            let is_of_head = Summary::read(&note.body).is_some_and(|summary| summary.head == wanted.head);
            let says_it = same(marker::text(&note.body), marker::text(&body));
            // A run alone is no news.
            if is_of_head && says_it { Sticky::Leave } else { Sticky::Update(Note { id: note.id.clone(), body }) }
        }
    }
}

/// One thread for each fingerprint; the others go, unless somebody answered there.
fn fold<'a>(posted: &'a Posted, plan: &mut Plan) -> BTreeMap<String, &'a Thread> {
    let mut standing: BTreeMap<String, &Thread> = BTreeMap::new();
    for thread in &posted.threads {
        let Some(Inline { fingerprint, .. }) = Inline::read(&thread.first.body) else { continue };
        match standing.get(&fingerprint).copied() {
            None => {
                standing.insert(fingerprint, thread);
            }
            Some(first) if thread.answered && !first.answered => {
                plan.fold_threads.push(first.clone());
                standing.insert(fingerprint, thread);
            }
            Some(_) if !thread.answered => plan.fold_threads.push(thread.clone()),
            Some(_) => {}
        }
    }
    standing
}

fn inline(wanted: &Wanted, posted: &Posted, lines: &Lines, standing: &BTreeMap<String, &Thread>, plan: &mut Plan) {
    let mut open = 0;
    let mut flagged = BTreeSet::new();
    for wish in &wanted.comments {
        flagged.insert(wish.fingerprint.as_str());
        let Some(thread) = standing.get(&wish.fingerprint) else { continue };
        let was_settled = Inline::read(&thread.first.body).is_some_and(|inline| inline.settled);
        if was_settled || !thread.closed {
            open += 1;
        }
        // What people answered, or closed themselves, is theirs.
        if thread.answered || (thread.closed && !was_settled) {
            continue;
        }
        let body = marked(wish);
        if !same(&thread.first.body, &body) {
            plan.edit.push(Note { id: thread.first.id.clone(), body });
        }
        if was_settled {
            plan.reopen.push((*thread).clone());
        }
    }
    for wish in wanted.comments.iter().filter(|wish| !standing.contains_key(&wish.fingerprint)) {
        let place = lines.within(&wish.path, wish.start_line, wish.end_line);
        match place {
            Some((start_line, end_line)) if open < wanted.most && posted.complete => {
                open += 1;
                plan.add.push(DesiredComment { start_line, end_line, body: marked(wish), ..wish.clone() });
            }
            _ => plan.without += 1,
        }
    }
    let is_known = |fingerprint: &String| wanted.has_all_flags || wanted.put_away.contains_key(fingerprint);
    let gone =
        standing.iter().filter(|(fingerprint, _)| is_known(fingerprint) && !flagged.contains(fingerprint.as_str()));
    for (fingerprint, thread) in gone {
        let was_settled = Inline::read(&thread.first.body).is_some_and(|inline| inline.settled);
        if thread.answered || thread.closed || was_settled {
            continue;
        }
        let short = wanted.head.get(..8).unwrap_or(&wanted.head);
        let why = match wanted.put_away.get(fingerprint) {
            Some(why) => why.clone(),
            None => format!("**No longer flagged** as of {short}."),
        };
        let text = format!("{why}\n\n{}", marker::text(&thread.first.body));
        let body = Inline { fingerprint: fingerprint.clone(), settled: true }.before(&text);
        let first = Note { id: thread.first.id.clone(), body };
        plan.settle.push(Thread { first, ..(*thread).clone() });
    }
}

fn marked(wish: &DesiredComment) -> String {
    Inline { fingerprint: wish.fingerprint.clone(), settled: false }.before(&wish.body)
}

/// Whether two bodies say the same: forges change ends of lines and what is blank at the end.
fn same(one: &str, other: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    one == other || lines(one) == lines(other)
}
