//! `ai-detect scan`: every commit of a history as a row of a table that grows.
//!
//! The table is its own memory: rows that are there are not made again, and whatever a kill cut off is.

mod table;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use super::output::{Output, named_file, progress_bar};
use super::{Exit, Failure, Notes, settings_on_disk};
use crate::analyse::Detail;
use crate::cli::counts::counted;
use crate::git::{Listed, ListedCommit, Lost, Repository, UnreadRecords};
use crate::pack::load::BUILTIN_DIGEST;
use crate::pipeline::{Error, Extent, Past, Settings, Standards, parse_time};
use crate::scan::{self, Kind, NotesRead, Scanned, Scorer, Source};
use crate::terminal::escaped;
use table::{Table, TableFormat};

/// Which histories are scanned, and where the rows go
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Commits to scan in each repository: A..B scans those that B reaches and A does not, A scans all that A reaches
    /// [default: HEAD]
    #[arg(value_name = "RANGE", conflicts_with = "all")]
    range: Option<String>,

    /// Scan all commits that any branch, tag or other ref reaches
    #[arg(long)]
    all: bool,

    /// Scan these repositories; rows name each as it is written here [default: the current repository, named after its
    /// folder]
    #[arg(long, value_name = "DIR", num_args = 1..)]
    repo: Vec<PathBuf>,

    /// Keep the rows in this file of JSON lines or folder of Parquet files, and skip commits that have a row there
    /// [default: `-`, which prints JSON lines]
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Include only commits that landed at this time or later: 2026-04-01 (midnight UTC) or 2026-04-01T09:30:00+02:00
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<i64>,

    /// Include only commits that landed before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<i64>,

    /// Choose the output format [default: parquet if the name of the output ends in .parquet, otherwise jsonl]
    #[arg(long, value_enum)]
    format: Option<TableFormat>,

    /// Add rows even if another version, model or settings made the existing ones; each row names its rules
    #[arg(long)]
    mixed: bool,

    /// Read settings and rule packs for all commits from this file; settings files in the repositories do not apply
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Args {
    /// Whether a commit landed within the times that were asked for.
    fn wants(&self, commit: &ListedCommit) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let is_within =
            |time| self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until);
        commit.landing.is_some_and(|landing| is_within(landing.time))
    }
}

/// What became of a repository.
#[derive(Default)]
struct Done {
    added: usize,
    merges: usize,
    declaring: usize,
    flagged: usize,
    unread: usize,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let standards = Standards::of(settings_on_disk(args.config.as_deref(), dir)?)?;
    let rules = digest(&standards.settings);
    let engine = standards.engine();
    let analyser = standards.analyser(&engine, Detail::Numbers);
    let scorer = Scorer { analyser, standards: &standards, rules: &rules };

    let repositories = repositories(&args.repo, dir)?;
    let mut table = Table::open(named_file(args.output.as_deref()), args.format, dir, out)?;
    if !args.mixed {
        table.only_rows_of(&rules)?;
    }
    let mut exit = Exit::Analysed;
    for (at, (name, path)) in repositories.iter().enumerate() {
        let bar = progress_bar(0);
        if repositories.len() > 1 {
            bar.set_prefix(format!("{} ({} of {}) ", escaped(name), at + 1, repositories.len()));
        }
        match one(args, name, path, &scorer, &mut table, &bar, out) {
            Ok(complete) => exit = if complete { exit } else { Exit::Failed },
            // What is wrong with one repository says nothing of the next; a table that cannot be written does.
            Err(Stopped::Repository(failure)) => {
                bar.finish_and_clear();
                out.error(&format!("{name}: {}", failure.message));
                // A range that does not exist is wrong usage, where nothing else was asked for.
                exit = if repositories.len() == 1 { failure.exit } else { Exit::Failed };
            }
            Err(Stopped::Table(failure)) => {
                bar.finish_and_clear();
                return Err(failure);
            }
            Err(Stopped::NobodyReads) => return Ok(exit),
        }
    }
    table.finish()?;
    Ok(exit)
}

/// Why a repository was not done to its end.
enum Stopped {
    Repository(Failure),
    Table(Failure),
    NobodyReads,
}

