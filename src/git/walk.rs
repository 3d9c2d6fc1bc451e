//! Which commits a history has: walks them, parents after at least one of their children, each once.
//!
//! What is held at once is the set of ids already seen.

use gix::ObjectId;
use gix::objs::Kind;
use rustc_hash::FxHashSet;

use super::{Error, Resolved, object};

/// Which commits to read.
pub enum History {
    /// Everything that HEAD reaches.
    Head,
    /// Everything that any branch, tag or other ref reaches, notes aside.
    All,
    /// What a request brings.
    Range(Box<Resolved>),
}

/// Hears of a commit and its bytes; says whether to go on.
type Visit<'a> = dyn FnMut(ObjectId, &[u8]) -> Result<bool, Error> + 'a;

/// Calls `visit` for every commit of a history, always in the same order.
pub(super) fn walk(repo: &gix::Repository, history: History, visit: &mut Visit<'_>) -> Result<(), Error> {
    match history {
        History::Head => {
            let unborn = || repo.head().is_ok_and(|head| head.is_unborn());
            let head = repo.head_id().map_err(|error| match unborn() {
                true => Error::NoCommit,
                false => Error::missing("the commit that HEAD names", error),
            })?;
            reachable(repo, vec![head.detach()], visit)
        }
        History::All => reachable(repo, tips(repo)?, visit),
        History::Range(resolved) if resolved.reach.hidden.is_empty() => {
            reachable(repo, resolved.reach.head.into_iter().collect(), visit)
        }
        History::Range(resolved) => {
            let Some(head) = resolved.reach.head else { return Ok(()) };
            let walk = repo.rev_walk([head]).with_hidden(resolved.reach.hidden.iter().copied()).all();
            for info in walk.map_err(|error| Error::missing("the history of the range", error))? {
                let info = info.map_err(|error| Error::missing("a commit of the range", error))?;
                if !visit(info.id, &find(repo, info.id)?.data)? {
                    break;
                }
            }
            Ok(())
        }
    }
}

/// Depth first: how much waits does not grow with a long history.
fn reachable(repo: &gix::Repository, mut stack: Vec<ObjectId>, visit: &mut Visit<'_>) -> Result<(), Error> {
    let shallow = repo.shallow_commits().map_err(|error| Error::library("the list of shallow commits", error))?;
    let shallow: FxHashSet<ObjectId> = shallow.iter().flat_map(|list| list.iter().copied()).collect();
    let mut seen: FxHashSet<ObjectId> = stack.iter().copied().collect();
    while let Some(id) = stack.pop() {
        let object = find(repo, id)?;
        let data = &object.data;
        match object.kind {
            Kind::Commit => {}
            Kind::Tag => {
                let target = gix::objs::TagRefIter::from_bytes(data, repo.object_hash()).target_id().ok();
                stack.extend(target.filter(|target| seen.insert(*target)));
                continue;
            }
            // A ref may name anything; trees and contents have no history.
            Kind::Tree | Kind::Blob => continue,
        }
        if !shallow.contains(&id) {
            let library = || gix::objs::CommitRefIter::from_bytes(data, repo.object_hash()).parent_ids().collect();
            let parents: Vec<ObjectId> = object::parents(data).unwrap_or_else(library);
            stack.extend(parents.into_iter().filter(|parent| seen.insert(*parent)));
        }
        if !visit(id, data)? {
            break;
        }
    }
    Ok(())
}

fn find(repo: &gix::Repository, id: ObjectId) -> Result<gix::Object<'_>, Error> {
    repo.find_object(id).map_err(|error| Error::missing(format!("commit {id}"), error))
}

/// What refs name, in one order whatever the names.
fn tips(repo: &gix::Repository) -> Result<Vec<ObjectId>, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::library("the refs", error);
    let refs = repo.references().map_err(|error| wrong(&error))?;
    let mut tips: Vec<ObjectId> = Vec::new();
    for reference in refs.all().map_err(|error| wrong(&error))? {
        let reference = reference.map_err(|error| wrong(&error))?;
        if !reference.name().as_bstr().starts_with(b"refs/notes/") {
            // What a symbolic ref stands for is a ref itself.
            tips.extend(reference.try_id().map(gix::Id::detach));
        }
    }
    tips.extend(repo.head_id().ok().map(gix::Id::detach));
    tips.sort_unstable();
    tips.dedup();
    Ok(tips)
}
