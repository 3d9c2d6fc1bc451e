//! Edits as agents describe them: old and new text, hunks with line numbers, or a whole file.

use serde_json::{Map, Value};

use crate::event::{LineRange, Lines, Piece};
use crate::payload::{count, text_of};

/// Lines of a change, and how many were added and removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// Where they are.
    pub lines: Lines,
    /// Lines that were added, where they can be counted.
    pub added: Option<u64>,
    /// Lines that were removed, where they can be counted.
    pub removed: Option<u64>,
}

impl Extent {
    /// A change of which nothing is known but that it happened.
    pub const UNKNOWN: Self = Self { lines: Lines::Unknown, added: None, removed: None };
}

/// A file that an edit wrote as a whole, and that was not there before.
pub fn new_file(content: &str) -> Extent {
    let added = number(content.lines().count());
    let lines = if added == 0 { Lines::Unknown } else { Lines::Known(LineRange { first: 1, last: added }) };
    Extent { lines, added: Some(added), removed: Some(0) }
}

/// Replacements of old text by new text, one after the other.
pub fn replacements<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Extent {
    let (mut added, mut removed) = (0, 0);
    let mut pieces = Vec::new();
    for (old, new) in pairs {
        let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        // Agents quote lines around those that they change.
        let before = old_lines.iter().zip(&new_lines).take_while(|(old, new)| old == new).count();
        let rest = old_lines.len().min(new_lines.len()) - before;
        let behind =
            old_lines.iter().rev().zip(new_lines.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
        removed += number(old_lines.len() - before - behind);
        let changed = new_lines.len() - before - behind;
        added += number(changed);
        if changed > 0 {
            pieces.push(Piece { text: new.to_owned(), first: before, last: before + changed - 1 });
        }
    }
    let lines = if pieces.is_empty() { Lines::Unknown } else { Lines::Find(pieces) };
    Extent { lines, added: Some(added), removed: Some(removed) }
}

/// Hunks of a unified diff, as a list of objects with `newStart` and `lines`. `None` where there is none that can be read.
pub fn hunks(value: &Value) -> Option<Extent> {
    let hunks = value.as_array().filter(|hunks| !hunks.is_empty())?;
    let (mut first, mut last) = (None, 0);
    let (mut added, mut removed) = (0, 0);
    for hunk in hunks {
        let mut line = line_number(hunk.get("newStart")?)?;
        for content in hunk.get("lines")?.as_array()? {
            match content.as_str()?.as_bytes().first() {
                // A file that was emptied begins at 0, and nothing can be added there.
                Some(b'+') if line == 0 => return None,
                Some(b'+') => {
                    first.get_or_insert(line);
                    last = line;
                    added += 1;
                    line += 1;
                }
                Some(b'-') => removed += 1,
                // `\ No newline at end of file`
                Some(b'\\') => {}
                _ => line += 1,
            }
        }
    }
    let lines = first.map_or(Lines::Unknown, |first| Lines::Known(LineRange { first, last }));
    Some(Extent { lines, added: Some(added), removed: Some(removed) })
}

/// A number of a line that a file can have, or 0.
pub fn line_number(value: &Value) -> Option<u64> {
    const MAX_LINE: u64 = u32::MAX as u64;
    count(value).filter(|line| *line <= MAX_LINE)
}

/// Pairs of old and new text in a list of objects. `None` where one has no new text.
pub fn pairs(list: &Value) -> Option<Vec<(&str, &str)>> {
    list.as_array()?.iter().map(pair).collect()
}

/// The old and the new text of an edit. A missing old text is an empty one: something was inserted.
pub fn pair(edit: &Value) -> Option<(&str, &str)> {
    pair_of(edit.as_object()?)
}

/// The same of an object.
pub fn pair_of(edit: &Map<String, Value>) -> Option<(&str, &str)> {
    let old = text_of(edit, &["old_string", "old_str"]).unwrap_or("");
    Some((old, text_of(edit, &["new_string", "new_str"])?))
}

/// From this many pieces on, they are not looked up: each one is searched in the whole file, and an agent waits.
const MAX_PIECES: usize = 100;

/// The lines of pieces in the text of a file. `None` unless each piece is there exactly once, and where there are too many.
pub fn find(file: &str, pieces: &[Piece]) -> Option<LineRange> {
    if pieces.len() > MAX_PIECES {
        return None;
    }
    // Agents write `\n`, and the file may have `\r\n`.
    let file = file.replace("\r\n", "\n");
    let mut found: Option<LineRange> = None;
    for piece in pieces {
        let text = piece.text.replace("\r\n", "\n");
        let wanted = text.trim_end_matches('\n');
        if wanted.trim().is_empty() {
            return None;
        }
        let mut places = file.match_indices(wanted);
        let (Some((at, _)), None) = (places.next(), places.next()) else { return None };
        let above = number(file[..at].matches('\n').count());
        let (first, last) = (above + number(piece.first) + 1, above + number(piece.last) + 1);
        let range = found.get_or_insert(LineRange { first, last });
        range.first = range.first.min(first);
        range.last = range.last.max(last);
    }
    found
}

/// A count of lines as events have it.
pub(crate) fn number(count: usize) -> u64 {
    // A usize has at most 64 bits everywhere that this is built for.
    u64::try_from(count).unwrap_or(u64::MAX)
}
