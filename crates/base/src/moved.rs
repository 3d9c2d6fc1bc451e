//! Code that only moved within the change, also between files: nobody authored it there.
//!
//! A run of added lines counts as moved when a run of removed lines anywhere in the change reads
//! the same but for white space, and the run says enough not to be chance. Blank lines neither
//! break a run nor count for it.

use crate::change::Span;
use crate::linediff::spans;
use crate::lines::{LineMap, Squeezed};
use crate::slices::items_of;
use crate::text::Text;

/// How many non-blank lines a moved run has at least.
const MIN_LINES: usize = 2;
/// How many letters and digits a moved run has at least; git's `--color-moved` asks for the same.
const MIN_ALPHANUMERICS: usize = 20;
/// How many places with the same line are tried: a bound on the work for lines like `return None`.
const MAX_CANDIDATES: usize = 32;
/// How many lines are compared for each added one; beyond it, the rest of a run did not move. Without this bound, braces
/// would cost the square of their number. Up to 64 lines never reach it, whatever they are, and lines with letters in
/// them compare a handful.
const MAX_COMPARED: usize = 1024;

/// The removed lines of a change, to look up added ones in.
#[derive(Debug, Default)]
pub struct Removed<'a> {
    /// Each different line has a number, so that runs are compared by numbers and not by bytes.
    numbers: LineMap<Squeezed<'a>, u32>,
    /// By number: the first places of the line.
    places: Vec<Vec<u32>>,
    /// By place: the number of the removed line there; none between two runs.
    lines: Vec<Option<u32>>,
}

impl<'a> Removed<'a> {
    /// Adds a contiguous run of removed lines.
    pub fn push(&mut self, text: &'a Text, span: Span) {
        self.push_lines(non_blank(text, span).map(|(_, line)| line));
    }

    /// Adds a contiguous run of removed lines, without the blank ones.
    pub fn push_lines(&mut self, run: impl IntoIterator<Item = Squeezed<'a>>) {
        for line in run {
            let here = self.lines.len() as u32;
            let number = *self.numbers.entry(line).or_insert(self.places.len() as u32);
            match self.places.get_mut(number as usize) {
                None => self.places.push(vec![here]),
                Some(places) if places.len() < MAX_CANDIDATES => places.push(here),
                Some(_) => {}
            }
            self.lines.push(Some(number));
        }
        self.lines.push(None);
    }

    /// Whether nothing was removed.
    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Of a contiguous run of added lines, those that moved here, in order.
    pub fn moved(&self, text: &Text, added: Span) -> Vec<Span> {
        if self.is_empty() {
            return Vec::new();
        }
        let lines = self.numbered(text, added);
        let mut weights = Weights { text, lines: &lines, sums: vec![0] };
        let mut left = lines.len().saturating_mul(MAX_COMPARED);
        let mut moved = Vec::new();
        let mut at = 0;
        while let Some(run) = lines.get(at..).filter(|rest| !rest.is_empty() && left > 0) {
            let length = self.longest(run, &mut left);
            if length >= MIN_LINES && weights.of(at, length) >= MIN_ALPHANUMERICS {
                if let (Some(first), Some(last)) = (run.first(), run.get(length - 1)) {
                    moved.extend(first.0..=last.0);
                }
                at += length;
            } else {
                at += 1;
            }
        }
        spans(moved)
    }

    /// The non-blank lines of a span with their numbers; no number where none was removed that reads the same.
    fn numbered(&self, text: &Text, span: Span) -> Vec<AddedLine> {
        non_blank(text, span).map(|(line, squeezed)| (line, self.numbers.get(&squeezed).copied())).collect()
    }

    /// How many lines from the start of `run` stand together among the removed ones; takes what it compares from `left`.
    fn longest(&self, run: &[AddedLine], left: &mut usize) -> usize {
        let Some(places) = run.first().and_then(|(_, number)| self.places.get((*number)? as usize)) else {
            return 0;
        };
        let mut longest = 0;
        for &place in places {
            let extent = self.extent(run, place);
            *left = left.saturating_sub(extent);
            longest = longest.max(extent);
        }
        longest
    }

    /// How many lines from the start of `run` are the removed ones from a place on.
    fn extent(&self, run: &[AddedLine], place: u32) -> usize {
        let removed = items_of(&self.lines, place as usize..);
        let is_same = |(added, removed): &(&AddedLine, &Option<u32>)| added.1.is_some() && added.1 == **removed;
        run.iter().zip(removed).take_while(is_same).count()
    }
}

/// An added line: where it stands, and the number of the removed lines that read the same.
type AddedLine = (u32, Option<u32>);

/// How many letters and digits runs of lines have; each line is counted once, when it is asked about.
struct Weights<'a> {
    text: &'a Text,
    lines: &'a [AddedLine],
    /// Of all lines before.
    sums: Vec<usize>,
}

impl Weights<'_> {
    fn of(&mut self, start: usize, length: usize) -> usize {
        let end = start + length;
        for &(line, _) in self.lines.iter().take(end).skip(self.sums.len() - 1) {
            let before = self.sums.last().copied().unwrap_or(0);
            self.sums.push(before + alphanumerics(self.text.line(line)));
        }
        let before = |at: usize| self.sums.get(at).copied().unwrap_or(0);
        before(end).saturating_sub(before(start))
    }
}

/// The non-blank lines of a span, where they stand and without their white space.
pub fn non_blank(text: &Text, span: Span) -> impl Iterator<Item = (u32, Squeezed<'_>)> {
    let lines = (span.start..span.end).filter(|&line| !text.is_blank(line));
    lines.map(|line| (line, Squeezed::new(text.line(line))))
}

