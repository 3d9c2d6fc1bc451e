//! `ai-detect markers scan`: what the commits of a range or of a whole history declare.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::attest::tally::{Counter, Marks, marks};
use crate::attest::{Attestation, State};
use crate::change::Commit;
use crate::cli::formats::TextOrJson;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, Notes};
use crate::pipeline::{Extent, Past};
use crate::report::{AttestationReport, markers};

/// What `markers scan` reads and how it says what it found
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Commits to read: A..B reads those that B reaches and A does not, A reads all that A reaches [default: HEAD without
    /// the default branch]
    #[arg(value_name = "RANGE", conflicts_with = "all")]
    range: Option<String>,

    /// Read all commits that any branch, tag or other ref reaches
    #[arg(long)]
    all: bool,

    /// Choose the output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,

    /// Print one line for each commit with a declaration instead of the totals
    #[arg(long)]
    each: bool,
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
    let past = Past::open(dir, &extent(args))?;
    let lacking = past.may_lack(&crate::cli::surroundings());
    past.notes.iter().chain(&lacking).for_each(|note| out.say(&format!("note: {note}")));
    past.unread().iter().for_each(|unread| out.say(&format!("note: {unread}")));
    let name = past.name.clone();
    let mut counter = Counter::default();
    let mut lines = String::new();
    let mut printed = Ok(());
    let read = |commit: &Commit, attestation: Attestation| {
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
    let scanned = past.declared(read, take);
    printed?;
    notes.tell(out);
    if args.each {
        // What was found before a commit that cannot be read is no less true.
        out.print(&lines)?;
        return Ok(scanned.map(|()| Exit::Analysed)?);
    }
    scanned?;
    let tally = counter.finish(name);
    let text = match args.format {
        TextOrJson::Json => serde_json::to_string_pretty(&tally).map_err(Failure::failed)? + "\n",
        TextOrJson::Text => markers::write(&tally, out.width()),
    };
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn extent(args: &Args) -> Extent {
    match &args.range {
        Some(range) => Extent::Range(range.clone()),
        None if args.all => Extent::All,
        None => Extent::Default,
    }
}

fn gather(lines: &mut String, line: Option<String>, out: &Output) -> Result<(), Failure> {
    // A commit that carries nothing has no line.
    lines.push_str(line.as_deref().unwrap_or(""));
    if lines.len() >= GATHERED {
        out.print(lines)?;
        lines.clear();
    }
    Ok(())
}

/// The line of a commit, if it carries anything.
fn each(format: TextOrJson, commit: &Commit, attestation: &Attestation) -> Result<Option<String>, Failure> {
    let silent = attestation.statements.is_empty() && attestation.state == State::Absent;
    if silent && attestation.unreadable.is_empty() && attestation.unknown.is_empty() {
        return Ok(None);
    }
    if format == TextOrJson::Json {
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
