//! `ai-detect markers scan`: what the commits of a range or of a whole history declare.

use std::fmt::Write as _;
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::attest::tally::{Counter, Marks, marks};
use crate::attest::{Attestation, Registry, State, forms, read};
use crate::change::Commit;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, Notes, git_failure};
use crate::git::{History, Repository, Request};
use crate::report::{AttestationReport, markers, substitutes};

/// What `markers scan` reads and how it says what it found
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A..B or A: as for `diff`; nothing: from the default branch to HEAD
    #[arg(value_name = "RANGE", conflicts_with = "all")]
    range: Option<String>,

    /// Everything that any branch, tag or other ref reaches
    #[arg(long)]
    all: bool,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// One line for each commit that carries anything, as it is found, instead of the sums
    #[arg(long)]
    each: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Lines are printed when so many bytes of them have gathered.
const GATHERED: usize = 1 << 16;

/// A commit that carries something, on a line of its own.
#[derive(Serialize)]
struct Each<'a> {
    commit: &'a str,
    #[serde(flatten)]
    attestation: AttestationReport,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let repository = Repository::open(dir).map_err(Failure::failed)?;
    for note in substitutes(&repository.substitutes().map_err(Failure::failed)?) {
        out.say(&format!("note: {note}"));
    }
    let registry = Registry::builtin()?;
    let (history, name, head) = history(args, &repository)?;
    let records = repository.readable_records(&forms::places(), head.as_deref()).map_err(Failure::failed)?;
    for unread in records.unread() {
        out.say(&format!("note: {unread}"));
    }
    let mut counter = Counter::default();
    let mut lines = String::new();
    let mut printed = Ok(());
    let read = |commit: &Commit| {
        let attestation = read(commit, registry);
        let line = if args.each { each(args.format, commit, &attestation) } else { Ok(None) };
        (marks(&attestation), line, commit.encoding_note())
    };
    let mut notes = Notes::default();
    let take = |(marks, line, note): (Marks, Result<Option<String>, Failure>, Option<String>)| {
        counter.add(marks);
        notes.extend(note);
        if printed.is_ok() {
            printed = line.and_then(|line| gather(&mut lines, line, out));
        }
    };
    let scanned = repository.scan(history, &records, read, take).map_err(Failure::failed);
    printed?;
    notes.tell(out);
    if args.each {
        // What was found before a commit that cannot be read is no less true.
        out.print(&lines)?;
        return scanned.map(|()| Exit::Analysed);
    }
    scanned?;
    let tally = counter.finish(name);
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&tally).map_err(Failure::failed)? + "\n",
        Format::Text => markers::write(&tally, out.width()),
    };
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// What to scan, what it is called, and the commit whose tree holds records.
fn history(args: &Args, repository: &Repository) -> Result<(History, String, Option<String>), Failure> {
    if args.all {
        return Ok((History::All, "all refs".into(), repository.head()));
    }
    let request = args.range.as_ref().map_or(Request::Default, |spec| Request::Spec(spec.clone()));
    let resolved = repository.resolve(&request).map_err(git_failure)?;
    let (name, head) = (resolved.spec().to_owned(), resolved.head().map(str::to_owned));
    Ok((History::Range(Box::new(resolved)), name, head))
}

fn gather(lines: &mut String, line: Option<String>, out: &Output) -> Result<(), Failure> {
    lines.push_str(line.as_deref().unwrap_or_default());
    if lines.len() >= GATHERED {
        out.print(lines)?;
        lines.clear();
    }
    Ok(())
}

/// The line of a commit, if it carries anything.
fn each(format: Format, commit: &Commit, attestation: &Attestation) -> Result<Option<String>, Failure> {
    let silent = attestation.statements.is_empty() && attestation.state == State::Absent;
    if silent && attestation.unreadable.is_empty() {
        return Ok(None);
    }
    if format == Format::Json {
        let line = serde_json::to_string(&Each {
            commit: &commit.id,
            attestation: AttestationReport::of(attestation.clone(), None),
        })
        .map_err(Failure::failed)?;
        return Ok(Some(line + "\n"));
    }
    let mut line = String::new();
    let _ = writeln!(line, "{}  {}", commit.id.get(..12).unwrap_or(&commit.id), markers::one(attestation));
    Ok(Some(line))
}
