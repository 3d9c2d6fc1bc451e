//! A message without its markers: what the judgement of style gets to see.
//!
//! Takes out trailers of every kind, footers, session links, and the names of tools and models;
//! keeps all else byte for byte. It takes the same things from everybody's messages, so that what
//! is missing tells nothing either.

use std::ops::Range;

use super::footers;
use super::lines::{self, Line};
use super::registry::Registry;
use super::trailers::{self, Shape, Trailer};

/// So few words beside a footer or link lead up to it: "Link to the session:".
const LEAD_IN: usize = 8;
/// So many times what changes of a message is read again, at most. People's take two.
const MOST_READ: usize = 32;
/// So many phrases of a kind are looked at in one pass, in `footers`.
const CROWDED: usize = 20;

/// The message without any trace of which tool was used or who signed it off.
///
/// Trailers are a message's last paragraph, so one that goes can make the paragraph before it the
/// last: it is looked at again until nothing goes. A message that never had a marker below such a
/// paragraph then reads the same.
///
/// Only the end that can still change is looked at again, so that many such paragraphs cost no more
/// than their length. What never comes to rest there is left out: nobody writes like that, and what
/// is left out tells nothing of a tool.
pub fn without_markers(message: &str, registry: &Registry) -> String {
    let mut text = once(message, registry);
    // Cleaning only ever shortens.
    if text.len() >= message.len() {
        return text;
    }
    let mut crowded = is_crowded(&text, registry);
    let mut changed = common_start(message, &text);
    // Each byte that is looked at again may be read so often; from `counted` on they have been counted.
    let (mut left, mut counted) = (0, text.len());
    loop {
        let mut from = if crowded { 0 } else { unsettled(&text, changed) };
        left += counted.saturating_sub(from) * MOST_READ;
        counted = counted.min(from);
        if left < text.len() - from {
            text.truncate(last_changed(&text, changed));
            text = ended_alike(text, message);
            (changed, counted, crowded) = (text.len(), text.len(), false);
            continue;
        }
        let end = once_at_end(&text, from, registry).unwrap_or_else(|| {
            from = 0;
            once(&text, registry)
        });
        let before = text.get(from..).unwrap_or_default();
        left = left.saturating_sub(before.len());
        let at_rest = end.len() >= before.len();
        changed = from + common_start(before, &end);
        text.truncate(from);
        text.push_str(&end);
        if at_rest {
            return text;
        }
    }
}

/// Stands for all that is before the end of a message: it is a subject, and nothing in it goes.
const BEFORE: &str = "s\n\n";

/// The end of a text cleaned alone; nothing where it is all of it, or does not stand alone.
fn once_at_end(text: &str, from: usize, registry: &Registry) -> Option<String> {
    if from == 0 {
        return None;
    }
    let alone = format!("{BEFORE}{}", text.get(from..)?);
    once(&alone, registry).strip_prefix(BEFORE).map(str::to_owned)
}

/// Where the end of a text starts that may change when it is cleaned again, given the first byte that changed
/// when it was cleaned last: what is above the last change up to a paragraph that stays. 0 where the subject would
/// belong to it.
fn unsettled(text: &str, changed: usize) -> usize {
    let mut from = last_changed(text, changed);
    // A rule above trailers goes with them, whatever is between.
    while from > 0 {
        let above = paragraph(text, from - 1);
        let stays = text.get(above..from).is_some_and(|lines| !lines.lines().all(may_be_rule));
        from = above;
        if stays {
            break;
        }
    }
    let only = text.get(..from).is_none_or(|before| before.trim_end().is_empty());
    if only { 0 } else { from }
}

/// The paragraph with the first byte that changed or, if it stands above, what git takes for the last paragraph.
fn last_changed(text: &str, changed: usize) -> usize {
    paragraph(text, changed).min(last_paragraph(text))
}

fn may_be_rule(line: &str) -> bool {
    line.trim_end().bytes().all(|byte| byte == b'-')
}

