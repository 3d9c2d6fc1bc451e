//! Growing boosted trees: leaf by leaf, over numbers sorted into bins, with the second derivatives of
//! the logistic loss, as gradient boosting is usually done (Friedman 2001; Chen and Guestrin 2016).
//!
//! Which rows and numbers a tree sees is drawn by a generator with a fixed seed: the same rows give
//! the same trees.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{RngCore as _, SeedableRng as _};
use rayon::prelude::*;

use ai_detect_style::pack::Trees;
use ai_detect_style::pack::trees::{Node, Split};

/// How trees are grown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Growth {
    /// How many trees.
    pub trees: usize,
    /// How many leaves each has at most.
    pub leaves: usize,
    /// How much of each tree's answer is kept, 0 to 1.
    pub rate: f64,
    /// How many rows a leaf has at least.
    pub least_rows: usize,
    /// Added to the curvature of each leaf: pulls small leaves to zero.
    pub penalty: f64,
    /// The share of rows that each tree sees.
    pub rows: f64,
    /// The share of numbers that each tree sees.
    pub features: f64,
}

/// Cut points of a number at most; one more bin holds what is missing.
const CUTS: usize = 63;

/// Labelled rows of numbers; NaN is missing.
pub(crate) struct Table<'a> {
    /// One list a number, all of the same length.
    pub columns: &'a [Vec<f32>],
    /// What is known of each row beforehand, in log-odds.
    pub start: &'a [f64],
    /// Whether each row is AI.
    pub labels: &'a [bool],
    /// What each row counts; 0 leaves it out.
    pub weights: &'a [f64],
}

/// A number's cut points, and the bin of each row: 0 is missing, `n` is at most cut `n - 1`.
struct Binned {
    cuts: Vec<f32>,
    bins: Vec<u8>,
}

impl Binned {
    fn of(column: &[f32], weights: &[f64]) -> Self {
        let used = column.iter().zip(weights).filter(|(number, weight)| !number.is_nan() && **weight > 0.0);
        let mut sorted: Vec<f32> = used.map(|(number, _)| *number).collect();
        sorted.sort_by(f32::total_cmp);
        let mut cuts: Vec<f32> = Vec::new();
        for part in 1..=CUTS {
            let at = (sorted.len() * part) / (CUTS + 1);
            let Some((&here, &next)) = sorted.get(at.saturating_sub(1)).zip(sorted.get(at)) else { continue };
            // Between two neighbours where they differ, so that rounding decides nothing.
            let cut = if here < next { here + (next - here) / 2.0 } else { here };
            if cuts.last().is_none_or(|last| *last < cut) {
                cuts.push(cut);
            }
        }
        let bin = |number: &f32| match number {
            number if number.is_nan() => 0,
            number => 1 + cuts.partition_point(|cut| cut < number) as u8,
        };
        let bins = column.iter().map(bin).collect();
        Binned { cuts, bins }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    gradient: f64,
    curvature: f64,
    rows: u32,
}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.rows += other.rows;
    }

    fn less(self, other: Sum) -> Sum {
        Sum {
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
            rows: self.rows - other.rows,
        }
    }

    fn gain(self, penalty: f64) -> f64 {
        self.gradient * self.gradient / (self.curvature + penalty)
    }
}

/// The best question for a leaf.
#[derive(Debug, Clone, Copy)]
struct Best {
    gain: f64,
    feature: usize,
    /// Bins up to this one go left.
    bin: u8,
    missing_left: bool,
}

/// A leaf that may still be split, or a node that was.
struct Grown {
    sum: Sum,
    rows: Vec<u32>,
    best: Option<Best>,
    split: Option<(Best, usize, usize)>,
}

