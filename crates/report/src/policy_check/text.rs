//! What a policy says of the commits of a range, as text for a terminal.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::{CheckedCommit, PolicyCheck};
use crate::signatures;
use ai_detect_attest::State;
use ai_detect_attest::signature::Checked;
use ai_detect_base::terminal::{escaped, wrapped};
use ai_detect_policy::suggest::Where;
use ai_detect_policy::{Finding, Judgement, Stance};

/// The states, those that ask for something first.
const STATES: [State; 6] =
    [State::WrongForm, State::Unreadable, State::Partial, State::Complete, State::Denied, State::Absent];

/// The check as text. `verbose` lists all commits, also those with nothing to say of.
pub fn write(check: &PolicyCheck<'_>, verbose: bool, width: usize) -> String {
    let page = Page { stance: check.policy.stance, verbose, width };
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

/// The word for commits of which something like a declaration is not understood: nobody can say that they declare nothing.
const NOT_UNDERSTOOD: &str = "not understood";

fn is_not_understood(commit: &CheckedCommit) -> bool {
    commit.judgement.state == State::Absent && !commit.unknown.is_empty()
}

/// The policy, the range and the counts.
fn head(check: &PolicyCheck<'_>) -> String {
    let PolicyCheck { policy, commits, .. } = check;
    let mut text = format!(
        "policy {} ({}): {}, {} commit{}\n",
        escaped(&policy.id),
        escaped(&policy.title),
        escaped(&check.range),
        commits.len(),
        if commits.len() == 1 { "" } else { "s" }
    );
    let count = |state: State| commits.iter().filter(|commit| commit.judgement.state == state).count();
    let not_understood = commits.iter().filter(|commit| is_not_understood(commit)).count();
    let counts = STATES.map(|state| match state {
        State::Absent => (count(state) - not_understood, state.word()),
        state => (count(state), state.word()),
    });
    let counts = counts.into_iter().chain([(not_understood, NOT_UNDERSTOOD)]).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    let exempt = commits.iter().filter(|commit| commit.judgement.exempt.is_some()).count();
    let exempt = if exempt > 0 { format!(" · {exempt} of them exempt") } else { String::new() };
    let _ = writeln!(text, "  {}{exempt}", counts.join(" · "));
    let signed: Vec<&Checked> = commits.iter().map(|commit| &commit.signature).collect();
    if let Some(counts) = signatures::counted(&signed) {
        let _ = writeln!(text, "  signatures: {counts}");
    }
    text
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
    stance: Stance,
    verbose: bool,
    width: usize,
}

impl Page {
    fn group(&self, text: &mut String, group: &[&CheckedCommit]) {
        let Some(CheckedCommit { judgement, unknown, .. }) = group.first() else { return };
        let _ = writeln!(text);
        group.iter().for_each(|commit| self.commit(text, commit, self.word(commit)));
        if let Some(reason) = &judgement.exempt {
            self.paragraph(text, "  ", &format!("Not measured: {reason}."));
        }
        for finding in &judgement.findings {
            self.paragraph(text, "  - ", &sentence(finding, group.len() == 1));
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

    /// By a policy that takes no AI contributions, no declaration is complete or partial.
    fn word(&self, commit: &CheckedCommit) -> &'static str {
        let state = commit.judgement.state;
        match state {
            State::Complete | State::Partial if self.stance == Stance::Ban => "declared",
            State::Absent if is_not_understood(commit) => NOT_UNDERSTOOD,
            state => state.word(),
        }
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
