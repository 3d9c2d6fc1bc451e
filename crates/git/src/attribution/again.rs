//! Lines that a commit brings again: another commit of the range brought the same ones, and they were taken out since, or
//! came on two ways. A revert of a revert leaves such lines, a commit that was picked from one branch to another, and
//! whoever puts back what was taken out.
//!
//! The versions of a file right after both commits are compared. Lines that stand in both are the same where both commits
//! added them: what the other commit only kept was somebody else's, and what stands in the file all the time was added
//! once. A few lines that any two pieces of code may share are no match.

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::blobs::{Blobs, Reader};
use super::super::trees::{self, Allowance, Entry, Side};
use super::super::uncommitted::Overlay;
use super::super::{Error, Repository, lenient, range};
use ai_detect_base::change::{Before, Commit, CutShort, FileChange, Origin, Span};
use ai_detect_base::linediff::{self, Comparison, Edit};
use ai_detect_base::slices::items_of;
use ai_detect_base::text::Text;

/// Fewer lines with a letter or a digit in a row are the same by chance.
const MIN_LINES: usize = 3;
/// Larger contents are not compared.
const MAX_BYTES: u64 = 1 << 20;

/// Of which commits lines are looked for, and in which.
pub struct Sought<'a> {
    /// Whether lines of a commit are looked for in others, by its place among the commits.
    pub of: &'a dyn Fn(u32) -> bool,
    /// The commits that they are looked for in, the one first that is to be asked first.
    pub within: &'a [u32],
}

/// What a commit did to a file.
struct Touch {
    commit: u32,
    old: Side,
    new: Side,
}

/// What commits did to files, by path.
#[derive(Default)]
struct Brought(FxHashMap<BString, Vec<Touch>>);

/// Lines of one commit that another one brought as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Same {
    /// Where they stand after the commit whose lines are looked for.
    here: Span,
    before: Before,
}

impl Repository {
    /// Notes in the origins of lines which other commit of the range brought the same lines.
    ///
    /// # Errors
    /// Where a tree cannot be read. A content that cannot be read, or is too large, has no lines that are the same.
    pub fn find_before(
        &self,
        commits: &[Commit],
        files: &mut [FileChange],
        sought: &Sought<'_>,
    ) -> Result<Option<CutShort>, Error> {
        let is_sought = |origin: &Origin| origin.commit.is_some_and(|commit| (sought.of)(commit));
        let paths = files.iter().flat_map(|file| {
            file.origins.iter().filter(|origin| is_sought(origin)).map(|origin| origin.path_in(file).clone())
        });
        let paths: FxHashSet<BString> = if sought.within.is_empty() { FxHashSet::default() } else { paths.collect() };
        if paths.is_empty() {
            return Ok(None);
        }
        let blobs = Blobs::new(&self.inner, Overlay::default());
        let mut brought = Brought::default();
        let allowance = Allowance::new(self.budget.tree_bytes);
        let whole = blobs.read_trees(|reader| brought.read(reader, commits, sought.within, &paths, &allowance))?;
        let mut left = self.budget.compared_again;
        // Of commits that were not read, nobody knows which files they touched.
        let mut cut = if whole { 0 } else { paths.len() };
        for file in files.iter_mut() {
            let mut search = Search { commits, brought: &brought, left, is_cut: false, found: FxHashMap::default() };
            let origins = std::mem::take(&mut file.origins);
            let mut split = Vec::with_capacity(origins.len());
            for origin in &origins {
                match origin.commit.filter(|_| is_sought(origin)) {
                    Some(commit) => {
                        let path = origin.path_in(file);
                        let same = blobs.read(|reader| search.same(reader, commit, path, file, &origins));
                        split_by(origin, same, &mut split);
                    }
                    None => split.push(origin.clone()),
                }
            }
            file.origins = split;
            left = search.left;
            cut += usize::from(search.is_cut);
        }
        Ok((cut > 0).then_some(CutShort::Again { files: cut }))
    }
}

