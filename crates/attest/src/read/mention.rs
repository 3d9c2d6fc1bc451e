//! Whether words that name a tool's help only mention it: in a rule, a question, a quotation or a denial.
//!
//! A trailer's value that goes on as a sentence, and a phrase with such a sentence around it, state nothing of the commit.
//! People also say in such words what they did ("Claude was used for the tests"), so only what rules, forbids, shows or
//! denies is taken out.

use std::ops::Range;

use crate::declared;
use crate::registry::Registry;

/// How a rule goes on behind what it is about.
const RULING: [&str; 14] = [
    "must",
    "should",
    "shall",
    "may",
    "can",
    "cannot",
    "can't",
    "will",
    "won't",
    "would",
    "needs",
    "need",
    "mustn't",
    "shouldn't",
];

/// What a rule says that something is.
const RULED: [&str; 37] = [
    "not",
    "no",
    "never",
    "accepted",
    "allowed",
    "permitted",
    "welcome",
    "wanted",
    "rejected",
    "refused",
    "banned",
    "forbidden",
    "prohibited",
    "disallowed",
    "unwelcome",
    "required",
    "expected",
    "mandatory",
    "optional",
    "labelled",
    "labeled",
    "marked",
    "treated",
    "considered",
    "subject",
    "fine",
    "ok",
    "okay",
    "gone",
    "removed",
    "dropped",
    "ignored",
    "recognised",
    "recognized",
    "parsed",
    "missing",
    "enough",
];

/// Words anywhere before a phrase that deny it.
const DENYING: [&str; 7] = ["no", "not", "never", "without", "nor", "neither", "cannot"];

/// Words that make a mention of a phrase in their own part of a sentence: "this removes dead code and was written with …" is
/// none.
const MENTIONING: [&str; 25] = [
    "if", "when", "whenever", "unless", "whether", "instead", "remove", "removes", "removed", "drop", "drops",
    "dropped", "strip", "strips", "delete", "replace", "replaces", "reject", "rejects", "forbid", "forbids", "ban",
    "bans", "ignore", "ignores",
];

/// What a phrase is called that is mentioned, right before it: "the line …". A "string parser" is something else.
const MENTIONED: [&str; 51] = [
    "mention", "mentions", "describe", "show", "shows", "require", "requires", "forbid", "allow", "parse", "detect",
    "find", "strip", "remove", "drop", "rename", "say", "says", "line", "footer", "trailer", "text", "string", "tag",
    "tags", "label", "labels", "prefix", "suffix", "marker", "badge", "the", "a", "an", "is", "are", "be", "use",
    "explain", "document", "add", "support", "for", "with", "of", "as", "to", "from", "by", "about", "like",
];

/// Whether a trailer's value goes on as a sentence about the trailer, or about the use of tools.
pub(super) fn goes_on_as_sentence(value: &str) -> bool {
    let lower = value.to_lowercase();
    if let Some((_, rest)) = lower.rsplit_once('>') {
        return starts_ruling(rest) || starts_with_noun(rest);
    }
    let words: Vec<&str> = words(&lower).collect();
    // Behind a name of up to five words, before any other part of the sentence.
    let head = lower.split([',', ';', '(', '.']).next().unwrap_or("");
    let in_head = self::words(head).count();
    let rules = (1..in_head.min(6)).any(|at| words.get(at..).is_some_and(is_ruling));
    let is_noun = |word: &&&str| matches!(**word, "line" | "lines" | "trailer" | "trailers" | "footer" | "footers");
    rules || (words.len() > 1 && words.last().as_ref().is_some_and(is_noun))
}

