//! What is known of the commits that an answer is about: what each declares, how it landed, and how its blocks score.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bstr::BString;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::AskError;
use super::runs::{parts, run_of};
use crate::analyse::{Analyser, Detail};
use crate::trail::ask::facts::{self, Declared, Known};
use crate::trail::ask::{Answer, Asked, Cause, CommitAnswer, Likelihood, Review, Run, SCHEMA, Tool};
use crate::{Error, Settings, Standards};
use ai_detect_attest::{self as attest, forms};
use ai_detect_base::change::{ChangeSet, Reason};
use ai_detect_git::{self as git, Blame, CommitId, End, Landing, OneByOne, Repository, Shared};
use ai_detect_policy::{Evidence as Attested, Sensitive};
use ai_detect_report::{AttestationReport, Report, fetch_line, substitutes};

/// What brings the contents that a clone left out.
const FETCH_CONTENTS: &str = "`git fetch --refetch` brings contents, `git fetch --unshallow` parents";

/// Answers about commits of one repository, by the settings of one revision.
pub(super) struct Asker {
    shared: Shared,
    lacks_notes: bool,
    standards: Rc<Standards>,
    notes: Vec<String>,
}

/// Which part of a commit is scored.
#[derive(Debug, Clone)]
pub(super) enum Scored {
    /// All of it.
    Whole,
    /// What it did to some files, each by itself: an answer about a few lines must not wait for what else a commit did.
    Files(BTreeSet<BString>),
}

/// A commit that is to be read.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) landing: Option<Landing>,
    pub(super) scored: Scored,
}

/// All commits that an answer is about.
pub(super) struct Knowledge {
    pub(super) commits: BTreeMap<CommitId, Read>,
    /// The merges of requests that brought any of them. One commit can come through several.
    pub(super) merges: BTreeMap<CommitId, Declared>,
}

/// What is known of a commit, with its blocks.
pub(super) struct Read {
    pub(super) own: Declared,
    pub(super) landing: Option<Landing>,
    /// Whether it names a commit that it was made from and that is not in this clone.
    pub(super) is_rewritten: bool,
    /// Whether the clone lacks contents or a parent of it, so that it could not be scored.
    pub(super) lacks_contents: bool,
    /// What was scored of it; nothing of a merge.
    pub(super) reports: Vec<Report>,
    pub(super) is_merge: bool,
    pub(super) added: Option<u32>,
    pub(super) sensitive: Vec<String>,
}

impl Asker {
    pub(super) fn new(repository: &Repository, at: &str) -> Result<Self, AskError> {
        let settings = Settings::from_revision(repository, at, false).map_err(Error::from)?;
        let mut notes = substitutes(&repository.substitutes()?);
        let records = repository.readable_records(&forms::places(), Some(at))?;
        notes.extend(records.unread().iter().map(ToString::to_string));
        notes.extend(notes_not_fetched(repository));
        if repository.is_shallow() {
            notes.push(
                "this clone is shallow: lines older than its first commit are not followed; `git fetch --unshallow` \
                        brings the rest"
                    .to_owned(),
            );
        }
        let lacks_notes = repository.may_lack_notes(&forms::notes_refs());
        let standards = Rc::new(Standards::of(settings)?);
        Ok(Asker { shared: repository.shared(records), lacks_notes, standards, notes })
    }

    /// Reads commits, each once.
    pub(super) fn know(
        &self,
        commits: BTreeMap<CommitId, Wanted>,
        vias: BTreeSet<CommitId>,
    ) -> Result<Knowledge, AskError> {
        let standards: &Standards = &self.standards;
        let engine = standards.engine();
        let analyser = standards.analyser(&engine, Detail::Numbers);
        let shared = &self.shared;
        let read = |reader: &mut OneByOne, (id, wanted): (CommitId, Wanted)| {
            Ok((id, read(reader, standards, &analyser, id, wanted)?))
        };
        let merge = |reader: &mut OneByOne, id: CommitId| Ok((id, declared(reader, standards, id)?));
        let found: Result<BTreeMap<_, _>, git::Error> =
            commits.into_par_iter().map_init(|| shared.one_by_one(), read).collect();
        let merges: Result<BTreeMap<_, _>, git::Error> =
            vias.into_par_iter().map_init(|| shared.one_by_one(), merge).collect();
        Ok(Knowledge { commits: found?, merges: merges? })
    }

