//! What the project's policy says of commits, with the lines that would answer it. No block need be flagged for that.

use std::collections::BTreeSet;

use super::Step;
use crate::attestation::NoteKind;
use crate::gate::Verdict;
use crate::groups::groups;
use crate::words::{counted, declares, short};
use crate::{CommitReport, Report};
use ai_detect_policy::suggest::Where;

/// A commit that does not fit the project's policy.
pub(crate) struct PolicyFinding<'a> {
    commit: &'a CommitReport,
    /// What the policy says of it, a sentence each.
    pub(crate) says: Vec<&'a str>,
}

impl<'a> PolicyFinding<'a> {
    /// What the policy says of a commit. Nothing where it asks for nothing.
    fn of(commit: &'a CommitReport) -> Option<Self> {
        let attestation = &commit.attestation;
        let notes = attestation.notes.iter().zip(&attestation.note_kinds);
        let mut says: Vec<&str> =
            notes.filter(|(_, kind)| **kind == NoteKind::Policy).map(|(note, _)| note.as_str()).collect();
        let finding = PolicyFinding { commit, says: Vec::new() };
        // The last sentence names the lines that the steps show.
        if !finding.steps().is_empty() && says.len() > 1 {
            says.pop();
        }
        (!says.is_empty()).then_some(PolicyFinding { says, ..finding })
    }

    /// `aaaaaaaa “Add a cache” declares Codex`.
    pub(crate) fn title(&self) -> String {
        format!("{} “{}” {}", short(&self.commit.id), self.commit.subject, declares(self.commit))
    }

    /// What would answer the policy. A commit that declares nothing is not asked to declare AI use, so its sentences alone
    /// say what it lacks.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let Some(mending) = self.commit.mending.as_ref().filter(|_| self.commit.attestation.state.declares()) else {
            return Vec::new();
        };
        let add = |place| {
            let lines = mending.add.iter().filter(move |line| line.place == place);
            lines.map(|line| line.text.clone()).collect::<Vec<_>>()
        };
        let places = [
            ("Take out of the message:", mending.remove.clone()),
            ("Add to the message:", add(Where::Commit)),
            ("Add to the request's description:", add(Where::Request)),
        ];
        let places = places.into_iter().filter(|(_, paste)| !paste.is_empty());
        places.map(|(what, paste)| Step { what: what.to_owned(), paste, note: None }).collect()
    }
}

/// The commits that do not fit the policy that the settings name. Those whose flags say it already are left out.
pub(crate) fn policy_findings(report: &Report) -> Vec<PolicyFinding<'_>> {
    // Without a policy of its own, the project asks for nothing.
    if report.policy.is_none() || !report.commits.iter().any(|commit| commit.attestation.has_note(NoteKind::Policy)) {
        return Vec::new();
    }
    let groups = groups(report);
    let is_about_form = |verdict| verdict == Verdict::WrongForm;
    let answered = groups.iter().filter(|group| group.flags.iter().any(|it| is_about_form(it.flag.verdict)));
    let answered: BTreeSet<&str> = answered.filter_map(|group| Some(group.commit?.id.as_str())).collect();
    let open = report.commits.iter().filter(|commit| !answered.contains(commit.id.as_str()));
    open.filter_map(PolicyFinding::of).collect()
}

/// `2 commits do not fit the project's policy`. Nothing where all fit.
pub(crate) fn unfit(report: &Report) -> Option<String> {
    let count = policy_findings(report).len();
    let verb = if count == 1 { "does" } else { "do" };
    (count > 0).then(|| format!("{} {verb} not fit the project's policy", counted(count, "commit", "commits")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use ai_detect_attest::State;
    use ai_detect_policy::suggest::Line;
    use ai_detect_policy::{Remedy, Stance};

    /// Two commits under a policy, of which the first leaves something out.
    fn report(state: State, mending: Option<Remedy>) -> Report {
        let mut report = sample::report("a", 0);
        report.flags.clear();
        for commit in &mut report.commits {
            (commit.attestation.notes, commit.attestation.note_kinds) = (Vec::new(), Vec::new());
        }
        report.policy = Some(crate::PolicyReport {
            id: "p".into(),
            title: "P".into(),
            stance: Stance::Allow,
            says: String::new(),
            text: String::new(),
        });
        let commit = &mut report.commits[0];
        commit.attestation.state = state;
        commit.attestation.notes = vec!["The model is not stated.".into()];
        commit.attestation.note_kinds = vec![NoteKind::Policy];
        if mending.is_some() {
            commit.attestation.notes.push("To mend it, add `Assisted-by: Codex:MODEL-ID`.".into());
            commit.attestation.note_kinds.push(NoteKind::Policy);
        }
        commit.mending = mending;
        report
    }

    fn with_model() -> Option<Remedy> {
        let line = Line { place: Where::Commit, text: "Assisted-by: Codex:MODEL-ID".into() };
        Some(Remedy { add: vec![line], remove: Vec::new() })
    }

    #[test]
    fn a_declaration_without_its_model_is_a_finding_with_the_line_to_paste() {
        let report = report(State::Partial, with_model());
        let findings = policy_findings(&report);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].says, ["The model is not stated."]);
        assert_eq!(findings[0].steps()[0].paste, ["Assisted-by: Codex:MODEL-ID"]);
        assert_eq!(unfit(&report).as_deref(), Some("1 commit does not fit the project's policy"));
        // The comment shows it unfolded, as a line that can be copied.
        let comment = crate::markdown::summary(&report, 65_536);
        let (unfolded, _) = comment.split_once("<details>").unwrap_or((&comment, ""));
        assert!(unfolded.contains("\n```\nAssisted-by: Codex:MODEL-ID\n```\n"), "{comment}");
        assert!(comment.starts_with("### No flags; 1 commit does not fit the project's policy\n"), "{comment}");
        assert!(!comment.contains("\\`Assisted-by") && !comment.contains("Codex:&#8203;MODEL"), "{comment}");
        assert!(crate::markdown::summary(&report, 900).len() <= 900);
    }

    #[test]
    fn a_forbidden_tool_is_a_finding_without_a_line() {
        let report = report(State::Complete, None);
        let findings = policy_findings(&report);
        assert_eq!((findings[0].says.len(), findings[0].steps().len()), (1, 0));
    }

    #[test]
    fn a_commit_that_declares_nothing_is_not_asked_to_declare_ai_use() {
        let report = report(State::Absent, with_model());
        let findings = policy_findings(&report);
        assert_eq!((findings[0].says.len(), findings[0].steps().len()), (2, 0));
    }

    #[test]
    fn without_a_policy_or_without_a_finding_there_is_nothing() {
        let mut report = report(State::Partial, None);
        report.commits[0].attestation.notes.clear();
        report.commits[0].attestation.note_kinds.clear();
        assert_eq!(unfit(&report), None);
        let mut report = self::report(State::Partial, None);
        report.policy = None;
        assert_eq!(unfit(&report), None);
    }
}
