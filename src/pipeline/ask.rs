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
use crate::git::{self, Blame, CommitId, End, History, Landing, ListedCommit, OneByOne, Repository, Request, Shared};
use crate::policy::{Evidence as Attested, Sensitive};
use crate::report::{AttestationReport, Report, substitutes};
use crate::scan::added_total;
use crate::span::Span;
use crate::trail::ask::facts::{self, Contribution, Declared, Known, Speaks};
use crate::trail::ask::place::Place;
use crate::trail::ask::{Answer, Asked, Cause, CommitAnswer, Evidence, Frame, Likelihood, Run, SCHEMA, Tool, stack};

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
    #[error("{path} has {has} at {at}; lines {first} to {last} are past its end")]
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
            let listed = repository.list(History::Range(Box::new(resolved)), &|_| true)?;
            let at = head.unwrap_or_else(|| "HEAD".to_owned());
            let mut answer = about_commits(&repository, Asked::Range { range }, &at, listed.commits)?;
            answer
                .notes
                .extend(listed.lost.named.iter().map(|lost| format!("the range cannot be read to its end: {lost}")));
            Ok(answer)
        }
    }
}

fn about_lines(repository: &Repository, dir: &Path, place: &Place, at: &str) -> Result<Answer, AskError> {
    let path = repository.path_from(dir, &place.path).ok_or_else(|| AskError::Outside(place.path.clone()))?;
    let spans = place.lines.map(|(first, last)| Span::new(first.saturating_sub(1), last));
    let blame = blamed(repository, path.as_bstr(), at, spans)?;
    let asker = Asker::new(repository, &blame.at.to_string())?;
    let known = asker.know(wanted(&blame.runs))?;
    let runs = asker.runs(&path.to_str_lossy(), &blame, &known);
    let (first, last) = (runs.iter().filter_map(|run| run.first).min(), runs.iter().filter_map(|run| run.last).max());
    let asked = Asked::Lines { path: path.to_string(), first, last, at: blame.at.to_string() };
    Ok(asker.answer(asked, runs, &known))
}

