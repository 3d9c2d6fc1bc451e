//! `ai-detect attest squash`: which attestations a squash merge would lose, and what keeps them.

use std::fmt::Write as _;
use std::path::Path;

use crate::attest::{self, Registry};
use crate::attesting::squash::{Forge, Part, SquashRequest, predict};
use crate::change::Commit;
use crate::cli::checking;
use crate::cli::output::Output;
use crate::cli::values::{Choice, one_of};
use crate::cli::{Exit, Failure};
use crate::pipeline::TouchedCommit;
use crate::terminal::escaped;
use crate::vocabulary::note::{self, Note};

/// Whose defaults a squash follows.
const FORGES: &[Choice<Forge>] = &[
    (
        "github",
        Forge::Github,
        "One commit: its message. Several: the request's title, all their messages, and co-authors",
    ),
    ("gitlab", Forge::Gitlab, "The request's title, and nothing else"),
];

/// The request, and whose defaults
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Commits of the request: A..B, or A for A..HEAD [default: compare HEAD with the default branch]
    #[arg(value_name = "RANGE")]
    range: Option<String>,

    /// Use the default messages of this forge
    #[arg(long, value_parser = one_of(FORGES), default_value = "github")]
    forge: Forge,

    /// Set the title of the request [default: the subject of the last commit]
    #[arg(long)]
    title: Option<String>,

    /// Set the number of the request
    #[arg(long)]
    number: Option<u64>,

    /// Exit with status 1 if a declaration would be lost
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let session = checking::open(args.range.as_deref(), None, dir)?;
    let notes = session.repository().own_notes(note::REF).map_err(Failure::failed)?;
    let registry = Registry::builtin()?;
    let commits = session.commits(&*session.policy()?)?;
    let note = |commit: &Commit| -> Option<Note> {
        let bytes = notes.get(&commit.id, note::MAX_BYTES).ok().flatten()?;
        Note::read(&bytes).ok()
    };
    let parts: Vec<Part<'_>> = commits
        .iter()
        .map(|TouchedCommit { commit, .. }| Part {
            commit,
            attestation: attest::read(commit, registry),
            note: note(commit),
        })
        .collect();
    if parts.is_empty() {
        return Err(Failure::usage("the range has no commit"));
    }
    let request = SquashRequest { title: args.title.clone(), number: args.number };
    let outcome = predict(args.forge, &request, &parts, registry);
    let mut text = String::from("the message that the forge proposes, unless the project changed its default:\n\n");
    for line in outcome.message.lines() {
        let _ = writeln!(text, "    {}", escaped(line));
    }
    let _ = writeln!(text);
    let lacking = session.lacks_notes_of_commits();
    if outcome.lost.is_empty() {
        let seen = if lacking.is_some() { " of those that this clone has" } else { "" };
        let _ = writeln!(text, "no attestation{seen} would be lost");
    } else {
        let _ = writeln!(text, "would be lost:");
        for (commit, what) in &outcome.lost {
            let _ = writeln!(text, "  {commit}  {}", escaped(what));
        }
    }
    if !outcome.keep.is_empty() {
        let _ = writeln!(text, "\nto keep it, end the message with:\n");
        for line in &outcome.keep {
            let _ = writeln!(text, "    {}", escaped(&line.to_string()));
        }
    }
    text.extend(lacking.map(|lacking| format!("\nnote: {lacking}\n")));
    out.print(&text)?;
    Ok(if args.exit_code && !outcome.lost.is_empty() { Exit::Flags } else { Exit::Analysed })
}
