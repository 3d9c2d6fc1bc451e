//! What a history answers about places of code and about commits: gathers what [`trail::ask`](crate::trail::ask) makes an answer of.
//!
//! This file goes from questions to answers; what is known of commits is read in `asker`, and what that says of lines is put together
//! in `runs`.

pub(crate) mod asker;
mod runs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bstr::{BStr, BString, ByteSlice as _};

use self::asker::{Asker, Scored, Wanted, wanted};
use super::Error;
use crate::trail::ask::place::Place;
use crate::trail::ask::{Answer, Asked, Frame, Run, stack};
use ai_detect_base::span::Span;
use ai_detect_git::{self as git, Blame, History, ListedCommit, RangeSpec, Repository};

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
            let resolved = repository.resolve(&RangeSpec::History(spec.clone()))?;
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
                format!("; {} is the last commit that has it: ask with `--at {}`", short(&then), short(&then))
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

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
