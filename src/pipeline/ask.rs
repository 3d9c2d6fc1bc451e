//! What a history answers about places of code and about commits: gathers what [`trail::ask`](crate::trail::ask) makes an answer of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::{Error, Settings, Standards};
use crate::analyse::{Analyser, Detail};
use crate::attest::{self, Registry, forms};
use crate::change::{ChangeSet, Reason};
use crate::git::{self, Blame, CommitId, End, History, Landing, ListedCommit, OneByOne, Repository, Request, Shared};
use crate::policy::{Evidence as Attested, Sensitive};
use crate::report::{AttestationReport, FETCH_NOTES, Report, substitutes};
use crate::span::Span;
use crate::trail::ask::facts::{self, Contribution, Declared, Known, Speaks};
use crate::trail::ask::place::Place;
use crate::trail::ask::{
    Answer, Asked, Cause, CommitAnswer, Evidence, Frame, Likelihood, Review, Run, SCHEMA, Tool, stack,
};

/// What brings the contents that a clone left out.
const FETCH_CONTENTS: &str = "`git fetch --refetch` brings contents, `git fetch --unshallow` parents";

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// About lines of a file at a revision. The path is named from the folder at hand.
    Lines {
        /// The place.
        place: Place,
        /// The revision.
        at: String,
    },
    /// About one commit.
    Commit(String),
    /// About the commits of a range.
    Range(String),
    /// About the frames of a stack trace, as lines of a revision.
    Stack {
        /// The trace.
        trace: String,
        /// The revision.
        at: String,
    },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The repository or its settings cannot be read.
    #[error(transparent)]
    Pipeline(#[from] Error),
    /// There is no such file at the revision.
    #[error("{path} is no file at {at}{hint}")]
    NoFile {
        /// The path from the repository's root.
        path: String,
        /// The revision.
        at: String,
        /// Where it was, if it was.
        hint: String,
    },
    /// The lines are past the end.
    #[error("{path} has {has} at {at}; {first} to {last} goes past its end")]
    PastEnd {
        /// The path from the repository's root.
        path: String,
        /// How many lines it has, in words.
        has: String,
        /// The revision.
        at: String,
        /// The first line that was asked for.
        first: u32,
        /// The last line.
        last: u32,
    },
    /// A path leads out of the repository.
    #[error("{0} is not in the repository")]
    Outside(String),
    /// A trace has no frames.
    #[error(
        "no frame of a stack trace was found in it; frames are read in the forms of Python, Java, Kotlin, JavaScript, Go, Rust, \
         Ruby, PHP and .NET"
    )]
    NoFrames,
}

impl From<git::Error> for AskError {
    fn from(error: git::Error) -> Self {
        AskError::Pipeline(error.into())
    }
}

/// Answers a question.
///
/// # Errors
/// Where the repository cannot be read, or does not have what is asked about.
pub fn ask(dir: &Path, question: &Question) -> Result<Answer, AskError> {
    let repository = Repository::open(dir)?;
    match question {
        Question::Lines { place, at } => about_lines(&repository, dir, place, at),
        Question::Stack { trace, at } => about_stack(&repository, trace, at),
        Question::Commit(revision) => {
            let id = repository.commit_id(revision)?;
            let wanted = |commit| commit == id;
            let listed = repository.list(History::Head, &wanted)?.commits;
            let found = listed.into_iter().next();
            // What HEAD does not reach has not landed.
            let alone = || Ok(ListedCommit { id, is_merge: repository.parents_of(id)? > 1, landing: None });
            let commit = found.map_or_else(alone, Ok::<_, git::Error>)?;
            about_commits(&repository, Asked::Commit { commit: id.to_string() }, &id.to_string(), vec![commit])
        }
        Question::Range(spec) => {
            let resolved = repository.resolve(&Request::History(spec.clone()))?;
            let (range, head) = (resolved.spec().to_owned(), resolved.head().map(str::to_owned));
            let about_range = resolved.notes().to_vec();
            let listed = repository.list(History::Range(Box::new(resolved)), &|_| true)?;
            let at = head.unwrap_or_else(|| "HEAD".to_owned());
            let mut answer = about_commits(&repository, Asked::Range { range }, &at, listed.commits)?;
            answer.notes.extend(about_range);
            answer
                .notes
                .extend(listed.lost.named.iter().map(|lost| format!("the range cannot be read to its end: {lost}")));
            Ok(answer)
        }
    }
}

