//! Decisions for a person at a terminal: which flags there are and what they stand at.

use std::fmt::Write as _;

use super::decision::Decision;
use super::settle::Answer;
use super::standing::{Standing, StandingFlag, standings};
use super::state::State;
use super::{Entry, Source};
use ai_detect_base::slices::before;
use ai_detect_base::terminal::{escaped, escaped_name, fitted, wrapped};
use ai_detect_report::{Flag, Looks, Report};

/// The flags of a report, confirmed ones first and dismissed ones last, then decisions that are about
/// none of them, those that do not count, and answers. Everything that came from elsewhere is escaped.
pub fn write(report: &Report, state: Option<&State>, answers: &[Answer], width: usize) -> String {
    let entries = state.map_or(&[][..], |state| &state.entries);
    let counting = || entries.iter().filter(|entry| entry.doubt.is_none()).map(|entry| &entry.decision);
    let mut page = Page { width, out: String::new() };
    let flags = standings(report, counting());
    page.heading(report, &flags, state);
    for (standing, title) in
        [(Standing::Confirmed, "Confirmed"), (Standing::Open, "Open"), (Standing::Dismissed, "Dismissed")]
    {
        let found: Vec<_> = flags.iter().filter(|flag| flag.standing == standing).collect();
        page.section(title, !found.is_empty());
        for found in found {
            if let Some(flag) = report.flags.get(found.at) {
                page.flag(flag, found);
            }
        }
    }
    let flagged = |decision: &Decision| {
        report.flags.iter().filter_map(|flag| report.hunks.get(flag.hunk)).any(|hunk| decision.is_about(hunk))
    };
    let gone: Vec<&Decision> = counting().filter(|decision| !flagged(decision)).collect();
    page.section("Decided, and no flag of this range now", !gone.is_empty());
    for decision in gone {
        page.line(2, &format!("{}: {}", short(&decision.fingerprint), ruling(decision)));
    }
    let doubted: Vec<&Entry> = entries.iter().filter(|entry| entry.doubt.is_some()).collect();
    page.section("Not confirmed: these do not count", !doubted.is_empty());
    for entry in doubted {
        let why = entry.doubt.map_or_else(String::new, |doubt| doubt.to_string());
        page.line(2, &format!("{}: {}; {why}", short(&entry.decision.fingerprint), ruling(&entry.decision)));
    }
    page.section("Not followed", !answers.is_empty());
    for answer in answers {
        page.line(2, &format!("{} of {}: {}", place(answer.source), answer.who.login, answer.told));
    }
    page.out
}

struct Page {
    width: usize,
    out: String,
}

impl Page {
    fn heading(&mut self, report: &Report, flags: &[StandingFlag], state: Option<&State>) {
        let decided = flags.iter().filter(|flag| flag.standing != Standing::Open).count();
        let count = match flags.len() {
            0 => "no flags".to_owned(),
            1 => "1 flag".to_owned(),
            several => format!("{several} flags"),
        };
        let decided = match state {
            Some(_) if flags.is_empty() => String::new(),
            Some(_) => format!(", {decided} decided"),
            None => ", no decisions given".to_owned(),
        };
        self.line(0, &format!("{} \u{b7} {count}{decided}", report.range.spec));
        let Some(state) = state else { return };
        let request = &state.request;
        self.line(
            2,
            &format!("decisions of request {} of {} on {}", request.number, request.repository, request.forge),
        );
        if state.left_out > 0 {
            self.line(2, &format!("note: {} more decisions did not fit into the state", state.left_out));
        }
    }

    fn section(&mut self, title: &str, any: bool) {
        if any {
            let _ = write!(self.out, "\n{title}\n");
        }
    }

    fn flag(&mut self, flag: &Flag, found: &StandingFlag) {
        let place = format!("{}:{}-{}", flag.path, flag.start_line, flag.end_line);
        let looks = flag.probability.and_then(|_| Looks::of(flag.verdict, flag.probability).tag(""));
        let looks = looks.map_or_else(String::new, |looks| format!(", {looks}"));
        let tail = format!("  {}{looks}", flag.verdict.word());
        let room = self.width.saturating_sub(tail.len() + 12).max(20);
        let _ = writeln!(self.out, "  {}  {}{tail}", escaped(&flag.id), fitted(&escaped_name(&place), room));
        if let Some(decision) = found.ruling {
            self.line(6, &ruling(decision));
        }
        for decision in &found.attested {
            let add = decision.trailer().map(|trailer| format!(". To declare it, add `{trailer}` to the commit"));
            // Only an attestation comes with a line to add.
            self.line(6, &(ruling(decision) + add.as_deref().unwrap_or("")));
        }
    }

    /// A paragraph, escaped and wrapped.
    fn line(&mut self, indent: usize, text: &str) {
        for line in wrapped(&escaped(text), self.width.saturating_sub(indent).max(20)) {
            let _ = writeln!(self.out, "{:indent$}{line}", "");
        }
    }
}

/// A decision in one sentence.
fn ruling(decision: &Decision) -> String {
    let day = before(&decision.when, "T");
    let text = decision.what.text();
    let text = if text.is_empty() { String::new() } else { format!(": {text}") };
    format!("{} by {} on {day} ({}){text}", decision.what.word(), decision.who.login, place(decision.source))
}

fn place(source: Source) -> String {
    match source {
        Source::Comment(id) => format!("comment {id}"),
        Source::ReviewComment(id) => format!("review comment {id}"),
    }
}

fn short(fingerprint: &str) -> &str {
    fingerprint.get(..8).unwrap_or(fingerprint)
}
