//! The commits that figures count: scanned from repositories, or read from rows that were kept.

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use rayon::prelude::*;

use super::landed::{Landed, RowError, of_line};
use super::{Scanned, Scorer, Source, columns, score};
use crate::analyse::Detail;
use crate::{Error, Extent, Past, Standards};
use ai_detect_report::{USUAL_REMOTE, fetch_notes};

/// Commits with what the reader should know of them.
#[derive(Default)]
pub struct Counted {
    /// The commits, each once.
    pub rows: Vec<Landed>,
    /// What could not be read, and what follows from that.
    pub notes: Vec<String>,
}

/// Why rows cannot be counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// A repository cannot be read.
    #[error("{name}: {problem}")]
    Repository {
        /// Its name.
        name: String,
        /// What is wrong.
        problem: Box<Error>,
    },
    /// A file of rows cannot be opened.
    #[error("{}: {problem}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: std::io::Error,
    },
    /// A line of it is no row.
    #[error("{}: line {line} {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: RowError,
    },
    /// A file of Parquet holds no rows.
    #[error("{}: {problem}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: columns::Error,
    },
    /// A folder holds no file of rows.
    #[error("{} holds no .parquet file", .0.display())]
    EmptyFolder(PathBuf),
    /// Rows of two models do not add up.
    #[error(
        "the rows were made with {count} different models or settings ({}), whose flags do not compare; scan again with one, or \
         name the rows of one with --rules",
        rules.join(", ")
    )]
    Mixed {
        /// How many.
        count: usize,
        /// The digests that rows state.
        rules: Vec<String>,
    },
}

/// Scans the history of a repository that HEAD reaches: its merges, and the commits that `wanted` picks by when they
/// landed. `shown` gets to see how many commits there are, and then how many are done.
///
/// # Errors
/// Where it cannot be read.
pub fn scanned(
    (name, dir): (&str, &Path),
    standards: &Standards,
    rules: &str,
    wanted: &dyn Fn(Option<i64>) -> bool,
    shown: &mut dyn FnMut(usize, usize),
) -> Result<Counted, CountError> {
    let wrong = |problem: Error| CountError::Repository { name: name.to_owned(), problem: Box::new(problem) };
    let past = Past::open(dir, &Extent::Head).map_err(wrong)?;
    let mut counted = Counted::default();
    counted.notes.extend(past.notes.iter().map(|note| format!("{name}: {note}")));
    counted.notes.extend(past.unread().iter().map(|unread| format!("{name}: {unread}")));
    counted.notes.extend(past.notes_not_fetched().map(|note| format!("{name}: {note}")));
    let is_shallow = past.is_shallow();
    if is_shallow {
        counted.notes.push(format!(
            "{name} is a shallow clone: its first commit and those before it are not counted; `git fetch --unshallow` brings \
             the rest"
        ));
    }
    let notes_read = past.notes_read();
    let (mut listed, repository) = past.list(&|_| true).map_err(wrong)?;
    let newest = listed.commits.iter().filter_map(|commit| commit.landing).map(|landing| landing.time).max();
    // The newest commit is always kept, so that an error about an empty period can say when it landed.
    listed.commits.retain(|commit| {
        let time = commit.landing.map(|landing| landing.time);
        commit.is_merge || wanted(time) || (time.is_some() && time == newest)
    });
    let total = listed.commits.len();
    shown(0, total);
    let engine = standards.engine();
    let scorer = Scorer { analyser: standards.analyser(&engine, Detail::Numbers), standards, rules };
    let source = Source { repository: &repository, name, notes: notes_read };
    let (mut done, mut unread) = (0, 0);
    let each = |scanned: Vec<Scanned>| {
        done += scanned.len();
        shown(done, total);
        for scanned in scanned {
            match scanned {
                Scanned::Row { row, .. } => counted.rows.push((*row).into()),
                Scanned::Unread { .. } => unread += 1,
            }
        }
        ControlFlow::Continue(())
    };
    score(&source, &listed.commits, &scorer, each).map_err(|error| wrong(error.into()))?;
    if unread > 0 && !is_shallow {
        counted.notes.push(format!(
            "{name}: {unread} commits cannot be read and are not counted: the clone lacks something of them; \
             `git fetch --refetch` brings it"
        ));
    }
    counted
        .notes
        .extend(listed.lost.named.iter().map(|lost| format!("{name}: its history cannot be read to its end: {lost}")));
    Ok(counted)
}

