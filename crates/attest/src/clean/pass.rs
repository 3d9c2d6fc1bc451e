//! What goes from a message in one pass: lines, and parts of lines.

use std::ops::Range;

use super::super::footers;
use super::super::near_misses;
use super::super::read::Declaring;
use super::super::registry::Registry;
use ai_detect_base::slices::part_of;
use ai_detect_base::vocabulary::message::trailer_lines::Shape;
use ai_detect_base::vocabulary::message::{Line, TrailerLine};

/// So few words beside a footer or link lead up to it: "Link to the session:".
const MAX_LEAD_IN: usize = 8;

/// What goes: whole lines, and parts of others.
#[derive(Debug)]
pub(super) struct Edit {
    from: usize,
    /// For each line from the first one on, whether all of it goes.
    lines: Vec<bool>,
    /// In order, without overlap.
    cuts: Vec<Range<usize>>,
}

impl Edit {
    fn nothing(lines: &[Line], from: usize) -> Edit {
        Edit { from, lines: vec![false; lines.len().saturating_sub(from)], cuts: Vec::new() }
    }

    /// The first line that was looked at.
    pub(super) fn from(&self) -> usize {
        self.from
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cuts.is_empty() && !self.lines.contains(&true)
    }

    pub(super) fn takes_line(&self, at: usize) -> bool {
        at.checked_sub(self.from).and_then(|at| self.lines.get(at)) == Some(&true)
    }

    pub(super) fn cuts(&self) -> &[Range<usize>] {
        &self.cuts
    }

    fn take_lines(&mut self, lines: Range<usize>) {
        let below = lines.start.saturating_sub(self.from);
        self.lines.iter_mut().skip(below).take(lines.len()).for_each(|taken| *taken = true);
    }
}

/// What goes from a message, of its lines from one on. Above that line there is nothing, or a blank line below more than
/// the subject; the trailers are those from there on. What declares something is known in the first pass alone.
pub(super) fn what_goes(
    message: &str,
    lines: &[Line],
    trailers: &[TrailerLine],
    from: usize,
    declaring: &[Declaring],
    registry: &Registry,
) -> Edit {
    let mut edit = Edit::nothing(lines, from);
    let declared = take_declarations(message, lines, declaring, &mut edit);
    take_trailers(message, lines, trailers, registry, &mut edit);
    // The end of the line above is looked at, too, so that what counts only at the start of a message does not.
    let start = lines.get(from).map_or(message.len(), |line| line.start.saturating_sub(1));
    let phrases = take_phrases(message, lines, start, registry, &mut edit);
    let text = part_of(message, start..message.len());
    let names = registry.tool_names(text).into_iter();
    let models = registry.models(text).into_iter().map(|(start, end)| start..end);
    let words = merged(names.chain(models).map(|word| word.start + start..word.end + start).collect());
    edit.cuts = merged(words.into_iter().map(|word| widened(message, word)).chain(phrases).chain(declared).collect());
    edit
}

/// Takes the lines that declare something, and returns the spans of declarations in longer sentences. A phrase within
/// one line is left to [`take_phrases`].
fn take_declarations(message: &str, lines: &[Line], declaring: &[Declaring], edit: &mut Edit) -> Vec<Range<usize>> {
    let subject = lines.iter().position(|line| !line.is_blank);
    let mut cuts = Vec::new();
    for place in declaring {
        let Some(phrase) = &place.phrase else {
            edit.take_lines(place.lines.clone());
            continue;
        };
        if place.lines.len() < 2 {
            continue;
        }
        let cut = [widened(message, phrase.clone())];
        let here = lines.iter().take(place.lines.end).skip(place.lines.start);
        let left = here.filter_map(|line| remainder(message, line, &cut));
        let words: usize = left.map(|left| left.split_whitespace().count()).sum();
        if words <= MAX_LEAD_IN && subject.is_none_or(|subject| !place.lines.contains(&subject)) {
            edit.take_lines(place.lines.clone());
        } else {
            cuts.extend(cut);
        }
    }
    cuts
}

/// Takes the lines that are trailers, whoever wrote them, and what git or a forge adds around them.
fn take_trailers(message: &str, lines: &[Line], trailers: &[TrailerLine], registry: &Registry, edit: &mut Edit) {
    let (surely, perhaps): (Vec<_>, Vec<_>) = trailers.iter().partition(|trailer| is_surely_trailer(trailer, registry));
    surely.iter().for_each(|trailer| edit.take_lines(trailer.lines.clone()));
    // `Fixes: #1` beside trailers is one; alone it may be a sentence.
    let block_is_sure = surely.iter().any(|trailer| trailer.strict);
    for trailer in perhaps {
        let listed = may_declare(&trailer.name, registry) && trailer.shape == Shape::Plain;
        if trailer.strict && (block_is_sure || listed) {
            edit.take_lines(trailer.lines.clone());
        }
    }
    for (at, line) in lines.iter().enumerate().skip(edit.from) {
        if line.text(message).starts_with("(cherry picked from commit ") {
            edit.take_lines(at..at + 1);
        }
    }
    // GitHub rules a line above the trailers that it gathers when it squashes.
    let mut taken_below = false;
    for (at, line) in lines.iter().enumerate().skip(edit.from).rev() {
        let text = line.text(message);
        if taken_below && text.len() >= 3 && text.bytes().all(|byte| byte == b'-') {
            edit.take_lines(at..at + 1);
        }
        taken_below |= edit.takes_line(at);
        if !edit.takes_line(at) && !line.is_blank {
            break;
        }
    }
}

