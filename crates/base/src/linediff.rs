//! Line diffs between two texts: which lines were added, and which of those differ from a removed
//! line in white space only.
//!
//! Myers' algorithm with git's indentation heuristic, so that a line counts as added exactly where
//! a reviewer sees it in the request's diff. Nothing here knows git.

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::change::Span;
use crate::lines::{Line, LineMap, Squeezed};
use crate::slices::items_of;
use crate::text::Text;

/// One place where two texts differ: lines `old` were replaced by lines `new`; either may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// The removed lines, in the old text.
    pub old: Span,
    /// The added lines, in the new text.
    pub new: Span,
}

impl Edit {
    /// Whether so many lines are replaced that they were not compared one by one.
    pub fn is_whole(self) -> bool {
        !self.old.is_empty() && !self.new.is_empty() && self.old.len() + self.new.len() > MAX_LINES
    }
}

/// Where `old` and `new` differ, in order.
pub fn edits(old: &Text, new: &Text) -> Vec<Edit> {
    Comparison::new(old, new).edits()
}

/// Two texts that are to be compared, without the lines at both ends that are the same.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    old: &'a Text,
    new: &'a Text,
    old_window: Span,
    new_window: Span,
}

/// At about so many lines, a comparison can cost as much for being long as it costs for each line.
const LONG: u64 = 10_000;

impl<'a> Comparison<'a> {
    /// Finds the lines at both ends that are the same.
    pub fn new(old: &'a Text, new: &'a Text) -> Self {
        let (prefix, suffix) = common_ends(old, new);
        let window = |text: &Text| Span::new(prefix, text.len() - suffix);
        Comparison { old, new, old_window: window(old), new_window: window(new) }
    }

    /// What the comparison may cost: its lines, and more where there are many. A budget counts this, and no time.
    pub fn cost(&self) -> u64 {
        let lines = self.old_window.len() + self.new_window.len();
        let is_compared = !self.old.is_empty() && !self.new.is_empty() && lines <= MAX_LINES;
        let lines = u64::from(lines);
        if is_compared { lines + lines * lines / LONG } else { 0 }
    }

    /// Where the texts differ, in order.
    pub fn edits(&self) -> Vec<Edit> {
        let Comparison { old, new, old_window, new_window } = *self;
        if old_window.is_empty() && new_window.is_empty() {
            return Vec::new();
        }
        // A new or a deleted file has nothing to be compared with.
        if old.is_empty() || new.is_empty() {
            return vec![Edit { old: old_window, new: new_window }];
        }
        diff(old, new, old_window, new_window)
    }
}

/// How far identical lines around a difference are kept in the window: the heuristic that places
/// a difference looks at the indentation around it.
const CONTEXT: u32 = 100;

/// How many lines at the start and at the end are the same, less a margin for placing differences.
fn common_ends(old: &Text, new: &Text) -> (u32, u32) {
    let (before, after) = (old.bytes(), new.bytes());
    let same = same_start(before, after);
    let prefix = old.lines_within(same).min(new.lines_within(same));
    if prefix == old.len() && prefix == new.len() {
        return (prefix, 0);
    }
    let same = same_end(before, after);
    let tail = |text: &Text, bytes: &[u8]| text.len() - text.lines_before(bytes.len() - same);
    let mut suffix = tail(old, before).min(tail(new, after));
    let rest = |text: &Text, bytes: &[u8]| bytes.len() - text.offset(text.len() - suffix);
    // The first of these lines may start earlier in one of the texts.
    if rest(old, before) != rest(new, after) {
        suffix = suffix.saturating_sub(1);
    }
    let suffix = suffix.min(old.len().min(new.len()) - prefix);
    (prefix.saturating_sub(CONTEXT), suffix.saturating_sub(CONTEXT))
}

/// How many bytes are compared at once.
const STEP: usize = 32;

/// How many bytes two texts start with alike.
fn same_start(a: &[u8], b: &[u8]) -> usize {
    let (steps, others) = (a.as_chunks::<STEP>().0, b.as_chunks::<STEP>().0);
    let whole = STEP * steps.iter().zip(others).take_while(|(a, b)| a == b).count();
    let rest = |bytes| items_of::<u8, _>(bytes, whole..).iter();
    whole + rest(a).zip(rest(b)).take_while(|(a, b)| a == b).count()
}

