//! One id for the many spellings of a model, so that models can be counted.
//!
//! A spelling stays in `model`; the id is made from it. It follows the provider's own ids: Anthropic writes versions
//! with hyphens, all others with dots. How hard a model was told to think is no part of it, nor how much context it had.
//! A date is: two snapshots of one model are two models.

use super::Registry;

/// Words at the end of a name that say how a model was run, not which it was.
const HOW_IT_RAN: [&str; 5] = ["minimal", "low", "medium", "high", "xhigh"];
/// The same for Claude, where no model is called so.
const HOW_CLAUDE_RAN: [&str; 3] = ["thinking", "max", "1m"];
/// The lines of Claude models. A name without `claude` in front may be one of these.
const CLAUDE_LINES: [&str; 6] = ["opus", "sonnet", "haiku", "instant", "fable", "mythos"];

impl Registry {
    /// The id of the model that a text names: `claude-opus-4-8` for "Claude Opus 4.8 (1M context)" as for
    /// `anthropic/claude-opus-4.8`. A name that is not known here is put in the same shape. Nothing where no name is left.
    pub fn model_id(&self, text: &str) -> Option<String> {
        let whole = text.split(['(', '[', '<']).next().unwrap_or(text);
        let name = self.model(whole).and_then(|found| whole.get(found.start..)).unwrap_or(whole);
        let parts = parts(name);
        let first = parts.first()?.as_str();
        let is_claude = first == "claude" || CLAUDE_LINES.contains(&first);
        let id = if is_claude { claude(parts) } else { other(parts) };
        (!id.is_empty()).then_some(id)
    }
}

/// The words of a name in lower case, without what stands before the last slash, and without regions and revisions of
/// a cloud: `us.anthropic.claude-opus-4-5-20251101-v1:0`.
fn parts(name: &str) -> Vec<String> {
    let lower = name.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let name = name.rsplit("anthropic.").next().unwrap_or(name);
    let name = name.split(':').next().unwrap_or(name);
    let is_between = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | '@' | ',' | ';' | '"' | '`');
    let mut parts: Vec<String> = name.split(is_between).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    while parts.len() > 1 && parts.last().is_some_and(|last| is_revision(last) || HOW_IT_RAN.contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// Whether a part is the revision that a cloud adds: `v1`, `v2`.
fn is_revision(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(is_number)
}

fn is_version(part: &str) -> bool {
    part.len() <= 4 && !part.is_empty() && part.split('.').all(is_number)
}

/// Up to version 3, Anthropic writes the version first (`claude-3-5-sonnet`), and from 4 on the line (`claude-opus-4-8`).
fn claude(parts: Vec<String>) -> String {
    let (mut line, mut version, mut rest) = (None, Vec::new(), Vec::new());
    for part in parts {
        match part.as_str() {
            "claude" => {}
            part if HOW_CLAUDE_RAN.contains(&part) || HOW_IT_RAN.contains(&part) => {}
            part if CLAUDE_LINES.contains(&part) && line.is_none() => line = Some(part.to_owned()),
            part if is_version(part.trim_start_matches('v')) && version.len() < 2 && rest.is_empty() => {
                version.extend(part.trim_start_matches('v').split('.').map(str::to_owned));
            }
            part => rest.push(part.to_owned()),
        }
    }
    let is_early = version.first().and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major < 4);
    let line: Vec<String> = line.into_iter().collect();
    let (first, second) = if is_early { (version, line) } else { (line, version) };
    [vec!["claude".to_owned()], first, second, rest].concat().join("-")
}

/// `gpt-5.5-codex` for "GPT 5.5 Codex", "gpt5.5-codex" and `gpt-5-5-codex`.
fn other(mut parts: Vec<String>) -> String {
    let version = parts.first().and_then(|first| first.strip_prefix("gpt")).filter(|rest| !rest.is_empty());
    if let Some(version) = version.map(str::to_owned) {
        parts.splice(..1, ["gpt".to_owned(), version]);
    }
    if let [_, major, minor, ..] = parts.as_slice()
        && is_number(major)
        && is_number(minor)
        && minor.len() == 1
    {
        let version = format!("{major}.{minor}");
        parts.splice(1..3, [version]);
    }
    parts.join("-")
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_a_model_have_one_id() {
        let spellings: &[(&str, &[&str])] = &[
            (
                "claude-opus-4-8",
                &[
                    "Claude Opus 4.8",
                    "claude-opus-4-8",
                    "Opus-4.8",
                    "opus 4.8",
                    "Claude Opus 4.8 (1M context)",
                    "claude-opus-4-8[1m]",
                    "anthropic/claude-opus-4.8",
                    "openrouter/anthropic/claude-opus-4.8",
                    "us.anthropic.claude-opus-4-8-v1:0",
                    "claude-4.8-opus",
                    "claude-4.8-opus-high-thinking",
                    "Claude 4.8 Opus",
                    "CLAUDE_OPUS_4_8",
                    "Opus 4.8 <noreply@anthropic.com>",
                ],
            ),
            ("claude-opus-4-5-20251101", &["claude-opus-4-5-20251101", "claude-opus-4-5@20251101"]),
            ("claude-3-5-sonnet", &["Claude 3.5 Sonnet", "claude-3.5-sonnet", "claude-3-5-sonnet", "sonnet 3.5"]),
            ("claude-3-5-sonnet-latest", &["claude-3-5-sonnet-latest"]),
            ("claude-opus-5", &["Claude Opus 5", "claude-opus-5", "opus-5"]),
            ("claude-sonnet-4", &["Claude Sonnet 4", "Sonnet 4 (1M context)"]),
            ("claude-2-1", &["claude-2.1", "Claude v2.1"]),
            (
                "gpt-5.5",
                &["GPT-5.5", "gpt-5.5", "GPT 5.5", "gpt5.5", "gpt-5.5-xhigh", "openai/gpt-5.5", "GPT 5.5 high"],
            ),
            ("gpt-5.3-codex", &["GPT-5.3-codex", "gpt-5.3-codex", "gpt-5-3-codex", "GPT 5.3 Codex"]),
            ("gpt-5.1-codex-max", &["gpt-5.1-codex-max", "GPT-5.1-Codex-Max"]),
            ("gpt-4o", &["gpt-4o", "GPT-4o", "gpt4o"]),
            ("gpt-4o-2024-08-06", &["gpt-4o-2024-08-06"]),
            ("gemini-2.5-pro", &["Gemini 2.5 Pro", "gemini-2.5-pro", "models/gemini-2.5-pro", "gemini-2-5-pro"]),
            ("kimi-k2-thinking", &["Kimi K2 Thinking", "kimi-k2-thinking", "moonshotai/kimi-k2-thinking"]),
            ("o3-mini", &["o3-mini", "O3-mini-high"]),
            ("mymodel-4", &["mymodel-4", "vendor/MyModel 4"]),
        ];
        let registry = Registry::builtin().unwrap();
        for (id, names) in spellings {
            for name in *names {
                assert_eq!(registry.model_id(name).as_deref(), Some(*id), "{name}");
            }
        }
        for name in ["", "  ", "(1M context)", "/"] {
            assert_eq!(registry.model_id(name), None, "{name:?}");
        }
    }
}
