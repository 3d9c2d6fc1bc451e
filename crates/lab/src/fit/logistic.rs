//! Logistic regression with a quadratic penalty over sparse rows, for weights of rules and terms.
//!
//! The loss is `C * sum of weighted log losses + half the squared weights`, minimised by L-BFGS. The
//! sums are taken in a fixed order, so that the same rows give the same weights on every machine.

use std::ops::Range;

use argmin::core::{CostFunction, Error as Failure, Executor, Gradient};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use rayon::prelude::*;

/// Rows of (column, value), one after another.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
    /// How many columns there are.
    pub columns: usize,
}

impl Rows {
    /// No rows yet.
    pub(crate) fn new(columns: usize) -> Self {
        Rows { starts: vec![0], entries: Vec::new(), columns }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = (u32, f32)>) {
        self.entries.extend(row);
        self.starts.push(self.entries.len());
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// One row.
    pub fn row(&self, at: usize) -> &[(u32, f32)] {
        &self.entries[self.starts[at]..self.starts[at + 1]]
    }
}

/// How far the share of AI commits is expected to differ between groups, as the standard deviation of its
/// log-odds. Columns need not explain what lies within.
const GROUPS_DIFFER: f64 = 0.4;

/// Fitted weights: one a column, and the bias last.
#[derive(Debug, Clone)]
pub struct Weights(Vec<f64>);

impl Weights {
    /// The log-odds of a row.
    pub(crate) fn log_odds(&self, row: &[(u32, f32)]) -> f64 {
        self.sum(row) + self.bias()
    }

    /// The same without the bias.
    pub(crate) fn sum(&self, row: &[(u32, f32)]) -> f64 {
        row.iter().map(|(column, value)| self.of(*column) * f64::from(*value)).sum()
    }

    /// The weight of a column; a column that no row had while the weights were fitted has none.
    pub(crate) fn of(&self, column: u32) -> f64 {
        self.0.get(column as usize).copied().unwrap_or(0.0)
    }

    /// What every row starts from.
    pub(crate) fn bias(&self) -> f64 {
        // Fitted weights have one; of no weights at all, nothing follows.
        self.0.last().copied().unwrap_or(0.0)
    }
}

/// How many parts the rows are taken in; fixed, so that sums do not depend on the threads.
const PARTS: usize = 16;
/// Steps at most.
const STEPS: u64 = 120;

struct Problem<'a> {
    rows: &'a Rows,
    labels: &'a [bool],
    /// What each row counts; 0 leaves it out.
    weights: &'a [f64],
    c: f64,
}

impl Problem<'_> {
    /// The loss and its gradient.
    fn loss(&self, at: &[f64]) -> (f64, Vec<f64>) {
        let size = self.rows.len().div_ceil(PARTS).max(1);
        let known = Weights(at.to_vec());
        let rows = |part: usize| (part * size)..((part + 1) * size).min(self.rows.len());
        let parts: Vec<(f64, Vec<f64>)> =
            (0..PARTS).into_par_iter().map(|part| self.loss_of(rows(part), &known)).collect();
        let mut loss = at.iter().map(|weight| weight * weight).sum::<f64>() / 2.0;
        let mut gradient = at.to_vec();
        for (part_loss, part) in parts {
            loss += self.c * part_loss;
            gradient.iter_mut().zip(part).for_each(|(sum, slope)| *sum += self.c * slope);
        }
        (loss, gradient)
    }

    /// The same of some rows, without what large weights cost.
    fn loss_of(&self, rows: Range<usize>, known: &Weights) -> (f64, Vec<f64>) {
        let columns = self.rows.columns;
        let mut gradient = vec![0.0; columns + 1];
        let mut loss = 0.0;
        for row in rows {
            let weight = self.weights[row];
            if weight == 0.0 {
                continue;
            }
            let entries = self.rows.row(row);
            let side = if self.labels[row] { 1.0 } else { -1.0 };
            let margin = side * known.log_odds(entries);
            loss += weight * softplus(-margin);
            let slope = -side * weight / (1.0 + margin.exp());
            for (column, value) in entries {
                gradient[*column as usize] += slope * f64::from(*value);
            }
            gradient[columns] += slope;
        }
        (loss, gradient)
    }
}

fn softplus(x: f64) -> f64 {
    if x > 30.0 { x } else { x.exp().ln_1p() }
}

