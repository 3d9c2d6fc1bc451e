//! Fetching notes of commits. Clones of jobs have none: neither actions/checkout nor GitLab's runner asks for them.
//!
//! Only the refs that are named are asked for, and only they are written. A ref that is here already moves forward or
//! stays: notes that were written in this clone are never lost.

use std::fmt;
use std::io;

use gix::ObjectId;

use super::run;
use crate::{Checkout, Repository};

/// Whether origin was asked for notes of commits, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NotesFetch {
    /// Nobody asked origin, so this clone may lack notes.
    #[default]
    NotAsked,
    /// What origin has is here.
    Complete,
    /// Something of it is not here, for a reason.
    Failed(String),
}

/// What the log of a ref says that was fetched here. Such a fetch asks for the refs of all forms.
const FETCHED_BY_US: &str = "ai-detect: fetch notes";
/// No more logs than this are read, and no more entries of each.
const MAX_LOGS: usize = 50;
const MAX_ENTRIES: usize = 1000;

/// Notes of this clone that origin does not have.
struct Diverged(Vec<&'static str>);

impl fmt::Display for Diverged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of this clone has notes that origin lacks, so it was left as it is", self.0.join(", "))
    }
}

/// A ref of origin.
struct Remote {
    name: &'static str,
    tip: ObjectId,
}

impl Checkout {
    /// Fetches notes refs from `origin`, those that it has.
    pub fn fetch_notes(&self, names: &[&'static str]) -> NotesFetch {
        match self.try_fetch_notes(names) {
            Ok(Diverged(names)) if names.is_empty() => NotesFetch::Complete,
            Ok(diverged) => NotesFetch::Failed(diverged.to_string()),
            Err(error) => NotesFetch::Failed(error.to_string()),
        }
    }

    fn try_fetch_notes(&self, names: &[&'static str]) -> io::Result<Diverged> {
        let mut listing = self.git("ls-remote");
        listing.args(["--quiet", "--refs", "--", "origin"]).args(names);
        let listed = run(listing, b"")?;
        let repository = self.open().map_err(io::Error::other)?;
        let new = |remote: &Remote| repository.tip_of(remote.name) != Some(remote.tip);
        let remotes: Vec<Remote> = remotes(&String::from_utf8_lossy(&listed.stdout), names).filter(new).collect();
        if remotes.is_empty() {
            return Ok(Diverged(Vec::new()));
        }
        let mut fetch = self.git("fetch");
        // The objects alone. A filter of the clone would leave out the very contents that are wanted.
        fetch.args(["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--refmap="]);
        fetch.args(["--no-filter", "--", "origin"]).args(remotes.iter().map(|remote| remote.name));
        run(fetch, b"")?;
        let repository = self.open().map_err(io::Error::other)?;
        let mut diverged = Vec::new();
        for Remote { name, tip } in remotes {
            // Whoever may push can push anything there.
            if !repository.inner.find_header(tip).is_ok_and(|header| header.kind() == gix::objs::Kind::Commit) {
                return Err(io::Error::other(format!("{name} of origin is no commit, so it holds no notes")));
            }
            let here = repository.tip_of(name);
            // Who wrote notes here that are not pushed yet has all of origin's.
            if here.is_some_and(|here| repository.is_ancestor(tip, here)) {
                continue;
            }
            if here.is_some_and(|here| !repository.is_ancestor(here, tip)) {
                diverged.push(name);
                continue;
            }
            let expected = here.unwrap_or_else(|| ObjectId::null(tip.kind()));
            let mut update = self.git("update-ref");
            // A bare clone keeps a log only where it is asked to.
            update.args(["--create-reflog", "-m", FETCHED_BY_US, "--", name]);
            update.args([tip.to_string(), expected.to_string()]);
            run(update, b"")?;
        }
        Ok(Diverged(diverged))
    }
}

impl Repository {
    pub(super) fn tip_of(&self, name: &str) -> Option<ObjectId> {
        let mut reference = self.inner.try_find_reference(name).ok().flatten()?;
        reference.peel_to_id().ok().map(gix::Id::detach)
    }

    fn is_ancestor(&self, one: ObjectId, of: ObjectId) -> bool {
        self.inner.merge_base(one, of).is_ok_and(|base| base.is_some_and(|base| base == one))
    }

    /// Whether notes may exist under `names` that nobody brought into this clone: it has a remote, its own fetches do not
    /// bring all of these refs, and no fetch by hand has asked for all of them.
    ///
    /// A ref that is here shows nothing of the others, and notes that were written here show nothing of the remote's. A
    /// repository that takes in a push is where notes are pushed to, whatever it was cloned from.
    pub fn may_lack_notes(&self, names: &[&str]) -> bool {
        let has_remote = self.inner.remote_names().iter().next().is_some();
        let takes_in_push = self.push.is_some();
        has_remote && !takes_in_push && !self.fetches_notes(names) && !self.has_fetched_notes(names)
    }

    /// Whether fetches by hand have asked for all of these refs, as the logs of the refs for notes say. A bare clone keeps
    /// none by itself: there, its settings have to fetch them.
    fn has_fetched_notes(&self, names: &[&str]) -> bool {
        let logs: Vec<String> = self.logs_of_notes();
        if logs.iter().any(|message| message == FETCHED_BY_US) {
            return true;
        }
        let fetches = logs.iter().filter(|message| message.starts_with("fetch ") || message.starts_with("pull "));
        let refspecs: Vec<&str> =
            fetches.flat_map(|message| message.split_whitespace()).map(|word| word.trim_end_matches(':')).collect();
        bring_notes(&refspecs, names)
    }

    /// What the logs of all refs for notes say was done, the newest first. Of each ref, a bounded number.
    fn logs_of_notes(&self) -> Vec<String> {
        let Ok(references) = self.inner.references() else { return Vec::new() };
        let Ok(notes) = references.prefixed("refs/notes/") else { return Vec::new() };
        let mut logs = Vec::new();
        for reference in notes.flatten().take(MAX_LOGS) {
            let mut log = reference.log_iter();
            let lines = log.rev().ok().flatten().into_iter().flatten().take(MAX_ENTRIES);
            logs.extend(lines.flatten().map(|line| line.message.to_string()));
        }
        logs
    }

    /// Whether it has no work tree. Git keeps no log of what moves refs there, unless it is asked to.
    pub fn is_bare(&self) -> bool {
        self.inner.workdir().is_none()
    }

    /// The remote that advice on fetching names: `origin` where there is one, and otherwise the first that has a plain
    /// name.
    pub fn remote_for_advice(&self) -> Option<String> {
        const USUAL: &str = "origin";
        let is_plain = |name: &String| {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte)) && !name.starts_with('-')
        };
        let names: Vec<String> = self.inner.remote_names().iter().map(ToString::to_string).collect();
        names.iter().find(|name| *name == USUAL).or_else(|| names.iter().find(|name| is_plain(name))).cloned()
    }

