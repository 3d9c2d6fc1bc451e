//! `ai-detect attest carry`: notes follow their commits through a rebase or a squash.

use std::fmt::Write as _;
use std::path::Path;

use crate::attest::forms;
use crate::attesting::carry::{Way, add, carried, ways};
use crate::cli::output::Output;
use crate::cli::undisturbed::undisturbed;
use crate::cli::{Exit, Failure, git_failure};
use crate::git::{CommitChange, Repository, Request};
use crate::terminal::escaped;
use crate::vocabulary::note::{self, Note};

/// From where to where
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The old tip and the new one, such as ORIG_HEAD..HEAD or feature..main
    #[arg(value_name = "OLD..NEW")]
    range: String,

    /// Say what would be carried, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let (old, new) = args
        .range
        .split_once("..")
        .filter(|(old, new)| !old.is_empty() && !new.is_empty() && !new.starts_with('.'))
        .ok_or_else(|| Failure::usage("name the old tip and the new one, such as ORIG_HEAD..HEAD"))?;
    let repository = Repository::open(dir).map_err(Failure::failed)?;
    // Each side's own commits: those that the other has not.
    let side = |other: &str, tip: &str| -> Result<Vec<CommitChange>, Failure> {
        let resolved = repository.resolve(&Request::Spec(format!("{other}..{tip}"))).map_err(git_failure)?;
        let records = repository.records(&forms::places(), resolved.head()).map_err(Failure::failed)?;
        repository.commit_changes(&resolved, &|_| true, &records, &|change| change).map_err(Failure::failed)
    };
    let (left, right) = (side(new, old)?, side(old, new)?);
    let mut store = repository.own_notes(note::REF).map_err(Failure::failed)?;
    let mut text = String::new();
    let mut pending: Vec<(String, Note)> = Vec::new();
    let (mut noted, mut without) = (0, 0);
    for (change, ways) in left.iter().zip(ways(&left, &right)) {
        let id = &change.commit.id;
        let short = id.get(..8).unwrap_or(id);
        let Some(bytes) = store.get(id, note::MOST_BYTES).map_err(Failure::failed)? else { continue };
        noted += 1;
        let note = match Note::read(&bytes) {
            Ok(note) => note,
            Err(error) => {
                let _ = writeln!(text, "{short}  left where it is: {}", escaped(&error.to_string()));
                continue;
            }
        };
        if ways.is_empty() {
            without += 1;
            let _ = writeln!(
                text,
                "{short}  no new commit has its patch or half of its lines  “{}”",
                escaped(change.commit.subject())
            );
        }
        for way in &ways {
            let (Way::Same { to } | Way::Lines { to, .. }) = way;
            let Some(target) = right.get(*to).map(|change| &change.commit) else { continue };
            let to = target.id.get(..8).unwrap_or(&target.id);
            let there = store.get(&target.id, note::MOST_BYTES).map_err(Failure::failed)?;
            if there.as_ref().is_some_and(|bytes| note::split(bytes).1.is_some()) {
                let _ = writeln!(text, "{short} → {to}  left as it is: the note there is signed");
                continue;
            }
            let mut joined = match pending.iter().position(|(known, _)| *known == target.id) {
                Some(at) => pending.swap_remove(at).1,
                None => match there {
                    Some(bytes) => Note::read(&bytes).map_err(|error| {
                        Failure::failed(format!(
                            "the note on {to} is left as it is, because it cannot be read: {error}"
                        ))
                    })?,
                    None => Note::with(Vec::new()),
                },
            };
            let added = add(&mut joined, carried(&note, id, way));
            let how = match way {
                Way::Same { .. } => "the same patch".to_owned(),
                Way::Lines { found: (found, had), .. } => format!("{found} of its {had} lines"),
            };
            let what = if added > 0 { "" } else { ", already there" };
            let _ = writeln!(text, "{short} → {to}  {how}{what}  “{}”", escaped(target.subject()));
            pending.push((target.id.clone(), joined));
        }
    }
    for (commit, note) in &pending {
        store.set(commit, note.write().into_bytes());
    }
    if args.dry_run {
        let _ = writeln!(text, "nothing was written (--dry-run)");
    } else {
        undisturbed(|| store.save("Carry attestations by ai-detect")).map_err(Failure::failed)?;
    }
    let _ = writeln!(
        text,
        "{noted} notes on {} old commits; {} carried, {without} without a new place",
        left.len(),
        noted - without
    );
    out.print(&text)?;
    Ok(Exit::Analysed)
}
