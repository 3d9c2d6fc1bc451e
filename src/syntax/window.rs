//! Which parts of a file are parsed, and the parsers.
//!
//! Parsing costs more than everything else together, so a large file is parsed only around its runs of
//! added lines. The lines that a run stands in, by their indentation, are parsed along, so that the parser
//! meets something whole; grammars recover from the rest.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use bstr::ByteSlice;
use rustc_hash::FxHashMap;

use super::hunks::Run;
use crate::change::Span;
use crate::lang::{Docs, Language};
use crate::text::Text;

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
const MOST_HEADERS: usize = 8;
/// How long such a line may be where it goes on, as the parameters of a function do, in lines.
const MOST_HEADER: u32 = 12;
/// How far the ends of a comment or of a documentation string are looked for, in lines.
const MOST_COMMENT: u32 = 40;
/// Where windows would cover more than this share of a file, in per cent, the file is parsed whole.
const MOST_SHARE: u64 = 70;
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

/// A part of a file to parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
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
    pub fn of(span: Span) -> Self {
        Window { span, headers: Vec::new(), footers: Vec::new() }
    }
}

/// The parts of a file to parse: sorted, disjoint, covering every run.
pub fn windows(text: &Text, runs: &[Run], language: &Language) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for run in runs {
        let part = text.part_of(run.span().start);
        let small = run.weight(text) < super::LEAST_LINES;
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
        if part.len() == text.len() && covered * 100 > u64::from(part.len()) * MOST_SHARE {
            return vec![Window::of(part)];
        }
    }
    for window in &mut windows {
        let part = text.part_of(window.span.start);
        window.headers = headers(text, window.span, part, language);
        if let Some(outermost) = window.headers.first() {
            window.footers = footers(text, window.span, part, outermost.start, language);
        }
    }
    windows
}