/// Grows trees over a table; `names` are the rules whose numbers the columns are.
pub(crate) fn grow(table: &Table<'_>, names: &[String], growth: Growth) -> Trees {
    let binned: Vec<Binned> = table.columns.par_iter().map(|column| Binned::of(column, table.weights)).collect();
    let mut scores = table.start.to_vec();
    let mut random = SplitMix64::seed_from_u64(0x5eed);
    let usable: Vec<u32> = (0..table.labels.len() as u32)
        .filter(|&row| table.weights.get(row as usize).is_some_and(|weight| *weight > 0.0))
        .collect();
    let mut trees = Trees { features: names.to_vec(), trees: Vec::with_capacity(growth.trees) };
    for _ in 0..growth.trees {
        let rows: Vec<u32> = usable.iter().copied().filter(|_| unit(&mut random) < growth.rows).collect();
        let features: Vec<usize> = (0..binned.len()).filter(|_| unit(&mut random) < growth.features).collect();
        let slopes: Vec<(f64, f64)> = scores
            .iter()
            .zip(table.labels)
            .zip(table.weights)
            .map(|((score, label), weight)| {
                let probability = 1.0 / (1.0 + (-score).exp());
                let wanted = f64::from(u8::from(*label));
                ((probability - wanted) * weight, (probability * (1.0 - probability)).max(1e-6) * weight)
            })
            .collect();
        let tree = Growing { binned: &binned, features: &features, slopes: &slopes, growth }.tree(rows);
        let tree = Trees { features: Vec::new(), trees: vec![tree] };
        scores.par_iter_mut().enumerate().for_each(|(row, score)| *score += answer(&tree, table.columns, row));
        trees.trees.extend(tree.trees);
    }
    trees
}

/// The sum of the trees' answers for one row of a table.
pub(crate) fn answer(trees: &Trees, columns: &[Vec<f32>], row: usize) -> f64 {
    let number = |feature: u16| {
        columns.get(usize::from(feature)).and_then(|column| column.get(row)).copied().unwrap_or(f32::NAN)
    };
    trees.trees.iter().map(|tree| answer_of_tree(tree, &number)).sum()
}

fn answer_of_tree(tree: &[Node], number: &dyn Fn(u16) -> f32) -> f64 {
    let mut at = 0;
    loop {
        match tree.get(at) {
            Some(Node { split: Some(split), .. }) => {
                let number = number(split.feature);
                let left = if number.is_nan() { split.missing_left } else { number <= split.threshold };
                at = if left { at + 1 } else { split.right as usize };
            }
            Some(node) => return f64::from(node.value),
            None => return 0.0,
        }
    }
}

struct Growing<'a> {
    binned: &'a [Binned],
    features: &'a [usize],
    slopes: &'a [(f64, f64)],
    growth: Growth,
}