    /// Whether an ordinary fetch of this clone brings notes, as in a mirror.
    fn fetches_notes(&self, names: &[&str]) -> bool {
        let config = self.inner.config_snapshot();
        let remotes = self.inner.remote_names();
        remotes.iter().any(|remote| {
            let refspecs = config.plumbing().strings(&format!("remote.{remote}.fetch")).unwrap_or_default();
            let refspecs: Vec<String> = refspecs.iter().map(ToString::to_string).collect();
            bring_notes(&refspecs, names)
        })
    }
}

/// Whether refspecs together bring all of these refs under their own names.
pub fn bring_notes(refspecs: &[impl AsRef<str>], names: &[&str]) -> bool {
    names.iter().all(|name| refspecs.iter().any(|refspec| brings(refspec.as_ref(), name)))
}

/// Whether a refspec brings a ref under its own name.
fn brings(refspec: &str, name: &str) -> bool {
    let Some((from, to)) = refspec.split_once(':') else { return false };
    let is_same = from.strip_prefix('+').unwrap_or(from) == to;
    is_same
        && match to.split_once('*') {
            None => to == name,
            Some((before, after)) => {
                name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
            }
        }
}

/// The refs of a listing that were asked for: git lists whatever ends like them.
fn remotes<'a>(listed: &'a str, names: &'a [&'static str]) -> impl Iterator<Item = Remote> + 'a {
    listed.lines().filter_map(|line| {
        let (id, found) = line.split_once('\t')?;
        let name = names.iter().find(|name| **name == found)?;
        Some(Remote { name, tip: ObjectId::from_hex(id.as_bytes()).ok()? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refs_that_were_asked_for_are_taken_from_a_listing() {
        let id = "a".repeat(40);
        let listed = format!("{id}\trefs/notes/ai\n{id}\trefs/heads/refs/notes/ai\nnone\trefs/notes/whogitit\nerror\n");
        let found: Vec<&str> =
            remotes(&listed, &["refs/notes/ai", "refs/notes/whogitit"]).map(|remote| remote.name).collect();
        assert_eq!(found, ["refs/notes/ai"]);
    }

    #[test]
    fn a_mirror_and_refspecs_for_notes_bring_notes() {
        let names = ["refs/notes/ai", "refs/notes/whogitit"];
        for refspecs in [
            &["+refs/*:refs/*"][..],
            &["+refs/notes/*:refs/notes/*"],
            &["+refs/heads/*:refs/remotes/origin/*", "refs/notes/*:refs/notes/*"],
            &["refs/notes/ai:refs/notes/ai", "+refs/notes/whogitit:refs/notes/whogitit"],
        ] {
            assert!(bring_notes(refspecs, &names), "{refspecs:?}");
        }
        for refspecs in [
            &["+refs/heads/*:refs/remotes/origin/*"][..],
            &["refs/notes/*"],
            &["+refs/notes/*:refs/remotes/origin/notes/*"],
            &["+refs/heads/*:refs/notes/*"],
            &["refs/notes/ai:refs/notes/ai"],
            &["+refs/notes/commits:refs/notes/commits"],
            &["^refs/notes/ai", "refs/notes/w*:refs/notes/w*"],
            &[],
        ] {
            assert!(!bring_notes(refspecs, &names), "{refspecs:?}");
        }
    }
}
