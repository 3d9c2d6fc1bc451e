//! A line of code or of a message, with the words in it that count.

use std::ops::Range;

use ai_detect_base::slices::part_of;
use ai_detect_base::terminal::{escaped, is_unsafe, without_commands};

/// One line, and where in it the words stand that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quote {
    /// The line, without anything that acts on a terminal.
    text: String,
    /// Places in it, in order, apart from each other. Each starts and ends with a letter or a digit.
    marks: Vec<Range<usize>>,
}

impl Quote {
    /// A line with some terms marked. A term is a few words with what may stand between them; terms that are not in the
    /// line, or hold no letter, mark nothing.
    pub(super) fn of<'t>(source: &str, terms: impl Iterator<Item = &'t str>) -> Self {
        // Marks come between the characters later, so nothing may be left that is a command once they are gone.
        let text = without_commands(&escaped(source.trim())).into_owned();
        // A sentence, or nearly all of the line, marks nothing in it.
        let is_part = |mark: &Range<usize>| mark.len() <= MAX_MARK && mark.len() * 4 <= text.len() * 3;
        let mut marks: Vec<Range<usize>> = terms.filter_map(|term| find(&text, term)).filter(is_part).collect();
        marks.sort_by_key(|mark| (mark.start, mark.end));
        let mut apart: Vec<Range<usize>> = Vec::new();
        for mark in marks {
            match apart.last_mut() {
                // Marks that touch, or have a space between them, are one.
                Some(last) if part_of(&text, last.end.min(mark.start)..mark.start).trim().is_empty() => {
                    last.end = last.end.max(mark.end);
                }
                _ => apart.push(mark),
            }
        }
        // Where nearly all of a line counts, marks show nothing.
        let marked: usize = apart.iter().map(ExactSizeIterator::len).sum();
        if marked * 4 > text.len() * 3 {
            apart.clear();
        }
        Quote { text, marks: apart }
    }

    /// Whether anything is marked.
    pub(super) fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Whether a mark is more than a little word such as `and`: a longer word, several words, or a sign.
    pub(super) fn has_telling_marks(&self) -> bool {
        let mut marked = self.marks.iter().map(|mark| part_of(&self.text, mark.clone()));
        marked.any(|text| text.contains(' ') || text.chars().count() >= MIN_TELLING || !text.is_ascii())
    }

    /// At most so many characters of it, from a little before the first mark.
    pub(crate) fn fitted(&self, most: usize) -> Quote {
        if self.text.chars().count() <= most {
            return self.clone();
        }
        let first = self.marks.first().map_or(0, |mark| mark.start);
        let before = part_of(&self.text, ..first).chars().count();
        let end = self.marks.first().map_or(0, |mark| mark.end);
        let mark = part_of(&self.text, first..end).chars().count();
        // The start of a line says most, unless the first mark would not be seen.
        let skip = if before + mark + 1 < most { 0 } else { before.saturating_sub(most / 4) };
        let at = |count: usize| self.text.char_indices().nth(count).map_or(self.text.len(), |(at, _)| at);
        let (from, room) = (at(skip), most.saturating_sub(1 + usize::from(skip > 0)));
        let to = at(skip + room);
        let lead = if from > 0 { "\u{2026}" } else { "" };
        let kept = part_of(&self.text, from..to).trim_end_matches(is_unsafe);
        let tail = if from + kept.len() < self.text.len() { "\u{2026}" } else { "" };
        let moved = |place: usize| place.clamp(from, from + kept.len()) - from + lead.len();
        let marks = self.marks.iter().map(|mark| moved(mark.start)..moved(mark.end)).filter(|mark| !mark.is_empty());
        Quote { text: format!("{lead}{kept}{tail}"), marks: marks.collect() }
    }

    /// The words that are marked, for where marks cannot be seen: `: \u{201c}silently\u{201d}, \u{201c}stale\u{201d}`.
    pub(crate) fn marked_words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for mark in &self.marks {
            let word = format!("\u{201c}{}\u{201d}", part_of(&self.text, mark.clone()));
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.truncate(MAX_WORDS);
        if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
    }

    /// The line in pieces, and whether each is marked.
    pub(crate) fn pieces(&self) -> Vec<(&str, bool)> {
        let (mut pieces, mut done) = (Vec::new(), 0);
        for mark in &self.marks {
            pieces.push((part_of(&self.text, done..mark.start), false));
            pieces.push((part_of(&self.text, mark.clone()), true));
            done = mark.end;
        }
        pieces.push((part_of(&self.text, done..), false));
        pieces.retain(|(piece, _)| !piece.is_empty());
        pieces
    }

    /// The line.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Where a term stands in a line first, from its first letter or digit to its last.
fn find(text: &str, term: &str) -> Option<Range<usize>> {
    if is_symbol(term) {
        return text.find(term).map(|at| at..at + term.len());
    }
    let words: Vec<&str> = term
        .trim_end_matches('\u{2026}')
        .split([' ', '_'])
        // Ends of lines and of texts are written like that in evidence.
        .filter(|word| !(word.is_empty() || word.starts_with('[') || word.ends_with(']')))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    // A single letter says nothing to a reader.
    if words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphabetic()).count() < MIN_LETTERS {
        return None;
    }
    let starts = text.char_indices().map(|(at, _)| at).filter(|at| is_boundary(text, *at));
    starts.into_iter().find_map(|start| Some(start..end_of(text, start, &words)?))
}

