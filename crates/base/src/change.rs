//! The nouns that all other modules share: a change set, its commits, its files, and the spans of
//! lines that somebody authored in it.
//!
//! Plain data only. How a change set comes to be is `git` (from a repository) or `patch` (from a
//! unified diff); what is read out of it is `syntax`, `signals` and `attest`.

mod commit;
mod left_out;
mod origin;

use std::sync::Arc;

use bstr::BString;

pub use crate::span::Span;
use crate::text::Text;
pub use commit::{Commit, MAX_MESSAGE, Person, Record, RecordPlace, Signature};
pub use left_out::{Added, CutShort, Excluded, Ground, Reason, UnseenCode};
pub use origin::{Before, Origin, overlapping};

/// What was asked for, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The range as a person would type it, such as `main..HEAD`, `--staged` or `--patch x.diff`.
    pub spec: String,
    /// The commit that the change starts from (the merge base), as hexadecimal; absent for patches
    /// and for histories that start within the range.
    pub base: Option<String>,
    /// The commit that the change ends at; absent for uncommitted changes and patches.
    pub head: Option<String>,
}

/// A file of the change, at its end.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// The path from the repository's root, as bytes: paths need not be UTF-8.
    pub path: BString,
    /// The path before the change where that differs (renames and copies).
    pub old_path: Option<BString>,
    /// Whether the file did not exist before (a copy counts as having existed).
    pub is_new: bool,
    /// The content after the change; for a patch, only the lines that the patch shows.
    pub new: Arc<Text>,
    /// The content before the change, where there was one and it is known.
    pub old: Option<Arc<Text>>,
    /// Lines that were written in this change: added, and neither moved nor only re-indented.
    /// Sorted, disjoint.
    pub authored: Vec<Span>,
    /// Added lines that only moved within the change.
    pub moved_lines: u32,
    /// Added lines that differ from a removed one in white space only.
    pub whitespace_lines: u32,
    /// Where the file is a rename or a copy of `old_path`: which of the two, and how many lines came along.
    pub carried: Option<Carried>,
    /// For the authored lines: who introduced them. Sorted, disjoint, covering `authored`.
    pub origins: Vec<Origin>,
}

/// Lines that a new file has from another one, which was analysed before. Nobody authored them in this change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// The other file is gone.
    Renamed(u32),
    /// The other file is still there.
    Copied(u32),
}

/// The range resolved: its commits, and its files before and after.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// What was asked for.
    pub range: Range,
    /// The commits of the range, parents before children.
    pub commits: Vec<Commit>,
    /// The files to look at, by path.
    pub files: Vec<FileChange>,
    /// What was left out, by path.
    pub excluded: Vec<Excluded>,
    /// What more work was asked for than is done.
    pub cut_short: Vec<CutShort>,
}

impl ChangeSet {
    /// All lines that were added to files of text that were read, scored or not; nothing where the clone lacks a text.
    pub fn added_total(&self) -> Option<u32> {
        // A text that is read stands among the files, whatever its language.
        if self.excluded.iter().any(|file| file.reason == Reason::NoGrammar) {
            return None;
        }
        let written = |file: &FileChange| file.authored.iter().map(|span| span.len()).sum::<u32>();
        let of_files = self.files.iter().map(|file| written(file) + file.moved_lines + file.whitespace_lines);
        let left_out = self.excluded.iter().filter_map(|file| file.code?.added).map(|added| added.lines);
        Some(of_files.chain(left_out).sum())
    }
}

/// What a clone puts in the place of objects and parents. None of it comes along when a branch is fetched, so another
/// clone of the same commits may show something else.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Substitutes {
    /// How many objects refs below `refs/replace/` stand for.
    pub replacements: usize,
    /// Whether the replacements were read in their place, as git does it.
    pub replacements_followed: bool,
    /// How many commits `info/grafts` gives other parents. Git follows them; they are never followed here.
    pub grafts: usize,
}
