//! Decisions as rows that fitting can read later: one a decision, with what the flag said.

use serde::Serialize;

use super::Entry;
use super::state::State;
use ai_detect_base::terminal::escaped;
use ai_detect_report::{HunkReport, Report, asked};

/// A decision, and the block that it is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// `owner/name` on its forge.
    pub repository: String,
    /// The number of the request.
    pub request: u64,
    /// The commit that the flag asks about: of those that brought the block and must declare, the one with most of its lines.
    /// Absent where the report does not have the block any more.
    pub commit: Option<String>,
    /// The block, from one push to the next.
    pub fingerprint: String,
    /// Its path.
    pub path: Option<String>,
    /// Its first line, from 1.
    pub start_line: Option<u32>,
    /// Its last line.
    pub end_line: Option<u32>,
    /// How AI-like it looked, 0 to 1.
    pub probability: Option<f64>,
    /// `dismissed`, `confirmed` or `attested`.
    pub decision: &'static str,
    /// The reason, or the tool and model.
    pub reason: String,
    /// When it was decided.
    pub when: String,
    /// Why it does not count, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
    /// Who decided; only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// The columns of the table, in order. `who` is there where it was asked for.
const COLUMNS: [&str; 12] = [
    "repository",
    "request",
    "commit",
    "fingerprint",
    "path",
    "start_line",
    "end_line",
    "probability",
    "decision",
    "reason",
    "when",
    "doubt",
];

/// The rows of a state, oldest decision first.
pub fn rows(state: &State, report: &Report, with_names: bool) -> Vec<Row> {
    state.entries.iter().map(|entry| row(entry, state, report, with_names)).collect()
}

fn row(entry: &Entry, state: &State, report: &Report, with_names: bool) -> Row {
    let decision = &entry.decision;
    let hunk = report.hunks.iter().find(|hunk| decision.is_about(hunk));
    Row {
        repository: state.request.repository.clone(),
        request: state.request.number,
        commit: hunk.and_then(|hunk| commit_of(hunk, report)),
        fingerprint: decision.fingerprint.clone(),
        path: hunk.map(|hunk| hunk.path.clone()),
        start_line: hunk.map(|hunk| hunk.start_line),
        end_line: hunk.map(|hunk| hunk.end_line),
        probability: hunk.and_then(|hunk| hunk.probability),
        decision: decision.what.word(),
        reason: decision.what.text().to_owned(),
        when: decision.when.clone(),
        doubt: entry.doubt.map(|doubt| doubt.to_string()),
        who: with_names.then(|| decision.who.login.clone()),
    }
}

fn commit_of(hunk: &HunkReport, report: &Report) -> Option<String> {
    let asked = asked(hunk, &report.commits).first().map(|commit| commit.id.clone());
    // A report that had to be cut does not list all commits of a block.
    let brought = || hunk.commits.first().map(|part| part.id.clone());
    asked.or_else(brought).or_else(|| report.range.head.clone())
}

/// A JSON object a line.
///
/// # Errors
/// Never for rows of this module.
pub fn jsonl(rows: &[Row]) -> Result<String, serde_json::Error> {
    rows.iter().map(|row| serde_json::to_string(row).map(|line| line + "\n")).collect()
}

/// A table with a heading; nothing in a field breaks a line or a column.
pub fn tsv(rows: &[Row], with_names: bool) -> String {
    let mut columns = COLUMNS.to_vec();
    columns.extend(with_names.then_some("who"));
    let mut lines = vec![columns.join("\t")];
    for row in rows {
        let mut fields = vec![
            row.repository.clone(),
            row.request.to_string(),
            field(&row.commit),
            row.fingerprint.clone(),
            field(&row.path),
            field(&row.start_line),
            field(&row.end_line),
            field(&row.probability),
            row.decision.to_owned(),
            row.reason.clone(),
            row.when.clone(),
            field(&row.doubt),
        ];
        fields.extend(with_names.then(|| field(&row.who)));
        let fields: Vec<String> = fields.iter().map(|field| escaped(field)).collect();
        lines.push(fields.join("\t"));
    }
    lines.join("\n") + "\n"
}

/// A field of a table, which is empty where nothing is known.
fn field(value: &Option<impl ToString>) -> String {
    value.as_ref().map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_attest::State;
    use ai_detect_report::gate::Verdict;
    use ai_detect_report::{HunkCommit, sample};

    #[test]
    fn a_flag_is_about_the_commit_that_must_declare_and_not_about_the_largest_part() {
        let mut report = sample::report("a", 1);
        let (first, second) = (report.commits[0].id.clone(), report.commits[1].id.clone());
        report.commits[0].attestation.state = State::Complete;
        report.commits[1].attestation.state = State::Absent;
        let mut hunk = report.hunks[0].clone();
        hunk.verdict = Verdict::Unattested;
        hunk.commits = vec![HunkCommit { id: first.clone(), lines: 24 }, HunkCommit { id: second.clone(), lines: 6 }];
        assert_eq!(commit_of(&hunk, &report), Some(second));
        report.commits.clear();
        assert_eq!(commit_of(&hunk, &report), Some(first));
    }
}
