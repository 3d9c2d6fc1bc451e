//! What to do about the flags of a report, said once for all: commands to paste for authors, and the policy's own lines.
//!
//! The reader may be the author or a reviewer, so it is worded for both.

use std::collections::BTreeSet;

use crate::gate::Verdict;
use crate::groups::{Group, groups};
use crate::paste::{Paste, is_ban};
use crate::words::short;
use crate::{CommitReport, Report};
use ai_detect_base::terminal::is_unsafe;

/// How many commits are named.
const MAX_NAMED: usize = 5;

/// What to do about all flags.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Advice {
    /// What to do, step by step.
    pub(crate) steps: Vec<Step>,
    /// What holds where no tool helped.
    pub(crate) otherwise: Option<&'static str>,
}

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// In words.
    pub(crate) what: String,
    /// What to paste, a line each.
    pub(crate) paste: Vec<String>,
    /// What else to know of it.
    pub(crate) note: Option<String>,
}

const EXAMPLE: &str = "for example --tool \"Claude Code\" --model claude-opus-4-5";
const OTHERWISE: &str = "If none did, there is nothing to do: a flag asks a question and blocks nothing.";

impl Advice {
    /// About the flags of a report; nothing to do where there are none.
    pub(crate) fn of(report: &Report) -> Self {
        let groups = groups(report);
        if groups.is_empty() {
            return Advice::default();
        }
        let (form, looks): (Vec<&Group<'_>>, Vec<&Group<'_>>) = groups.iter().partition(|group| is_about_form(group));
        let otherwise = (!looks.is_empty()).then_some(OTHERWISE);
        if is_ban(report) {
            let what = "If an AI tool helped, its author says so on the request; a person decides what follows.";
            return Advice { steps: vec![Step { what: what.into(), paste: Vec::new(), note: None }], otherwise };
        }
        let mut steps = declare(report, &looks);
        steps.extend(in_the_request(report, &looks));
        steps.extend(restate(report, &form));
        Advice { steps, otherwise }
    }
}

fn is_about_form(group: &Group<'_>) -> bool {
    group.flags.iter().all(|flagged| flagged.flag.verdict == Verdict::WrongForm)
}

/// How to declare AI use where nothing is declared: with our command, and by hand.
fn declare(report: &Report, looks: &[&Group<'_>]) -> Vec<Step> {
    let Some(first) = looks.first() else { return Vec::new() };
    let commits = must_declare(looks);
    let ids: Vec<&str> = commits.iter().map(|commit| short(&commit.id)).collect();
    let ids = named(&ids);
    let lines = Paste::of(report, first.commit, Verdict::Unattested).commit;
    let helped = "If an AI tool helped, the author declares it";
    // A policy may want it in the request's description alone.
    if lines.is_empty() {
        return Vec::new();
    }
    let is_head = |commit: &CommitReport| report.range.head.as_deref() == Some(commit.id.as_str());
    let (what, command, note) = match (commits.as_slice(), &report.range.head) {
        ([], _) => {
            let trailers: Vec<String> = lines.iter().filter(|line| is_plain(line)).map(|it| trailer(it)).collect();
            let command = format!("git commit {}", trailers.join(" "));
            return vec![Step { what: format!("{helped} when committing:"), paste: vec![command], note: None }];
        }
        // Mails, and commits that no branch here ends with: nothing here can be rewritten.
        (_, None) => {
            let what = format!("{helped} in the message of {ids}:");
            return vec![Step { what, paste: lines, note: None }];
        }
        ([only], _) if is_head(only) => {
            (format!("{helped} in {ids}:"), format!("ai-detect attest {FACTS}"), EXAMPLE.to_owned())
        }
        ([_], _) => (
            format!("{helped} in {ids}:"),
            format!("ai-detect attest {ids}^! {FACTS}"),
            format!("{EXAMPLE}; {REWRITES}"),
        ),
        _ => (
            format!("{helped}, commit by commit ({ids}):"),
            format!("ai-detect attest COMMIT^! {FACTS}"),
            format!("{EXAMPLE}; {REWRITES}"),
        ),
    };
    let these = if lines.len() == 1 { "this line" } else { "these lines" };
    let by_hand = format!("Or, by hand, the author adds {these} to the commit's message:");
    vec![Step { what, paste: vec![command], note: Some(note) }, Step { what: by_hand, paste: lines, note: None }]
}

/// All commits that must declare, in the order of the flags.
fn must_declare<'a>(groups: &[&Group<'a>]) -> Vec<&'a CommitReport> {
    let first = groups.iter().filter_map(|group| group.commit);
    let others = groups.iter().flat_map(|group| &group.others).copied();
    let mut seen = BTreeSet::new();
    first.chain(others).filter(|commit| seen.insert(commit.id.as_str())).collect()
}

const FACTS: &str = "--tool TOOL --model MODEL";
const REWRITES: &str = "this rewrites that commit and the later ones, and --notes leaves them as they are";

/// Whether a shell reads a line as it stands. Words of a commit may stand in it.
fn is_plain(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_alphanumeric() || " :._@<>+-/%,".contains(c))
}

fn trailer(line: &str) -> String {
    format!("--trailer \"{line}\"")
}

