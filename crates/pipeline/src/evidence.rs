//! Gathers what commits are judged by: the files that each touched, what it declares, how much its author adds.

use std::iter;

use super::{Error, TouchedCommit};
use ai_detect_attest::Registry;
use ai_detect_attest::signature::Signers;
use ai_detect_base::change::Commit;
use ai_detect_git::{self as git, CommitChange, Files, Records, Repository, Resolved, Touched};
use ai_detect_policy::content::Changed;
use ai_detect_policy::exempt::is_test;
use ai_detect_policy::sensitive::Touch;
use ai_detect_policy::{
    Circumstances, Considered, Described, Judged, JudgedCommit, Policy, Read, Sensitive, Sizes, TouchedFiles,
};

/// Of which paths the contents are wanted: those that can be sensitive by content, and those whose lines are counted.
pub(crate) fn reads(policy: &Policy, sensitive: &Sensitive) -> impl Fn(&str) -> bool + Sync {
    |path| sensitive.reads(path) || (policy.asks_size() && !is_test(path))
}

/// The commits of a range with their records, parents before children, each with the files that it touched. The files' contents are
/// looked at and not kept: those of a long range would not fit into memory.
pub(super) fn touched_commits(
    repository: &Repository,
    resolved: &Resolved,
    policy: &Policy,
    sensitive: &Sensitive,
    records: &Records,
) -> Result<Vec<TouchedCommit>, Error> {
    let of = |change| touched_commit(change, policy, sensitive);
    Ok(repository.commit_changes(resolved, &reads(policy, sensitive), records, &of)?)
}

pub(super) fn touched_commit(change: CommitChange, policy: &Policy, sensitive: &Sensitive) -> TouchedCommit {
    TouchedCommit { files: touched_files(&change.files, policy, sensitive), commit: change.commit }
}

/// What the reader should know where a range is too large for all contents to be looked into.
pub fn cut_note<'a>(files: impl IntoIterator<Item = &'a TouchedFiles>) -> Option<String> {
    let cut = files.into_iter().filter(|files| files.is_cut).count();
    let commits = if cut == 1 { "1 commit is" } else { &format!("{cut} commits are") };
    (cut > 0).then(|| judged_by_paths(commits))
}

/// That contents were not looked into. `what` is the subject with its verb.
pub(crate) fn judged_by_paths(what: &str) -> String {
    format!("{what} judged in part by paths alone: files are too large to be read, by themselves or together")
}

/// The commits of a range, each with what it did to files, which was read apart.
///
/// # Errors
/// Where they are not the same commits: a ref moved in between.
pub(super) fn paired<'a>(
    commits: &'a [Commit],
    touched: &'a [TouchedCommit],
    spec: &str,
) -> Result<Vec<Considered<'a>>, Error> {
    let is_same = commits.len() == touched.len()
        && iter::zip(commits, touched).all(|(commit, touched)| commit.id == touched.commit.id);
    if !is_same {
        return Err(Error::Moved { range: spec.to_owned() });
    }
    Ok(iter::zip(commits, touched).map(|(commit, touched)| Considered { commit, files: &touched.files }).collect())
}

/// What is known of some files, as far as the policy asks for it.
pub(crate) fn touched_files(files: &Files, policy: &Policy, sensitive: &Sensitive) -> TouchedFiles {
    let mut touched = sensitive_files(files, sensitive);
    if policy.asks_size() {
        let counted = files.touched.iter().filter(|file| !is_test(&file.path.to_string()));
        touched.added = counted.map(added).sum();
    }
    touched
}

/// The same where nobody counts lines.
pub(crate) fn sensitive_files(files: &Files, sensitive: &Sensitive) -> TouchedFiles {
    let touches = |file: &Touched| -> Vec<Touch> {
        let changed = file.texts.as_ref().map(|texts| Changed { old: &texts.old, new: &texts.new });
        sensitive.touches(&String::from_utf8_lossy(&file.path), changed)
    };
    let mut touches: Vec<Touch> = files.touched.iter().flat_map(touches).collect();
    touches.sort();
    touches.dedup();
    let paths = files.touched.iter().map(|file| file.path.to_string()).collect();
    TouchedFiles { paths, touches, added: 0, is_cut: files.is_cut }
}

/// How many lines a file got.
fn added(file: &Touched) -> u32 {
    // Of a binary or very large file no lines are known.
    let edits = file.texts.as_ref().map_or(&[][..], |texts| texts.edits());
    edits.iter().map(|edit| edit.new.end - edit.new.start).sum()
}

/// What commits are judged with.
pub(crate) struct Judging<'a> {
    /// Where earlier authors are looked for. Without a repository, nobody is known to be new.
    pub(crate) repository: Option<&'a Repository>,
    /// Where the range starts, for who wrote before.
    pub(crate) base: Option<&'a str>,
    /// Whose signatures count; none where there can be no signatures.
    pub(crate) signers: Option<&'a Signers>,
    /// The request, where something of it is known.
    pub(crate) described: Option<&'a Described>,
    /// The markers that are known.
    pub(crate) registry: &'a Registry,
}

impl Judging<'_> {
    /// What commits declare, and what the policy makes of it.
    ///
    /// # Errors
    /// Where the history before the range cannot be read.
    pub(crate) fn by<'c>(&self, policy: &'c Policy, commits: &[Considered<'c>]) -> Result<Judged<'c>, git::Error> {
        let read = Read::all(commits, self.signers, self.registry);
        let sizes = self.sizes(policy, &read)?;
        let circumstances = Circumstances { sizes: &sizes, described: self.described };
        let judge = |read| JudgedCommit::of(policy, read, &circumstances, self.registry);
        Ok(Judged { policy, commits: read.into_iter().map(judge).collect() })
    }

    /// The same of a commit that is all there is.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn one<'c>(&self, policy: &Policy, commit: Considered<'c>) -> Result<JudgedCommit<'c>, git::Error> {
        let read = Read::one(commit, self.signers, self.registry);
        let sizes = self.sizes(policy, std::slice::from_ref(&read))?;
        let circumstances = Circumstances { sizes: &sizes, described: self.described };
        Ok(JudgedCommit::of(policy, read, &circumstances, self.registry))
    }

    fn sizes(&self, policy: &Policy, read: &[Read<'_>]) -> Result<Sizes, git::Error> {
        let mut sizes = Sizes::of_all(policy, read);
        if let Some(repository) = self.repository.filter(|_| policy.newcomer_lines_below.is_some()) {
            let known = repository.authors_among(self.base, sizes.authors())?;
            sizes.mark_newcomers(&known);
        }
        Ok(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(id: &str) -> Commit {
        Commit { id: id.into(), ..Commit::default() }
    }

    fn touched(id: &str) -> TouchedCommit {
        TouchedCommit { commit: commit(id), files: TouchedFiles::default() }
    }

    #[test]
    fn files_go_to_the_commits_that_touched_them_or_to_none() {
        let commits = [commit("a"), commit("b")];
        let pairs = paired(&commits, &[touched("a"), touched("b")], "x..y").map(|pairs| pairs.len());
        assert!(matches!(pairs, Ok(2)));
        for others in [vec![], vec![touched("a")], vec![touched("a"), touched("c")], vec![touched("b"), touched("a")]] {
            let refused = paired(&commits, &others, "x..y");
            assert!(matches!(refused, Err(Error::Moved { range }) if range == "x..y"));
        }
    }
}
