//! Unified diffs as change sets, without a repository: `git diff`, `diff -u`, and with the messages of their
//! commits mails, as `git format-patch` writes them, and what `git show` prints. Paths in a patch are only shown, never opened.
//!
//! A patch shows parts of files; those parts are all that is scored.

mod error;
mod log;
mod mail;
mod note;
mod parse;
mod settle;
mod source;

use std::iter;

use bstr::{BString, ByteSlice};
use rustc_hash::FxHashSet;

use crate::Files;
use ai_detect_base::change::{ChangeSet, Commit, Range};
use ai_detect_base::exclude::Excluder;
use ai_detect_base::readable;
pub use error::Error;
pub use note::Note;
use parse::{PatchFile, parse};
use settle::settle_all;
use source::{Piece, Source};

/// A patch as it was read.
#[derive(Debug)]
pub struct Patch {
    /// What it changes, with the commits that it names.
    pub change: ChangeSet,
    /// The files that each of the commits touched, in the order of the commits.
    touched: Vec<Files>,
    /// The letter that goes before a series: it speaks for the series, as a request's description does.
    pub cover: Option<Cover>,
    /// What a reader should know of it.
    pub notes: Vec<Note>,
}

/// The letter that goes before a series of mailed patches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// Its subject, with `[PATCH 0/7]` and other tags.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// Reads a patch, or the patches in mails. `name` is what messages and the report call it.
///
/// # Errors
/// Where a hunk's head is malformed, or ends before it has as many lines as it says; where there is no diff.
pub fn read(name: &str, content: &[u8], excluder: &Excluder) -> Result<Patch, Error> {
    let change = ChangeSet {
        range: Range { spec: format!("--patch {name}"), base: None, head: None },
        commits: Vec::new(),
        files: Vec::new(),
        excluded: Vec::new(),
        cut_short: Vec::new(),
    };
    let mut patch = Patch { change, touched: Vec::new(), cover: None, notes: Vec::new() };
    // PowerShell 5 writes so with `git diff > change.patch`.
    let decoded = readable::from_utf16(content);
    let content = decoded.as_deref().unwrap_or(content);
    if content.starts_with(b"\x1f\x8b") {
        return Err(Error::Compressed { name: name.into() });
    }
    let read = patch.read_any(name, content, excluder);
    read.map_err(|error| if is_coloured(content) { Error::Coloured { name: name.into() } } else { error })?;
    patch.change.files.sort_by(|a, b| a.path.cmp(&b.path));
    patch.change.excluded.sort();
    patch.notes.extend(changed_twice(&patch.change));
    Ok(patch)
}

impl Patch {
    /// The commits, each with the files that it touched, and of those the lines that the patch shows.
    pub fn commits(&self) -> impl Iterator<Item = (&Commit, &Files)> {
        // A commit is added together with its files.
        iter::zip(&self.change.commits, &self.touched)
    }

    fn read_any(&mut self, name: &str, content: &[u8], excluder: &Excluder) -> Result<(), Error> {
        if mail::is_mail(content) {
            return self.read_mails(name, content, excluder);
        }
        if log::is_log(content) {
            return self.read_log(name, content, excluder);
        }
        let source = Source { name: name.into(), ..Source::default() };
        let files = parse(&source, content)?;
        if files.is_empty() && !content.trim_ascii().is_empty() {
            return Err(Error::NoDiff { name: name.into() });
        }
        settle_all(files, None, excluder, &mut self.change);
        Ok(())
    }

    fn read_mails(&mut self, name: &str, content: &[u8], excluder: &Excluder) -> Result<(), Error> {
        let mails = mail::read(name, content);
        let unread = mails.notes.iter().find(|note| matches!(note, Note::TooManyParts { .. })).cloned();
        self.notes.extend(mails.notes);
        let (mut without, mut nameless) = (Vec::new(), 0);
        let mut ids: FxHashSet<String> = FxHashSet::default();
        for Piece { source, diff, mut commit, digest, subject, is_named, is_cover } in mails.pieces {
            let files = match parse(&source, &diff) {
                // The summary of a series is no diff, but may look like one. A mail with a diff is a patch, whatever its number.
                Err(_) if is_cover => Vec::new(),
                files => files?,
            };
            if files.is_empty() {
                if is_cover && self.cover.is_none() {
                    let text = commit.message.strip_prefix(commit.subject()).unwrap_or_default().trim().to_owned();
                    self.cover = Some(Cover { subject: subject.clone(), text });
                }
                without.push(subject);
                continue;
            }
            nameless += usize::from(!is_named);
            // The same mail may be there twice.
            if !ids.insert(commit.id.clone()) {
                commit.id = digest;
            }
            self.settle_commit(commit, files, excluder);
        }
        if self.change.commits.is_empty() {
            return Err(Error::NoDiffInMails { name: name.into(), mails: mails.count, html: mails.html, unread });
        }
        if !without.is_empty() {
            self.notes.push(Note::NoDiff { subjects: without, of: mails.count });
        }
        if nameless > 0 {
            self.notes.push(Note::NoId { count: nameless });
        }
        Ok(())
    }

    fn read_log(&mut self, name: &str, content: &[u8], excluder: &Excluder) -> Result<(), Error> {
        let mut ids: FxHashSet<String> = FxHashSet::default();
        let mut again: Vec<String> = Vec::new();
        for Piece { source, diff, mut commit, digest, subject, .. } in log::read(name, content) {
            let files = parse(&source, &diff)?;
            // A commit without a diff is empty, or a merge.
            if files.is_empty() {
                continue;
            }
            let is_new = ids.insert(commit.id.clone());
            // What a merge did to each of its parents has the id of the merge.
            if !ids.insert(digest.clone()) {
                again.push(subject);
                continue;
            }
            if !is_new {
                commit.id = digest;
            }
            self.settle_commit(commit, files, excluder);
        }
        if self.change.commits.is_empty() {
            return Err(Error::NoDiffInLog { name: name.into() });
        }
        if !again.is_empty() {
            self.notes.push(Note::Again { subjects: again });
        }
        Ok(())
    }

    fn settle_commit(&mut self, commit: Commit, files: Vec<PatchFile>, excluder: &Excluder) {
        let at = u32::try_from(self.change.commits.len()).ok();
        self.change.commits.push(commit);
        let touched = files.iter().filter_map(PatchFile::touched).collect();
        // What a patch shows of a file is all that there is to look into.
        self.touched.push(Files { touched, is_cut: false });
        settle_all(files, at, excluder, &mut self.change);
    }
}

/// Whether a line starts with what colours it on a terminal.
fn is_coloured(content: &[u8]) -> bool {
    content.lines().any(|line| line.starts_with(b"\x1b["))
}

/// The files that several commits change.
fn changed_twice(change: &ChangeSet) -> Option<Note> {
    let mut paths: Vec<BString> = Vec::new();
    for pair in change.files.windows(2) {
        if let [one, other] = pair {
            let is_new = paths.last() != Some(&other.path);
            if change.commits.len() > 1 && one.path == other.path && is_new {
                paths.push(other.path.clone());
            }
        }
    }
    (!paths.is_empty()).then_some(Note::ChangedTwice { paths })
}
