//! How the commits of a history came to its head: which of them stand on its line of first parents, and which
//! commit of that line brought each of the others.
//!
//! A request that was merged leaves its commits beside the line, and the merge on it. So the commit that brought
//! another is the oldest one of the line that reaches it, and the other landed when that one was committed.

use gix::ObjectId;
use rustc_hash::FxHashMap;

use super::CommitId;

/// How a commit came to the head of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landing {
    /// The commit of the line of first parents that brought it; absent where it stands on that line itself.
    pub via: Option<CommitId>,
    /// When it landed: the committer's time of the commit of the line, in seconds since 1970 (UTC).
    pub time: i64,
}

/// A history as a graph. Commits are numbered in the order in which they are added.
#[derive(Default)]
pub(super) struct Graph {
    numbers: FxHashMap<ObjectId, u32>,
    nodes: Vec<Node>,
    /// The parents of all commits, one behind the other.
    parents: Vec<ObjectId>,
}

struct Node {
    id: ObjectId,
    time: i64,
    /// Where its parents end; they start where those of the commit before it end.
    parents_end: u32,
    /// The number of the commit of the line that brought it.
    landed_by: Option<u32>,
}

impl Graph {
    /// Adds a commit with its parents and the time at which it was committed.
    pub(super) fn add(&mut self, id: ObjectId, parents: impl Iterator<Item = ObjectId>, time: i64) {
        self.parents.extend(parents);
        self.numbers.insert(id, self.nodes.len() as u32);
        self.nodes.push(Node { id, time, parents_end: self.parents.len() as u32, landed_by: None });
    }

    /// Finds out how each commit came to `head`.
    pub(super) fn land(&mut self, head: ObjectId) {
        let line = self.line(head);
        for &at in &line {
            self.set_landed_by(at, at);
        }
        for &at in line.iter().rev() {
            self.mark(at);
        }
    }

    /// Notes which commit of the line brought a commit; says whether that was unknown.
    fn set_landed_by(&mut self, at: u32, by: u32) -> bool {
        let Some(node) = self.nodes.get_mut(at as usize).filter(|node| node.landed_by.is_none()) else { return false };
        node.landed_by = Some(by);
        true
    }

    /// How a commit came to the head; nothing where the head does not reach it.
    pub(super) fn landing(&self, id: ObjectId) -> Option<Landing> {
        let at = *self.numbers.get(&id)?;
        let by = self.nodes.get(at as usize)?.landed_by?;
        let line = self.nodes.get(by as usize)?;
        Some(Landing { via: (by != at).then_some(CommitId(line.id)), time: line.time })
    }

    /// The line of first parents from a commit on, newest first, as far as it was added.
    fn line(&self, head: ObjectId) -> Vec<u32> {
        let mut line = Vec::new();
        let mut next = self.numbers.get(&head).copied();
        // Replaced commits can make a circle, which is no longer than all commits together.
        while let Some(at) = next.filter(|_| line.len() < self.nodes.len()) {
            line.push(at);
            next = self.parents_of(at).first().and_then(|parent| self.numbers.get(parent)).copied();
        }
        line
    }

    /// Marks everything that a commit of the line reaches, and no older one of the line does.
    fn mark(&mut self, by: u32) {
        let mut waiting = vec![by];
        while let Some(at) = waiting.pop() {
            let parents = self.parents_of(at).iter().filter_map(|parent| self.numbers.get(parent));
            let parents: Vec<u32> = parents.copied().collect();
            waiting.extend(parents.into_iter().filter(|&parent| self.set_landed_by(parent, by)));
        }
    }

    fn parents_of(&self, at: u32) -> &[ObjectId] {
        let end_of = |at: u32| self.nodes.get(at as usize).map(|node| node.parents_end as usize);
        let start = at.checked_sub(1).and_then(end_of).unwrap_or(0);
        end_of(at).and_then(|end| self.parents.get(start..end)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: char) -> ObjectId {
        let mut bytes = [0; 20];
        bytes[0] = name as u8;
        ObjectId::from(bytes)
    }

    /// A graph of commits such as `d:bc`, each with its parents and the time 10 × its place in the alphabet.
    fn graph(commits: &[&str]) -> Graph {
        let mut graph = Graph::default();
        for commit in commits {
            let (name, parents) = commit.split_once(':').unwrap();
            let name = name.chars().next().unwrap();
            graph.add(id(name), parents.chars().map(id), (i64::from(name as u8) - i64::from(b'a')) * 10);
        }
        graph
    }

    /// For each commit, which one brought it: `=` for those of the line, `-` for those that did not land.
    fn landed(mut graph: Graph, head: char, commits: &str) -> String {
        graph.land(id(head));
        let by = |name: char| match graph.landing(id(name)) {
            None => '-',
            Some(Landing { via: None, .. }) => '=',
            Some(Landing { via: Some(via), .. }) => via.0.as_bytes()[0] as char,
        };
        commits.chars().map(by).collect()
    }

    #[test]
    fn a_merge_brings_what_its_other_parents_reach() {
        //  a ── b ── e ── f     the line
        //   └── c ── d ──┘ e merges d; g has not landed
        let commits = ["f:e", "e:bd", "g:f", "d:c", "c:a", "b:a", "a:"];
        assert_eq!(landed(graph(&commits), 'f', "abcdefg"), "==ee==-");
        let mut graph = graph(&commits);
        graph.land(id('f'));
        assert_eq!(graph.landing(id('c')), Some(Landing { via: Some(CommitId(id('e'))), time: 40 }));
        assert_eq!(graph.landing(id('b')), Some(Landing { via: None, time: 10 }));
    }

    #[test]
    fn what_two_merges_reach_came_with_the_older_one() {
        // e merges c, f merges d, whose parent is c; e stands before f.
        let commits = ["f:ed", "e:bc", "d:c", "c:a", "b:a", "a:"];
        assert_eq!(landed(graph(&commits), 'f', "abcdef"), "==ef==");
    }

    #[test]
    fn a_history_that_is_cut_or_goes_in_circles_ends() {
        assert_eq!(landed(graph(&["c:b", "b:a"]), 'c', "abc"), "-==");
        assert_eq!(landed(graph(&["b:a", "a:b"]), 'b', "ab"), "==", "replaced commits may do so");
        assert_eq!(landed(graph(&[]), 'b', "b"), "-");
    }
}
