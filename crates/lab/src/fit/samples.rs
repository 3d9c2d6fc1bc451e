//! What labelled commits show: for each commit, for each of its hunks and for its message, what rules
//! count, numbers, and terms. Read through the same rooms as for `diff`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Error;
use crate::eval::manifest::{Label, Manifest, Row};
use ai_detect_attest::{self as attest, Registry, forms};
use ai_detect_base::change::ChangeSet;
use ai_detect_base::exclude::{DEFAULT_MAX_BYTES, Excluder};
use ai_detect_git::{RangeSpec, Repository};
use ai_detect_style::pack::{Kind, Rule, Scope};
use ai_detect_style::signals::message::{self, Message};
use ai_detect_style::signals::{Amount, Block, Engine, Reading, block, terms};
use ai_detect_style::syntax::{self, MIN_LINES};

/// What is known of one block or message.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// (rule, how much it counts, capped), by rule.
    pub amounts: Vec<(u32, f32)>,
    /// One a number of [`Numbers`]; NaN is missing. Those of lexicons are filled in when they are fitted.
    pub numbers: Vec<f32>,
    /// For each lexicon, the terms, sorted.
    pub terms: Vec<Vec<u32>>,
}

/// A labelled commit.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The index of its repository in the manifest.
    pub repository: usize,
    /// Its label.
    pub label: Label,
    /// Its code as a whole; absent where it brought nothing to score.
    pub code: Option<Features>,
    /// Its message.
    pub message: Features,
    /// Its hunks that are large enough to be scored; none where one such hunk is all of its code.
    pub hunks: Vec<Features>,
    /// Whether one hunk is all of its code.
    pub single: bool,
}

/// The numbers that trees may ask about, and the lexicons.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// The rules whose numbers they are: metrics first, then lexicons.
    pub rules: Vec<usize>,
    /// Their ids.
    pub names: Vec<String>,
    /// For each lexicon among them: its name, its scope, and where its number stands.
    pub lexicons: Vec<(String, Scope, usize)>,
    /// Whether they are those of messages.
    pub of_messages: bool,
}

impl Numbers {
    /// Those of a pack. Of several rules on one metric the first stands for it.
    pub(crate) fn of(rules: &[Rule], of_messages: bool) -> Numbers {
        let mut numbers = Numbers { rules: Vec::new(), names: Vec::new(), lexicons: Vec::new(), of_messages };
        let mut metrics: Vec<&str> = Vec::new();
        let fits = |rule: &Rule| rule.is_message() == of_messages;
        for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| fits(rule)) {
            let Kind::Metric { name, .. } = &rule.kind else { continue };
            let whole = rule.scope.is_none_or(Scope::is_message);
            if whole && !metrics.contains(&name.as_str()) {
                metrics.push(name);
                numbers.rules.push(at);
                numbers.names.push(rule.id.clone());
            }
        }
        for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| fits(rule)) {
            if let (Kind::Lexicon(name), Some(scope)) = (&rule.kind, rule.scope) {
                numbers.lexicons.push((name.clone(), scope, numbers.rules.len()));
                numbers.rules.push(at);
                numbers.names.push(rule.id.clone());
            }
        }
        numbers
    }

    fn features(&self, engine: &Engine<'_>, reading: &Reading, terms: Vec<Vec<u32>>) -> Features {
        let numbers = engine.numbers(reading);
        let capped = |amount: Amount| {
            let cap = engine.pack().rules.get(amount.rule).map_or(1.0, |rule| rule.cap);
            Some((amount.rule as u32, amount.value?.min(cap) as f32))
        };
        let amounts = engine.amounts(reading, &numbers).filter_map(capped).collect();
        let of = |rule: &usize| numbers.get(*rule).copied().flatten().map_or(f32::NAN, |number| number as f32);
        Features { amounts, numbers: self.rules.iter().map(of).collect(), terms }
    }
}

/// Every term met so far, with a number.
#[derive(Debug, Default)]
pub struct Terms {
    shards: Vec<Mutex<HashMap<String, u32>>>,
}

/// Terms are kept apart by their hash, so that threads seldom wait for each other.
const SHARDS: u32 = 64;