impl Growing<'_> {
    fn tree(&self, rows: Vec<u32>) -> Vec<Node> {
        let mut grown = vec![self.leaf(rows)];
        for _ in 1..self.growth.leaves {
            let open = grown.iter().enumerate().filter(|(_, leaf)| leaf.split.is_none());
            let best = open
                .filter_map(|(at, leaf)| Some((at, leaf.best?)))
                .max_by(|a, b| a.1.gain.total_cmp(&b.1.gain).then_with(|| b.0.cmp(&a.0)));
            let Some((at, best)) = best else { break };
            let rows = std::mem::take(&mut grown[at].rows);
            let (left, right): (Vec<u32>, Vec<u32>) = rows.into_iter().partition(|&row| self.goes_left(best, row));
            let next = grown.len();
            grown.push(self.leaf(left));
            grown.push(self.leaf(right));
            if let Some(leaf) = grown.get_mut(at) {
                leaf.split = Some((best, next, next + 1));
            }
        }
        let mut nodes = Vec::with_capacity(grown.len());
        self.lay(&grown, 0, &mut nodes);
        nodes
    }

    fn goes_left(&self, best: Best, row: u32) -> bool {
        match self.binned[best.feature].bins[row as usize] {
            0 => best.missing_left,
            bin => bin <= best.bin,
        }
    }

    fn leaf(&self, rows: Vec<u32>) -> Grown {
        let mut sum = Sum::default();
        for &row in &rows {
            sum.add(self.slope(row));
        }
        let best = if sum.rows as usize >= 2 * self.growth.least_rows { self.best(&rows, sum) } else { None };
        Grown { sum, rows, best, split: None }
    }

    fn slope(&self, row: u32) -> Sum {
        let (gradient, curvature) = self.slopes[row as usize];
        Sum { gradient, curvature, rows: 1 }
    }

    fn best(&self, rows: &[u32], whole: Sum) -> Option<Best> {
        let found: Vec<Option<Best>> =
            self.features.par_iter().map(|feature| self.best_of(*feature, rows, whole)).collect();
        found.into_iter().flatten().max_by(|a, b| a.gain.total_cmp(&b.gain).then_with(|| b.feature.cmp(&a.feature)))
    }

    fn best_of(&self, feature: usize, rows: &[u32], whole: Sum) -> Option<Best> {
        let binned = &self.binned[feature];
        let mut sums = [Sum::default(); CUTS + 2];
        for &row in rows {
            sums[usize::from(binned.bins[row as usize])].add(self.slope(row));
        }
        self.best_cut(feature, &sums, binned.cuts.len(), whole)
    }

    fn best_cut(&self, feature: usize, sums: &[Sum; CUTS + 2], cuts: usize, whole: Sum) -> Option<Best> {
        let Growth { penalty, least_rows, .. } = self.growth;
        let missing = sums[0];
        let mut best: Option<Best> = None;
        for missing_left in [true, false] {
            let mut left = if missing_left { missing } else { Sum::default() };
            for (sum, bin) in sums.iter().skip(1).take(cuts).zip(1..) {
                left.add(*sum);
                let right = whole.less(left);
                if (left.rows as usize) < least_rows || (right.rows as usize) < least_rows {
                    continue;
                }
                let gain = left.gain(penalty) + right.gain(penalty) - whole.gain(penalty);
                if gain > best.map_or(1e-6, |best| best.gain) {
                    best = Some(Best { gain, feature, bin, missing_left });
                }
            }
        }
        best
    }

    /// Lays nodes down in the order root, left branch, right branch.
    fn lay(&self, grown: &[Grown], at: usize, nodes: &mut Vec<Node>) {
        let Some(leaf) = grown.get(at) else { return };
        let value = -leaf.sum.gradient / (leaf.sum.curvature + self.growth.penalty) * self.growth.rate;
        let here = nodes.len();
        nodes.push(Node { value: value as f32, split: None });
        let Some((best, left, right)) = leaf.split else { return };
        self.lay(grown, left, nodes);
        let after = nodes.len() as u32;
        self.lay(grown, right, nodes);
        let threshold = self.binned[best.feature].cuts[usize::from(best.bin) - 1];
        if let Some(node) = nodes.get_mut(here) {
            let feature = best.feature as u16;
            node.split = Some(Split { feature, threshold, missing_left: best.missing_left, right: after });
        }
    }
}

/// The next number, from 0 to below 1.
fn unit(random: &mut SplitMix64) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROWTH: Growth =
        Growth { trees: 40, leaves: 6, rate: 0.2, least_rows: 5, penalty: 1.0, rows: 0.8, features: 1.0 };

    #[test]
    fn two_numbers_that_tell_only_together_are_found() {
        let mut random = SplitMix64::seed_from_u64(7);
        let columns: Vec<Vec<f32>> = (0..3).map(|_| (0..800).map(|_| unit(&mut random) as f32).collect()).collect();
        let labels: Vec<bool> = (0..800).map(|row| (columns[0][row] > 0.5) != (columns[1][row] > 0.5)).collect();
        let table = Table { columns: &columns, start: &vec![0.0; 800], labels: &labels, weights: &vec![1.0; 800] };
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        let trees = grow(&table, &names, GROWTH);
        let right = (0..800).filter(|&row| (answer(&trees, &columns, row) > 0.0) == labels[row]).count();
        assert!(right > 760, "{right}");
        assert_eq!(trees, grow(&table, &names, GROWTH));
        let written = Trees::parse(&trees.write()).unwrap();
        let mut parts = [0.0; 3];
        written.explain(&[columns[0][3], columns[1][3], columns[2][3]], &mut parts);
        assert!((parts.iter().sum::<f64>() - answer(&trees, &columns, 3)).abs() < 1e-4);
    }

    #[test]
    fn what_is_missing_can_tell() {
        let column: Vec<f32> = (0..200).map(|row| if row % 2 == 0 { f32::NAN } else { row as f32 }).collect();
        let labels: Vec<bool> = (0..200).map(|row| row % 2 == 0).collect();
        let table = Table { columns: &[column], start: &vec![0.0; 200], labels: &labels, weights: &vec![1.0; 200] };
        let trees = grow(&table, &["a".to_owned()], GROWTH);
        assert!(answer(&trees, table.columns, 0) > 1.0 && answer(&trees, table.columns, 101) < -1.0);
    }
}