/// Who brought lines of a file; `lines` is cut to the end of the file, but must not start behind it.
fn blamed(repository: &Repository, path: &BStr, at: &str, lines: Option<Span>) -> Result<Blame, AskError> {
    let spans: Vec<Span> = lines.into_iter().collect();
    let no_file = || -> Result<AskError, AskError> {
        let hint = match (repository.no_file_at(at, &path.to_str_lossy())?, repository.last_with(at, path)?) {
            (Some(other), _) => format!("; it is {other}"),
            (None, Some(then)) => {
                let then = then.to_string();
                format!("; it was there until after {}: ask with `--at {}`", short(&then), short(&then))
            }
            (None, None) => ", and at none of the commits before it on its line of first parents".to_owned(),
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
fn wanted<'a>(runs: impl IntoIterator<Item = &'a git::Run>) -> BTreeMap<CommitId, Wanted> {
    let mut wanted: BTreeMap<CommitId, Wanted> = BTreeMap::new();
    for run in runs.into_iter().filter(|run| run.end == End::Brought) {
        let new = || Wanted { landing: Some(run.landing), scored: Scored::Files(BTreeSet::new()) };
        let Wanted { scored, .. } = wanted.entry(run.commit).or_insert_with(new);
        if let Scored::Files(files) = scored {
            files.insert(run.path.clone());
        }
    }
    wanted
}

fn about_stack(repository: &Repository, trace: &str, at: &str) -> Result<Answer, AskError> {
    let named = stack::frames(trace);
    if named.is_empty() {
        return Err(AskError::NoFrames);
    }
    let at_id = repository.commit_id(at)?;
    let files = repository.files_at(at)?;
    let asker = Asker::new(repository, &at_id.to_string())?;
    let (mut frames, mut blames) = (Vec::new(), Vec::new());
    for frame in named {
        let mut found = Frame { text: frame.text, path: None, line: frame.line, problem: None };
        match stack::file_of(&frame.path, &files) {
            stack::Match::Nothing => found.problem = Some("no file of this revision has this name".into()),
            stack::Match::Several(several) => {
                let shown: Vec<&str> = several.iter().take(3).map(String::as_str).collect();
                found.problem = Some(format!("{} files have this name: {} …", several.len(), shown.join(", ")));
            }
            stack::Match::File(path) => {
                let line = Span::new(frame.line - 1, frame.line);
                match blamed(repository, path.as_bytes().as_bstr(), at, Some(line)) {
                    Ok(blame) => blames.push((path.clone(), blame)),
                    Err(error @ AskError::PastEnd { .. }) => found.problem = Some(error.to_string()),
                    Err(error) => return Err(error),
                }
                found.path = Some(path);
            }
        }
        frames.push(found);
    }
    let known = asker.know(wanted(blames.iter().flat_map(|(_, blame)| &blame.runs)))?;
    let runs = blames.iter().flat_map(|(path, blame)| asker.runs(path, blame, &known)).collect();
    let answer = asker.answer(Asked::Stack { at: at_id.to_string() }, runs, &known);
    Ok(Answer { frames, ..answer })
}

fn about_commits(
    repository: &Repository,
    asked: Asked,
    at: &str,
    commits: Vec<ListedCommit>,
) -> Result<Answer, AskError> {
    let asker = Asker::new(repository, at)?;
    let whole = |commit: &ListedCommit| (commit.id, Wanted { landing: commit.landing, scored: Scored::Whole });
    let known = asker.know(commits.iter().map(whole).collect())?;
    let mut runs: Vec<Run> = commits.iter().filter_map(|commit| asker.whole(known.get(&commit.id)?)).collect();
    // Where care is needed comes first.
    runs.sort_by_key(|run| (run.sensitive.is_empty(), run.evidence));
    Ok(asker.answer(asked, runs, &known))
}

/// Answers about commits of one repository, by the settings of one revision.
struct Asker {
    shared: Shared,
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

/// What is known of a commit, with its blocks.
struct Read {
    known: Known,
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
        let standards = Rc::new(Standards::of(settings)?);
        Ok(Asker { shared: repository.shared(records), standards, notes })
    }

    /// Reads commits, each once.
    fn know(&self, commits: BTreeMap<CommitId, Wanted>) -> Result<BTreeMap<CommitId, Read>, AskError> {
        let standards: &Standards = &self.standards;
        let engine = standards.engine();
        let analyser = standards.analyser(&engine, Detail::Numbers);
        let shared = &self.shared;
        let read = |reader: &mut OneByOne, (id, wanted): (CommitId, Wanted)| {
            Ok((id, read(reader, standards, &analyser, id, wanted)?))
        };
        let found: Result<BTreeMap<_, _>, git::Error> =
            commits.into_par_iter().map_init(|| shared.one_by_one(), read).collect();
        Ok(found?)
    }

    fn runs(&self, path: &str, blame: &Blame, known: &BTreeMap<CommitId, Read>) -> Vec<Run> {
        let sensitive = classes_of(&self.standards.sensitive, path);
        let run = |run: &git::Run| parts(run, blame, known.get(&run.commit), self.standards.registry);
        let runs = blame.runs.iter().flat_map(run);
        runs.map(|run| Run { path: Some(path.to_owned()), sensitive: sensitive.clone(), ..run }).collect()
    }

    /// A commit as a whole.
    fn whole(&self, read: &Read) -> Option<Run> {
        let likelihood = read.likelihood(None);
        let speaks = facts::speaks_for_commit(&read.known.own.attestation);
        let found = facts::contribution(&read.known, speaks, &likelihood, self.standards.registry);
        let added_lines = if read.is_merge { None } else { read.added };
        let run = run_of(read.known.own.commit.id.clone(), found, likelihood);
        Some(Run { sensitive: read.sensitive.clone(), added_lines, ..run })
    }

    fn answer(&self, asked: Asked, runs: Vec<Run>, known: &BTreeMap<CommitId, Read>) -> Answer {
        let registry = self.standards.registry;
        let mut commits: Vec<CommitAnswer> = Vec::new();
        let mut seen = FxHashSet::default();
        for run in runs.iter().filter(|run| seen.insert(run.commit.as_str())) {
            let read = CommitId::parse(&run.commit).and_then(|id| known.get(&id));
            commits.extend(read.map(|read| facts::commit_answer(&read.known, registry)));
        }
        let tool = Tool {
            name: "ai-detect".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            model: self.standards.pack.model.version.clone(),
        };
        Answer { schema: SCHEMA.into(), tool, asked, runs, commits, frames: Vec::new(), notes: self.notes.clone() }
    }
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
    let changes = match scored {
        _ if is_merge => Vec::new(),
        Scored::Whole => vec![reader.change(id, &standards.excluder)?],
        Scored::Files(paths) => {
            let of = |path: &BString| reader.change_of_file(id, path.as_ref(), &standards.excluder);
            paths.iter().map(of).collect::<Result<_, _>>()?
        }
    };
    let added = changes.first().and_then(added_total);
    let reports = changes.iter().map(|change| analyser.report(change)).collect();
    let files = standards.touched(reader, id)?;
    let attestation = of_first(standards.evidence(&alone.commits, &files)?);
    let sensitive: BTreeSet<String> = files.touches.into_iter().map(|touch| touch.class).collect();
    let merge = match landing.and_then(|landing| landing.via).filter(|via| *via != id) {
        Some(via) => Some(declared(reader, standards, via)?),
        None => None,
    };
    let policy = standards.settings.policy.as_ref().map(|policy| policy.id.clone());
    // A change of one commit has one.
    let commit = alone.commits.into_iter().next().unwrap_or_default();
    let original = facts::made_from(commit.message.as_str());
    let is_rewritten = original.is_some_and(|original| !reader.has(original));
    let known = Known { own: Declared { commit, attestation }, merge, landing, policy, is_rewritten };
    Ok(Read { known, reports, is_merge, added, sensitive: sensitive.into_iter().collect() })
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
        scored.unwrap_or(Likelihood::Missing { missing: Cause::NotScored })
    }
}

/// A run of lines as parts for which the same speaks.
fn parts(run: &git::Run, blame: &Blame, read: Option<&Read>, registry: &Registry) -> Vec<Run> {
    let code =
        |span: Span| (span.start..span.end).map(|line| blame.text.line(line).to_str_lossy().into_owned()).collect();
    let place = |part: Run, span: Span| Run {
        first: Some(span.start + 1),
        last: Some(span.end),
        path_then: Some(run.path.to_string()),
        line_then: Some(run.line + (span.start - run.span.start) + 1),
        code: code(span),
        ..part
    };
    let Some(read) = read else { return vec![place(followed_no_further(run), run.span)] };
    let path = run.path.to_str_lossy();
    let mut found: Vec<(Span, Speaks<'_>)> = Vec::new();
    for line in run.span.start..run.span.end {
        let then = run.line + (line - run.span.start) + 1;
        let speaks = facts::speaks_for(&read.known.own.attestation, &path, then);
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
        let contribution = facts::contribution(&read.known, speaks, &likelihood, registry);
        place(run_of(read.known.own.commit.id.clone(), contribution, likelihood), span)
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
    let Contribution { evidence, facts, review, cause } = found;
    debug_assert_eq!(cause.is_some(), matches!(evidence, Evidence::Unknown | Evidence::Inferred));
    Run {
        first: None,
        last: None,
        path: None,
        commit,
        path_then: None,
        line_then: None,
        evidence,
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