fn about_lines(repository: &Repository, dir: &Path, place: &Place, at: &str) -> Result<Answer, AskError> {
    let whole = repository.path_from(dir, &place.text).filter(|_| place.lines.is_some());
    let is_file = |path: &BString| repository.lines_at(at, path.as_ref()).is_ok_and(|lines| lines.is_some());
    let (path, lines) = match whole.filter(is_file) {
        // A file may be called so.
        Some(path) => (path, None),
        None => {
            let path = repository.path_from(dir, &place.path);
            (path.ok_or_else(|| AskError::Outside(place.path.clone()))?, place.lines)
        }
    };
    let spans = lines.map(|(first, last)| Span::new(first.saturating_sub(1), last));
    let blame = blamed(repository, path.as_bstr(), at, spans)?;
    let asker = Asker::new(repository, &blame.at.to_string())?;
    let (commits, vias) = wanted(&blame.runs);
    let known = asker.know(commits, vias)?;
    let runs = asker.runs(&path.to_str_lossy(), &blame, &known);
    let (first, last) = (runs.iter().filter_map(|run| run.first).min(), runs.iter().filter_map(|run| run.last).max());
    let asked = Asked::Lines { path: path.to_string(), first, last, at: blame.at.to_string() };
    Ok(asker.answer(asked, runs, &known))
}

/// Who brought lines of a file, which must have all of them.
fn blamed(repository: &Repository, path: &BStr, at: &str, lines: Option<Span>) -> Result<Blame, AskError> {
    let spans: Vec<Span> = lines.into_iter().collect();
    let no_file = || -> Result<AskError, AskError> {
        let hint = match (repository.no_file_at(at, &path.to_str_lossy())?, repository.last_with(at, path)?) {
            (Some(other), _) => format!("; it is {other}"),
            (None, Some(then)) => {
                let then = then.to_string();
                format!("; it was there until after {}: ask with `--at {}`", short(&then), short(&then))
            }
            (None, None) if path.contains_str("..") => "; for the commits of a range write `--range A..B`".to_owned(),
            (None, None) => match stack::file_of(&path.to_str_lossy(), &paths(repository, at)?) {
                stack::Match::File(file) => format!("; did you mean {file}?"),
                _ => ", and at none of the commits before it on its line of first parents".to_owned(),
            },
        };
        Ok(AskError::NoFile { path: path.to_string(), at: at.to_owned(), hint })
    };
    let length = match repository.lines_at(at, path)? {
        Some(length) => length,
        None => return Err(no_file()?),
    };
    if let Some(&span) = spans.iter().find(|span| span.end > length) {
        let has = if length == 1 { "1 line".to_owned() } else { format!("{length} lines") };
        let (first, last) = (span.start + 1, span.end);
        return Err(AskError::PastEnd { path: path.to_string(), has, at: at.to_owned(), first, last });
    }
    match repository.blamers().blamer().blame(repository.commit_id(at)?, path, &spans)? {
        Some(blame) => Ok(blame),
        None => Err(no_file()?),
    }
}

