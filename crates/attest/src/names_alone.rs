//! Whether a text is the names of tools and models, and nothing else: `Claude Code 2.1 (Opus 4.8), Codex`.
//!
//! Keys such as `AI` and `Model`, and words such as "with the help of", are part of many sentences. There, only a text
//! that holds names alone is a declaration.

use super::declared::{self, OF_TOOLS};
use super::registry::Registry;
use super::several;
use ai_detect_base::slices::part_of;

/// What may stand between names, and who makes the tools.
const BETWEEN: [&str; 16] = [
    "via",
    "with",
    "using",
    "on",
    "and",
    "by",
    "from",
    "in",
    "the",
    "model",
    "anthropic",
    "anthropic's",
    "openai",
    "openai's",
    "google",
    "github",
];
/// More words in brackets than this are a remark.
const MAX_WORDS_IN_BRACKETS: usize = 5;

/// Whether a text is names alone.
pub(super) fn is_names_alone(text: &str, registry: &Registry) -> bool {
    let parts = several::parts(text.trim().trim_end_matches(['.', '!']));
    !parts.is_empty()
        && parts.len() <= several::MAX_PARTS
        && declared::read(text, registry).known
        && parts.iter().all(|part| is_name_alone(part, registry))
}

fn is_name_alone(part: &str, registry: &Registry) -> bool {
    let Some(bare) = without_brackets(part) else { return false };
    let (mut rest, mut names) = (bare.as_str(), false);
    loop {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        if rest.is_empty() {
            return names;
        }
        let model = registry.model(rest).filter(|model| model.start == 0).map(|model| model.end);
        let tool = || registry.alias(rest).map(|(_, length)| length);
        let length = match model.or_else(tool) {
            Some(length) => {
                names = true;
                length
            }
            None => {
                let word = rest.split_whitespace().next().unwrap_or(rest);
                if !may_stand_beside(word) {
                    return false;
                }
                word.len()
            }
        };
        rest = part_of(rest, length..);
    }
}

/// Whether a word is a version, a part of a product's name, or joins two names.
fn may_stand_beside(word: &str) -> bool {
    let lower = word.to_lowercase();
    let word = lower.trim_end_matches(|c: char| !c.is_alphanumeric());
    let version = word.strip_prefix('v').unwrap_or(word);
    version.starts_with(|c: char| c.is_ascii_digit()) || OF_TOOLS.contains(&word) || BETWEEN.contains(&word)
}

/// A text without what stands in brackets; `None` where that is a whole remark.
fn without_brackets(text: &str) -> Option<String> {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(['(', '[', '{', '<']) {
        let (inner, behind) = after.split_once([')', ']', '}', '>']).unwrap_or((after, ""));
        if inner.split_whitespace().count() > MAX_WORDS_IN_BRACKETS {
            return None;
        }
        bare.push_str(before);
        // `[Claude Code](https://…)`, `<claude-opus-4-8>`: what is in brackets alone is the name.
        if before.trim().is_empty() && bare.trim().is_empty() {
            bare.push_str(inner);
        }
        bare.push(' ');
        rest = behind;
    }
    bare.push_str(rest);
    Some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_versions_and_brackets_are_names_alone() {
        let registry = Registry::builtin().unwrap();
        for text in [
            "Claude",
            "Claude Code",
            "Claude Code 2.1 (Opus 4.8), GitHub Copilot CLI v1.0",
            "claude-opus-4-8",
            "Claude:claude-opus-4-8 [sparse]",
            "Claude Opus 4.8 via Cursor",
            "[Claude Code](https://claude.com/claude-code)",
            "Codex and Claude.",
            "OpenAI Codex",
        ] {
            assert!(is_names_alone(text, registry), "{text}");
        }
        for text in [
            "Claude Dupont",
            "Claude provider added",
            "Claude, users can now ask",
            "Claude for the idea",
            "Claude Code (which wrote most of it, and not all)",
            "rework the path finding",
            "2.1",
            "Max",
            "jules",
            "",
        ] {
            assert!(!is_names_alone(text, registry), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|claude|gpt-5| |\\(|\\)|\\[|\\]|,|v1){0,40}") {
            is_names_alone(&text, Registry::builtin().unwrap());
        }
    }
}
