//! The lines of a revision, each with what is declared of it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use bstr::{BString, ByteSlice as _};
use rayon::prelude::*;

use super::AskError;
use crate::trail::ask::facts::{Declared, speaks_for, speaks_for_request};
use crate::trail::figures::Label;
use crate::trail::figures::tree::Lines;
use ai_detect_attest::{self as attest, Registry, State, forms};
use ai_detect_base::exclude::is_binary;
use ai_detect_git::{self as git, Blamer, CommitId, End, Repository, Run};
use ai_detect_report::{AttestationReport, substitutes};

/// The lines of a revision.
pub struct Stock {
    /// By file, class and model.
    pub lines: Vec<Lines>,
    /// What the reader should know.
    pub notes: Vec<String>,
    /// When the newest commit landed that brought any of them, in seconds since 1970 (UTC).
    pub as_of: Option<i64>,
}

/// Follows every line of a revision to the commit that brought it, and says what that declares. `shown` gets to see how many
/// files are done, of how many.
///
/// # Errors
/// Where the revision cannot be read.
pub fn stock(dir: &Path, at: &str, shown: &mut dyn FnMut(usize, usize)) -> Result<Stock, AskError> {
    let repository = Repository::open(dir)?;
    let at = repository.commit_id(at)?;
    let files = repository.files_at(&at.to_string())?;
    let (blamed, unread) = blamed(&repository, at, &files, shown);

    let records = repository.readable_records(&forms::places(), Some(&at.to_string()))?;
    let mut notes = substitutes(&repository.substitutes()?);
    notes.extend(records.unread().iter().map(ToString::to_string));
    notes.extend(super::ask::asker::notes_not_fetched(&repository));
    if unread > 0 {
        notes.push(match unread {
            1 => "1 file is no text, too large, or not in this clone, and is not counted".to_owned(),
            unread => format!("{unread} files are no text, too large, or not in this clone, and are not counted"),
        });
    }
    if repository.is_shallow() {
        notes.push(
            "the clone is shallow: lines older than its first commit are not readable; `git fetch --unshallow` brings \
                    the rest"
                .to_owned(),
        );
    }
    let shared = repository.shared(records);
    let runs = || blamed.iter().flat_map(|file| &file.runs).filter(|run| run.end == End::Brought);
    let mut commits: Vec<CommitId> = runs().flat_map(|run| [Some(run.commit), run.landing.via]).flatten().collect();
    commits.sort_unstable();
    commits.dedup();
    let registry = Registry::builtin().map_err(super::Error::from)?;
    let read = |reader: &mut git::OneByOne, id: CommitId| -> Result<(CommitId, Declared), git::Error> {
        let change = reader.commit_alone(id)?;
        // A change of one commit has one.
        let commit = change.commits.into_iter().next().unwrap_or_default();
        let attestation = AttestationReport::of(attest::read(&commit, registry), None);
        Ok((id, Declared { commit, attestation }))
    };
    let declared: Result<HashMap<CommitId, Declared>, git::Error> =
        commits.into_par_iter().map_init(|| shared.one_by_one(), read).collect();
    let declared = declared?;
    let as_of = runs().map(|run| run.landing.time).max();
    let lines = blamed.iter().flat_map(|file| lines_of(file, &declared, registry)).collect();
    Ok(Stock { lines, notes, as_of })
}

/// A file with where its lines come from.
struct Blamed {
    path: String,
    runs: Vec<Run>,
}

/// Files between two looks at how far it is.
const BATCH: usize = 256;

/// The files with their lines' origins, and how many could not be read.
fn blamed(
    repository: &Repository,
    at: CommitId,
    files: &[BString],
    shown: &mut dyn FnMut(usize, usize),
) -> (Vec<Blamed>, usize) {
    let blamers = repository.blamers();
    let blame = |blamer: &mut Blamer, path: &BString| {
        let blame = blamer.blame(at, path.as_ref(), &[]).ok().flatten()?;
        (!is_binary(blame.text.bytes())).then(|| Blamed { path: path.to_string(), runs: blame.runs })
    };
    let mut found = Vec::new();
    for (nth, batch) in files.chunks(BATCH).enumerate() {
        shown(nth * BATCH, files.len());
        let batch: Vec<Option<Blamed>> = batch.par_iter().map_init(|| blamers.blamer(), blame).collect();
        found.extend(batch);
    }
    let all = found.len();
    let found: Vec<Blamed> = found.into_iter().flatten().collect();
    let unread = all - found.len();
    (found, unread)
}

/// The lines of a file by class and model.
fn lines_of(file: &Blamed, declared: &HashMap<CommitId, Declared>, registry: &Registry) -> Vec<Lines> {
    let mut sums: BTreeMap<(Label, Option<String>), u64> = BTreeMap::new();
    for run in &file.runs {
        let own = declared.get(&run.commit).filter(|_| run.end == End::Brought);
        let Some(own) = own else {
            *sums.entry((Label::NotRead, None)).or_default() += u64::from(run.span.len());
            continue;
        };
        let merge = run.landing.via.and_then(|via| declared.get(&via));
        let path = run.path.to_str_lossy();
        for line in 0..run.span.len() {
            let class = class(own, merge, &path, run.line + line + 1, registry);
            *sums.entry(class).or_default() += 1;
        }
    }
    let lines = |((label, model), lines)| Lines { repository: None, path: file.path.clone(), label, model, lines };
    sums.into_iter().map(lines).collect()
}

fn class(
    own: &Declared,
    merge: Option<&Declared>,
    path: &str,
    line: u32,
    registry: &Registry,
) -> (Label, Option<String>) {
    let speaks = speaks_for(&own.attestation, path, line);
    let is_silent = matches!(speaks.state(), State::Absent | State::Unreadable);
    let merge = merge.filter(|_| is_silent).filter(|merge| speaks_for_request(merge, &own.commit));
    let (state, model) = match merge {
        Some(merge) => (merge.attestation.elsewhere, merge.attestation.facts.model.as_deref()),
        None => (speaks.state(), speaks.model().or(own.attestation.facts.model.as_deref())),
    };
    match state {
        state if state.declares() => (Label::Declared, model.and_then(|model| registry.model_id(model))),
        State::Denied => (Label::Denied, None),
        _ => (Label::Unknown, None),
    }
}
