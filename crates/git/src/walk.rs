//! Which commits a history has: walks them, parents after at least one of their children, each once.
//!
//! What is held at once is the set of ids already seen.

use gix::ObjectId;
use gix::objs::Kind;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Error, Resolved, head, lenient, object};

/// Which commits to read.
pub enum History {
    /// Everything that HEAD reaches.
    Head,
    /// Everything that any branch, tag or other ref reaches, notes aside.
    All,
    /// What a request brings.
    Range(Box<Resolved>),
}

impl History {
    /// The commit that everything else landed on; nothing where there is none.
    pub(super) fn head(&self, repo: &gix::Repository) -> Option<ObjectId> {
        match self {
            History::Head | History::All => head::commit(repo).ok(),
            History::Range(resolved) => resolved.reach.head,
        }
    }
}

/// Hears of a commit and its bytes; says whether to go on.
type Visit<'a> = dyn FnMut(ObjectId, &[u8]) -> Result<bool, Error> + 'a;

/// What could not be read of a history, and so may hide more of it.
#[derive(Debug, Default)]
pub struct Lost {
    /// The first few.
    pub named: Vec<Error>,
    /// How many more there are.
    pub more: usize,
}

impl Lost {
    /// So many are named.
    const MAX_NAMED: usize = 5;

    pub(super) fn push(&mut self, error: Error) {
        if self.named.len() < Self::MAX_NAMED { self.named.push(error) } else { self.more += 1 }
    }

    pub(super) fn add(&mut self, other: Lost) {
        other.named.into_iter().for_each(|error| self.push(error));
        self.more += other.more;
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }
}

/// Calls `visit` for every commit of a history that can be reached, always in the same order, and tells what could not.
pub(super) fn walk(repo: &gix::Repository, history: History, visit: &mut Visit<'_>) -> Result<Lost, Error> {
    let mut lost = Lost::default();
    match history {
        History::Head => match head::commit(repo) {
            Ok(head) => reachable(repo, vec![(head, None)], visit, &mut lost)?,
            Err(error) if error.is_of_object() => lost.push(error),
            Err(error) => return Err(error),
        },
        History::All => {
            let tips = tips(repo, &mut lost)?;
            reachable(repo, tips, visit, &mut lost)?;
        }
        History::Range(resolved) if resolved.reach.hidden.is_empty() => {
            let head = resolved.reach.head.map(|head| (head, None));
            reachable(repo, head.into_iter().collect(), visit, &mut lost)?;
        }
        History::Range(resolved) => {
            let Some(head) = resolved.reach.head else { return Ok(lost) };
            of_range(repo, head, &resolved.reach.hidden, visit, &mut lost)?;
        }
    }
    Ok(lost)
}

fn of_range(
    repo: &gix::Repository,
    head: ObjectId,
    hidden: &[ObjectId],
    visit: &mut Visit<'_>,
    lost: &mut Lost,
) -> Result<(), Error> {
    let mut seen: FxHashSet<ObjectId> = FxHashSet::default();
    let walk = repo.rev_walk([head]).with_hidden(hidden.iter().copied()).all();
    let walk = walk.map_err(|error| Error::missing("the history of the range", error))?;
    let mut is_whole = true;
    for info in walk {
        let Ok(info) = info else {
            // Too odd for the library, or not readable at all.
            is_whole = false;
            break;
        };
        seen.insert(info.id);
        if !one(repo, info.id, visit, lost)? {
            return Ok(());
        }
    }
    if is_whole {
        return Ok(());
    }
    for id in lenient::between(repo, head, hidden)? {
        match id {
            Ok(id) if seen.insert(id) && !one(repo, id, visit, lost)? => return Ok(()),
            Ok(_) => {}
            Err(error) => lost.push(error),
        }
    }
    Ok(())
}

/// Visits one commit, if it can be read; says whether to go on.
fn one(repo: &gix::Repository, id: ObjectId, visit: &mut Visit<'_>, lost: &mut Lost) -> Result<bool, Error> {
    match repo.find_object(id) {
        Ok(commit) => visit(id, &commit.data),
        Err(error) => {
            lost.push(Error::missing(format!("commit {id}"), error));
            Ok(true)
        }
    }
}

/// A commit to start from, and the ref that names it, where that is worth telling.
type Tip = (ObjectId, Option<String>);

/// Depth first: how much waits does not grow with a long history.
fn reachable(repo: &gix::Repository, tips: Vec<Tip>, visit: &mut Visit<'_>, lost: &mut Lost) -> Result<(), Error> {
    let shallow = repo.shallow_commits().map_err(|error| Error::library("the list of shallow commits", error))?;
    let shallow: FxHashSet<ObjectId> = shallow.iter().flat_map(|list| list.iter().copied()).collect();
    let mut stack: Vec<ObjectId> = tips.iter().map(|(id, _)| *id).collect();
    let names: FxHashMap<ObjectId, String> = tips.into_iter().filter_map(|(id, name)| Some((id, name?))).collect();
    let mut seen: FxHashSet<ObjectId> = stack.iter().copied().collect();
    while let Some(id) = stack.pop() {
        let object = match repo.find_object(id) {
            Ok(object) => object,
            Err(error) => {
                let named = names.get(&id).map_or_else(String::new, |name| format!(", which {name} names,"));
                lost.push(Error::missing(format!("commit {id}{named}"), error));
                continue;
            }
        };
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

/// What refs name, in one order whatever the names.
fn tips(repo: &gix::Repository, lost: &mut Lost) -> Result<Vec<Tip>, Error> {
    let refs = repo.references().map_err(|error| head::of_refs(repo, error))?;
    let mut tips: Vec<Tip> = Vec::new();
    for reference in refs.all().map_err(|error| head::of_refs(repo, error))? {
        let reference = match reference {
            Ok(reference) => reference,
            Err(error) => {
                lost.push(head::of_refs(repo, error));
                continue;
            }
        };
        let name = reference.name().as_bstr();
        if !name.starts_with(b"refs/notes/") {
            // What a symbolic ref stands for is a ref itself.
            let id = reference.try_id().map(gix::Id::detach);
            tips.extend(id.map(|id| (id, Some(name.to_string()))));
        }
    }
    tips.extend(repo.head_id().ok().map(|id| (id.detach(), None)));
    tips.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| a.1.is_none().cmp(&b.1.is_none())).then_with(|| a.1.cmp(&b.1))
    });
    tips.dedup_by_key(|(id, _)| *id);
    Ok(tips)
}
