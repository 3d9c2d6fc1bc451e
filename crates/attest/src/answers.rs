//! What people answer to a question of yes or no: `AI-Assisted: no, all by hand`.

use super::declared;
use super::registry::Registry;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// AI took part.
    Yes,
    /// It did not.
    No,
    /// Neither: `n/a`, `to be decided`, `not the tests`.
    Unclear,
    /// No answer of these: perhaps a tool's name, perhaps a sentence.
    Other,
}

/// Words that take back a part of a denial.
const EXCEPTING: [&str; 8] = ["but", "except", "only", "just", "apart", "besides", "although", "though"];
/// Words for AI in a denial.
const AI: [&str; 9] = ["ai", "llm", "llms", "ais", "genai", "chatgpt", "copilot", "tool", "tools"];

/// Reads an answer.
pub(super) fn read(value: &str, registry: &Registry) -> Answer {
    let values = &registry.file.values;
    let value = value.trim();
    if values.no.is_match(value) {
        return Answer::No;
    }
    if values.yes.is_match(value) {
        return Answer::Yes;
    }
    if values.unclear.is_match(value) {
        return Answer::Unclear;
    }
    let lower = value.to_lowercase();
    if denies_use(&lower) || is_by_hand(&lower, registry) {
        return Answer::No;
    }
    let first = lower.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    if !["no", "none", "not", "never", "without", "nothing", "nope"].contains(&first) {
        return Answer::Other;
    }
    let rest = lower.get(first.len()..).unwrap_or_default();
    let mut words = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_whole = rest.starts_with([',', ';', '.', ':', '(', '!']) || rest.starts_with(" (") || rest.starts_with(" -");
    let denies_ai = words.clone().take(4).any(|word| AI.contains(&word));
    let excepts = words.any(|word| EXCEPTING.contains(&word))
        || (!denies_ai && rest.split([',', ';', '.']).any(|part| declared::read(part, registry).known));
    if (is_whole || denies_ai) && !excepts { Answer::No } else { Answer::Unclear }
}

/// Whether all was written by hand: `written entirely by hand.`
fn is_by_hand(lower: &str, registry: &Registry) -> bool {
    const MAX_WORDS: usize = 6;
    let text = lower.trim_end_matches(['.', '!']);
    let excepts = || text.split_whitespace().any(|word| EXCEPTING.contains(&word));
    text.ends_with("by hand")
        && text.split_whitespace().count() <= MAX_WORDS
        && !text.contains(',')
        && !excepts()
        && registry.tool_names(text).is_empty()
}

/// Whether somebody says in a sentence, in lower case, that they used no AI: `I did not use any AI tools.`
fn denies_use(lower: &str) -> bool {
    let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    let is_own = words.next().is_some_and(|first| ["i", "we"].contains(&first));
    let rest: Vec<&str> = words.collect();
    let at = rest.iter().position(|word| ["use", "used"].contains(word)).filter(|_| is_own);
    let Some(used) = at else { return false };
    let before = rest.get(..used).unwrap_or_default();
    let behind = rest.get(used + 1..).unwrap_or_default();
    let is_denied = before.iter().any(|word| ["not", "never"].contains(word) || word.ends_with("n't"))
        || behind.first() == Some(&"no");
    let is_of_ai = behind.iter().find(|word| !["any", "an", "no", "the"].contains(*word));
    is_denied && is_of_ai.is_some_and(|word| AI.contains(word)) && !rest.iter().any(|word| EXCEPTING.contains(word))
}

/// What stands behind a yes: `yes, Claude Code` → `Claude Code`. The whole value where it does not start so.
pub(super) fn after_yes(value: &str) -> &str {
    let lower = value.to_ascii_lowercase();
    let yes = ["yes", "true", "partially", "partly", "mostly"].into_iter().find(|yes| lower.starts_with(yes));
    let rest = yes.and_then(|yes| value.get(yes.len()..));
    let rest = rest.filter(|rest| rest.starts_with([',', ';', ':', ' ', '(', '-', '.', '!']));
    let Some(rest) = rest else { return value };
    let behind = rest.trim_start_matches([',', ';', ':', ' ', '-', '.', '!']);
    // `partly (the tests), Claude Code`
    let remark = behind.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let behind = remark.and_then(|(_, rest)| rest.strip_prefix(',')).map_or(behind, str::trim_start);
    // `yes, with Claude Code`
    ["with ", "using ", "by "].iter().find_map(|word| behind.strip_prefix(word)).unwrap_or(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_yes_and_no_are_read() {
        let registry = Registry::builtin().unwrap();
        for (answer, values) in [
            (Answer::Yes, &["yes", "true", "Partially", "y"][..]),
            (
                Answer::No,
                &[
                    "no",
                    "none",
                    "No.",
                    "no, all by hand",
                    "none (wrote it myself)",
                    "no AI tools were used",
                    "not written by an LLM",
                    "I did not use any AI tools.",
                    "we used no AI",
                    "I don't use LLMs",
                    "written entirely by hand.",
                    "not used at all",
                ],
            ),
            (
                Answer::Unclear,
                &[
                    "n/a",
                    "N/A",
                    "tbd",
                    "unknown",
                    "no code, but the tests",
                    "not sure",
                    "none of the code, only the docs",
                ],
            ),
            (
                Answer::Other,
                &[
                    "I did not use AI but for the tests",
                    "I use AI",
                    "the tests by hand, the rest by Codex",
                    "Claude Code",
                    "Claude wrote the tests",
                    "intent and review human-driven",
                ],
            ),
        ] {
            for value in values {
                assert_eq!(read(value, registry), answer, "{value}");
            }
        }
    }

    #[test]
    fn what_stands_behind_a_yes_is_found() {
        assert_eq!(after_yes("yes, Claude Code"), "Claude Code");
        assert_eq!(after_yes("Yes (Claude Code)"), "(Claude Code)");
        assert_eq!(after_yes("yes - Codex"), "Codex");
        assert_eq!(after_yes("yes, with Codex"), "Codex");
        assert_eq!(after_yes("partly (the tests), Codex"), "Codex");
        assert_eq!(after_yes("yesterday"), "yesterday");
        assert_eq!(after_yes("Claude"), "Claude");
    }
}
