//! Which parts of a file are parsed. The parsers are in [`super::parser`].
//!
//! Parsing costs more than everything else together, so a large file is parsed only around its runs of
//! added lines. The lines that a run stands in, by their indentation, are parsed along, so that the parser
//! meets something whole; grammars recover from the rest.

use bstr::ByteSlice;

use super::hunks::Run;
use ai_detect_base::change::Span;
use ai_detect_base::slices::items_of;
use ai_detect_base::text::Text;
use ai_detect_lang::{Docs, Language};

/// Files of up to this many lines are parsed whole.
const SMALL_FILE: u32 = 120;
/// How far a window reaches after its run at most, in lines, while the text is as deep as the run.
const AFTER: u32 = 12;
/// The same for runs that are too small to be scored alone. Where only those are near, small files are not
/// parsed whole.
const AFTER_SMALL: u32 = 1;
/// How far above a window the lines that it stands in are looked for, in lines.
const REACH: u32 = 300;
/// How many of them are parsed along, the nearest first.
const MAX_HEADERS: usize = 8;
/// How long such a line may be where it goes on, as the parameters of a function do, in lines.
const MAX_HEADER: u32 = 12;
/// How far the ends of a comment or of a documentation string are looked for, in lines.
const MAX_COMMENT: u32 = 40;
/// How many words and signs a window holds; longer ones are cut in two or more. What a parser does with text that is not
/// of its language can take memory with the square of their number: 2,500 took 0.5 GB at worst, 30,000 would take all
/// there is. Real code has one in about four bytes, so that 1 window of 200 is cut.
const MAX_TOKENS: u32 = 2_500;
/// The same of a line above that a window stands in, with those that it goes on in.
const MAX_HEADER_TOKENS: u32 = 100;
/// How many signs of a line below are parsed along.
const MAX_CLOSING: usize = 8;
/// Where windows would cover more than this share of a file, in per cent, the file is parsed whole.
const MAX_SHARE: u64 = 70;

/// A part of a file to parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// Its lines.
    pub span: Span,
    /// Lines above that it stands in, such as those where its class and its function start. The parser sees
    /// them right before it: what starts in the middle costs several times as much to read as whole items.
    headers: Vec<Span>,
    /// What closes them: the lines below, and how many bytes at the start of each, without its indentation.
    footers: Vec<(u32, usize)>,
}

impl Window {
    /// Lines that stand in nothing.
    pub(crate) fn of(span: Span) -> Self {
        Window { span, headers: Vec::new(), footers: Vec::new() }
    }

    /// Whether it holds few enough words and signs to be parsed: one line alone may hold more.
    pub(crate) fn is_bounded(&self, text: &Text) -> bool {
        tokens(text, self.span) <= MAX_TOKENS
    }

    /// What a parser is to see of a text, in order.
    pub(crate) fn ranges(&self, text: &Text) -> Vec<tree_sitter::Range> {
        let lines = || self.headers.iter().chain([&self.span]);
        let first = lines().next().map_or(0, |span| span.start);
        let whole = lines().map(|span| range(text, (span.start, 0), (span.end, 0)));
        let footers = self.footers.iter().map(|&(line, bytes)| {
            let content = text.line(line);
            let column = content.len() - content.trim_start().len();
            range(text, (line, column), (line, column + bytes))
        });
        opening_tag(text, first).into_iter().chain(whole).chain(footers).collect()
    }
}

/// The parts of a file to parse: sorted, disjoint, covering every run.
pub(crate) fn windows(text: &Text, runs: &[Run], language: &Language) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for run in runs {
        let part = text.part_of(run.span().start);
        let small = run.weight(text) < super::MIN_LINES;
        let span = match part.len() <= SMALL_FILE && !small {
            true => part,
            false => around(text, run.span(), part, if small { AFTER_SMALL } else { AFTER }, language),
        };
        match windows.last_mut() {
            Some(last) if last.span.end >= span.start && part.contains(last.span.start) => {
                last.span = Span::new(last.span.start.min(span.start), last.span.end.max(span.end));
            }
            _ => windows.push(Window::of(span)),
        }
    }
    if let [first, ..] = windows.as_slice() {
        let part = text.part_of(first.span.start);
        let covered: u64 = windows.iter().map(|window| u64::from(window.span.len())).sum();
        if part.len() == text.len() && covered * 100 > u64::from(part.len()) * MAX_SHARE {
            windows = vec![Window::of(part)];
        }
    }
    let mut windows: Vec<Window> = windows.iter().flat_map(|window| cut(text, window.span)).map(Window::of).collect();
    for window in &mut windows {
        let part = text.part_of(window.span.start);
        window.headers = headers(text, window.span, part, language);
        if let Some(outermost) = window.headers.first() {
            window.footers = footers(text, window.span, part, outermost.start, language);
        }
    }
    windows
}

