//! The commits of a range, parents before children.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use rustc_hash::FxHashMap;

use super::{Error, Records, lenient, range::Reach, signature};
use ai_detect_base::change::{Commit, MAX_MESSAGE, Person};
use ai_detect_base::charset::Charset;
use ai_detect_base::slices::items_of;

/// A commit with what attribution needs of it.
pub(super) struct RangeCommit {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    pub(super) commit: Commit,
    pub(super) id: ObjectId,
}

/// All commits of the range, topologically: every parent stands before its children.
pub(super) fn read(repo: &gix::Repository, reach: &Reach, records: &Records) -> Result<Vec<RangeCommit>, Error> {
    let Some(head) = reach.head else { return Ok(Vec::new()) };
    if reach.is_one_commit {
        let mut only = vec![one(repo, head)?];
        attach(repo, &mut only, records)?;
        return Ok(only);
    }
    let newest_first = match walked(repo, head, &reach.hidden) {
        Ok(ids) => ids,
        Err(_) => lenient::between(repo, head, &reach.hidden)?.collect::<Result<Vec<_>, _>>()?,
    };
    let mut found: FxHashMap<ObjectId, RangeCommit> = FxHashMap::default();
    for &id in &newest_first {
        found.insert(id, one(repo, id)?);
    }
    let order = parents_first(&newest_first, &found);
    let mut commits: Vec<RangeCommit> = order.into_iter().filter_map(|id| found.remove(&id)).collect();
    attach(repo, &mut commits, records)?;
    Ok(commits)
}

fn walked(repo: &gix::Repository, head: ObjectId, hidden: &[ObjectId]) -> gix::Result<Vec<ObjectId>> {
    let walk = repo.rev_walk([head]).with_hidden(hidden.iter().copied()).all()?;
    walk.map(|info| info.map(|info| info.id)).collect()
}

/// Puts the records of some commits beside them.
pub(super) fn attach(repo: &gix::Repository, commits: &mut [RangeCommit], records: &Records) -> Result<(), Error> {
    records.attach(repo, commits.iter_mut().map(|commit| (commit.id, &mut commit.commit)))
}

/// Depth-first from the newest commit, first parents first: deterministic for one history.
fn parents_first(newest_first: &[ObjectId], found: &FxHashMap<ObjectId, RangeCommit>) -> Vec<ObjectId> {
    let mut order = Vec::with_capacity(newest_first.len());
    let mut seen: rustc_hash::FxHashSet<ObjectId> = Default::default();
    for &tip in newest_first {
        let mut stack = vec![(tip, false)];
        while let Some((id, parents_done)) = stack.pop() {
            if parents_done {
                order.push(id);
                continue;
            }
            let Some(commit) = found.get(&id) else { continue };
            if !seen.insert(id) {
                continue;
            }
            stack.push((id, true));
            stack.extend(commit.parents.iter().rev().map(|&parent| (parent, false)));
        }
    }
    order
}

pub(super) fn one(repo: &gix::Repository, id: ObjectId) -> Result<RangeCommit, Error> {
    let object = repo.find_commit(id).map_err(|error| Error::missing(format!("commit {id}"), error))?;
    let read = |decoded: &gix::objs::CommitRef<'_>| {
        let time = decoded.committer().ok().map_or(0, |committer| committer.seconds());
        (decoded.tree(), decoded.parents().collect::<Vec<ObjectId>>(), plain(id, decoded), time)
    };
    let (tree, parents, mut commit, time) = lenient::decoded(id, &object.data, repo.object_hash(), read)?;
    commit.signature = signature::of(&object.data, time, repo.object_hash() == gix::hash::Kind::Sha256);
    commit.unchanged = is_unchanged(repo, tree, &parents);
    Ok(RangeCommit { tree, parents, commit, id })
}

/// Whether a commit changes no file: its tree is that of its only parent, or empty where it has none.
pub(super) fn is_unchanged(repo: &gix::Repository, tree: ObjectId, parents: &[ObjectId]) -> bool {
    match parents {
        [] => tree == ObjectId::empty_tree(repo.object_hash()),
        // A parent that a shallow clone lacks says nothing.
        [parent] => {
            repo.find_commit(*parent).and_then(|parent| parent.tree_id().map(gix::Id::detach)).ok() == Some(tree)
        }
        _ => false,
    }
}

/// What the commit object itself says.
pub(super) fn plain(id: ObjectId, decoded: &gix::objs::CommitRef<'_>) -> Commit {
    let encoding = decoded.encoding.or_else(|| decoded.extra_headers().find("encoding"));
    let stated = Stated::of(encoding.map(|name| name.as_bytes()));
    let person = |signature: Result<gix::actor::SignatureRef<'_>, gix::Error>| {
        signature.map_or_else(
            |_| Person::default(),
            |signature| Person { name: stated.text(signature.name), email: stated.text(signature.email) },
        )
    };
    let (message, behind_nul) = before_nul(decoded.message);
    let (message, left_out) = stated.bounded(message);
    Commit {
        id: id.to_string(),
        parents: decoded.parents().count(),
        author: person(decoded.author()),
        committer: person(decoded.committer()),
        author_time: decoded.author().ok().map_or(0, |author| author.seconds()),
        message: message.into(),
        unknown_encoding: stated.unknown,
        left_out,
        behind_nul,
        ..Commit::default()
    }
}

/// What git shows of a message, and how many bytes there are from the first NUL character on.
pub(super) fn before_nul(message: &[u8]) -> (&[u8], usize) {
    let (shown, rest) = message.split_at(memchr::memchr(0, message).unwrap_or(message.len()));
    (shown, rest.len())
}

/// The encoding that a commit states for its texts.
pub(super) struct Stated {
    charset: Charset,
    /// Its name, where that is unknown. The texts are then read as UTF-8.
    pub(super) unknown: Option<String>,
}

impl Stated {
    /// The encoding by the name in the header; a commit without that header is in UTF-8.
    pub(super) fn of(name: Option<&[u8]>) -> Self {
        let Some(name) = name else { return Stated { charset: Charset::UTF_8, unknown: None } };
        match Charset::named(name) {
            Some(charset) => Stated { charset, unknown: None },
            None => Stated { charset: Charset::UTF_8, unknown: Some(name.to_str_lossy().into_owned()) },
        }
    }

    pub(super) fn text(&self, bytes: &[u8]) -> String {
        self.charset.text(bytes)
    }

    /// A message within bounds: of a longer one its start and its end, where subject and trailers stand.
    pub(super) fn bounded(&self, message: &[u8]) -> (String, usize) {
        let left_out = message.len().saturating_sub(MAX_MESSAGE);
        if left_out == 0 {
            return (self.text(message), 0);
        }
        let (start, rest) = message.split_at(MAX_MESSAGE / 2);
        let end = items_of(rest, left_out..);
        (format!("{}\n\n{}", self.text(start), self.text(end)), left_out)
    }
}
