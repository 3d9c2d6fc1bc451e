//! Which models a text names.

use regex::Regex;

use super::{LazyPattern, Registry};
use crate::schema::Pattern;

/// A model's name within a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ModelName {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) exact: bool,
}

impl Registry {
    /// The first model named in a text: one with a version before one without.
    pub(crate) fn model(&self, text: &str) -> Option<ModelName> {
        if !self.model_hints.is_match(text) {
            return None;
        }
        let first = |pattern: &LazyPattern| pattern.regex().and_then(|regex: &Regex| regex.find(text));
        let found = first(&self.exact_models);
        let exact = found.is_some_and(|found| !self.file.models.moving.is_match(found.as_str()));
        let found = found.or_else(|| first(&self.loose_models))?;
        Some(ModelName { start: found.start(), end: found.end(), exact })
    }

    /// Whether a name fixes the version of a model: one that the registry knows as exact, or any other with a digit in
    /// it; never a name that moves on to newer versions, such as `…-latest`.
    pub fn is_exact(&self, name: &str) -> bool {
        let has_version = match self.model(name) {
            Some(known) => known.exact,
            None => name.contains(|c: char| c.is_ascii_digit()),
        };
        has_version && !self.file.models.moving.is_match(name)
    }

    /// All models named in a text, as spans.
    pub(crate) fn models(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        // No name goes beyond its line, and few lines hold a hint.
        let mut end = 0;
        for hint in self.model_hints.find_iter(text) {
            if hint.start() < end {
                continue;
            }
            let start = text.get(..hint.start()).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            end = text.get(hint.end()..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| hint.end() + at);
            let names = self.exact_models.regex().zip(text.get(start..end));
            let names = names.into_iter().flat_map(|(regex, line)| regex.find_iter(line));
            found.extend(names.map(|name| (start + name.start(), start + name.end())));
        }
        found
    }
}

/// Names of models, which are of ASCII alone. What `\d` and `\w` are in all scripts takes longer to compile than a
/// small history to read; and by the ends of words of Unicode, a message with a letter beyond ASCII takes the
/// slowest of the engines.
pub(crate) fn alternatives(patterns: &[String]) -> LazyPattern {
    if patterns.is_empty() {
        // Matches nothing, unlike an empty alternation.
        return Pattern::from(String::from(r"[^\s\S]"));
    }
    Pattern::from(format!(r"(?i-u)\b(?:{})\b", patterns.join("|")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_exact_if_it_fixes_a_version() {
        let registry = Registry::builtin().unwrap();
        for name in ["claude-opus-4-8", "Claude 3.5 Sonnet", "gpt-5.5", "mymodel-4", "vendor/mymodel-4.1-mini"] {
            assert!(registry.is_exact(name), "{name}");
        }
        for name in
            ["Claude Opus", "gpt", "mymodel", "mymodel-4-latest", "vendor/mymodel-4-latest", "claude-3-5-sonnet-latest"]
        {
            assert!(!registry.is_exact(name), "{name}");
        }
    }

    #[test]
    fn models_are_told_from_families_and_from_words() {
        let registry = Registry::builtin().unwrap();
        let model =
            |text: &str| registry.model(text).map(|found| (text[found.start..found.end].to_owned(), found.exact));
        assert_eq!(model("with GPT-5.3-codex today"), Some(("GPT-5.3-codex".into(), true)));
        assert_eq!(model("Claude Opus 4 (1M context)"), Some(("Claude Opus 4".into(), true)));
        assert_eq!(model("Claude 3.5 Sonnet"), Some(("Claude 3.5 Sonnet".into(), true)));
        assert_eq!(model("claude-3-5-sonnet-latest"), Some(("claude-3-5-sonnet-latest".into(), false)));
        assert_eq!(model("Gemini 2.5 Pro"), Some(("Gemini 2.5 Pro".into(), true)));
        assert_eq!(model("Claude Opus"), Some(("Claude Opus".into(), false)));
        for text in ["Claude", "an opus in haiku", "-O3", "llamas", "Codex"] {
            assert_eq!(model(text), None, "{text}");
        }
    }
}
