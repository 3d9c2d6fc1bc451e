//! Every commit of a history, scored against its first parent as `diff` would and cross-checked with what
//! it declares: one row a commit. Merges have none: what a merge brings, its commits have brought, and
//! measured against its first parent it would count all of that twice.
//!
//! What a row holds is [`row`], how rows become a Parquet file is [`columns`]; where they are kept, and
//! which are there already, is `cli`.

pub mod columns;
pub mod row;

use std::ops::ControlFlow;

use crate::analyse::Analyser;
use crate::change::{Commit, Reason};
use crate::git::{CommitId, Error, OneByOne, Shared};
use crate::parallel;
use crate::pipeline::{Standards, evidence};
use crate::policy::{Circumstances, Evidence, Sizes};
pub use row::{Row, SCHEMA};

/// With what commits are scored.
pub struct Scorer<'a> {
    /// The rules and settings, ready.
    pub analyser: Analyser<'a>,
    /// What they were made from.
    pub standards: &'a Standards,
    /// The digest that rows state.
    pub rules: &'a str,
}

/// What came of a commit.
pub enum Scanned {
    /// Its row.
    Row {
        /// The row.
        row: Box<Row>,
        /// What a reader of the row should know of the commit.
        note: Option<String>,
    },
    /// It, its parent, a tree or a content cannot be read.
    Unread {
        /// The full id.
        commit: String,
        /// Why.
        problem: Error,
    },
}

/// The repository whose commits are scored.
pub struct Source<'a> {
    /// The repository.
    pub repository: &'a Shared,
    /// What rows call it.
    pub name: &'a str,
}

/// At most so many commits are a piece of work: neighbours share what was read.
const MOST: usize = 64;
/// So many pieces a thread, where there are few commits, so that threads end together.
const PIECES: usize = 8;

/// Scores commits on all threads, and hands what came of each to `each` in the order of `commits`, a few
/// at a time, until it says to stop.
///
/// # Errors
/// Where no threads can be started.
pub fn score(
    source: &Source<'_>,
    commits: &[CommitId],
    scorer: &Scorer<'_>,
    each: impl FnMut(Vec<Scanned>) -> ControlFlow<()>,
) -> Result<(), Error> {
    let threads = rayon::current_num_threads().max(1);
    let size = commits.len().div_ceil(threads * PIECES).clamp(1, MOST);
    let pieces: Vec<&[CommitId]> = commits.chunks(size).collect();
    let start = || {
        let mut reader = source.repository.one_by_one();
        let (pieces, source) = (&pieces, &source);
        move |at: usize| -> Vec<Scanned> {
            pieces[at].iter().filter_map(|&commit| one(&mut reader, commit, source, scorer)).collect()
        }
    };
    let done = parallel::in_order(pieces.len(), start, each);
    done.map_err(|error| Error::Library { what: format!("the commits of {}", source.name), problem: error.to_string() })
}

fn one(reader: &mut OneByOne, commit: CommitId, source: &Source<'_>, scorer: &Scorer<'_>) -> Option<Scanned> {
    match reader.change(commit, &scorer.standards.excluder) {
        Ok(change) => {
            // Without a content the row would say for ever that there is less code than there is.
            if let Some(lacked) = change.excluded.iter().find(|file| file.reason == Reason::MissingObject) {
                let problem = Error::of_content(&lacked.path.to_string(), &lacked.detail);
                return Some(Scanned::Unread { commit: commit.to_string(), problem });
            }
            let evidence = match scorer.evidence(reader, commit, &change.commits) {
                Ok(evidence) => evidence,
                Err(problem) => return Some(Scanned::Unread { commit: commit.to_string(), problem }),
            };
            let report = scorer.analyser.report_with(&change, evidence);
            let row = Row::of(source.name, scorer.rules, &change, &report)?;
            let note = change.commits.first().and_then(Commit::encoding_note);
            Some(Scanned::Row { row: Box::new(row), note })
        }
        Err(problem) => Some(Scanned::Unread { commit: commit.to_string(), problem }),
    }
}

impl Scorer<'_> {
    /// What a commit declares and, where there is a policy, what it makes of that. A row holds no findings, and how large
    /// a change is decides nothing else, so that sizes are not looked at.
    fn evidence(&self, reader: &OneByOne, commit: CommitId, read: &[Commit]) -> Result<Evidence<'_>, Error> {
        let Standards { settings, sensitive, registry, .. } = self.standards;
        let evidence = Evidence::read(read, Some(&settings.signers), registry);
        let Some(policy) = &settings.policy else { return Ok(evidence) };
        let touched = reader.touched(commit, &evidence::reads(policy, sensitive))?;
        let files = [evidence::touched_files(&touched, policy, sensitive)];
        let circumstances = Circumstances { files: &files, sizes: &Sizes::default(), described: None };
        Ok(evidence.judged_by(policy, read, &circumstances, registry))
    }
}

/// The JSON Schema of a row.
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(Row);
    schema.insert("$id".into(), SCHEMA.into());
    schema
}