impl Brought {
    /// Reads what commits did to the files at some paths, in the order of the commits; says whether the allowance lasted
    /// to the end. A merge did nothing: what it brings, its commits brought.
    fn read(
        &mut self,
        reader: &Reader<'_>,
        commits: &[Commit],
        within: &[u32],
        paths: &FxHashSet<BString>,
        allowance: &Allowance,
    ) -> Result<bool, Error> {
        let folders: FxHashSet<&BStr> = paths.iter().flat_map(|path| folders_of(path.as_bstr())).collect();
        for &at in within {
            let commit = commits.get(at as usize).filter(|commit| commit.parents < 2);
            let Some(id) = commit.and_then(|commit| ObjectId::from_hex(commit.id.as_bytes()).ok()) else { continue };
            let mut each = |Entry { path, old, new }: Entry| {
                if paths.contains(&path) {
                    self.0.entry(path).or_default().push(Touch { commit: at, old, new });
                }
            };
            let enters = |folder: &BStr| folders.contains(folder);
            if !trees::walk(&reader.repo, trees_of(reader, id)?, allowance, &enters, &mut each)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The folders that a path lies in.
fn folders_of(path: &BStr) -> impl Iterator<Item = &BStr> {
    path.find_iter("/").map(move |end| items_of(path.as_bytes(), ..end).as_bstr())
}

/// The trees before and after a commit.
fn trees_of(reader: &Reader<'_>, id: ObjectId) -> Result<(Option<ObjectId>, ObjectId), Error> {
    let repo = &reader.repo;
    let commit = repo.find_object(id).map_err(|error| Error::missing(format!("commit {id}"), error))?;
    let ends = |decoded: &gix::objs::CommitRef<'_>| (decoded.tree(), decoded.parents().next());
    let (tree, parent) = lenient::decoded(id, &commit.data, repo.object_hash(), ends)?;
    let before = match parent.map(|parent| range::tree_of(repo, parent)) {
        // A shallow clone lacks the parent of its first commit; then everything is new.
        Some(Err(_)) if lenient::is_boundary(repo, id) => None,
        before => before.transpose()?,
    };
    Ok((before, tree))
}

/// The search through one file.
struct Search<'a> {
    commits: &'a [Commit],
    brought: &'a Brought,
    /// What comparisons may still cost.
    left: u64,
    is_cut: bool,
    /// What was found of a commit at a path.
    found: FxHashMap<(u32, BString), Vec<Same>>,
}

impl Search<'_> {
    /// The lines of a commit at a path that others brought as well, in order and disjoint.
    fn same(
        &mut self,
        reader: &Reader<'_>,
        commit: u32,
        path: &BString,
        file: &FileChange,
        origins: &[Origin],
    ) -> &[Same] {
        let key = (commit, path.clone());
        if !self.found.contains_key(&key) {
            let own = origins.iter().filter(|origin| origin.commit == Some(commit) && origin.path_in(file) == path);
            let own = own.map(|origin| Span::new(origin.line, origin.line + origin.span.len())).collect();
            let found = self.compare(reader, commit, path, own);
            self.found.insert(key.clone(), found);
        }
        self.found.get(&key).map_or(&[], Vec::as_slice)
    }

    /// `own` are the lines that are looked for.
    fn compare(&mut self, reader: &Reader<'_>, commit: u32, path: &BString, mut own: Vec<Span>) -> Vec<Same> {
        let others = self.brought.0.get(path).into_iter().flatten().filter(|touch| touch.commit != commit);
        let mut text: Option<Text> = None;
        let mut found: Vec<Same> = Vec::new();
        own.sort_by_key(|span| span.start);
        for other in others {
            if text.is_none() {
                text = self.after(reader, commit, path);
            }
            let Some(here) = &text else { break };
            let Some(then) = read(reader, other.new) else { continue };
            let Some(earlier) = other.old.map_or_else(|| Some(Text::default()), |_| read(reader, other.old)) else {
                continue;
            };
            let cost = Comparison::new(&earlier, &then).cost() + Comparison::new(&then, here).cost();
            if cost > self.left {
                self.is_cut = true;
                break;
            }
            self.left -= cost;
            let added: Vec<Span> = linediff::edits(&earlier, &then).into_iter().map(|edit| edit.new).collect();
            for (line, run) in common(&added, &linediff::edits(&then, here), here.len()) {
                let parts: Vec<Span> = own.iter().map(|span| span.intersect(run)).filter(|it| !it.is_empty()).collect();
                if !is_telling(here, &parts, &own) {
                    continue;
                }
                let before = |part: Span| Before { commit: other.commit, line: line + (part.start - run.start) };
                found.extend(parts.iter().map(|&part| Same { here: part, before: before(part) }));
                own = linediff::subtract(&own, &parts);
            }
        }
        found.sort_by_key(|same| same.here.start);
        found
    }

    /// A file right after a commit.
    fn after(&self, reader: &Reader<'_>, commit: u32, path: &BString) -> Option<Text> {
        let id = ObjectId::from_hex(self.commits.get(commit as usize)?.id.as_bytes()).ok()?;
        let tree = reader.repo.find_tree(range::tree_of(&reader.repo, id).ok()?).ok()?;
        let entry = tree.lookup_entry(path.split_str("/")).ok()??;
        read(reader, Some((entry.mode(), entry.object_id())))
    }
}

fn read(reader: &Reader<'_>, side: Side) -> Option<Text> {
    let (_, id) = side.filter(|(mode, _)| mode.is_blob())?;
    reader.read_within(id, MAX_BYTES).ok().map(Text::new)
}

/// Runs of lines that were added to a text and stand in another one, too: the first line there, and where they are here.
fn common(added: &[Span], edits: &[Edit], here: u32) -> Vec<(u32, Span)> {
    let mut runs = Vec::new();
    let (mut then_at, mut here_at) = (0, 0);
    // Behind the last edit, all is the same.
    let ends = edits.iter().map(|edit| (edit.new.start, edit.old.end, edit.new.end)).chain([(here, 0, 0)]);
    for (end, next_then, next_here) in ends {
        let same = Span::new(then_at, then_at + end.saturating_sub(here_at));
        for part in added.iter().map(|span| span.intersect(same)).filter(|part| !part.is_empty()) {
            let start = here_at + (part.start - then_at);
            runs.push((part.start, Span::new(start, start + part.len())));
        }
        (then_at, here_at) = (next_then, next_here);
    }
    runs
}

/// Whether lines that are the same say that one commit brought what the other had brought: enough of them, or all that
/// there are.
fn is_telling(text: &Text, parts: &[Span], own: &[Span]) -> bool {
    let has_words = |line: u32| text.line(line).iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    let count = |spans: &[Span]| spans.iter().flat_map(|span| span.start..span.end).filter(|at| has_words(*at)).count();
    let same = count(parts);
    same >= MIN_LINES || (same > 0 && same == count(own))
}

/// Cuts an origin where lines that others brought begin and end.
fn split_by(origin: &Origin, same: &[Same], split: &mut Vec<Origin>) {
    // From lines at the commit to those at the head.
    let at_head = |line: u32| origin.span.start + (line - origin.line);
    let lines = Span::new(origin.line, origin.line + origin.span.len());
    let mut at = lines.start;
    let mut push = |from: u32, to: u32, before: Option<Before>| {
        let span = Span::new(at_head(from), at_head(to));
        split.extend(origin.within(span).map(|part| Origin { before, ..part }));
    };
    for Same { here, before } in same {
        let part = here.intersect(lines);
        if part.is_empty() {
            continue;
        }
        push(at, part.start, None);
        let before = Before { line: before.line + (part.start - here.start), ..*before };
        push(part.start, part.end, Some(before));
        at = part.end;
    }
    push(at, lines.end, None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_lines_that_were_added_and_are_still_there() {
        let text = |lines: &str| Text::new(lines.bytes().flat_map(|byte| [byte, b'\n']).collect());
        let runs = |before: &str, then: &str, here: &str| {
            let (before, then, here) = (text(before), text(then), text(here));
            let added: Vec<Span> = linediff::edits(&before, &then).into_iter().map(|edit| edit.new).collect();
            let runs = common(&added, &linediff::edits(&then, &here), here.len());
            runs.into_iter().map(|(line, run)| (line, run.start, run.end)).collect::<Vec<_>>()
        };
        assert_eq!(runs("ab", "axyzb", "axyzb"), [(1, 1, 4)]);
        assert_eq!(runs("ab", "axyzb", "1axyb2"), [(1, 2, 4)]);
        assert_eq!(runs("ab", "axyzb", "axwzb"), [(1, 1, 2), (3, 3, 4)]);
        assert_eq!(runs("", "xy", "xy"), [(0, 0, 2)]);
        assert_eq!(runs("axyzb", "axyzb", "axyzb"), []);
        assert_eq!(runs("ab", "axyzb", ""), []);
    }

    #[test]
    fn an_origin_is_cut_where_the_same_lines_begin_and_end() {
        // Lines 10 to 14 of the head stood at 3 to 7.
        let origin = Origin { commit: Some(1), line: 3, ..Origin::unknown(Span::new(10, 15)) };
        let same = [Same { here: Span::new(4, 6), before: Before { commit: 0, line: 20 } }];
        let mut split = Vec::new();
        split_by(&origin, &same, &mut split);
        let seen: Vec<_> = split.iter().map(|it| (it.span, it.line, it.before.map(|before| before.line))).collect();
        let spans = [(Span::new(10, 11), 3, None), (Span::new(11, 13), 4, Some(20)), (Span::new(13, 15), 6, None)];
        assert_eq!(seen, spans);
        assert_eq!(split[1].within(Span::new(12, 13)).unwrap().before.unwrap().line, 21);
    }
}