/// Scans one repository; says whether nothing was missing.
fn one(
    args: &Args,
    name: &str,
    path: &Path,
    scorer: &Scorer<'_>,
    table: &mut Table<'_>,
    bar: &ProgressBar,
    out: &Output,
) -> Result<bool, Stopped> {
    let wrong = |error: Error| Stopped::Repository(error.into());
    let past = Past::open(path, &extent(args)).map_err(wrong)?;
    for note in past.notes.iter().chain(&past.may_lack(&crate::cli::surroundings())) {
        bar.suspend(|| out.say(&format!("note: {name}: {note}")));
    }
    let unread: Vec<String> = past.unread().iter().map(ToString::to_string).collect();
    let lacks_records = past.unread().iter().any(UnreadRecords::is_whole_file);
    let notes_read = past.notes_read();
    let old = table.without_notes(name);
    if old > 0 && notes_read == NotesRead::Read {
        let rows = counted(old, "row", "rows");
        bar.suspend(|| {
            out.say(&format!(
                "note: {name}: {rows} in this table were made before notes of commits were fetched, and stay as they \
                 are. Scan into a new --output to count declarations in notes"
            ));
        });
    }
    let known = table.known(name);
    let before = std::cell::Cell::new(0usize);
    let wanted = |commit| {
        let is_new = !known.contains(&commit);
        before.set(before.get() + usize::from(!is_new));
        is_new
    };
    let (Listed { mut commits, lost }, repository) = past.list(&wanted).map_err(wrong)?;
    let listed = commits.len();
    commits.retain(|commit| args.wants(commit));
    if commits.is_empty() && listed > 0 {
        bar.suspend(|| out.say(&format!("note: {name}: {}", none_within(args, listed))));
    }
    bar.set_length(commits.len() as u64);
    let source = Source { repository: &repository, name, notes: notes_read };
    let (mut done, mut stopped) = (Done::default(), None);
    let mut notes = Notes::default();
    let each = |scanned: Vec<Scanned>| {
        bar.inc(scanned.len() as u64);
        let taken = take(scanned, table, &mut done, &mut notes, &mut |message| {
            bar.suspend(|| out.error(&format!("{name}: {message}")));
        });
        match taken {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) => stop(&mut stopped, Stopped::NobodyReads),
            Err(failure) => stop(&mut stopped, Stopped::Table(failure)),
        }
    };
    let scored = scan::score(&source, &commits, scorer, each);
    bar.finish_and_clear();
    if let Some(stopped) = stopped {
        return Err(stopped);
    }
    table.end_of_repository().map_err(Stopped::Table)?;
    scored.map_err(|error| Stopped::Repository(Failure::failed(error)))?;
    let mut told = format!("{}: {}", escaped(name), counted(done.added, "new row", "new rows"));
    if done.merges > 0 {
        told += &format!(" ({})", counted(done.merges, "merge", "merges"));
    }
    told += &format!(", {} there before", before.get());
    if done.added > 0 {
        let declare = counted(done.declaring, "declares AI use", "declare AI use");
        told += &format!("; {declare}, {}", counted(done.flagged, "has flags", "have flags"));
    }
    table.tell(&told).map_err(Stopped::Table)?;
    for problem in &unread {
        out.error(&format!("{name}: {problem}"));
    }
    notes.tell(out);
    tell_lost(name, &lost, out);
    if done.unread > 0 {
        let commits = counted(done.unread, "commit has", "commits have");
        out.error(&format!("{name}: {commits} no row; the next run tries again"));
    }
    Ok(lost.is_empty() && !lacks_records && done.unread == 0)
}

/// What to say where no commit landed within the times that were asked for.
fn none_within(args: &Args, listed: usize) -> String {
    match (args.since, args.until) {
        (Some(since), Some(until)) if since >= until => {
            "--since is not before --until, so no commit is between".to_owned()
        }
        _ => format!("none of {} landed within these times", counted(listed, "commit", "commits")),
    }
}

/// Names what hides a part of the history, if anything does.
fn tell_lost(name: &str, lost: &Lost, out: &Output) {
    for error in &lost.named {
        out.error(&format!("{name}: its history cannot be read to its end: {error}"));
    }
    if lost.more > 0 {
        let more = counted(lost.more, "more place", "more places");
        out.error(&format!("{name}: its history cannot be read to its end in {more}"));
    }
}

fn stop(stopped: &mut Option<Stopped>, why: Stopped) -> ControlFlow<()> {
    *stopped = Some(why);
    ControlFlow::Break(())
}

/// So many commits that cannot be read are named.
const MAX_NAMED: usize = 5;

fn take(
    scanned: Vec<Scanned>,
    table: &mut Table<'_>,
    done: &mut Done,
    notes: &mut Notes,
    tell: &mut dyn FnMut(&str),
) -> Result<bool, Failure> {
    for scanned in scanned {
        match scanned {
            Scanned::Row { row, notes: of_commit } => {
                notes.extend(of_commit);
                done.added += 1;
                done.merges += usize::from(row.kind == Kind::Merge);
                done.declaring += usize::from(row.state.declares());
                done.flagged += usize::from(row.flags > 0);
                if !table.add(*row)? {
                    return Ok(false);
                }
            }
            Scanned::Unread { commit, problem } => {
                done.unread += 1;
                if done.unread <= MAX_NAMED {
                    tell(&format!("{} is left out: {problem}", commit.get(..12).unwrap_or(&commit)));
                }
            }
        }
    }
    Ok(true)
}

fn extent(args: &Args) -> Extent {
    match &args.range {
        Some(range) => Extent::Range(range.clone()),
        None if args.all => Extent::All,
        None => Extent::Head,
    }
}

/// What each repository is called, and where it lies. Rows are found again by that name.
pub(super) fn repositories(given: &[PathBuf], dir: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    if given.is_empty() {
        return Ok(vec![(own_name(dir), dir.to_owned())]);
    }
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for path in given {
        let name = path.to_string_lossy();
        let name = name.strip_prefix("./").unwrap_or(&name).trim_end_matches('/');
        let name = if matches!(name, "" | ".") { own_name(&dir.join(path)) } else { name.to_owned() };
        if found.iter().any(|(known, _)| *known == name) {
            return Err(Failure::usage(format!("{name} is named twice")));
        }
        found.push((name, dir.join(path)));
    }
    Ok(found)
}

/// The name of the folder in which a repository lies, wherever in it one stands.
fn own_name(dir: &Path) -> String {
    let root = Repository::open(dir).ok().and_then(|repository| repository.workdir().map(Path::to_owned));
    let path = root.unwrap_or_else(|| dir.to_owned());
    // A name as given is kept, also where it is a link.
    let path = if path.file_name().is_some() { path } else { std::fs::canonicalize(&path).unwrap_or(path) };
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Grows with each change of what rows hold, so that rows with other columns are not mixed unasked.
const EDITION: u8 = 3;

/// What a row states of everything that it depends on beside the repository.
pub(super) fn digest(settings: &Settings) -> String {
    let mut digest = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    digest.update([EDITION]);
    digest.update(BUILTIN_DIGEST);
    digest.update(&settings.digest);
    hex::encode(digest.finalize()).chars().take(16).collect()
}
