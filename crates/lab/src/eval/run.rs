//! Scores the commits of a manifest, and people's commits in groups as if each group were one
//! request. Work is spread over threads; what comes out does not depend on how many there are.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::Error;
use super::manifest::{Label, Manifest, Problem, Row};
use super::outcome::{Outcome, strongest};
use super::strip::{Strip, stripped};
use super::views::{self, Joined};
use ai_detect_attest::{Registry, forms};
use ai_detect_base::change::ChangeSet;
use ai_detect_base::exclude::Excluder;
use ai_detect_base::parallel;
use ai_detect_git::{self as git, CommitId, OneByOne, RangeSpec, Repository};
use ai_detect_pipeline::analyse::Analyser;
use ai_detect_pipeline::config::Config;
use ai_detect_style::score::prior;
use ai_detect_style::signals::Engine;

/// How many of people's commits make a request, each in turn.
pub(crate) const RANGES: [usize; 3] = [5, 20, 50];
/// A group, or a commit without its message, is analysed for flags only where a hunk comes this near,
/// in log-odds, to the threshold when its commit is scored alone, or without the message's part: the
/// other commits of a group hardly move a hunk, and most of people's come nowhere near.
pub const NEAR: f64 = 3.0;
/// A unit of work holds at most this many of people's commits: a multiple of every size above.
const PEOPLE_UNIT: usize = 100;
/// And at most this many AI commits, which need no neighbours.
const AI_UNIT: usize = 25;

/// With what is scored, and how.
pub struct Scoring<'a> {
    /// The folder in which a repository lies at `OWNER/NAME`.
    pub repositories: &'a Path,
    /// The rules, ready.
    pub engine: &'a Engine<'a>,
    /// The way from a change to its report.
    pub analyser: &'a Analyser<'a>,
    /// The markers that style must not see.
    pub registry: &'a Registry,
    /// The settings, the same for all commits.
    pub config: &'a Config,
    /// What is left out.
    pub excluder: &'a Excluder,
    /// Whether the surroundings of each change are scored too.
    pub control: bool,
    /// Whether rows that cannot be scored are left out, counted and listed.
    pub keep_going: bool,
    /// What is taken out of every change first.
    pub strip: &'a [Strip],
    /// How near to its threshold, in log-odds, a group is analysed for flags: [`NEAR`], or without
    /// limit to check that it is wide enough.
    pub near: f64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Scores {
    /// One a row of the manifest; `None` where its repository is missing or its commit unusable.
    pub rows: Vec<Option<Outcome>>,
    /// People's commits in groups.
    pub ranges: Vec<RangeOutcome>,
    /// Repositories that are not there.
    pub missing: Vec<MissingRepository>,
    /// All rows that could not be used, by row.
    pub problems: Vec<Problem>,
}

/// What was found of several commits as one request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RangeOutcome {
    /// How many commits it has.
    pub commits: usize,
    /// The index of the repository.
    pub repository: usize,
    /// Who wrote them.
    pub label: Label,
    /// The row of the first.
    pub first: usize,
    /// Whether it has any flag at the rate of the settings.
    pub flagged: bool,
}

/// A repository that is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct MissingRepository {
    /// Its name.
    pub repository: String,
    /// How many rows name it.
    pub rows: usize,
}

/// Rows of one repository and label, by time.
struct Unit {
    dir: PathBuf,
    label: Label,
    rows: Vec<usize>,
}

/// Scores every row of a manifest. `progress` hears how many rows were done, from any thread.
///
/// # Errors
/// Where rows cannot be used and `keep_going` is not set, or no repository is there.
pub fn score(manifest: &Manifest, scoring: &Scoring<'_>, progress: &(dyn Fn(usize) + Sync)) -> Result<Scores, Error> {
    let mut scores = Scores { problems: manifest.problems.clone(), ..Scores::default() };
    scores.rows.resize(manifest.rows.len(), None);
    let (units, missing) = units(manifest, scoring.repositories);
    progress(missing.iter().map(|missing| missing.rows).sum());
    scores.missing = missing;
    if units.is_empty() && !manifest.rows.is_empty() {
        return Err(Error::NoRepository {
            name: manifest.name.clone(),
            repositories: manifest.repositories.len(),
            dir: scoring.repositories.display().to_string(),
        });
    }
    // Before the long work: whatever can be found out about the rows at once.
    let checked = in_parallel(&units, &|unit| check(unit, manifest))?;
    scores.problems.extend(checked.into_iter().flatten());
    stop_at(&mut scores.problems, manifest, scoring.keep_going)?;
    let done = in_parallel(&units, &|unit| score_unit(unit, manifest, scoring, progress))?;
    for unit in done {
        for (at, outcome) in unit.rows {
            if let Some(row) = scores.rows.get_mut(at) {
                *row = Some(outcome);
            }
        }
        scores.ranges.extend(unit.ranges);
        // Rows that `check` found are met again.
        scores.problems.extend(unit.problems);
    }
    scores.ranges.sort();
    stop_at(&mut scores.problems, manifest, scoring.keep_going)?;
    Ok(scores)
}

