//! Every commit of a history, scored against its first parent as `diff` would and cross-checked with what
//! it declares: one row a commit. A merge has a row without a score: what it brings, its commits have brought, and
//! measured against its first parent it would count all of that twice. But what it declares stands nowhere else.
//!
//! What a row holds is `row`, how rows become a Parquet file is [`columns`], which of them figures count is [`counted`], and what
//! these need of a row [`landed`]; where they are kept, and
//! which are there already, is `cli`.

#[cfg_attr(not(feature = "parquet"), path = "no_columns.rs")]
pub mod columns;
pub mod counted;
pub mod key;
pub mod landed;
pub(crate) mod row;

use std::ops::ControlFlow;

use crate::Standards;
use crate::analyse::Analyser;
use ai_detect_base::change::{Commit, Reason};
use ai_detect_base::parallel;
use ai_detect_git::{Error, ListedCommit, OneByOne, Shared};
use row::About;
pub use row::{Kind, NotesRead, Row, SCHEMA, Unscored};

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
        notes: Vec<String>,
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
    /// Whether notes of its commits are in the clone.
    pub notes: NotesRead,
}

/// At most so many commits are a piece of work: neighbours share what was read.
const MAX_CHUNK: usize = 64;
/// So many pieces a thread, where there are few commits, so that threads end together.
const PIECES: usize = 8;

/// Scores commits on all threads, and hands what came of each to `each` in the order of `commits`, a few
/// at a time, until it says to stop.
///
/// # Errors
/// Where no threads can be started.
pub fn score(
    source: &Source<'_>,
    commits: &[ListedCommit],
    scorer: &Scorer<'_>,
    each: impl FnMut(Vec<Scanned>) -> ControlFlow<()>,
) -> Result<(), Error> {
    let threads = rayon::current_num_threads().max(1);
    let size = commits.len().div_ceil(threads * PIECES).clamp(1, MAX_CHUNK);
    let pieces: Vec<&[ListedCommit]> = commits.chunks(size).collect();
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

fn one(reader: &mut OneByOne, listed: ListedCommit, source: &Source<'_>, scorer: &Scorer<'_>) -> Option<Scanned> {
    match read(reader, listed, source, scorer) {
        Ok(row) => row,
        Err(problem) => Some(Scanned::Unread { commit: listed.id.to_string(), problem }),
    }
}

fn read(
    reader: &mut OneByOne,
    listed: ListedCommit,
    source: &Source<'_>,
    scorer: &Scorer<'_>,
) -> Result<Option<Scanned>, Error> {
    let change = match listed.is_merge {
        true => reader.commit_alone(listed.id)?,
        false => reader.change(listed.id, &scorer.standards.excluder)?,
    };
    // Without a content the row would say for ever that there is less code than there is.
    if let Some(lacked) = change.excluded.iter().find(|file| file.reason == Reason::MissingObject) {
        return Err(Error::of_content(&lacked.path.to_string(), &lacked.detail));
    }
    let files = scorer.standards.touched(reader, listed.id)?;
    let evidence = scorer.standards.evidence(&change.commits, &files)?;
    let report = scorer.analyser.report_with(&change, evidence);
    let about_files = scorer.standards.cut_note(listed.id, &files);
    let notes = change.commits.iter().filter_map(Commit::encoding_note).chain(about_files).collect();
    let sensitive = files.touches.into_iter().map(|touch| touch.class).collect();
    let about = About {
        repository: source.name,
        rules: scorer.rules,
        notes: source.notes,
        listed,
        sensitive,
        registry: scorer.standards.registry,
    };
    let row = Row::of(about, &change, &report);
    Ok(row.map(|row| Scanned::Row { row: Box::new(row), notes }))
}

/// The JSON Schema of a row.
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(Row);
    schema.insert("$id".into(), SCHEMA.into());
    schema
}
