//! Which new commit took over from which old one, and for which of its lines: by the identity of
//! their patches after a rebase, by their lines after a squash.
//!
//! Reads commits with their files; notes are written by `cli` through `git`.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::git::{CommitChange, Texts, Touched};
use crate::linediff::{spans, squeezed_hash};
use crate::vocabulary::Word;
use crate::vocabulary::note::{Cover, Entry, Note};

/// Where an old commit's note goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The new commit has the same patch: the note is right as it is.
    Same {
        /// The new commit's index.
        to: usize,
    },
    /// The new commit brought these of the old one's lines.
    Lines {
        /// The new commit's index.
        to: usize,
        /// Which lines, at the new commit.
        covers: Vec<Cover>,
        /// How many of the old commit's added lines they are, and how many it had.
        found: (u32, u32),
    },
}

/// For each old commit, where its note goes; nothing where no new commit has its patch or at least
/// half of its lines.
pub fn ways(old: &[CommitChange], new: &[CommitChange]) -> Vec<Vec<Way>> {
    let mut by_patch: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (at, change) in new.iter().enumerate() {
        if let Some(patch) = patch(change) {
            by_patch.entry(patch).or_default().push(at);
        }
    }
    // Where two old commits have the same patch, each takes one of the new ones, in order.
    let mut taken = vec![false; new.len()];
    let mut ways: Vec<Vec<Way>> = Vec::with_capacity(old.len());
    for change in old {
        let candidates = patch(change).and_then(|patch| by_patch.get(&patch));
        let same = candidates.and_then(|found| found.iter().copied().find(|at| taken.get(*at) == Some(&false)));
        if let Some(taken) = same.and_then(|at| taken.get_mut(at)) {
            *taken = true;
        }
        ways.push(same.map(|to| Way::Same { to }).into_iter().collect());
    }
    for (change, ways) in old.iter().zip(&mut ways).filter(|(_, ways)| ways.is_empty()) {
        for (to, candidate) in new.iter().enumerate() {
            if taken.get(to) == Some(&false) {
                ways.extend(by_lines(change, candidate, to));
            }
        }
    }
    ways
}

/// What a commit does, whatever surrounds it: paths, and added and removed lines without white
/// space, as `git patch-id` has it. None for a commit that touches nothing.
fn patch(change: &CommitChange) -> Option<u64> {
    if change.files.is_empty() {
        return None;
    }
    let mut hasher = FxHasher::default();
    for Touched { path, texts, ids } in &change.files {
        path.hash(&mut hasher);
        match texts {
            None => ids.hash(&mut hasher),
            Some(texts) => texts.edits().iter().for_each(|edit| {
                (edit.old.start..edit.old.end).for_each(|line| squeezed_hash(texts.old.line(line)).hash(&mut hasher));
                '|'.hash(&mut hasher);
                (edit.new.start..edit.new.end).for_each(|line| squeezed_hash(texts.new.line(line)).hash(&mut hasher));
                ';'.hash(&mut hasher);
            }),
        }
    }
    Some(hasher.finish())
}

/// Added lines that say something, with their numbers from 0.
fn added(texts: &Texts) -> impl Iterator<Item = (u32, u64)> + '_ {
    let lines = texts.edits().iter().flat_map(|edit| edit.new.start..edit.new.end);
    lines.filter(|line| !texts.new.is_blank(*line)).map(|line| (line, squeezed_hash(texts.new.line(line))))
}

fn by_lines(old: &CommitChange, new: &CommitChange, to: usize) -> Option<Way> {
    let (mut found, mut had, mut covers) = (0, 0, Vec::new());
    for file in &old.files {
        let Some(texts) = &file.texts else { continue };
        let mut wanted: FxHashMap<u64, u32> = FxHashMap::default();
        for (_, hash) in added(texts) {
            *wanted.entry(hash).or_default() += 1;
            had += 1;
        }
        let there = new.files.iter().find(|other| other.path == file.path).and_then(|other| other.texts.as_ref());
        let Some(there) = there else { continue };
        let mut lines = Vec::new();
        for (line, hash) in added(there) {
            if let Some(count) = wanted.get_mut(&hash).filter(|count| **count > 0) {
                *count -= 1;
                lines.push(line);
            }
        }
        found += lines.len() as u32;
        if !lines.is_empty() {
            let lines = spans(lines).into_iter().map(|span| (span.start + 1, span.end)).collect();
            covers.push(Cover { path: String::from_utf8_lossy(&file.path).into_owned(), lines });
        }
    }
    (had > 0 && found * 2 >= had).then_some(Way::Lines { to, covers, found: (found, had) })
}