    /// What is known of a commit that came to the revision in some way.
    pub(super) fn known<'a>(&'a self, read: &'a Read, landing: Option<Landing>, knowledge: &'a Knowledge) -> Known<'a> {
        Known {
            own: &read.own,
            merge: landing.and_then(|landing| landing.via).and_then(|via| knowledge.merges.get(&via)),
            landing,
            policy: self.standards.settings.policy.as_ref().map(|policy| policy.id.as_str()),
            lacks_notes: self.lacks_notes,
            is_rewritten: read.is_rewritten,
        }
    }

    pub(super) fn runs(&self, path: &str, blame: &Blame, known: &Knowledge) -> Vec<Run> {
        let sensitive = classes_of(&self.standards.sensitive, path);
        let run = |run: &git::Run| {
            let read = known.commits.get(&run.commit);
            let read = read.map(|read| (read, self.known(read, Some(run.landing), known)));
            parts((path, run), blame, read, self.standards.registry)
        };
        let runs = blame.runs.iter().flat_map(run);
        runs.map(|run| Run { path: Some(path.to_owned()), sensitive: sensitive.clone(), ..run }).collect()
    }

    /// A commit as a whole.
    pub(super) fn whole(&self, read: &Read, knowledge: &Knowledge) -> Run {
        let likelihood = read.likelihood(None);
        let speaks = facts::speaks_for_commit(&read.own.attestation);
        let known = self.known(read, read.landing, knowledge);
        let found = facts::contribution(&known, speaks, &likelihood, self.standards.registry);
        let added_lines = if read.is_merge { None } else { read.added };
        let run = run_of(read.own.commit.id.clone(), found, likelihood);
        Run { sensitive: read.sensitive.clone(), added_lines, ..run }
    }

    pub(super) fn answer(&self, asked: Asked, runs: Vec<Run>, known: &Knowledge) -> Answer {
        let registry = self.standards.registry;
        let mut commits: Vec<CommitAnswer> = Vec::new();
        let mut seen = FxHashSet::default();
        for run in runs.iter().filter(|run| seen.insert(run.commit.as_str())) {
            let read = CommitId::parse(&run.commit).and_then(|id| known.commits.get(&id));
            commits.extend(read.map(|read| facts::commit_answer(&self.known(read, read.landing, known), registry)));
        }
        let mut notes = self.notes.clone();
        let lacking = known.commits.values().filter(|read| read.lacks_contents).count();
        if lacking > 0 {
            let commits = if lacking == 1 { "1 commit".to_owned() } else { format!("{lacking} commits") };
            notes.push(format!("{commits} cannot be scored: the clone lacks contents or a parent; {FETCH_CONTENTS}"));
        }
        let is_range = matches!(asked, Asked::Range { .. });
        for commit in &mut commits {
            let is_estimated = |run: &Run| {
                run.commit == commit.id && matches!(run.likelihood, Likelihood::Scored { flagged: true, .. })
            };
            if is_range || runs.iter().any(is_estimated) {
                (commit.author, commit.committer, commit.co_authors) = (None, None, Vec::new());
                commit.review = Review::Missing { missing: Cause::KeptApart };
            }
        }
        let tool = Tool {
            name: "ai-detect".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            model: self.standards.pack.model.version.clone(),
        };
        Answer { schema: SCHEMA.into(), tool, asked, runs, commits, frames: Vec::new(), notes }
    }
}

/// What to say where a clone has no notes of commits, though they may exist elsewhere: what they declare is not seen.
pub fn notes_not_fetched(repository: &Repository) -> Option<String> {
    repository.may_lack_notes(&forms::notes_refs()).then(|| {
        let command = fetch_line(repository.remote_for_advice().as_deref(), repository.is_bare());
        format!("notes of commits are not in this clone, so what they may declare is not seen; `{command}` brings them")
    })
}

fn classes_of(sensitive: &Sensitive, path: &str) -> Vec<String> {
    sensitive.by_path(path).into_iter().map(|touch| touch.class).collect()
}

