//! How rules are evaluated: one file a kind. A hunk or a message is read once ([`Engine::read`]); a
//! reading, or the sum of several, becomes signals ([`Engine::weigh`]), each of which can be asked for its
//! evidence ([`Engine::evidence`]). Nothing here knows git or attestations.

pub mod block;
pub(crate) mod lexicon;
pub(crate) mod measures;
pub mod message;
pub(crate) mod metric;
pub(crate) mod phrase;
pub(crate) mod query;
pub mod reading;
pub mod selftest;
pub mod terms;
mod tokens;

pub use block::Block;
pub use reading::Reading;

use crate::pack::{Kind, Pack, Rule, Trees};
use ai_detect_lang::Language;

/// Contributions are kept to this many digits, so that what is shown adds up to the last one.
const DIGITS: f64 = 10_000.0;

/// A rounded contribution.
pub fn rounded(value: f64) -> f64 {
    // Adding zero turns a negative zero into a plain one.
    (value * DIGITS).round() / DIGITS + 0.0
}

/// One rule that counted in a hunk or a message. Where it counted is told by [`Engine::evidence`]: few
/// hunks are ever asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal {
    /// The index of the rule in [`Pack::rules`].
    pub rule: usize,
    /// What was counted, or how far the rule takes what was measured.
    pub value: f64,
    /// What was measured; `NaN` where there was too little to measure, which trees weigh as well.
    pub number: f64,
    /// Log-odds, rounded to four digits: a share of `whole`.
    pub contribution: f64,
    /// What the rule weighs in the reading, rounded to four digits.
    pub whole: f64,
    /// How much of it counts, 0 to 1.
    pub share: f64,
    /// For message rules: the index of the commit in the change set.
    pub commit: Option<u32>,
}

impl Signal {
    /// A signal that is no reading's.
    pub fn given(rule: usize, value: f64, contribution: f64) -> Self {
        Signal { rule, value, number: value, contribution, whole: contribution, share: 1.0, commit: None }
    }

    /// The signal with a share of what it weighs.
    pub fn scaled(self, share: f64) -> Self {
        Signal { share, contribution: rounded(self.whole * share), ..self }
    }
}

/// One place where a signal fired.
#[derive(Debug, Clone, Default, PartialEq)]
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
pub(crate) const MAX_EVIDENCE: usize = 5;

