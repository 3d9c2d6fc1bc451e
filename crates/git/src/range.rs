//! From what was typed to two trees: `A..B`, `A`, nothing, `--staged`, `--worktree`.

use gix::ObjectId;

use super::{Error, head, lenient, suggest, uncommitted};
use ai_detect_base::change::Range;

/// How far first parents are followed: in a repository that replaces commits, they may go round in circles.
const MAX_STEPS: usize = 100_000;

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeSpec {
    /// From the default branch to HEAD.
    Default,
    /// `A..B`, `A...B` (both from the merge base) or `A` (to HEAD).
    Spec(String),
    /// `A..B` as for `Spec`, or `A`: all that A reaches, as in git.
    History(String),
    /// One commit by its full id: from its first parent, or from nothing where it has none, to it.
    Commit(String),
    /// From HEAD to the index.
    Staged,
    /// From HEAD to the working tree, untracked files that are not ignored included.
    Worktree,
}

/// A request with its names looked up.
pub struct Resolved {
    pub(super) range: Range,
    /// `None` is the empty tree.
    pub(super) base_tree: Option<ObjectId>,
    pub(super) head_tree: HeadTree,
    pub(super) reach: Reach,
    /// Contents that are not in the object database yet.
    pub(super) overlay: uncommitted::Overlay,
    notes: Vec<String>,
}

impl Resolved {
    /// The id of the commit that the change starts from, where there is one.
    pub fn base(&self) -> Option<&str> {
        self.range.base.as_deref()
    }

    /// The id of the commit that the change ends at, where there is one.
    pub fn head(&self) -> Option<&str> {
        self.range.head.as_deref()
    }

    /// What a reader of the range should know: that it is empty, and whether it was meant so.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The range as a person would type it.
    pub fn spec(&self) -> &str {
        &self.range.spec
    }
}

/// Which commits a range has.
pub(super) struct Reach {
    /// The last one; `None` for uncommitted changes.
    pub(super) head: Option<ObjectId>,
    /// Those whose history is not part of the range.
    pub(super) hidden: Vec<ObjectId>,
    /// Whether the last one is known to be alone, so that no history need be walked.
    pub(super) is_one_commit: bool,
}

/// The tree that the range ends at.
pub(super) enum HeadTree {
    /// One of the repository's.
    Committed(ObjectId),
    /// One made in memory, with the repository handle that can read it.
    InMemory(Box<gix::Repository>, ObjectId),
}

pub(super) fn resolve(repo: &gix::Repository, request: &RangeSpec) -> Result<Resolved, Error> {
    match request {
        RangeSpec::Default => {
            let DefaultBranch { name, note } = default_branch(repo)?;
            let mut resolved = between(repo, &name, "HEAD", format!("{name}..HEAD"))?;
            resolved.notes.extend(note);
            Ok(resolved)
        }
        RangeSpec::Spec(spec) => of_spec(repo, spec),
        RangeSpec::History(spec) => match spec.contains("..") || spec.ends_with("^!") || spec.trim().is_empty() {
            true => of_spec(repo, spec),
            false => reachable(repo, spec),
        },
        RangeSpec::Commit(id) => one_commit(repo, id),
        RangeSpec::Staged => uncommitted_range(repo, "--staged", uncommitted::staged(repo)?),
        RangeSpec::Worktree => uncommitted_range(repo, "--worktree", uncommitted::worktree(repo)?),
    }
}

fn of_spec(repo: &gix::Repository, spec: &str) -> Result<Resolved, Error> {
    if spec.trim().is_empty() {
        return Err(Error::EmptyRange);
    }
    if let Some(alone) = spec.strip_suffix("^!") {
        let commit = commit(repo, alone)?;
        let mut resolved = one_commit(repo, &commit.to_string())?;
        resolved.range.spec = spec.to_owned();
        return Ok(resolved);
    }
    let (a, b) = split(spec);
    let mut resolved = between(repo, a, b, format!("{a}..{b}"))?;
    if spec.starts_with("..") {
        // An empty variable of a shell looks the same.
        resolved.notes.insert(0, "nothing stands before the dots of the range, so it starts at HEAD".into());
    }
    Ok(resolved)
}

/// All that a revision reaches.
fn reachable(repo: &gix::Repository, revision: &str) -> Result<Resolved, Error> {
    let head = commit(repo, revision)?;
    Ok(Resolved {
        range: Range { spec: revision.into(), base: None, head: Some(head.to_string()) },
        base_tree: None,
        head_tree: HeadTree::Committed(tree_of(repo, head)?),
        reach: Reach { head: Some(head), hidden: Vec::new(), is_one_commit: false },
        overlay: uncommitted::Overlay::default(),
        notes: Vec::new(),
    })
}

