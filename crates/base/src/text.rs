//! The text of one file, with its line boundaries known.
//!
//! A line ends at `\n` (a preceding `\r` belongs to the ending); a lone `\r` is an ordinary
//! character, as it is for git. Lines are counted from 0 inside the program. A patch shows only
//! parts of a file, so a text carries the number that each of its lines has in the real file.

use crate::span::Span;

/// The bytes of a file or of the parts of it that are known, cut into lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    bytes: Vec<u8>,
    /// Where each line starts, and the length at the end.
    starts: Vec<u32>,
    /// Where parts begin: (line of this text, line in the file), sorted. Empty for a whole file.
    parts: Vec<(u32, u32)>,
}

impl Default for Text {
    fn default() -> Self {
        Text::new(Vec::new())
    }
}

impl Text {
    /// A whole file. Texts are limited to 4 GiB; longer ones are cut there, which the size limit
    /// of the analysis makes unreachable.
    pub fn new(mut bytes: Vec<u8>) -> Self {
        bytes.truncate(u32::MAX as usize);
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', &bytes).map(|at| at as u32 + 1));
        if starts.last() != Some(&(bytes.len() as u32)) {
            starts.push(bytes.len() as u32);
        }
        Text { bytes, starts, parts: Vec::new() }
    }

    /// Parts of a file: each with the number, from 0, that its first line has in the file.
    pub fn from_parts(parts: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Self {
        let (mut bytes, mut starts_of) = (Vec::new(), Vec::new());
        for (number, part) in parts {
            if !bytes.is_empty() && bytes.last() != Some(&b'\n') {
                bytes.push(b'\n');
            }
            starts_of.push((bytes.len(), number));
            bytes.extend_from_slice(&part);
        }
        let mut text = Text::new(bytes);
        text.parts = starts_of.into_iter().map(|(offset, number)| (text.lines_before(offset), number)).collect();
        text
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many lines there are.
    pub fn len(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A line with its ending; empty past the end.
    pub fn raw_line(&self, line: u32) -> &[u8] {
        self.slice(Span::new(line, line.saturating_add(1)))
    }

    /// A line without its ending; empty past the end.
    pub fn line(&self, line: u32) -> &[u8] {
        let raw = self.raw_line(line);
        let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
        raw.strip_suffix(b"\r").unwrap_or(raw)
    }

    /// The bytes of a span of lines.
    pub fn slice(&self, span: Span) -> &[u8] {
        &self.bytes[self.offset(span.start)..self.offset(span.end)]
    }

    /// Where a line starts; the length for lines past the end.
    pub fn offset(&self, line: u32) -> usize {
        *self.starts.get(line as usize).unwrap_or(&(self.bytes.len() as u32)) as usize
    }

    /// The line that holds a byte.
    pub fn line_at(&self, offset: usize) -> u32 {
        let after = self.starts.partition_point(|&start| start as usize <= offset);
        (after as u32).saturating_sub(1).min(self.len().saturating_sub(1))
    }

    /// How many lines end within so many bytes.
    pub(crate) fn lines_within(&self, bytes: usize) -> u32 {
        (self.starts.partition_point(|&start| start as usize <= bytes) as u32).saturating_sub(1)
    }

    /// How many lines start before a byte.
    pub(crate) fn lines_before(&self, offset: usize) -> u32 {
        (self.starts.partition_point(|&start| (start as usize) < offset) as u32).min(self.len())
    }

    /// The number, from 1, that a line of this text has in the real file.
    pub fn number(&self, line: u32) -> u32 {
        let after = self.parts.partition_point(|&(start, _)| start <= line);
        match after.checked_sub(1).and_then(|at| self.parts.get(at)) {
            Some(&(start, number)) => number + (line - start) + 1,
            None => line + 1,
        }
    }

    /// The widest span around `line` that is contiguous in the real file.
    pub fn part_of(&self, line: u32) -> Span {
        let after = self.parts.partition_point(|&(start, _)| start <= line);
        let start = after.checked_sub(1).and_then(|at| self.parts.get(at)).map_or(0, |part| part.0);
        let end = self.parts.get(after).map_or(self.len(), |part| part.0);
        Span::new(start, end)
    }

    /// Whether a line holds a letter or a digit. Blank lines and lone brackets do not, in whatever language; a comment
    /// with words does. A byte that is no UTF-8 counts as a letter: old encodings write words with it.
    pub fn holds_words(&self, line: u32) -> bool {
        let bytes = self.line(line);
        let is_word = || std::str::from_utf8(bytes).is_ok_and(|text| text.chars().any(char::is_alphanumeric));
        bytes.iter().any(u8::is_ascii_alphanumeric) || is_word() || std::str::from_utf8(bytes).is_err()
    }

    /// Whether a line holds nothing but white space.
    pub fn is_blank(&self, line: u32) -> bool {
        self.line(line).iter().all(u8::is_ascii_whitespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_line_feeds_and_carriage_returns_belong_to_the_ending() {
        let text = Text::new(b"one\r\ntwo\rstill two\n\nlast".to_vec());
        assert_eq!(text.len(), 4);
        assert_eq!(text.line(0), b"one");
        assert_eq!(text.line(1), b"two\rstill two");
        assert!(text.is_blank(2));
        assert_eq!(text.line(3), b"last");
        assert_eq!(text.line(4), b"");
        assert_eq!(text.line_at(0), 0);
        assert_eq!(text.line_at(5), 1);
        assert_eq!(text.line_at(1000), 3);
    }

    #[test]
    fn a_part_without_lines_renumbers_none() {
        let parts = [(4, b"five\n".to_vec()), (9, Vec::new()), (19, b"twenty\n".to_vec()), (29, Vec::new())];
        let text = Text::from_parts(parts);
        assert_eq!((0..text.len()).map(|line| text.number(line)).collect::<Vec<_>>(), [5, 20]);
        assert_eq!([text.part_of(0), text.part_of(1)], [Span::new(0, 1), Span::new(1, 2)]);
    }

    #[test]
    fn blank_lines_and_lone_brackets_hold_no_words() {
        let holds = |line: &[u8]| Text::new(line.to_vec()).holds_words(0);
        for line in ["", " \t", "\r", "\u{a0}", "}", "\t});\r\n", "  ];", " */", "//", "\"\"\"", "{ }", "\u{200b}"] {
            assert!(!holds(line.as_bytes()), "{line:?}");
        }
        for line in ["end", "} else {", "// why", "x", "0", "});  // test", "\u{540d}\u{524d}", "\u{e9}"] {
            assert!(holds(line.as_bytes()), "{line:?}");
        }
        assert!(holds(b"\xe9\xe8"), "a word in Latin-1");
    }

    #[test]
    fn an_empty_text_has_no_line() {
        assert_eq!(Text::default().len(), 0);
        assert_eq!(Text::new(b"\n".to_vec()).len(), 1);
    }

    #[test]
    fn parts_keep_the_numbers_of_the_real_file() {
        let text = Text::from_parts([(9, b"ten\neleven".to_vec()), (99, b"hundred\n".to_vec())]);
        assert_eq!((text.number(0), text.number(1), text.number(2)), (10, 11, 100));
        assert_eq!(text.part_of(1), Span::new(0, 2));
        assert_eq!(text.part_of(2), Span::new(2, 3));
    }
}
