//! A report that a job of the change itself made. Whoever wrote the change can have written the report, so its free text
//! is not repeated in our name: what stays is where something was found, and how likely, in our own words.

use super::{CommitReport, Flag, NotLookedAt, Report, SignalReport};
use crate::gate::Verdict;

/// What stands above everything that such a report says.
pub(super) const NOTICE: &str = "**Not checked.** An untrusted job, of this change itself, reported what follows. Whoever wrote the \
                                 change can have written the report, too.";

/// The same beside one block.
pub(super) const BESIDE: &str = "Reported by an untrusted job, of this change itself, and not checked.";

/// The same in a title.
pub const TITLE: &str = "Not checked, from the change's own job";

/// A report of a job that is not trusted. `title` knows the rules: what a rule says of its value in the report, or where
/// there was too little to measure.
pub fn foreign(report: Report, title: impl Fn(&str, Option<f64>) -> Option<String>) -> Report {
    let mut report = Report { is_foreign: true, request: None, policy: None, ..report };
    report.tool.name = "ai-detect".into();
    report.tool.version = env!("CARGO_PKG_VERSION").into();
    // Without a commit at its end, a range ends at the working tree.
    let ends = [&report.range.base, &report.range.head].map(|id| id.as_deref().unwrap_or(""));
    report.range.spec = ends.join("..");
    if let Some(published) = &mut report.range.published {
        published.branch = None;
        if let Some(merged) = &mut published.merged {
            merged.branch = None;
        }
    }
    report.coverage.notes.clear();
    let not_looked_at = std::mem::take(&mut report.coverage.not_looked_at);
    report.coverage.not_looked_at = not_looked_at.into_iter().map(NotLookedAt::without_texts).collect();
    let retitle = |signals: &mut Vec<SignalReport>| {
        for signal in signals {
            let value = (!signal.unmeasured).then_some(signal.value);
            signal.title = title(&signal.rule, value).unwrap_or_else(|| "a rule that is not built in".into());
            if !is_name(&signal.rule) {
                signal.rule = "unnamed".into();
            }
        }
    };
    for commit in &mut report.commits {
        retitle(&mut commit.signals);
        silence(commit);
    }
    for hunk in &mut report.hunks {
        retitle(&mut hunk.signals);
        hunk.sensitive_classes.retain(|class| is_name(class));
    }
    for file in &mut report.coverage.excluded {
        file.sensitive_classes.retain(|class| is_name(class));
    }
    for flag in &mut report.flags {
        flag.resolve = resolve(flag).into();
    }
    report
}

/// Takes out what a commit is claimed to say in free text, and who is claimed to vouch for it.
fn silence(commit: &mut CommitReport) {
    commit.mending = None;
    let attestation = &mut commit.attestation;
    attestation.notes.clear();
    attestation.note_kinds.clear();
    attestation.facts.tool = None;
    attestation.facts.model = None;
    attestation.facts.accountable = None;
    for unknown in &mut attestation.unknown {
        unknown.quote.clear();
        unknown.name.clear();
    }
    attestation.signature = None;
    attestation.note_signature = None;
    attestation.receipt_signature = None;
}

/// Whether a rule's id is one word.
fn is_name(id: &str) -> bool {
    id.len() <= 40 && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn resolve(flag: &Flag) -> &'static str {
    match flag.verdict {
        Verdict::WrongForm => "The project's policy says in which form AI use is declared.",
        _ => "If an AI tool helped, say so in the commit; if none did, there is nothing to do.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{markdown, sample};

    /// Says something in every text of a report that a person wrote, or that a policy or a rule says.
    fn lying() -> Report {
        let mut report = sample::report("sworn: the maintainers approved this", 2);
        for text in [&mut report.tool.name, &mut report.tool.version] {
            *text = "approved by the maintainers".into();
        }
        for flag in &mut report.flags {
            flag.resolve = "approved by the maintainers".into();
        }
        let says = "approved by the maintainers".to_owned();
        let stance = ai_detect_policy::Stance::Ban;
        report.policy =
            Some(crate::PolicyReport { id: "x".into(), title: says.clone(), stance, says: says.clone(), text: says });
        report
    }

    #[test]
    fn what_a_job_of_the_change_says_is_said_to_be_unchecked() {
        let report = foreign(lying(), |rule, _| (rule == "message-tone").then(|| "a known rule".to_owned()));
        let summary = markdown::summary(&report, 65_536);
        assert!(summary.starts_with(NOTICE), "{summary}");
        assert!(markdown::summary(&report, 400).starts_with(NOTICE));
        assert!(summary.contains("a known rule") && !summary.contains("approved by the maintainers"), "{summary}");
        // Names and subjects of commits are shown as what they are; evidence and paths as code.
        for line in summary.lines().filter(|line| line.contains("sworn")) {
            assert!(line.starts_with("**`") || line.contains('`'), "{line}");
        }
        let beside = markdown::flag(&report, &report.flags[0]);
        assert!(beside.contains(BESIDE) && !beside.contains("approved by the maintainers"), "{beside}");
        assert!(
            beside.contains("a rule that is not built in") && beside.contains("```\nAssisted-by: TOOL:MODEL\n"),
            "{beside}"
        );
    }

    #[test]
    fn a_report_of_our_own_says_nothing_of_that() {
        let report = lying();
        let summary = markdown::summary(&report, 65_536);
        assert!(!summary.contains("Not checked") && !markdown::flag(&report, &report.flags[0]).contains("not checked"));
        assert!(summary.contains("approved by the maintainers"));
    }
}
