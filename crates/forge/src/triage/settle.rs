//! What counts in the end: earlier decisions and the comments that are there now, brought together.
//!
//! Comments come first: every command is judged again in every run. A decision that only the state
//! knows counts where the state was written with the key; otherwise it is kept as doubted, shown as
//! not confirmed, and does not count.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::block::Shown;
use super::command::MIN_ID;
use super::decision::{Decision, Known, judge};
use super::refusal::Refusal;
use super::state::{Earlier, Problem, State, Trust};
use super::visible::Dialect;
use super::{Account, Comment, Edit, Person, RequestKey, Source, What};
use ai_detect_report::Report;

/// More doubted decisions are not kept.
const MAX_DOUBTED: usize = 20;

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The decision.
    pub decision: Decision,
    /// Why it does not count, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
}

/// Why a decision of the state is not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// Not all comments could be read.
    #[error("the comments of the request could not all be read")]
    NotRead,
    /// No such comment.
    #[error("the comment that it came from is gone")]
    Gone,
    /// Somebody else's comment.
    #[error("the comment that it came from was written by another account")]
    OtherAuthor,
    /// Edited by somebody else, or by nobody knows whom.
    #[error("the comment that it came from was edited, and not surely by who wrote it")]
    Edited,
    /// The comment does not say so.
    #[error("the comment that it came from does not say so")]
    SaysOtherwise,
    /// The id in the comment fits other blocks, too.
    #[error("the id in the comment that it came from is too short to be sure which block is meant")]
    ShortId,
    /// Who asked may not, by now.
    #[error("who asked for it has no right to, by what the forge says now")]
    Refused,
}

/// An answer to a command that was not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The comment.
    pub source: Source,
    /// Who wrote it.
    pub who: Account,
    /// What to tell them: our own words, with at most an escaped piece of theirs.
    pub told: String,
}

/// What came of earlier decisions and comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triage {
    /// What to keep for the next run; its entries without a doubt are what counts.
    pub state: State,
    /// What to tell people whose commands were not followed, by comment.
    pub answers: Vec<Answer>,
    /// Why the earlier state did not count, if so.
    pub problem: Option<Problem>,
}

impl Triage {
    /// The decisions that count, oldest first.
    pub(crate) fn decisions(&self) -> impl Iterator<Item = &Decision> {
        self.state.entries.iter().filter(|entry| entry.doubt.is_none()).map(|entry| &entry.decision)
    }

    /// The decisions that do not, and why.
    pub(crate) fn doubted(&self) -> impl Iterator<Item = (&Decision, Doubt)> {
        self.state.entries.iter().filter_map(|entry| Some((&entry.decision, entry.doubt?)))
    }
}

/// Whose rights have to be asked for: everybody who wrote a command, once.
pub(crate) fn askers(comments: &[Comment], dialect: Dialect) -> Vec<Account> {
    let asking = comments.iter().filter(|comment| !comment.commands(dialect).is_empty());
    let mut seen = BTreeSet::new();
    asking.map(|comment| comment.author.clone()).filter(|account| seen.insert(account.id)).collect()
}

/// The comments of a request.
#[derive(Debug, Clone, Copy)]
pub struct Comments<'a> {
    /// Those that could be read.
    pub read: &'a [Comment],
    /// Whether these are all: only then one that is not there is gone.
    pub complete: bool,
    /// How they are written.
    pub dialect: Dialect,
}

/// Brings earlier decisions and comments together. `people` holds the rights of `askers` by the number of
/// their account.
pub fn settle(
    request: &RequestKey,
    report: &Report,
    earlier: &Earlier,
    comments: Comments<'_>,
    people: &BTreeMap<u64, Person>,
) -> Triage {
    let nothing = Shown::default();
    let lost = Shown::lost();
    let (entries, is_keyed, shown, problem) = match earlier {
        Earlier::Absent => (&[][..], false, &nothing, None),
        Earlier::Unrecorded => (&[][..], false, &lost, None),
        Earlier::Read { state, trust } => (state.entries.as_slice(), *trust == Trust::Keyed, &state.shown, None),
        Earlier::Unreadable(problem) => (&[][..], false, &lost, Some(*problem)),
    };
    let known = Known { report, earlier: entries, is_keyed, shown };
    let mut settling =
        Settling { known, dialect: comments.dialect, people, decisions: Vec::new(), answers: Vec::new() };
    let mut sorted: Vec<&Comment> = comments.read.iter().collect();
    sorted.sort_by(|a, b| (&a.created, a.source).cmp(&(&b.created, b.source)));
    for comment in sorted {
        settling.follow(comment);
    }
    let doubted = settling.recall(comments);
    let mut kept: Vec<Entry> = latest(settling.decisions).map(|decision| Entry { decision, doubt: None }).collect();
    kept.extend(doubted);
    kept.sort_by(|a, b| (&a.decision.when, a.decision.source).cmp(&(&b.decision.when, b.decision.source)));
    let state = State { entries: kept, shown: shown.with(report), ..State::new(request.clone()) };
    Triage { state, answers: settling.answers, problem }
}

