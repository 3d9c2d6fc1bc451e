//! Which models a text names.

use regex::{Match, Regex};

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
        let is_exact = found.is_some();
        let found = found.or_else(|| first(&self.loose_models))?;
        let (start, end) = (found.start(), whole_id(text, found.start(), found.end()));
        let name = text.get(start..end)?;
        let exact = is_exact && !self.file.models.moving.is_match(name) && !goes_on(text, start, end);
        Some(ModelName { start, end, exact })
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
            let whole = |name: Match<'_>| {
                let line = text.get(start..end).unwrap_or_default();
                (start + name.start(), start + whole_id(line, name.start(), name.end()))
            };
            found.extend(names.map(whole));
        }
        found
    }
}

/// Words behind a hyphen that are no part of an id: `gpt-5.5-based`.
const NOT_OF_IDS: [&str; 12] = [
    "based",
    "powered",
    "generated",
    "assisted",
    "written",
    "driven",
    "style",
    "like",
    "level",
    "class",
    "only",
    "compatible",
];

/// Where an id of a model really ends: it goes on behind a hyphen, whatever stands there, as in `gpt-6-astra`.
fn whole_id(text: &str, start: usize, end: usize) -> usize {
    let is_id = text.get(start..end).is_some_and(|name| !name.contains(' '));
    let Some(rest) = text.get(end..).filter(|rest| is_id && rest.starts_with('-')) else { return end };
    let token = rest.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))).next().unwrap_or("");
    // A dot or a hyphen at the end is the sentence's.
    let token = token.trim_end_matches(['-', '.', '_']);
    let words = token.split('-').filter(|word| !word.is_empty());
    if words.clone().next().is_none() || words.clone().any(|word| NOT_OF_IDS.contains(&word.to_lowercase().as_str())) {
        return end;
    }
    end + token.len()
}

/// Whether a name in words may go on behind its end, so that it is perhaps the name of a family: `GPT-5.6 Orion`.
/// OpenAI names models so.
fn goes_on(text: &str, start: usize, end: usize) -> bool {
    let is_gpt = text.get(start..start + 3).is_some_and(|name| name.eq_ignore_ascii_case("gpt"));
    let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix(' ')).filter(|_| is_gpt) else { return false };
    let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    word.len() > 2 && word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().skip(1).all(char::is_lowercase)
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
    fn a_name_is_taken_whole_or_is_not_exact() {
        let registry = Registry::builtin().unwrap();
        let model =
            |text: &str| registry.model(text).map(|found| (text[found.start..found.end].to_owned(), found.exact));
        for (text, name, exact) in [
            ("GPT-5.6 Sol", "GPT-5.6 Sol", true),
            ("gpt-5.6-luna", "gpt-5.6-luna", true),
            ("model=gpt-6-astra effort=medium", "gpt-6-astra", true),
            ("deepseek-v3.2-speciale", "deepseek-v3.2-speciale", true),
            ("GPT-5.6 Orion", "GPT-5.6", false),
            ("a gpt-5.5-based review", "gpt-5.5", true),
            ("It is gpt-5.5-.", "gpt-5.5", true),
            ("gpt-5.5-latest", "gpt-5.5-latest", false),
            ("GPT-5.5 for the tests", "GPT-5.5", true),
        ] {
            assert_eq!(model(text), Some((name.to_owned(), exact)), "{text}");
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
