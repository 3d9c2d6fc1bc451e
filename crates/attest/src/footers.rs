//! Phrases in a message: footers such as "Generated with …", and links to sessions.
//!
//! Finds them; whether they are believed, and what follows, is for `read`.

use std::ops::Range;

use regex::{Captures, Match, Regex};

use super::declared::{self, Declared};
use super::names_alone::is_names_alone;
use super::registry::{Hints, MarkerAt, Registry};
use ai_detect_base::slices::part_of;
use ai_detect_base::vocabulary::message::{Line, Wrapped, lines};

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
    let mut found: Vec<Phrase<'a, 'r>> = Vec::new();
    for (marker, regex) in patterns(hints, registry) {
        for whole in regex.find_iter(text).take(MAX_OF_A_KIND) {
            let groups = captures(regex, text, whole);
            add(marker, phrase(marker, whole, groups, start, lines, registry), &mut found);
        }
    }
    found.sort_by_key(|phrase| (phrase.start, phrase.end));
    found
}

/// The same for all of a message, with the phrases that are wrapped over several lines.
pub(super) fn find_wrapped<'a, 'r>(
    message: &'a str,
    lines: &[Line],
    wrapped: &'a Wrapped,
    hints: &Hints,
    registry: &'r Registry,
) -> Vec<Phrase<'a, 'r>> {
    let mut found: Vec<Phrase<'a, 'r>> = Vec::new();
    for (marker, regex) in patterns(hints, registry) {
        for whole in regex.find_iter(message).take(MAX_OF_A_KIND) {
            // A phrase up to the end of its line is read with the next line: `Written by Claude`, `Dupont`.
            let line = lines::holding(lines, whole.start() + whole.len() - whole.as_str().trim_start().len());
            let first = lines.get(line).map_or(0, |line| line.start);
            let is_cut = lines.get(line).is_some_and(|line| whole.end() >= first + line.text(message).len());
            let rest = wrapped.rest_of(lines, line).filter(|_| is_cut);
            let offset = whole.start().saturating_sub(first);
            let again = rest.and_then(|rest| Some((rest, regex.find_at(rest, offset)?)));
            let read = match again.filter(|(_, again)| again.start() == offset) {
                Some((rest, again)) => phrase(marker, again, captures(regex, rest, again), first, lines, registry),
                None => phrase(marker, whole, captures(regex, message, whole), 0, lines, registry),
            };
            add(marker, read, &mut found);
        }
        for whole in regex.find_iter(wrapped.text()).take(MAX_OF_A_KIND) {
            let is_known = |known: &Phrase<'_, '_>| known.start < whole.end() && whole.start() < known.end;
            let crosses = lines::holding(lines, whole.start()) < lines::holding(lines, whole.end().saturating_sub(1));
            if crosses && !found.iter().any(is_known) {
                let groups = captures(regex, wrapped.text(), whole);
                add(marker, phrase(marker, whole, groups, 0, lines, registry), &mut found);
            }
        }
    }
    found.sort_by_key(|phrase| (phrase.start, phrase.end));
    found
}

/// The patterns that may match where there are these hints, each with its marker. A tool's own footer says more than the
/// general form, whose groups take the most time of all.
fn patterns<'r>(hints: &Hints, registry: &'r Registry) -> impl Iterator<Item = (MarkerAt<'r>, &'r Regex)> {
    let markers = hints.phrases.iter().filter_map(|slot| registry.at(*slot));
    let (own, general): (Vec<_>, Vec<_>) = markers.partition(|marker| marker.tool.is_some());
    let with_pattern = |marker: MarkerAt<'r>| Some((marker, marker.marker.pattern.as_ref()?.regex()?));
    own.into_iter().chain(general).filter_map(with_pattern)
}

fn captures<'t>(regex: &Regex, text: &'t str, whole: Match<'t>) -> Option<Captures<'t>> {
    if regex.captures_len() > 1 { regex.captures_at(text, whole.start()) } else { None }
}

/// Keeps a phrase, unless it is general and lies within a tool's own.
fn add<'a, 'r>(marker: MarkerAt<'r>, read: Option<Phrase<'a, 'r>>, found: &mut Vec<Phrase<'a, 'r>>) {
    let Some(read) = read else { return };
    let is_general = marker.tool.is_none() && !names_session(marker);
    if !(is_general && found.iter().any(|known| is_within(&(read.start..read.end), known))) {
        found.push(read);
    }
}

fn names_session(marker: MarkerAt<'_>) -> bool {
    let regex = marker.marker.pattern.as_ref().and_then(|pattern| pattern.regex());
    regex.is_some_and(|regex| regex.capture_names().flatten().any(|name| name == "session"))
}

/// What a match says; `None` where it declares nothing. The text that was searched starts at a byte of the message.
fn phrase<'a, 'r>(
    marker: MarkerAt<'r>,
    whole: Match<'a>,
    groups: Option<Captures<'a>>,
    start: usize,
    lines: &[Line],
    registry: &'r Registry,
) -> Option<Phrase<'a, 'r>> {
    // What leads up to the phrase may be a part of the match.
    let own = groups.as_ref().and_then(|groups| groups.name("phrase")).unwrap_or(whole);
    // The match may start with the line ending before it.
    let leading = own.len() - own.as_str().trim_start().len();
    let place = start + own.start() + leading..start + own.end();
    let declared = declared(marker, groups.as_ref(), registry)?;
    let line = lines::holding(lines, place.start);
    Some(Phrase {
        marker,
        start: place.start,
        end: place.end,
        line,
        session: group(groups.as_ref(), "session"),
        declared,
        quoted: lines.get(line).is_some_and(|line| line.quoted || line.is_lazy),
    })
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