/// One line, shortened.
pub(crate) fn quote(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
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
    metrics: Vec<metric::OfHunk>,
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
            metrics: metric::of_hunk(&pack.rules),
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
            counts: found.sorted(),
            bags,
            measures: Some(measures::Measures::of(block)),
            numbers: Vec::new(),
            whole: Some(Evidence { end_line: block.hunk.span.end, ..first }),
        }
    }

    /// The kinds of nodes that its queries look at in a language: the walk for the regions of a block takes note of
    /// them.
    pub fn asked(&self, language: &'static Language) -> &[bool] {
        self.queries.asked(language)
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
        Reading { counts: found.sorted(), bags, measures: None, numbers, whole: None }
    }

    fn active(&self, language: Option<&'static str>) -> impl Iterator<Item = (usize, &'a Rule)> {
        self.pack.rules.iter().enumerate().filter(move |(_, rule)| !rule.is_message() && rule.applies_to(language))
    }

    /// Everything that counts in a reading, in the order of the rules: what each rule weighs by
    /// itself, and what trees make of its number beside all the others.
    pub fn weigh(&self, part: Part, reading: &Reading) -> Vec<Signal> {
        let numbers = self.numbers(reading);
        let of_trees = self.of_trees(part, &numbers);
        let mut weighed = Vec::new();
        for amount in self.amounts(reading, &numbers) {
            let Amount { rule: at, number, value } = amount;
            let Some(rule) = self.pack.rules.get(at) else { continue };
            // What the words of a lexicon come to has two sides, and no cap.
            let counted = match rule.kind {
                Kind::Lexicon(_) => number,
                _ => value.map(|value| value.min(rule.cap)),
            };
            let linear = counted.map(|counted| rounded(rounded(rule.weight) * counted));
            let contribution = match (linear, of_trees.get(at).copied().flatten()) {
                (Some(linear), Some(part)) => rounded(linear + part),
                (Some(linear), None) => linear,
                (None, Some(part)) => rounded(part),
                (None, None) => continue,
            };
            if contribution != 0.0 {
                let number = number.or(value).unwrap_or(f64::NAN);
                // Trees weigh also that a number could not be taken; it is shown as 0.
                let value = value.or(Some(number).filter(|number| !number.is_nan())).unwrap_or(0.0);
                weighed.push(Signal { number, ..Signal::given(at, value, contribution) });
            }
        }
        weighed
    }

    /// The sum of what [`Engine::weigh`] tells.
    pub fn log_odds(&self, part: Part, reading: &Reading) -> f64 {
        rounded(self.weigh(part, reading).iter().map(|signal| signal.contribution).sum())
    }

    /// What the trees make of the number of each rule that they ask about.
    fn of_trees(&self, part: Part, numbers: &[Option<f64>]) -> Vec<Option<f64>> {
        let (trees, asked) = match part {
            Part::Code => (&self.pack.code_trees, &self.code),
            Part::Message => (&self.pack.message_trees, &self.message),
        };
        let number = |rule: usize| numbers.get(rule).copied().flatten();
        let of = |rule: &Option<usize>| rule.and_then(number).map_or(f32::NAN, |number| number as f32);
        let answers: Vec<f32> = asked.iter().map(of).collect();
        let mut parts = vec![0.0; asked.len()];
        trees.explain(&answers, &mut parts);
        let mut of_rules = vec![None; self.pack.rules.len()];
        for (rule, part) in asked.iter().zip(parts) {
            if let Some(of_rule) = rule.and_then(|rule| of_rules.get_mut(rule)) {
                *of_rule = Some(part);
            }
        }
        of_rules
    }

    /// The number of each rule that has one, in the order of the rules: what a metric measured, what
    /// a lexicon sums to.
    pub fn numbers(&self, reading: &Reading) -> Vec<Option<f64>> {
        let mut numbers = vec![None; self.pack.rules.len()];
        let mut set = |rule: usize, value: Option<f64>| {
            if let Some(number) = numbers.get_mut(rule) {
                *number = value;
            }
        };
        for (rule, number) in &reading.numbers {
            set(*rule, Some(*number));
        }
        for (rule, bag) in &reading.bags {
            if let Some(Kind::Lexicon(name)) = self.pack.rules.get(*rule).map(|rule| &rule.kind) {
                set(*rule, self.pack.lexicons.get(name).and_then(|lexicon| bag.value(lexicon)));
            }
        }
        if let Some(measures) = &reading.measures {
            for metric in &self.metrics {
                let value = (metric.number)(measures);
                metric.rules.iter().for_each(|rule| set(*rule, value));
            }
        }
        numbers
    }

    /// What each rule counts and measured, in the order of the rules.
    pub fn amounts(&self, reading: &Reading, numbers: &[Option<f64>]) -> impl Iterator<Item = Amount> {
        let mut counts = reading.counts.as_slice();
        self.pack.rules.iter().zip(numbers).enumerate().map(move |(at, (rule, number))| {
            let own = counts.iter().take_while(|count| count.0 <= at).count();
            let (found, rest) = counts.split_at(own);
            counts = rest;
            let value = match (&rule.kind, rule.scope, number) {
                // Those of messages were counted when they were read, with the line.
                (Kind::Metric { shape, .. }, None, Some(number)) => {
                    Some(shape.of(*number)).filter(|&value| value > 0.0)
                }
                _ => (!found.is_empty()).then(|| found.iter().map(|(_, amount, _)| amount).sum()),
            };
            Amount { rule: at, number: *number, value }
        })
    }

    /// Where a signal of a reading counted; terms of a lexicon and numbers of the whole have that worked
    /// out here. Empty for what is no reading's.
    pub fn evidence(&self, reading: &Reading, signal: &Signal) -> Vec<Evidence> {
        let mut told = self.places(reading, signal);
        for evidence in &mut told {
            evidence.contribution = rounded(evidence.contribution * signal.share);
        }
        told
    }

    fn places(&self, reading: &Reading, signal: &Signal) -> Vec<Evidence> {
        let Some(rule) = self.pack.rules.get(signal.rule) else { return Vec::new() };
        let (each, mut left) = (rounded(rule.weight), rule.cap);
        let mut told: Vec<Evidence> = Vec::new();
        let first = reading.counts.partition_point(|(counted, _, _)| *counted < signal.rule);
        let counts = reading.counts.iter().skip(first).take_while(|(counted, _, _)| *counted == signal.rule);
        for (_, amount, found) in counts {
            let counted = amount.min(left).max(0.0);
            left -= counted;
            if let Some(found) = found.as_ref().filter(|_| counted > 0.0 && told.len() < MAX_EVIDENCE) {
                told.push(Evidence { contribution: rounded(each * counted), ..found.clone() });
            }
        }
        if !told.is_empty() {
            return told;
        }
        match &rule.kind {
            Kind::Lexicon(name) => {
                let bag = reading.bags.iter().find(|(known, _)| *known == signal.rule);
                let Some((lexicon, (_, bag))) = self.pack.lexicons.get(name).zip(bag) else { return told };
                let quote = |line| Evidence { line, end_line: line + 1, ..Evidence::default() };
                bag.evidence(lexicon, signal.whole, quote)
            }
            Kind::Metric { name, .. } => {
                let (line, end_line, column) =
                    reading.whole.as_ref().map_or((0, 1, 0), |whole| (whole.line, whole.end_line, whole.column));
                let text = format!("{name} {}", metric::shown(signal.number));
                vec![Evidence { line, end_line, column, text, contribution: signal.whole }]
            }
            Kind::Phrase(_) | Kind::Query(_) | Kind::Given => told,
        }
    }
}

/// What a rule comes to in a reading.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// The rule.
    pub rule: usize,
    /// Its number, where it has one.
    pub number: Option<f64>,
    /// How much it counts, before the cap; `None` where it does not count.
    pub value: Option<f64>,
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
    pub(crate) fn count(&mut self, rule: usize, amount: f64, evidence: Option<Evidence>) {
        self.counts.push((rule, amount, evidence));
    }

    /// By rule, then by line.
    fn sorted(mut self) -> Vec<Count> {
        self.counts.sort_by_key(|(rule, _, evidence)| (*rule, evidence.as_ref().map(|e| (e.line, e.column))));
        self.counts
    }
}
