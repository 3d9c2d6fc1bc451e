//! Truth by line: what tools recorded of who wrote each line, in notes of the Git AI Standard, against
//! the scores of hunks. The label of a commit is not asked.
//!
//! A hunk counts where most of its authored lines are recorded as one kind; all others are counted
//! and left out. Every commit is scored as `diff` would, as if it declared nothing.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::Error;
use super::figures::{self, Comparison, Figures, Item, View};
use super::manifest::Label;
use super::outcome::{HunkOutcome, Outcome};
use super::run::{Scoring, in_parallel};
use super::{strip, views};
use ai_detect_attest::forms::{self, GIT_AI_NOTES};
use ai_detect_attest::{self as attest, Attestation, Contributor, RecordedLines};
use ai_detect_base::change::{ChangeSet, FileChange, Record, Span};
use ai_detect_git::{RangeSpec, Records, Repository};
use ai_detect_report::HunkReport;

/// The schema that this version writes.
pub(crate) const SCHEMA: &str = "ai-detect/eval-lines/v1";
/// The least share of a hunk's lines that must be of one kind.
pub(crate) const MIN_SHARE: f64 = 0.8;
/// So many commits are done at a time.
const UNIT: usize = 25;

/// How well the scores of hunks tell recorded AI lines from those that a person was seen writing.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LineTruth {
    /// Always `ai-detect/eval-lines/v1`.
    pub schema: String,
    /// The version of this program.
    pub version: String,
    /// The version of the scoring model.
    pub model: String,
    /// What was taken out before anything was scored.
    pub stripped: Vec<strip::Strip>,
    /// What was counted.
    pub counts: LineCounts,
    /// Figures of hunks. Their `repositories` are commits: intervals resample those.
    pub hunks: Vec<Figures>,
}

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineCounts {
    /// Commits that have a note.
    pub notes: usize,
    /// Of those, how many the repository lacks, or are merges.
    pub not_there: usize,
    /// Of those, how many could not be looked at.
    pub unreadable: usize,
    /// Of those, how many have a note that states no lines.
    pub without_lines: usize,
    /// Hunks that were scored.
    pub hunks: usize,
    /// Of those, how many are recorded as a tool's.
    pub ai: usize,
    /// Of those, how many are recorded as a person's.
    pub human: usize,
    /// Of those, how many are recorded as partly one, partly the other.
    pub mixed: usize,
    /// Of those, how many have too many lines of which nothing is recorded.
    pub unrecorded: usize,
}

impl LineCounts {
    fn add(&mut self, other: &LineCounts) {
        self.not_there += other.not_there;
        self.unreadable += other.unreadable;
        self.without_lines += other.without_lines;
        self.hunks += other.hunks;
        self.ai += other.ai;
        self.human += other.human;
        self.mixed += other.mixed;
        self.unrecorded += other.unrecorded;
    }
}

/// Who wrote a hunk, as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Ai,
    Human,
    Mixed,
    Unrecorded,
}

/// A hunk of which the truth is recorded.
struct Labelled {
    label: Label,
    commit: usize,
    hunk: HunkOutcome,
}

/// Scores every commit of a repository that has a note, and compares. `progress` hears how many there
/// are, and then of each that was done, from any thread.
///
/// # Errors
/// Where the repository or its notes cannot be read.
pub fn measure(
    dir: &Path,
    scoring: &Scoring<'_>,
    start: &dyn Fn(usize),
    progress: &(dyn Fn(usize) + Sync),
) -> Result<LineTruth, Error> {
    let notes = Repository::open(dir)?.notes_under(GIT_AI_NOTES.name())?;
    start(notes.len());
    let numbered: Vec<(usize, (String, Record))> = notes.into_iter().enumerate().collect();
    let units: Vec<&[(usize, (String, Record))]> = numbered.chunks(UNIT).collect();
    let done = in_parallel(&units, &|unit| -> Result<(LineCounts, Vec<Labelled>), Error> {
        let repository = Repository::open(dir)?;
        let records = repository.records(&forms::places(), None)?;
        let (mut counts, mut labelled) = (LineCounts::default(), Vec::new());
        for (at, (commit, record)) in *unit {
            commit_hunks((&repository, &records), (*at, commit, record), scoring, &mut counts, &mut labelled);
            progress(1);
        }
        Ok((counts, labelled))
    })?;
    let mut counts = LineCounts { notes: numbered.len(), ..LineCounts::default() };
    let mut labelled = Vec::new();
    for unit in done {
        let (more, hunks) = unit?;
        counts.add(&more);
        labelled.extend(hunks);
    }
    Ok(LineTruth {
        schema: SCHEMA.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        model: scoring.engine.pack().model.version.clone(),
        stripped: scoring.strip.to_vec(),
        counts,
        hunks: figures_of(&labelled, scoring.config.prior),
    })
}

