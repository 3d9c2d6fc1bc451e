//! Which files hold a block that counts: one that is large enough to be scored, or that is part of a
//! commit's code that is. The others need not be parsed, and in many histories half of all commits are
//! of that kind.

use std::collections::BTreeMap;

use super::share::shares;
use ai_detect_base::change::{ChangeSet, FileChange};
use ai_detect_style::syntax::hunks::Run;
use ai_detect_style::syntax::{MIN_LINES, Outline};

/// For each file whether anything in it counts.
pub(super) fn files(change: &ChangeSet, outlines: &[Outline]) -> Vec<bool> {
    let files: Vec<Vec<Brought>> = change
        .files
        .iter()
        .zip(outlines)
        .map(|(file, outline)| outline.runs.iter().map(|run| Brought::of(file, run)).collect())
        .collect();
    let mut lines: BTreeMap<Option<u32>, u32> = BTreeMap::new();
    for (brought, _) in files.iter().zip(outlines).filter(|(_, outline)| outline.language.is_some()) {
        for run in brought {
            for commit in &run.commits {
                *lines.entry(*commit).or_default() += run.weight;
            }
        }
    }
    let enough = |commit: &Option<u32>| lines.get(commit).is_some_and(|lines| *lines >= MIN_LINES);
    let counts = |run: &Brought| run.weight >= MIN_LINES || run.commits.iter().any(enough);
    files.iter().map(|brought| brought.iter().any(counts)).collect()
}

/// A run and who brought it.
struct Brought {
    /// Its lines that are not blank; of one that will be cut, at least enough.
    weight: u32,
    /// The commits whose code it may be part of.
    commits: Vec<Option<u32>>,
}

impl Brought {
    fn of(file: &FileChange, run: &Run) -> Brought {
        let added: u32 = run.authored.iter().map(|span| span.len()).sum();
        let long = run.is_long();
        let shares = shares(file, &run.authored).into_iter();
        // Of a run that is cut, a piece may be all of one commit.
        let commits = shares.filter(|share| long || share.lines * 3 >= added).map(|share| share.commit).collect();
        let weight = run.weight(&file.new);
        Brought { weight: if long { weight.max(MIN_LINES) } else { weight }, commits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_base::change::Origin;
    use ai_detect_base::exclude::{DEFAULT_MAX_BYTES, Excluder};
    use ai_detect_git::patch;

    /// Which of some new files count, each with its commit and how many lines it has.
    fn counting(added: &[(&str, u32, usize)]) -> Vec<bool> {
        let lines = |count: usize| (0..count).map(|at| format!("+step_{at}()\n")).collect::<String>();
        let file = |(name, _, count): &(&str, u32, usize)| {
            format!(
                "diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{count} @@\n{}",
                lines(*count)
            )
        };
        let text: String = added.iter().map(file).collect();
        let excluder = Excluder::new(&[], DEFAULT_MAX_BYTES).unwrap();
        let mut change = patch::read("x", text.as_bytes(), &excluder).unwrap().change;
        for (file, (_, commit, _)) in change.files.iter_mut().zip(added) {
            let of_commit = |&span| Origin { commit: Some(*commit), ..Origin::unknown(span) };
            file.origins = file.authored.iter().map(of_commit).collect();
        }
        let outlines: Vec<Outline> = change.files.iter().map(Outline::of).collect();
        files(&change, &outlines)
    }

    #[test]
    fn small_blocks_count_where_their_commit_brings_enough_code() {
        assert_eq!(counting(&[("a.py", 0, 2), ("b.py", 0, 2)]), [false, false]);
        assert_eq!(counting(&[("a.py", 0, 2), ("b.py", 0, 3)]), [true, true]);
        assert_eq!(counting(&[("a.py", 0, 2), ("b.py", 1, 3)]), [false, false]);
        assert_eq!(counting(&[("a.py", 0, 2), ("b.py", 1, 5)]), [false, true]);
        assert_eq!(counting(&[("a.py", 0, 2), ("b.txt", 0, 4)]), [false, false]);
    }
}
