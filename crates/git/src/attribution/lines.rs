//! Lines on their way from the head to the commit that added them.

use ai_detect_base::change::{Origin, Span};
use ai_detect_base::linediff::Edit;
use bstr::BString;

/// Lines on their way: where they stand in the file at this commit, and in the final file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    pub(super) here: u32,
    pub(super) last: u32,
    pub(super) len: u32,
}

/// Lines that the old text has too, with their places there; and the others.
pub(super) fn split(edits: &[Edit], lines: &[Lines]) -> (Vec<Lines>, Vec<Lines>) {
    let (mut same, mut differs) = (Vec::new(), Vec::new());
    for part in lines {
        let wanted = Span::new(part.here, part.here + part.len);
        let sub = |span: Span, here: u32| Lines { here, last: part.last + (span.start - part.here), len: span.len() };
        let first = edits.partition_point(|edit| edit.new.end <= wanted.start);
        let mut at = wanted.start;
        // How far an unchanged line lies from its place in the old text, before the first edit here.
        let mut offset = first
            .checked_sub(1)
            .and_then(|i| edits.get(i))
            .map_or(0, |edit| i64::from(edit.old.end) - i64::from(edit.new.end));
        for edit in edits.iter().skip(first).take_while(|edit| edit.new.start < wanted.end) {
            let unchanged = Span::new(at, edit.new.start.max(at));
            if !unchanged.is_empty() {
                same.push(sub(unchanged, shifted(unchanged.start, offset)));
            }
            let changed = edit.new.intersect(Span::new(at, wanted.end));
            if !changed.is_empty() {
                differs.push(sub(changed, changed.start));
            }
            at = at.max(edit.new.end);
            offset = i64::from(edit.old.end) - i64::from(edit.new.end);
        }
        if at < wanted.end {
            let rest = Span::new(at, wanted.end);
            same.push(sub(rest, shifted(at, offset)));
        }
    }
    (same, differs)
}

/// A line in the old text. Edits and lines are of the same texts, so that none stands before the first line.
fn shifted(line: u32, offset: i64) -> u32 {
    u32::try_from(i64::from(line) + offset).unwrap_or(0)
}

pub(super) fn introduced(lines: Lines, commit: u32, path: Option<BString>) -> Origin {
    let span = Span::new(lines.last, lines.last + lines.len);
    Origin { commit: Some(commit), line: lines.here, path, ..Origin::unknown(span) }
}

pub(super) fn outside(lines: Lines) -> Origin {
    Origin::unknown(Span::new(lines.last, lines.last + lines.len))
}

/// Neighbours that were neighbours in the same commit, too, become one.
pub(super) fn joined(sorted: Vec<Origin>) -> Vec<Origin> {
    let mut joined: Vec<Origin> = Vec::with_capacity(sorted.len());
    for origin in sorted {
        match joined.last_mut() {
            Some(last) if last.span.end == origin.span.start && continues(last, &origin) => {
                last.span.end = origin.span.end;
            }
            _ => joined.push(origin),
        }
    }
    joined
}

fn continues(last: &Origin, next: &Origin) -> bool {
    let adjacent = last.line + last.span.len() == next.line && last.path == next.path;
    last.commit == next.commit && (next.commit.is_none() || adjacent)
}