/// `A..B` and `A...B` mean the same: what a request brings. An absent end is HEAD.
fn split(spec: &str) -> (&str, &str) {
    let (a, b) = spec.split_once("...").or_else(|| spec.split_once("..")).unwrap_or((spec, "HEAD"));
    let or_head = |end| if str::is_empty(end) { "HEAD" } else { end };
    (or_head(a), or_head(b))
}

/// The branch that requests go into.
struct DefaultBranch {
    name: String,
    /// What the reader should know of how it was found.
    note: Option<String>,
}

/// What the clone calls the remote's HEAD.
const REMOTE_HEAD: &str = "origin/HEAD";
/// Where the clone does not know the remote's HEAD, the first of these.
const USUAL_BRANCHES: [&str; 4] = ["main", "master", "origin/main", "origin/master"];
/// Where the remote's HEAD is gone, its branch was renamed, and the local branch of the old name may still be there.
const AFTER_RENAME: [&str; 4] = ["origin/main", "origin/master", "main", "master"];

fn default_branch(repo: &gix::Repository) -> Result<DefaultBranch, Error> {
    head::commit(repo)?;
    // `origin/HEAD` says less to a reader than the branch it stands for.
    let reference = repo.try_find_reference(REMOTE_HEAD).ok().flatten();
    let named = reference.map(|reference| {
        let target = reference.target().try_name().map(|name| name.shorten().to_string());
        target.unwrap_or_else(|| REMOTE_HEAD.to_owned())
    });
    let there = |name: &str| repo.try_find_reference(name).is_ok_and(|found| found.is_some());
    let gone = match named {
        Some(name) if there(&name) => return Ok(DefaultBranch { name, note: None }),
        gone => gone,
    };
    let usual = if gone.is_some() { AFTER_RENAME } else { USUAL_BRANCHES };
    let Some(name) = usual.into_iter().find(|name| there(name)) else {
        return Err(Error::NoDefaultBranch { gone, example: "HEAD~1..HEAD".into() });
    };
    let note = gone.map(|gone| {
        format!(
            "{REMOTE_HEAD} names {gone}, which is not there, so the range starts at {name}; \
             `git remote set-head origin -a` makes it name the remote's branch again"
        )
    });
    Ok(DefaultBranch { name: name.into(), note })
}

fn between(repo: &gix::Repository, a: &str, b: &str, spec: String) -> Result<Resolved, Error> {
    let head = commit(repo, b)?;
    let head_tree = HeadTree::Committed(tree_of(repo, head)?);
    let empty = ObjectId::empty_tree(repo.object_hash());
    let is_id = |id: ObjectId| ObjectId::from_hex(a.as_bytes()).is_ok_and(|given| given == id);
    let whole_history = is_id(empty) || is_id(ObjectId::empty_tree(gix::hash::Kind::Sha1));
    let mut notes = Vec::new();
    let (base, hidden) = if whole_history {
        (None, Vec::new())
    } else {
        let start = commit(repo, a)?;
        let base = if is_on_trunk(repo, start, head) { start } else { merge_base(repo, start, head, a, b)? };
        notes.extend(emptiness(start, base, head, a, b));
        (Some(base), vec![start])
    };
    Ok(Resolved {
        range: Range { spec, base: base.map(|id| id.to_string()), head: Some(head.to_string()) },
        base_tree: base.map(|id| tree_of(repo, id)).transpose()?,
        head_tree,
        reach: Reach { head: Some(head), hidden, is_one_commit: false },
        overlay: uncommitted::Overlay::default(),
        notes,
    })
}

/// Why there is nothing to look at, where there is nothing: it would pass for a change without flags.
fn emptiness(start: ObjectId, base: ObjectId, head: ObjectId, a: &str, b: &str) -> Option<String> {
    match base == head {
        true if start == head => Some(format!("nothing to look at: {a} is {b}")),
        true => Some(format!("nothing to look at: {a} has everything that {b} has; did you mean {b}..{a}?")),
        false => None,
    }
}

/// What `A..B` is for a commit and its first parent, without a search for their merge base.
fn one_commit(repo: &gix::Repository, id: &str) -> Result<Resolved, Error> {
    let missing = |error| Error::missing(format!("commit {id}"), error);
    let bad = |problem: &str| Error::BadRevision { spec: id.into(), problem: problem.into() };
    let head = ObjectId::from_hex(id.as_bytes()).map_err(|_| bad("it is no full id"))?;
    let object = repo.try_find_object(head).map_err(missing)?;
    let object = object.ok_or_else(|| bad("the repository has no such commit"))?;
    let commit = object.try_into_commit().map_err(|_| bad("it names no commit"))?;
    let parents: Vec<ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
    let base = parents.first().copied();
    let from = base.unwrap_or_else(|| ObjectId::empty_tree(repo.object_hash()));
    Ok(Resolved {
        range: Range {
            spec: format!("{from}..{head}"),
            base: base.map(|id| id.to_string()),
            head: Some(head.to_string()),
        },
        base_tree: base.map(|id| tree_of(repo, id)).transpose()?,
        head_tree: HeadTree::Committed(tree_of(repo, head)?),
        reach: Reach { head: Some(head), hidden: base.into_iter().collect(), is_one_commit: parents.len() < 2 },
        overlay: uncommitted::Overlay::default(),
        notes: Vec::new(),
    })
}

