//! The words and shapes of what `posting` says: what was done, what would be, check runs, annotations.

use std::cell::RefCell;
use std::fmt::Write as _;

use super::Outcome;
use crate::forge::ChangeRequest;
use crate::forge::draft::{Lines, Outdated, Plan, Posted, Sticky};
use crate::forge::github::{Annotation, Check, commands};
use crate::forge::http::Error;
use crate::forge::posting::{Place, Posting, Written};
use crate::report::{self, Flag, Looks, Report, markdown};

/// How much of a check run's text is the summary, in bytes.
const MAX_SUMMARY: usize = 60_000;

/// How many commits have a notice of what the project's policy says of them.
const MAX_POLICY_NOTICES: usize = 5;

/// A place that is read, if there is any, and never written.
pub(super) struct Rehearsal<'a> {
    pub(super) place: Option<&'a dyn Place>,
    pub(super) head: &'a str,
    pub(super) drafted: RefCell<Plan>,
}

impl Place for Rehearsal<'_> {
    fn read(&self) -> Result<Posted, Error> {
        let nothing = || Posted { head: self.head.to_owned(), complete: true, ..Posted::default() };
        self.place.map_or_else(|| Ok(nothing()), Place::read)
    }

    fn lines(&self) -> Result<Lines, Error> {
        self.place.map_or_else(|| Ok(Lines::all()), Place::lines)
    }

    fn write(&self, plan: &Plan, _: &str) -> Result<Written, Error> {
        self.drafted.replace(plan.clone());
        Ok(Written::default())
    }
}

pub(super) fn posted(request: &ChangeRequest, posting: &Posting) -> String {
    let name = request.name();
    match posting {
        Posting::Outdated(why) => outdated(&name, why),
        Posting::Done { plan, .. } if plan.is_empty() => format!("{name} shows this already: nothing was posted\n"),
        Posting::Done { plan, written } => {
            let mut told = format!("posted on {name}: {}{}\n", counts(plan), super::at(written.address.clone()));
            written.told.iter().for_each(|line| {
                let _ = writeln!(told, "{line}");
            });
            told
        }
    }
}

pub(super) fn outdated(name: &str, why: &Outdated) -> String {
    match why {
        Outdated::Head(head) => {
            let short = head.get(..8).unwrap_or(head);
            format!("{name} ends at {short} by now, and the run of that commit posts: nothing was posted\n")
        }
        Outdated::Run(run) => format!("the later run {run} posted on {name} already: nothing was posted\n"),
    }
}

fn counts(plan: &Plan) -> String {
    let summary = match plan.summary {
        Sticky::Leave => None,
        Sticky::Create(_) => Some("a summary".to_owned()),
        Sticky::Update(_) => Some("the summary brought up to date".to_owned()),
    };
    let counted = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let parts = [
        summary,
        counted(plan.add.len(), "on lines"),
        counted(plan.edit.len(), "changed"),
        counted(plan.settle.len(), "closed"),
        counted(plan.fold_notes.len() + plan.fold_threads.len(), "that stood twice removed"),
        counted(plan.without, "without a comment of their own"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What would be posted, whole.
pub(super) fn rehearsed(name: &str, plan: &Plan) -> String {
    if plan.is_empty() {
        return format!("nothing would be posted on {name}\n");
    }
    let mut told = format!("would be posted on {name}: {}\n", counts(plan));
    let mut piece = |title: &str, body: &str| {
        let _ = writeln!(told, "\n{title}");
        for line in body.lines() {
            let _ = writeln!(told, "  | {line}");
        }
    };
    match &plan.summary {
        Sticky::Leave => {}
        Sticky::Create(body) => piece("summary, new", body),
        Sticky::Update(note) => piece("summary, changed", &note.body),
    }
    for wish in &plan.add {
        let path = crate::terminal::escaped_name(&wish.path);
        piece(&format!("{path}:{}-{}", wish.start_line, wish.end_line), &wish.body);
    }
    for note in &plan.edit {
        piece(&format!("comment {}, changed", note.id), &note.body);
    }
    for thread in &plan.settle {
        piece(&format!("comment {}, closed", thread.first.id), &thread.first.body);
    }
    told
}

pub(super) fn check(outcome: &Outcome<'_>) -> Check {
    match outcome {
        Outcome::Report(report) => Check {
            title: title(report),
            summary: markdown::summary(report, MAX_SUMMARY),
            annotations: report.flags.iter().map(annotation).collect(),
        },
        Outcome::Failed(failed) => {
            Check { title: failed.title().into(), summary: failed.paragraph(), annotations: Vec::new() }
        }
    }
}

/// Annotations as workflow commands, as many as one step may make.
pub(super) fn commands(outcome: &Outcome<'_>) -> String {
    match outcome {
        Outcome::Report(report) if report.flags.is_empty() => {
            let notice = |title: &'static str| move |told: &String| commands::notice(title, told) + "\n";
            let missing = report::missing(report);
            let missing = missing.iter().map(notice("Not all of this could be looked at"));
            let policy = report::policy_sentences(report);
            let policy = policy.iter().take(MAX_POLICY_NOTICES).map(notice("The project's policy"));
            let unseen = report::unseen(report);
            policy.chain(missing).chain(unseen.iter().map(notice("Some code was left out"))).collect()
        }
        Outcome::Report(report) => report::github::write(report),
        Outcome::Failed(failed) => commands::warning(failed.title(), failed.why()) + "\n",
    }
}

fn title(report: &Report) -> String {
    let found = report::heading(report);
    if report.is_foreign { format!("{}: {found}", report::FOREIGN_TITLE) } else { found }
}

fn capitalized(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn annotation(flag: &Flag) -> Annotation {
    let verdict = flag.verdict.word();
    Annotation {
        path: flag.path.clone(),
        start_line: flag.start_line,
        end_line: flag.end_line,
        title: match Looks::of(flag.verdict, flag.probability).tag("") {
            Some(looks) => format!("{}, {verdict}", capitalized(&looks)),
            None => format!("AI use is declared here: {verdict}"),
        },
        message: format!("{} (flag {})", flag.resolve, flag.id),
    }
}