/// A run with what belongs to it: the rest of a comment that it lies in, comments right above it, and what
/// follows at its depth.
fn around(text: &Text, run: Span, part: Span, after: u32, language: &Language) -> Span {
    let mut start = run.start;
    let mut end = run.end;
    let fence = language.block_comment.or(matches!(language.docs, Docs::FirstString).then_some((QUOTES, QUOTES)));
    if let Some(fence) = fence {
        let earliest = start.saturating_sub(MOST_COMMENT).max(part.start);
        start = open_comment(text, Span::new(earliest, start), fence).unwrap_or(start);
        let open = open_comment(text, Span::new(start, end), fence);
        if let Some(open) = open {
            let closes = |line: &u32| text.line(*line).contains_str(fence.1) && *line > open;
            end = (end..(end + MOST_COMMENT).min(part.end)).find(closes).map_or(end, |line| line + 1);
        }
    }
    while start > part.start && run.start - start < MOST_COMMENT && leads(text, start - 1, language) {
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
        if (depth == 0 && !closed) || headers.len() == MOST_HEADERS {
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
                let end = end.take().filter(|end| *end - line <= MOST_HEADER).unwrap_or(line + 1);
                headers.push(Span::new(line, end));
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
    let least = depth_of(text, outermost).unwrap_or_default();
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
        let signs = content.iter().take_while(|byte| b"})];,".contains(byte)).count();
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
    let content = line.get(start..end).unwrap_or_default();
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

/// Parses one part of a text; positions are those of the whole text. `None` where the part is too costly
/// to parse.
pub fn parse(language: &'static Language, text: &Text, window: &Window) -> Option<tree_sitter::Tree> {
    thread_local! {
        static PARSERS: RefCell<Parsers> = RefCell::default();
    }
    PARSERS.with_borrow_mut(|parsers| parsers.parse(language, text, window))
}

/// One parser a language, made when first needed.
#[derive(Default)]
struct Parsers {
    by_language: FxHashMap<&'static str, tree_sitter::Parser>,
}

impl Parsers {
    fn parse(&mut self, language: &'static Language, text: &Text, window: &Window) -> Option<tree_sitter::Tree> {
        let key = language.extensions.first().copied().unwrap_or(language.name);
        if !self.by_language.contains_key(key) {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&(language.grammar)()).ok()?;
            self.by_language.insert(key, parser);
        }
        let parser = self.by_language.get_mut(key)?;
        let range = |span: &Span| tree_sitter::Range {
            start_byte: text.offset(span.start),
            end_byte: text.offset(span.end),
            start_point: tree_sitter::Point::new(span.start as usize, 0),
            end_point: tree_sitter::Point::new(span.end as usize, 0),
        };
        let lines = window.headers.iter().chain([&window.span]);
        let first = lines.clone().next().map_or(0, |span| span.start);
        let footers = window.footers.iter().map(|&(line, bytes)| {
            let content = text.line(line);
            let column = content.len() - content.trim_start().len();
            let start = text.offset(line) + column;
            tree_sitter::Range {
                start_byte: start,
                end_byte: start + bytes,
                start_point: tree_sitter::Point::new(line as usize, column),
                end_point: tree_sitter::Point::new(line as usize, column + bytes),
            }
        });
        let ranges = opening_tag(text, first).into_iter().chain(lines.map(range)).chain(footers);
        parser.set_included_ranges(&ranges.collect::<Vec<_>>()).ok()?;
        let mut steps = 0u64;
        let chunks = Cell::new(0);
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
fn opening_tag(text: &Text, first: u32) -> Option<tree_sitter::Range> {
    let tag = b"<?php";
    (first > 0 && text.line(0).starts_with(tag)).then(|| tree_sitter::Range {
        start_byte: 0,
        end_byte: tag.len() + 1,
        start_point: tree_sitter::Point::new(0, 0),
        end_point: tree_sitter::Point::new(0, tag.len() + 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang;
    use crate::syntax::hunks;

    /// The lines that are parsed where one line, the one that says so, was added to a long file.
    fn parsed(language: &str, content: &str) -> Vec<String> {
        let filler = "\n".repeat(200);
        let text = Text::new(format!("{content}{filler}").into_bytes());
        let added = (0..text.len()).find(|&line| text.line(line).contains_str("added")).unwrap();
        let runs = hunks::runs(&text, &[Span::new(added, added + 1)]);
        let windows = windows(&text, &runs, lang::by_name(language).unwrap());
        let shown = |line: u32, bytes: usize| {
            let content = trimmed(text.line(line));
            content.get(..bytes).unwrap_or(content).to_str_lossy().into_owned()
        };
        let of_window = |window: &Window| -> Vec<String> {
            let spans = window.headers.iter().chain([&window.span]).flat_map(|span| span.start..span.end);
            let footers = window.footers.iter().map(|&(line, bytes)| shown(line, bytes));
            spans.map(|line| shown(line, usize::MAX)).filter(|line| !line.is_empty()).chain(footers).collect()
        };
        windows.iter().flat_map(of_window).collect()
    }

    #[test]
    fn a_line_is_parsed_with_the_lines_that_it_stands_in() {
        let content = "class Shop {\n    int a;\n    void sell(\n        int price,\n        int count\n    ) {\n        if (a) {\n            b();\n        } else {\n            added();\n            c();\n            d();\n        }\n    }\n}\n";
        let lines = [
            "class Shop {",
            "void sell(",
            "int price,",
            "int count",
            ") {",
            "if (a) {",
            "added();",
            "c();",
            "}",
            "}",
            "}",
        ];
        assert_eq!(parsed("java", content), lines);
    }

    #[test]
    fn only_what_closes_is_taken_of_the_lines_below() {
        let content = "if (a) {\n    added();\n    b();\n    b();\n} else {\n    c();\n}\n";
        assert_eq!(parsed("java", content), ["if (a) {", "added();", "b();", "}"]);
        let content = "def sell\n  added\n  b\n  b\nend\n";
        assert_eq!(parsed("ruby", content), ["def sell", "added", "b", "end"]);
        let content = "def sell():\n    if a:\n        added()\n    b()\n";
        assert_eq!(parsed("python", content), ["def sell():", "if a:", "added()"]);
    }

    #[test]
    fn a_line_of_a_comment_is_parsed_with_all_of_it() {
        let content = "int a;\n/**\n * Sells.\n * added\n * Buys.\n */\nint b;\nint c;\n";
        assert_eq!(parsed("java", content), ["/**", "* Sells.", "* added", "* Buys.", "*/", "int b;"]);
        let content = "x = 1\ndef sell():\n    \"\"\"Sells.\n\n    added\n    Buys.\n    \"\"\"\n    a()\n    b()\n";
        let lines = ["def sell():", "\"\"\"Sells.", "added", "Buys.", "\"\"\"", "a()"];
        assert_eq!(parsed("python", content), lines);
        let content = "def sell():\n    \"\"\"\n    Sells.\n    \"\"\"\n    added()\n";
        assert_eq!(parsed("python", content), ["def sell():", "added()"]);
    }

    #[test]
    fn a_preprocessor_and_comments_at_the_edge_are_no_place_to_stand_in() {
        let content = "int sell() {\n#ifdef A\n// why\n    added();\n#endif\n}\n";
        assert_eq!(parsed("c", content), ["int sell() {", "// why", "added();", "}"]);
    }

    proptest::proptest! {
        #[test]
        fn windows_cover_every_run_and_never_overlap(
            lines in proptest::collection::vec(r#"( {0,3}|\t)([a})/*"]|"""|/\*|\*/|\) \{|\} else \{)?"#, 1..60),
            added in proptest::collection::vec((0u32..60, 1u32..8), 1..6),
            python: bool,
        ) {
            let text = Text::new(lines.join("\n").into_bytes());
            let mut spans: Vec<Span> = Vec::new();
            for (start, len) in added {
                let span = Span::new(start.min(text.len()), (start + len).min(text.len()));
                if !span.is_empty() && spans.iter().all(|other| other.intersect(span).is_empty()) {
                    spans.push(span);
                }
            }
            spans.sort_by_key(|span| span.start);
            let runs = hunks::runs(&text, &spans);
            let language = lang::by_name(if python { "python" } else { "java" }).unwrap();
            let windows = windows(&text, &runs, language);
            let mut end = 0;
            for window in &windows {
                proptest::prop_assert!(window.span.start >= end && window.span.end <= text.len());
                end = window.span.end;
                let mut above = 0;
                let below = window.footers.iter().map(|footer| footer.0);
                proptest::prop_assert!(below.clone().is_sorted() && below.clone().all(|line| line >= end && line < text.len()));
                for header in &window.headers {
                    proptest::prop_assert!(header.start >= above && !header.is_empty() && header.end <= window.span.start);
                    above = header.end;
                }
            }
            for run in runs {
                let covers = |window: &Window| window.span.start <= run.span().start && run.span().end <= window.span.end;
                proptest::prop_assert!(windows.iter().any(covers));
            }
        }
    }
}
