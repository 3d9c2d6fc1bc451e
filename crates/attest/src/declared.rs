//! Free-text declarations: which tool and which model a value such as `Crush:claude-opus-4.5`,
//! `Claude Sonnet 4.5 via Crush` or `aider (gpt-4o)` names.
//!
//! Reads words only; who an address belongs to is `identities`.

use super::near_misses;
use super::registry::Registry;
use super::schema::{Pattern, Tool};

use ai_detect_base::slices::{before, part_of};

/// A model as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Model {
    /// The name.
    pub(super) name: String,
    /// Whether the name fixes a version.
    pub(super) exact: bool,
}

impl Model {
    /// A model by the name that somebody wrote.
    pub(super) fn named(name: &str, registry: &Registry) -> Self {
        Model { name: name.to_owned(), exact: registry.is_exact(name) }
    }
}

impl Tool {
    /// The first of the tool's own models that a text names.
    pub(super) fn own_model(&self, text: &str) -> Option<Model> {
        let name = self.own_models.as_ref()?.regex()?.find(text)?.as_str().to_owned();
        Some(Model { exact: name.contains(|c: char| c.is_ascii_digit()), name })
    }
}

/// What a declaration names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Declared {
    /// The tool: by its usual name where we know it, else as written.
    pub(super) tool: Option<String>,
    /// The model.
    pub(super) model: Option<Model>,
    /// Whether it names a tool or model that we know, or says "an AI".
    pub(super) known: bool,
}

/// A tool's name as written is at most this long; longer texts are prose.
const MAX_TOOL_LENGTH: usize = 40;

/// Reads a declaration.
pub(super) fn read(text: &str, registry: &Registry) -> Declared {
    let text = plain(text);
    let text = text.as_str();
    if let Some(tool) = registry.by_page(text) {
        return Declared { tool: Some(tool.name.clone()), model: find(text, registry), known: true };
    }
    let parts = parts(text, registry);
    let by_name = known_tool(parts.tool, registry);
    let in_slot = |part| slot(part, by_name.is_some(), registry);
    let own_model = || by_name.as_deref().and_then(|name| registry.tool(name)).and_then(|tool| tool.own_model(text));
    let model = parts.model.and_then(in_slot).or_else(|| find(text, registry)).or_else(own_model);
    // Next to a model, an unknown word in the tool's place is a tool's name.
    let verbatim = || {
        let tool = parts.tool.trim();
        let has_model = parts.model.is_some() && model.is_some();
        let fits = has_model && is_name(tool) && !is_person(tool) && !is_deed(tool) && find(tool, registry).is_none();
        let fits = fits && !near_misses::is_placeholder(tool);
        fits.then(|| tool.to_owned())
    };
    let known = by_name.is_some() || model.is_some() || is_generic(text, registry);
    Declared { tool: by_name.or_else(verbatim), model, known }
}

/// The tool and the model of a value by the groups `tool` and `model` of its marker's pattern, each as written; none
/// where the pattern has no such groups.
pub(super) fn as_written(pattern: &Pattern, value: &str, registry: &Registry) -> Option<Declared> {
    let groups = pattern.regex()?.captures(value)?;
    let (tool, model) = (groups.name("tool")?.as_str(), groups.name("model")?.as_str());
    let model = Some(Model::named(model, registry)).filter(|model| !registry.file.models.unnamed.is_match(&model.name));
    Some(Declared { tool: Some(tool.to_owned()), model, known: false })
}

/// The model that a display name names: `aider (gpt-4o)`, `Claude Opus 4.5 (1M context)`.
pub(super) fn model_in_name(name: &str, registry: &Registry) -> Option<Model> {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner);
    inner.and_then(|inner| slot(inner, known_tool(name, registry).is_some(), registry)).or_else(|| find(name, registry))
}

struct Parts<'a> {
    tool: &'a str,
    model: Option<&'a str>,
}

