//! Rewriting the messages of HEAD and of commits before it, and what must be known before anybody does.
//!
//! A commit is copied byte for byte but for its message, its parent where that was rewritten, and a signature that would
//! no longer hold. Neither the index nor a file of the working tree is touched, so nothing of the user's can be lost; the
//! ref moves only if it is still where it was.

use std::collections::HashMap;

use gix::ObjectId;
use gix::objs::Write as _;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};

use super::{Error, Repository, object};
use ai_detect_base::change::Person;
use ai_detect_base::slices::{first_line, items_of};

/// No more commits are rewritten: whoever has so many of their own looks for another way.
const MAX_COMMITS: usize = 10_000;

/// What there is to know about HEAD and commits before it, before any of them is rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Commits from the first that is to be rewritten to HEAD, each the only parent of the next.
    pub commits: Vec<ChainCommit>,
    /// What stands in the way of those that were asked for, if anything does.
    pub end: ChainEnd,
    /// A remote branch that has the first of the commits, if one is known here.
    pub published: Option<String>,
    /// What is going on, such as a rebase or a merge.
    pub in_progress: Option<&'static str>,
    /// Whether that is a rebase that stopped for somebody to edit the last commit: git lets them amend it then.
    pub is_at_edit_stop: bool,
    /// Whether the index has conflicts.
    pub conflicts: bool,
}

/// Why a chain ends where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainEnd {
    /// All commits that were asked for are in it.
    Whole,
    /// A merge comes before one of them; its full id.
    Merge(String),
    /// HEAD does not have one of them, by its full id.
    Elsewhere(String),
    /// There are too many in between.
    TooFar,
}

/// A commit that may be rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainCommit {
    /// Its full id.
    pub id: String,
    /// Its message; none where it is not UTF-8.
    pub message: Option<String>,
    /// Whether it carries a signature.
    pub signed: bool,
}

impl Repository {
    /// The commits from HEAD back to those that are named by their full ids.
    ///
    /// # Errors
    /// Where there is no commit yet, or one cannot be read.
    pub fn chain(&self, wanted: &[&str]) -> Result<Chain, Error> {
        let mut left: Vec<&str> = wanted.to_vec();
        let (mut commits, mut last, mut end) = (Vec::new(), super::head::commit(&self.inner)?, ChainEnd::Whole);
        loop {
            let data = self.raw_commit(last)?;
            let id = last.to_string();
            let no_id = || Error::malformed(format!("commit {id}"), "its tree or a parent is no id");
            let parents = object::parents(&data).ok_or_else(no_id)?;
            left.retain(|wanted| *wanted != id);
            if !left.is_empty() && parents.len() > 1 {
                end = self.elsewhere(&left).unwrap_or(ChainEnd::Merge(id));
                break;
            }
            let (header, message) = split(&data);
            commits.push(ChainCommit {
                id,
                message: (!declares_encoding(header)).then(|| String::from_utf8(message.to_vec()).ok()).flatten(),
                signed: unsigned(header).len() != header.len(),
            });
            match parents.first() {
                _ if left.is_empty() => break,
                Some(parent) if commits.len() < MAX_COMMITS => last = *parent,
                _ => {
                    end = self.elsewhere(&left).unwrap_or(ChainEnd::TooFar);
                    break;
                }
            }
        }
        commits.reverse();
        let index = self.inner.index_or_empty().map_err(|error| Error::library("reading the index", error))?;
        Ok(Chain {
            commits,
            end,
            published: self.published(last)?,
            in_progress: self.inner.state().map(in_words),
            is_at_edit_stop: self.is_at_edit_stop(),
            conflicts: index.entries().iter().any(|entry| entry.stage_raw() != 0),
        })
    }

    /// The first of some commits that HEAD does not have. One that cannot be looked up counts as one that it has.
    fn elsewhere(&self, ids: &[&str]) -> Option<ChainEnd> {
        let lacks = |id: &&&str| self.is_on_head(id).is_ok_and(|is_there| !is_there);
        ids.iter().find(lacks).map(|id| ChainEnd::Elsewhere((*id).to_owned()))
    }

