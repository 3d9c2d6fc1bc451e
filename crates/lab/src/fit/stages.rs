//! The stages of a fit, for code or for messages: weights of rules, lexicons, trees; each also as
//! fitted without one fold, for what can be said of that fold honestly.

use rustc_hash::FxHashMap;

use super::Error;
use super::boost::{self, Growth, Table};
use super::folds::FOLDS;
use super::lexicons::Vocabulary;
use super::logistic::{self, Rows, Weights};
use super::samples::{Features, Numbers};
use ai_detect_style::pack::Trees;

/// How strongly terms are pulled to zero: less for larger values.
const TERMS_C: f64 = 6.0;
/// The same for rules.
const RULES_C: f64 = 0.05;
/// How trees are grown.
const GROWTH: Growth =
    Growth { trees: 300, leaves: 14, rate: 0.06, least_rows: 60, penalty: 6.0, rows: 0.7, features: 0.4 };

/// Labelled commits as all stages see them.
pub struct Labelled<'a> {
    /// Whether each is AI.
    pub labels: &'a [bool],
    /// What each counts.
    pub weights: &'a [f64],
    /// The fold of each.
    pub folds: &'a [usize],
    /// The repository of each.
    pub repositories: &'a [usize],
}

impl Labelled<'_> {
    /// The weights without those of a fold.
    fn without(&self, fold: usize) -> Vec<f64> {
        let zeroed = |(weight, of): (&f64, &usize)| if *of == fold { 0.0 } else { *weight };
        self.weights.iter().zip(self.folds).map(zeroed).collect()
    }
}

/// Weights as fitted on everything, and without each fold.
struct Folded<T> {
    all: T,
    without: Vec<T>,
}

fn folded<T>(labelled: &Labelled<'_>, fit: impl Fn(&[f64]) -> Result<T, Error>) -> Result<Folded<T>, Error> {
    let without = (0..FOLDS).map(|fold| fit(&labelled.without(fold))).collect::<Result<_, _>>()?;
    Ok(Folded { all: fit(labelled.weights)?, without })
}

/// One model: of code or of messages.
pub struct Stages {
    /// The weight of each rule, by its index; of a lexicon's, what the sum of its words counts.
    pub rules: FxHashMap<u32, f64>,
    /// For each lexicon: its name, its file.
    pub lexicons: Vec<(String, Vocabulary, Weights)>,
    /// The trees.
    pub trees: Trees,
    /// The log-odds of each commit from models that have not seen its repository.
    pub log_odds: Vec<f64>,
    /// The same for each of its hunks.
    pub hunks: Vec<Vec<f64>>,
}

