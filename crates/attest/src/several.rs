//! Values that name several tools: `Claude (Opus 4.8), Codex (gpt-5.5)`.
//!
//! Each part is read as a value of its own; a model behind a tool that has none is that tool's. Parts that are no known
//! tool are handed back, so that none is passed over. Words such as "with" and "then", which also join a tool and its model
//! or what was done, part a value only between two tools.

use std::collections::BTreeSet;

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
pub(super) const MAX_PARTS: usize = 16;

/// Reads a value with one or several tools.
pub(super) fn read(value: &str, registry: &Registry) -> Several {
    let value = without_brackets(value.trim());
    let parts: Vec<Part<'_>> =
        parts(value).into_iter().map(without_brackets).flat_map(|part| joined(part, registry)).collect();
    let mut several = Several::default();
    if (2..=MAX_PARTS).contains(&parts.len()) {
        for part in &parts {
            several.take(part, registry);
        }
    }
    if several.named.len() < 2 {
        let whole = declared::read(value, registry);
        match several.named.as_slice() {
            // `acme-helper, Claude Code`: the tool that is known stands behind one that is not.
            [_] if !whole.known && is_list_of_names(&parts, registry) => {}
            _ if !whole.known => return Several { named: vec![whole], unknown: Vec::new() },
            _ => several.named = vec![whole],
        }
    }
    several.add_models(value, registry);
    several
}

impl Several {
    fn take(&mut self, part: &Part<'_>, registry: &Registry) {
        let text = without_label(part.text);
        if goes_on(text) {
            return;
        }
        let found = read_part(text, registry);
        if !found.known {
            let is_named = if part.is_behind_word { near_misses::is_like_ai_tool } else { near_misses::may_be_tool };
            if is_named(text, registry) && !is_clause(text) && !near_misses::is_whole_name(text) {
                self.unknown.push(text.to_owned());
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

/// A part of a value.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    /// Whether a word such as "with" leads to it: what is no tool there is usually no name at all.
    is_behind_word: bool,
}

/// What also joins two tools.
const JOINING: [&str; 12] = [
    " with ",
    " then ",
    " followed by ",
    " alongside ",
    " together with ",
    " or ",
    " -> ",
    " => ",
    " \u{2192} ",
    " \u{b7} ",
    " \u{2022} ",
    "/",
];

/// A part, parted further where a word or a slash stands between two tools: `Claude Code with Codex`, `Claude Code/Codex`.
fn joined<'a>(part: &'a str, registry: &Registry) -> Vec<Part<'a>> {
    let (mut found, mut rest, mut is_behind_word) = (Vec::new(), part, false);
    // `Claude Code, then Codex`
    let behind = ["then ", "with "].iter().find_map(|word| part.strip_prefix(word));
    if let Some(behind) = behind.filter(|behind| starts_with_tool(behind, registry)) {
        (rest, is_behind_word) = (behind, true);
    }
    while let Some((left, right)) = next_joined(rest, registry) {
        found.push(Part { text: left, is_behind_word });
        (rest, is_behind_word) = (right, true);
    }
    found.push(Part { text: rest, is_behind_word });
    found
}

/// The two sides of the first word, outside of brackets, that stands between two tools.
fn next_joined<'a>(text: &'a str, registry: &Registry) -> Option<(&'a str, &'a str)> {
    let outside = outside_brackets(text);
    let places = JOINING.iter().flat_map(|word| text.match_indices(word)).filter(|(at, _)| outside.contains(at));
    let mut places: Vec<(usize, &str)> = places.collect();
    places.sort_unstable();
    places.into_iter().find_map(|(at, word)| {
        let (left, right) = (text.get(..at)?.trim(), text.get(at + word.len()..)?.trim());
        let fits =
            if word == "/" { are_beside_slash(left, right, registry) } else { starts_with_tool(right, registry) };
        let (one, other) = (declared::read(left, registry).tool, declared::read(right, registry).tool);
        (fits && one.is_some() && one != other).then_some((left, right))
    })
}

/// Whether a slash stands between two tools. It also parts a tool from its version, and a vendor from a model.
fn are_beside_slash(left: &str, right: &str, registry: &Registry) -> bool {
    let end = |text: &str| registry.alias(text).map(|(_, length)| length);
    let is_whole = end(left) == Some(left.len()) || (left.ends_with([')', ']']) && end(left).is_some());
    let next = end(right).and_then(|end| right.get(end..));
    let is_tool = next.is_some_and(|next| next.is_empty() || next.starts_with([' ', '(', '/', ':']));
    is_whole && ((is_tool && starts_with_tool(right, registry)) || near_misses::is_like_ai_tool(right, registry))
}

/// Whether a text starts with the name of a tool, known or not, rather than with a model or with what was done.
fn starts_with_tool(text: &str, registry: &Registry) -> bool {
    // `Antigravity with Gemini`: a family of models, without a version.
    let is_family = registry.file.models.hints.iter().any(|family| text.eq_ignore_ascii_case(family));
    let is_known = !is_family && registry.alias(text).is_some() && declared::read(text, registry).tool.is_some();
    is_known || near_misses::is_like_ai_tool(text, registry)
}

/// The bytes of a text that are in no brackets.
fn outside_brackets(text: &str) -> BTreeSet<usize> {
    let mut depth = 0_usize;
    let mut outside = BTreeSet::new();
    for (at, sign) in text.char_indices() {
        match sign {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                outside.insert(at);
            }
            _ => {}
        }
    }
    outside
}

