//! Which commit of a range introduced which lines.

use bstr::BString;

use super::{FileChange, Span};
use crate::slices::items_of;

/// Which commit of the range introduced a span of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The lines.
    pub span: Span,
    /// The index of the commit in [`super::ChangeSet::commits`]; `None` where no commit of the range
    /// introduced the lines (uncommitted work, a bare patch, or lines that came by a merge from
    /// outside the range).
    pub commit: Option<u32>,
    /// Where the first of the lines stood in that commit's version of the file, from 0. Records
    /// that commits carry count their lines there.
    pub line: u32,
    /// The path that the file had at that commit, where it differs from the one at the head.
    pub path: Option<BString>,
    /// Another commit of the range that brought the same lines, where one was looked for and found.
    pub before: Option<Before>,
}

/// Where a commit brought lines that another commit of the range brings, too. The path is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// The index of the commit in [`super::ChangeSet::commits`].
    pub commit: u32,
    /// Where the first of the lines stood in that commit's version of the file, from 0.
    pub line: u32,
}

impl Origin {
    /// Lines that no commit of the range introduced.
    pub fn unknown(span: Span) -> Self {
        Origin { span, commit: None, line: span.start, path: None, before: None }
    }

    /// The path of the file at the commit that brought the lines.
    pub fn path_in<'a>(&'a self, file: &'a FileChange) -> &'a BString {
        self.path.as_ref().unwrap_or(&file.path)
    }

    /// Those of the lines that are also in another span.
    pub fn within(&self, span: Span) -> Option<Origin> {
        let common = self.span.intersect(span);
        if common.is_empty() {
            return None;
        }
        let skipped = common.start - self.span.start;
        let before = self.before.map(|before| Before { line: before.line + skipped, ..before });
        Some(Origin { span: common, line: self.line + skipped, before, ..self.clone() })
    }
}

/// Those of the origins that have lines in `span`, in order and whole: [`Origin::within`] cuts them to it. They must be
/// sorted and disjoint, as those of a [`FileChange`] are; then this costs two searches, however many there are.
pub fn overlapping(origins: &[Origin], span: Span) -> &[Origin] {
    if span.is_empty() {
        return &[];
    }
    let first = origins.partition_point(|origin| origin.span.end <= span.start);
    let rest = items_of(origins, first..);
    items_of(rest, ..rest.partition_point(|origin| origin.span.start < span.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origins_that_have_lines_in_a_span_are_those_that_a_look_at_each_would_find() {
        let spans = [(0, 3), (3, 4), (7, 9), (9, 20), (25, 26)];
        let origins: Vec<Origin> = spans.iter().map(|&(start, end)| Origin::unknown(Span::new(start, end))).collect();
        for (start, end) in (0..30).flat_map(|start| (0..30).map(move |end| (start, end))) {
            let span = Span::new(start, end);
            let one_by_one: Vec<Origin> =
                origins.iter().filter(|origin| origin.within(span).is_some()).cloned().collect();
            assert_eq!(overlapping(&origins, span), one_by_one, "{span:?}");
        }
        assert!(overlapping(&[], Span::new(0, 9)).is_empty());
    }
}
