//! Where rows go: a file of lines, a folder of Parquet files, or standard output.

use std::ffi::OsStr;
use std::path::Path;

use clap::ValueEnum;
use rustc_hash::FxHashSet;

use crate::cli::Failure;
use crate::cli::output::Output;
use crate::git::CommitId;
use crate::scan::Row;
use crate::store::rows::{Known, Lines, Parts, line};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// A file with one JSON object per line
    Jsonl,
    /// A folder of Parquet files
    Parquet,
}

/// Rows that are there, and new ones.
pub(super) struct Table<'a> {
    to: To,
    known: Known,
    name: String,
    out: &'a Output,
    /// What is to be said of rows once they are kept.
    pending: String,
}

enum To {
    /// Gathered lines.
    Stdout(String),
    Lines(Lines),
    Parts(Parts),
}

/// Lines for standard output are printed when so many bytes of them have gathered.
const GATHERED: usize = 1 << 14;

/// How names of files end that hold other tables than are written.
const FOREIGN_ENDINGS: [&str; 10] = ["csv", "tsv", "xlsx", "html", "md", "xml", "yml", "yaml", "sqlite", "gz"];

/// The format that the name of the output asks for.
fn by_name(output: &Path) -> Result<TableFormat, Failure> {
    let ending = output.extension().and_then(OsStr::to_str).unwrap_or("").to_ascii_lowercase();
    match ending.as_str() {
        "parquet" => Ok(TableFormat::Parquet),
        foreign if FOREIGN_ENDINGS.contains(&foreign) => Err(Failure::usage(format!(
            "rows are written as JSON lines (.jsonl) or Parquet (.parquet), not as .{foreign}: end the name of {} in one of \
             these, or name one by `--format`",
            output.display()
        ))),
        _ => Ok(TableFormat::Jsonl),
    }
}

impl<'a> Table<'a> {
    /// Opens a table, or starts it. Nothing is changed where something else is found.
    pub(super) fn open(
        output: Option<&Path>,
        format: Option<TableFormat>,
        dir: &Path,
        out: &'a Output,
    ) -> Result<Self, Failure> {
        let Some(output) = output else {
            if format == Some(TableFormat::Parquet) {
                return Err(Failure::usage("Parquet files need an --output, a folder"));
            }
            return Ok(Table {
                to: To::Stdout(String::new()),
                known: Known::default(),
                name: String::new(),
                out,
                pending: String::new(),
            });
        };
        let path = dir.join(output);
        let (to, known) = match format.map_or_else(|| by_name(output), Ok)? {
            TableFormat::Jsonl => Lines::open(&path).map(|(lines, known)| (To::Lines(lines), known))?,
            TableFormat::Parquet => Parts::open(&path).map(|(parts, known)| (To::Parts(parts), known))?,
        };
        Ok(Table { to, known, name: output.display().to_string(), out, pending: String::new() })
    }

    /// Refuses a table with rows that others made.
    pub(super) fn only_rows_of(&self, rules: &str) -> Result<(), Failure> {
        let others = self.known.others(rules);
        if others.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{} holds rows made by another version, model or settings (rules {}; now {rules}), which do not compare; \
             name another --output, or add to them all the same with --mixed: each row says by which rules",
            self.name,
            others.join(", ")
        )))
    }

    /// The commits of a repository that have a row; asked for once.
    pub(super) fn known(&mut self, repository: &str) -> FxHashSet<CommitId> {
        self.known.take(repository)
    }

    /// How many rows of a repository were made without notes of commits.
    pub(super) fn without_notes(&self, repository: &str) -> usize {
        self.known.without_notes(repository)
    }

    /// Adds a row; says whether anybody wants more.
    pub(super) fn add(&mut self, row: Row) -> Result<bool, Failure> {
        match &mut self.to {
            To::Lines(lines) => Ok(lines.add(&row).map(|()| true)?),
            To::Parts(parts) => {
                if parts.add(row)? {
                    self.out.print(&std::mem::take(&mut self.pending))?;
                }
                Ok(true)
            }
            To::Stdout(gathered) => {
                *gathered += &line(&row)?;
                if gathered.len() < GATHERED { Ok(true) } else { self.out.stream(&std::mem::take(gathered)) }
            }
        }
    }

    /// Rows of another repository follow.
    pub(super) fn end_of_repository(&mut self) -> Result<(), Failure> {
        match &mut self.to {
            To::Lines(lines) => Ok(lines.flush()?),
            _ => Ok(()),
        }
    }

    /// Says something of the rows so far, where that is possible beside them, and once they are kept.
    pub(super) fn tell(&mut self, text: &str) -> Result<(), Failure> {
        match &self.to {
            To::Stdout(_) => {}
            To::Lines(_) => self.out.print(&format!("{text}\n"))?,
            To::Parts(_) => self.pending += &format!("{text}\n"),
        }
        Ok(())
    }

    /// Keeps what is not kept yet.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self.to {
            To::Lines(lines) => Ok(lines.finish()?),
            To::Parts(parts) => {
                parts.finish()?;
                self.out.print(&self.pending)
            }
            To::Stdout(gathered) => self.out.stream(&gathered).map(|_| ()),
        }
    }
}