/// The lines that a policy wants in the request's description.
fn in_the_request(report: &Report, looks: &[&Group<'_>]) -> Option<Step> {
    let paste = Paste::of(report, looks.first()?.commit, Verdict::Unattested);
    let what = match paste.commit.is_empty() {
        true => "If an AI tool helped, the author adds to the request's description:",
        false => "The project's policy also asks for this in the request's description:",
    };
    (!paste.request.is_empty()).then(|| Step { what: what.into(), paste: paste.request, note: None })
}

/// The policy's own lines for what is declared in a form that it does not accept.
fn restate(report: &Report, form: &[&Group<'_>]) -> Vec<Step> {
    let Some(first) = form.first() else { return Vec::new() };
    let paste = Paste::of(report, first.commit, Verdict::WrongForm);
    let ids: Vec<&str> = form.iter().filter_map(|group| group.commit).map(|commit| short(&commit.id)).collect();
    let restated = format!("To restate what {} declares as the project's policy asks,", named(&ids));
    let remove: Vec<String> = paste.remove.iter().map(|line| printable(line)).collect();
    let places = [
        ("take out of the message:", remove),
        ("add to the message:", paste.commit),
        ("add to the request's description:", paste.request),
    ];
    let mut steps: Vec<Step> = Vec::new();
    for (place, paste) in places.into_iter().filter(|(_, paste)| !paste.is_empty()) {
        let what = if steps.is_empty() { format!("{restated} {place}") } else { format!("Then {place}") };
        steps.push(Step { what, paste, note: None });
    }
    steps
}

fn printable(line: &str) -> String {
    line.chars().filter(|c| !is_unsafe(*c)).collect()
}

/// Ids of commits, as many as a sentence holds.
fn named(ids: &[&str]) -> String {
    let more = ids.len().saturating_sub(MAX_NAMED);
    let named: Vec<&str> = ids.iter().copied().take(MAX_NAMED).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn pasted(report: &Report) -> Vec<String> {
        Advice::of(report).steps.into_iter().flat_map(|step| step.paste).collect()
    }

    /// One flag about looks, in the commit at the head or in an older one.
    fn report(at_head: bool) -> Report {
        let mut report = sample::report("a", 1);
        let flag = report.flags.remove(usize::from(at_head));
        let hunk = &mut report.hunks[flag.hunk];
        hunk.verdict = Verdict::Unattested;
        report.flags = vec![crate::Flag { verdict: Verdict::Unattested, ..flag }];
        report
    }

    #[test]
    fn the_command_fits_the_commit() {
        let line = "Assisted-by: TOOL:MODEL";
        assert_eq!(pasted(&report(true)), ["ai-detect attest --tool TOOL --model MODEL", line]);
        assert_eq!(pasted(&report(false)), ["ai-detect attest 12618c20^! --tool TOOL --model MODEL", line]);
        let mut both = sample::report("a", 1);
        for (hunk, flag) in both.hunks.iter_mut().zip(&mut both.flags) {
            (hunk.verdict, flag.verdict) = (Verdict::Unattested, Verdict::Unattested);
        }
        let advice = Advice::of(&both);
        assert!(advice.steps[0].what.contains("12618c20, aaaaaaaa"), "{advice:?}");
        assert_eq!(pasted(&both), ["ai-detect attest COMMIT^! --tool TOOL --model MODEL", line], "once for all");
    }

    #[test]
    fn no_word_of_a_stranger_reaches_a_command() {
        let mut report = report(true);
        let line = ai_detect_policy::suggest::Line {
            place: ai_detect_policy::suggest::Where::Commit,
            text: "Assisted-by: $(touch x)".into(),
        };
        report.commits[1].mending = Some(ai_detect_policy::Remedy { add: vec![line], remove: Vec::new() });
        assert_eq!(pasted(&report)[0], "ai-detect attest --tool TOOL --model MODEL");
        report.commits.clear();
        assert_eq!(pasted(&report), ["git commit --trailer \"Assisted-by: TOOL:MODEL\""]);
    }

    #[test]
    fn what_is_not_committed_is_declared_when_committing() {
        let mut report = report(true);
        report.commits.clear();
        assert_eq!(pasted(&report), ["git commit --trailer \"Assisted-by: TOOL:MODEL\""]);
    }

    #[test]
    fn mails_are_declared_in_their_messages() {
        let mut report = report(true);
        report.range.head = None;
        assert_eq!(pasted(&report), ["Assisted-by: TOOL:MODEL"]);
    }

    #[test]
    fn a_report_without_flags_asks_for_nothing() {
        assert_eq!(Advice::of(&sample::report("a", 0)), Advice::default());
    }

    #[test]
    fn a_form_is_restated_by_the_policys_own_lines() {
        let mut report = sample::report("a", 1);
        report.flags.retain(|flag| flag.hunk == 0);
        report.flags[0].verdict = Verdict::WrongForm;
        let line = ai_detect_policy::suggest::Line {
            place: ai_detect_policy::suggest::Where::Commit,
            text: "Assisted-by: Codex:gpt-5".into(),
        };
        let remedy = ai_detect_policy::Remedy { add: vec![line], remove: vec!["Co-authored-by: Codex".into()] };
        report.commits[0].mending = Some(remedy);
        assert_eq!(pasted(&report), ["Co-authored-by: Codex", "Assisted-by: Codex:gpt-5"]);
        assert_eq!(Advice::of(&report).otherwise, None, "whether a tool helped is no question");
    }
}
