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
const EXCEPTING: [&str; 13] = [
    "but", "except", "only", "just", "apart", "besides", "although", "though", "without", "unless", "until", "beyond",
    "other",
];
/// Words for AI in a denial.
const AI: [&str; 9] = ["ai", "llm", "llms", "ais", "genai", "chatgpt", "copilot", "tool", "tools"];
/// What may follow a word for AI in a denial of the whole: `I did not use AI tools for this change`. Anything else may
/// limit it: `I did not use AI for the parser`.
const OF_WHOLE: [&str; 46] = [
    "tool",
    "tools",
    "tooling",
    "assistant",
    "assistants",
    "assistance",
    "agent",
    "agents",
    "model",
    "models",
    "help",
    "code",
    "generated",
    "generation",
    "generative",
    "at",
    "all",
    "here",
    "whatsoever",
    "anywhere",
    "ever",
    "for",
    "in",
    "on",
    "with",
    "to",
    "write",
    "writing",
    "make",
    "making",
    "create",
    "creating",
    "produce",
    "of",
    "this",
    "it",
    "any",
    "or",
    "and",
    "change",
    "changes",
    "commit",
    "patch",
    "pr",
    "mr",
    "work",
];
/// What a denial of a part is about: `no AI in the parser`, not `no AI in the making of this`.
const WHOLE: [&str; 12] = [
    "making",
    "creation",
    "process",
    "writing",
    "production",
    "development",
    "change",
    "commit",
    "patch",
    "pr",
    "work",
    "code",
];

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
    if let Some(denial) = own_denial(value, &lower, registry) {
        return denial;
    }
    if is_by_hand(&lower, registry) {
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
    let mut parts = rest.split(CLAUSE_ENDS).skip(usize::from(denies_ai));
    let excepts = words.any(|word| EXCEPTING.contains(&word))
        || parts.any(|part| declared::read(part.trim(), registry).known)
        || (denies_ai && is_about_a_part(rest));
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

/// What ends a clause.
const CLAUSE_ENDS: [char; 9] = [',', ';', '.', ':', '!', '(', ')', '\u{2013}', '\u{2014}'];

/// What somebody answers who writes that they used no AI: `I did not use any AI tools.` It is a denial where nothing limits
/// it and no tool is named; else it is unclear. `None` where they write something else.
fn own_denial(value: &str, lower: &str, registry: &Registry) -> Option<Answer> {
    let clauses = lower.split(CLAUSE_ENDS).enumerate();
    let words = clauses.flat_map(|(clause, text)| words_of(text).map(move |word| (clause, word)));
    let words: Vec<(usize, &str)> = words.collect();
    let (_, first) = words.first()?;
    if !["i", "we"].contains(first) {
        return None;
    }
    let used = words.iter().position(|(_, word)| ["use", "used"].contains(word))?;
    let before = words.get(..used).unwrap_or_default();
    let behind = words.get(used + 1..).unwrap_or_default();
    let is_denied = before.iter().any(|(_, word)| ["not", "never"].contains(word) || word.ends_with("n't"))
        || behind.first().is_some_and(|(_, word)| *word == "no");
    let object = behind.iter().position(|(_, word)| !["any", "an", "no", "the"].contains(word))?;
    let (clause, ai) = behind.get(object)?;
    if !is_denied || !AI.contains(ai) {
        return None;
    }
    let mut rest = behind.get(object + 1..).unwrap_or_default().iter();
    let limits = |(at, word): &(usize, &str)| match at == clause {
        true => !OF_WHOLE.contains(word) && !AI.contains(word),
        // `…; an LLM wrote the tests`
        false => EXCEPTING.contains(word) || AI.contains(word),
    };
    let names_tool = !registry.tool_names(value).is_empty() || !registry.models(value).is_empty();
    Some(if names_tool || rest.any(limits) { Answer::Unclear } else { Answer::No })
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty())
}

/// Whether a denial in lower case is about a part of the change: `AI for the parser`.
fn is_about_a_part(denial: &str) -> bool {
    let words: Vec<&str> = words_of(denial.split(CLAUSE_ENDS).next().unwrap_or(denial)).collect();
    words.windows(3).any(|words| match words {
        ["for" | "in" | "on", "the" | "my" | "our", part] => !WHOLE.contains(part),
        _ => false,
    })
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
                    "I did not use AI for this change",
                    "I did not use AI tools here.",
                    "we have never used LLMs to write this",
                    "I did not use AI, all of it is by hand",
                    "I didn't use any AI-generated code at all",
                    "no AI was used in the making of this",
                    "no AI in this commit; the tests are old",
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
                    "I did not use AI but for the tests",
                    "I did not use AI for the parser; Claude wrote the tests",
                    "I did not use AI for the parser",
                    "I did not use AI; Claude wrote the tests",
                    "I did not use AI. An LLM wrote the tests",
                    "I never use AI without reading every line",
                    "we don't use AI unless it is labelled",
                    "I did not use Copilot",
                    "no AI was used for the parser; Claude wrote the tests",
                    "no AI in the parser",
                    "no AI beyond completion",
                    "not done without AI",
                ],
            ),
            (
                Answer::Other,
                &[
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