/// A value without brackets or quotation marks around all of it: `[Claude Code, Codex]`.
fn without_brackets(value: &str) -> &str {
    let inner = [('[', ']'), ('(', ')'), ('{', '}'), ('"', '"'), ('\'', '\''), ('`', '`')]
        .iter()
        .find_map(|(open, close)| value.strip_prefix(*open)?.strip_suffix(*close).map(|inner| (inner, *open, *close)));
    match inner {
        Some((inner, open, close)) if !inner.contains([open, close]) => inner.trim(),
        _ => value,
    }
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

/// Whether a part is a clause of its own: `everything else is mine`.
fn is_clause(part: &str) -> bool {
    const WORDS: [&str; 28] = [
        "is",
        "was",
        "are",
        "were",
        "has",
        "have",
        "had",
        "did",
        "i",
        "me",
        "my",
        "mine",
        "myself",
        "we",
        "us",
        "our",
        "it",
        "by",
        "everything",
        "nothing",
        "all",
        "rest",
        "hand",
        "others",
        "people",
        "human",
        "humans",
        "review",
    ];
    let mut words = part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

/// A part without the key of another trailer: `AI-Tool: Windsurf; AI-Model: swe-1.5`.
fn without_label(part: &str) -> &str {
    const KEYS: [&str; 4] = ["ai-model", "model", "ai-tool", "tool"];
    let label =
        part.split_once(": ").filter(|(key, _)| KEYS.iter().any(|known| known.eq_ignore_ascii_case(key.trim())));
    label.map_or(part, |(_, value)| value.trim())
}

/// Whether all parts are names, those of tools that are known and others.
fn is_list_of_names(parts: &[Part<'_>], registry: &Registry) -> bool {
    parts.iter().all(|part| {
        declared::read(part.text, registry).known
            || (near_misses::is_like_a_name(part.text, registry) && !is_clause(part.text))
    })
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
        // Commas of Chinese and Japanese keyboards.
        '\u{ff0c}' | '\u{3001}' | '\u{ff1b}' => Some(sign.len_utf8()),
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
            "Claude Code with Copilot",
            "Claude Code then Copilot",
            "Claude Code, then Copilot",
            "Claude Code followed by GitHub Copilot",
            "Claude Code/Copilot",
            "Claude Code/Copilot/Claude Code",
            "Claude Code \u{2192} Copilot",
            "Claude Code \u{b7} Copilot",
            "Claude Code or Copilot",
            "Claude Code\u{ff0c}Copilot",
            "Claude Code\u{3001}Copilot",
            "[Claude Code, Copilot]",
            "[Claude Code] + [Copilot]",
            "`Claude Code` and `Copilot`",
            "(Claude Code and Copilot)",
            "\"Claude Code, Copilot\"",
            "[Claude Code](https://claude.com/claude-code) with [Copilot](https://github.com/copilot)",
        ] {
            assert_eq!(named(value), two, "{value}");
        }
        assert_eq!(named("acme-helper, Claude Code"), pairs(&[("Claude", "")]));
        assert_eq!(named("Windsurf; AI-Model: swe-1.5"), pairs(&[("Windsurf", "swe-1.5")]));
        let models = pairs(&[("Claude", "Opus 4.8"), ("Codex", "gpt-5.5")]);
        for value in [
            "Claude (Opus 4.8), Codex (gpt-5.5)",
            "Claude:Opus 4.8 and Codex:gpt-5.5",
            "Claude, Opus 4.8, Codex, gpt-5.5",
            "Claude (Opus 4.8) with Codex (gpt-5.5)",
            "Claude (Opus 4.8) then Codex (gpt-5.5)",
            "Claude (Opus 4.8)/Codex (gpt-5.5)",
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
            ("GitHub Copilot with Claude Sonnet 4.6", "GitHub Copilot", "Claude Sonnet 4.6"),
            ("Codex with GPT-5.5", "Codex", "GPT-5.5"),
            ("GitHub Copilot with Claude", "GitHub Copilot", ""),
            ("Codex with edits by me", "Codex", ""),
            ("Codex, then edited by hand", "Codex", ""),
            ("Codex with the tests of PostgreSQL", "Codex", ""),
            ("Claude Code/2.1", "Claude", ""),
            ("opencode/big-pickle", "opencode", "big-pickle"),
            ("Claude Code [reviewed by Codex]", "Claude", ""),
            ("[Codex](https://openai.com/codex)", "Codex", ""),
        ] {
            assert_eq!(named(value), pairs(&[(tool, model)]), "{value}");
        }
        let unknown = |value: &str| read(value, Registry::builtin().unwrap()).unknown;
        assert_eq!(unknown("Codex, with edits by me"), [""; 0]);
        assert_eq!(unknown("Claude and HouseBot (house-2)"), ["HouseBot (house-2)"]);
        assert_eq!(unknown("Claude, coccinelle"), [""; 0]);
        assert_eq!(unknown("acme-helper, Claude Code"), ["acme-helper"]);
        assert_eq!(unknown("Claude Code, Frobnicator Desktop"), ["Frobnicator Desktop"]);
        assert_eq!(unknown("Jane Doe, Codex"), [""; 0], "nobody calls a person a tool");
        assert_eq!(unknown("Claude Code, everything else is mine"), [""; 0]);
        assert_eq!(unknown("Cursor (composer-1), and myself"), [""; 0]);
        assert_eq!(unknown("Claude Code with FooAI"), ["FooAI"]);
        assert_eq!(unknown("Claude Code then HouseBot"), ["HouseBot"]);
        assert_eq!(unknown("Claude Code/SuperCoder"), ["SuperCoder"]);
        assert_eq!(unknown("Claude Code with PostgreSQL"), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read(value in "(\\PC|, | and |claude|\\(|\\)|&|gpt-5\\.5){0,40}") {
            read(&value, Registry::builtin().unwrap());
        }
    }
}