/// Where the paragraph starts that git could take for the last, or one above it: comments, and the list of conflicts
/// that git used to write, may follow.
fn last_paragraph(text: &str) -> usize {
    let mut end = text.len();
    while let Some((start, line)) = line_before(text, end) {
        let follows = line.trim().is_empty() || line.starts_with(['#', '\t']) || line.trim_end() == "Conflicts:";
        if !follows {
            return paragraph(text, start);
        }
        end = start;
    }
    0
}

/// Where the paragraph starts that holds a byte; between two, the one above.
fn paragraph(text: &str, byte: usize) -> usize {
    let rest = text.as_bytes().get(byte..).unwrap_or_default();
    let mut end = memchr::memchr(b'\n', rest).map_or(text.len(), |ending| byte + ending + 1);
    let mut within = false;
    while let Some((start, line)) = line_before(text, end) {
        match line.trim().is_empty() {
            true if within => return end,
            blank => within |= !blank,
        }
        end = start;
    }
    0
}

/// The line that ends where another starts, and where it starts itself.
fn line_before(text: &str, end: usize) -> Option<(usize, &str)> {
    let before = text.get(..end).filter(|before| !before.is_empty())?;
    let line = before.strip_suffix('\n').unwrap_or(before);
    let start = memchr::memrchr(b'\n', line.as_bytes()).map_or(0, |ending| ending + 1);
    Some((start, line.get(start..)?))
}

