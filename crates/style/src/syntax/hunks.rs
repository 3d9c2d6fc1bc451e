//! Reviewable blocks: runs of authored lines, cut at items where they grow past what a person
//! reviews at once.

use super::Hunk;
use super::regions::Regions;
use super::seen::Seen;
use ai_detect_base::change::Span;
use ai_detect_base::text::Text;
use ai_detect_lang::Language;

/// Up to this many lines between two authored ones are joined over.
pub(crate) const JOINED_GAP: u32 = 3;
/// A block that is longer than this is cut, in lines.
pub(crate) const MAX_LINES: u32 = 100;
/// What the pieces of a cut aim at, in lines.
const AIM: u32 = 60;
/// How deep items within items are told apart.
const DEPTHS: usize = 4;

/// Authored lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Never empty; sorted, disjoint.
    pub authored: Vec<Span>,
}

/// A piece that was not cut yet.
pub type Run = Piece;

impl Piece {
    /// From the first authored line to the last.
    pub fn span(&self) -> Span {
        let start = self.authored.first().map_or(0, |span| span.start);
        Span::new(start, self.authored.last().map_or(start, |span| span.end))
    }

    /// Whether a person would not review it at once, so that it is cut.
    pub fn is_long(&self) -> bool {
        self.span().len() > MAX_LINES
    }

    /// How many of the authored lines are not blank.
    pub fn weight(&self, text: &Text) -> u32 {
        self.authored.iter().flat_map(|span| span.start..span.end).filter(|&line| !text.is_blank(line)).count() as u32
    }

    /// The hunk that this piece is.
    pub(crate) fn into_hunk(self, text: &Text, regions: Regions, seen: Seen) -> Hunk {
        Hunk {
            span: self.span(),
            added_lines: self.authored.iter().map(|span| span.len()).sum(),
            weight: self.weight(text),
            authored: self.authored,
            regions,
            seen,
        }
    }

    /// The piece in parts that each start where one of some sorted lines is, none of them blank.
    pub(crate) fn split_at(self, lines: &[u32], text: &Text) -> Vec<Piece> {
        let span = self.span();
        let within = lines.iter().skip(lines.partition_point(|line| *line <= span.start));
        let (mut parts, mut rest) = (Vec::new(), self);
        let heavy = |piece: &Piece| piece.weight(text) > 0;
        for line in within.take_while(|line| **line < span.end) {
            let (before, after) = (rest.clipped(Span::new(0, *line)), rest.clipped(Span::new(*line, span.end)));
            if let Some((before, after)) = before.filter(heavy).zip(after.filter(heavy)) {
                parts.push(before);
                rest = after;
            }
        }
        parts.push(rest);
        parts
    }

    fn clipped(&self, to: Span) -> Option<Piece> {
        let from = self.authored.partition_point(|span| span.end <= to.start);
        let meeting = self.authored.iter().skip(from).take_while(|span| span.start < to.end);
        let authored: Vec<Span> = meeting.map(|span| span.intersect(to)).filter(|span| !span.is_empty()).collect();
        (!authored.is_empty()).then_some(Piece { authored })
    }
}

/// Joins authored spans over small gaps. Spans that hold nothing but blank lines are never authored;
/// were there a run of them, it would be no hunk.
pub(crate) fn runs(text: &Text, authored: &[Span]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for &span in authored {
        match runs.last_mut() {
            Some(run)
                if span.start - run.span().end <= JOINED_GAP && text.part_of(span.start).contains(run.span().start) =>
            {
                run.authored.push(span);
            }
            _ => runs.push(Piece { authored: vec![span] }),
        }
    }
    runs.retain(|run| run.weight(text) > 0);
    runs
}

/// Lines where items start, by how deep the item lies.
#[derive(Debug, Default)]
pub struct Cuts {
    by_depth: [Vec<u32>; DEPTHS],
    /// For each line of the text where an item starts that has its first line there: with the comments, attributes and
    /// decorators right above it.
    starts: Vec<u32>,
}

impl Cuts {
    /// Adds the items of a tree.
    pub(crate) fn read(&mut self, tree: &tree_sitter::Tree, text: &Text, language: &'static Language) {
        let roles = super::roles::Roles::of(language);
        if self.starts.is_empty() {
            self.starts = item_starts(text, language);
        }
        let mut cursor = tree.walk();
        self.items(&mut cursor, &roles, 0);
        for cuts in &mut self.by_depth {
            cuts.sort_unstable();
            cuts.dedup();
        }
    }

