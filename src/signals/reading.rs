//! What was read of a hunk or of a message before anything is weighed: what rules counted, which
//! terms lexicons know, and numbers. Readings of several hunks add up to that of their commit.

use std::collections::BTreeMap;

use super::measures::Measures;
use super::{Evidence, MOST_EVIDENCE};
use crate::pack::Lexicon;

/// The terms of a reading that a lexicon knows: each once, with the line where it stands first.
#[derive(Debug, Clone, Default)]
pub struct Bag {
    /// (number in the lexicon, line), sorted.
    terms: Vec<(u32, u32)>,
}

impl Bag {
    /// Terms as they come, any number of times.
    pub fn of(mut terms: Vec<(u32, u32)>) -> Self {
        terms.sort_unstable();
        terms.dedup_by_key(|(term, _)| *term);
        Bag { terms }
    }

    /// The sum of the terms' weights divided by the root of how many there are, so that long text
    /// does not win by length alone; `None` where the lexicon knows no term.
    pub fn value(&self, lexicon: &Lexicon) -> Option<f64> {
        let sum: f64 = self.terms.iter().map(|(term, _)| lexicon.weight(*term)).sum();
        (!self.terms.is_empty()).then(|| sum / root(self.terms.len()))
    }

    /// The terms that speak most for the side of `contribution`, each with its part of it.
    pub fn evidence(&self, lexicon: &Lexicon, contribution: f64, quote: impl Fn(u32) -> Evidence) -> Vec<Evidence> {
        let side = |weight: f64| weight * contribution > 0.0;
        let mut told: Vec<(f64, u32, u32)> = self
            .terms
            .iter()
            .map(|&(term, line)| (lexicon.weight(term), term, line))
            .filter(|(weight, _, _)| side(*weight))
            .collect();
        let sum: f64 = told.iter().map(|(weight, _, _)| weight).sum();
        let order = |a: &(f64, u32, u32), b: &(f64, u32, u32)| {
            b.0.abs().total_cmp(&a.0.abs()).then_with(|| lexicon.term(a.1).cmp(lexicon.term(b.1)))
        };
        if told.len() > MOST_EVIDENCE {
            told.select_nth_unstable_by(MOST_EVIDENCE, order);
            told.truncate(MOST_EVIDENCE);
        }
        told.sort_by(order);
        let told = told.into_iter().take(MOST_EVIDENCE).map(|(weight, term, line)| Evidence {
            text: readable(lexicon.term(term)),
            contribution: super::rounded(contribution * weight / sum),
            ..quote(line)
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
    let sign = |word: &str| match word {
        "^" => "[start]".to_owned(),
        "$" => "[end]".to_owned(),
        "\\n" => "[line end]".to_owned(),
        "\\n\\n" => "[blank line]".to_owned(),
        word => word.to_owned(),
    };
    term.split(' ').map(sign).collect::<Vec<_>>().join(" ")
}

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
        let mut terms: BTreeMap<usize, Vec<(u32, u32)>> = BTreeMap::new();
        let mut measures: Option<Measures> = None;
        for reading in readings {
            for (rule, amount, _) in &reading.counts {
                *totals.entry(*rule).or_default() += amount;
            }
            for (rule, bag) in &reading.bags {
                terms.entry(*rule).or_default().extend_from_slice(&bag.terms);
            }
            if let Some(other) = &reading.measures {
                measures.get_or_insert_default().add(other);
            }
        }
        Reading {
            counts: totals.into_iter().map(|(rule, amount)| (rule, amount, None)).collect(),
            bags: terms.into_iter().map(|(rule, terms)| (rule, Bag::of(terms))).collect(),
            measures,
            ..Reading::default()
        }
    }
}
