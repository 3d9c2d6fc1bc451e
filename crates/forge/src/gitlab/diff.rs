//! The request's diff as GitLab shows it: which lines of a file are added, and what the file was called.

use std::collections::BTreeMap;

use super::super::draft::Lines;
use super::{Call, Error, GitLab, Method, Value, flag, text};

/// The files of a diff, by their path at the head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Diffs(BTreeMap<String, Diff>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Diff {
    old_path: String,
    /// Lines of the head, ascending.
    added: Vec<u32>,
}

impl Diffs {
    /// The path before the change, and the last added line of a range: a position on it needs no line of
    /// the old side, and the thread stands below the block.
    pub(super) fn anchor(&self, path: &str, first: u32, last: u32) -> Option<(&str, u32)> {
        let diff = self.0.get(path)?;
        let line = diff.added.iter().rev().find(|line| (first..=last).contains(*line))?;
        Some((&diff.old_path, *line))
    }
}

impl GitLab {
    /// Reads the diff. Files that GitLab folds away for their size show no lines.
    pub(super) fn shown_lines(&self) -> Result<Lines, Error> {
        let files = self.files()?;
        let (mut lines, mut diffs) = (Lines::default(), Diffs::default());
        for file in files.iter().filter(|file| !flag(file, "/deleted_file")) {
            let (path, patch) = (text(file, "/new_path"), text(file, "/diff"));
            lines.add(path, patch);
            let diff = Diff { old_path: text(file, "/old_path").to_owned(), added: added(patch) };
            diffs.0.insert(path.to_owned(), diff);
        }
        self.seen.borrow_mut().diffs = diffs;
        Ok(lines)
    }

    fn files(&self) -> Result<Vec<Value>, Error> {
        let path = format!("{}/diffs", self.request);
        let call = Call::new(Method::Get, &path).query("per_page", 100);
        match self.client.list(&call, |page| page) {
            Ok(listing) => Ok(listing.items),
            // Before GitLab 15.7 there was only the whole in one answer.
            Err(error) if error.status() == Some(404) => {
                let path = format!("{}/changes", self.request);
                let answer = self.client.json(&Call::new(Method::Get, &path))?;
                Ok(answer.get("changes").and_then(Value::as_array).into_iter().flatten().cloned().collect())
            }
            Err(error) => Err(error),
        }
    }
}

/// The lines of the head that a unified diff adds.
fn added(patch: &str) -> Vec<u32> {
    let mut found = Vec::new();
    let mut next = None;
    for line in patch.lines() {
        if let Some(start) = start(line) {
            next = Some(start);
            continue;
        }
        let Some(at) = next else { continue };
        match line.as_bytes().first() {
            Some(b'+') => found.push(at),
            // What is taken away, and `\ No newline at end of file`, are no lines of the head.
            Some(b'-' | b'\\') => continue,
            _ => {}
        }
        next = at.checked_add(1);
    }
    found
}

/// Where a hunk starts in the head.
fn start(line: &str) -> Option<u32> {
    let (_, rest) = line.strip_prefix("@@ -")?.split_once(" +")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
    rest.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_lines_are_counted_at_the_head() {
        let patch = "@@ -1,3 +1,4 @@ fn x\n a\n-b\n+c\n+d\n e\n@@ -20 +22,2 @@\n f\n+g\n\\ No newline at end of file\n";
        assert_eq!(added(patch), [2, 3, 23]);
        assert_eq!(added("+a\n@@ nonsense @@\n+b"), [0; 0]);
    }

    #[test]
    fn a_thread_stands_on_the_last_added_line_of_its_block() {
        let diff = Diff { old_path: "old.rs".into(), added: vec![2, 3, 9] };
        let diffs = Diffs([("new.rs".to_owned(), diff)].into());
        assert_eq!(diffs.anchor("new.rs", 1, 8), Some(("old.rs", 3)));
        assert_eq!(diffs.anchor("new.rs", 4, 8), None);
        assert_eq!(diffs.anchor("old.rs", 1, 8), None);
    }
}
