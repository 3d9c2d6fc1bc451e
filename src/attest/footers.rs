//! Phrases in a message: footers such as "Generated with …", and links to sessions.
//!
//! Finds them; whether they are believed, and what follows, is for `read`.

use super::declared::{self, Declared};
use super::lines::{self, Line};
use super::registry::{Hints, MarkerAt, Registry};

/// A phrase that was found.
#[derive(Debug, Clone)]
pub(super) struct Phrase<'a, 'r> {
    /// By which marker.
    pub(super) marker: MarkerAt<'r>,
    /// Where it starts in the message, in bytes.
    pub(super) start: usize,
    /// One past its end.
    pub(super) end: usize,
    /// The index of its line.
    pub(super) line: usize,
    /// The session, if it names one.
    pub(super) session: Option<&'a str>,
    /// The tool and model that it names, if it does.
    pub(super) declared: Declared,
    /// Whether it is quoted from elsewhere.
    pub(super) quoted: bool,
}

/// A message that repeats itself is read this often.
const MOST_OF_A_KIND: usize = 20;

/// All phrases of a message, by their place.
pub(super) fn find<'a, 'r>(
    message: &'a str,
    lines: &[Line<'a>],
    hints: &Hints,
    registry: &'r Registry,
) -> Vec<Phrase<'a, 'r>> {
    let mut found: Vec<Phrase<'a, 'r>> = Vec::new();
    let markers = || hints.phrases.iter().filter_map(|slot| registry.at(*slot));
    let (own, general) =
        (markers().filter(|marker| marker.tool.is_some()), markers().filter(|marker| marker.tool.is_none()));
    for marker in own.chain(general) {
        let Some(regex) = marker.marker.pattern.as_ref().and_then(|pattern| pattern.regex()) else {
            continue;
        };
        let names_session = regex.capture_names().flatten().any(|name| name == "session");
        let is_general = marker.tool.is_none() && !names_session;
        let has_groups = regex.captures_len() > 1;
        for whole in regex.find_iter(message).take(MOST_OF_A_KIND) {
            // The match may start with the line ending before it.
            let leading = whole.as_str().len() - whole.as_str().trim_start().len();
            let line = lines::holding(lines, whole.start() + leading);
            let place = |declared, session| Phrase {
                marker,
                start: whole.start() + leading,
                end: whole.end(),
                line,
                session,
                declared,
                quoted: lines.get(line).is_some_and(|line| line.quoted),
            };
            // A tool's own footer says more than the general form, whose groups take the most time of all.
            let within = |phrase: &Phrase<'_, '_>| {
                phrase.marker.tool.is_some() && phrase.start <= whole.start() + leading && whole.end() <= phrase.end
            };
            if is_general && found.iter().any(within) {
                continue;
            }
            let groups = if has_groups { regex.captures_at(message, whole.start()) } else { None };
            let group = |name| Some(groups.as_ref()?.name(name)?.as_str());
            let mut declared = group("value").map(|value| declared::read(value, registry)).unwrap_or_default();
            if marker.marker.known_only && !declared.known {
                continue;
            }
            if let Some(model) = group("model") {
                declared.model = declared::model_in_name(model, registry).or(declared.model);
            }
            if let Some(tool) = group("tool") {
                declared.tool = declared::read(tool, registry).tool.or_else(|| Some(tool.trim().to_owned()));
            }
            found.push(place(declared, group("session")));
        }
    }
    found.sort_by_key(|phrase| (phrase.start, phrase.end));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(message: &str) -> Vec<(&'static str, usize)> {
        let registry = Registry::builtin().unwrap();
        let lines = lines::of(message);
        let hints = registry.hints(message);
        find(message, &lines, &hints, registry).into_iter().map(|p| (p.marker.id(), p.line)).collect()
    }

    #[test]
    fn footers_are_found_where_they_stand() {
        let found = ids("s\n\nbody\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n");
        assert!(found.contains(&("claude/generated-with", 4)), "{found:?}");
        assert_eq!(ids("Cursor position is lost in an example"), []);
    }

    #[test]
    fn sessions_are_read() {
        let registry = Registry::builtin().unwrap();
        let message = "s\n\nhttps://claude.ai/code/session_01G7QggdwMM1CJkguuCmMfZs\n";
        let lines = lines::of(message);
        let found = find(message, &lines, &registry.hints(message), registry);
        assert_eq!(found[0].session, Some("https://claude.ai/code/session_01G7QggdwMM1CJkguuCmMfZs"));
    }

    #[test]
    fn unresolved_prose_is_left_alone() {
        assert_eq!(ids("s\n\nGenerated with protoc 3.1\n"), []);
        assert_eq!(ids("s\n\nWritten by Claude Dupont\n"), []);
    }
}