    fn items(&mut self, cursor: &mut tree_sitter::TreeCursor<'_>, roles: &super::roles::Roles, depth: usize) {
        if depth >= DEPTHS || !cursor.goto_first_child() {
            return;
        }
        loop {
            let node = cursor.node();
            if node.is_named() {
                if let Some((cuts, start)) =
                    self.by_depth.get_mut(depth).zip(self.starts.get(node.start_position().row))
                {
                    cuts.push(*start);
                }
                if roles.is_container(node.kind_id()) {
                    self.items(cursor, roles, depth + 1);
                }
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        cursor.goto_parent();
    }
}

fn item_starts(text: &Text, language: &Language) -> Vec<u32> {
    let mut start = 0;
    let of_line = |line: u32| {
        if line > 0 && !leads(text.line(line - 1), language) {
            start = line;
        }
        start
    };
    // A node may start where the text ends.
    (0..=text.len()).map(of_line).collect()
}

fn leads(line: &[u8], language: &Language) -> bool {
    let line = line.trim_ascii_start();
    let comment = language.line_comments.iter().any(|mark| line.starts_with(mark.as_bytes()));
    comment
        || matches!(line.first(), Some(b'@' | b'*'))
        || line.starts_with(b"#[")
        || line.starts_with(b"[")
        || line.starts_with(b"/*")
}

/// Cuts a run into reviewable pieces.
pub(crate) fn cut(text: &Text, run: Run, cuts: &Cuts) -> Vec<Piece> {
    let mut spans = Vec::new();
    divide(text, run.span(), cuts, 0, &mut spans);
    merge_small(text, &run, &mut spans);
    let pieces = spans.into_iter().filter_map(|span| run.clipped(span));
    pieces.filter(|piece| piece.weight(text) > 0).collect()
}

fn divide(text: &Text, span: Span, cuts: &Cuts, depth: usize, pieces: &mut Vec<Span>) {
    if span.len() <= MAX_LINES {
        pieces.push(span);
        return;
    }
    let Some(lines) = cuts.by_depth.get(depth) else {
        divide_at_blank_lines(text, span, pieces);
        return;
    };
    let from = lines.partition_point(|&line| line <= span.start);
    let bounds = lines.iter().skip(from).copied().take_while(|&line| line < span.end);
    // Neighbouring items are gathered until the piece is large enough.
    let mut start = span.start;
    let mut last = span.start;
    for bound in bounds.chain([span.end]) {
        if bound - start > AIM && last > start {
            divide(text, Span::new(start, last), cuts, depth + 1, pieces);
            start = last;
        }
        last = bound;
    }
    divide(text, Span::new(start, span.end), cuts, depth + 1, pieces);
}

fn divide_at_blank_lines(text: &Text, span: Span, pieces: &mut Vec<Span>) {
    let mut start = span.start;
    while span.end - start > MAX_LINES {
        let window = start + AIM / 2..start + MAX_LINES;
        let blank = window.clone().filter(|&line| text.is_blank(line)).min_by_key(|line| line.abs_diff(start + AIM));
        let end = blank.map_or(start + AIM, |line| line + 1);
        pieces.push(Span::new(start, end));
        start = end;
    }
    pieces.push(Span::new(start, span.end));
}

/// A piece that is too small to say anything joins the one before it; blank lines at the start, the
/// one after.
fn merge_small(text: &Text, run: &Run, spans: &mut Vec<Span>) {
    let weight = |span| run.clipped(span).map_or(0, |piece| piece.weight(text));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for &span in spans.iter() {
        match merged.as_mut_slice() {
            [.., last] if weight(span) < super::MIN_LINES => last.end = span.end,
            [only] if weight(*only) == 0 => only.end = span.end,
            _ => merged.push(span),
        }
    }
    *spans = merged;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parser;
    use crate::syntax::window::Window;
    use ai_detect_lang as lang;

    fn text(content: &str) -> Text {
        Text::new(content.as_bytes().to_vec())
    }

    fn functions(count: u32, lines: u32) -> String {
        let body = |n: u32| (0..lines - 3).map(|l| format!("    step_{n}_{l}();\n")).collect::<String>();
        (0..count).map(|n| format!("/// Does {n}.\nfn f{n}() {{\n{}}}\n\n", body(n))).collect()
    }

    fn pieces(content: &str) -> Vec<Span> {
        let text = text(content);
        let language = lang::by_name("rust").unwrap();
        let whole = Span::new(0, text.len());
        let tree =
            parser::parse(language, &text, &Window::of(whole), &parser::Allowance::of(&parser::Extra::default()))
                .unwrap();
        let mut cuts = Cuts::default();
        cuts.read(&tree, &text, language);
        cut(&text, Piece { authored: vec![whole] }, &cuts).iter().map(Piece::span).collect()
    }

    #[test]
    fn small_gaps_are_joined_and_blank_runs_dropped() {
        let text = text("a\nb\nc\nd\ne\nf\n\n\n\n\n\n\n\n");
        let found = runs(&text, &[Span::new(0, 1), Span::new(4, 5), Span::new(10, 12)]);
        assert_eq!(found.iter().map(Piece::span).collect::<Vec<_>>(), [Span::new(0, 5)]);
    }

    #[test]
    fn a_run_in_several_windows_is_several_runs_and_none_of_blank_lines() {
        let text = text("a\nb\n\n\nc\nd\n");
        let run = || Piece { authored: vec![Span::new(0, 6)] };
        let spans =
            |parts: Vec<Piece>| parts.iter().map(|part| (part.span().start, part.span().end)).collect::<Vec<_>>();
        assert_eq!(spans(run().split_at(&[0, 1, 4, 6, 9], &text)), [(0, 1), (1, 4), (4, 6)]);
        assert_eq!(
            spans(run().split_at(&[1, 2, 4], &text)),
            [(0, 1), (1, 2), (2, 6)],
            "blank lines stay with what follows"
        );
        assert_eq!(spans(run().split_at(&[], &text)), [(0, 6)]);
    }

    #[test]
    fn a_long_file_is_cut_where_items_start_with_their_documentation() {
        let content = functions(15, 30);
        let found = pieces(&content);
        assert!(found.len() >= 4, "{found:?}");
        for span in &found {
            assert!(span.len() <= MAX_LINES, "{span:?}");
            let line = content.lines().nth(span.start as usize).unwrap();
            assert!(line.starts_with("/// Does"), "{line}");
        }
        assert_eq!(found.iter().map(|span| span.len()).sum::<u32>(), content.lines().count() as u32);
    }

    #[test]
    fn one_very_long_function_is_cut_all_the_same() {
        let content = format!("fn long() {{\n{}}}\n", "    step();\n    step();\n\n".repeat(120));
        let found = pieces(&content);
        assert!(found.len() > 3 && found.iter().all(|span| span.len() <= MAX_LINES), "{found:?}");
    }
}
