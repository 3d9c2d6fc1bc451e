//! The lines of a revision: by folder, how many came from commits that declare AI use, with which model.

use std::collections::BTreeMap;

use super::interval::Count;
use super::{Figure, Label, Unit};

/// Lines of a file that came from one class of commits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lines {
    /// The repository, where there are several.
    pub repository: Option<String>,
    /// The path of the file.
    pub path: String,
    /// What is declared of them.
    pub label: Label,
    /// The model that is declared, by its one id.
    pub model: Option<String>,
    /// How many.
    pub lines: u64,
}

/// Lines by class and model.
type Sums<'a> = BTreeMap<(Label, Option<&'a str>), u64>;

/// The folder of a path, so many levels deep; `.` for files at the root.
fn folder(path: &str, depth: usize) -> String {
    let folders: Vec<&str> = path.split('/').collect();
    let count = folders.len().saturating_sub(1).min(depth);
    match folders.get(..count) {
        Some([]) | None => ".".to_owned(),
        Some(folders) => folders.join("/"),
    }
}

/// The figures of all lines together, then of each folder, the largest first.
pub fn tree(lines: &[Lines], depth: usize, as_of: Option<i64>) -> Vec<Figure> {
    let mut folders: BTreeMap<(Option<&str>, String), Sums<'_>> = BTreeMap::new();
    let mut whole = Sums::new();
    for line in lines {
        let key = (line.label, line.model.as_deref());
        let folder = (line.repository.as_deref(), folder(&line.path, depth));
        *folders.entry(folder).or_default().entry(key).or_default() += line.lines;
        *whole.entry(key).or_default() += line.lines;
    }
    let named = |((repository, folder), sums)| (repository, Some(folder), sums);
    let mut groups: Vec<_> = folders.into_iter().map(named).collect();
    groups.sort_by_key(|(_, _, sums): &(_, _, Sums<'_>)| std::cmp::Reverse(sums.values().sum::<u64>()));
    groups.insert(0, (None, None, whole));
    let mut figures = Vec::new();
    for (repository, folder, sums) in groups {
        let total: u64 = sums.values().sum();
        let read: u64 = sums.iter().filter(|((label, _), _)| *label != Label::NotRead).map(|(_, lines)| lines).sum();
        for ((label, model), of) in sums {
            figures.push(Figure {
                repository: repository.map(str::to_owned),
                folder: folder.clone(),
                model: model.map(str::to_owned),
                coverage: Count { of: read, total }.share(),
                as_of,
                ..Figure::plain(label, Unit::Lines, Count { of, total })
            });
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_add_up_by_folder_class_and_model() {
        let lines = |path: &str, label, model: Option<&str>, lines| Lines {
            repository: None,
            path: path.into(),
            label,
            model: model.map(str::to_owned),
            lines,
        };
        let figures = tree(
            &[
                lines("README.md", Label::Unknown, None, 5),
                lines("src/a.rs", Label::Declared, Some("claude-opus-4-8"), 10),
                lines("src/deep/b.rs", Label::Declared, Some("claude-opus-4-8"), 2),
                lines("src/deep/b.rs", Label::Unknown, None, 8),
            ],
            1,
            Some(7),
        );
        let shown: Vec<_> = figures
            .iter()
            .map(|figure| (figure.folder.as_deref(), figure.label, figure.numerator, figure.denominator))
            .collect();
        assert_eq!(
            shown,
            [
                (None, Label::Declared, 12, 25),
                (None, Label::Unknown, 13, 25),
                (Some("src"), Label::Declared, 12, 20),
                (Some("src"), Label::Unknown, 8, 20),
                (Some("."), Label::Unknown, 5, 5),
            ]
        );
        assert_eq!(folder("a/b/c/d.rs", 2), "a/b");
        assert_eq!(folder("d.rs", 2), ".");
    }
}