fn read(
    reader: &mut OneByOne,
    standards: &Standards,
    analyser: &Analyser<'_>,
    id: CommitId,
    Wanted { landing, scored }: Wanted,
) -> Result<Read, git::Error> {
    let alone = reader.commit_alone(id)?;
    let is_merge = alone.commits.first().is_some_and(|commit| commit.parents > 1);
    let changes: Result<Vec<ChangeSet>, git::Error> = match scored {
        _ if is_merge => Ok(Vec::new()),
        Scored::Whole => reader.change(id, &standards.excluder).map(|change| vec![change]),
        Scored::Files(paths) => {
            let of = |path: &BString| reader.change_of_file(id, path.as_ref(), &standards.excluder);
            paths.iter().map(of).collect()
        }
    };
    let is_missing = |change: &ChangeSet| change.excluded.iter().any(|file| file.reason == Reason::MissingObject);
    let (changes, lacks_contents) = match changes {
        Ok(changes) => {
            let lacks = changes.iter().any(is_missing);
            (changes, lacks)
        }
        // What it declares is known all the same.
        Err(error) if error.is_of_object() => (Vec::new(), true),
        Err(error) => return Err(error),
    };
    let added = changes.first().filter(|_| !lacks_contents).and_then(ChangeSet::added_total);
    let reports = changes.iter().map(|change| analyser.report(change)).collect();
    let files = standards.touched(reader, id)?;
    let attestation = of_first(standards.evidence(&alone.commits, &files)?);
    let sensitive: BTreeSet<String> = files.touches.into_iter().map(|touch| touch.class).collect();
    // A change of one commit has one.
    let commit = alone.commits.into_iter().next().unwrap_or_default();
    let original = facts::made_from(commit.message.as_str());
    let is_rewritten = original.is_some_and(|original| !reader.has(original));
    let own = Declared { commit, attestation };
    let sensitive = sensitive.into_iter().collect();
    Ok(Read { own, landing, is_rewritten, lacks_contents, reports, is_merge, added, sensitive })
}

/// What the only commit of these declares, judged by the policy where there is one.
fn of_first(evidence: Attested<'_>) -> AttestationReport {
    let known = evidence.into_commits().into_iter().next();
    // A change of one commit has one.
    known.map(|known| AttestationReport::of(known.attestation, known.judged.as_ref())).unwrap_or_default()
}

/// What a merge declares. It is looked at without a policy, which judges what its commits did.
fn declared(reader: &mut OneByOne, standards: &Standards, id: CommitId) -> Result<Declared, git::Error> {
    let change = reader.commit_alone(id)?;
    // A change of one commit has one.
    let commit = change.commits.into_iter().next().unwrap_or_default();
    let attestation = attest::read_signed(&commit, standards.registry, &standards.settings.signers);
    Ok(Declared { commit, attestation: AttestationReport::of(attestation, None) })
}

impl Read {
    /// How AI-like the block reads that has most of some lines of the commit; or, without lines, its most AI-like block.
    pub(super) fn likelihood(&self, lines: Option<(&str, u32, u32)>) -> Likelihood {
        let scored = || {
            let of = |report: &'_ Report| report.threshold.log_odds;
            self.reports.iter().flat_map(move |report| report.hunks.iter().map(move |hunk| (of(report), hunk)))
        };
        let scored = scored().filter(|(_, hunk)| hunk.probability.is_some());
        let block = match lines {
            None => scored.max_by(|(_, a), (_, b)| a.log_odds.total_cmp(&b.log_odds)),
            Some((path, first, last)) => {
                let common = |start: u32, end: u32| (end.min(last) + 1).saturating_sub(start.max(first));
                let here = scored.filter(|(_, hunk)| hunk.path == path && common(hunk.start_line, hunk.end_line) > 0);
                here.max_by_key(|(_, hunk)| common(hunk.start_line, hunk.end_line))
            }
        };
        let scored = block.and_then(|(threshold, hunk)| {
            Some(Likelihood::Scored {
                probability: hunk.probability?,
                flagged: hunk.log_odds >= threshold,
                block_first: hunk.start_line,
                block_last: hunk.end_line,
            })
        });
        let missing = if self.lacks_contents { Cause::NotInThisClone } else { Cause::NotScored };
        scored.unwrap_or(Likelihood::Missing { missing })
    }
}

/// The commits that brought lines, each with the files that these lie in.
pub(super) fn wanted<'a>(
    runs: impl IntoIterator<Item = &'a git::Run>,
) -> (BTreeMap<CommitId, Wanted>, BTreeSet<CommitId>) {
    let (mut wanted, mut vias) = (BTreeMap::new(), BTreeSet::new());
    for run in runs.into_iter().filter(|run| run.end == End::Brought) {
        let new = || Wanted { landing: Some(run.landing), scored: Scored::Files(BTreeSet::new()) };
        let Wanted { landing, scored } = wanted.entry(run.commit).or_insert_with(new);
        // A commit that came twice landed the first time.
        if landing.is_none_or(|landing| run.landing.time < landing.time) {
            *landing = Some(run.landing);
        }
        if let Scored::Files(files) = scored {
            files.insert(run.path.clone());
        }
        vias.extend(run.landing.via);
    }
    (wanted, vias)
}