fn figures_of(labelled: &[Labelled], prior: f64) -> Vec<Figures> {
    let items: Vec<Item<'_>> = labelled.iter().map(item).collect();
    let mut figures = figures::figures(&items, &[], &[View::Full, View::Code, View::Message], prior);
    figures.retain(|line| line.comparison == Comparison::Pooled);
    figures
}

fn item(found: &Labelled) -> Item<'_> {
    Item {
        label: found.label,
        repository: found.commit,
        repository_name: "",
        language: &found.hunk.language,
        tool: "-",
        added_lines: found.hunk.added_lines,
        probability: Some(found.hunk.score.probability),
        scores: [Some(found.hunk.score.log_odds), Some(found.hunk.code), Some(found.hunk.message), None],
    }
}

fn commit_hunks(
    (repository, records): (&Repository, &Records),
    (at, commit, record): (usize, &str, &Record),
    scoring: &Scoring<'_>,
    counts: &mut LineCounts,
    labelled: &mut Vec<Labelled>,
) {
    let Ok(resolved) = repository.resolve(&RangeSpec::Commit(commit.to_owned())) else {
        counts.not_there += 1;
        return;
    };
    let Ok(mut change) = repository.change_set(resolved, scoring.excluder, records) else {
        counts.unreadable += 1;
        return;
    };
    let [only] = change.commits.as_mut_slice() else {
        counts.not_there += 1;
        return;
    };
    if only.parents > 1 {
        counts.not_there += 1;
        return;
    }
    only.records = vec![record.clone()];
    let attestation = attest::read(only, scoring.registry);
    if attestation.lines.is_empty() {
        counts.without_lines += 1;
        return;
    }
    only.records.clear();
    let change = views::undeclared(change, scoring.registry);
    let scored = strip::stripped(change.clone(), scoring.strip);
    let mut report = scoring.analyser.report(&scored);
    for hunk in std::mem::take(&mut report.hunks) {
        let truth = truth(&hunk, &change, &attestation);
        report.hunks = vec![hunk];
        let outcome = Outcome::of(&report, &change, commit, &scoring.engine.pack().model);
        for hunk in outcome.hunks {
            counts.hunks += 1;
            let label = match truth {
                Truth::Ai => Label::Ai,
                Truth::Human => Label::HumanRecent,
                Truth::Mixed => {
                    counts.mixed += 1;
                    continue;
                }
                Truth::Unrecorded => {
                    counts.unrecorded += 1;
                    continue;
                }
            };
            *(if label == Label::Ai { &mut counts.ai } else { &mut counts.human }) += 1;
            labelled.push(Labelled { label, commit: at, hunk });
        }
    }
}

fn truth(hunk: &HunkReport, change: &ChangeSet, attestation: &Attestation) -> Truth {
    let file = change.files.iter().find(|file| String::from_utf8_lossy(&file.path) == hunk.path);
    let lines: Vec<_> = file.into_iter().flat_map(|file| authored(file, hunk)).collect();
    let (mut ai, mut human) = (0, 0);
    for line in &lines {
        match contributor(attestation, &hunk.path, *line) {
            Some(Contributor::Ai) => ai += 1,
            Some(Contributor::Human) => human += 1,
            Some(Contributor::Mixed) | None => {}
        }
    }
    kind(lines.len(), ai, human)
}

fn kind(lines: usize, ai: usize, human: usize) -> Truth {
    let least = MIN_SHARE * lines as f64;
    match (ai as f64 >= least, human as f64 >= least) {
        _ if lines == 0 => Truth::Unrecorded,
        (true, _) => Truth::Ai,
        (_, true) => Truth::Human,
        _ if ((ai + human) as f64) < least => Truth::Unrecorded,
        _ => Truth::Mixed,
    }
}

/// The lines of a hunk that somebody authored, counted from 1.
fn authored(file: &FileChange, hunk: &HunkReport) -> Vec<u32> {
    let within = Span::new(hunk.start_line.saturating_sub(1), hunk.end_line);
    let spans = file.authored.iter().map(|span| span.intersect(within));
    spans.flat_map(|span| span.start..span.end).map(|line| line + 1).collect()
}

fn contributor(attestation: &Attestation, path: &str, line: u32) -> Option<Contributor> {
    let covers = |lines: &&RecordedLines| {
        let after = lines.ranges.partition_point(|range| range.last < line);
        lines.ranges.get(after).is_some_and(|range| range.contains(line))
    };
    attestation.recorded_of(path).iter().find(covers).map(|lines| lines.contributor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_lines_in_five_decide() {
        assert_eq!(kind(10, 8, 2), Truth::Ai);
        assert_eq!(kind(10, 1, 8), Truth::Human);
        assert_eq!(kind(10, 7, 3), Truth::Mixed);
        assert_eq!(kind(10, 7, 0), Truth::Unrecorded);
        assert_eq!(kind(0, 0, 0), Truth::Unrecorded);
    }
}
