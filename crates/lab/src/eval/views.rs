//! The ways in which one change is looked at: as if nobody had declared anything, as a bare patch,
//! together with others as one request, and its surroundings alone. Pure.

use ai_detect_attest::{self as attest, Registry};
use ai_detect_base::change::{ChangeSet, FileChange, Origin, Person, Range, Span};
use ai_detect_base::linediff;
use ai_detect_base::text::Text;
use ai_detect_base::vocabulary::message::Message;

/// The change without what its commits declare, so that its flags tell what the style alone would
/// have raised. Style never sees declarations, so no score changes.
pub(crate) fn undeclared(mut change: ChangeSet, registry: &Registry) -> ChangeSet {
    for commit in &mut change.commits {
        commit.message = attest::without_markers(&commit.message, registry).into();
        commit.author = Person::default();
        commit.committer = Person::default();
    }
    change
}

/// The change as a patch without a message.
pub(crate) fn bare(change: &ChangeSet) -> ChangeSet {
    let mut bare = change.clone();
    bare.commits.clear();
    for origin in bare.files.iter_mut().flat_map(|file| &mut file.origins) {
        origin.commit = None;
    }
    bare
}

/// Several changes as one request: their files and commits one after another. A file that two of
/// them touch stands there twice, each time as it was then.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    change: ChangeSet,
    changes: usize,
}

impl Default for Joined {
    fn default() -> Self {
        let range = Range { spec: String::new(), base: None, head: None };
        let change =
            ChangeSet { range, commits: Vec::new(), files: Vec::new(), excluded: Vec::new(), cut_short: Vec::new() };
        Joined { change, changes: 0 }
    }
}

impl Joined {
    /// Adds a change.
    pub(crate) fn push(&mut self, change: &ChangeSet) {
        let shift = self.change.commits.len() as u32;
        self.change.commits.extend(change.commits.iter().cloned());
        self.change.files.extend(change.files.iter().cloned().map(|mut file| {
            for origin in &mut file.origins {
                origin.commit = origin.commit.map(|commit| commit + shift);
            }
            file
        }));
        self.changes += 1;
    }

    /// How many changes were added.
    pub(crate) fn len(&self) -> usize {
        self.changes
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes == 0
    }

    /// Them all as one.
    pub(crate) fn change(&self) -> &ChangeSet {
        &self.change
    }
}

/// As many unchanged lines right around the authored ones, in their place, and no message: what is
/// scored then is where the change was made, not how it was written.
pub(crate) fn surroundings(change: &ChangeSet) -> ChangeSet {
    let mut around = change.clone();
    for commit in &mut around.commits {
        commit.message = Message::default();
    }
    for file in &mut around.files {
        let commit = file.origins.first().and_then(|origin| origin.commit);
        file.authored = unchanged_around(file);
        file.origins = file.authored.iter().map(|&span| Origin { commit, ..Origin::unknown(span) }).collect();
    }
    around
}

fn unchanged_around(file: &FileChange) -> Vec<Span> {
    // Everything in a new file was added.
    let Some(old) = &file.old else { return Vec::new() };
    let added: Vec<Span> = linediff::edits(old, &file.new).iter().map(|edit| edit.new).collect();
    let mut taken = vec![false; file.new.len() as usize];
    for span in added.iter().chain(&file.authored) {
        if let Some(lines) = taken.get_mut(span.start as usize..span.end as usize) {
            lines.fill(true);
        }
    }
    let mut around = Vec::new();
    for &span in &file.authored {
        around.extend(nearest(span, &mut taken, &file.new));
    }
    around.sort_unstable();
    linediff::spans(around)
}

/// The free lines nearest to a span, before and after in turn, as many as it has.
fn nearest(span: Span, taken: &mut [bool], text: &Text) -> Vec<u32> {
    let mut before = (0..span.start).rev();
    let mut after = span.end..text.len();
    let mut found = Vec::with_capacity(span.len() as usize);
    let mut free = |line: &u32| taken.get_mut(*line as usize).is_some_and(|taken| !std::mem::replace(taken, true));
    while found.len() < span.len() as usize {
        let (above, below) = (before.find(&mut free), after.find(&mut free));
        if above.is_none() && below.is_none() {
            break;
        }
        found.extend(above.into_iter().chain(below));
    }
    found.truncate(span.len() as usize);
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use ai_detect_base::change::Commit;

    fn file(old: &str, new: &str) -> FileChange {
        let (old, new) = (Text::new(old.into()), Text::new(new.into()));
        let authored: Vec<Span> = linediff::edits(&old, &new).iter().map(|edit| edit.new).collect();
        FileChange {
            path: "a.py".into(),
            old_path: None,
            is_new: false,
            origins: authored.iter().map(|&span| Origin { commit: Some(0), ..Origin::unknown(span) }).collect(),
            authored,
            new: Arc::new(new),
            old: Some(Arc::new(old)),
            moved_lines: 0,
            whitespace_lines: 0,
            carried: None,
        }
    }

    fn change(file: FileChange) -> ChangeSet {
        let mut joined = Joined::default().change;
        joined.commits.push(Commit { message: "Do it".into(), ..Commit::default() });
        joined.files.push(file);
        joined
    }

    fn numbered(lines: std::ops::Range<u32>) -> String {
        lines.map(|line| format!("line {line}\n")).collect()
    }

    #[test]
    fn surroundings_are_as_many_unchanged_lines_on_both_sides() {
        let old = numbered(0..20);
        let new = old.replace("line 10\n", "line 10\nnew 1\nnew 2\nnew 3\n");
        let around = surroundings(&change(file(&old, &new)));
        assert_eq!(around.files[0].authored, [Span::new(9, 11), Span::new(14, 15)]);
        assert_eq!(around.files[0].origins.len(), 2);
        assert_eq!(around.commits[0].message, "");
    }

    #[test]
    fn no_added_line_is_ever_among_the_surroundings() {
        let old = numbered(0..6);
        let new = old.replace("line 2\n", "line 2\nnew 1\nnew 2\n").replace("line 4\n", "line 4\nnew 3\n");
        let mut file = file(&old, &new);
        // The first of the added lines only moved here: it is not authored, but it is not old either.
        file.authored[0].start += 1;
        let around = unchanged_around(&file);
        let lines: Vec<&[u8]> =
            around.iter().flat_map(|span| span.start..span.end).map(|line| file.new.line(line)).collect();
        assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with(b"line")), "{lines:?}");
    }

    #[test]
    fn a_new_file_has_no_surroundings() {
        let mut file = file("", "one\ntwo\n");
        file.old = None;
        assert_eq!(unchanged_around(&file), []);
    }

    #[test]
    fn joined_changes_keep_their_commits_apart() {
        let one = change(file("a\n", "a\nb\n"));
        let mut joined = Joined::default();
        joined.push(&one);
        joined.push(&one);
        let both = joined.change();
        let commits: Vec<Option<u32>> =
            both.files.iter().flat_map(|file| &file.origins).map(|origin| origin.commit).collect();
        assert_eq!((joined.len(), commits), (2, vec![Some(0), Some(1)]));
        assert!(Arc::ptr_eq(&both.files[0].new, &both.files[1].new));
    }

    #[test]
    fn a_bare_patch_has_neither_commits_nor_origins() {
        let bare = bare(&change(file("a\n", "a\nb\n")));
        assert!(bare.commits.is_empty() && bare.files[0].origins[0].commit.is_none());
    }
}