fn stop_at(problems: &mut Vec<Problem>, manifest: &Manifest, keep_going: bool) -> Result<(), Error> {
    problems.sort();
    problems.dedup();
    if problems.is_empty() || keep_going {
        return Ok(());
    }
    Err(Error::Rows { name: manifest.name.clone(), problems: problems.clone() })
}

fn units(manifest: &Manifest, root: &Path) -> (Vec<Unit>, Vec<MissingRepository>) {
    let mut by_kind: std::collections::BTreeMap<(usize, Label), Vec<usize>> = Default::default();
    for (at, row) in manifest.rows.iter().enumerate() {
        by_kind.entry((row.repository, row.label)).or_default().push(at);
    }
    let (mut units, mut missing) = (Vec::new(), Vec::<MissingRepository>::new());
    for ((repository, label), mut rows) in by_kind {
        let Some(name) = manifest.repositories.get(repository) else { continue };
        let dir = root.join(name);
        if !dir.is_dir() {
            match missing.last_mut().filter(|last| last.repository == *name) {
                Some(last) => last.rows += rows.len(),
                None => missing.push(MissingRepository { repository: name.clone(), rows: rows.len() }),
            }
            continue;
        }
        rows.sort_by_key(|&at| (manifest.rows.get(at).map(|row| row.author_time), at));
        let most = if label.is_people() { PEOPLE_UNIT } else { AI_UNIT };
        units.extend(rows.chunks(most).map(|rows| Unit { dir: dir.clone(), label, rows: rows.to_vec() }));
    }
    // The largest first, so that the threads end together.
    units.sort_by_key(|unit| std::cmp::Reverse(unit.rows.len() * if unit.label.is_people() { 2 } else { 1 }));
    (units, missing)
}

/// Runs a job on every unit, one unit a thread at a time, and gives the results in order.
pub(super) fn in_parallel<U: Sync, T: Send>(units: &[U], job: &(dyn Fn(&U) -> T + Sync)) -> Result<Vec<T>, Error> {
    let mut results = Vec::with_capacity(units.len());
    let start = || |at: usize| units.get(at).map(job);
    let done = parallel::in_order(units.len(), start, |result| {
        results.extend(result);
        ControlFlow::Continue(())
    });
    done?;
    Ok(results)
}

fn rows_of<'a>(unit: &'a Unit, manifest: &'a Manifest) -> impl Iterator<Item = (usize, &'a Row)> {
    unit.rows.iter().filter_map(|&at| Some((at, manifest.rows.get(at)?)))
}

fn problem(row: &Row, problem: impl ToString) -> Problem {
    Problem { row: row.number, problem: problem.to_string() }
}

fn check(unit: &Unit, manifest: &Manifest) -> Vec<Problem> {
    let repository = match Repository::open_named(&unit.dir) {
        Ok(repository) => repository,
        Err(error) => return rows_of(unit, manifest).map(|(_, row)| problem(row, &error)).collect(),
    };
    let found = |(_, row): (usize, &Row)| match repository.resolve(&RangeSpec::Commit(row.commit.clone())) {
        Ok(_) => None,
        Err(error) => Some(problem(row, format!("{}: {error}", manifest.repository(row)))),
    };
    rows_of(unit, manifest).filter_map(found).collect()
}

#[derive(Default)]
struct UnitScores {
    rows: Vec<(usize, Outcome)>,
    ranges: Vec<RangeOutcome>,
    problems: Vec<Problem>,
}

/// A group of people's commits that is being gathered.
struct Gathering {
    joined: Joined,
    first: usize,
    hunks: usize,
    strongest: f64,
}