/// The commits that brought lines, each with the files that these lie in.
fn wanted<'a>(runs: impl IntoIterator<Item = &'a git::Run>) -> (BTreeMap<CommitId, Wanted>, BTreeSet<CommitId>) {
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

/// The paths of a revision as text.
fn paths(repository: &Repository, at: &str) -> Result<Vec<String>, AskError> {
    Ok(repository.files_at(at)?.iter().map(ToString::to_string).collect())
}

fn about_stack(repository: &Repository, trace: &str, at: &str) -> Result<Answer, AskError> {
    let stack::Frames { named, left_out } = stack::frames(trace);
    if named.is_empty() {
        return Err(AskError::NoFrames);
    }
    let at_id = repository.commit_id(at)?;
    let files = paths(repository, at)?;
    let asker = Asker::new(repository, &at_id.to_string())?;
    let mut frames: Vec<Frame> = named.into_iter().map(|frame| placed(frame, &files)).collect();
    // Each file is followed once, however many frames lie in it.
    let mut lines: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for frame in &frames {
        if let Some(path) = &frame.path {
            lines.entry(path.clone()).or_default().insert(frame.line);
        }
    }
    let mut blames = Vec::new();
    for (path, lines) in lines {
        let length = repository.lines_at(at, path.as_bytes().as_bstr());
        let mut fail = |problem: &str, is_meant: &dyn Fn(u32) -> bool| {
            let meant = |frame: &&mut Frame| frame.path.as_deref() == Some(path.as_str()) && is_meant(frame.line);
            frames.iter_mut().filter(meant).for_each(|frame| frame.problem = Some(problem.to_owned()));
        };
        let length = match length {
            Ok(Some(length)) => length,
            Ok(None) => 0,
            Err(error) => {
                fail(&error.to_string(), &|_| true);
                continue;
            }
        };
        let counted = if length == 1 { "1 line".to_owned() } else { format!("{length} lines") };
        fail(&format!("{path} has {counted} at {at}, so the trace is of another revision"), &|line| line > length);
        let spans: Vec<Span> = lines.range(..=length).map(|line| Span::new(line - 1, *line)).collect();
        if spans.is_empty() {
            continue;
        }
        match repository.blamers().blamer().blame(at_id, path.as_bytes().as_bstr(), &spans) {
            Ok(blame) => blames.extend(blame.map(|blame| (path.clone(), blame))),
            Err(error) => fail(&error.to_string(), &|_| true),
        }
    }
    let (commits, vias) = wanted(blames.iter().flat_map(|(_, blame)| &blame.runs));
    let known = asker.know(commits, vias)?;
    let runs = blames.iter().flat_map(|(path, blame)| asker.runs(path, blame, &known)).collect();
    let mut answer = asker.answer(Asked::Stack { at: at_id.to_string() }, runs, &known);
    if left_out > 0 {
        answer.notes.push(format!("{left_out} frames in the middle of the trace are left out"));
    }
    Ok(Answer { frames, ..answer })
}

/// A frame with the file of the repository that it means.
fn placed(named: stack::Named, files: &[String]) -> Frame {
    let (mut path, mut problem) = (None, None);
    match stack::file_of(&named.path, files) {
        stack::Match::File(file) => path = Some(file),
        stack::Match::Nothing => problem = Some("no file of this revision has this name".to_owned()),
        stack::Match::Library => problem = Some("looks like the file of a library".to_owned()),
        stack::Match::Several(several) => {
            let shown: Vec<&str> = several.iter().take(3).map(String::as_str).collect();
            problem = Some(format!("{} files have this name: {} …", several.len(), shown.join(", ")));
        }
    }
    Frame { text: named.text, path, line: named.line, problem }
}

fn about_commits(
    repository: &Repository,
    asked: Asked,
    at: &str,
    commits: Vec<ListedCommit>,
) -> Result<Answer, AskError> {
    let asker = Asker::new(repository, at)?;
    let whole = |commit: &ListedCommit| (commit.id, Wanted { landing: commit.landing, scored: Scored::Whole });
    let vias = commits.iter().filter_map(|commit| commit.landing?.via).collect();
    let known = asker.know(commits.iter().map(whole).collect(), vias)?;
    let read = |commit: &ListedCommit| Some(asker.whole(known.commits.get(&commit.id)?, &known));
    let mut runs: Vec<Run> = commits.iter().filter_map(read).collect();
    // Where care is needed comes first.
    runs.sort_by_key(|run| (run.sensitive.is_empty(), run.evidence));
    Ok(asker.answer(asked, runs, &known))
}

/// Answers about commits of one repository, by the settings of one revision.
struct Asker {
    shared: Shared,
    lacks_notes: bool,
    standards: Rc<Standards>,
    notes: Vec<String>,
}

/// Which part of a commit is scored.
#[derive(Debug, Clone)]
enum Scored {
    /// All of it.
    Whole,
    /// What it did to some files, each by itself: an answer about a few lines must not wait for what else a commit did.
    Files(BTreeSet<BString>),
}

/// A commit that is to be read.
#[derive(Debug, Clone)]
struct Wanted {
    landing: Option<Landing>,
    scored: Scored,
}

/// All commits that an answer is about.
struct Knowledge {
    commits: BTreeMap<CommitId, Read>,
    /// The merges of requests that brought any of them. One commit can come through several.
    merges: BTreeMap<CommitId, Declared>,
}

/// What is known of a commit, with its blocks.
struct Read {
    own: Declared,
    landing: Option<Landing>,
    /// Whether it names a commit that it was made from and that is not in this clone.
    is_rewritten: bool,
    /// Whether the clone lacks contents or a parent of it, so that it could not be scored.
    lacks_contents: bool,
    /// What was scored of it; nothing of a merge.
    reports: Vec<Report>,
    is_merge: bool,
    added: Option<u32>,
    sensitive: Vec<String>,
}

impl Asker {
    fn new(repository: &Repository, at: &str) -> Result<Self, AskError> {
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
        let lacks_notes = repository.may_lack_notes();
        let standards = Rc::new(Standards::of(settings)?);
        Ok(Asker { shared: repository.shared(records), lacks_notes, standards, notes })
    }

    /// Reads commits, each once.
    fn know(&self, commits: BTreeMap<CommitId, Wanted>, vias: BTreeSet<CommitId>) -> Result<Knowledge, AskError> {
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
    fn known<'a>(&'a self, read: &'a Read, landing: Option<Landing>, knowledge: &'a Knowledge) -> Known<'a> {
        Known {
            own: &read.own,
            merge: landing.and_then(|landing| landing.via).and_then(|via| knowledge.merges.get(&via)),
            landing,
            policy: self.standards.settings.policy.as_ref().map(|policy| policy.id.as_str()),
            lacks_notes: self.lacks_notes,
            is_rewritten: read.is_rewritten,
        }
    }

    fn runs(&self, path: &str, blame: &Blame, known: &Knowledge) -> Vec<Run> {
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
    fn whole(&self, read: &Read, knowledge: &Knowledge) -> Run {
        let likelihood = read.likelihood(None);
        let speaks = facts::speaks_for_commit(&read.own.attestation);
        let known = self.known(read, read.landing, knowledge);
        let found = facts::contribution(&known, speaks, &likelihood, self.standards.registry);
        let added_lines = if read.is_merge { None } else { read.added };
        let run = run_of(read.own.commit.id.clone(), found, likelihood);
        Run { sensitive: read.sensitive.clone(), added_lines, ..run }
    }

    fn answer(&self, asked: Asked, runs: Vec<Run>, known: &Knowledge) -> Answer {
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
pub(super) fn notes_not_fetched(repository: &Repository) -> Option<String> {
    repository.may_lack_notes().then(|| {
        format!(
            "notes of commits are not in this clone, so what they may declare is not seen; `{FETCH_NOTES}` brings them"
        )
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
    fn likelihood(&self, lines: Option<(&str, u32, u32)>) -> Likelihood {
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

/// A run of lines as parts for which the same speaks.
fn parts(
    (path, run): (&str, &git::Run),
    blame: &Blame,
    known: Option<(&Read, Known<'_>)>,
    registry: &Registry,
) -> Vec<Run> {
    let code =
        |span: Span| (span.start..span.end).map(|line| blame.text.line(line).to_str_lossy().into_owned()).collect();
    let place = |part: Run, span: Span| Run {
        first: Some(span.start + 1),
        last: Some(span.end),
        path_then: Some(run.path.to_string()).filter(|_| run.path != path),
        line_then: Some(run.line + (span.start - run.span.start) + 1),
        code: code(span),
        ..part
    };
    let Some((read, known)) = known else { return vec![place(followed_no_further(run), run.span)] };
    let path = run.path.to_str_lossy();
    let mut found: Vec<(Span, Speaks<'_>)> = Vec::new();
    for line in run.span.start..run.span.end {
        let then = run.line + (line - run.span.start) + 1;
        let speaks = facts::speaks_for(&read.own.attestation, &path, then);
        let here = Span::new(line, line + 1);
        match found.last_mut() {
            // Recorders leave out blank lines and lone brackets.
            Some((span, last)) if *last == speaks || is_bare(blame.text.line(line)) => span.end = line + 1,
            Some((span, last)) if (span.start..span.end).all(|line| is_bare(blame.text.line(line))) => {
                (span.end, *last) = (line + 1, speaks);
            }
            _ => found.push((here, speaks)),
        }
    }
    let part = |(span, speaks): (Span, Speaks<'_>)| {
        let first = run.line + (span.start - run.span.start) + 1;
        let likelihood = read.likelihood(Some((&path, first, first + span.len() - 1)));
        let contribution = facts::contribution(&known, speaks, &likelihood, registry);
        place(run_of(read.own.commit.id.clone(), contribution, likelihood), span)
    };
    found.into_iter().map(part).collect()
}

/// Whether a line holds no letter and no digit.
fn is_bare(line: &[u8]) -> bool {
    !line.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
}

/// Lines that were not followed to the commit that brought them.
fn followed_no_further(run: &git::Run) -> Run {
    let cause = match run.end {
        End::TooMuchWork => Cause::TooMuchWork,
        End::Brought | End::Shallow | End::Unread(_) => Cause::NotInThisClone,
    };
    let contribution = facts::unknown_because(cause);
    run_of(run.commit.to_string(), contribution, Likelihood::Missing { missing: cause })
}

fn run_of(commit: String, found: Contribution, likelihood: Likelihood) -> Run {
    let Contribution { evidence, facts, review, cause, covers } = found;
    // A run holds a person or an estimate, never both.
    let is_estimate = matches!(evidence, Evidence::Unknown | Evidence::Inferred);
    let likelihood = if is_estimate { likelihood } else { Likelihood::Missing { missing: Cause::KeptApart } };
    debug_assert_eq!(cause.is_some(), matches!(evidence, Evidence::Unknown | Evidence::Inferred));
    Run {
        first: None,
        last: None,
        path: None,
        commit,
        path_then: None,
        line_then: None,
        evidence,
        covers,
        facts,
        review,
        cause,
        likelihood,
        sensitive: Vec::new(),
        added_lines: None,
        code: Vec::new(),
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