/// How many bytes they end with alike.
fn same_end(a: &[u8], b: &[u8]) -> usize {
    let (steps, others) = (a.as_rchunks::<STEP>().1, b.as_rchunks::<STEP>().1);
    let whole = STEP * steps.iter().rev().zip(others.iter().rev()).take_while(|(a, b)| a == b).count();
    let rest = |bytes: &'_ [u8]| bytes.len() - whole;
    let (a, b) = (items_of(a, ..rest(a)), items_of(b, ..rest(b)));
    whole + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// How many lines two windows may have together to be compared line by line: of many alike the time grows with nearly
/// the square of their number. Code of 1 MiB has some 30,000 lines.
const MAX_LINES: u32 = 120_000;

fn diff(old: &Text, new: &Text, old_window: Span, new_window: Span) -> Vec<Edit> {
    if old_window.len() + new_window.len() > MAX_LINES {
        return vec![Edit { old: old_window, new: new_window }];
    }
    let input = InternedInput::new(Lines { text: old, span: old_window }, Lines { text: new, span: new_window });
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    diff.hunks()
        .map(|hunk| Edit {
            old: Span::new(hunk.before.start + old_window.start, hunk.before.end + old_window.start),
            new: Span::new(hunk.after.start + new_window.start, hunk.after.end + new_window.start),
        })
        .collect()
}

/// Lines of a text as the diff library takes them.
struct Lines<'a> {
    text: &'a Text,
    span: Span,
}

impl<'a> imara_diff::TokenSource for Lines<'a> {
    type Token = &'a [u8];
    type Tokenizer = Box<dyn Iterator<Item = &'a [u8]> + 'a>;

    fn tokenize(&self) -> Self::Tokenizer {
        let text = self.text;
        Box::new((self.span.start..self.span.end).map(move |line| text.raw_line(line)))
    }

    fn estimate_tokens(&self) -> u32 {
        self.span.len()
    }
}

/// Of the lines that an edit added, those that it removes nowhere, in whatever order: a line counts as often as it stands
/// there. Linear, so also for edits that are whole.
pub fn only_in_new(old: &Text, new: &Text, edit: Edit) -> Vec<Span> {
    let mut removed: LineMap<Line<'_>, u32> = LineMap::default();
    for line in edit.old.start..edit.old.end {
        *removed.entry(Line::new(old.raw_line(line))).or_default() += 1;
    }
    let mut takes_removed = |line: u32| {
        let left = removed.get_mut(&Line::new(new.raw_line(line))).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    };
    spans((edit.new.start..edit.new.end).filter(|line| !takes_removed(*line)))
}

/// Of the lines that an edit added, those that equal a removed one but for white space, in order.
pub fn whitespace_only(old: &Text, new: &Text, edit: Edit) -> Vec<Span> {
    if edit.old.is_empty() || edit.new.is_empty() || edit.is_whole() {
        return Vec::new();
    }
    let input =
        InternedInput::new(SqueezedLines { text: old, span: edit.old }, SqueezedLines { text: new, span: edit.new });
    let diff = Diff::compute(Algorithm::Myers, &input);
    let same = (0..edit.new.len()).filter(|&line| !diff.is_added(line));
    spans(same.map(|line| edit.new.start + line))
}

/// The same without white space.
struct SqueezedLines<'a> {
    text: &'a Text,
    span: Span,
}

impl<'a> imara_diff::TokenSource for SqueezedLines<'a> {
    type Token = Squeezed<'a>;
    type Tokenizer = Box<dyn Iterator<Item = Squeezed<'a>> + 'a>;

    fn tokenize(&self) -> Self::Tokenizer {
        let text = self.text;
        Box::new((self.span.start..self.span.end).map(move |line| Squeezed::new(text.line(line))))
    }

    fn estimate_tokens(&self) -> u32 {
        self.span.len()
    }
}

/// Of spans of added lines, those that hold nothing but blank ones: they change white space only.
pub fn blank_only(text: &Text, added: &[Span]) -> Vec<Span> {
    let blank = |span: &Span| (span.start..span.end).all(|line| text.is_blank(line));
    added.iter().copied().filter(blank).collect()
}

/// Joins sorted line numbers into spans.
pub fn spans(lines: impl IntoIterator<Item = u32>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for line in lines {
        match spans.last_mut() {
            Some(last) if last.end == line => last.end += 1,
            _ => spans.push(Span::new(line, line + 1)),
        }
    }
    spans
}

