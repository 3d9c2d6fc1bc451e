//! How rules are evaluated: one file a kind. A hunk or a message is read once ([`Engine::read`]); a
//! reading, or the sum of several, becomes signals with their evidence ([`Engine::weigh`]). Nothing
//! here knows git or attestations.

pub mod block;
pub mod lexicon;
pub mod literals;
pub mod measures;
pub mod message;
pub mod metric;
pub mod phrase;
pub mod query;
pub mod reading;
pub mod selftest;
pub mod terms;

pub use block::Block;
pub use reading::Reading;

use std::collections::BTreeMap;

use crate::pack::{Kind, Pack, Rule, Trees};

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
    code: Asked,
    message: Asked,
}

/// For each number that trees ask about, the rule that it belongs to; `None` where it is disabled.
type Asked = Vec<Option<usize>>;

/// Which of the two models weighs a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Added code.
    Code,
    /// A commit message.
    Message,
}

impl<'a> Engine<'a> {
    /// Makes a pack ready.
    pub fn new(pack: &'a Pack) -> Self {
        let asked = |trees: &Trees| -> Asked {
            trees.features.iter().map(|id| pack.rules.iter().position(|rule| rule.id == *id)).collect()
        };
        Engine {
            pack,
            phrases: phrase::Phrases::new(&pack.rules),
            queries: query::Queries::new(&pack.rules),
            code: asked(&pack.code_trees),
            message: asked(&pack.message_trees),
        }
    }