/// How many words and signs some lines hold: letters and digits that stand together are one.
fn tokens(text: &Text, lines: Span) -> u32 {
    let (mut count, mut within) = (0, false);
    for byte in text.slice(lines) {
        let word = byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
        count += u32::from(!(byte.is_ascii_whitespace() || word && within));
        within = word;
    }
    count
}

/// A window as several that are small enough, each from a line that is not blank: from the least deep one of those
/// that would do, and of these from one behind a blank line, as items stand.
fn cut(text: &Text, span: Span) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut rest = span;
    while tokens(text, rest) > MAX_TOKENS {
        let mut end = rest.start;
        let mut held = 0;
        while end < rest.end && held <= MAX_TOKENS {
            held += tokens(text, Span::new(end, end + 1));
            end += 1;
        }
        let last = (end - 1).max(rest.start + 1);
        let place = |line: &u32| {
            let behind_blank = text.is_blank(line - 1);
            depth_of(text, *line).map(|depth| (depth, !behind_blank, std::cmp::Reverse(*line)))
        };
        let from = rest.start + (last - rest.start).div_ceil(2);
        let best = (from..=last).filter(|line| *line > rest.start && place(line).is_some()).min_by_key(place);
        let Some(start) = best.filter(|start| *start < rest.end) else { break };
        pieces.push(Span::new(rest.start, start));
        rest.start = start;
    }
    pieces.push(rest);
    pieces
}

/// A run with what belongs to it: the rest of a comment that it lies in, comments right above it, and what
/// follows at its depth.
fn around(text: &Text, run: Span, part: Span, after: u32, language: &Language) -> Span {
    let mut start = run.start;
    let mut end = run.end;
    let fence = language.block_comment.or(matches!(language.docs, Docs::FirstString).then_some((QUOTES, QUOTES)));
    if let Some(fence) = fence {
        let earliest = start.saturating_sub(MAX_COMMENT).max(part.start);
        start = open_comment(text, Span::new(earliest, start), fence).unwrap_or(start);
        let open = open_comment(text, Span::new(start, end), fence);
        if let Some(open) = open {
            let closes = |line: &u32| text.line(*line).contains_str(fence.1) && *line > open;
            end = (end..(end + MAX_COMMENT).min(part.end)).find(closes).map_or(end, |line| line + 1);
        }
    }
    while start > part.start && run.start - start < MAX_COMMENT && leads(text, start - 1, language) {
        start -= 1;
    }
    let Some(depth) = least_depth(text, Span::new(start, end), language) else { return Span::new(start, end) };
    let directive = |line: u32| text.line(line).starts_with(b"#");
    let deep = |line: u32| depth_of(text, line).is_none_or(|own| own >= depth) && !directive(line);
    let last = (end + after).min(part.end);
    Span::new(start, (end..last).find(|&line| !deep(line)).unwrap_or(last))
}

/// What opens and closes a documentation string.
const QUOTES: &str = "\"\"\"";

/// Where a comment starts that goes on after some lines.
fn open_comment(text: &Text, lines: Span, fence: (&str, &str)) -> Option<u32> {
    let (open, close) = (fence.0.as_bytes(), fence.1.as_bytes());
    let (last, first) = (*open.last()?, *close.first()?);
    let bytes = text.slice(lines);
    let mut above = bytes.len();
    // Lines without either say nothing, and most are without.
    for at in memchr::memrchr2_iter(last, first, bytes) {
        let opened = bytes.get(..=at).is_some_and(|before| before.ends_with(open));
        let closed = bytes.get(at..).is_some_and(|after| after.starts_with(close));
        if at >= above || !(opened || closed) {
            continue;
        }
        let line = text.line_at(text.offset(lines.start) + at);
        if let Some(found) = opens(text, line, fence) {
            return found;
        }
        above = text.offset(line) - text.offset(lines.start);
    }
    None
}

/// Whether a comment goes on after a line: its start, where this is the line; nothing, where the line ends
/// one. `None` where the line says neither.
fn opens(text: &Text, line: u32, (open, close): (&str, &str)) -> Option<Option<u32>> {
    let content = trimmed(text.line(line));
    if open != close {
        let (opened, closed) = (content.rfind(open), content.rfind(close));
        return (opened.is_some() || closed.is_some()).then_some((opened > closed).then_some(line));
    }
    if content.find_iter(open).count() % 2 == 0 {
        return None;
    }
    // The same signs open and close: what stands beside them tells.
    let before = content.find(open).map_or(content, |at| content.get(..at).unwrap_or(content));
    let opened = match before.is_empty() || before.iter().all(u8::is_ascii_alphabetic) {
        true => {
            content.len() > before.len() + open.len() || (line > 0 && text.line(line - 1).trim_end().ends_with(b":"))
        }
        false => before.trim_end().ends_with(b"=") || before.ends_with(b"("),
    };
    Some(opened.then_some(line))
}

