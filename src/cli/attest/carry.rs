//! `ai-detect attest carry`: notes follow their commits through a rebase or a squash.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use crate::attest::forms;
use crate::attesting::carry::{Brief, NoteTransfer, Side, add, carried, ways};
use crate::change::Commit;
use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, git_failure};
use crate::git::{CommitChange, RangeSpec, Repository, Wanted};
use crate::pipeline::notes_not_fetched;
use crate::store::with_signals_deferred;
use crate::terminal::escaped;
use crate::vocabulary::note::{self, Note};

/// From where to where
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Old and new tip as OLD..NEW, such as ORIG_HEAD..HEAD or feature..main
    #[arg(value_name = "RANGE")]
    range: String,

    /// Show what would be copied, and write nothing
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
    let mut store = repository.own_notes(note::REF).map_err(Failure::failed)?;
    let is_noted = |commit: &Commit| matches!(store.get(&commit.id, note::MAX_BYTES), Ok(Some(_)) | Err(_));
    // Each side's own commits: those that the other has not.
    let left = read_side(&repository, (new, old), &is_noted)?;
    let right = match left.commits.iter().any(is_noted) {
        true => read_side(&repository, (old, new), &|_| true)?,
        false => ReadSide::default(),
    };
    let found = ways(&left.side, &right.side, (&|at| left.again(&repository, at), &|at| right.again(&repository, at)));
    let mut text = String::new();
    let mut pending: BTreeMap<String, Note> = BTreeMap::new();
    let (mut noted, mut without) = (0, 0);
    for (commit, ways) in left.commits.iter().zip(&found.of) {
        let id = &commit.id;
        let short = id.get(..8).unwrap_or(id);
        let Some(bytes) = store.get(id, note::MAX_BYTES).map_err(Failure::failed)? else { continue };
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
                "{short}  no new commit has its patch, or half of its lines in files of the same names  “{}”",
                escaped(commit.subject())
            );
        }
        for way in ways {
            let (NoteTransfer::Same { to } | NoteTransfer::Lines { to, .. }) = way;
            let Some(target) = right.commits.get(*to) else { continue };
            let to = target.id.get(..8).unwrap_or(&target.id);
            let there = store.get(&target.id, note::MAX_BYTES).map_err(Failure::failed)?;
            if there.as_ref().is_some_and(|bytes| note::split(bytes).1.is_some()) {
                let _ = writeln!(text, "{short} → {to}  left as it is: the note there is signed");
                continue;
            }
            let mut joined = match pending.remove(&target.id) {
                Some(joined) => joined,
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
                NoteTransfer::Same { .. } => "the same patch".to_owned(),
                NoteTransfer::Lines { found: (found, had), .. } => format!("{found} of its {had} lines"),
            };
            let what = if added > 0 { "" } else { ", already there" };
            let _ = writeln!(text, "{short} → {to}  {how}{what}  “{}”", escaped(target.subject()));
            pending.insert(target.id.clone(), joined);
        }
    }
    for (commit, note) in &pending {
        store.set(commit, note.write().into_bytes());
    }
    if args.dry_run {
        let _ = writeln!(text, "nothing was written (--dry-run)");
    } else {
        with_signals_deferred(|| store.save("Carry attestations by ai-detect")).map_err(Failure::failed)?;
    }
    let cut = left.side.cut() + right.side.cut() + found.cut;
    if cut > 0 {
        let commits = if cut == 1 { "1 commit was" } else { &format!("{cut} commits were") };
        let _ = writeln!(text, "{commits} not compared as a whole, because there is too much in these ranges");
    }
    let _ = writeln!(
        text,
        "{} on {}; {} carried, {without} without a new place",
        counted(noted, "note", "notes"),
        counted(left.commits.len(), "old commit", "old commits"),
        noted - without
    );
    left_by_others(&repository, &left.commits, &mut text)?;
    text.extend(notes_not_fetched(&repository).map(|lacking| format!("note: {lacking}\n")));
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// Says which notes of other recorders stay behind. They name lines of a version of a file that only their recorder can
/// find again in another one.
fn left_by_others(repository: &Repository, commits: &[Commit], text: &mut String) -> Result<(), Failure> {
    for name in forms::notes_refs().into_iter().filter(|name| *name != note::REF) {
        let store = repository.own_notes(name).map_err(Failure::failed)?;
        let left = commits.iter().filter(|commit| store.has(&commit.id)).count();
        if left > 0 {
            let notes = counted(left, "note", "notes");
            let _ = writeln!(text, "{notes} under {name} not carried: the tool that wrote them has to do that");
        }
    }
    Ok(())
}

/// The commits that one tip has and the other has not.
#[derive(Default)]
struct ReadSide {
    commits: Vec<Commit>,
    side: Side,
}

impl ReadSide {
    /// A commit with its files.
    fn again(&self, repository: &Repository, at: usize) -> Option<Arc<CommitChange>> {
        let records = repository.records(&[], None).ok()?;
        let change = repository.commit_change(&self.commits.get(at)?.id, &|_| true, &records);
        change.ok().map(Arc::new)
    }
}

/// Reads the commits that the second tip has and the first has not. Only lines of those that `compares` accepts are kept.
fn read_side(
    repository: &Repository,
    (other, tip): (&str, &str),
    compares: &dyn Fn(&Commit) -> bool,
) -> Result<ReadSide, Failure> {
    let resolved = repository.resolve(&RangeSpec::Spec(format!("{other}..{tip}"))).map_err(git_failure)?;
    let records = repository.records(&[], None).map_err(Failure::failed)?;
    let mut read = ReadSide::default();
    let wanted = Wanted { commits: &|_| true, contents: &|_| true };
    let of = |change: CommitChange| (Brief::of(&change), change.commit);
    let mut keep = |(brief, commit): (Brief, Commit)| {
        read.side.push(brief, compares(&commit));
        read.commits.push(commit);
    };
    repository.each_commit_change(&resolved, wanted, &records, &of, &mut keep).map_err(Failure::failed)?;
    Ok(read)
}
