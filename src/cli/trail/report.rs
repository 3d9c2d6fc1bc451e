//! `ai-detect trail report`: shares of many commits and lines, from histories or from rows that were kept.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use crate::cli::output::{Output, progress_bar};
use crate::cli::{Exit, Failure, read_text, scan, settings_on_disk};
use crate::pipeline::{Standards, Stock, parse_time, stock};
use crate::report::json;
use crate::scan::counted::{self, CountError, Counted};
use crate::scan::landed::Landed;
use crate::trail::figures::period::{By as Division, Period};
use crate::trail::figures::rates::Rates;
use crate::trail::figures::{Kind, SCHEMA, Source, sensitive, share, tree};
use crate::trail::report::{Report, csv, html, text};

/// Which figures
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Report the share of commits and added lines with AI use over time
    Share {
        /// Group by quarter or month, in UTC
        #[arg(long, value_enum, default_value_t = By::Quarter)]
        by: By,
        /// Read the error rates of flags from this table of `ai-detect eval --rates` [default: the built-in table]
        #[arg(long, value_name = "FILE")]
        rates: Option<PathBuf>,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        written: Written,
    },
    /// Report the lines of a revision by declaration and model, per folder
    Tree {
        /// Count the lines of this revision
        #[arg(long, value_name = "REV", default_value = "HEAD")]
        at: String,
        /// Report this many levels of folders
        #[arg(long, value_name = "N", default_value_t = 1)]
        depth: usize,
        /// Count the lines of these repositories [default: the current one]
        #[arg(long, value_name = "DIR", num_args = 1..)]
        repo: Vec<PathBuf>,
        #[command(flatten)]
        written: Written,
    },
    /// Report how many commits on sensitive paths declare AI use, by class and repository
    Sensitive {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        written: Written,
    },
}

/// Which commits are counted
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Rows {
    /// Include only commits that landed at this time or later: 2026-04-01 (midnight UTC) or 2026-04-01T09:30:00+02:00
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<i64>,
    /// Include only commits that landed before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<i64>,
    /// Scan these repositories [default: the current one]
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with = "rows")]
    repo: Vec<PathBuf>,
    /// Read rows that `ai-detect scan` wrote: files of JSON lines or folders of Parquet files
    #[arg(long, value_name = "PATH", num_args = 1..)]
    rows: Vec<PathBuf>,
    /// Include only rows with this digest in their column `rules`
    #[arg(long, value_name = "DIGEST", requires = "rows")]
    rules: Option<String>,
    /// Read settings for all repositories from this file; settings files in the repositories do not apply
    #[arg(long, value_name = "FILE", conflicts_with = "rows")]
    config: Option<PathBuf>,
}

/// How it is printed
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Written {
    /// Choose the output format
    #[arg(long, value_enum, default_value_t = FiguresFormat::Text)]
    format: FiguresFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum By {
    Quarter,
    Month,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FiguresFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
    /// Comma-separated values
    Csv,
    /// One HTML page that opens offline
    Html,
}

impl From<CountError> for Failure {
    fn from(error: CountError) -> Self {
        match error {
            CountError::Repository { name, problem } => {
                let Failure { exit, message } = (*problem).into();
                Failure { exit, message: format!("{name}: {message}") }
            }
            CountError::Unread { .. } => Failure::failed(error),
            other => Failure::usage(other),
        }
    }
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let (report, written) = match command {
        Command::Share { by, rates, rows, written } => {
            let rates = match rates {
                Some(file) => {
                    let wrong = |problem| Failure::usage(format!("{}: {problem}", file.display()));
                    Rates::read(&read_text(file, dir)?).map_err(wrong)?
                }
                None => Rates::builtin().map_err(Failure::failed)?,
            };
            let division = match by {
                By::Quarter => Division::Quarter,
                By::Month => Division::Month,
            };
            let counted = rows.counted(dir)?;
            let share = share::share(&counted.rows, division, &rates);
            let mut report = report(Kind::Share, &counted);
            report.notes.extend(share.note());
            report.notes.extend(unfinished(&counted.rows, division));
            let share::Share { figures, rates, as_of } = share;
            (Report { figures, rates, as_of, ..report }, written)
        }
        Command::Sensitive { rows, written } => {
            let counted = rows.counted(dir)?;
            let figures = sensitive::sensitive(&counted.rows);
            let mut report = report(Kind::Sensitive, &counted);
            if figures.is_empty() {
                report.notes.push(
                    "no commit touched a sensitive path; `ai-detect policy sensitive` says which paths are".into(),
                );
            }
            (Report { figures, ..report }, written)
        }
        Command::Tree { at, depth, repo, written } => (of_tree(at, *depth, repo, dir)?, written),
    };
    match written.format {
        FiguresFormat::Text => out.print(&text::write(&report))?,
        FiguresFormat::Json => out.print(&json::pretty(&report).map_err(Failure::failed)?)?,
        FiguresFormat::Csv => out.print(&csv::write(&report))?,
        FiguresFormat::Html => out.print(&html::write(&report).map_err(Failure::failed)?)?,
    }
    Ok(Exit::Analysed)
}

impl Rows {
    /// The commits that are counted, each once.
    fn counted(&self, dir: &Path) -> Result<Counted, Failure> {
        let mut notes = Vec::new();
        let mut rows: Vec<Landed> = Vec::new();
        if self.rows.is_empty() {
            let standards = Standards::of(settings_on_disk(self.config.as_deref(), dir)?)?;
            let rules = scan::digest(&standards.settings);
            let wanted = |time: Option<i64>| time.is_none_or(|time| self.wants(time));
            for (name, path) in scan::repositories(&self.repo, dir)? {
                let bar = progress_bar(0);
                let mut shown = |done: usize, total: usize| {
                    bar.set_length(total as u64);
                    bar.set_position(done as u64);
                };
                let found = counted::scanned((&name, &path), &standards, &rules, &wanted, &mut shown);
                bar.finish_and_clear();
                let found = found?;
                rows.extend(found.rows);
                notes.extend(found.notes);
            }
        } else {
            for file in &self.rows {
                let found = counted::kept(&dir.join(file))?;
                rows.extend(found.rows);
                notes.extend(found.notes);
            }
            notes.push("commits that `scan` could not read have no row, and are not counted".to_owned());
            notes.extend(counted::without_notes(&rows));
        }
        let mut counted = counted::settled(rows, self.rules.as_deref())?;
        notes.append(&mut counted.notes);
        let all = counted.rows.iter().filter(|row| !row.is_merge).count();
        let newest = counted.rows.iter().filter_map(|row| row.time).max();
        let not_landed = counted.rows.iter().filter(|row| !row.is_merge && row.time.is_none()).count();
        let is_in_calendar = |row: &Landed| row.time.and_then(|time| Period::of(time, Division::Month)).is_some();
        let timeless =
            counted.rows.iter().filter(|row| !row.is_merge && row.time.is_some() && !is_in_calendar(row)).count();
        if timeless > 0 {
            notes.push(format!("{timeless} commits landed at a time that no calendar has, and are not counted"));
        }
        let is_wanted = |row: &Landed| is_in_calendar(row) && row.time.is_some_and(|time| self.wants(time));
        counted.rows.retain(|row| row.is_merge || is_wanted(row));
        if !counted.rows.iter().any(|row| !row.is_merge) {
            return Err(nothing_landed(all, newest, &notes));
        }
        if not_landed > 0 {
            notes.push(format!("{not_landed} commits had not landed when their rows were made, and are not counted"));
        }
        Ok(Counted { notes, ..counted })
    }

    fn wants(&self, time: i64) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }
}