/// The entries of an old note as they go to the new commit.
pub fn carried(note: &Note, from: &str, way: &Way) -> Vec<Entry> {
    let origin = |entry: &Entry| entry.carried_from.clone().or_else(|| Word::new(from).ok());
    let entries = note.attestations.iter();
    match way {
        Way::Same { .. } => entries.map(|entry| Entry { carried_from: origin(entry), ..entry.clone() }).collect(),
        // An entry that spoke of some lines only is not known to speak of these.
        Way::Lines { covers, .. } => entries
            .filter(|entry| entry.covers.is_empty())
            .map(|entry| Entry { covers: covers.clone(), carried_from: origin(entry), ..entry.clone() })
            .collect(),
    }
}

/// Adds entries to a note without repeating one.
pub fn add(note: &mut Note, entries: Vec<Entry>) -> usize {
    let mut added = 0;
    for entry in entries {
        if !note.attestations.contains(&entry) {
            note.attestations.push(entry);
            added += 1;
        }
    }
    added
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::change::Commit;
    use crate::text::Text;

    fn change(files: &[(&str, &str, &str)]) -> CommitChange {
        let file = |(path, old, new): &(&str, &str, &str)| {
            let text = |content: &str| Arc::new(Text::new(content.as_bytes().to_vec()));
            let (old, new) = (text(old), text(new));
            Touched { path: (*path).into(), texts: Some(Texts::new(old, new)), ids: (None, None) }
        };
        CommitChange { commit: Commit::default(), files: files.iter().map(file).collect() }
    }

    #[test]
    fn a_rebased_patch_is_the_same_wherever_it_lands() {
        let old = [change(&[("a", "x\n", "x\none\ntwo\n")])];
        let new = [change(&[("b", "", "other\n")]), change(&[("a", "1\n2\nx\n", "1\n2\nx\n one\ntwo\n")])];
        assert_eq!(ways(&old, &new), [[Way::Same { to: 1 }]]);
    }

    #[test]
    fn twins_go_to_twins() {
        let twin = || change(&[("a", "", "one\n")]);
        assert_eq!(ways(&[twin(), twin()], &[twin(), twin()]), [[Way::Same { to: 0 }], [Way::Same { to: 1 }]]);
    }

    #[test]
    fn a_squash_takes_each_ones_lines() {
        let old = [change(&[("a", "", "one\ntwo\n")]), change(&[("a", "one\ntwo\n", "one\ntwo\nthree\nfour\n")])];
        let new = [change(&[("a", "", "one\ntwo\nthree\n\nfive\n")])];
        let covers = |lines: (u32, u32)| vec![Cover { path: "a".into(), lines: vec![lines] }];
        assert_eq!(
            ways(&old, &new),
            [
                [Way::Lines { to: 0, covers: covers((1, 2)), found: (2, 2) }],
                [Way::Lines { to: 0, covers: covers((3, 3)), found: (1, 2) }]
            ]
        );
    }

    #[test]
    fn what_was_rewritten_takes_no_note_along() {
        let old = [change(&[("a", "", "one\ntwo\nthree\n")])];
        assert_eq!(ways(&old, &[change(&[("a", "", "one\nother\nmore\n")])]), [[]]);
        assert_eq!(ways(&old, &[change(&[("b", "", "one\ntwo\nthree\nand\n")])]), [[]], "another file");
        assert_eq!(ways(&[change(&[])], &[change(&[])]), [[]], "an empty commit is like any other");
    }
}
