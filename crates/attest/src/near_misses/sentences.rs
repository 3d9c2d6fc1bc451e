//! Sentences that speak of a tool's help and do not say plainly what it did to this change: "Thanks to Claude for most of
//! the code", "I used Copilot to find the leak", "AI-generated fix".
//!
//! They are quoted, so that nobody says of such a commit that it declares nothing. Sentences about a tool as a subject
//! ("Add a button for Claude") are passed over: otherwise each message of a project about AI would be quoted.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::declared;
use crate::registry::Registry;
use ai_detect_base::slices::part_of;

/// What leads to a tool that helped.
const HELPED_BY: [&str; 11] = [
    "help of ",
    "help from ",
    "assistance of ",
    "assistance from ",
    "aid of ",
    "courtesy of ",
    "i used ",
    "i've used ",
    "i have used ",
    "we used ",
    "generated with ",
];

/// Words that also thank people. A name that a person may have counts only if the sentence says what a tool does.
const THANKING: [&str; 26] = [
    "thanks to ",
    "thank you, ",
    "credit to ",
    "credits to ",
    "kudos to ",
    "support from ",
    "paired with ",
    "pairing with ",
    "programmed with ",
    "programming with ",
    "worked with ",
    "i let ",
    "i asked ",
    "we asked ",
    "i prompted ",
    "co-authored with ",
    "co-written with ",
    "co-developed with ",
    "coded with ",
    "written with ",
    "written by ",
    "wrote this with ",
    "wrote it with ",
    "built this with ",
    "made this with ",
    "did this with ",
];

/// What a tool did to code.
const DID: [&str; 13] = [
    "used",
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

/// What follows a word that leads to a tool is read so far, in characters: a line may have that word thousands of times.
const MAX_CLAUSE: usize = 300;

/// The name of a tool has no more words than this.
const MAX_WORDS_OF_NAME: usize = 4;

/// A label of a sentence has no more words than this.
const MAX_WORDS_OF_LABEL: usize = 4;

/// The parts of a change that a tool may have made.
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

/// What else makes a line worth reading.
const OTHERS: [&str; 3] = ["disclosure", "disclaimer", "vibe"];

/// Finds any of these. Few lines of a history have one, and every line is asked: an expression would take longer to make.
/// Nothing where the words cannot be searched for at once, which the tests rule out.
static LEADS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = HELPED_BY.iter().chain(&THANKING).chain(&OTHERS);
    let mut builder = AhoCorasick::builder();
    builder.kind(Some(AhoCorasickKind::ContiguousNFA)).ascii_case_insensitive(true);
    builder.build(words).ok()
});

/// Whether a line speaks of a tool's help. `is_start` says whether a sentence starts with the line.
pub(crate) fn speaks_of_help(line: &str, is_start: bool, registry: &Registry) -> bool {
    // The line as a whole is asked about once, however many words lead to that.
    let mut is_asked = false;
    let mut leads = LEADS.iter().flat_map(|words| words.find_overlapping_iter(line));
    leads.any(|lead| match led_by(line, lead.range()) {
        Lead::Nothing => false,
        Lead::Tool { is_sure } => is_tool(part_of(line, lead.range().end..), is_sure, registry),
        Lead::Line if is_asked => false,
        Lead::Line => {
            is_asked = true;
            let lower = line.to_ascii_lowercase();
            is_disclosure(&lower) || is_vibe_coded(&lower)
        }
    }) || (is_start && starts_as_done_by_tool(line, registry))
}

/// Whether a sentence starts with a tool and what it did, or with what AI made; also behind a label: `Tools used: Claude
/// wrote the tests`.
fn starts_as_done_by_tool(line: &str, registry: &Registry) -> bool {
    let starts = |text: &str| starts_with_doing_tool(text, registry) || starts_as_made_by_ai(text);
    let label = label_of(line).filter(|(label, _)| words(label).count() <= MAX_WORDS_OF_LABEL);
    starts(line) || label.is_some_and(|(_, behind)| starts_with_doing_tool(behind, registry))
}

/// What one of the words leads to.
enum Lead {
    Nothing,
    /// A tool may follow. Sure: no person helps in these words.
    Tool {
        is_sure: bool,
    },
    /// The line as a whole may say it.
    Line,
}

