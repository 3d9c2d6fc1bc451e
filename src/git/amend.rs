//! Rewriting the message of HEAD, and what must be known before anybody does.
//!
//! The commit is copied byte for byte but for its message and a signature that would no longer
//! hold. Neither the index nor a file of the working tree is touched, so nothing of the user's can
//! be lost; the ref moves only if it is still where it was.

use gix::ObjectId;
use gix::objs::Write as _;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};

use super::{Error, Repository};
use crate::change::Person;
use crate::slices::{first_line, items_of};

/// What there is to know about HEAD before it is amended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadState {
    /// Its full id.
    pub id: String,
    /// Its message; none where it is not UTF-8.
    pub message: Option<String>,
    /// Whether it carries a signature.
    pub signed: bool,
    /// A remote branch that has it, if one is known here.
    pub published: Option<String>,
    /// What is going on, such as a rebase or a merge.
    pub in_progress: Option<&'static str>,
    /// Whether the index has conflicts.
    pub conflicts: bool,
}

impl Repository {
    /// What there is to know about HEAD.
    ///
    /// # Errors
    /// Where there is no commit yet, or it cannot be read.
    pub fn head_state(&self) -> Result<HeadState, Error> {
        let id = super::head::commit(&self.inner)?;
        let data = self.raw_commit(id)?;
        let (header, message) = split(&data);
        let index = self.inner.index_or_empty().map_err(|error| Error::library("reading the index", error))?;
        Ok(HeadState {
            id: id.to_string(),
            message: (!declares_encoding(header)).then(|| String::from_utf8(message.to_vec()).ok()).flatten(),
            signed: unsigned(header).len() != header.len(),
            published: self.published(id)?,
            in_progress: self.inner.state().map(in_words),
            conflicts: index.entries().iter().any(|entry| entry.stage_raw() != 0),
        })
    }

    /// Replaces the message of HEAD, which must still be `expected`; gives the new id.
    ///
    /// # Errors
    /// Where HEAD is another commit by now, the repository is somebody else's, or something cannot be written; then
    /// nothing has changed.
    pub fn amend_message(&self, expected: &str, message: &str) -> Result<String, Error> {
        self.check_ours()?;
        let what = || "amending the last commit".to_owned();
        let old = ObjectId::from_hex(expected.as_bytes()).map_err(|error| Error::library(what(), error))?;
        let data = self.raw_commit(old)?;
        let (header, _) = split(&data);
        let mut amended = unsigned(header);
        amended.push(b'\n');
        amended.extend_from_slice(message.as_bytes());
        let new = self.inner.objects.write_buf(gix::objs::Kind::Commit, &amended);
        let new = new.map_err(|error| Error::library(what(), error))?;
        let subject: String = first_line(message).chars().take(200).collect();
        let edit = RefEdit {
            change: Change::Update {
                log: LogChange {
                    mode: RefLog::AndReference,
                    force_create_reflog: false,
                    message: format!("commit (amend): {subject}").into(),
                },
                expected: PreviousValue::MustExistAndMatch(old.into()),
                new: new.into(),
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
        Ok(new.to_string())
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
    fn header_and_message_part_at_the_first_empty_line() {
        assert_eq!(split(b"tree 0\n\nsubject\n\nbody"), (&b"tree 0\n"[..], &b"subject\n\nbody"[..]));
        assert_eq!(split(b"tree 0\n\n"), (&b"tree 0\n"[..], &b""[..]));
    }
}