/// Whether a line only mentions a phrase that it has in `place`. `names_tool` says whether the phrase names a tool or model.
pub(super) fn is_mention(line: &str, place: Range<usize>, names_tool: bool) -> bool {
    let before = line.get(..place.start).unwrap_or_default();
    let before = before.rsplit(['.', '!', '?', ';']).next().unwrap_or("").to_lowercase();
    if before.trim_end().ends_with(['"', '\'', '`', '\u{201c}', '\u{201e}', '\u{ab}', '\u{2018}']) {
        return true;
    }
    let part =
        [",", ";", " and ", " but "].iter().fold(before.as_str(), |part, end| part.rsplit(end).next().unwrap_or(part));
    let is_named = || is_named(&before);
    // A tag such as `[AI-assisted]` stands behind a sentence, and is no part of it.
    if line.get(place.start..).is_some_and(|phrase| phrase.starts_with(['[', '('])) && place.start > 0 {
        return is_named();
    }
    if words(&before).any(|word| DENYING.contains(&word) || word.ends_with("n't"))
        || words(part).any(|word| MENTIONING.contains(&word))
        || is_named()
    {
        return true;
    }
    let sentence = line.get(place.start..).unwrap_or_default();
    let sentence = sentence.split(['.', '!', '?']).next().unwrap_or("").to_lowercase();
    // `Generated with Claude Code? Say so!`
    let is_asked = line.get(place.end..).is_some_and(|rest| rest.trim_start_matches([')', ']']).starts_with('?'));
    if is_asked || sentence.contains(" in mind") {
        return true;
    }
    // `Made with Cursor → Made with love` shows what a text became.
    let first = words(&sentence).next().unwrap_or("");
    let becomes = ["\u{2192}", "->", "=>"].iter().filter_map(|arrow| sentence.split_once(arrow));
    if becomes.into_iter().any(|(_, after)| !first.is_empty() && words(after).next() == Some(first)) {
        return true;
    }
    // `Generated with Claude Code is now off by default.`, `Made with Cursor → Made with love`
    let behind = line.get(place.end..).unwrap_or_default().trim_start();
    if starts_as_subject(line.get(place.start..).unwrap_or_default()) {
        return true;
    }
    let starts_line = words(line.get(..place.start).unwrap_or_default()).next().is_none();
    let is_subject = ["is ", "are ", "was ", "has ", "no longer "].iter().any(|verb| behind.starts_with(verb));
    if (starts_line && is_subject) || behind.starts_with(['\u{2192}']) || behind.starts_with("->") {
        return true;
    }
    is_rule(&format!("{before}{sentence}"), names_tool)
}

/// Whether a phrase is what its sentence speaks of: `Made with Cursor is what the tool appends`. A sentence that names what
/// was made is another: `Tests generated by Claude are new`.
fn starts_as_subject(phrase: &str) -> bool {
    const MADE: [&str; 6] = ["Made", "Generated", "Written", "Built", "Created", "Coded"];
    let words: Vec<&str> = phrase.split_whitespace().take(8).collect();
    let [made, by, name @ ..] = words.as_slice() else { return false };
    let is_mark = MADE.contains(made) && ["with", "by", "using"].contains(by);
    // A stop ends the sentence: `Generated by Claude. Tests are by hand.`
    let is_of_name = |word: &&&str| word.starts_with(char::is_uppercase) && word.ends_with(char::is_alphanumeric);
    let length = name.iter().take_while(is_of_name).count();
    is_mark && length > 0 && name.get(length).is_some_and(|next| ["is", "are"].contains(next))
}

/// Whether the words before a phrase, in lower case, call it a line, a tag or the like, or need it to go on.
fn is_named(before: &str) -> bool {
    words(before).last().is_some_and(|last| MENTIONED.contains(&last))
}

/// Whether a phrase says that something was made by a person who may be called like a tool: `Written by Jules.` What is
/// generated, a tool generated.
pub(super) fn may_name_a_person(phrase: &str, registry: &Registry) -> bool {
    let Some((verb, name)) = phrase.split_once(" by ") else { return false };
    let verb = words(verb).last().map(str::to_lowercase).unwrap_or_default();
    if ["generated", "coded"].contains(&verb.as_str()) && !verb.is_empty() {
        return false;
    }
    let end = name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len());
    let (first, rest) = name.split_at_checked(end).unwrap_or((name, ""));
    let goes_on = rest.starts_with(['(', '[', ':', '-', '@', '/']) || rest.starts_with(" (") || rest.starts_with(" [");
    let next = words(rest).next().unwrap_or("");
    let is_product = declared::OF_TOOLS.contains(&next.to_lowercase().as_str());
    let is_common = registry.alias(first).is_some_and(|(tool, _)| tool.common_word);
    is_common && registry.is_first_name(first) && !goes_on && !is_product
}

/// `code written by AI is not accepted`: of such code in general, not of this change.
fn is_rule(sentence: &str, names_tool: bool) -> bool {
    let by = [" by ", " with ", " using "].iter().filter_map(|word| sentence.find(word)).min();
    let Some((head, rest)) = by.and_then(|at| sentence.split_at_checked(at)) else { return false };
    let mut words_of_head = words(head);
    let first = words_of_head.next().unwrap_or("");
    let is_this_one = ["this", "these", "most", "part", "parts", "some", "a", "i", "we", "my", "our"].contains(&first);
    let has_verb = |word: &str| ["was", "were", "is", "are", "been", "be"].contains(&word);
    if is_this_one || words_of_head.any(has_verb) || words(head).count() < 2 {
        return false;
    }
    let rest: Vec<&str> = words(rest).collect();
    let is_said = |at: usize| matches!(rest.get(at), Some(&("is" | "are" | "isn't" | "aren't")));
    // `…, and is not tested` is said of something else again.
    let is_anew =
        |at: usize| matches!(rest.get(at - 1), Some(&("and" | "but" | "it" | "so" | "that" | "which" | "they")));
    (2..rest.len()).any(|at| !is_anew(at) && (rest.get(at..).is_some_and(is_ruling) || (!names_tool && is_said(at))))
}