impl Terms {
    fn new() -> Self {
        Terms { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    fn number(&self, term: &str) -> u32 {
        let shard = term.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % SHARDS;
        let Some(terms) = self.shards.get(shard as usize) else { return 0 };
        let mut terms = terms.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(number) = terms.get(term) {
            return *number;
        }
        let number = terms.len() as u32 * SHARDS + shard;
        terms.insert(term.to_owned(), number);
        number
    }

    /// All terms by number.
    pub fn into_names(self) -> FxHashMap<u32, String> {
        let of =
            |shard: Mutex<HashMap<String, u32>>| shard.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.shards.into_iter().flat_map(of).map(|(term, number)| (number, term)).collect()
    }
}

/// Everything that is read of a manifest's commits.
pub struct Samples {
    /// The commits, in the order of the manifest.
    pub samples: Vec<Sample>,
    /// The terms that their features number.
    pub terms: Terms,
    /// The numbers of code.
    pub code: Numbers,
    /// The numbers of messages.
    pub message: Numbers,
    /// Rows that could not be read, with the reason.
    pub skipped: Vec<(usize, String)>,
}

/// Reads the commits of a manifest from the repositories in a folder. `progress` hears of every commit.
///
/// # Errors
/// Where a row names a commit that cannot be read, unless `keep_going` is set.
pub fn read(
    manifest: &Manifest,
    repositories: &Path,
    engine: &Engine<'_>,
    keep_going: bool,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Samples, Error> {
    let rules = &engine.pack().rules;
    let (code, message) = (Numbers::of(rules, false), Numbers::of(rules, true));
    let reader =
        Reader { engine, registry: Registry::builtin()?, excluder: excluder()?, code, message, terms: Terms::new() };
    let mut by_repository: Vec<Vec<&Row>> = vec![Vec::new(); manifest.repositories.len()];
    for row in &manifest.rows {
        if let Some(rows) = by_repository.get_mut(row.repository) {
            rows.push(row);
        }
    }
    let mut samples: Vec<(usize, Sample)> = Vec::new();
    let mut skipped = Vec::new();
    for (rows, name) in by_repository.iter().zip(&manifest.repositories) {
        let dir = repositories.join(name);
        let one = |repository: &mut Result<Repository, ai_detect_git::Error>, row: &&Row| {
            progress(1);
            let sample = match repository {
                Ok(repository) => reader.sample(repository, row),
                Err(error) => Err(error.to_string()),
            };
            (row.number, sample)
        };
        let found: Vec<(usize, Result<Sample, String>)> =
            rows.par_iter().map_init(|| Repository::open_named(&dir), one).collect();
        for (row, sample) in found {
            match sample {
                Ok(sample) => samples.push((row, sample)),
                Err(problem) => skipped.push((row, format!("{name}: {problem}"))),
            }
        }
    }
    if let Some((row, problem)) = skipped.first().filter(|_| !keep_going) {
        let name = manifest.name.clone();
        return Err(Error::Row { name, row: *row, problem: problem.clone(), more: skipped.len() - 1 });
    }
    samples.sort_by_key(|(row, _)| *row);
    let samples = samples.into_iter().map(|(_, sample)| sample).collect();
    let Reader { code, message, terms, .. } = reader;
    Ok(Samples { samples, terms, code, message, skipped })
}

struct Reader<'a> {
    engine: &'a Engine<'a>,
    registry: &'a Registry,
    excluder: Excluder,
    code: Numbers,
    message: Numbers,
    terms: Terms,
}

impl Reader<'_> {
    fn sample(&self, repository: &Repository, row: &Row) -> Result<Sample, String> {
        let resolved = repository.resolve(&RangeSpec::Commit(row.commit.clone())).map_err(|error| error.to_string())?;
        let records = repository.records(&forms::places(), None).map_err(|error| error.to_string())?;
        let change = repository.change_set(resolved, &self.excluder, &records).map_err(|error| error.to_string())?;
        let blocks = self.blocks(&change);
        let added: u32 = change.files.iter().flat_map(|file| &file.origins).map(|origin| origin.span.len()).sum();
        let last = change.commits.last().map(|commit| message::comparable(&commit.message).0);
        // A change without commits has no message.
        let text = last.map_or_else(String::new, |seen| attest::without_markers(&seen, self.registry));
        let message = Message { text: text.trim(), added_lines: added };
        let mut told = Vec::new();
        terms::message(&message, &mut |term, _| told.push(self.terms.number(term)));
        let reading = self.engine.read_message(&message);
        let code = (blocks.iter().map(|block| block.lines).sum::<u32>() >= MIN_LINES).then(|| {
            let reading = Reading::sum(blocks.iter().map(|block| &block.reading));
            self.code.features(self.engine, &reading, together(blocks.iter().map(|block| block.terms.as_slice())))
        });
        let single = matches!(blocks.as_slice(), [only] if only.lines >= MIN_LINES);
        let scored = blocks.into_iter().filter(|block| !single && block.lines >= MIN_LINES);
        let hunks = scored.map(|block| self.code.features(self.engine, &block.reading, block.terms)).collect();
        Ok(Sample {
            repository: row.repository,
            label: row.label,
            code,
            message: self.message.features(self.engine, &reading, vec![sorted(told)]),
            hunks,
            single,
        })
    }

    fn blocks(&self, change: &ChangeSet) -> Vec<Read> {
        let new_files = block::new_files(change);
        let mut found = Vec::new();
        for file in &change.files {
            let syntax = syntax::read(file, &|language| self.engine.asked(language));
            let before = block::before(file, &syntax);
            for hunk in syntax.hunks.iter().filter(|_| syntax.language.is_some()) {
                let block = Block { file, syntax: &syntax, hunk, before: before.as_ref(), new_files };
                let of = |(_, scope, _): &(String, Scope, usize)| {
                    let mut told = Vec::new();
                    terms::hunk(*scope, &block, &mut |term, _| told.push(self.terms.number(term)));
                    sorted(told)
                };
                let terms = self.code.lexicons.iter().map(of).collect();
                found.push(Read { reading: self.engine.read(&block), terms, lines: hunk.weight });
            }
        }
        found
    }
}

/// A hunk, read.
struct Read {
    reading: Reading,
    terms: Vec<Vec<u32>>,
    /// How many of its authored lines are not blank.
    lines: u32,
}

fn sorted(mut terms: Vec<u32>) -> Vec<u32> {
    terms.sort_unstable();
    terms.dedup();
    terms.shrink_to_fit();
    terms
}

/// The terms of several blocks, lexicon by lexicon.
fn together<'a>(blocks: impl Iterator<Item = &'a [Vec<u32>]>) -> Vec<Vec<u32>> {
    let mut sum: Vec<Vec<u32>> = Vec::new();
    for block in blocks {
        sum.resize(sum.len().max(block.len()), Vec::new());
        for (sum, terms) in sum.iter_mut().zip(block) {
            sum.extend_from_slice(terms);
        }
    }
    sum.into_iter().map(sorted).collect()
}

/// What is left out everywhere.
///
/// # Errors
/// Never, once the program's own tests have passed.
pub(super) fn excluder() -> Result<Excluder, Error> {
    let made = Excluder::new(&[], DEFAULT_MAX_BYTES);
    made.map_err(|error| Error::Solver { what: "the list of what is left out".into(), problem: error.to_string() })
}
