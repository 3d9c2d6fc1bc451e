//! Which terms a lexicon holds, and what they weigh.

use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};

use super::logistic::{Rows, Weights};
use super::samples::Features;
use ai_detect_style::signals::reading::root;

/// A term is kept where it occurs in this many repositories at least: words of one project are not style.
const MIN_REPOSITORIES: usize = 5;
/// And in this many commits.
const MIN_COMMITS: usize = 10;

/// The columns of a lexicon: its terms, sorted.
pub struct Vocabulary {
    /// The terms.
    pub terms: Vec<String>,
    columns: FxHashMap<u32, u32>,
}

impl Vocabulary {
    /// The terms that occur widely enough. `commits` gives, for each commit, its repository and the
    /// numbers of its terms; `names` the terms by number.
    pub(crate) fn of<'a>(
        commits: impl Iterator<Item = (usize, &'a [u32])>,
        names: &FxHashMap<u32, String>,
    ) -> Vocabulary {
        let mut seen: FxHashMap<u32, (usize, FxHashSet<usize>)> = FxHashMap::default();
        for (repository, terms) in commits {
            for term in terms {
                let (count, repositories) = seen.entry(*term).or_default();
                *count += 1;
                if repositories.len() < MIN_REPOSITORIES {
                    repositories.insert(repository);
                }
            }
        }
        let wide = |(term, (count, repositories)): (u32, (usize, FxHashSet<usize>))| {
            let wide = count >= MIN_COMMITS && repositories.len() >= MIN_REPOSITORIES;
            Some((names.get(&term)?.clone(), term)).filter(|_| wide)
        };
        let mut kept: Vec<(String, u32)> = seen.into_iter().filter_map(wide).collect();
        kept.sort();
        let columns = kept.iter().zip(0..).map(|((_, term), column)| (*term, column)).collect();
        Vocabulary { terms: kept.into_iter().map(|(term, _)| term).collect(), columns }
    }

    /// A row: each known term once, over the root of how many there are.
    pub fn row(&self, terms: &[u32]) -> Vec<(u32, f32)> {
        let mut known: Vec<u32> = terms.iter().filter_map(|term| self.columns.get(term)).copied().collect();
        // Terms are numbered as threads meet them; sums must not depend on that.
        known.sort_unstable();
        let each = 1.0 / root(known.len()) as f32;
        known.into_iter().map(|column| (column, each)).collect()
    }

    /// Rows of all samples.
    pub fn rows<'a>(&self, samples: impl Iterator<Item = Option<&'a Features>>, lexicon: usize) -> Rows {
        let mut rows = Rows::new(self.terms.len());
        for features in samples {
            let terms = features.and_then(|features| features.terms.get(lexicon));
            rows.push(terms.into_iter().flat_map(|terms| self.row(terms)));
        }
        rows
    }

    /// The lexicon as a file.
    pub(crate) fn write(&self, weights: &Weights, what: &str) -> String {
        let mut text = format!("# {what}: term and log-odds, fitted on labelled commits; see ACCURACY.md.\n");
        for (term, column) in self.terms.iter().zip(0..) {
            // Adding zero turns a negative zero into a plain one.
            let _ = writeln!(text, "{term}\t{:.2}", (weights.of(column) * 100.0).round() / 100.0 + 0.0);
        }
        text
    }
}
