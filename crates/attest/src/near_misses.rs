//! Lines that are something like a declaration, and that nothing here understands: `Generated-By: PRODUCT Desktop`.
//!
//! They count for nothing. They are quoted, so that nobody says of such a commit that it declares nothing. Which words
//! make a line one of these is data: `near_misses` in `rules/markers.yml`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declared::{self, PARTICLES};
use super::identities;
use super::registry::{PersonKey, Registry};
use ai_detect_base::vocabulary::message::TrailerLine;
use ai_detect_base::vocabulary::message::trailer_lines::Shape;

/// A line of the message that is something like a declaration: what it names is no tool that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnknownTool {
    /// Its line in the message, from 1.
    pub line: u32,
    /// The line, cut after 200 characters.
    pub quote: String,
    /// What it names that is not known: its value, or a part of it; or its key, where that is not known.
    pub name: String,
}

impl fmt::Display for UnknownTool {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnknownTool { line, quote, name } = self;
        // A report of a job that is not trusted keeps no words of a message.
        if quote.is_empty() {
            return write!(out, "line {line} is something like a declaration; it is not understood, and not counted");
        }
        // The whole value is quoted with its line; a part of one is named beside it.
        let value = quote.split_once(':').filter(|(key, _)| !key.contains(' ')).map(|(_, value)| value.trim());
        let is_named_alone = value.is_some_and(|value| value != name) && !quote.starts_with(name.as_str());
        if is_named_alone {
            write!(out, "`{name}` in ")?;
        }
        let is_key = quote.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(':'));
        let what = if is_key { "key" } else { "tool" };
        write!(out, "`{quote}` (line {line}): a {what} that is not known here; not counted")
    }
}

/// So many are kept of one commit.
pub(super) const MAX_UNKNOWN: usize = 10;
/// A longer value is prose.
const MAX_WORDS: usize = 6;

/// Whether a trailer that nothing was read of is something like a declaration.
pub(super) fn is_near_miss(trailer: &TrailerLine, registry: &Registry) -> bool {
    let value = trailer.value.trim();
    if trailer.shape == Shape::Loose || value.split_whitespace().count() > MAX_WORDS {
        return false;
    }
    match registry.person_key(&trailer.name) {
        Some(PersonKey::CoAuthor) => return !value.contains('@') && names_ai(value),
        Some(_) => return false,
        None => {}
    }
    if registry.is_other_key(&trailer.name) {
        return false;
    }
    let words: Vec<&str> = trailer.name.split('-').collect();
    let data = &registry.file.near_misses;
    let by = words.iter().rposition(|word| has(&data.by, word));
    let made = by.and_then(|by| words.get(..by)).and_then(|before| before.iter().find(|word| has(&data.made, word)));
    if let Some(made) = made {
        let is_of_person = by.and_then(|by| words.get(by)) == Some(&"by") && *made != "generated";
        return may_be_tool(value, registry) && (!is_of_person || !may_be_person(value));
    }
    // A word alone is prose unless git takes the line for a trailer.
    let is_about = words.iter().any(|word| has(&data.about, word)) && !has(&data.not_about, &trailer.name);
    let is_sure = words.len() > 1 || (trailer.strict && value.split_whitespace().count() <= 3);
    is_about && is_sure && !value.contains('@') && may_be_tool(value, registry)
}

/// Whether a trailer has a key that nobody knows and names a known tool with its model: `Asissted-by: Codex:gpt-5.5`.
pub(super) fn has_unknown_key(trailer: &TrailerLine, registry: &Registry) -> bool {
    let is_unknown = trailer.shape == Shape::Plain && !registry.is_trailer_key(&trailer.name);
    if !is_unknown || !trailer.name.ends_with("-by") || trailer.value.split_whitespace().count() > MAX_WORDS {
        return false;
    }
    let named = declared::read(trailer.value.trim(), registry);
    named.known && named.tool.is_some() && named.model.is_some()
}