/// Which part of a text is the place of the tool, and which is that of the model.
fn parts<'a>(text: &'a str, registry: &Registry) -> Parts<'a> {
    if let Some((model, tool)) = text.split_once(" via ") {
        return Parts { tool, model: Some(model) };
    }
    if let Some((model, tool)) = text.split_once(" on ")
        && registry.alias(tool).is_some()
    {
        return Parts { tool, model: Some(model) };
    }
    for word in [" using ", " with "] {
        if let Some((tool, model)) = text.split_once(word)
            && find(model, registry).is_some()
        {
            return Parts { tool, model: Some(model) };
        }
    }
    // `AGENT:MODEL [TOOL…]`, the kernel's form.
    if let Some((tool, model)) = text.split_once(':')
        && !model.starts_with("//")
        && is_name(tool)
    {
        return Parts { tool, model: Some(model) };
    }
    if let Some((tool, rest)) = text.split_once('(') {
        let model = rest.split_once(')').map_or(rest, |(inner, _)| inner);
        return Parts { tool, model: Some(model) };
    }
    if let Some((tool, model)) = text.split_once('/')
        && !text.contains(char::is_whitespace)
        && registry.alias(tool).is_some_and(|(_, length)| length == tool.len())
    {
        return Parts { tool, model: Some(model) };
    }
    Parts { tool: text, model: None }
}

/// The model in a place where a model is expected: taken as written if it is one word. Beside a
/// tool that we know, `vendor/model` need not be a model that we know.
fn slot(part: &str, beside_tool: bool, registry: &Registry) -> Option<Model> {
    let part = before(part.trim(), " [").trim();
    let one_word = !part.is_empty() && !part.contains(char::is_whitespace);
    let found = registry.model(part);
    if one_word && (found.is_some() || (beside_tool && part.contains('/'))) && !part.contains("://") {
        return Some(Model::named(part, registry));
    }
    find(part, registry)
}

fn find(text: &str, registry: &Registry) -> Option<Model> {
    let found = registry.model(text)?;
    let name = text.get(found.start..found.end)?.to_owned();
    Some(Model { exact: found.exact, name })
}

/// The tool that a text starts with. A model's name is not a tool's, even if it starts with the
/// same word; nor is a person's.
fn known_tool(text: &str, registry: &Registry) -> Option<String> {
    let text = text.trim_start();
    let text = text.strip_prefix("the ").unwrap_or(text);
    let (tool, length) = registry.alias(text)?;
    let is_model = registry.model(text).is_some_and(|model| model.start < length && model.end > length);
    // `cursor-agent` is no word.
    let is_word = tool.common_word && !part_of(text, ..length).contains('-');
    if is_model || (is_word && !text.starts_with(char::is_uppercase)) {
        return None;
    }
    let rest = part_of(text, length..);
    let surname = rest.strip_prefix(' ').and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
    // `Claude's new exporter` belongs to the tool; `Claude's help` is its own.
    if let Some(owned) = ["'s ", "\u{2019}s "].iter().find_map(|own| rest.strip_prefix(own)) {
        let noun = owned.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        return ["help", "assistance", "aid", "support", "guidance"].contains(&noun).then(|| tool.name.clone());
    }
    let is_person = is_rest_of_a_name(rest) || (tool.namesakes && surname);
    let is_before_model = registry.model(rest.trim_start()).is_some_and(|model| model.start == 0);
    let is_word = tool.common_word && qualifies_a_noun(rest) && !is_before_model;
    (!is_person && !is_word).then(|| tool.name.clone())
}

/// What may stand behind the name of a tool that is also a word, in lower case, beside [`OF_TOOLS`].
const BEHIND_TOOLS: [&str; 47] = [
    "a",
    "after",
    "also",
    "an",
    "and",
    "as",
    "at",
    "auto",
    "because",
    "before",
    "but",
    "by",
    "did",
    "does",
    "during",
    "from",
    "generated",
    "has",
    "helped",
    "in",
    "is",
    "made",
    "mode",
    "of",
    "on",
    "or",
    "over",
    "plus",
    "running",
    "session",
    "so",
    "suggested",
    "task",
    "that",
    "the",
    "then",
    "this",
    "thread",
    "to",
    "under",
    "using",
    "via",
    "was",
    "were",
    "which",
    "with",
    "wrote",
];