    /// Whether a rebase stopped at `edit`. Git keeps this file from there until the rebase goes on.
    fn is_at_edit_stop(&self) -> bool {
        self.inner.state() == Some(gix::state::InProgress::RebaseInteractive)
            && self.inner.git_dir().join("rebase-merge/amend").is_file()
    }

    /// Writes the commits of a chain with other messages, by their ids; the others get new parents alone. No ref moves.
    /// Gives the new id of each, in their order.
    ///
    /// # Errors
    /// Where the repository is somebody else's, or something cannot be read or written.
    pub fn write_rewritten(
        &self,
        chain: &[ChainCommit],
        messages: &HashMap<&str, String>,
    ) -> Result<Vec<(String, String)>, Error> {
        self.check_ours()?;
        let mut rewritten: Vec<(String, String)> = Vec::with_capacity(chain.len());
        for commit in chain {
            let failed = |error: &dyn std::fmt::Display| Error::library(format!("rewriting {}", commit.id), error);
            let old = ObjectId::from_hex(commit.id.as_bytes()).map_err(|error| failed(&error))?;
            let data = self.raw_commit(old)?;
            let (header, message) = split(&data);
            let mut new = match rewritten.last() {
                Some((before, after)) => with_parent(&unsigned(header), before, after),
                None => unsigned(header),
            };
            new.push(b'\n');
            new.extend_from_slice(messages.get(commit.id.as_str()).map_or(message, String::as_bytes));
            let id = self.inner.objects.write_buf(gix::objs::Kind::Commit, &new).map_err(|error| failed(&error))?;
            rewritten.push((commit.id.clone(), id.to_string()));
        }
        Ok(rewritten)
    }

    /// Moves HEAD, and the branch that it is on, from one commit to another. `why` is for the reflog.
    ///
    /// # Errors
    /// Where HEAD is another commit by now, the repository is somebody else's, or the ref cannot be written; then nothing
    /// has changed.
    pub fn move_head(&self, from: &str, to: &str, why: &str) -> Result<(), Error> {
        self.check_ours()?;
        let what = || "amending the last commit".to_owned();
        let id = |hex: &str| ObjectId::from_hex(hex.as_bytes()).map_err(|error| Error::library(what(), error));
        let why: String = first_line(why).chars().take(MAX_WHY).collect();
        let edit = RefEdit {
            change: Change::Update {
                log: LogChange { mode: RefLog::AndReference, force_create_reflog: false, message: why.into() },
                expected: PreviousValue::MustExistAndMatch(id(from)?.into()),
                new: id(to)?.into(),
            },
            name: "HEAD"
                .try_into()
                .map_err(|error: gix::validate::reference::name::Error| Error::library(what(), error))?,
            deref: true,
        };
        // The log of the branch needs a name, and an unknown one must not stand in the way.
        let nobody = gix::actor::SignatureRef { name: "ai-detect".into(), email: "".into(), time: "0 +0000" };
        let who = self.inner.committer().and_then(Result::ok).unwrap_or(nobody);
        let edited = self.inner.edit_references_as([edit], Some(who));
        edited.map_err(|error| Error::unwritten(&self.inner, what(), "HEAD", &error))?;
        Ok(())
    }

    /// Who git thinks is writing, where it knows.
    pub fn identity(&self) -> Option<Person> {
        let who = self.inner.author().and_then(Result::ok)?;
        Some(Person { name: who.name.to_string(), email: who.email.to_string() })
    }

    fn raw_commit(&self, id: ObjectId) -> Result<Vec<u8>, Error> {
        let found = self.inner.find_object(id).map_err(|error| Error::missing(format!("commit {id}"), error))?;
        Ok(found.detach().data)
    }

