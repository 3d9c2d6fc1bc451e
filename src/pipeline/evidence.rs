//! Gathers what commits are judged by: the files that each touched, what it declares, how much its author adds.

use super::{Error, TouchedCommit};
use crate::attest::Registry;
use crate::attest::signature::Signers;
use crate::change::Commit;
use crate::git::{CommitChange, Records, Repository, Resolved, Touched};
use crate::policy::content::Changed;
use crate::policy::exempt::is_test;
use crate::policy::sensitive::Touch;
use crate::policy::{Circumstances, Described, Evidence, Policy, Sensitive, TouchedFiles};

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
    let files = touched_files(&change.files, policy, sensitive);
    TouchedCommit { files, is_cut: change.is_cut, commit: change.commit }
}

/// What the reader should know where a range is too large for all contents to be looked into.
pub(crate) fn cut_note(commits: &[TouchedCommit]) -> Option<String> {
    let cut = commits.iter().filter(|commit| commit.is_cut).count();
    let commits = if cut == 1 { "1 commit is" } else { &format!("{cut} commits are") };
    (cut > 0).then(|| {
        format!("{commits} judged in part by paths alone: files are too large to be read, by themselves or together")
    })
}

/// What is known of some files, as far as the policy asks for it.
pub(crate) fn touched_files(files: &[Touched], policy: &Policy, sensitive: &Sensitive) -> TouchedFiles {
    let mut touched = TouchedFiles {
        paths: files.iter().map(|file| file.path.to_string()).collect(),
        touches: sensitive_touches(files, sensitive),
        added: 0,
    };
    if policy.asks_size() {
        touched.added = files.iter().filter(|file| !is_test(&file.path.to_string())).map(added).sum();
    }
    touched
}

/// The sensitive places among some files, each once.
pub(crate) fn sensitive_touches(files: &[Touched], sensitive: &Sensitive) -> Vec<Touch> {
    let touches = |file: &Touched| -> Vec<Touch> {
        let changed = file.texts.as_ref().map(|texts| Changed { old: &texts.old, new: &texts.new });
        sensitive.touches(&String::from_utf8_lossy(&file.path), changed)
    };
    let mut found: Vec<Touch> = files.iter().flat_map(touches).collect();
    found.sort();
    found.dedup();
    found
}

/// How many lines a file got.
fn added(file: &Touched) -> u32 {
    // Of a binary or very large file no lines are known.
    let edits = file.texts.as_ref().map_or(&[][..], |texts| texts.edits());
    edits.iter().map(|edit| edit.new.end - edit.new.start).sum()
}

/// The commits of a range that are to be judged.
pub(super) struct Judging<'a> {
    /// Where earlier authors are looked for.
    pub(super) repository: Option<&'a Repository>,
    /// Where the range starts, for who wrote before.
    pub(super) base: Option<&'a str>,
    pub(super) commits: &'a [Commit],
    /// What each commit did to files.
    pub(super) files: &'a [TouchedFiles],
    /// Whose signatures count; none where there can be no signatures.
    pub(super) signers: Option<&'a Signers>,
    pub(super) described: Option<&'a Described>,
}

impl Judging<'_> {
    /// What the commits declare, and what the policy makes of it.
    pub(super) fn by<'p>(&self, policy: &'p Policy) -> Result<Evidence<'p>, Error> {
        let registry = Registry::builtin()?;
        let Judging { repository, base, commits, files, signers, described } = *self;
        let evidence = Evidence::read(commits, signers, registry);
        let mut sizes = evidence.sizes(policy, commits, files);
        // Without a history nobody is known to be new.
        if let Some(repository) = repository.filter(|_| policy.newcomer_lines_below.is_some()) {
            let known = repository.authors_among(base, sizes.authors())?;
            sizes.mark_newcomers(&known);
        }
        let circumstances = Circumstances { files, sizes: &sizes, described };
        Ok(evidence.judged_by(policy, commits, &circumstances, registry))
    }
}