/// Whether a noun in lower case follows, so that the word before is no tool: `Cursor position`, `Continue button`.
fn qualifies_a_noun(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix(' ') else { return false };
    let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let is_noun = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    is_noun && !OF_TOOLS.contains(&word) && !BEHIND_TOOLS.contains(&word)
}

/// What may stand behind the name of a tool as a part of the tool's name, in lower case.
pub(super) const OF_TOOLS: [&str; 57] = [
    "code",
    "cli",
    "agent",
    "agents",
    "chat",
    "assistant",
    "ai",
    "ide",
    "pro",
    "plus",
    "max",
    "mini",
    "flash",
    "ultra",
    "turbo",
    "opus",
    "sonnet",
    "haiku",
    "coder",
    "codex",
    "studio",
    "desktop",
    "web",
    "cloud",
    "app",
    "bot",
    "copilot",
    "workspace",
    "workspaces",
    "action",
    "actions",
    "composer",
    "cascade",
    "editor",
    "plugin",
    "extension",
    "team",
    "teams",
    "enterprise",
    "free",
    "go",
    "jr",
    "review",
    "reviewer",
    "autofix",
    "autopilot",
    "background",
    "terminal",
    "vscode",
    "vs",
    "for",
    "swe",
    "large",
    "small",
    "medium",
    "instruct",
    "preview",
];
/// Words within the names of people.
pub(super) const PARTICLES: [&str; 12] = ["van", "von", "de", "der", "den", "da", "di", "la", "le", "del", "bin", "al"];

/// Whether what stands behind a word reads like the rest of a person's name: `Kiro Tanaka`, `Claude van Damme`, `Claude-Henri Roe`.
/// People are called like tools; a tool is followed by a model, a version, a bracket or a word of products.
fn is_rest_of_a_name(rest: &str) -> bool {
    let Some(names) = rest.strip_prefix([' ', '-']) else { return false };
    let words: Vec<&str> = names.split(' ').collect();
    let is_name = |word: &&str| {
        let mut letters = word.chars();
        let starts = letters.next().is_some_and(char::is_uppercase);
        starts && letters.all(|c| c.is_alphabetic() || "'’-.".contains(c)) && word.chars().any(char::is_lowercase)
    };
    let is_of_tools = |word: &&str| OF_TOOLS.contains(&word.to_lowercase().as_str());
    let is_part = |word: &&str| (is_name(word) && !is_of_tools(word)) || PARTICLES.contains(word);
    words.len() <= 4 && words.last().is_some_and(is_name) && words.iter().all(is_part)
}

fn is_name(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.len() <= MAX_TOOL_LENGTH
        && text.split_whitespace().count() <= 3
        && !text.contains(['@', '/'])
}

/// Whether a text says what was done instead of naming a tool: `written`, `partly drafted`.
fn is_deed(text: &str) -> bool {
    let last = text.split_whitespace().last().unwrap_or("");
    let is_word = last.chars().all(|c| c.is_ascii_lowercase());
    is_word
        && (last.ends_with("ed")
            || last.ends_with("ly")
            || ["written", "made", "built", "done", "rewritten", "help"].contains(&last))
}

/// Whether a text speaks of a person instead of naming a tool: `a human`, `me`, `our team`.
fn is_person(text: &str) -> bool {
    const FIRST: [&str; 12] = ["a", "an", "the", "my", "our", "i", "me", "us", "myself", "human", "humans", "hand"];
    let first = text.split_whitespace().next().unwrap_or("").to_lowercase();
    FIRST.contains(&first.as_str())
}

fn is_generic(text: &str, registry: &Registry) -> bool {
    let lower = text.to_lowercase();
    registry.file.values.generic.iter().any(|phrase| lower.strip_prefix(phrase.as_str()).is_some_and(goes_on))
}

/// Whether a text may go on like this behind "AI": as in "AI." and "AI tools and me", not as in "AI Guard".
fn goes_on(rest: &str) -> bool {
    const WORDS: [&str; 8] = [" assist", " help", " tool", " agent", " and ", " but ", " under ", " with "];
    rest.is_empty()
        || rest.starts_with(['.', ',', ';', ':', '(', ')', '!'])
        || rest.starts_with(" (")
        || WORDS.iter().any(|word| rest.starts_with(word))
}