/// What a line that is no trailer names, where it is a footer as tools leave it: `🤖 Generated with Acme`.
pub(super) fn footer(line: &str, registry: &Registry) -> Option<String> {
    const STARTS: [&str; 7] = ["Generated ", "Made ", "Created ", "Written ", "Built ", "Assisted ", "Coded "];
    let bare = line.trim_start_matches(|c: char| !c.is_alphanumeric() && !"`\"'>#".contains(c));
    let rest = STARTS.iter().find_map(|start| bare.strip_prefix(start))?;
    let name = ["with ", "by ", "using "].iter().find_map(|by| rest.strip_prefix(by))?;
    let name = name.trim().trim_end_matches(['.', '!', '*', '_']);
    let is_short = name.split_whitespace().count() <= 4 && !name.contains([',', ';', '@']);
    let is_robots = line.trim_start().starts_with('\u{1f916}');
    (is_short && (is_robots || names_ai(name)) && may_be_tool(name, registry)).then(|| name.to_owned())
}

/// Whether a text may be the name of an AI tool: no other program, no file, no address, and nothing that is only said.
pub(super) fn may_be_tool(text: &str, registry: &Registry) -> bool {
    let data = &registry.file.near_misses;
    let lower = text.to_lowercase();
    let first = lower.split(|c: char| c.is_whitespace() || ":(@=,".contains(c)).next().unwrap_or("");
    let first = first.trim_matches(['`', '"', '\'', '*', '_', '[', ']', '<', '>']);
    let is_program = || {
        let stem = first.split(['.', '/']).next().unwrap_or("");
        has(&data.programs, first)
            || has(&data.programs, stem)
            || first.split('-').any(|part| has(&data.parts_of_programs, part))
    };
    let is_file = || {
        first.contains('/') || first.contains("::") || data.endings.split_whitespace().any(|end| first.ends_with(end))
    };
    let is_called = text.contains("()") || text.contains(" --") || text.starts_with(['-', '.', '/', '$']);
    let has_letters = text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    has_letters
        && !first.starts_with("http")
        && !text.contains('@')
        && (names_ai(text) || !(is_program() || is_file() || is_called))
}

/// Whether a list of the data has a word.
fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// Whether a text looks like the names of people: words whose parts start with a capital letter, `de` and `van` between them.
fn may_be_person(text: &str) -> bool {
    let is_part = |part: &str| {
        let mut letters = part.trim_end_matches('.').chars();
        letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase)
    };
    let is_name = |word: &str| {
        word.split(['-', '\'', '\u{2019}']).filter(|part| !part.is_empty()).all(is_part)
            || word.chars().all(|c| c.is_alphabetic() && !c.is_ascii())
            || PARTICLES.contains(&word)
    };
    let names = text.split([',', '&']).flat_map(|part| part.split(" and "));
    let is_person = |name: &str| name.split_whitespace().all(is_name);
    !names_ai(text) && names.map(str::trim).all(is_person)
        || identities::people(text).iter().any(|person| !person.email.is_empty())
}

/// Whether a text has a word for AI in it: `Acme AI`, `HouseGPT`, `an agent of ours`.
fn names_ai(text: &str) -> bool {
    const WORDS: [&str; 9] = ["ai", "llm", "llms", "gpt", "genai", "agent", "copilot", "assistant", "chatbot"];
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_ai = |word: &str| {
        let ends = ["AI", "GPT", "LLM"].iter().any(|end| word.len() > end.len() && word.ends_with(end));
        ends || WORDS.contains(&word.to_lowercase().as_str())
    };
    // `Wei Ai` is somebody's name.
    words.into_iter().any(|word| word != "Ai" && is_ai(word))
}

#[cfg(test)]
mod tests {
    use super::super::{State, read};
    use super::*;
    use ai_detect_base::change::{Commit, Person};