/// Reads rows that were kept: a file of lines, a Parquet file, or a folder of Parquet files.
///
/// # Errors
/// Where a file cannot be read, or holds something else.
pub fn kept(path: &Path) -> Result<Counted, CountError> {
    let unread = |problem| CountError::Unread { path: path.to_owned(), problem };
    if path.is_dir() {
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(path).map_err(unread)? {
            files.push(entry.map_err(unread)?.path());
        }
        let is_hidden = |file: &Path| file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        files.retain(|file| file.extension().is_some_and(|end| end == "parquet") && !is_hidden(file));
        files.sort();
        if files.is_empty() {
            return Err(CountError::EmptyFolder(path.to_owned()));
        }
        let parts: Vec<Vec<Landed>> = files.par_iter().map(|file| of_columns(file)).collect::<Result<_, _>>()?;
        return Ok(Counted { rows: parts.into_iter().flatten().collect(), notes: Vec::new() });
    }
    if path.extension().is_some_and(|end| end == "parquet") {
        return Ok(Counted { rows: of_columns(path)?, notes: Vec::new() });
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    let lines: Vec<&[u8]> = bytes.lines().collect();
    // A run that was killed leaves a piece of a line at the end.
    let is_foreign = |line: &&[u8]| of_line(line) == Err(RowError::Foreign);
    let is_cut = !bytes.ends_with(b"\n") && lines.len() > 1 && lines.last().is_some_and(is_foreign);
    let whole = lines.len() - usize::from(is_cut);
    let lines = lines.get(..whole).unwrap_or(&lines);
    let read = |(line, number): (&&[u8], usize)| {
        of_line(line).map_err(|problem| CountError::Line { path: path.to_owned(), line: number, problem })
    };
    let rows: Result<Vec<Landed>, CountError> =
        lines.par_iter().zip(1..lines.len() + 1).filter(|(line, _)| !line.is_empty()).map(read).collect();
    let cut =
        format!("{}: the last line is cut off and is not counted; `ai-detect scan` makes it again", path.display());
    Ok(Counted { rows: rows?, notes: is_cut.then_some(cut).into_iter().collect() })
}

fn of_columns(path: &Path) -> Result<Vec<Landed>, CountError> {
    let file = File::open(path).map_err(|problem| CountError::Unread { path: path.to_owned(), problem })?;
    columns::landed(file).map_err(|problem| CountError::Columns { path: path.to_owned(), problem })
}

/// What to say of rows that were made where notes of commits were not fetched.
pub fn without_notes(rows: &[Landed]) -> Option<String> {
    let count = rows.iter().filter(|row| row.lacks_notes).count();
    (count > 0).then(|| {
        let command = fetch_notes(USUAL_REMOTE);
        let rows = if count == 1 { "1 row was".to_owned() } else { format!("{count} rows were") };
        format!(
            "{rows} made in clones without notes of commits, so declarations in notes are not counted; fetch them \
             ({command}), and scan into a new output"
        )
    })
}

/// Each commit once, whatever repositories hold it, and all by the same rules.
///
/// # Errors
/// Where several rules made the rows and none is chosen.
pub fn settled(rows: Vec<Landed>, rules: Option<&str>) -> Result<Counted, CountError> {
    let mut rows = rows;
    rows.retain(|row| rules.is_none_or(|rules| row.rules == rules));
    let digests: BTreeSet<&str> = rows.iter().map(|row| row.rules.as_str()).collect();
    if digests.len() > 1 {
        let rules = digests.into_iter().map(str::to_owned).collect::<Vec<_>>();
        return Err(CountError::Mixed { count: rules.len(), rules });
    }
    // The same commit in a fork, or in two tables: the row that says when it landed counts, and of two the first.
    rows.sort_by_key(|row| row.time.is_none());
    let before = rows.len();
    let mut seen = rustc_hash::FxHashSet::default();
    rows.retain(|row| seen.insert(row.commit.clone()));
    let twice = before - rows.len();
    let notes = (twice > 0).then(|| {
        format!("{twice} rows are of commits that another repository or table has, too; each commit counts once")
    });
    Ok(Counted { rows, notes: notes.into_iter().collect() })
}