impl CostFunction for Problem<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, at: &Self::Param) -> Result<f64, Failure> {
        Ok(self.loss(at).0)
    }
}

impl Gradient for Problem<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, at: &Self::Param) -> Result<Vec<f64>, Failure> {
        Ok(self.loss(at).1)
    }
}

/// Fits weights to labelled rows; `weights` says what each row counts.
///
/// # Errors
/// What the solver said, where it found no way down.
pub(crate) fn fit(rows: &Rows, labels: &[bool], weights: &[f64], c: f64) -> Result<Weights, String> {
    let problem = Problem { rows, labels, weights, c };
    let search = MoreThuenteLineSearch::new();
    let solver = LBFGS::new(search, 8)
        .with_tolerance_cost(1e-7)
        .and_then(|solver| solver.with_tolerance_grad(1e-3))
        .map_err(|error| error.to_string())?;
    let start = vec![0.0; rows.columns + 1];
    let done = Executor::new(problem, solver)
        .configure(|state| state.param(start).max_iters(STEPS))
        .run()
        .map_err(|error| error.to_string())?;
    done.state.best_param.map(Weights).ok_or_else(|| "the solver found no weights".into())
}

/// The same, where rows come in groups that differ in how many are AI for reasons that no column should
/// learn: each group has a weight of its own. Gives the weights, and what each group adds to its rows.
///
/// # Errors
/// What the solver said, where it found no way down.
pub(crate) fn fit_within(
    rows: &Rows,
    groups: &[usize],
    labels: &[bool],
    weights: &[f64],
    c: f64,
) -> Result<(Weights, Vec<f64>), String> {
    let scale = GROUPS_DIFFER / c.sqrt();
    let count = groups.iter().max().map_or(0, |most| most + 1);
    let mut grouped = Rows::new(rows.columns + count);
    for (at, group) in groups.iter().enumerate() {
        let own = ((rows.columns + group) as u32, scale as f32);
        grouped.push(rows.row(at).iter().copied().chain([own]));
    }
    let mut fitted = fit(&grouped, labels, weights, c)?;
    let of_groups = fitted.0.drain(rows.columns..rows.columns + count).map(|weight| weight * scale).collect();
    Ok((fitted, of_groups))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_that_tells_gets_the_weight() {
        let mut rows = Rows::new(2);
        let mut labels = Vec::new();
        for at in 0..200u32 {
            let ai = at % 2 == 0;
            rows.push(if ai {
                vec![(0, 1.0)]
            } else if at % 4 == 1 {
                vec![(1, 1.0)]
            } else {
                vec![]
            });
            labels.push(ai);
        }
        let weights = fit(&rows, &labels, &vec![1.0; 200], 1.0).unwrap();
        assert!(weights.of(0) > 1.0 && weights.of(1) < -0.5, "{weights:?}");
    }

    #[test]
    fn what_tells_groups_apart_is_no_sign() {
        let (mut rows, mut labels, mut groups) = (Rows::new(2), Vec::new(), Vec::new());
        for at in 0..400u32 {
            // One group is mostly AI and has a habit; another column tells within both.
            let (group, ai) = ((at % 2) as usize, (at / 2) % 4 < if at % 2 == 0 { 3 } else { 1 });
            let habit = (group == 0).then_some((0, 1.0));
            rows.push(habit.into_iter().chain(ai.then_some((1, 1.0)).filter(|_| at % 5 > 0)));
            labels.push(ai);
            groups.push(group);
        }
        let (plain, within) = (
            fit(&rows, &labels, &[1.0; 400], 1.0).unwrap(),
            fit_within(&rows, &groups, &labels, &[1.0; 400], 1.0).unwrap().0,
        );
        assert!(within.of(0) < plain.of(0) && within.of(1) > 1.0, "{plain:?} {within:?}");
    }

    #[test]
    fn a_row_that_counts_nothing_changes_nothing() {
        let mut rows = Rows::new(1);
        rows.push([(0, 1.0)]);
        rows.push([]);
        let one = fit(&rows, &[true, false], &[1.0, 1.0], 1.0).unwrap();
        rows.push([(0, 1.0)]);
        let two = fit(&rows, &[true, false, false], &[1.0, 1.0, 0.0], 1.0).unwrap();
        assert!((one.of(0) - two.of(0)).abs() < 1e-9);
    }
}