/// Whether a term is a sign that no keyboard has, such as an em dash: that is seen at a glance.
fn is_symbol(term: &str) -> bool {
    let mut signs = term.chars();
    let first = signs.next().is_some_and(|c| !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace());
    first && term != "\u{2026}" && !signs.any(|c| c.is_ascii() || c.is_alphanumeric())
}

/// Where words end that start at a place, with a few signs between them at most.
fn end_of(text: &str, start: usize, words: &[&str]) -> Option<usize> {
    let mut at = start;
    for (number, word) in words.iter().enumerate() {
        if number > 0 {
            let rest = part_of(text, at..);
            let gap: usize = rest.chars().take(MAX_GAP).take_while(|c| !c.is_alphanumeric()).map(char::len_utf8).sum();
            at += gap;
        }
        at = end_of_word(text, at, word)?;
    }
    Some(at)
}

/// How many letters a term has at least.
const MIN_LETTERS: usize = 2;
/// How long a mark may be, in bytes.
const MAX_MARK: usize = 40;
/// How many letters a telling word has at least.
const MIN_TELLING: usize = 4;
/// How many marked words are named.
const MAX_WORDS: usize = 3;
/// How many signs and spaces may stand between two words of a term.
const MAX_GAP: usize = 3;

/// Where a word ends that starts at a place, whatever its case. A zero stands for any number.
fn end_of_word(text: &str, start: usize, word: &str) -> Option<usize> {
    let mut rest = part_of(text, start..).char_indices().peekable();
    let mut end = start;
    for wanted in word.chars() {
        let (at, found) = rest.next()?;
        let is_number = wanted == '0' && found.is_ascii_digit();
        if !is_number && !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
        end = start + at + found.len_utf8();
        while is_number && rest.peek().is_some_and(|(_, c)| c.is_ascii_digit()) {
            if let Some((at, digit)) = rest.next() {
                end = start + at + digit.len_utf8();
            }
        }
    }
    is_boundary(text, end).then_some(end)
}

/// Whether a word of prose, or a part of a name, starts or ends at a place.
fn is_boundary(text: &str, at: usize) -> bool {
    let before = part_of(text, ..at).chars().next_back();
    let after = part_of(text, at..).chars().next();
    match (before, after) {
        (Some(before), Some(after)) => {
            !before.is_alphanumeric() || !after.is_alphanumeric() || (before.is_lowercase() && after.is_uppercase())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line with its marks in brackets.
    fn marked(source: &str, terms: &[&str]) -> String {
        shown(&Quote::of(source, terms.iter().copied()))
    }

    fn shown(quote: &Quote) -> String {
        quote
            .pieces()
            .iter()
            .map(|(piece, is_marked)| if *is_marked { format!("[{piece}]") } else { (*piece).into() })
            .collect()
    }

    #[test]
    fn the_words_that_count_are_marked_in_their_line() {
        assert_eq!(
            marked("  // so the caller must not wait", &["so the", "must"]),
            "// [so the] caller [must] not wait"
        );
        assert_eq!(marked("// Also, so. The caller", &["so the"]), "// Also, [so. The] caller");
        assert_eq!(marked("let maxRetryCount = 12;", &["retry_count", "max_retry"]), "let [maxRetryCount] = 12;");
        assert_eq!(marked("Fix 12 cases of it", &["0 cases"]), "Fix [12 cases] of it");
    }

    #[test]
    fn signs_that_no_keyboard_has_are_marked() {
        assert_eq!(marked("Stop here \u{2014} nothing is left", &["\u{2014}"]), "Stop here [\u{2014}] nothing is left");
        assert_eq!(marked("a -> b, c \u{2192} d", &["->", "\u{2192}"]), "a -> b, c [\u{2192}] d");
    }

    #[test]
    fn parts_of_words_and_signs_mark_nothing() {
        for terms in [&["so"][..], &[") :"], &["[end]"], &["0"], &["missing"], &["a"], &[""], &["\u{2026}"]] {
            assert_eq!(marked("also: a sofa (1) : x", terms), "also: a sofa (1) : x", "{terms:?}");
        }
    }

    #[test]
    fn a_line_that_counts_as_a_whole_has_no_marks() {
        let sentence = "The fast path is a validator that returns either the output or a sentinel";
        assert_eq!(marked(&sentence.repeat(2), &[sentence]), sentence.repeat(2));
        assert_eq!(marked("return early here", &["return early here"]), "return early here");
    }

    #[test]
    fn a_long_line_is_cut_around_its_first_mark() {
        let line = format!("{} needle {}", "x ".repeat(100), "y ".repeat(100));
        let quote = Quote::of(&line, ["needle"].into_iter()).fitted(40);
        assert_eq!(quote.text().chars().count(), 40);
        assert!(shown(&quote).contains("[needle]"), "{}", shown(&quote));
        let start = Quote::of(&format!("needle {line}"), ["needle"].into_iter()).fitted(40);
        assert!(shown(&start).starts_with("[needle] x"), "{}", shown(&start));
    }

    #[test]
    fn no_command_of_a_runner_comes_out_of_the_pieces() {
        for (line, term) in [("##[error]x", "error"), ("::error file=a::b", "error"), ("a ##vso[task]", "vso")] {
            let text: String = Quote::of(line, [term].into_iter()).pieces().iter().map(|(piece, _)| *piece).collect();
            assert_eq!(without_commands(&text), text, "{line}");
            assert_ne!(text, line);
        }
    }

    #[test]
    fn nothing_of_a_stranger_acts_on_a_terminal() {
        let quote = Quote::of("a \u{1b}[31m red \u{202e} word", ["red"].into_iter());
        assert_eq!(shown(&quote), "a \\u{1b}[31m [red] \\u{202e} word");
    }
}