/// How many bytes two texts begin with alike.
fn common_start(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// Whether phrases are so many that not all are looked at: each pass then looks at others.
fn is_crowded(text: &str, registry: &Registry) -> bool {
    let phrases = registry.hints(text).phrases;
    let mut known_only = phrases.iter().filter_map(|slot| registry.at(*slot)).filter(|at| at.marker.known_only);
    known_only.any(|at| {
        let regex = at.marker.pattern.as_ref().and_then(|pattern| pattern.regex());
        regex.is_some_and(|regex| regex.find_iter(text).nth(CROWDED - 1).is_some())
    })
}

/// The text without blank lines at its end, which is as that of another.
fn ended_alike(mut text: String, other: &str) -> String {
    text.truncate(text.trim_end().len());
    if other.ends_with('\n') && !text.is_empty() {
        text.push('\n');
    }
    text
}

fn once(message: &str, registry: &Registry) -> String {
    let lines = lines::of(message);
    let mut gone = vec![false; lines.len()];
    remove_trailers(&lines, registry, &mut gone);
    let mut cuts = phrases(message, &lines, registry, &mut gone);
    let whole_lines = gone.iter().any(|gone| *gone);
    let names = registry.tool_names(message);
    let models = registry.models(message).into_iter().map(|(start, end)| start..end);
    let words: Vec<Range<usize>> = merged(names.into_iter().chain(models).collect());
    if !whole_lines && cuts.is_empty() && words.is_empty() {
        return message.to_owned();
    }
    cuts.extend(words.into_iter().map(|word| widened(message, word)));
    let cuts = merged(cuts);
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    let mut after_gap = false;
    for (line, gone) in lines.iter().zip(&gone) {
        let kept = if *gone { None } else { remainder(message, line, &cuts) };
        match kept {
            None => after_gap = true,
            // A paragraph that went takes one of its two blank lines along.
            Some(text) if text.trim().is_empty() => {
                let doubled = after_gap && out.last().is_none_or(|last| last.trim().is_empty());
                if !doubled {
                    out.push(text);
                }
            }
            Some(text) => {
                after_gap = false;
                out.push(text);
            }
        }
    }
    if after_gap {
        close_end(&mut out, message.ends_with('\n'));
    }
    out.concat()
}

/// Marks the lines that are trailers, whoever wrote them, and what git or a forge adds around them.
fn remove_trailers(lines: &[Line<'_>], registry: &Registry, gone: &mut [bool]) {
    let trailers = trailers::parse(lines);
    let mut mark = |trailer: &Trailer<'_>| {
        gone.iter_mut().skip(trailer.line).take(trailer.lines).for_each(|gone| *gone = true);
    };
    let (surely, perhaps): (Vec<_>, Vec<_>) = trailers.iter().partition(|trailer| is_surely_trailer(trailer, registry));
    surely.iter().for_each(|trailer| mark(trailer));
    // `Fixes: #1` beside trailers is one; alone it may be a sentence.
    let block_is_sure = surely.iter().any(|trailer| trailer.strict);
    for trailer in perhaps {
        let listed = registry.is_trailer_key(&trailer.key) && trailer.shape == Shape::Plain;
        if trailer.strict && (block_is_sure || listed) {
            mark(trailer);
        }
    }
    for (at, line) in lines.iter().enumerate() {
        if line.text.starts_with("(cherry picked from commit ") {
            gone[at] = true;
        }
    }
    // GitHub rules a line above the trailers that it gathers when it squashes.
    let mut nothing_below = true;
    for (at, line) in lines.iter().enumerate().rev() {
        let rule = line.text.len() >= 3 && line.text.bytes().all(|byte| byte == b'-');
        if rule && nothing_below && gone.iter().skip(at).any(|gone| *gone) {
            gone[at] = true;
        }
        nothing_below &= gone[at] || line.is_blank();
    }
}

/// Whether the key alone says that this is a trailer: it is listed and of several words, or looks
/// like nothing else: `Acked-for-mfd-by`, `Change-Id`.
fn is_surely_trailer(trailer: &Trailer<'_>, registry: &Registry) -> bool {
    let several_words = trailer.key.contains('-');
    if several_words && registry.is_trailer_key(&trailer.key) {
        return true;
    }
    // An unknown one: `Acked-for-mfd-by: Ann`, not `Formula-Cookbook: various updates.`
    let capital = |part: &str| part.starts_with(|c: char| c.is_ascii_uppercase());
    let titled = trailer.raw_key.split('-').all(capital) || trailer.key.ends_with("-by");
    let sentence = trailer.value.ends_with('.') || trailer.value.split_whitespace().count() > 6;
    trailer.strict && several_words && titled && !sentence
}

/// Footers and links: marks lines that hold nothing else, and returns the spans of the others.
fn phrases(message: &str, lines: &[Line<'_>], registry: &Registry, gone: &mut [bool]) -> Vec<Range<usize>> {
    let hints = registry.hints(message);
    let found = footers::find(message, lines, &hints, registry);
    let cuts = merged(found.iter().map(|phrase| widened(message, phrase.start..phrase.end)).collect());
    let subject = lines.iter().position(|line| !line.is_blank());
    // Many phrases may share one long line.
    let mut counted = None;
    for phrase in &found {
        let Some(line) = lines.get(phrase.line) else { continue };
        let count = || remainder(message, line, &cuts).map_or(0, |left| left.split_whitespace().count());
        let words = match counted {
            Some((at, words)) if at == phrase.line => words,
            _ => count(),
        };
        counted = Some((phrase.line, words));
        if words == 0 || (words <= LEAD_IN && Some(phrase.line) != subject) {
            gone[phrase.line] = true;
        }
    }
    cuts
}

/// A line without what is cut out of it; `None` where nothing but signs is left of it.
fn remainder(message: &str, line: &Line<'_>, cuts: &[Range<usize>]) -> Option<String> {
    let first = cuts.partition_point(|cut| cut.end <= line.start);
    let mut kept = String::with_capacity(line.end - line.start);
    let mut at = line.start;
    for cut in cuts.iter().skip(first).take_while(|cut| cut.start < line.end) {
        kept.push_str(message.get(at..cut.start.max(at)).unwrap_or_default());
        at = cut.end.max(at).min(line.end);
    }
    let untouched = at == line.start && kept.is_empty();
    kept.push_str(message.get(at..line.end).unwrap_or_default());
    if !untouched && !kept.contains(char::is_alphanumeric) {
        return None;
    }
    // The line ending belongs to the line even where the cut took it.
    if line.end > at.max(line.start) || !message.get(line.start..line.end).is_some_and(|text| text.ends_with('\n')) {
        return Some(kept);
    }
    kept.push('\n');
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

/// Ends the text as the message ended.
fn close_end(out: &mut Vec<String>, newline: bool) {
    while out.last().is_some_and(|line| line.trim().is_empty()) {
        out.pop();
    }
    if let Some(last) = out.last_mut()
        && !newline
    {
        last.truncate(last.trim_end_matches(['\n', '\r']).len());
    }
}

#[cfg(test)]
mod tests;