    /// What is not understood in a message that declares nothing else.
    fn unknown(lines: &str) -> Vec<String> {
        let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let message = format!("Add a parser\n\nIt reads files.\n\n{lines}\n");
        let commit = Commit { author: ann.clone(), committer: ann, message: message.into(), ..Commit::default() };
        let found = read(&commit, Registry::builtin().unwrap());
        assert_eq!(found.state, State::Absent, "{lines}");
        found.unknown.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_like_a_declaration_is_quoted() {
        for line in [
            "Generated-By: PRODUCT Desktop",
            "Generated-by: Acme Studio 3.2",
            "Made-with: FooAI",
            "Built-with: housebot",
            "Assisted-by: FooAI",
            "Assisted-by: HouseBot:next",
            "Assisted-by: our agent",
            "Commit-generated-by: Acme",
            "AI-Helper: HouseBot",
            "X-LLM: house-2",
            "Agent-Name: HouseBot",
            "LLM: HouseBot",
            "Co-authored-by: Acme AI Assistant",
            "\u{1f916} Generated with Acme",
            "Generated with FooAI",
            "_Written by HouseGPT 2._",
        ] {
            let said = format!("`{line}` (line 5): a tool that is not known here; not counted");
            assert_eq!(unknown(line), [said], "{line}");
        }
        assert_eq!(unknown("Generated-By: PRODUCT Desktop\nTask-Id: 7f3a").len(), 1);
        let said = "`Asissted-by: Codex:gpt-5.5` (line 5): a key that is not known here; not counted";
        assert_eq!(unknown("Asissted-by: Codex:gpt-5.5"), [said]);
    }

    #[test]
    fn what_is_used_without_ai_is_passed_over() {
        for line in [
            "Reported-by: Jane Doe <jane@example.org>",
            "Reported-by: FooAI <bot@example.org>",
            "Created-by: Jane Doe <jane@example.org>",
            "Created-by: Jane Doe",
            "Assisted-by: Jane Doe <jane@example.org>",
            "Assisted-by: Jane Doe",
            "Assisted-by: Wei Ai",
            "Assisted-by: the whole team",
            "Assisted-by: coccinelle",
            "Generated-by: protoc 3.1",
            "Generated-by: protoc-gen-go v1.28",
            "Generated-by: openapi-generator",
            "Generated-by: scripts/update.sh",
            "Generated-by: update.py --all",
            "Generated-by: https://example.org/tool",
            "Generated-by: cargo xtask codegen",
            "Generated-by: 2024",
            "Made-with: love",
            "Made-with: \u{2764}\u{fe0f}",
            "Built-with: make",
            "User-Agent: curl/8",
            "Agent: Add a limit to control the number of runs",
            "AI: rework the opponent's path finding",
            "AI-Path: cli",
            "Co-authored-by: Jane Doe <jane@example.org>",
            "Co-authored-by: Jane",
            "Signed-off-by: FooAI <foo@example.org>",
            "Generated with care",
            "Made by Jane",
            "> Generated-By: PRODUCT Desktop",
            "There is no\nGenerated-By: PRODUCT Desktop\nline here.",
            "```\nGenerated-By: PRODUCT Desktop\n```",
        ] {
            assert_eq!(unknown(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn the_rest_of_a_value_is_named() {
        let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let message = "s\n\nAssisted-by: Claude:claude-opus-4-8, HouseBot\n".into();
        let commit = Commit { author: ann.clone(), committer: ann, message, ..Commit::default() };
        let found = read(&commit, Registry::builtin().unwrap());
        assert_eq!(found.state, State::Complete);
        let said: Vec<String> = found.unknown.iter().map(ToString::to_string).collect();
        let quote = "`HouseBot` in `Assisted-by: Claude:claude-opus-4-8, HouseBot` (line 3)";
        assert_eq!(said, [format!("{quote}: a tool that is not known here; not counted")]);
    }

    #[test]
    fn many_lines_are_kept_in_part() {
        let lines: Vec<String> = (0..2000).map(|at| format!("Generated-By: Acme{at} {}", "x".repeat(400))).collect();
        let found = unknown(&lines.join("\n"));
        assert_eq!(found.len(), MAX_UNKNOWN);
        assert!(found.iter().all(|said| said.chars().count() < 2 * 200 + 80));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|: |-by: |with |ai|AI|\u{1f916}){0,40}") {
            let registry = Registry::builtin().unwrap();
            footer(&text, registry);
            may_be_tool(&text, registry);
            may_be_person(&text);
        }
    }
}