fn led_by(line: &str, lead: Range<usize>) -> Lead {
    let before = part_of(line, ..lead.start);
    if before.ends_with(|c: char| c.is_alphanumeric() || "\"'`".contains(c)) {
        return Lead::Nothing;
    }
    let word = part_of(line, lead).to_ascii_lowercase();
    match word.as_str() {
        word if OTHERS.contains(&word) => Lead::Line,
        word => Lead::Tool { is_sure: HELPED_BY.contains(&word) },
    }
}

/// A line's label and what stands behind it.
fn label_of(line: &str) -> Option<(&str, &str)> {
    // Most lines have no colon.
    memchr::memchr(b':', line.as_bytes())?;
    line.split_once(": ")
}

/// Whether a subject, or a request's title, has a tag for AI or for a tool: `[AI] Fix the loop`, `Fix the loop (Claude)`.
/// Components and projects have such names as well.
pub(crate) fn is_tagged(subject: &str, registry: &Registry) -> bool {
    const BEFORE: [&str; 9] = ["draft:", "wip:", "rfc:", "fixup!", "squash!", "[draft]", "[wip]", "[rfc]", "[patch]"];
    let mut head = subject.trim_start();
    while let Some(before) = BEFORE.iter().find(|before| starts_with(head, before)) {
        head = part_of(head, before.len()..).trim_start();
    }
    let tail = subject.trim_end();
    // The number of a request that was squashed.
    let tail = match tail.rsplit_once(" (#") {
        Some((before, number)) if number.trim_end_matches(')').bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => tail,
    };
    let first = [('[', ']'), ('(', ')')].iter().find_map(|(open, close)| {
        head.strip_prefix(*open).and_then(|rest| rest.split_once(*close)).map(|(tag, _)| tag)
    });
    let last = [(" [", ']'), (" (", ')')].iter().find_map(|(open, close)| {
        tail.strip_suffix(*close).and_then(|rest| rest.rsplit_once(open)).map(|(_, tag)| tag)
    });
    first.into_iter().chain(last).any(|tag| is_tag(tag.trim(), registry))
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn is_tag(tag: &str, registry: &Registry) -> bool {
    let is_tool = registry.alias(tag).is_some_and(|(tool, length)| length == tag.len() && !tool.common_word);
    is_tool || ["ai", "llm", "genai", "ai agent", "ai slop"].contains(&tag.to_ascii_lowercase().as_str())
}

/// Whether a text starts with a tool, or with AI in general. Where it may as well start with a person, the sentence must
/// say what was made.
fn is_tool(text: &str, is_sure: bool, registry: &Registry) -> bool {
    let text = ["the ", "an ", "a ", "some "].iter().find_map(|article| text.strip_prefix(article)).unwrap_or(text);
    let text = text.char_indices().nth(MAX_CLAUSE).map_or(text, |(end, _)| part_of(text, ..end));
    let sentence = text.split(['.', '!', '?', ';']).next().unwrap_or(text);
    let end = sentence.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(sentence.len());
    let first = part_of(sentence, ..end);
    let made = || words(sentence).any(|word| MADE.contains(&word.to_ascii_lowercase().as_str()));
    let read = declared::read(sentence, registry);
    let is_known = ["ai", "llm", "llms", "chatgpt"].contains(&first.to_ascii_lowercase().as_str()) || read.known;
    // `Claude Code`, and `Claude Opus`, are no people.
    let next = words(part_of(sentence, end..)).next().unwrap_or("").to_lowercase();
    let is_product = next != "for" && declared::OF_TOOLS.contains(&next.as_str());
    let may_be_person = registry.is_first_name(first) && read.model.is_none() && !is_product;
    is_known && (is_sure || !may_be_person || made())
}

/// `AI/LLM disclosure: the tests are not mine`
fn is_disclosure(lower: &str) -> bool {
    let Some((label, said)) = lower.split_once(':') else { return false };
    let is_word = |words_of: &[&str]| words(label).any(|word| words_of.contains(&word));
    let is_short = words(label).count() <= 4 && label.starts_with(|c: char| c.is_alphanumeric());
    is_short
        && is_word(&["ai", "llm", "genai"])
        && is_word(&["disclosure", "disclaimer"])
        && words(said).next().is_some()
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

/// `Claude wrote the tests`, `Copilot suggested this`
fn starts_with_doing_tool(line: &str, registry: &Registry) -> bool {
    let text = line.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"'`>#".contains(c));
    // The verb is looked for first: that is cheaper.
    if !words(text).take(MAX_WORDS_OF_NAME + 4).any(|word| DID.contains(&word)) {
        return false;
    }
    let model = || registry.model(text).filter(|model| model.start == 0).map(|model| model.end);
    let Some(length) = registry.alias(text).map(|(_, length)| length).or_else(model) else { return false };
    // `Devin wrote the first test`: more people than tools are called so.
    let name = part_of(text, ..length);
    let is_first_name = registry.is_first_name(name) && registry.alias(name).is_some_and(|(tool, _)| tool.common_word);
    let mut behind = words(part_of(text, length..)).take(4);
    !is_first_name && behind.any(|word| DID.contains(&word)) && declared::read(text, registry).known
}

/// `AI-generated fix for #12`, `LLM assisted: …`; a thing that a product has, such as `AI-generated summaries`, is passed over.
fn starts_as_made_by_ai(line: &str) -> bool {
    const AI: [&str; 6] = ["ai", "llm", "gpt", "genai", "chatgpt", "copilot"];
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
    let is_of = |list: &[&str], word: &str| list.iter().any(|listed| listed.eq_ignore_ascii_case(word));
    let mut words = words(line.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"'`>#".contains(c)));
    let is_ai = words.next().is_some_and(|word| is_of(&AI, word));
    let is_made = is_ai && words.next().is_some_and(|word| is_of(&MADE_BY_AI, word));
    let starts_plainly = !line.starts_with(['"', '\'', '`', '>', '#']);
    starts_plainly && is_made && words.next().is_none_or(|noun| !is_of(&OF_PRODUCTS, noun))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_about_a_tools_help_are_found() {
        let registry = Registry::builtin().unwrap();
        for line in [
            "Thanks to Claude for the idea and most of the code.",
            "Thanks to ChatGPT for most of the code.",
            "I used Claude Opus to find where spans were lost.",
            "LLM disclaimer: I used an LLM to investigate this performance problem",
            "Claude generated session token autoupdate",
            "GPT-5.2 via Codex CLI implemented this fix:",
            "Rewrite the parser with the help of Claude Code",
            "AI-generated possible solution for #21873",
            "AI generated bug fix",
            "(TODO this is totally untested and mostly vibe coded.)",
            "Paired with Claude on the tests.",
            "Note: This was co-developed with AI to be sure",
            "Claude Code was used for the tests.",
            "Thanks to ChatGPT for the regular expression.",
            "With the help of Claude, I found the leak.",
            "AI/LLM disclosure: the tests come from elsewhere.",
            "Tools used: Claude Code wrote the tests.",
            "I wrote this with Claude Code and then read it all.",
        ] {
            assert!(speaks_of_help(line, true, registry), "{line}");
        }
        for line in [
            "Thanks to Claude for the report.",
            "Generated with Cursor position kept",
            "With the help of Claude Dupont",
            "Devin wrote the first test.",
            "Thanks to Devin, Claude and Jules, who reported the bugs.",
            "Add a button for Claude",
            "Paired with Jules on this.",
            "The page was written by Claude Dupont",
            "Do not say \"I used Claude\"",
            "AI-generated summaries are cached.",
            "\"AI-assisted development.\"",
            "Let AI write the summary of a thread",
            "I used the cursor to select it.",
            "I asked Devin to look at it.",
            "Reported by: Devin wrote the first test.",
            "I wrote this with Claude at my side.",
            "Sort 'vibecoding' above 'ai' in the list",
            "",
        ] {
            assert!(!speaks_of_help(line, true, registry), "{line}");
        }
        assert!(!speaks_of_help("AI-generated fixes would not stand a chance", false, registry));
    }

    #[test]
    fn tags_of_subjects_are_found() {
        let registry = Registry::builtin().unwrap();
        for subject in [
            "[AI] Fix the loop",
            "Draft: [AI] Fix the loop",
            "Fix the loop (AI)",
            "Fix the loop [Claude] (#12)",
            "[codex] Redirect the old domains",
            "[WIP] (LLM) Fix the loop",
        ] {
            assert!(is_tagged(subject, registry), "{subject}");
        }
        for subject in [
            "feat(ai): add a panel",
            "ai: fix the panel",
            "Fix the loop [AI-27]",
            "Fix the [AI] panel of the editor",
            "[cursor] Draw it once",
            "Add f(ai)",
            "(#12)",
            "[",
            "",
        ] {
            assert!(!is_tagged(subject, registry), "{subject}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|with the help of |thanks to |claude|ai|\\[|\\]|\\(|\\)|draft:| ){0,40}") {
            let registry = Registry::builtin().unwrap();
            speaks_of_help(&text, true, registry);
            is_tagged(&text, registry);
        }
    }
}
