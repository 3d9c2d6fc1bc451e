//! `lexicon` rules: words with fitted weights. A word counts once, however often it occurs; the sum
//! is divided by the square root of the number of different words, so that long text does not win
//! by length alone.

use rustc_hash::FxHashMap;

use super::message::Message;
use super::{Block, Evidence, Found, MOST_EVIDENCE, Signal, rounded};
use crate::pack::{Lexicon, Rule, Scope};
use crate::syntax::words;

/// Each known word, with the line where it stands first.
#[derive(Default)]
struct Seen {
    words: FxHashMap<String, (u32, f64)>,
    distinct: rustc_hash::FxHashSet<String>,
}

impl Seen {
    fn prose(&mut self, lexicon: &Lexicon, text: &str, line_of: impl Fn(usize) -> u32) {
        for (at, line) in text.lines().enumerate() {
            let mut before: Option<String> = None;
            for word in words::prose(line) {
                if let Some(before) = before {
                    self.word(lexicon, format!("{before} {word}"), line_of(at), false);
                }
                self.word(lexicon, word.clone(), line_of(at), true);
                before = Some(word);
            }
        }
    }

    fn word(&mut self, lexicon: &Lexicon, word: String, line: u32, counts: bool) {
        if let Some(weight) = lexicon.weight(&word) {
            self.words.entry(word.clone()).or_insert((line, weight));
        }
        if counts {
            self.distinct.insert(word);
        }
    }

    fn signal(self, at: usize, rule: &Rule, quote: impl Fn(u32) -> Evidence) -> Option<Signal> {
        if self.words.is_empty() {
            return None;
        }
        let scale = rule.weight / (self.distinct.len().max(4) as f64).sqrt();
        let sum: f64 = {
            let mut weights: Vec<f64> = self.words.values().map(|(_, weight)| *weight).collect();
            // Sorted, for the same sum whatever the order of the map.
            weights.sort_by(f64::total_cmp);
            weights.iter().sum()
        };
        let contribution = rounded((sum * scale).clamp(-rule.cap, rule.cap));
        let mut parts: Vec<(String, u32, f64)> =
            self.words.into_iter().map(|(word, (line, weight))| (word, line, weight)).collect();
        parts.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()).then_with(|| a.0.cmp(&b.0)));
        let shrink = if sum == 0.0 { 0.0 } else { contribution / sum };
        let evidence = parts
            .into_iter()
            .filter(|(_, _, weight)| weight.signum() == sum.signum())
            .take(MOST_EVIDENCE)
            .map(|(word, line, weight)| Evidence { text: word, contribution: rounded(weight * shrink), ..quote(line) })
            .collect();
        Some(Signal { rule: at, value: sum, contribution, evidence, commit: None })
    }
}

/// Weighs the words of a hunk.
pub fn hunk(at: usize, rule: &Rule, lexicon: &Lexicon, block: &Block<'_>, found: &mut Found) {
    let regions = &block.hunk.regions;
    let mut seen = Seen::default();
    match rule.scope {
        Some(Scope::Comment) => {
            for region in regions.comments.iter().chain(&regions.docstrings) {
                seen.prose(lexicon, &region.text, |line| region.span.start + line as u32);
            }
        }
        Some(Scope::String) => {
            for region in &regions.strings {
                seen.prose(lexicon, &region.text, |line| region.span.start + line as u32);
            }
        }
        Some(Scope::Identifier) => {
            for name in &regions.identifiers {
                let raw =
                    String::from_utf8_lossy(block.file.new.bytes().get(name.clone()).unwrap_or_default()).into_owned();
                let line = block.file.new.line_at(name.start);
                for part in words::parts(&raw) {
                    seen.word(lexicon, part, line, true);
                }
            }
        }
        _ => {}
    }
    if let Some(signal) = seen.signal(at, rule, |line| block.line_evidence(line)) {
        found.weighed(signal);
    }
}

/// Weighs the words of a message.
pub fn message(at: usize, rule: &Rule, lexicon: &Lexicon, message: &Message<'_>, found: &mut Found) {
    let mut seen = Seen::default();
    seen.prose(lexicon, message.text, |line| line as u32);
    let quote = |line| Evidence { line, end_line: line + 1, column: 0, text: String::new(), contribution: 0.0 };
    if let Some(signal) = seen.signal(at, rule, quote) {
        found.weighed(signal);
    }
}