/// The lines that a window stands in, outermost first: each the nearest above that is less deep.
fn headers(text: &Text, window: Span, part: Span, language: &Language) -> Vec<Span> {
    let mut headers = Vec::new();
    let Some(mut depth) = least_depth(text, window, language) else { return headers };
    let earliest = window.start.saturating_sub(REACH).max(part.start);
    // Where something closes as deep as what is looked for, it was opened by a line as deep.
    let (mut closed, mut end) = (false, None);
    for line in (earliest..window.start).rev() {
        if (depth == 0 && !closed) || headers.len() == MAX_HEADERS {
            break;
        }
        let Some(own) = depth_of(text, line) else { continue };
        let content = trimmed(text.line(line));
        if own > depth || (own == depth && !closed) || is_aside(content, language) {
            continue;
        }
        depth = own;
        match content.first() {
            Some(b'}') => closed = true,
            Some(b')' | b']') => {
                end = end.filter(|_| closed).or(Some(line + 1));
                closed = true;
            }
            _ => {
                let end = end.take().filter(|end| *end - line <= MAX_HEADER).unwrap_or(line + 1);
                let header = Span::new(line, end);
                if tokens(text, header) <= MAX_HEADER_TOKENS {
                    headers.push(header);
                }
                closed = false;
            }
        }
    }
    headers.reverse();
    headers
}

/// What closes the lines that a window stands in, innermost first: the parser would try for long to do
/// without.
fn footers(text: &Text, window: Span, part: Span, outermost: u32, language: &Language) -> Vec<(u32, usize)> {
    let mut footers = Vec::new();
    // A blank line has no depth, and is not indented.
    let least = depth_of(text, outermost).unwrap_or(0);
    let Some(mut depth) = least_depth(text, window, language) else { return footers };
    for line in window.end..(window.end + REACH).min(part.end) {
        if depth <= least {
            break;
        }
        let content = trimmed(text.line(line));
        let Some(own) = depth_of(text, line).filter(|own| *own < depth && !is_aside(content, language)) else {
            continue;
        };
        depth = own;
        let signs = content.iter().take(MAX_CLOSING).take_while(|byte| b"})];,".contains(byte)).count();
        let closing = if [&b"end"[..], b"fi", b"done", b"esac"].contains(&content) { content.len() } else { signs };
        if closing > 0 {
            footers.push((line, closing));
        }
    }
    footers
}

/// A line without the white space around it, that of Unicode included.
fn trimmed(line: &[u8]) -> &[u8] {
    let is_white = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'\x0b';
    let start = line.iter().position(|byte| !is_white(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_white(byte)).map_or(start, |at| at + 1);
    let content = items_of(line, start..end);
    let beyond = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii());
    if beyond(content.first()) || beyond(content.last()) { content.trim() } else { content }
}

/// Comments and what a preprocessor reads stand wherever they like.
fn is_aside(content: &[u8], language: &Language) -> bool {
    language.line_comments.iter().any(|mark| content.starts_with(mark.as_bytes()))
        || matches!(content.first(), Some(b'*' | b'#'))
        || content.starts_with(b"/*")
}

/// Comments, attributes and decorators right above belong to what follows.
fn leads(text: &Text, line: u32, language: &Language) -> bool {
    let content = trimmed(text.line(line));
    let directive = content.starts_with(b"#") && !content.starts_with(b"#[") && !language.line_comments.contains(&"#");
    (is_aside(content, language) && !directive) || matches!(content.first(), Some(b'@' | b'['))
}

/// The depth of the least deep line; asides count where there is nothing else.
fn least_depth(text: &Text, span: Span, language: &Language) -> Option<u32> {
    let lines = || (span.start..span.end).filter(|&line| !text.is_blank(line));
    let own = lines().filter(|&line| !is_aside(trimmed(text.line(line)), language));
    own.filter_map(|line| depth_of(text, line)).min().or_else(|| lines().filter_map(|line| depth_of(text, line)).min())
}

/// How far a line is indented, a tab being worth four; none for blank lines.
fn depth_of(text: &Text, line: u32) -> Option<u32> {
    let content = text.line(line);
    let blank = content.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let (bytes, depth) =
        blank.fold((0, 0), |(bytes, depth), byte| (bytes + 1, depth + if *byte == b'\t' { 4 } else { 1 }));
    (bytes < content.len()).then_some(depth)
}

/// From one line and column to another.
fn range(text: &Text, start: (u32, usize), end: (u32, usize)) -> tree_sitter::Range {
    let byte = |(line, column): (u32, usize)| text.offset(line) + column;
    let point = |(line, column): (u32, usize)| tree_sitter::Point::new(line as usize, column);
    tree_sitter::Range {
        start_byte: byte(start),
        end_byte: byte(end),
        start_point: point(start),
        end_point: point(end),
    }
}

/// Without its opening tag, PHP is plain text to the grammar: a window takes the file's along.
fn opening_tag(text: &Text, first: u32) -> Option<tree_sitter::Range> {
    let tag = b"<?php";
    (first > 0 && text.line(0).starts_with(tag)).then(|| range(text, (0, 0), (0, tag.len() + 1)))
}

#[cfg(test)]
mod tests;
