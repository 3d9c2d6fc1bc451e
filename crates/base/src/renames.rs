//! Which new files are old ones under another name, or copies of one: by content, as git does it.
//!
//! Two files are alike by the share of the larger one's bytes that lie in lines which both have; at
//! least half makes a rename, git's own default. Identical contents and equal file names go first.
//! Pure: contents come in, pairs come out.

use bstr::{BStr, ByteSlice};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::lines::{Line, LineMap, LineSet};

/// How alike two files are at least, from 0 to 1.
const ALIKE: f64 = 0.5;
/// Lines that more files than this have say nothing about which one is meant.
const COMMON: usize = 40;
/// Lines are compared in pieces of at most so many bytes; git's are as long.
const PIECE: usize = 64;
/// With more pairs than this to look at, only identical files are paired; git's limit is the same.
const MAX_PAIRS: usize = 1_000_000;

/// A file that may be one end of a pair.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its path.
    pub path: &'a BStr,
    /// Its content.
    pub content: &'a [u8],
    /// Whether it can be given to one new file only: it is gone after the change.
    pub gone: bool,
}

/// On which threads pairs are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parallelism {
    /// On this one: for those who are one of many at work already. Waiting for others, it would be given their
    /// work meanwhile, and again in that.
    Serial,
    /// On all.
    Pool,
}

/// For each new file, the index of the old one that it comes from.
pub fn pair(old: &[Candidate<'_>], new: &[Candidate<'_>], parallelism: Parallelism) -> Vec<Option<usize>> {
    let mut pairs = vec![None; new.len()];
    if old.is_empty() || new.is_empty() {
        return pairs;
    }
    let mut taken = vec![false; old.len()];
    identical(old, new, &mut pairs, &mut taken);
    let open = pairs.iter().filter(|pair| pair.is_none()).count();
    if open > 0 && !are_too_many(old.len(), open) {
        similar(old, new, parallelism, &mut pairs, &mut taken);
    }
    pairs
}

/// Whether so many files of each side are more than are compared line by line.
pub fn are_too_many(old: usize, new: usize) -> bool {
    old.saturating_mul(new) > MAX_PAIRS
}