/// `from` without the lines of `without`; both sorted and disjoint.
pub fn subtract(from: &[Span], without: &[Span]) -> Vec<Span> {
    let mut left = Vec::with_capacity(from.len());
    let mut next = without.iter().copied().peekable();
    for &span in from {
        let mut start = span.start;
        while let Some(hole) = next.peek().copied() {
            if hole.start >= span.end {
                break;
            }
            if hole.end > start {
                if hole.start > start {
                    left.push(Span::new(start, hole.start));
                }
                start = start.max(hole.end);
            }
            if hole.end > span.end {
                break;
            }
            next.next();
        }
        if start < span.end {
            left.push(Span::new(start, span.end));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::samples;

    fn text(content: &str) -> Text {
        Text::new(content.as_bytes().to_vec())
    }

    #[test]
    fn a_new_function_is_placed_as_git_places_it() {
        let old = text("fn a() {\n    1\n}\n\nfn c() {\n    3\n}\n");
        let new = text("fn a() {\n    1\n}\n\nfn b() {\n    2\n}\n\nfn c() {\n    3\n}\n");
        assert_eq!(edits(&old, &new), [Edit { old: Span::new(4, 4), new: Span::new(4, 8) }]);
    }

    #[test]
    fn long_common_ends_change_nothing() {
        let lines = |from: u32, to: u32| (from..to).map(|n| format!("line {n}\n")).collect::<String>();
        let old = text(&(lines(0, 500) + "old\n" + &lines(500, 1000)));
        let new = text(&(lines(0, 500) + "new\nnewer\n" + &lines(500, 1000)));
        assert_eq!(edits(&old, &new), [Edit { old: Span::new(500, 501), new: Span::new(500, 502) }]);
        assert!(edits(&old, &old).is_empty());
    }

    #[test]
    fn indenting_and_line_endings_are_white_space_only() {
        let old = text("if x:\n    go()\r\nstop()\n");
        let new = text("while True:\n    if x:\n        go()\nstop()\n");
        let all = edits(&old, &new);
        let white: Vec<Span> = all.iter().flat_map(|&edit| whitespace_only(&old, &new, edit)).collect();
        assert_eq!(white, [Span::new(1, 3)]);
    }

    /// How many lines the longest common subsequence has.
    fn in_common(old: &[Vec<u8>], new: &[Vec<u8>]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for line in old {
            let mut diagonal = 0;
            for at in 0..new.len() {
                let above = row[at + 1];
                row[at + 1] = if *line == new[at] { diagonal + 1 } else { above.max(row[at]) };
                diagonal = above;
            }
        }
        row[new.len()]
    }

    proptest::proptest! {
        #[test]
        fn lines_differ_in_white_space_only_where_their_bytes_say_so(before in samples::text(8), after in samples::text(8)) {
            let (old, new) = (text(&before), text(&after));
            let all = Edit { old: Span::new(0, old.len()), new: Span::new(0, new.len()) };
            let (old_lines, new_lines) = (samples::squeezed(&before), samples::squeezed(&after));
            let found = whitespace_only(&old, &new, all);
            let same: Vec<Vec<u8>> =
                found.iter().flat_map(|span| span.start..span.end).map(|line| new_lines[line as usize].clone()).collect();
            // They stand in the old text, in the same order, and as many as can.
            proptest::prop_assert_eq!(in_common(&old_lines, &same), same.len());
            proptest::prop_assert_eq!(same.len(), in_common(&old_lines, &new_lines));
        }
    }

    #[test]
    fn holes_are_taken_out_of_spans() {
        let from = [Span::new(0, 10), Span::new(20, 30)];
        let without = [Span::new(0, 2), Span::new(4, 5), Span::new(9, 22), Span::new(28, 40)];
        assert_eq!(subtract(&from, &without), [Span::new(2, 4), Span::new(5, 9), Span::new(22, 28)]);
        assert_eq!(subtract(&from, &[]), from);
    }

    /// Line by line, as it is meant.
    fn ends_by_line(old: &Text, new: &Text) -> (u32, u32) {
        let most = old.len().min(new.len());
        let prefix = (0..most).take_while(|&line| old.raw_line(line) == new.raw_line(line)).count() as u32;
        if prefix == old.len() && prefix == new.len() {
            return (prefix, 0);
        }
        let last = |text: &Text, line| text.len() - 1 - line;
        let same = |line: &u32| old.raw_line(last(old, *line)) == new.raw_line(last(new, *line));
        let suffix = (0..most - prefix).take_while(same).count() as u32;
        (prefix.saturating_sub(CONTEXT), suffix.saturating_sub(CONTEXT))
    }

    proptest::proptest! {
        #[test]
        fn ends_are_the_same_lines(
            start in "[ab\n]{0,6}", old in "[ab\n]{0,4}", new in "[ab\n]{0,4}", end in "[ab\n]{0,6}", long in 0usize..3
        ) {
            let more = "some line\n".repeat(60 * long);
            let text = |middle: &str| text(&format!("{more}{start}{middle}{end}{more}"));
            let (old, new) = (text(&old), text(&new));
            proptest::prop_assert_eq!(common_ends(&old, &new), ends_by_line(&old, &new));
        }
    }
}
