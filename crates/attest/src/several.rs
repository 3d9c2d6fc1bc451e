//! Values that name several tools: `Claude (Opus 4.8), Codex (gpt-5.5)`.
//!
//! Each part is read as a value of its own; a model behind a tool that has none is that tool's. Parts that are no known
//! tool are handed back, so that none is passed over.

use super::declared::{self, Declared, Model};
use super::near_misses;
use super::registry::Registry;
use ai_detect_base::slices::part_of;

/// What a value names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Several {
    /// Every tool or model that is known, in order; one that says nothing where none is.
    pub(super) named: Vec<Declared>,
    /// Parts beside those that look like names of tools and are not known.
    pub(super) unknown: Vec<String>,
}

/// More parts than this are prose.
pub(super) const MAX_PARTS: usize = 8;

/// Reads a value with one or several tools.
pub(super) fn read(value: &str, registry: &Registry) -> Several {
    let parts = parts(value);
    let mut several = Several::default();
    if (2..=MAX_PARTS).contains(&parts.len()) {
        for part in &parts {
            several.take(part, registry);
        }
    }
    if several.named.len() < 2 {
        let whole = declared::read(value, registry);
        if !whole.known {
            return Several { named: vec![whole], unknown: Vec::new() };
        }
        several.named = vec![whole];
    }
    several.add_models(value, registry);
    several
}

impl Several {
    fn take(&mut self, part: &str, registry: &Registry) {
        if goes_on(part) {
            return;
        }
        let found = read_part(part, registry);
        if !found.known {
            if near_misses::may_be_tool(part, registry) {
                self.unknown.push(part.to_owned());
            }
            return;
        }
        if found.model.is_none() && self.named.iter().any(|known| known.tool == found.tool) {
            return;
        }
        match self.named.last_mut() {
            Some(last) if found.tool.is_none() && last.tool.is_some() && last.model.is_none() => {
                last.model = found.model;
            }
            _ => self.named.push(found),
        }
    }