/// The text without Markdown and without what is said after the tool: on whose behalf.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // `[Claude Code](https://…)` → `Claude Code`
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(label, tail)| Some((label, tail.split_once(')')?.1)));
        match link {
            Some((label, tail)) if !label.contains(['[', ']']) => {
                out.push_str(before);
                out.push_str(label);
                rest = tail;
            }
            _ => {
                out.push_str(before);
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    let out = before(&out, " on behalf of ");
    let ornament = |c: char| c.is_whitespace() || "*_`\"'@".contains(c) || (!c.is_ascii() && !c.is_alphanumeric());
    out.trim_matches(ornament).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Option<String>, Option<String>, bool) {
        let found = read(text, Registry::builtin().unwrap());
        let exact = found.model.as_ref().is_some_and(|model| model.exact);
        (found.tool, found.model.map(|model| model.name), exact)
    }

    fn pair(tool: &str, model: &str) -> (Option<String>, Option<String>, bool) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (some(tool), some(model), !model.is_empty())
    }

    #[test]
    fn people_who_are_called_like_a_tool_are_none() {
        for person in [
            "Trae Young",
            "Kiro Tanaka",
            "Gemini Rue",
            "Aider Khan",
            "Amp Jones",
            "Claude van Damme",
            "Claude de la Tour",
            "Claude-Henri Roe",
            "Devin O'Neil",
            "Codex Smith-Jones",
        ] {
            assert!(!read(person, Registry::builtin().unwrap()).known, "{person}");
        }
        for (value, tool) in [
            ("Kiro CLI", "Kiro"),
            ("Cursor Agent", "Cursor"),
            ("Gemini CLI 0.8", "Gemini"),
            ("Codex with GPT-5.5", "Codex"),
            ("Copilot Chat", "GitHub Copilot"),
            ("Claude Desktop", "Claude"),
            ("Codex, in the terminal", "Codex"),
        ] {
            assert_eq!(of(value).0.as_deref(), Some(tool), "{value}");
        }
    }

    #[test]
    fn words_that_are_also_tools_stand_before_no_noun() {
        for text in
            ["Cursor position kept", "Cursor theme 'Adwaita' it was drawn twice", "Continue button", "Amp level"]
        {
            assert!(!read(text, Registry::builtin().unwrap()).known, "{text}");
        }
        for (text, tool) in
            [("Cursor for the tests", "Cursor"), ("Cursor (composer-1)", "Cursor"), ("Devin and me", "Devin")]
        {
            assert_eq!(of(text).0.as_deref(), Some(tool), "{text}");
        }
    }

    #[test]
    fn pages_of_tools_name_them() {
        assert_eq!(of("https://claude.ai/code"), pair("Claude", ""));
        assert_eq!(of("https://www.cursor.com"), pair("Cursor", ""));
        for page in ["https://claude-roe.example", "https://example.org/claude.ai", "https://claude.ai.example.org/x"] {
            assert!(!read(page, Registry::builtin().unwrap()).known, "{page}");
        }
    }

    #[test]
    fn what_belongs_to_a_tool_is_no_tool() {
        assert!(!read("Claude's new exporter", Registry::builtin().unwrap()).known);
        assert_eq!(of("Claude's help"), pair("Claude", ""));
    }

    #[test]
    fn what_was_done_is_no_tool() {
        assert_eq!(of("written with GPT-5.2"), pair("", "GPT-5.2"));
        assert_eq!(of("partly drafted using claude-opus-4-8"), pair("", "claude-opus-4-8"));
        assert_eq!(of("housebot with GPT-5.2"), pair("housebot", "GPT-5.2"));
    }

    #[test]
    fn the_usual_forms() {
        assert_eq!(of("Crush:claude-opus-4.5"), pair("Crush", "claude-opus-4.5"));
        assert_eq!(of("Claude:claude-3-opus [coccinelle] [sparse]"), pair("Claude", "claude-3-opus"));
        assert_eq!(of("Claude Sonnet 4.5 via Crush"), pair("Crush", "Claude Sonnet 4.5"));
        assert_eq!(of("openai/gpt-5.4 on opencode"), pair("opencode", "openai/gpt-5.4"));
        assert_eq!(of("opencode:openai/gpt-5.5"), pair("opencode", "openai/gpt-5.5"));
        assert_eq!(of("Claude Code (Claude Opus 4.8)"), pair("Claude", "Claude Opus 4.8"));
        assert_eq!(of("Claude Opus 5 (1M context)"), pair("", "Claude Opus 5"));
        assert_eq!(of("claude-opus-4-7"), pair("", "claude-opus-4-7"));
        assert_eq!(of("Codex"), pair("Codex", ""));
        assert_eq!(of("[Claude Code](https://claude.com/claude-code)"), pair("Claude", ""));
        assert_eq!(of("OpenCode v1.17.9 (openai/gpt-5.5)"), pair("opencode", "openai/gpt-5.5"));
        assert_eq!(of("GitHub Copilot with Claude Sonnet 4.6"), pair("GitHub Copilot", "Claude Sonnet 4.6"));
    }

    #[test]
    fn unknown_tools_beside_a_model_are_taken_as_written() {
        assert_eq!(of("pi:gpt-5.5"), pair("pi", "gpt-5.5"));
        assert_eq!(of("Pi using GPT-5.5 on medium"), pair("Pi", "GPT-5.5"));
        assert_eq!(of("TOOL:gpt-5.5"), pair("", "gpt-5.5"), "nobody filled that in");
        assert!(!of("protoc: 3.1").2);
        assert!(!read("protoc 3.1", Registry::builtin().unwrap()).known);
    }

    #[test]
    fn the_groups_of_a_pattern_are_taken_as_written() {
        let pattern = Pattern::from("^(?P<tool>[A-Za-z]+):(?P<model>[a-z0-9-]+)".to_owned());
        let of = |value| as_written(&pattern, value, Registry::builtin().unwrap());
        let model = |name: &str, exact| Some(Model { name: name.into(), exact });
        let found = |value| of(value).map(|found| (found.tool.unwrap_or_default(), found.model));
        assert_eq!(found("MyTool:my-model-1 sparse"), Some(("MyTool".into(), model("my-model-1", true))));
        assert_eq!(found("MyTool:my-2-latest"), Some(("MyTool".into(), model("my-2-latest", false))));
        assert_eq!(found("MyTool:unknown"), Some(("MyTool".into(), None)));
        assert_eq!(of("my-model-1"), None);
        assert_eq!(as_written(&Pattern::from("^a".to_owned()), "a", Registry::builtin().unwrap()), None);
    }

    #[test]
    fn people_are_not_tools() {
        for name in ["Claude Dupont", "Devin Gould", "Jules Ivanic", "Jane Doe", "Charlie Marsh"] {
            assert!(!read(name, Registry::builtin().unwrap()).known, "{name}");
        }
    }

    #[test]
    fn a_family_is_no_exact_model() {
        assert!(!of("claude-3-5-sonnet-latest").2);
        assert!(!of("aider (deepseek/deepseek-chat)").2);
        assert_eq!(
            of("aider (openrouter/deepseek/deepseek-r1:free)"),
            pair("aider", "openrouter/deepseek/deepseek-r1:free")
        );
    }

    #[test]
    fn names_carry_models() {
        let model = |name: &str| model_in_name(name, Registry::builtin().unwrap()).map(|model| model.name);
        assert_eq!(model("Claude Opus 4.5 (1M context)").as_deref(), Some("Claude Opus 4.5"));
        assert_eq!(model("Claude Code 2.1.133 / Claude Opus 4.7 (1M context)").as_deref(), Some("Claude Opus 4.7"));
        assert_eq!(model("Claude claude-opus-4-6").as_deref(), Some("claude-opus-4-6"));
        assert_eq!(model("aider (gpt-4o)").as_deref(), Some("gpt-4o"));
        assert_eq!(model("codex (GPT-5.4)").as_deref(), Some("GPT-5.4"));
        assert_eq!(model("Claude"), None);
        assert_eq!(model("Copilot Autofix powered by AI"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\\[|\\]\\(|\\)|:|/| via |claude|gpt-5){0,60}") {
            read(&text, Registry::builtin().unwrap());
            model_in_name(&text, Registry::builtin().unwrap());
        }
    }
}
