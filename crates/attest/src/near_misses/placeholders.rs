//! Words of a template that nobody filled in: `Assisted-by: TOOL:MODEL-ID`.

use super::super::registry::{PersonKey, Registry};
use super::{MAX_WORDS, asks_for_ai};
use ai_detect_base::vocabulary::message::TrailerLine;

/// Placeholders in capitals, as this project, the kernel and other projects write them, with `-` for `_`.
const IN_CAPITALS: [&str; 22] = [
    "TOOL",
    "TOOL1",
    "TOOL2",
    "TOOLS",
    "TOOL-NAME",
    "AI-TOOL",
    "AI-TOOL-NAME",
    "AGENT",
    "AGENT-NAME",
    "AI-AGENT",
    "AI-NAME",
    "ASSISTANT",
    "ASSISTANT-NAME",
    "MODEL",
    "MODEL-ID",
    "MODEL-NAME",
    "MODEL-VERSION",
    "AI-MODEL",
    "LLM-NAME",
    "VERSION",
    "NAME",
    "YOUR-TOOL",
];

/// The placeholders in a value, in order and each once; none where the value does not start with one.
pub(super) fn placeholders(value: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let mut rest = value.trim();
    while !rest.is_empty() {
        let (word, behind) = first_word(rest);
        if is_placeholder(word) {
            if !found.contains(&word) {
                found.push(word);
            }
        } else if found.is_empty() {
            return found;
        }
        rest = behind.trim_start_matches(|c: char| c.is_whitespace() || ":/,;()@".contains(c));
    }
    found
}

/// The first word of a text, or what it has in brackets, and what follows.
fn first_word(text: &str) -> (&str, &str) {
    let close = [('<', '>'), ('{', '}'), ('[', ']')].iter().find(|(open, _)| text.starts_with(*open));
    let end = match close.and_then(|(_, close)| text.find(*close)) {
        Some(close) => close + 1,
        None => text.find(|c: char| c.is_whitespace() || ":/,;()".contains(c)).unwrap_or(text.len()),
    };
    // A sign at the start is a word by itself.
    text.split_at_checked(end.max(text.chars().next().map_or(0, char::len_utf8))).unwrap_or((text, ""))
}

/// Whether a word is a template's placeholder.
pub(crate) fn is_placeholder(word: &str) -> bool {
    let bare = word.trim_matches(['<', '>', '{', '}', '[', ']']).trim();
    let name = bare.replace(['_', ' '], "-");
    // In brackets of templates, small letters are placeholders as well: `<tool>:<model>`.
    let is_of_template = word.starts_with(['<', '{']) && word.ends_with(['>', '}']);
    if is_of_template {
        IN_CAPITALS.contains(&name.to_uppercase().as_str())
    } else {
        IN_CAPITALS.contains(&name.as_str())
    }
}

/// Whether a trailer declares a tool by its key, and still has a template's placeholders for its value.
pub(super) fn is_template(trailer: &TrailerLine, registry: &Registry) -> bool {
    let declares = || {
        registry.by_key(&trailer.name).next().is_some()
            || registry.person_key(&trailer.name) == Some(PersonKey::CoAuthor)
            || asks_for_ai(&trailer.name, registry)
    };
    trailer.value.split_whitespace().count() <= MAX_WORDS && !placeholders(&trailer.value).is_empty() && declares()
}

/// Placeholders as a part of a sentence: `the placeholders TOOL and MODEL-ID`.
pub(super) fn named(value: &str) -> String {
    let found = placeholders(value);
    match found.split_last() {
        None => "placeholders".to_owned(),
        Some((only, [])) => format!("the placeholder {only}"),
        Some((last, before)) => format!("the placeholders {} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_templates_are_found() {
        for (value, expected) in [
            ("TOOL:MODEL", "the placeholders TOOL and MODEL"),
            ("TOOL:MODEL-ID", "the placeholders TOOL and MODEL-ID"),
            ("TOOL", "the placeholder TOOL"),
            (
                "AGENT_NAME:MODEL_VERSION [TOOL1] [TOOL2]",
                "the placeholders AGENT_NAME, MODEL_VERSION, [TOOL1] and [TOOL2]",
            ),
            ("<tool>:<model id>", "the placeholders <tool> and <model id>"),
            ("{tool} ({model})", "the placeholders {tool} and {model}"),
            ("TOOL NAME <noreply@example.org>", "the placeholders TOOL and NAME"),
        ] {
            assert_eq!(named(value), expected, "{value}");
        }
        for value in
            ["Codex:MODEL-ID", "Claude", "tool:model", "the TOOL", "tools", "[tool]", "MODELLER", "", ":", "\u{e9}TOOL"]
        {
            assert!(placeholders(value).is_empty(), "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read(value in "(\\PC|TOOL|MODEL|:|<|>|\\[|\\]|\\{|\\}| ){0,30}") {
            named(&value);
        }
    }
}