fn alphanumerics(line: &[u8]) -> usize {
    line.iter().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::samples;

    fn text(lines: &str) -> Text {
        Text::new(lines.as_bytes().to_vec())
    }

    #[test]
    fn a_function_that_moved_and_was_indented_is_found() {
        let old = text("fn area(width: u32, height: u32) -> u32 {\n    width * height\n}\n");
        let new =
            text("impl Shape {\n    fn area(width: u32, height: u32) -> u32 {\n        width * height\n    }\n}\n");
        let mut removed = Removed::default();
        removed.push(&old, Span::new(0, 3));
        assert_eq!(removed.moved(&new, Span::new(0, 5)), [Span::new(1, 4)]);
    }

    #[test]
    fn a_lone_brace_or_two_short_lines_are_no_move() {
        let old = text("    }\n    x += 1\n}\n");
        let mut removed = Removed::default();
        removed.push(&old, Span::new(0, 3));
        assert!(removed.moved(&text("}\nx += 1\n}\n"), Span::new(0, 3)).is_empty());
    }

    /// Without the bound on what is compared.
    fn one_by_one(removed: &Removed, text: &Text, added: Span) -> Vec<Span> {
        let lines = removed.numbered(text, added);
        let (mut moved, mut at) = (Vec::new(), 0);
        while at < lines.len() {
            let length = removed.longest(&lines[at..], &mut 0);
            let run = &lines[at..at + length];
            let weight: usize = run.iter().map(|&(line, _)| alphanumerics(text.line(line))).sum();
            let counts = length >= MIN_LINES && weight >= MIN_ALPHANUMERICS;
            if let (true, [first, .., last]) = (counts, run) {
                moved.extend(first.0..=last.0);
            }
            at += if counts { length } else { 1 };
        }
        spans(moved)
    }

    #[test]
    fn among_many_braces_the_search_ends_and_among_some_it_does_not() {
        let code = "fn area(width: u32, height: u32) -> u32 {\n    width * height\n";
        for (braces, found) in [(60, true), (20_000, false)] {
            let (first, second) = (text(&"}\n".repeat(braces)), text(code));
            let mut removed = Removed::default();
            removed.push(&first, Span::new(0, braces as u32));
            removed.push(&second, Span::new(0, 2));
            let new = text(&("}\n".repeat(braces) + code));
            let moved = removed.moved(&new, Span::new(0, braces as u32 + 2));
            assert_eq!(!moved.is_empty(), found, "{braces}");
        }
    }

    /// With bytes alone: each run of removed lines is compared at each of its lines.
    fn by_bytes(runs: &[String], added: &str) -> Vec<Span> {
        let non_blank = |text: &str| -> Vec<(usize, Vec<u8>)> {
            samples::squeezed(text).into_iter().enumerate().filter(|(_, line)| !line.is_empty()).collect()
        };
        let (runs, lines): (Vec<_>, _) = (runs.iter().map(|run| non_blank(run)).collect(), non_blank(added));
        let same = |run: &[(usize, Vec<u8>)], lines: &[(usize, Vec<u8>)]| {
            run.iter().zip(lines).take_while(|(a, b)| a.1 == b.1).count()
        };
        let (mut moved, mut at) = (Vec::new(), 0);
        while at < lines.len() {
            let starts = runs.iter().flat_map(|run| (0..run.len()).map(|start| &run[start..]));
            let length = starts.map(|run| same(run, &lines[at..])).max().unwrap_or(0);
            let run = &lines[at..at + length];
            let weight: usize = run.iter().map(|(_, line)| alphanumerics(line)).sum();
            let counts = length >= MIN_LINES && weight >= MIN_ALPHANUMERICS;
            if let (true, [first, .., last]) = (counts, run) {
                moved.extend(first.0 as u32..=last.0 as u32);
            }
            at += if counts { length } else { 1 };
        }
        spans(moved)
    }

    proptest::proptest! {
        #[test]
        fn lines_moved_where_their_bytes_say_so(
            runs in proptest::collection::vec(samples::text(10), 0..3), added in samples::text(20)
        ) {
            let texts: Vec<Text> = runs.iter().map(|run| text(run)).collect();
            let mut removed = Removed::default();
            texts.iter().for_each(|run| removed.push(run, Span::new(0, run.len())));
            let new = text(&added);
            proptest::prop_assert_eq!(removed.moved(&new, Span::new(0, new.len())), by_bytes(&runs, &added));
        }
    }

    proptest::proptest! {
        #[test]
        fn the_bound_changes_nothing_for_runs_of_ordinary_length(
            old in "([}{]|[ab]{1,3}|some longer line of code|\n){0,40}", new in "([}{]|[ab]{1,3}|some longer line of code|\n){0,40}"
        ) {
            let lined = |content: &str| content.replace(['}', '{'], "}\n").replace("code", "code\n");
            let (old, new) = (text(&lined(&old)), text(&lined(&new)));
            let mut removed = Removed::default();
            removed.push(&old, Span::new(0, old.len()));
            let all = Span::new(0, new.len());
            proptest::prop_assert_eq!(removed.moved(&new, all), one_by_one(&removed, &new, all));
        }
    }

    #[test]
    fn runs_of_two_places_do_not_join() {
        let mut removed = Removed::default();
        let (first, second) = (text("let first_value = compute_it();\n"), text("let second_value = compute_it();\n"));
        removed.push(&first, Span::new(0, 1));
        removed.push(&second, Span::new(0, 1));
        let new = text("let first_value = compute_it();\nlet second_value = compute_it();\n");
        assert!(removed.moved(&new, Span::new(0, 2)).is_empty());
    }
}
