//! What was read of a hunk or of a message before anything is weighed: what rules counted, which
//! terms lexicons know, and numbers. Readings of several hunks add up to that of their commit.

use std::collections::BTreeMap;

use super::measures::Measures;
use super::{Evidence, MAX_EVIDENCE};
use crate::pack::Lexicon;
use ai_detect_base::slices::part_of;

/// Where a term stands: its line, and its bytes among all terms that were looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line in the text, from 0.
    pub line: u32,
    /// The first byte.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

impl Place {
    /// One number for its order among all places, which is quicker to compare than three.
    fn order(self) -> u128 {
        (u128::from(self.line) << 64) | (u128::from(self.start) << 32) | u128::from(self.end)
    }

    /// The term.
    pub(crate) fn of(self, text: &str) -> &str {
        part_of(text, self.start as usize..self.end as usize)
    }
}

/// The terms of a reading that a lexicon knows: each once, with the line where it stands first.
#[derive(Debug, Clone, Default)]
pub struct Bag {
    /// Numbers in the lexicon, sorted.
    terms: Vec<u32>,
    /// Those that weigh most on either side, heaviest first.
    heaviest: [Vec<Heavy>; 2],
}

/// A term that is worth being shown.
#[derive(Debug, Clone)]
struct Heavy {
    weight: f32,
    line: u32,
    term: Box<str>,
}

impl Bag {
    /// Known terms as they come, any number of times: their numbers in the lexicon, and where they stand in `text`.
    pub(crate) fn of(mut known: Vec<(u32, Place)>, text: &str, lexicon: &Lexicon) -> Self {
        // Nearly always they are.
        if !known.is_sorted_by_key(|(_, place)| place.order()) {
            known.sort_unstable_by_key(|(_, place)| place.order());
        }
        let mut firsts: Vec<u64> = known.iter().zip(0..).map(|((term, _), at)| (u64::from(*term) << 32) | at).collect();
        firsts.sort_unstable();
        firsts.dedup_by_key(|first| *first >> 32);
        let mut sides: [Vec<(f64, Place)>; 2] = Default::default();
        for (number, place) in firsts.iter().filter_map(|first| known.get(*first as u32 as usize)) {
            let weight = lexicon.weight(*number);
            let [against, for_ai] = &mut sides;
            let side = if weight < 0.0 { against } else { for_ai };
            let before = |other: &(f64, Place)| {
                let order = weight.abs().total_cmp(&other.0.abs());
                order.is_lt() || (order.is_eq() && other.1.of(text) < place.of(text))
            };
            // Most are lighter than all that are kept.
            if side.len() < MAX_EVIDENCE || side.last().is_some_and(|last| !before(last)) {
                side.insert(side.partition_point(before), (weight, *place));
                side.truncate(MAX_EVIDENCE);
            }
        }
        let told = |(weight, place): (f64, Place)| Heavy {
            weight: weight as f32,
            line: place.line,
            term: place.of(text).into(),
        };
        // Bags are kept for as long as their hunks are, so without room to spare.
        let mut terms = Vec::with_capacity(firsts.len());
        terms.extend(firsts.iter().map(|first| (*first >> 32) as u32));
        Bag { terms, heaviest: sides.map(|side| side.into_iter().map(told).collect()) }
    }

