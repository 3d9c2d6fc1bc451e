//! What a policy says of the commits of a range, as text for a terminal.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::{CheckedCommit, PolicyCheck};
use crate::signatures;
use ai_detect_attest::signature::Checked;
use ai_detect_attest::{State, UnknownTool};
use ai_detect_base::terminal::{escaped, wrapped};
use ai_detect_policy::suggest::Where;
use ai_detect_policy::{Finding, FindingKind, Judgement};

/// The states, those that ask for something first.
const STATES: [State; 6] =
    [State::WrongForm, State::Unreadable, State::Partial, State::Complete, State::Denied, State::Absent];

/// The check as text. `verbose` lists all commits, also those with nothing to say of.
pub fn write(check: &PolicyCheck<'_>, verbose: bool, width: usize) -> String {
    let page = Page { verbose, width };
    let mut text = head(check);
    let is_worth_a_word =
        |commit: &&CheckedCommit| verbose || !(commit.judgement.findings.is_empty() && commit.unknown.is_empty());
    let shown = check.commits.iter().filter(is_worth_a_word);
    for group in groups(shown) {
        page.group(&mut text, &group);
    }
    if check.asks() && !check.policy.author_text.is_empty() {
        let _ = writeln!(text);
        page.paragraph(&mut text, "", &check.policy.author_text);
    }
    if verbose {
        let signed = check.commits.iter().map(|commit| (commit.id.as_str(), &commit.signature));
        for (at, said) in signatures::of_commits(signed).iter().enumerate() {
            if at == 0 {
                let _ = writeln!(text);
            }
            page.paragraph(&mut text, "", said);
        }
    }
    for note in &check.notes {
        let _ = writeln!(text);
        page.paragraph(&mut text, "note  ", note);
    }
    text
}

/// What the check says of a message that is about to be committed; empty where it says nothing. What a policy asks of a
/// request is left out: there is none yet.
pub fn of_message(judgement: &Judgement, unknown: &[UnknownTool], width: usize) -> String {
    let mut seen = judgement.clone();
    seen.findings.retain(|finding| finding.kind() != FindingKind::NotVisible);
    seen.add.retain(|line| line.place == Where::Commit);
    if seen.findings.is_empty() {
        (seen.add, seen.remove) = (Vec::new(), Vec::new());
    }
    let mut text = String::new();
    Page { verbose: false, width }.judgement(&mut text, &seen, unknown, true);
    text
}

/// The policy, the range and the counts.
fn head(check: &PolicyCheck<'_>) -> String {
    let PolicyCheck { policy, commits, .. } = check;
    let mut text = format!(
        "policy {}{}: {}, {} commit{}\n",
        escaped(&policy.id),
        if policy.title == policy.id { String::new() } else { format!(" ({})", escaped(&policy.title)) },
        escaped(&check.range),
        commits.len(),
        if commits.len() == 1 { "" } else { "s" }
    );
    if commits.is_empty() {
        text.push_str("  the range is empty: nothing was checked\n");
        return text;
    }
    let count = |row: Row| commits.iter().filter(|commit| Row::of(commit) == row).count();
    let rows = [Row::LeftToAPerson].into_iter().chain(STATES.map(Row::State)).chain([Row::NotUnderstood]);
    let counts = rows.map(|row| (count(row), row)).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, row)| row.counted(count)).collect();
    let _ = writeln!(text, "  {}", counts.join(" · "));
    let exempt = commits.iter().filter(|commit| commit.judgement.exempt.is_some()).count();
    if exempt > 0 {
        let _ = writeln!(text, "  {}", exempt_of(exempt, commits.len()));
    }
    let signed: Vec<&Checked> = commits.iter().map(|commit| &commit.signature).collect();
    match signatures::counted(&signed) {
        Some(_) if !check.has_keys => text.push_str("  signatures: not checked: the settings name no keys\n"),
        Some(counts) => {
            let _ = writeln!(text, "  signatures: {counts}");
        }
        None => {}
    }
    text
}

/// `14 of the 40 commits are exempt`.
fn exempt_of(exempt: usize, all: usize) -> String {
    match (exempt, all) {
        (1, 1) => "the commit is exempt".into(),
        (exempt, all) if exempt == all => format!("all {all} commits are exempt"),
        (1, all) => format!("1 of the {all} commits is exempt"),
        (exempt, all) => format!("{exempt} of the {all} commits are exempt"),
    }
}

/// What is said of a commit in a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    State(State),
    /// It declares something, and by a policy that does not take it no declaration is complete or partial.
    LeftToAPerson,
    /// Something like a declaration is not understood: nobody can say that the commit declares nothing.
    NotUnderstood,
}

