//! Spans of lines.

/// A half-open span of lines, counted from 0, in a file after the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first line.
    pub start: u32,
    /// One past the last line.
    pub end: u32,
}

impl Span {
    /// The span of the lines `start..end`.
    pub fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// How many lines it covers.
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers no line.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `line` is one of its lines.
    pub fn contains(self, line: u32) -> bool {
        (self.start..self.end).contains(&line)
    }

    /// The lines that both spans cover; empty where they do not meet.
    pub fn intersect(self, other: Span) -> Span {
        let start = self.start.max(other.start);
        Span::new(start, self.end.min(other.end).max(start))
    }
}