/// Whether a key is listed, or one of those that declare a tool although nobody listed them (`LLM`, `Tool` beside `Model`).
fn may_declare(name: &str, registry: &Registry) -> bool {
    registry.is_trailer_key(name)
        || near_misses::asks_for_ai(name, registry)
        || near_misses::is_key_of_tools(name, registry)
        || near_misses::is_key_of_models(name, registry)
}

/// Whether the key alone says that this is a trailer: it is listed and of several words, or looks
/// like nothing else: `Acked-for-mfd-by`, `Change-Id`.
fn is_surely_trailer(trailer: &TrailerLine, registry: &Registry) -> bool {
    let several_words = trailer.name.contains('-');
    if several_words && registry.is_trailer_key(&trailer.name) {
        return true;
    }
    // An unknown one: `Acked-for-mfd-by: Ann`, not `Formula-Cookbook: various updates.`
    let capital = |part: &str| part.starts_with(|c: char| c.is_ascii_uppercase());
    let titled = trailer.key.split('-').all(capital) || trailer.name.ends_with("-by");
    let sentence = trailer.value.ends_with('.') || trailer.value.split_whitespace().count() > 6;
    trailer.strict && several_words && titled && !sentence
}

/// Takes the lines that hold nothing but a footer or a link, and returns the spans of all of them.
fn take_phrases(
    message: &str,
    lines: &[Line],
    start: usize,
    registry: &Registry,
    edit: &mut Edit,
) -> Vec<Range<usize>> {
    let hints = registry.hints(part_of(message, start..message.len()));
    let found = footers::find(message, lines, start, &hints, registry);
    let cuts = merged(found.iter().map(|phrase| widened(message, phrase.start..phrase.end)).collect());
    let subject = lines.iter().position(|line| !line.is_blank);
    // Many phrases may share one long line.
    let mut counted = None;
    for phrase in &found {
        let Some(line) = lines.get(phrase.line) else { continue };
        let words = match counted {
            Some((at, words)) if at == phrase.line => words,
            _ => remainder(message, line, &cuts).map_or(0, |left| left.split_whitespace().count()),
        };
        counted = Some((phrase.line, words));
        if words == 0 || (words <= MAX_LEAD_IN && Some(phrase.line) != subject) {
            edit.take_lines(phrase.line..phrase.line + 1);
        }
    }
    cuts
}

/// A line without what is cut out of it; `None` where nothing but signs is left of it.
pub(super) fn remainder(message: &str, line: &Line, cuts: &[Range<usize>]) -> Option<String> {
    let first = cuts.partition_point(|cut| cut.end <= line.start);
    let mut kept = String::with_capacity(line.end - line.start);
    let mut at = line.start;
    for cut in cuts.iter().skip(first).take_while(|cut| cut.start < line.end) {
        kept.push_str(part_of(message, at..cut.start.max(at)));
        at = cut.end.max(at).min(line.end);
    }
    let untouched = at == line.start && kept.is_empty();
    kept.push_str(part_of(message, at..line.end));
    if !untouched && !kept.contains(char::is_alphanumeric) {
        return None;
    }
    // The line ending belongs to the line even where the cut took it.
    if line.end <= at && line.content(message).ends_with('\n') {
        kept.push('\n');
    }
    Some(kept)
}

/// A name with the brackets around it, and one of the spaces beside it: no hole stays behind.
fn widened(message: &str, word: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (word.start, word.end);
    let before = |at: usize| message.get(..at).and_then(|text| text.chars().next_back());
    let after = |at: usize| message.get(at..).and_then(|text| text.chars().next());
    for own in ["'s", "\u{2019}s"] {
        if message.get(end..).is_some_and(|rest| rest.starts_with(own)) {
            end += own.len();
        }
    }
    while let (Some(open), Some(close)) = (before(start), after(end)) {
        if !matches!((open, close), ('(', ')') | ('[', ']') | ('`', '`') | ('"', '"') | ('\'', '\'')) {
            break;
        }
        start -= open.len_utf8();
        end += close.len_utf8();
    }
    let line_start = before(start).is_none_or(|c| c == '\n');
    // A subject such as `aider: fix the parser` starts with its prefix.
    if line_start && message.get(end..).is_some_and(|rest| rest.starts_with(": ")) {
        return start..end + 2;
    }
    match (before(start), after(end)) {
        (Some(' '), next) if next.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '(' | '[' | '`' | '"')) => {
            start -= 1
        }
        (None | Some('\n'), Some(' ')) => end += 1,
        _ => {}
    }
    start..end
}

/// Spans in order, without overlap.
fn merged(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}