impl Row {
    fn of(commit: &CheckedCommit) -> Self {
        match commit.judgement.state {
            State::Complete | State::Partial if commit.judgement.is_left_to_a_person() => Row::LeftToAPerson,
            State::Absent if !commit.unknown.is_empty() => Row::NotUnderstood,
            state => Row::State(state),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Row::State(state) => state.word(),
            Row::LeftToAPerson => "declared",
            Row::NotUnderstood => "not understood",
        }
    }

    fn counted(self, count: usize) -> String {
        match (self, count) {
            (Row::LeftToAPerson, 1) => "1 declares AI use".into(),
            (Row::LeftToAPerson, count) => format!("{count} declare AI use"),
            (row, count) => format!("{count} {}", row.word()),
        }
    }
}

/// Commits of which the same is said, so that it is said once; in the order of the first of each.
fn groups<'a>(commits: impl Iterator<Item = &'a CheckedCommit>) -> Vec<Vec<&'a CheckedCommit>> {
    let mut groups: Vec<Vec<&CheckedCommit>> = Vec::new();
    for commit in commits {
        let is_alike = |group: &&mut Vec<&CheckedCommit>| {
            let quotes = |commit: &CheckedCommit| -> Vec<String> {
                commit.unknown.iter().map(|unknown| unknown.quote.clone()).collect()
            };
            let is_same =
                |first: &CheckedCommit| is_same(&first.judgement, &commit.judgement) && quotes(first) == quotes(commit);
            group.first().is_some_and(|first| is_same(first))
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(commit),
            None => groups.push(vec![commit]),
        }
    }
    groups
}

/// Whether two judgements say the same. On which line a finding is differs from message to message.
fn is_same(a: &Judgement, b: &Judgement) -> bool {
    let findings = a.findings.iter().map(|found| &found.what).eq(b.findings.iter().map(|found| &found.what));
    a.state == b.state && a.exempt == b.exempt && a.add == b.add && a.remove == b.remove && findings
}

struct Page {
    verbose: bool,
    width: usize,
}

impl Page {
    fn group(&self, text: &mut String, group: &[&CheckedCommit]) {
        let Some(CheckedCommit { judgement, unknown, .. }) = group.first() else { return };
        let _ = writeln!(text);
        group.iter().for_each(|commit| self.commit(text, commit, Row::of(commit).word()));
        if let Some(reason) = &judgement.exempt {
            self.paragraph(text, "  ", &format!("Not measured: {reason}."));
        }
        self.judgement(text, judgement, unknown, group.len() == 1);
    }

    /// What a policy says, and what would answer it. `is_one` is whether line numbers are those of one message.
    fn judgement(&self, text: &mut String, judgement: &Judgement, unknown: &[UnknownTool], is_one: bool) {
        for finding in &judgement.findings {
            self.paragraph(text, "  - ", &sentence(finding, is_one));
        }
        for unknown in unknown {
            self.paragraph(text, "  - ", &unknown.to_string());
        }
        let places = [(Where::Commit, "add to the message:"), (Where::Request, "add to the request's description:")];
        for (place, title) in places {
            let lines = judgement.add.iter().filter(|line| line.place == place);
            listed(text, title, lines.map(|line| line.text.as_str()));
        }
        listed(text, "take out:", judgement.remove.iter().map(String::as_str));
    }

    fn commit(&self, text: &mut String, commit: &CheckedCommit, word: &str) {
        let id = commit.id.get(..8).unwrap_or(&commit.id);
        let _ = writeln!(text, "{id}  {word}  “{}”", escaped(&commit.subject));
        if !self.verbose {
            return;
        }
        for touch in &commit.touches {
            let _ = writeln!(text, "  touches {}", escaped(touch));
        }
        for signature in signatures::told(None, commit.note_signature.as_ref(), None) {
            self.paragraph(text, "  ", &signature);
        }
    }

    fn paragraph(&self, text: &mut String, lead: &str, said: &str) {
        for (at, line) in wrapped(said, self.width.saturating_sub(lead.width())).into_iter().enumerate() {
            let indent = if at == 0 { lead.to_owned() } else { " ".repeat(lead.width()) };
            let _ = writeln!(text, "{indent}{}", escaped(&line));
        }
    }
}

/// A finding; with its line where it is one commit's.
fn sentence(finding: &Finding, is_of_one: bool) -> String {
    let sentence = finding.to_string();
    match finding.line.filter(|_| is_of_one) {
        Some(line) => format!("{} (line {line}).", sentence.trim_end_matches('.')),
        None => sentence,
    }
}

/// Lines under a title; nothing where there are no lines.
fn listed<'a>(text: &mut String, title: &str, lines: impl Iterator<Item = &'a str>) {
    for (at, line) in lines.enumerate() {
        if at == 0 {
            let _ = writeln!(text, "  {title}");
        }
        let _ = writeln!(text, "      {}", escaped(line));
    }
}