struct Settling<'a> {
    known: Known<'a>,
    dialect: Dialect,
    people: &'a BTreeMap<u64, Person>,
    decisions: Vec<Decision>,
    answers: Vec<Answer>,
}

impl Settling<'_> {
    fn follow(&mut self, comment: &Comment) {
        // Of an account that the forge does not know, nothing is known, so that it may do nothing.
        let person = self.people.get(&comment.author.id).copied().unwrap_or_default();
        for command in comment.commands(self.dialect) {
            let told = match command {
                Err(_) if person.bot => continue,
                Err(misread) => misread.to_string(),
                Ok(command) => {
                    let what = What::from(command.verb.clone());
                    let mut proven = self.known.earlier.iter().filter(|entry| self.known.is_proven(entry));
                    let proven = proven.find(|entry| is_made_by(&entry.decision, comment, &what, &command.id));
                    // What was right when it was recorded needs no right today.
                    let judged = proven.map_or_else(
                        || judge(command, comment, person, self.known),
                        |entry| Ok(entry.decision.bound(self.known.report)),
                    );
                    match judged {
                        Ok(decision) => {
                            self.decisions.push(decision);
                            continue;
                        }
                        // Two programs must not talk to each other.
                        Err(Refusal::Bot) => continue,
                        Err(refusal) => refusal.to_string(),
                    }
                }
            };
            self.answers.push(Answer { source: comment.source, who: comment.author.clone(), told });
        }
    }

    /// Decisions that only the state knows: proven ones count, the others are given back.
    fn recall(&mut self, comments: Comments<'_>) -> Vec<Entry> {
        let mut doubted = Vec::new();
        for entry in self.known.earlier {
            let decision = &entry.decision.bound(self.known.report);
            let said = |known: &Decision| known.is_beside(decision) && known.what == decision.what;
            if self.decisions.iter().any(said) {
                continue;
            }
            let comment = comments.read.iter().find(|comment| comment.source == decision.source);
            let doubt = doubt(decision, comments, comment);
            let taken_back = doubt == Doubt::SaysOtherwise && comment.is_some_and(|it| it.edit == Edit::ByAuthor);
            if taken_back {
                continue;
            }
            if self.known.is_proven(entry) {
                self.decisions.push(decision.clone());
            } else if doubted.len() < MAX_DOUBTED {
                doubted.push(Entry { decision: decision.clone(), doubt: Some(doubt) });
            }
        }
        doubted
    }
}

/// Whether a decision is the one that a command in a comment made.
fn is_made_by(decision: &Decision, comment: &Comment, what: &What, id: &str) -> bool {
    same_voice(decision, comment) && decision.what == *what && decision.fingerprint.starts_with(id)
}

fn same_voice(decision: &Decision, comment: &Comment) -> bool {
    decision.source == comment.source && decision.who.id == comment.author.id
}

/// Why a decision was not found in the comment that it names.
fn doubt(decision: &Decision, comments: Comments<'_>, comment: Option<&Comment>) -> Doubt {
    let Some(comment) = comment else { return if comments.complete { Doubt::Gone } else { Doubt::NotRead } };
    if !same_voice(decision, comment) {
        return Doubt::OtherAuthor;
    }
    if matches!(comment.edit, Edit::ByOther | Edit::Unclear) {
        return Doubt::Edited;
    }
    let commands = comment.commands(comments.dialect).into_iter().flatten();
    let ids = commands
        .filter(|command| decision.fingerprint.starts_with(&command.id))
        .filter(|command| What::from(command.verb.clone()) == decision.what)
        .map(|command| command.id.len());
    match ids.max() {
        None => Doubt::SaysOtherwise,
        Some(digits) if digits < MIN_ID => Doubt::ShortId,
        Some(_) => Doubt::Refused,
    }
}

/// Of the rulings on a block, and of one person's attestations of it, the last one counts.
fn latest(mut decisions: Vec<Decision>) -> impl Iterator<Item = Decision> {
    // The order of commands within a comment is kept.
    decisions.sort_by(|a, b| (&a.when, a.source).cmp(&(&b.when, b.source)));
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Decision> = decisions
        .into_iter()
        .rev()
        .filter(|decision| {
            let by = (!decision.what.is_ruling()).then_some(decision.who.id);
            seen.insert((decision.fingerprint.clone(), decision.content.clone(), by))
        })
        .collect();
    kept.reverse();
    kept.into_iter()
}