    /// A remote branch that has a commit.
    fn published(&self, id: ObjectId) -> Result<Option<String>, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::library("listing remote branches", error);
        let platform = self.inner.references().map_err(|error| failed(&error))?;
        let mut tips: Vec<(String, ObjectId)> = Vec::new();
        for reference in platform.remote_branches().map_err(|error| failed(&error))? {
            let Ok(mut reference) = reference else { continue };
            let name = reference.name().shorten().to_string();
            if let Ok(tip) = reference.peel_to_id() {
                tips.push((name, tip.detach()));
            }
        }
        tips.sort();
        if let Some((name, _)) = tips.iter().find(|(_, tip)| *tip == id) {
            return Ok(Some(name.clone()));
        }
        for (name, tip) in tips {
            // No common ancestor, or one that is missing here, means that it is not there.
            if self.inner.merge_base(id, tip).is_ok_and(|base| base.is_some_and(|base| base == id)) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }
}

/// So many characters of a reason go into the reflog.
const MAX_WHY: usize = 220;

/// The header with another parent in the place of one.
fn with_parent(header: &[u8], before: &str, after: &str) -> Vec<u8> {
    let old = format!("parent {before}\n");
    let line = |line: &[u8]| -> Vec<u8> {
        if line == old.as_bytes() { format!("parent {after}\n").into_bytes() } else { line.to_vec() }
    };
    header.split_inclusive(|byte| *byte == b'\n').flat_map(line).collect()
}

/// The header with its last line ending, and the message.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memmem::find(data, b"\n\n") {
        Some(at) => (items_of(data, ..=at), items_of(data, at + 2..)),
        None => (data, &[]),
    }
}

/// The header without signatures over the commit. A merged tag's own signature stays.
fn unsigned(header: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(header.len());
    let mut dropping = false;
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        let continues = line.starts_with(b" ");
        dropping = (continues && dropping) || line.starts_with(b"gpgsig ") || line.starts_with(b"gpgsig-sha256 ");
        if !dropping {
            kept.extend_from_slice(line);
        }
    }
    kept
}

fn declares_encoding(header: &[u8]) -> bool {
    header.split(|byte| *byte == b'\n').any(|line| {
        line.strip_prefix(b"encoding ")
            .is_some_and(|name| !name.eq_ignore_ascii_case(b"utf-8") && !name.eq_ignore_ascii_case(b"utf8"))
    })
}

fn in_words(state: gix::state::InProgress) -> &'static str {
    use gix::state::InProgress as S;
    match state {
        S::ApplyMailbox | S::ApplyMailboxRebase => "applying patches",
        S::Bisect => "a bisection",
        S::CherryPick | S::CherryPickSequence => "a cherry-pick",
        S::Merge => "a merge",
        S::Rebase | S::RebaseInteractive => "a rebase",
        S::Revert | S::RevertSequence => "a revert",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_goes_and_a_merged_tags_stays() {
        let header = b"tree 0\nauthor A <a@b> 1 +0000\nmergetag object 1\n gpgsig no\ngpgsig -----BEGIN\n abc\n -----END\nencoding x\n";
        assert_eq!(unsigned(header), b"tree 0\nauthor A <a@b> 1 +0000\nmergetag object 1\n gpgsig no\nencoding x\n");
    }

    #[test]
    fn only_the_line_of_the_parent_changes() {
        let header = b"tree 1\nparent 1\nparent 2\nauthor parent 1\nx parent 1\n parent 1\n";
        assert_eq!(
            with_parent(header, "1", "3"),
            b"tree 1\nparent 3\nparent 2\nauthor parent 1\nx parent 1\n parent 1\n"
        );
    }

    #[test]
    fn header_and_message_part_at_the_first_empty_line() {
        assert_eq!(split(b"tree 0\n\nsubject\n\nbody"), (&b"tree 0\n"[..], &b"subject\n\nbody"[..]));
        assert_eq!(split(b"tree 0\n\n"), (&b"tree 0\n"[..], &b""[..]));
    }
}
