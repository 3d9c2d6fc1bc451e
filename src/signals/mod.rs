//! How rules are evaluated: one file a kind. A hunk or a message goes in, signals with their
//! evidence come out. Nothing here adds scores up, and nothing knows git or attestations.

pub mod block;
pub mod lexicon;
pub mod literals;
pub mod message;
pub mod metric;
pub mod phrase;
pub mod query;
pub mod selftest;

pub use block::Block;

use crate::pack::{Kind, Pack, Rule};

/// Contributions are kept to this many digits, so that what is shown adds up to the last one.
const DIGITS: f64 = 10_000.0;

/// A rounded contribution.
pub fn rounded(value: f64) -> f64 {
    // Adding zero turns a negative zero into a plain one.
    (value * DIGITS).round() / DIGITS + 0.0
}

/// One rule that counted in a hunk or a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The index of the rule in [`Pack::rules`].
    pub rule: usize,
    /// What was counted or measured.
    pub value: f64,
    /// Log-odds, rounded to four digits.
    pub contribution: f64,
    /// Where. Empty for a number of the whole hunk.
    pub evidence: Vec<Evidence>,
    /// For message rules: the index of the commit in the change set.
    pub commit: Option<u32>,
}

/// One place where a signal fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The line of the text, from 0.
    pub line: u32,
    /// One past the last line.
    pub end_line: u32,
    /// The column where it starts, in bytes from 0.
    pub column: u32,
    /// What was found, as it stands there, shortened.
    pub text: String,
    /// Its part of the contribution.
    pub contribution: f64,
}

/// How much of an evidence is quoted, in characters.
const QUOTE: usize = 160;
/// How many places of one signal are kept.
pub const MOST_EVIDENCE: usize = 5;

/// One line, shortened.
pub fn quote(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(QUOTE) {
        Some((at, _)) => format!("{}\u{2026}", line.get(..at).unwrap_or(line)),
        None => line.to_owned(),
    }
}

/// Rules made ready: compiled when first needed, shared by all threads.
pub struct Engine<'a> {
    pack: &'a Pack,
    phrases: phrase::Phrases<'a>,
    queries: query::Queries<'a>,
}

impl<'a> Engine<'a> {
    /// Makes a pack ready.
    pub fn new(pack: &'a Pack) -> Self {
        Engine { pack, phrases: phrase::Phrases::new(&pack.rules), queries: query::Queries::new(&pack.rules) }
    }

    /// The pack.
    pub fn pack(&self) -> &'a Pack {
        self.pack
    }

    /// Everything that counts in a hunk, in the order of the rules.
    pub fn hunk(&self, block: &Block<'_>) -> Vec<Signal> {
        let mut found = Found::default();
        self.phrases.hunk(block, &mut found);
        self.queries.hunk(block, &mut found);
        let measures = metric::Measures::of(block);
        for (at, rule) in self.active(block.language_name()) {
            match &rule.kind {
                Kind::Metric { name, shape } => metric::evaluate(at, rule, name, *shape, block, &measures, &mut found),
                Kind::Lexicon(name) => {
                    if let Some(lexicon) = self.pack.lexicons.get(name) {
                        lexicon::hunk(at, rule, lexicon, block, &mut found);
                    }
                }
                Kind::Phrase(_) | Kind::Query(_) => {}
            }
        }
        found.into_signals(&self.pack.rules)
    }

    /// Everything that counts in a commit message whose markers were removed.
    pub fn message(&self, message: &message::Message<'_>) -> Vec<Signal> {
        let mut found = Found::default();
        self.phrases.message(message, &mut found);
        for (at, rule) in self.pack.rules.iter().enumerate().filter(|(_, rule)| rule.is_message()) {
            match &rule.kind {
                Kind::Metric { name, shape } => message::evaluate(at, name, *shape, message, &mut found),
                Kind::Lexicon(name) => {
                    if let Some(lexicon) = self.pack.lexicons.get(name) {
                        lexicon::message(at, rule, lexicon, message, &mut found);
                    }
                }
                Kind::Phrase(_) | Kind::Query(_) => {}
            }
        }
        found.into_signals(&self.pack.rules)
    }

    fn active(&self, language: Option<&'static str>) -> impl Iterator<Item = (usize, &'a Rule)> {
        self.pack.rules.iter().enumerate().filter(move |(_, rule)| !rule.is_message() && rule.applies_to(language))
    }
}

/// What was found so far, by rule.
#[derive(Default)]
pub struct Found {
    /// (rule, how much it counts before the cap, evidence)
    counted: Vec<(usize, f64, Option<Evidence>)>,
    /// (rule, value, contribution, evidence): already weighed.
    weighed: Vec<Signal>,
}

impl Found {
    /// An occurrence, or a number that counts `amount` times.
    pub fn count(&mut self, rule: usize, amount: f64, evidence: Option<Evidence>) {
        self.counted.push((rule, amount, evidence));
    }

    /// A signal whose contribution is known.
    pub fn weighed(&mut self, signal: Signal) {
        self.weighed.push(signal);
    }

    fn into_signals(mut self, rules: &[Rule]) -> Vec<Signal> {
        self.counted.sort_by_key(|(rule, _, evidence)| (*rule, evidence.as_ref().map(|e| (e.line, e.column))));
        let mut signals = self.weighed;
        for group in self.counted.chunk_by(|a, b| a.0 == b.0) {
            let Some((at, rule)) = group.first().and_then(|first| Some((first.0, rules.get(first.0)?))) else {
                continue;
            };
            let value: f64 = group.iter().map(|(_, amount, _)| amount).sum();
            let each = rounded(rule.weight);
            let mut left = rule.cap;
            let mut evidence: Vec<Evidence> = Vec::new();
            for (_, amount, found) in group {
                let counted = amount.min(left).max(0.0);
                left -= counted;
                if let Some(found) = found.clone().filter(|_| counted > 0.0 && evidence.len() < MOST_EVIDENCE) {
                    evidence.push(Evidence { contribution: rounded(each * counted), ..found });
                }
            }
            let contribution = rounded(each * value.min(rule.cap));
            signals.push(Signal { rule: at, value, contribution, evidence, commit: None });
        }
        signals.retain(|signal| signal.contribution != 0.0);
        signals.sort_by_key(|signal| signal.rule);
        signals
    }
}
