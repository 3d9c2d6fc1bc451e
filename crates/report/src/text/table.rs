//! The commits with flags as a table: one line each, for a range with many.

use unicode_width::UnicodeWidthStr as _;

use super::super::groups::{Flagged, Group};
use super::super::view::{CommitView, Origin, Reason, View};
use super::super::words::counted;
use super::{DIM, Page};
use ai_detect_base::terminal::{escaped, fitted};

/// How many commits a table has.
const MAX_ROWS: usize = 50;
/// How wide an author's name gets.
const MAX_AUTHOR: usize = 22;
/// How wide classes of sensitive paths get.
const MAX_SENSITIVE: usize = 28;
/// What the reason gets at least.
const MIN_REASON: usize = 16;

const COLUMNS: [&str; 5] = ["commit", "author", "blocks", "strongest reason", "sensitive"];

impl Page<'_> {
    /// Commit, author, blocks, the strongest reason and classes of sensitive paths.
    pub(super) fn table(&mut self) {
        let view = View::of(self.report);
        if view.groups.is_empty() {
            return;
        }
        let rows: Vec<[String; 5]> =
            view.groups.iter().take(MAX_ROWS).map(|group| row(group, &view.commit(group))).collect();
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
            cells.chain(COLUMNS.get(column).map(|name| name.len())).max().unwrap_or(0)
        };
        let mut widths: [usize; 5] = std::array::from_fn(width);
        let others: usize = widths.iter().enumerate().filter(|(at, _)| *at != 3).map(|(_, width)| width + 2).sum();
        if let Some(reason) = widths.get_mut(3) {
            *reason = (*reason).min(self.width.saturating_sub(others).max(MIN_REASON));
        }
        self.line("");
        let head = cells(&COLUMNS.map(str::to_owned), &widths);
        self.line(&format!("{DIM}{head}{DIM:#}"));
        for row in &rows {
            self.line(&cells(row, &widths));
        }
        let more = view.groups.len().saturating_sub(MAX_ROWS);
        if more > 0 {
            self.line(&format!("{} with flags; --format json has all", counted(more, "more commit", "more commits")));
        }
    }
}

fn row(group: &Group<'_>, shown: &CommitView) -> [String; 5] {
    let flagged = group.flags.iter().filter(|flagged| flagged.hunk.sensitive);
    // Reports of earlier versions do not name the class.
    let of_block = |flagged: &Flagged<'_>| match flagged.hunk.sensitive_classes.as_slice() {
        [] => vec!["yes".to_owned()],
        classes => classes.to_vec(),
    };
    let mut classes: Vec<String> = flagged.flat_map(of_block).collect();
    classes.extend(shown.sensitive.classes.iter().cloned());
    classes.sort_unstable();
    classes.dedup();
    let reason = shown.reasons.for_ai.first().map_or_else(|| shown.declares.clone(), Reason::with_words);
    let cell = |text: &str, most: usize| fitted(&escaped(text), most);
    let (id, author) = match &shown.origin {
        Origin::Commit { id, author, .. } => (id.as_str(), author.as_str()),
        Origin::Patch | Origin::Uncommitted => ("-", "-"),
    };
    [
        id.to_owned(),
        cell(author, MAX_AUTHOR),
        group.flags.len().to_string(),
        cell(&reason, usize::MAX),
        cell(&classes.join(", "), MAX_SENSITIVE),
    ]
}

fn cells(row: &[String; 5], widths: &[usize; 5]) -> String {
    let padded = |(cell, width): (&String, &usize)| {
        let shown = fitted(cell, *width);
        let pad = " ".repeat(width.saturating_sub(shown.width()));
        shown + &pad
    };
    row.iter().zip(widths).map(padded).collect::<Vec<_>>().join("  ")
}
