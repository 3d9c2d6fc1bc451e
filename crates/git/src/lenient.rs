//! Commits that git reads and the git library does not: without brackets around an address, with a time zone or a date in
//! words, with something behind the zone. They are brought into the usual shape, in memory, so that one odd line hides
//! neither its commit nor the history behind it.

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::objs::{CommitRef, Data, Kind};
use rustc_hash::FxHashSet;

use super::{Error, object};

/// The most steps that `~n` and `^n` behind a revision may take: where commits are replaced, they can form cycles.
const MAX_STEPS: usize = 100_000;

/// Reads a commit object, whatever its people and times look like.
pub(super) fn decoded<T>(
    id: ObjectId,
    data: &[u8],
    kind: gix::hash::Kind,
    read: impl FnOnce(&CommitRef<'_>) -> T,
) -> Result<T, Error> {
    let error = match CommitRef::from_bytes(data, kind) {
        Ok(decoded) => return Ok(read(&decoded)),
        Err(error) => error,
    };
    let mended = mended(data);
    let decoded = mended.as_deref().and_then(|data| CommitRef::from_bytes(data, kind).ok());
    decoded.map(|decoded| read(&decoded)).ok_or_else(|| Error::malformed(format!("commit {id}"), error))
}

/// The same commit in the usual shape: tree, parents, people and message. Nothing where its tree or a parent is no id.
fn mended(data: &[u8]) -> Option<Vec<u8>> {
    let (headers, message) = data.split_once_str("\n\n").unwrap_or((data, b""));
    let parents = object::parents(&[headers, b"\n"].concat())?;
    let mut lines = headers.lines();
    let mut mended = [lines.next()?, b"\n"].concat();
    for parent in parents {
        mended.extend_from_slice(format!("parent {parent}\n").as_bytes());
    }
    for role in ["author ", "committer "] {
        let line = headers.lines().find_map(|line| line.strip_prefix(role.as_bytes()));
        // Nobody is written as nobody.
        mended.extend([role.as_bytes(), &person(line.unwrap_or(b"")), b"\n"].concat());
    }
    if let Some(encoding) = object::encoding(headers) {
        mended.extend([b"encoding ", encoding, b"\n"].concat());
    }
    mended.extend([b"\n", message].concat());
    Some(mended)
}

/// `Name <address> seconds +0000`, as far as the line says it.
fn person(line: &[u8]) -> Vec<u8> {
    let (name, email, time) = in_brackets(line).or_else(|| in_words(line)).unwrap_or((line, b"", b""));
    let first = time.fields().next().and_then(|seconds| std::str::from_utf8(seconds).ok());
    let seconds: i64 = first.and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
    let plain =
        |text: &[u8]| -> Vec<u8> { text.trim().iter().copied().filter(|byte| !matches!(byte, b'<' | b'>')).collect() };
    [&plain(name)[..], b" <", &plain(email), format!("> {seconds} +0000").as_bytes()].concat()
}

type Parts<'a> = (&'a [u8], &'a [u8], &'a [u8]);

fn in_brackets(line: &[u8]) -> Option<Parts<'_>> {
    let (name, rest) = line.split_once_str("<")?;
    let (email, time) = rest.rsplit_once_str(">")?;
    Some((name, email, time))
}

/// The address is the word that looks like one.
fn in_words(line: &[u8]) -> Option<Parts<'_>> {
    let sign = line.find_byte(b'@')?;
    let (before, after) = line.split_at_checked(sign)?;
    let start = before.rfind_byte(b' ').map_or(0, |at| at + 1);
    let end = after.find_byte(b' ').map_or(line.len(), |at| sign + at);
    Some((line.get(..start)?, line.get(start..end)?, line.get(end..)?))
}

/// The parents of a commit, whatever else it says.
fn parents(repo: &gix::Repository, id: ObjectId) -> Result<Vec<ObjectId>, Error> {
    let what = || format!("commit {id}");
    let commit = repo.find_commit(id).map_err(|error| Error::missing(what(), error))?;
    object::parents(&commit.data).ok_or_else(|| Error::malformed(what(), "its tree or a parent is no id"))
}

/// What `~` and `^` behind a revision lead to, where the library gave up on the way. Nothing where they lead nowhere.
pub(super) fn stepped(repo: &gix::Repository, spec: &str) -> Option<Result<ObjectId, Error>> {
    let at = spec.rfind(['~', '^']).filter(|at| *at > 0)?;
    let (from, step) = spec.split_at_checked(at)?;
    let count = step.get(1..).filter(|count| !count.is_empty()).map_or(Ok(1), str::parse::<usize>).ok()?;
    let mut id = match super::range::commit(repo, from) {
        Ok(id) => id,
        Err(error) => return error.is_of_object().then_some(Err(error)),
    };
    let steps =
        if step.starts_with('~') { vec![0; count.min(MAX_STEPS)] } else { count.checked_sub(1).into_iter().collect() };
    for parent in steps {
        if is_boundary(repo, id) {
            return None;
        }
        match parents(repo, id) {
            Ok(parents) => id = *parents.get(parent)?,
            Err(error) => return Some(Err(error)),
        }
    }
    let found = repo.find_commit(id).map_err(|error| Error::missing(format!("`{spec}` ({id})"), error));
    Some(found.map(|commit| commit.id))
}

