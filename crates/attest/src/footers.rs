//! Phrases in a message: footers such as "Generated with …", and links to sessions.
//!
//! Finds them; whether they are believed, and what follows, is for `read`.

use std::ops::Range;

use regex::Captures;

use super::declared::{self, Declared};
use super::names_alone::is_names_alone;
use super::registry::{Hints, MarkerAt, Registry};
use ai_detect_base::slices::part_of;
use ai_detect_base::vocabulary::message::{Line, lines};

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

/// How many phrases of a kind are looked at in one message.
pub(super) const MAX_OF_A_KIND: usize = 20;

/// All phrases of a message from a byte on, by their place.
pub(super) fn find<'a, 'r>(
    message: &'a str,
    lines: &[Line],
    start: usize,
    hints: &Hints,
    registry: &'r Registry,
) -> Vec<Phrase<'a, 'r>> {
    let text = part_of(message, start..);
    let markers = hints.phrases.iter().filter_map(|slot| registry.at(*slot));
    let (own, general): (Vec<_>, Vec<_>) = markers.partition(|marker| marker.tool.is_some());
    let mut found: Vec<Phrase<'a, 'r>> = Vec::new();
    // A tool's own footer says more than the general form, whose groups take the most time of all.
    for marker in own.into_iter().chain(general) {
        let Some(regex) = marker.marker.pattern.as_ref().and_then(|pattern| pattern.regex()) else {
            continue;
        };
        let names_session = regex.capture_names().flatten().any(|name| name == "session");
        let is_general = marker.tool.is_none() && !names_session;
        for whole in regex.find_iter(text).take(MAX_OF_A_KIND) {
            let groups = if regex.captures_len() > 1 { regex.captures_at(text, whole.start()) } else { None };
            // What leads up to the phrase may be a part of the match.
            let own = groups.as_ref().and_then(|groups| groups.name("phrase")).unwrap_or(whole);
            // The match may start with the line ending before it.
            let leading = own.len() - own.as_str().trim_start().len();
            let place = start + own.start() + leading..start + own.end();
            if is_general && found.iter().any(|known| is_within(&place, known)) {
                continue;
            }
            let Some(declared) = declared(marker, groups.as_ref(), registry) else { continue };
            let line = lines::holding(lines, place.start);
            found.push(Phrase {
                marker,
                start: place.start,
                end: place.end,
                line,
                session: group(groups.as_ref(), "session"),
                declared,
                quoted: lines.get(line).is_some_and(|line| line.quoted || line.is_lazy),
            });
        }
    }
    found.sort_by_key(|phrase| (phrase.start, phrase.end));
    found
}

/// Whether a place lies within a tool's own phrase.
fn is_within(place: &Range<usize>, phrase: &Phrase<'_, '_>) -> bool {
    phrase.marker.tool.is_some() && phrase.start <= place.start && place.end <= phrase.end
}

fn group<'a>(groups: Option<&Captures<'a>>, name: &str) -> Option<&'a str> {
    Some(groups?.name(name)?.as_str())
}

/// What a phrase declares; `None` where it counts only with a known tool or model, and names neither.
fn declared(marker: MarkerAt<'_>, groups: Option<&Captures<'_>>, registry: &Registry) -> Option<Declared> {
    // Without a value it declares no more than its marker does.
    let value = group(groups, "value");
    let mut declared = value.map_or_else(Declared::default, |value| declared::read(value, registry));
    if marker.marker.known_only && !declared.known {
        return None;
    }
    if marker.marker.names_only && !value.is_some_and(|value| is_names_alone(value, registry)) {
        return None;
    }
    if let Some(model) = group(groups, "model") {
        declared.model = declared::model_in_name(model, registry).or(declared.model);
    }
    if let Some(tool) = group(groups, "tool") {
        declared.tool = declared::read(tool, registry).tool.or_else(|| Some(tool.trim().to_owned()));
    }
    Some(declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(message: &str) -> Vec<(&'static str, usize)> {
        let registry = Registry::builtin().unwrap();
        let lines = lines::of(message);
        let hints = registry.hints(message);
        find(message, &lines, 0, &hints, registry).into_iter().map(|p| (p.marker.id(), p.line)).collect()
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
        let found = find(message, &lines, 0, &registry.hints(message), registry);
        assert_eq!(found[0].session, Some("https://claude.ai/code/session_01G7QggdwMM1CJkguuCmMfZs"));
    }

    #[test]
    fn unresolved_prose_is_left_alone() {
        assert_eq!(ids("s\n\nGenerated with protoc 3.1\n"), []);
        assert_eq!(ids("s\n\nWritten by Claude Dupont\n"), []);
    }
}