    /// Adds the models that a value names beside those: `Claude (Opus 4.8, Sonnet 4.6)`.
    fn add_models(&mut self, value: &str, registry: &Registry) {
        let letters = |name: &str| -> String {
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let tool = self.named.first().and_then(|first| first.tool.clone()).filter(|_| self.named.len() == 1);
        for (start, end) in registry.models(value) {
            let name = part_of(value, start..end);
            let new = letters(name);
            let is_same = |known: &Declared| {
                known.model.as_ref().is_some_and(|model| {
                    let known = letters(&model.name);
                    known.contains(&new) || new.contains(&known)
                })
            };
            if !self.named.iter().any(is_same) && self.named.len() < MAX_PARTS {
                let model = Some(Model::named(name, registry));
                self.named.push(Declared { tool: tool.clone(), model, known: true });
            }
        }
    }
}

/// A part, without what it goes on with where that hides the tool: `Copilot via VS Code`.
fn read_part(part: &str, registry: &Registry) -> Declared {
    let whole = declared::read(part, registry);
    let heads = [" via ", " in ", " for ", " on "].iter().filter_map(|word| Some(part.split_once(word)?.0));
    let mut heads = heads.map(|head| declared::read(head, registry)).filter(|head| head.known);
    if whole.known { whole } else { heads.next().unwrap_or(whole) }
}

/// Whether a part goes on with what was said before, and names no further tool.
fn goes_on(part: &str) -> bool {
    const WORDS: [&str; 20] = [
        "reviewed", "tested", "checked", "verified", "approved", "edited", "with", "for", "but", "then", "after",
        "see", "which", "who", "i", "we", "only", "mostly", "not", "no",
    ];
    let first = part.split_whitespace().next().unwrap_or("").to_lowercase();
    WORDS.contains(&first.as_str())
}

/// The parts of a value, cut at signs and at "and", but not within brackets.
pub(super) fn parts(value: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, sign) in value.char_indices() {
        match sign {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 || at < start {
            continue;
        }
        if let Some(length) = separator(value, at, sign) {
            parts.push(part_of(value, start..at));
            start = at + length;
        }
    }
    parts.push(part_of(value, start..value.len()));
    let trimmed = parts.into_iter().map(|part| part.trim().trim_end_matches(['.', ',', ';']));
    trimmed.map(|part| part.strip_prefix("and ").unwrap_or(part).trim()).filter(|part| !part.is_empty()).collect()
}

/// How long the separator is that starts at a sign, if one does.
fn separator(value: &str, at: usize, sign: char) -> Option<usize> {
    let rest = part_of(value, at..value.len());
    let spaced = [" and ", " plus ", " / ", " + ", " & ", " | "].iter().find(|word| rest.starts_with(**word));
    if let Some(word) = spaced {
        return Some(word.len());
    }
    let next = rest.chars().nth(1);
    match sign {
        ',' if next.is_none_or(|next| !next.is_ascii_digit()) => Some(1),
        ';' | '&' | '|' => Some(1),
        '+' if next.is_some_and(char::is_alphanumeric) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(value: &str) -> Vec<(String, String)> {
        let several = read(value, Registry::builtin().unwrap());
        let pair =
            |found: Declared| (found.tool.unwrap_or_default(), found.model.map(|model| model.name).unwrap_or_default());
        several.named.into_iter().map(pair).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(tool, model)| ((*tool).to_owned(), (*model).to_owned())).collect()
    }

    #[test]
    fn every_tool_of_a_value_is_read() {
        let two = pairs(&[("Claude", ""), ("GitHub Copilot", "")]);
        for value in [
            "Claude Code and Copilot",
            "Claude, Copilot",
            "claude-code + copilot",
            "Claude Code & GitHub Copilot",
            "Claude Code/1.2 / Copilot",
            "Claude Code 2.0.1, and Copilot v1.2",
            "Claude; Copilot.",
            "Claude+Copilot",
            "Claude | Copilot",
            "Claude and Copilot via VS Code",
            "Claude, Claude Code, Copilot",
        ] {
            assert_eq!(named(value), two, "{value}");
        }
        let models = pairs(&[("Claude", "Opus 4.8"), ("Codex", "gpt-5.5")]);
        for value in [
            "Claude (Opus 4.8), Codex (gpt-5.5)",
            "Claude:Opus 4.8 and Codex:gpt-5.5",
            "Claude, Opus 4.8, Codex, gpt-5.5",
        ] {
            assert_eq!(named(value), models, "{value}");
        }
        assert_eq!(
            named("Claude Code (claude-opus-4-5) & Cursor"),
            pairs(&[("Claude", "claude-opus-4-5"), ("Cursor", "")])
        );
        assert_eq!(named("Claude (Opus 4.8, Sonnet 4.6)"), pairs(&[("Claude", "Opus 4.8"), ("Claude", "Sonnet 4.6")]));
    }

    #[test]
    fn one_tool_stays_one() {
        for (value, tool, model) in [
            ("Claude Code 2.1.133 / Claude Opus 4.7 (1M context)", "Claude", "Claude Opus 4.7"),
            ("GitHub Copilot (model: Claude Opus 4.8, autonomous)", "GitHub Copilot", "Claude Opus 4.8"),
            ("openai/gpt-5.4 on opencode", "opencode", "openai/gpt-5.4"),
            ("Codex, with edits by me", "Codex", ""),
            ("Codex, reviewed by Claude", "Codex", ""),
            ("Codex and nothing else", "Codex", ""),
            ("Claude:claude-3-opus [coccinelle] [sparse]", "Claude", "claude-3-opus"),
            ("opencode and opus 4.6", "opencode", "opus 4.6"),
        ] {
            assert_eq!(named(value), pairs(&[(tool, model)]), "{value}");
        }
        let unknown = |value: &str| read(value, Registry::builtin().unwrap()).unknown;
        assert_eq!(unknown("Codex, with edits by me"), [""; 0]);
        assert_eq!(unknown("Claude and HouseBot (house-2)"), ["HouseBot (house-2)"]);
        assert_eq!(unknown("Claude, coccinelle"), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read(value in "(\\PC|, | and |claude|\\(|\\)|&|gpt-5\\.5){0,40}") {
            read(&value, Registry::builtin().unwrap());
        }
    }
}