fn uncommitted_range(
    repo: &gix::Repository,
    spec: &str,
    (tree, overlay): (HeadTree, uncommitted::Overlay),
) -> Result<Resolved, Error> {
    let mut notes = Vec::new();
    let base = match head::commit(repo) {
        Ok(id) => Some(id),
        Err(Error::NoCommit) => None,
        Err(Error::NoSuchHead { head, .. }) => {
            notes.push(format!("HEAD names `{head}`, which does not exist, so everything counts as new"));
            None
        }
        // Everything would look new.
        Err(error) => return Err(error),
    };
    Ok(Resolved {
        range: Range { spec: spec.into(), base: base.map(|id| id.to_string()), head: None },
        base_tree: base.map(|id| tree_of(repo, id)).transpose()?,
        head_tree: tree,
        reach: Reach { head: None, hidden: Vec::new(), is_one_commit: false },
        overlay,
        notes,
    })
}

/// Whether one commit is a first parent of another, or of its first parent, and so on: where it is, as in most ranges, it
/// is their merge base, and the search for one looks at everything that was ever merged in between. Ends at commits that
/// are older.
fn is_on_trunk(repo: &gix::Repository, start: ObjectId, head: ObjectId) -> bool {
    let read = |id: ObjectId| {
        let commit = repo.find_commit(id).ok()?;
        let parent = commit.parent_ids().next().map(gix::Id::detach);
        Some((commit.time().ok()?.seconds, parent))
    };
    let Some((earliest, _)) = read(start) else { return false };
    let mut at = head;
    for _ in 0..MAX_STEPS {
        match read(at) {
            _ if at == start => return true,
            Some((time, Some(parent))) if time >= earliest => at = parent,
            _ => return false,
        }
    }
    false
}

fn merge_base(repo: &gix::Repository, one: ObjectId, two: ObjectId, a: &str, b: &str) -> Result<ObjectId, Error> {
    let shallow = repo.is_shallow().unwrap_or(false);
    let none = || {
        let (a, b) = (a.to_owned(), b.to_owned());
        if shallow { Error::Shallow { a, b } } else { Error::NoMergeBase { a, b } }
    };
    let found = repo.merge_base(one, two).map(|base| base.map(gix::Id::detach));
    match found.or_else(|_| lenient::merge_base(repo, one, two)) {
        Ok(Some(base)) => Ok(base),
        Ok(None) => Err(none()),
        Err(_) if shallow => Err(none()),
        Err(error) => Err(Error::missing(format!("a commit between `{a}` and `{b}`"), error)),
    }
}

/// The commit that a revision names.
pub(super) fn commit(repo: &gix::Repository, spec: &str) -> Result<ObjectId, Error> {
    if spec.is_empty() {
        return Err(Error::BadRevision { spec: spec.into(), problem: "it is empty".into() });
    }
    if spec.starts_with("HEAD") {
        head::commit(repo)?;
    }
    let id = match repo.rev_parse_single(spec) {
        Ok(id) => id,
        Err(error) => return not_parsed(repo, spec, &error),
    };
    let object = id.object().map_err(|error| Error::missing(format!("`{spec}` ({id})"), error))?;
    let peeled = object
        .peel_to_kind(gix::objs::Kind::Commit)
        .map_err(|_| Error::BadRevision { spec: spec.into(), problem: "it names no commit".into() })?;
    Ok(peeled.id)
}

/// A revision that the library finds nothing for: perhaps it stopped at an object on the way, or the refs are at fault.
fn not_parsed(repo: &gix::Repository, spec: &str, error: &gix::Error) -> Result<ObjectId, Error> {
    let problem = error.to_string();
    if problem.contains("mbiguous") {
        // The library lists what is meant line by line.
        let problem = problem.split_whitespace().collect::<Vec<_>>().join(" ");
        return Err(Error::BadRevision { spec: spec.into(), problem });
    }
    if let Some(damaged) = head::packed_refs(repo) {
        return Err(damaged);
    }
    lenient::stepped(repo, spec).unwrap_or_else(|| {
        let shallow = repo.is_shallow().unwrap_or(false);
        Err(Error::UnknownRevision { spec: spec.into(), near: suggest::revisions(repo, spec), shallow })
    })
}

pub(super) fn tree_of(repo: &gix::Repository, commit: ObjectId) -> Result<ObjectId, Error> {
    repo.find_commit(commit)
        .and_then(|commit| commit.tree_id().map(gix::Id::detach))
        .map_err(|error| Error::missing(format!("the tree of {commit}"), error))
}
