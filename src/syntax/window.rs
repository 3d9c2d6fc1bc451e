//! Which parts of a file are parsed, and the parsers.
//!
//! Parsing costs more than everything else together, so a large file is parsed only around its
//! larger runs of added lines. A window starts where a top-level item seems to start, so that the
//! parser meets whole items; grammars recover from the rest.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use super::hunks::Run;
use crate::change::Span;
use crate::lang::Language;
use crate::text::Text;

/// Files of up to this many lines are parsed whole.
const SMALL_FILE: u32 = 120;
/// How far a window reaches before its run at most, in lines, looking for a place to start.
const BEFORE: u32 = 60;
/// How far it reaches after its run.
const AFTER: u32 = 12;
/// The same for runs that are too small to be scored alone.
const BEFORE_SMALL: u32 = 20;
/// The same for runs that are too small to be scored alone.
const AFTER_SMALL: u32 = 6;
/// Where windows would cover more than this share of a file, in per cent, the file is parsed whole.
const MOST_SHARE: u64 = 60;
/// How often a parser may report progress before it is stopped; each report stands for about a
/// hundred parse steps, so this is a bound on work, the same on every machine.
const MOST_PROGRESS: u64 = 200_000;

/// How many bytes the parser gets at a time.
const CHUNK: usize = 4096;
/// How many chunks it may ask for: some scanners look far ahead again and again. This is a bound on
/// reading as the one above is on parsing; ordinary files ask for each chunk a few times.
const MOST_CHUNKS: usize = 20_000;

/// A tree that is deeper than this is not read: no person nests so deep, and every hunk is searched
/// from the root, which a file made for the purpose could drag out for minutes.
const MOST_DEPTH: usize = 2_000;
/// A tree that holds more than this many pieces in one place that the grammar could not make sense
/// of is not read: nothing in it means anything, and each hunk would walk past all of them.
const MOST_BROKEN: u32 = 10_000;

/// The parts of a file to parse: sorted, disjoint, covering every run.
pub fn windows(text: &Text, runs: &[Run], language: &Language) -> Vec<Span> {
    let mut windows: Vec<Span> = Vec::new();
    for run in runs {
        let part = text.part_of(run.span().start);
        let small = run.weight(text) < super::LEAST_LINES;
        let reach = if small { (BEFORE_SMALL, AFTER_SMALL) } else { (BEFORE, AFTER) };
        let window = if part.len() <= SMALL_FILE { part } else { around(text, run.span(), part, reach, language) };
        match windows.last_mut() {
            Some(last) if last.end >= window.start && part.contains(last.start) => last.end = last.end.max(window.end),
            _ => windows.push(window),
        }
    }
    if let [only_or_first, ..] = windows.as_slice() {
        let part = text.part_of(only_or_first.start);
        let covered: u64 = windows.iter().map(|span| u64::from(span.len())).sum();
        if part.len() == text.len() && covered * 100 > u64::from(part.len()) * MOST_SHARE {
            return vec![part];
        }
    }
    windows
}

fn around(text: &Text, run: Span, part: Span, (before, after): (u32, u32), language: &Language) -> Span {
    let earliest = run.start.saturating_sub(before).max(part.start);
    let start = (earliest..=run.start).rev().find(|&line| starts_item(text, line, language));
    let end = (run.end + after).min(part.end);
    Span::new(start.unwrap_or(earliest), end)
}

/// A line at the left edge after a blank one, that neither closes nor continues something.
fn starts_item(text: &Text, line: u32, language: &Language) -> bool {
    let content = text.line(line);
    let Some(first) = content.first() else { return false };
    if first.is_ascii_whitespace() || matches!(first, b'}' | b')' | b']' | b'{' | b'*' | b'.' | b',' | b'"' | b'\'') {
        return false;
    }
    let after_blank = line == 0 || text.is_blank(line - 1);
    let comment = language.line_comments.iter().any(|mark| content.starts_with(mark.as_bytes()));
    after_blank && (!comment || line == 0 || !text.line(line - 1).starts_with(content.get(..1).unwrap_or_default()))
}

/// One parser a language, made when first needed; one set a thread.
#[derive(Default)]
pub struct Parsers {
    by_language: FxHashMap<&'static str, tree_sitter::Parser>,
}

impl Parsers {
    /// Parses one part of a text; positions are those of the whole text. `None` where the part
    /// is too costly to parse.
    pub fn parse(&mut self, language: &'static Language, text: &Text, span: Span) -> Option<tree_sitter::Tree> {
        let key = language.extensions.first().copied().unwrap_or(language.name);
        if !self.by_language.contains_key(key) {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&(language.grammar)()).ok()?;
            self.by_language.insert(key, parser);
        }
        let parser = self.by_language.get_mut(key)?;
        let range = tree_sitter::Range {
            start_byte: text.offset(span.start),
            end_byte: text.offset(span.end),
            start_point: tree_sitter::Point::new(span.start as usize, 0),
            end_point: tree_sitter::Point::new(span.end as usize, 0),
        };
        let ranges = opening_tag(text, span).into_iter().chain([range]);
        parser.set_included_ranges(&ranges.collect::<Vec<_>>()).ok()?;
        let mut steps = 0u64;
        let chunks = std::cell::Cell::new(0);
        let mut progress = |_: &tree_sitter::ParseState| {
            steps += 1;
            let stop = steps > MOST_PROGRESS || chunks.get() > MOST_CHUNKS;
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = tree_sitter::ParseOptions::new().progress_callback(&mut progress);
        let bytes = text.bytes();
        let mut read = |at: usize, _| {
            chunks.set(chunks.get() + 1);
            let rest = bytes.get(at..).unwrap_or_default();
            rest.get(..CHUNK).unwrap_or(rest)
        };
        let tree = parser.parse_with_options(&mut read, None, Some(options));
        if tree.is_none() {
            parser.reset();
        }
        tree.filter(is_readable)
    }
}

/// Whether a tree is neither too deep nor too broken. Parts with too few nodes to be either are passed
/// over, so that this looks at a small share of an ordinary tree.
fn is_readable(tree: &tree_sitter::Tree) -> bool {
    let mut cursor = tree.walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        if depth > MOST_DEPTH || (node.is_error() && node.child_count() > MOST_BROKEN) {
            return false;
        }
        if depth + node.descendant_count() > MOST_DEPTH && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return true;
            }
            depth -= 1;
        }
    }
}

/// Without its opening tag, PHP is plain text to the grammar: a window takes the file's along.
fn opening_tag(text: &Text, span: Span) -> Option<tree_sitter::Range> {
    let tag = b"<?php";
    (span.start > 0 && text.line(0).starts_with(tag)).then(|| tree_sitter::Range {
        start_byte: 0,
        end_byte: tag.len() + 1,
        start_point: tree_sitter::Point::new(0, 0),
        end_point: tree_sitter::Point::new(0, tag.len() + 1),
    })
}