/// Whether words go on as a rule: `must be …`, `is not …`.
fn is_ruling(words: &[&str]) -> bool {
    match words {
        [first, ..] if RULING.contains(first) => true,
        ["isn't" | "aren't" | "wasn't" | "weren't", ..] => true,
        ["is" | "are" | "was" | "were" | "gets" | "get", second, ..] => RULED.contains(second),
        ["names" | "says" | "means" | "tells" | "marks", second, ..] => {
            ["the", "that", "a", "which", "who"].contains(second)
        }
        _ => false,
    }
}

fn starts_ruling(text: &str) -> bool {
    is_ruling(&words(text).collect::<Vec<_>>())
}

fn starts_with_noun(text: &str) -> bool {
    let first = words(text).next().unwrap_or("");
    ["line", "lines", "trailer", "trailers", "footer", "footers"].contains(&first)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let outside = |c: char| !c.is_alphanumeric() && c != '\'';
    text.split(outside).map(|word| word.trim_matches('\'')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_no_values_and_what_was_done_is_one() {
        for rule in [
            "Claude is not wanted here.",
            "Claude must not be named",
            "Claude Code should never stand here",
            "Claude <noreply@anthropic.com> is not allowed",
            "Claude <noreply@anthropic.com> line",
            "Claude:claude-opus-4-8 names the tool",
            "GitHub Copilot trailers",
        ] {
            assert!(goes_on_as_sentence(rule), "{rule}");
        }
        for value in [
            "Claude",
            "Claude <noreply@anthropic.com>",
            "Claude <noreply@anthropic.com>, Ann Lee <ann@example.org>",
            "Claude Code was used for the tests",
            "Claude Code (could not run the tests)",
            "Claude Code; the tests must still be run",
            "Codex, which may be wrong",
            "yes, Claude Code",
            "Claude:claude-3-opus [coccinelle] [sparse]",
            "",
        ] {
            assert!(!goes_on_as_sentence(value), "{value}");
        }
    }

    #[test]
    fn a_phrase_is_the_subject_of_its_own_sentence_alone() {
        assert!(starts_as_subject("Made with Cursor is what the tool appends"));
        assert!(starts_as_subject("Generated with Claude Code is now off"));
        for phrase in
            ["Generated by Claude. Tests are by hand.", "Made with Cursor, which is new", "Made with love is all"]
        {
            assert!(!starts_as_subject(phrase), "{phrase}");
        }
    }

    #[test]
    fn rules_about_code_are_no_statements() {
        let mention = |line: &str, phrase: &str, names_tool| {
            let at = line.find(phrase).unwrap();
            is_mention(line, at..at + phrase.len(), names_tool)
        };
        for (line, names_tool) in [
            ("Code generated by AI tools is not accepted.", false),
            ("All code written by AI is welcome if it is marked.", false),
            ("The code written by an LLM must be reviewed.", false),
            ("Code generated by AI, in whole or in part, is not accepted.", false),
            ("Changes made by Copilot are not accepted here.", true),
            ("Tests written by Claude must be read twice.", true),
            ("Built with Claude Code users in mind", true),
        ] {
            assert!(mention(line, line, names_tool), "{line}");
        }
        for (line, names_tool) in [
            ("This commit was written by an LLM.", false),
            ("These were written by Copilot and not reviewed by a human developer.", true),
            ("This PR was written primarily by Claude Code; I must still review it.", true),
            ("Code generated by GitHub Copilot with Claude Sonnet 4.6. It must be tested.", true),
            ("Tests generated by Claude are in tests/new.", true),
            ("Generated with assistance from OpenAI Codex.", true),
            ("Code generated by AI, and is not tested", true),
        ] {
            assert!(!mention(line, line, names_tool), "{line}");
        }
        let phrase = "written with the help of generative AI";
        for line in ["This was not {}", "If this was {}, say so", "We drop the footer \"{}\"", "Say whether it is {}"] {
            assert!(mention(&line.replace("{}", phrase), phrase, false), "{line}");
        }
        for line in ["This was {}", "No surprise. This was {}", "This was {}, and not tested"] {
            assert!(!mention(&line.replace("{}", phrase), phrase, false), "{line}");
        }
    }
}