/// Fits all stages. `samples` and `hunks` hold the features of each commit and of its hunks; `told`
/// hears what is being done.
///
/// # Errors
/// Where the optimiser gives up.
pub fn fit(
    samples: &[Option<&Features>],
    hunks: &[&[Features]],
    numbers: &Numbers,
    terms: &FxHashMap<u32, String>,
    labelled: &Labelled<'_>,
    told: &dyn Fn(&str),
) -> Result<Stages, Error> {
    let what = if numbers.of_messages { "messages" } else { "code" };
    told(&format!("{what}: weights of rules"));
    let solver = |what: &str| {
        let what = what.to_owned();
        move |problem: String| Error::Solver { what, problem }
    };
    let columns = samples.iter().flatten().flat_map(|features| &features.amounts).map(|(rule, _)| rule + 1).max();
    let mut amounts = Rows::new(columns.unwrap_or(0) as usize);
    for features in samples {
        amounts.push(features.iter().flat_map(|features| features.amounts.iter().copied()));
    }
    let rules = folded(labelled, |weights| {
        logistic::fit_within(&amounts, labelled.repositories, labelled.labels, weights, RULES_C)
            .map(|(weights, _)| weights)
            .map_err(solver("rules"))
    })?;
    let mut lexicons: Vec<(usize, Vocabulary, Folded<Weights>)> = Vec::new();
    for (at, (name, _, place)) in numbers.lexicons.iter().enumerate() {
        told(&format!("{what}: lexicon of {name}"));
        let commits = samples
            .iter()
            .zip(labelled.repositories)
            .filter_map(|(features, repository)| Some((*repository, (*features)?.terms.get(at)?.as_slice())));
        let vocabulary = Vocabulary::of(commits, terms);
        let rows = vocabulary.rows(samples.iter().copied(), at);
        let weights = folded(labelled, |weights| {
            logistic::fit_within(&rows, labelled.repositories, labelled.labels, weights, TERMS_C)
                .map(|(weights, _)| weights)
                .map_err(solver(name))
        })?;
        lexicons.push((*place, vocabulary, weights));
    }
    // What the stages before say of a block whose fold they have not seen.
    let linear = |features: &Features, fold: usize| rules.without.get(fold).map_or(0.0, |w| w.sum(&features.amounts));
    let asked = |features: &Features, fold: usize| -> Vec<f32> {
        let mut answers = features.numbers.clone();
        answers.resize(numbers.rules.len(), f32::NAN);
        for (at, (place, vocabulary, weights)) in lexicons.iter().enumerate() {
            // Without terms of a lexicon, a sample has no answer of it.
            let row = features.terms.get(at).map_or_else(Vec::new, |terms| vocabulary.row(terms));
            let value = weights.without.get(fold).filter(|_| !row.is_empty()).map(|weights| weights.sum(&row));
            if let (Some(answer), Some(value)) = (answers.get_mut(*place), value) {
                *answer = value as f32;
            }
        }
        answers
    };
    // The same as what adds up: rules, then each lexicon.
    let parts = |features: &Features, fold: usize, answers: &[f32]| -> Vec<f64> {
        let of_lexicon =
            |place: &usize| answers.get(*place).filter(|answer| !answer.is_nan()).map_or(0.0, |a| f64::from(*a));
        std::iter::once(linear(features, fold)).chain(lexicons.iter().map(|(place, _, _)| of_lexicon(place))).collect()
    };
    told(&format!("{what}: trees"));
    let mut columns = vec![Vec::with_capacity(samples.len()); numbers.rules.len()];
    let mut added = Rows::new(1 + lexicons.len());
    for (features, fold) in samples.iter().zip(labelled.folds) {
        let answers = features.map(|features| asked(features, *fold));
        for (at, column) in columns.iter_mut().enumerate() {
            column.push(answers.as_ref().and_then(|answers| answers.get(at)).copied().unwrap_or(f32::NAN));
        }
        let parts = features.zip(answers).map(|(features, answers)| parts(features, *fold, &answers));
        added.push((0..).zip(parts.into_iter().flatten()).map(|(column, part)| (column, part as f32)));
    }
    let (joint, differ) = logistic::fit_within(&added, labelled.repositories, labelled.labels, labelled.weights, 1.0)
        .map_err(solver("rules and lexicons"))?;
    // Trees that start from the sum need not learn what it tells already. Those of code start from how much more
    // or less AI a repository holds, too, and need not learn to know repositories; those of messages
    // rank a little worse for that in repositories that they have not seen.
    let start: Vec<f64> = labelled
        .repositories
        .iter()
        .enumerate()
        .map(|(at, repository)| {
            let differs = differ.get(*repository).filter(|_| !numbers.of_messages);
            // A repository without rows differs in nothing.
            joint.sum(added.row(at)) + differs.copied().unwrap_or(0.0)
        })
        .collect();
    let present: Vec<f64> = samples.iter().map(|features| f64::from(u8::from(features.is_some()))).collect();
    let trees = folded(labelled, |weights| {
        let weights: Vec<f64> = weights.iter().zip(&present).map(|(weight, present)| weight * present).collect();
        let table = Table { columns: &columns, start: &start, labels: labelled.labels, weights: &weights };
        Ok(boost::grow(&table, &numbers.names, GROWTH))
    })?;
    let of_block = |features: &Features, fold: usize| {
        let answers = asked(features, fold);
        let sum: f64 = (0..).zip(parts(features, fold, &answers)).map(|(column, part)| joint.of(column) * part).sum();
        let columns: Vec<Vec<f32>> = answers.into_iter().map(|answer| vec![answer]).collect();
        sum + trees.without.get(fold).map_or(0.0, |trees| super::boost::answer(trees, &columns, 0))
    };
    let log_odds = samples
        .iter()
        .zip(labelled.folds)
        .map(|(features, fold)| features.map_or(0.0, |features| of_block(features, *fold)))
        .collect();
    use rayon::prelude::*;
    let hunks = hunks
        .par_iter()
        .zip(labelled.folds)
        .map(|(hunks, fold)| hunks.iter().map(|features| of_block(features, *fold)).collect())
        .collect();
    let names = numbers.lexicons.iter().map(|(name, _, _)| name.clone());
    let of_rule = |rule: u32| (rule, rules.all.of(rule) * joint.of(0));
    let of_lexicon = |(column, (place, _, _)): (u32, &(usize, Vocabulary, Folded<Weights>))| {
        Some((*numbers.rules.get(*place)? as u32, joint.of(column)))
    };
    let of_lexicons: Vec<(u32, f64)> = (1..).zip(&lexicons).filter_map(of_lexicon).collect();
    Ok(Stages {
        rules: (0..amounts.columns as u32).map(of_rule).chain(of_lexicons).collect(),
        lexicons: names.zip(lexicons).map(|(name, (_, vocabulary, weights))| (name, vocabulary, weights.all)).collect(),
        trees: trees.all,
        log_odds,
        hunks,
    })
}