impl Default for Gathering {
    fn default() -> Self {
        Gathering { joined: Joined::default(), first: 0, hunks: 0, strongest: f64::NEG_INFINITY }
    }
}

/// The commits of a repository, with the notes on them.
fn open(dir: &Path) -> Result<OneByOne, git::Error> {
    let repository = Repository::open_named(dir)?;
    let records = repository.records(&forms::places(), None)?;
    Ok(repository.shared(records).one_by_one())
}

fn score_unit(
    unit: &Unit,
    manifest: &Manifest,
    scoring: &Scoring<'_>,
    progress: &(dyn Fn(usize) + Sync),
) -> UnitScores {
    let mut scores = UnitScores::default();
    let mut commits = match open(&unit.dir) {
        Ok(commits) => commits,
        Err(error) => {
            scores.problems = rows_of(unit, manifest).map(|(_, row)| problem(row, &error)).collect();
            return scores;
        }
    };
    let mut gathering: [Gathering; RANGES.len()] = Default::default();
    for (at, row) in rows_of(unit, manifest) {
        match read(&mut commits, row, scoring) {
            Ok(change) => {
                let change = stripped(views::undeclared(change, scoring.registry), scoring.strip);
                let outcome = outcome(&change, row, scoring);
                if row.label.is_people() {
                    for (group, commits) in gathering.iter_mut().zip(RANGES) {
                        scores.ranges.extend(gather(group, commits, &change, row, &outcome, scoring));
                    }
                }
                scores.rows.push((at, outcome));
            }
            Err(error) => scores.problems.push(problem(row, format!("{}: {error}", manifest.repository(row)))),
        }
        progress(1);
    }
    scores
}

fn read(commits: &mut OneByOne, row: &Row, scoring: &Scoring<'_>) -> Result<ChangeSet, git::Error> {
    let bad = || git::Error::BadRevision { spec: row.commit.clone(), problem: "it is no full id".into() };
    commits.change(CommitId::parse(&row.commit).ok_or_else(bad)?, scoring.excluder)
}

fn outcome(change: &ChangeSet, row: &Row, scoring: &Scoring<'_>) -> Outcome {
    let analyser = scoring.analyser;
    let model = &scoring.engine.pack().model;
    let blocks = analyser.read(change);
    let mut outcome = Outcome::of(&analyser.report_read(change, &blocks), change, &row.commit, model);
    if !row.label.is_people() {
        let code = outcome.hunks.iter().map(|hunk| hunk.code).fold(f64::NEG_INFINITY, f64::max);
        let is_flagged = || !analyser.report_read(&views::bare(change), &blocks.loose()).flags.is_empty();
        outcome.flagged_bare = Some(comes_near(code, outcome.scored_hunks, false, scoring) && is_flagged());
    }
    if scoring.control {
        let around = analyser.report(&views::surroundings(change));
        outcome.surroundings = Outcome::of(&around, change, &row.commit, model).code;
    }
    outcome
}

/// Whether the highest score that hunks had in another view comes near the threshold: only then is a change
/// analysed for flags.
fn comes_near(strongest: f64, hunks: usize, with_messages: bool, scoring: &Scoring<'_>) -> bool {
    let model = &scoring.engine.pack().model;
    let threshold = model.request_threshold(scoring.config.thresholds.flag, hunks, with_messages);
    strongest >= threshold + prior(scoring.config.prior) - scoring.near
}

/// Adds a commit to a group; one that is complete is scored, and the next starts.
fn gather(
    group: &mut Gathering,
    commits: usize,
    change: &ChangeSet,
    row: &Row,
    outcome: &Outcome,
    scoring: &Scoring<'_>,
) -> Option<RangeOutcome> {
    if group.joined.is_empty() {
        group.first = row.number;
    }
    group.joined.push(change);
    group.hunks += outcome.scored_hunks;
    group.strongest = group.strongest.max(strongest(&outcome.hunks));
    if group.joined.len() < commits {
        return None;
    }
    let group = std::mem::take(group);
    let flagged = comes_near(group.strongest, group.hunks, true, scoring)
        && !scoring.analyser.report(group.joined.change()).flags.is_empty();
    Some(RangeOutcome { commits, repository: row.repository, label: row.label, first: group.first, flagged })
}
