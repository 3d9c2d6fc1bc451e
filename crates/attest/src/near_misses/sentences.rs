//! Sentences that speak of a tool's help and do not say plainly what it did to this change: "Thanks to Claude for most of
//! the code", "I used Copilot to find the leak", "AI-generated fix".
//!
//! They are quoted, so that nobody says of such a commit that it declares nothing. Sentences about a tool as a subject
//! ("Add a button for Claude") are passed over: otherwise each message of a project about AI would be quoted.

use crate::declared;
use crate::registry::Registry;
use ai_detect_base::slices::part_of;

/// What leads to a tool that helped.
const HELPED_BY: [&str; 22] = [
    "help of ",
    "help from ",
    "assistance of ",
    "assistance from ",
    "aid of ",
    "support from ",
    "courtesy of ",
    "i used ",
    "i've used ",
    "i have used ",
    "we used ",
    "i let ",
    "i asked ",
    "we asked ",
    "i prompted ",
    "co-authored with ",
    "co-written with ",
    "co-developed with ",
    "coded with ",
    "written with ",
    "generated with ",
    "written by ",
];

/// The same where people help as well: a tool that people are called like must have done what tools do.
const THANKING: [&str; 8] = [
    "thanks to ",
    "thank you, ",
    "credit to ",
    "credits to ",
    "kudos to ",
    "paired with ",
    "pairing with ",
    "worked with ",
];

/// What a tool did to code.
const DID: [&str; 12] = [
    "wrote",
    "generated",
    "implemented",
    "drafted",
    "suggested",
    "helped",
    "coded",
    "refactored",
    "translated",
    "fixed",
    "proposed",
    "came",
];

/// What of a change a tool may have made.
const MADE: [&str; 12] = [
    "code",
    "implementation",
    "tests",
    "test",
    "patch",
    "fix",
    "most",
    "draft",
    "refactoring",
    "translation",
    "script",
    "commit",
];

/// Beginnings of words for what AI made.
const MADE_BY_AI: [&str; 7] = ["generated", "assisted", "written", "authored", "aided", "coded", "created"];

/// Whether a line speaks of a tool's help. `is_start` says whether a sentence starts with the line.
pub(crate) fn speaks_of_help(line: &str, is_start: bool, registry: &Registry) -> bool {
    let lower = line.to_ascii_lowercase();
    let leads = |to: &[&str], sure: bool| {
        let places = to.iter().flat_map(|lead| lower.match_indices(lead).map(|(at, lead)| (at, at + lead.len())));
        places.filter(|(at, _)| starts_word(&lower, *at)).any(|(_, end)| is_tool(part_of(line, end..), sure, registry))
    };
    leads(&HELPED_BY, true)
        || leads(&THANKING, false)
        || is_vibe_coded(&lower)
        || (is_start && (starts_with_doing_tool(line, registry) || starts_as_made_by_ai(&lower)))
}

fn starts_word(text: &str, at: usize) -> bool {
    !part_of(text, ..at).ends_with(|c: char| c.is_alphanumeric() || "\"'`".contains(c))
}

/// Whether a text starts with a tool, or with AI in general. Where it is not sure that a tool is meant, the sentence must say
/// what was made.
fn is_tool(text: &str, is_sure: bool, registry: &Registry) -> bool {
    let text = ["the ", "an ", "a ", "some "].iter().find_map(|article| text.strip_prefix(article)).unwrap_or(text);
    let sentence = text.split(['.', '!', '?', ';']).next().unwrap_or(text);
    let end = sentence.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(sentence.len());
    let first = part_of(sentence, ..end);
    let made = || words(sentence).any(|word| MADE.contains(&word.to_ascii_lowercase().as_str()));
    let is_known = ["ai", "llm", "llms", "chatgpt"].contains(&first.to_ascii_lowercase().as_str())
        || declared::read(sentence, registry).known
        || declared::read(first, registry).known;
    is_known && ((is_sure && !registry.is_first_name(first)) || made())
}

/// `This was mostly vibe coded.`
fn is_vibe_coded(lower: &str) -> bool {
    ["vibe coded", "vibe-coded", "vibecoded"].iter().any(|word| {
        lower.split_once(word).is_some_and(|(before, after)| {
            let last = words(before).last().unwrap_or("");
            let is_said = ["was", "is", "mostly", "fully", "entirely", "partly", "all", "were", "been"].contains(&last);
            is_said || (last.is_empty() && words(after).next().is_some())
        })
    })
}

/// `Claude wrote the tests`, `Copilot suggested this`.
fn starts_with_doing_tool(line: &str, registry: &Registry) -> bool {
    let text = line.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"'`>#".contains(c));
    let Some((_, length)) = registry.alias(text) else { return false };
    let mut behind = words(part_of(text, length..)).take(4);
    behind.any(|word| DID.contains(&word)) && declared::read(text, registry).known
}

/// `AI-generated fix for #12`, `LLM assisted: …`; a thing that a product has, such as `AI-generated summaries`, is passed over.
fn starts_as_made_by_ai(lower: &str) -> bool {
    const OF_PRODUCTS: [&str; 24] = [
        "summary",
        "summaries",
        "content",
        "contents",
        "text",
        "texts",
        "image",
        "images",
        "title",
        "titles",
        "code",
        "contributions",
        "contribution",
        "prs",
        "lines",
        "line",
        "message",
        "messages",
        "changelog",
        "coding",
        "development",
        "programming",
        "features",
        "output",
    ];
    let mut words = words(lower.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"'`>#".contains(c)));
    let is_ai = words.next().is_some_and(|word| ["ai", "llm", "gpt", "genai", "chatgpt", "copilot"].contains(&word));
    let is_made = words.next().is_some_and(|word| MADE_BY_AI.contains(&word));
    let starts_plainly = !lower.starts_with(['"', '\'', '`', '>', '#']);
    starts_plainly && is_ai && is_made && words.next().is_none_or(|noun| !OF_PRODUCTS.contains(&noun))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
