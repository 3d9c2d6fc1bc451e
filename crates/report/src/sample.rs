//! Reports for the tests of formats: small, and with a stranger's text wherever a stranger's text can stand.

use super::*;
use ai_detect_attest::{Facts, NearMiss, State, UnknownTool};

/// A report of two commits with `flags` flagged blocks each, in which every text that comes from a change is `text`.
pub fn report(text: &str, flags: usize) -> Report {
    let mut commits: Vec<CommitReport> =
        [format!("12618c20{}", "0".repeat(32)), "a".repeat(40)].map(|id| commit(&id, text)).into();
    // The last one has a line that is not understood.
    if let Some(last) = commits.last_mut() {
        let unknown = UnknownTool { line: 3, quote: text.into(), name: text.into(), why: NearMiss::Tool };
        last.attestation.state = State::Absent;
        last.attestation.unknown = vec![unknown];
    }
    let mut hunks = Vec::new();
    for (at, commit) in commits.iter().enumerate() {
        hunks.extend((0..flags).map(|number| hunk(text, &commit.id, (at * flags + number) as u32)));
    }
    let flags = hunks.iter().enumerate().map(|(at, hunk)| flag(at, hunk)).collect();
    Report {
        schema: SCHEMA.into(),
        tool: Tool {
            name: "ai-detect".into(),
            version: "0.1.0".into(),
            model: "1".into(),
            intercept: 0.5,
            prior: -0.75,
        },
        range: RangeReport {
            spec: text.into(),
            base: Some("b".repeat(40)),
            head: Some("a".repeat(40)),
            added_lines: 12,
            probability: Some(0.97),
            log_odds: Some(3.5),
            published: None,
        },
        threshold: Threshold { request_rate: 0.02, hunks: hunks.len(), log_odds: 2.98 },
        commits,
        hunks,
        flags,
        coverage: Coverage {
            files_scored: 1,
            hunks_scored: 2,
            excluded: vec![ExcludedReport {
                path: text.into(),
                reason: Reason::LockFile,
                detail: text.into(),
                language: Some(text.into()),
                added_lines: Some(1),
                added_bytes: Some(1),
                ground: Some(Ground::Path),
                sensitive_classes: Vec::new(),
                commits: Vec::new(),
            }],
            notes: vec![text.into()],
            ..Coverage::default()
        },
        request: None,
        policy: None,
        is_foreign: false,
        omitted: None,
    }
}

fn commit(id: &str, text: &str) -> CommitReport {
    let facts = Facts { tool: Some(text.into()), model: Some(text.into()), ..Facts::default() };
    CommitReport {
        id: id.into(),
        subject: text.into(),
        author: text.into(),
        added_lines: 6,
        probability: Some(0.97),
        log_odds: Some(3.5),
        code_log_odds: Some(2.0),
        message_log_odds: 1.0,
        signals: vec![signal("message-tone", text, Some(id), 1.0)],
        omitted_signals: None,
        attestation: AttestationReport {
            state: State::WrongForm,
            facts,
            notes: vec![text.into()],
            ..AttestationReport::default()
        },
        mending: None,
        disguise: None,
    }
}

fn hunk(text: &str, commit: &str, number: u32) -> HunkReport {
    HunkReport {
        path: text.into(),
        language: Some("python".into()),
        start_line: 10 * number + 1,
        end_line: 10 * number + 6,
        added_lines: 6,
        probability: Some(0.97),
        log_odds: 3.5,
        message_log_odds: 1.0,
        signals: vec![
            signal("comment-words", text, None, 2.75),
            signal("message-tone", text, Some(commit), 1.0),
            signal("prior", text, None, -0.75),
        ],
        omitted_signals: None,
        commits: vec![HunkCommit { id: commit.into(), lines: 6 }],
        // What a flag says of looks, and what one about form leaves out.
        verdict: if number.is_multiple_of(2) { Verdict::Unattested } else { Verdict::WrongForm },
        sensitive: true,
        sensitive_classes: vec![text.into()],
        fingerprint: format!("{number:08x}{}", "0".repeat(24)),
        content: format!("{number:032x}"),
        disguise: None,
    }
}

fn signal(rule: &str, text: &str, commit: Option<&str>, contribution: f64) -> SignalReport {
    SignalReport {
        rule: rule.into(),
        title: text.into(),
        value: 1.0,
        contribution,
        commit: commit.map(str::to_owned),
        evidence: vec![EvidenceReport {
            line: 2,
            end_line: 2,
            column: 1,
            text: text.into(),
            contribution,
            source: Some(format!("before {text} after")),
            region: None,
        }],
        together: None,
        unmeasured: false,
        atypical: false,
    }
}

fn flag(at: usize, hunk: &HunkReport) -> Flag {
    Flag {
        id: hunk.fingerprint.chars().take(8).collect(),
        fingerprint: hunk.fingerprint.clone(),
        hunk: at,
        path: hunk.path.clone(),
        start_line: hunk.start_line,
        end_line: hunk.end_line,
        severity: Severity::High,
        verdict: hunk.verdict,
        probability: hunk.probability,
        resolve: "See the project's policy.".into(),
    }
}
