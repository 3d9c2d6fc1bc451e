//! The lines of flagged blocks with a few around them, for formats that show code. A report has none: it must not
//! grow by what a repository holds. So they are taken from the change while it is there.

use std::collections::HashMap;

use super::Report;
use super::words::cut;
use ai_detect_base::change::{ChangeSet, FileChange, Span};

/// How many lines are shown before and after a block.
const AROUND: u32 = 3;
/// How many lines of a block are shown.
const MAX_LINES: u32 = 200;
/// How many characters of a line.
const MAX_COLUMNS: usize = 400;
/// How many flags have one, the most urgent first.
const MAX_FLAGS: usize = 2000;
/// How many bytes all of them have together.
const MAX_BYTES: usize = 8 << 20;

/// By flag, in the order of the report.
#[derive(Debug, Default)]
pub struct Excerpts(Vec<Option<Excerpt>>);

/// Consecutive lines of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The number of the first line, from 1.
    pub(super) first: u32,
    /// The lines without their endings, long ones cut, and whether each was authored in the change.
    pub(super) lines: Vec<(String, bool)>,
    /// How many more lines the block has.
    pub(super) more: u32,
}

impl Excerpts {
    /// Of the flags that a report of this change has.
    pub fn of(change: &ChangeSet, report: &Report) -> Self {
        let files: HashMap<_, &FileChange> =
            change.files.iter().map(|file| (String::from_utf8_lossy(&file.path), file)).collect();
        let mut room = MAX_BYTES;
        let mut of = |flag: &super::Flag| {
            let file = files.get(flag.path.as_str())?;
            let found = excerpt(file, flag.start_line, flag.end_line)?;
            let bytes: usize = found.lines.iter().map(|(line, _)| line.len()).sum();
            room = room.checked_sub(bytes)?;
            Some(found)
        };
        Excerpts(report.flags.iter().take(MAX_FLAGS).map(&mut of).collect())
    }

    pub(super) fn get(&self, flag: usize) -> Option<&Excerpt> {
        self.0.get(flag)?.as_ref()
    }
}

fn excerpt(file: &FileChange, start: u32, end: u32) -> Option<Excerpt> {
    let text = &file.new;
    let line = line_numbered(file, start)?;
    let part = text.part_of(line);
    let whole = Span::new(line.saturating_sub(AROUND), line + (end - start) + 1 + AROUND).intersect(part);
    let most = (line - whole.start) + MAX_LINES;
    let shown = Span::new(whole.start, whole.end.min(whole.start + most));
    let lines = (shown.start..shown.end).map(|at| {
        let line = String::from_utf8_lossy(text.line(at));
        (cut(&line, MAX_COLUMNS).into_owned(), is_authored(file, at))
    });
    Some(Excerpt { first: text.number(shown.start), lines: lines.collect(), more: whole.end - shown.end })
}

/// The line of the text that has this number in the file: numbers grow with lines.
fn line_numbered(file: &FileChange, number: u32) -> Option<u32> {
    let (mut low, mut high) = (0, file.new.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if file.new.number(middle) < number { low = middle + 1 } else { high = middle }
    }
    (low < file.new.len() && file.new.number(low) == number).then_some(low)
}

fn is_authored(file: &FileChange, line: u32) -> bool {
    let after = file.authored.partition_point(|span| span.start <= line);
    after.checked_sub(1).and_then(|at| file.authored.get(at)).is_some_and(|span| span.contains(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_base::text::Text;

    fn file(text: Text, authored: Vec<Span>) -> FileChange {
        FileChange {
            path: "a.py".into(),
            old_path: None,
            is_new: false,
            new: text.into(),
            old: None,
            authored,
            moved_lines: 0,
            whitespace_lines: 0,
            carried: None,
            origins: Vec::new(),
        }
    }

    #[test]
    fn a_few_lines_around_a_block_are_shown() {
        let content: String = (1..=20).map(|line| format!("line {line}\n")).collect();
        let file = file(Text::new(content.into_bytes()), vec![Span::new(9, 11)]);
        let found = excerpt(&file, 10, 11).unwrap();
        assert_eq!((found.first, found.lines.len(), found.more), (7, 8, 0));
        let added: Vec<&str> = found.lines.iter().filter(|line| line.1).map(|line| line.0.as_str()).collect();
        assert_eq!(added, ["line 10", "line 11"]);
        assert_eq!(excerpt(&file, 30, 31), None);
    }

    #[test]
    fn parts_of_a_patch_are_not_joined() {
        let text = Text::from_parts([(9, b"ten\neleven\n".to_vec()), (99, b"hundred\n".to_vec())]);
        let found = excerpt(&file(text, vec![Span::new(1, 2)]), 11, 11).unwrap();
        assert_eq!((found.first, found.lines.len()), (10, 2));
    }

    #[test]
    fn long_blocks_and_lines_are_cut() {
        let content = format!("{}\n", "x".repeat(5000)).repeat(1000);
        let found = excerpt(&file(Text::new(content.into_bytes()), Vec::new()), 10, 990).unwrap();
        assert_eq!((found.lines.len(), found.more), (203, 784));
        assert!(found.lines.iter().all(|line| line.0.chars().count() == MAX_COLUMNS + 1));
    }
}
