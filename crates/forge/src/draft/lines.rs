//! Which lines of the head a request shows as part of its diff: only there inline comments may stand.

use std::collections::BTreeMap;

/// The lines that a diff shows, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    files: BTreeMap<String, Vec<Shown>>,
    all: bool,
}

/// One hunk of a unified diff, on the side of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    first: u32,
    last: u32,
}

impl Lines {
    /// As if every line were shown: where nobody can be asked.
    pub fn all() -> Self {
        Lines { all: true, ..Lines::default() }
    }

    /// Adds a file by its unified diff (the hunks alone, as forges give them).
    pub(crate) fn add(&mut self, path: &str, patch: &str) {
        let shown = patch.lines().filter_map(header).collect();
        self.files.insert(path.to_owned(), shown);
    }

    /// The part of some lines that the diff shows in one piece, as first and last.
    pub(crate) fn within(&self, path: &str, first: u32, last: u32) -> Option<(u32, u32)> {
        if self.all {
            return Some((first, last));
        }
        let shown = self.files.get(path)?;
        let shown = shown.iter().find(|shown| shown.first <= last && first <= shown.last)?;
        Some((first.max(shown.first), last.min(shown.last)))
    }
}

/// `@@ -a,b +c,d @@` says which lines follow.
fn header(line: &str) -> Option<Shown> {
    let rest = line.strip_prefix("@@ -")?;
    let new = rest.split_once(" +")?.1.split_once(" @@")?.0;
    let (first, count) = new.split_once(',').unwrap_or((new, "1"));
    let (first, count): (u32, u32) = (first.parse().ok()?, count.parse().ok()?);
    (count > 0).then(|| Shown { first, last: first.saturating_add(count - 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_cut_to_what_the_diff_shows() {
        let mut lines = Lines::default();
        lines.add("a.rs", "@@ -1,3 +1,5 @@ fn x\n a\n+b\n@@ -20 +22,3 @@\n+c\n@@ -40,2 +41,0 @@\n-d");
        assert_eq!(lines.within("a.rs", 2, 3), Some((2, 3)));
        assert_eq!(lines.within("a.rs", 4, 9), Some((4, 5)));
        assert_eq!(lines.within("a.rs", 10, 23), Some((22, 23)));
        assert_eq!(lines.within("a.rs", 30, 50), None);
        assert_eq!(lines.within("b.rs", 1, 1), None);
    }
}
