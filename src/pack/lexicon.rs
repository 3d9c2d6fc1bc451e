//! Words with weights: a tab-separated file of `word<TAB>log-odds`, `#` for remarks.

use rustc_hash::FxHashMap;

/// Words and how far each speaks for (positive) or against (negative) AI authorship, in log-odds.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    weights: FxHashMap<String, f64>,
}

/// A line that is not `word<TAB>number`.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: expected a word, a tab and a number, found `{found}`")]
pub struct LineError {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
}

impl Lexicon {
    /// Reads a lexicon.
    ///
    /// # Errors
    /// At the first line that is not `word<TAB>number`.
    pub fn parse(content: &str) -> Result<Self, LineError> {
        let mut weights = FxHashMap::default();
        for (at, line) in content.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let parsed = line.split_once('\t').and_then(|(word, weight)| {
                let weight: f64 = weight.trim().parse().ok()?;
                weight.is_finite().then(|| (word.to_owned(), weight))
            });
            let (word, weight) = parsed.ok_or_else(|| LineError { line: at + 1, found: line.into() })?;
            weights.insert(word, weight);
        }
        Ok(Lexicon { weights })
    }

    /// What a word or a pair of words (joined by a space) weighs.
    pub fn weight(&self, word: &str) -> Option<f64> {
        self.weights.get(word).copied()
    }

    /// How many words it holds.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether it holds no word.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }
}