    /// The pack.
    pub fn pack(&self) -> &'a Pack {
        self.pack
    }

    /// Reads a hunk.
    pub fn read(&self, block: &Block<'_>) -> Reading {
        let mut found = Found::default();
        self.phrases.hunk(block, &mut found);
        self.queries.hunk(block, &mut found);
        let mut bags = Vec::new();
        for (at, rule) in self.active(block.language_name()) {
            match (&rule.kind, rule.scope) {
                (Kind::Metric { name, shape }, Some(scope)) => {
                    metric::regions(at, name, scope, *shape, block, &mut found);
                }
                (Kind::Lexicon(name), Some(scope)) => {
                    let bag = self.pack.lexicons.get(name).map(|lexicon| lexicon::hunk(scope, lexicon, block));
                    bags.extend(bag.map(|bag| (at, bag)));
                }
                _ => {}
            }
        }
        let first = block.line_evidence(block.hunk.span.start);
        Reading {
            counts: found.counts,
            bags,
            measures: Some(measures::Measures::of(block)),
            numbers: Vec::new(),
            whole: Some(Evidence { end_line: block.hunk.span.end, ..first }),
        }
    }

    /// Reads a commit message whose markers were removed.
    pub fn read_message(&self, message: &message::Message<'_>) -> Reading {
        let mut found = Found::default();
        self.phrases.message(message, &mut found);
        let (mut bags, mut numbers) = (Vec::new(), Vec::new());
        for (at, rule) in self.pack.rules.iter().enumerate().filter(|(_, rule)| rule.is_message()) {
            match &rule.kind {
                Kind::Metric { name, shape } => {
                    if let Some(number) = message::number(name, message) {
                        numbers.push((at, number));
                        message::count(at, name, number, *shape, message, &mut found);
                    }
                }
                Kind::Lexicon(name) => {
                    let bag = self.pack.lexicons.get(name).map(|lexicon| lexicon::message(lexicon, message));
                    bags.extend(bag.map(|bag| (at, bag)));
                }
                Kind::Phrase(_) | Kind::Query(_) | Kind::Given => {}
            }
        }
        Reading { counts: found.counts, bags, measures: None, numbers, whole: None }
    }

    fn active(&self, language: Option<&'static str>) -> impl Iterator<Item = (usize, &'a Rule)> {
        self.pack.rules.iter().enumerate().filter(move |(_, rule)| !rule.is_message() && rule.applies_to(language))
    }

    /// Everything that counts in a reading, in the order of the rules: what each rule weighs by
    /// itself, and what trees make of its number beside all the others.
    pub fn weigh(&self, part: Part, reading: &Reading) -> Vec<Signal> {
        let numbers = self.numbers(reading);
        let mut signals = linear(&self.amounts(reading, &numbers), &self.pack.rules);
        let (trees, asked) = match part {
            Part::Code => (&self.pack.code_trees, &self.code),
            Part::Message => (&self.pack.message_trees, &self.message),
        };
        let of = |rule: &Option<usize>| rule.and_then(|rule| numbers.get(&rule)).map_or(f32::NAN, |n| *n as f32);
        let answers: Vec<f32> = asked.iter().map(of).collect();
        let mut parts = vec![0.0; asked.len()];
        trees.explain(&answers, &mut parts);
        for (rule, part) in asked.iter().zip(parts) {
            let Some(rule) = *rule else { continue };
            let value = numbers.get(&rule).copied().unwrap_or_default();
            match signals.iter_mut().find(|signal| signal.rule == rule) {
                Some(signal) => signal.contribution = rounded(signal.contribution + part),
                None => {
                    let contribution = rounded(part);
                    signals.push(Signal { rule, value, contribution, evidence: Vec::new(), commit: None });
                }
            }
        }
        for signal in &mut signals {
            self.add_evidence(reading, signal);
        }
        signals.retain(|signal| signal.contribution != 0.0);
        signals.sort_by_key(|signal| signal.rule);
        signals
    }

    /// The number of each rule that has one: what a metric measured, what a lexicon sums to.
    pub fn numbers(&self, reading: &Reading) -> BTreeMap<usize, f64> {
        let mut numbers: BTreeMap<usize, f64> = reading.numbers.iter().copied().collect();
        for (rule, bag) in &reading.bags {
            if let Some(Kind::Lexicon(name)) = self.pack.rules.get(*rule).map(|rule| &rule.kind) {
                let value = self.pack.lexicons.get(name).and_then(|lexicon| bag.value(lexicon));
                numbers.extend(value.map(|value| (*rule, value)));
            }
        }
        if let Some(measures) = &reading.measures {
            for (at, rule) in self.pack.rules.iter().enumerate() {
                if let (Kind::Metric { name, .. }, None) = (&rule.kind, rule.scope) {
                    numbers.extend(metric::number(name, measures).map(|value| (at, value)));
                }
            }
        }
        numbers
    }

    /// What each rule counts, sorted by rule, evidence in the order of the lines.
    pub fn amounts(&self, reading: &Reading, numbers: &BTreeMap<usize, f64>) -> Vec<Count> {
        let mut counts = reading.counts.clone();
        for (&at, &value) in numbers.iter().filter(|_| reading.measures.is_some()) {
            if let Some(Rule { kind: Kind::Metric { shape, .. }, scope: None, .. }) = self.pack.rules.get(at) {
                let amount = shape.of(value);
                counts.extend((amount > 0.0).then_some((at, amount, None)));
            }
        }
        counts.sort_by_key(|(rule, _, evidence)| (*rule, evidence.as_ref().map(|e| (e.line, e.column))));
        counts
    }

    /// Terms of a lexicon and numbers of the whole have no evidence of their own yet.
    fn add_evidence(&self, reading: &Reading, signal: &mut Signal) {
        let Some(rule) = self.pack.rules.get(signal.rule).filter(|_| signal.evidence.is_empty()) else { return };
        let nowhere = Evidence { line: 0, end_line: 1, column: 0, text: String::new(), contribution: 0.0 };
        match &rule.kind {
            Kind::Lexicon(name) => {
                let bag = reading.bags.iter().find(|(known, _)| *known == signal.rule);
                if let Some((lexicon, (_, bag))) = self.pack.lexicons.get(name).zip(bag) {
                    let quote = |line| Evidence { line, end_line: line + 1, ..nowhere.clone() };
                    signal.evidence = bag.evidence(lexicon, signal.contribution, quote);
                }
            }
            Kind::Metric { name, .. } => {
                let whole = reading.whole.as_ref().unwrap_or(&nowhere);
                let text = format!("{name} {}", metric::shown(signal.value));
                signal.evidence = vec![Evidence { text, contribution: signal.contribution, ..whole.clone() }];
            }
            Kind::Phrase(_) | Kind::Query(_) | Kind::Given => {}
        }
    }
}

/// What a rule counted once: rule, how much before the cap, evidence.
pub type Count = (usize, f64, Option<Evidence>);

/// What was found so far.
#[derive(Default)]
pub struct Found {
    counts: Vec<Count>,
}

impl Found {
    /// An occurrence, or a number that counts `amount` times.
    pub fn count(&mut self, rule: usize, amount: f64, evidence: Option<Evidence>) {
        self.counts.push((rule, amount, evidence));
    }
}

/// Each rule's weight times what it counted, up to its cap.
fn linear(counts: &[Count], rules: &[Rule]) -> Vec<Signal> {
    let mut signals = Vec::new();
    for group in counts.chunk_by(|a, b| a.0 == b.0) {
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
    signals
}