fn identical(old: &[Candidate<'_>], new: &[Candidate<'_>], pairs: &mut [Option<usize>], taken: &mut [bool]) {
    let mut groups: LineMap<Line<'_>, usize> = LineMap::default();
    let mut any: Vec<Sources> = Vec::new();
    let mut named: LineMap<(usize, Line<'_>), Sources> = LineMap::default();
    for (at, file) in old.iter().enumerate().filter(|(_, file)| !file.content.is_empty()) {
        let group = *groups.entry(Line::new(file.content)).or_insert(any.len());
        if group == any.len() {
            any.push(Sources::default());
        }
        if let Some(sources) = any.get_mut(group) {
            sources.add(at, file.gone);
        }
        named.entry((group, Line::new(name(file.path)))).or_default().add(at, file.gone);
    }
    for (pair, file) in pairs.iter_mut().zip(new) {
        let Some(&group) = groups.get(&Line::new(file.content)) else { continue };
        let (mut none, mut unnamed) = (Sources::default(), Sources::default());
        let named = named.get_mut(&(group, Line::new(name(file.path)))).unwrap_or(&mut none);
        let any = any.get_mut(group).unwrap_or(&mut unnamed);
        let gone = named.gone(taken).or_else(|| any.gone(taken));
        let best = gone.or(named.stays).or(any.stays);
        if let Some(at) = best {
            *pair = Some(at);
            take(old, taken, at);
        }
    }
}

/// Old files that a new one may come from; of those that are alike, the last one counts.
#[derive(Default)]
struct Sources {
    /// Each can be given away once. Those at the end that are taken fall off, so that nobody looks at them again.
    gone: Vec<usize>,
    stays: Option<usize>,
}

impl Sources {
    fn add(&mut self, at: usize, gone: bool) {
        if gone {
            self.gone.push(at);
        } else {
            self.stays = Some(at);
        }
    }

    /// The last one that is gone and not taken.
    fn gone(&mut self, taken: &[bool]) -> Option<usize> {
        while let Some(&at) = self.gone.last() {
            if !taken.get(at).copied().unwrap_or(true) {
                return Some(at);
            }
            self.gone.pop();
        }
        None
    }
}

fn take(old: &[Candidate<'_>], taken: &mut [bool], at: usize) {
    if let (Some(taken), Some(file)) = (taken.get_mut(at), old.get(at)) {
        *taken = file.gone;
    }
}

fn similar(
    old: &[Candidate<'_>],
    new: &[Candidate<'_>],
    parallelism: Parallelism,
    pairs: &mut [Option<usize>],
    taken: &mut [bool],
) {
    let open: Vec<usize> = (0..new.len()).filter(|&to| pairs.get(to).is_some_and(Option::is_none)).collect();
    let new_lines = lines_of(new, open, parallelism, |_| true);
    // Most lines of the old files are in no new one.
    let wanted: LineSet<Line<'_>> = new_lines.iter().flat_map(|(_, lines)| lines.keys().copied()).collect();
    let open: Vec<usize> = (0..old.len()).filter(|&at| !taken.get(at).copied().unwrap_or(true)).collect();
    let old_lines: FxHashMap<usize, Lines<'_>> =
        lines_of(old, open, parallelism, |line| wanted.contains(line)).into_iter().collect();
    let mut having: LineMap<Line<'_>, Vec<usize>> = LineMap::default();
    for (&at, lines) in &old_lines {
        for &line in lines.keys() {
            having.entry(line).or_default().push(at);
        }
    }
    // (score, same name, new, old): the best pairs are made first.
    let mut found: Vec<(f64, bool, usize, usize)> = Vec::new();
    for (to, lines) in new_lines {
        let Some(file) = new.get(to) else { continue };
        let mut common: FxHashMap<usize, u64> = FxHashMap::default();
        for (line, bytes) in lines {
            let sources = having.get(&line).filter(|sources| sources.len() <= COMMON);
            for &at in sources.into_iter().flatten() {
                let theirs = old_lines.get(&at).and_then(|lines| lines.get(&line)).copied().unwrap_or(0);
                *common.entry(at).or_default() += u64::from(bytes.min(theirs));
            }
        }
        for (at, bytes) in common {
            let Some(source) = old.get(at) else { continue };
            let larger = source.content.len().max(file.content.len()).max(1);
            let score = bytes as f64 / larger as f64;
            if score >= ALIKE {
                found.push((score, name(source.path) == name(file.path), to, at));
            }
        }
    }
    // Renames before copies; then equal names, which mean more than a few lines; then likeness.
    let gone = |at: usize| old.get(at).is_some_and(|file| file.gone);
    found.sort_by(|a, b| {
        (gone(b.3), b.1)
            .cmp(&(gone(a.3), a.1))
            .then_with(|| b.0.total_cmp(&a.0))
            .then_with(|| (a.2, a.3).cmp(&(b.2, b.3)))
    });
    for (_, _, to, at) in found {
        let free = !taken.get(at).copied().unwrap_or(true);
        if let Some(pair) = pairs.get_mut(to).filter(|pair| pair.is_none() && free) {
            *pair = Some(at);
            take(old, taken, at);
        }
    }
}

/// Different lines, and how many bytes lie in each.
type Lines<'a> = LineMap<Line<'a>, u32>;

/// The lines of some of the files, where they are wanted.
fn lines_of<'a>(
    files: &[Candidate<'a>],
    some: Vec<usize>,
    parallelism: Parallelism,
    wanted: impl Fn(&Line<'a>) -> bool + Sync,
) -> Vec<(usize, Lines<'a>)> {
    let of = |at: usize| Some((at, lines(files.get(at)?.content, &wanted)));
    match parallelism {
        Parallelism::Serial => some.into_iter().filter_map(of).collect(),
        Parallelism::Pool => some.into_par_iter().filter_map(of).collect(),
    }
}

/// How many bytes lie in each different line that is wanted. A longer line counts in pieces, as for git: of a paragraph on one
/// line in which a word changed, most is the same.
fn lines<'a>(content: &'a [u8], wanted: impl Fn(&Line<'a>) -> bool) -> Lines<'a> {
    let mut lines = Lines::default();
    for line in content.lines().flat_map(pieces).map(Line::new).filter(wanted) {
        *lines.entry(line).or_default() += line.bytes().len() as u32 + 1;
    }
    lines
}

fn pieces(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let blank = line.is_empty().then_some(line);
    line.chunks(PIECE).chain(blank)
}

fn name(path: &BStr) -> &[u8] {
    path.rsplit_str("/").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::lines::samples;

    #[test]
    fn a_paragraph_on_one_line_in_which_a_word_changed_is_mostly_the_same() {
        let paragraph = |word: &str| format!("{}{word}{}\n\n", "so it goes on and on ".repeat(8), " and on ".repeat(8));
        let (old, new) = (paragraph("here"), paragraph("hers"));
        let file = |content| Candidate { path: "a.md".into(), content, gone: true };
        assert_eq!(pair(&[file(old.as_bytes())], &[file(new.as_bytes())], Parallelism::Serial), [Some(0)]);
        let other = "nothing of it\n".repeat(20);
        assert_eq!(pair(&[file(other.as_bytes())], &[file(new.as_bytes())], Parallelism::Serial), [None]);
    }

    fn file<'a>(path: &'a str, content: &'a str, gone: bool) -> Candidate<'a> {
        Candidate { path: path.into(), content: content.as_bytes(), gone }
    }

    #[test]
    fn a_file_that_moved_and_changed_a_little_is_a_rename() {
        let old = [file("src/a.rs", "one\ntwo\nthree\nfour\n", true), file("src/b.rs", "x\ny\n", true)];
        let new = [file("lib/a.rs", "one\ntwo\nthree\nfive\n", false)];
        assert_eq!(pair(&old, &new, Parallelism::Pool), [Some(0)]);
        assert_eq!(pair(&old, &new, Parallelism::Serial), [Some(0)]);
    }

    #[test]
    fn a_file_that_is_gone_has_one_successor_and_one_that_stays_many_copies() {
        let gone = [file("a", "same\ncontent\n", true)];
        let stays = [file("a", "same\ncontent\n", false)];
        let new = [file("b", "same\ncontent\n", false), file("c", "same\ncontent\n", false)];
        assert_eq!(pair(&gone, &new, Parallelism::Pool), [Some(0), None]);
        assert_eq!(pair(&stays, &new, Parallelism::Pool), [Some(0), Some(0)]);
    }

    /// One look at all sources for each file.
    fn one_by_one(old: &[Candidate<'_>], new: &[Candidate<'_>]) -> Vec<Option<usize>> {
        let mut taken = vec![false; old.len()];
        let mut best = |file: &Candidate<'_>| {
            let usable = (0..old.len()).filter(|&at| !taken[at] && old[at].content == file.content);
            let best = usable.max_by_key(|&at| (old[at].gone, name(old[at].path) == name(file.path)))?;
            taken[best] = old[best].gone;
            Some(best)
        };
        new.iter().map(|file| best(file).filter(|_| !file.content.is_empty())).collect()
    }

    #[test]
    fn of_many_identical_files_each_finds_one_without_a_look_at_all() {
        let paths: Vec<String> = (0..100_000).map(|at| format!("{at}/{at}")).collect();
        let all = |gone| -> Vec<Candidate<'_>> { paths.iter().map(|path| file(path, "same\n", gone)).collect() };
        let pairs = pair(&all(true), &all(false), Parallelism::Serial);
        assert!(pairs.iter().enumerate().all(|(at, pair)| *pair == Some(at)));
    }

    proptest::proptest! {
        #[test]
        fn of_identical_files_the_best_is_taken(
            old in proptest::collection::vec(("[ab]/[cd]", "[xy]", proptest::bool::ANY), 0..12),
            new in proptest::collection::vec(("[ab]/[cd]", "[xy]"), 0..12),
        ) {
            let old: Vec<Candidate<'_>> =
                old.iter().map(|(path, content, gone)| file(path, content, *gone)).collect();
            let new: Vec<Candidate<'_>> = new.iter().map(|(path, content)| file(path, content, false)).collect();
            proptest::prop_assert_eq!(pair(&old, &new, Parallelism::Serial), one_by_one(&old, &new));
        }
    }

    /// The bytes in lines that both have, of those that the larger one has, with the lines themselves as keys.
    fn alike(old: &str, new: &str) -> f64 {
        let lines = |text: &str| {
            let mut lines: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
            for line in text.as_bytes().lines() {
                *lines.entry(line.to_vec()).or_default() += line.len() + 1;
            }
            lines
        };
        let (old_lines, new_lines) = (lines(old), lines(new));
        let common: usize = new_lines.iter().map(|(line, bytes)| *bytes.min(old_lines.get(line).unwrap_or(&0))).sum();
        common as f64 / old.len().max(new.len()).max(1) as f64
    }

    proptest::proptest! {
        #[test]
        fn files_are_renamed_where_the_bytes_of_their_lines_say_so(old in samples::text(8), new in samples::text(8)) {
            let pairs = pair(&[file("old", &old, true)], &[file("new", &new, false)], Parallelism::Serial);
            let is_rename = !new.is_empty() && (old == new || alike(&old, &new) >= ALIKE);
            proptest::prop_assert_eq!(pairs, [is_rename.then_some(0)]);
        }
    }

    #[test]
    fn less_than_half_alike_is_a_new_file() {
        let old = [file("a", "one\ntwo\nthree\n", true)];
        let new = [file("b", "one\nother\nthings\nentirely\n", false)];
        assert_eq!(pair(&old, &new, Parallelism::Pool), [None]);
    }
}