/// Whether a shallow clone ends at a commit.
pub(super) fn is_boundary(repo: &gix::Repository, id: ObjectId) -> bool {
    repo.shallow_commits().ok().flatten().is_some_and(|commits| commits.contains(&id))
}

/// The repository's objects, with every commit in the usual shape.
struct Lenient<'a> {
    repo: &'a gix::Repository,
    /// Commits whose parents the clone does not have.
    shallow: FxHashSet<ObjectId>,
}

impl<'a> Lenient<'a> {
    fn new(repo: &'a gix::Repository) -> Self {
        let shallow = repo.shallow_commits().ok().flatten();
        Lenient { repo, shallow: shallow.iter().flat_map(|commits| commits.iter().copied()).collect() }
    }

    fn usual(&self, id: ObjectId, data: &[u8]) -> Option<Vec<u8>> {
        let is_usual = CommitRef::from_bytes(data, id.kind()).is_ok();
        let usual = if is_usual { None } else { mended(data) };
        if !self.shallow.contains(&id) {
            return usual;
        }
        let data = usual.as_deref().unwrap_or(data);
        let lines = data.split_inclusive(|byte| *byte == b'\n');
        let mut headers = true;
        Some(
            lines
                .filter(|line| {
                    headers &= *line != b"\n";
                    !(headers && line.starts_with(b"parent "))
                })
                .flatten()
                .copied()
                .collect(),
        )
    }
}

impl gix::objs::Find for Lenient<'_> {
    fn try_find<'a>(&self, id: &gix::oid, buffer: &'a mut Vec<u8>) -> gix::Result<Option<Data<'a>>> {
        let (kind, data) = match self.repo.objects.try_find(id, buffer)? {
            Some(found) => (found.kind, found.data.to_vec()),
            None => return Ok(None),
        };
        let usual = if kind == Kind::Commit { self.usual(id.to_owned(), &data) } else { None };
        *buffer = usual.unwrap_or(data);
        Ok(Some(Data::new(buffer, kind, id.kind())))
    }
}

/// The best common ancestor of two commits.
pub(super) fn merge_base(repo: &gix::Repository, one: ObjectId, two: ObjectId) -> gix::Result<Option<ObjectId>> {
    let mut graph = gix::revwalk::Graph::new(Lenient::new(repo), None);
    let bases = gix::revision::plumbing::merge_base(one, &[two], &mut graph)?;
    Ok(bases.map(|bases| *bases.first()))
}

/// What `head` reaches and none of `hidden` does. Where a commit cannot be read, the others are found all the same.
pub(super) fn between<'a>(
    repo: &'a gix::Repository,
    head: ObjectId,
    hidden: &[ObjectId],
) -> Result<impl Iterator<Item = Result<ObjectId, Error>> + 'a, Error> {
    let walk = gix::traverse::commit::Simple::new([head], Lenient::new(repo)).hide(hidden.iter().copied());
    let walk = walk.map_err(|error| Error::missing("the history of the range", error))?;
    Ok(walk.map(|info| info.map(|info| info.id).map_err(|error| Error::missing("a commit of the range", error))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";

    fn author(line: &str) -> (usize, String, String, i64, String) {
        let data = format!("tree {ID}\nparent {ID}\n{line}\ncommitter B <b@x> 5 +0000\n\nsubject\n");
        let id = ObjectId::from_hex(ID.as_bytes()).unwrap();
        decoded(id, data.as_bytes(), gix::hash::Kind::Sha1, |commit| {
            let person = commit.author().unwrap();
            let committer = commit.committer().unwrap().seconds();
            assert_eq!(committer, 5);
            (
                commit.parents().count(),
                person.name.to_string(),
                person.email.to_string(),
                person.seconds(),
                commit.message.to_string(),
            )
        })
        .unwrap()
    }

    #[test]
    fn odd_people_and_times_hide_nothing_else() {
        for (line, name, email, time) in [
            ("author A B a@x 1700000000 +0000", "A B", "a@x", 1_700_000_000),
            ("author A <a@x> 1700000000 UTC", "A", "a@x", 1_700_000_000),
            ("author A <a@x> 1700000000 -7:30", "A", "a@x", 1_700_000_000),
            ("author A <a@x> Mon Jan 1 2024", "A", "a@x", 0),
            ("author A <a@x> 12 +0000 and more", "A", "a@x", 12),
            ("author A <a@x", "A", "a@x", 0),
            ("author nobody", "nobody", "", 0),
            ("author ", "", "", 0),
            ("x y", "", "", 0),
        ] {
            let expected = (1, name.to_owned(), email.to_owned(), time, "subject\n".to_owned());
            assert_eq!(author(line), expected, "{line}");
        }
    }

    #[test]
    fn what_names_no_tree_or_parent_is_malformed() {
        let id = ObjectId::from_hex(ID.as_bytes()).unwrap();
        for data in ["", "tree x\n\nm", &format!("tree {ID}\nparent x\n\nm")] {
            let read = decoded(id, data.as_bytes(), gix::hash::Kind::Sha1, |_| ());
            let told = read.unwrap_err().to_string();
            assert!(told.starts_with(&format!("commit {ID} is malformed (")), "{told}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_object_is_read_or_refused(data in "(tree 00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff\n|author |committer |a@x|[<> \n0-9]{0,4}){0,12}") {
            let _ = mended(data.as_bytes());
        }
    }
}