    /// The terms of several bags together. Where they stand is forgotten.
    fn union(bags: &[&Bag]) -> Self {
        let count: usize = bags.iter().map(|bag| bag.terms.len()).sum();
        let all = bags.iter().flat_map(|bag| bag.terms.iter().copied());
        let terms = if count < MANY {
            let mut terms: Vec<u32> = all.collect();
            terms.sort_unstable();
            terms.dedup();
            terms
        } else {
            // A bit for each term that the lexicon has; of a large change, all terms would be a hundred times as large.
            let most = bags.iter().filter_map(|bag| bag.terms.last()).max().copied().unwrap_or(0);
            let mut met = vec![0u64; most as usize / 64 + 1];
            for term in all {
                if let Some(word) = met.get_mut(term as usize / 64) {
                    *word |= 1 << (term % 64);
                }
            }
            let of_word = |(word, at): (&u64, u32)| {
                let word = *word;
                (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
            };
            met.iter().zip(0..).filter(|(word, _)| **word != 0).flat_map(of_word).collect()
        };
        Bag { terms, heaviest: Default::default() }
    }

    /// The sum of the terms' weights divided by the root of how many there are, so that long text
    /// does not win by length alone; `None` where the lexicon knows no term.
    pub(crate) fn value(&self, lexicon: &Lexicon) -> Option<f64> {
        let sum: f64 = self.terms.iter().map(|term| lexicon.weight(*term)).sum();
        (!self.terms.is_empty()).then(|| sum / root(self.terms.len()))
    }

    /// The terms that speak most for the side of `contribution`, each with its part of it.
    pub(crate) fn evidence(
        &self,
        lexicon: &Lexicon,
        contribution: f64,
        quote: impl Fn(u32) -> Evidence,
    ) -> Vec<Evidence> {
        let side = |weight: &f64| *weight * contribution > 0.0;
        let sum: f64 = self.terms.iter().map(|term| lexicon.weight(*term)).filter(side).sum();
        let heaviest = self.heaviest.iter().flatten().filter(|heavy| side(&f64::from(heavy.weight)));
        let told = heaviest.map(|heavy| Evidence {
            text: readable(&heavy.term),
            contribution: super::rounded(contribution * f64::from(heavy.weight) / sum),
            ..quote(heavy.line)
        });
        told.collect()
    }
}

/// The divisor of a sum of `terms` weights; the constant keeps a word or two from deciding.
pub fn root(terms: usize) -> f64 {
    (terms as f64 + 4.0).sqrt()
}

/// A term as evidence shows it: ends of lines and of texts by signs.
fn readable(term: &str) -> String {
    let term = term.strip_prefix("S ").unwrap_or(term);
    term.split(' ').map(sign).collect::<Vec<_>>().join(" ")
}

fn sign(word: &str) -> &str {
    match word {
        "^" => "[start]",
        "$" => "[end]",
        "\\n" => "[line end]",
        "\\n\\n" => "[blank line]",
        word => word,
    }
}

/// From so many terms on, bags are put together by a bit a term rather than by sorting.
const MANY: usize = 20_000;

/// What was read of a hunk, of several, or of a message.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// (rule, how much it counts before the cap, evidence), by rule and line.
    pub counts: Vec<(usize, f64, Option<Evidence>)>,
    /// (lexicon rule, its terms)
    pub bags: Vec<(usize, Bag)>,
    /// Of hunks: what numbers are made of.
    pub measures: Option<Measures>,
    /// Of messages: (rule, number).
    pub numbers: Vec<(usize, f64)>,
    /// Evidence for what is measured of the whole: the first line.
    pub whole: Option<Evidence>,
}

impl Reading {
    /// What was read of several hunks together. Evidence is not kept: lines of several files mean
    /// nothing together.
    pub fn sum<'a>(readings: impl IntoIterator<Item = &'a Reading>) -> Reading {
        let mut totals: BTreeMap<usize, f64> = BTreeMap::new();
        let mut bags: BTreeMap<usize, Vec<&Bag>> = BTreeMap::new();
        let mut measures: Option<Measures> = None;
        for reading in readings {
            for (rule, amount, _) in &reading.counts {
                *totals.entry(*rule).or_default() += amount;
            }
            for (rule, bag) in &reading.bags {
                bags.entry(*rule).or_default().push(bag);
            }
            if let Some(other) = &reading.measures {
                measures.get_or_insert_default().add(other);
            }
        }
        Reading {
            counts: totals.into_iter().map(|(rule, amount)| (rule, amount, None)).collect(),
            bags: bags.into_iter().map(|(rule, bags)| (rule, Bag::union(&bags))).collect(),
            measures,
            ..Reading::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn bags_are_put_together_in_the_same_way_whatever_their_number() {
        for count in [3, MANY] {
            let bags: Vec<Bag> = (0..count as u32)
                .map(|at| Bag { terms: vec![at / 3, at / 2 + 70, at + 1_000], heaviest: Default::default() })
                .collect();
            let expected: BTreeSet<u32> = bags.iter().flat_map(|bag| bag.terms.iter().copied()).collect();
            let together = Bag::union(&bags.iter().collect::<Vec<_>>());
            assert_eq!(together.terms, expected.into_iter().collect::<Vec<_>>());
        }
        assert_eq!(Bag::union(&[]).terms, [] as [u32; 0]);
    }

    #[test]
    fn a_term_stands_where_it_stands_first() {
        let lexicon = Lexicon::parse("far\t2\nnear\t1\n").unwrap();
        let text = "far near far";
        let place = |line, start: u32, len| Place { line, start, end: start + len };
        let known = |order: [usize; 3]| {
            let all = [("far", place(9, 0, 3)), ("near", place(4, 4, 4)), ("far", place(2, 9, 3))];
            let found = order.map(|at| (lexicon.find(all[at].0).unwrap(), all[at].1));
            Bag::of(found.to_vec(), text, &lexicon)
        };
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let bag = known(order);
            let lines: Vec<(&str, u32)> = bag.heaviest[1].iter().map(|heavy| (&*heavy.term, heavy.line)).collect();
            assert_eq!(lines, [("far", 2), ("near", 4)]);
        }
    }
}