fn nothing_landed(all: usize, newest: Option<i64>, notes: &[String]) -> Failure {
    let newest = newest.and_then(|time| jiff::Timestamp::from_second(time).ok());
    let notes: String = notes.iter().map(|note| format!("\n{note}")).collect();
    let what = match (all, newest) {
        (0, _) => "there are no commits to count; name a --repo with a history, or --rows that hold some".to_owned(),
        (_, None) => "none of the commits has landed; scan the default branch, not --all".to_owned(),
        (all, Some(newest)) => format!(
            "none of {all} commits landed within these times; the newest landed on {}",
            newest.strftime("%Y-%m-%d")
        ),
    };
    Failure::usage(what + &notes)
}

/// A report without its figures.
fn report(kind: Kind, counted: &Counted) -> Report {
    let mut repositories: Vec<Source> = Vec::new();
    for row in counted.rows.iter().filter(|row| !row.is_merge) {
        match repositories.iter_mut().find(|source| source.name == row.repository) {
            Some(source) => source.n += 1,
            None => repositories.push(Source { name: row.repository.clone(), n: 1 }),
        }
    }
    Report {
        schema: SCHEMA.into(),
        report: kind,
        version: env!("CARGO_PKG_VERSION").into(),
        as_of: counted.rows.iter().filter(|row| !row.is_merge).filter_map(|row| row.time).max(),
        time_zone: "UTC".into(),
        repositories,
        figures: Vec::new(),
        rates: Vec::new(),
        notes: counted.notes.clone(),
    }
}

/// What to say where the last period is not over.
fn unfinished(rows: &[Landed], by: Division) -> Option<String> {
    let newest = rows.iter().filter(|row| !row.is_merge).filter_map(|row| row.time).max()?;
    let period = Period::of(newest, by)?;
    let now = jiff::Timestamp::now().as_second();
    period.end().is_some_and(|end| now < end).then(|| format!("{period} is not over"))
}

fn of_tree(at: &str, depth: usize, repo: &[PathBuf], dir: &Path) -> Result<Report, Failure> {
    let (mut lines, mut repositories, mut notes, mut as_of) = (Vec::new(), Vec::new(), Vec::new(), None);
    let named = scan::repositories(repo, dir)?;
    let is_alone = named.len() == 1;
    for (name, path) in named {
        let bar = progress_bar(0);
        let mut shown = |done: usize, total: usize| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        };
        let found = stock(&path, at, &mut shown);
        bar.finish_and_clear();
        let Stock { lines: found, notes: said, as_of: newest } = found?;
        as_of = as_of.max(newest);
        notes.extend(said.into_iter().map(|note| if is_alone { note } else { format!("{name}: {note}") }));
        repositories.push(Source { n: found.iter().map(|lines| lines.lines).sum(), name: name.clone() });
        let of_several = |lines: tree::Lines| tree::Lines { repository: Some(name.clone()), ..lines };
        lines.extend(found.into_iter().map(|found| if is_alone { found } else { of_several(found) }));
    }
    if lines.is_empty() {
        let notes: String = notes.iter().map(|note| format!("\n{note}")).collect();
        return Err(Failure::usage(format!("there are no lines of text at {at} that can be read{notes}")));
    }
    let figures = tree::tree(&lines, depth, as_of);
    Ok(Report {
        schema: SCHEMA.into(),
        report: Kind::Tree,
        version: env!("CARGO_PKG_VERSION").into(),
        as_of,
        time_zone: "UTC".into(),
        repositories,
        figures,
        rates: Vec::new(),
        notes,
    })
}
