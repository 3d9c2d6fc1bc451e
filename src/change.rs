//! The nouns that all other modules share: a change set, its commits, its files, and the spans of
//! lines that somebody authored in it.
//!
//! Plain data only. How a change set comes to be is `git` (from a repository) or `patch` (from a
//! unified diff); what is read out of it is `syntax`, `signals` and `attest`.

use std::sync::Arc;

use bstr::BString;

use crate::slices::{items_of, part_of};
pub use crate::span::Span;
use crate::terminal::escaped_name;
use crate::text::Text;
use crate::vocabulary::message::Message;

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

/// So much is read of a message, in bytes: more than anybody writes, and little enough that a range of such messages
/// takes no longer than one of ordinary ones.
pub const MAX_MESSAGE: usize = 256 << 10;

/// A name and an address, as a commit states them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The display name.
    pub name: String,
    /// The address, without angle brackets.
    pub email: String,
}

/// A commit of the range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// The full id in hexadecimal.
    pub id: String,
    /// How many parents it has; two or more make a merge.
    pub parents: usize,
    /// Who wrote it.
    pub author: Person,
    /// Who committed it.
    pub committer: Person,
    /// When it was authored, in seconds since 1970 (UTC).
    pub author_time: i64,
    /// The whole message, read in the encoding that the commit states; what is invalid in it is replaced.
    pub message: Message,
    /// The encoding that the commit states, where it is unknown: its texts were read as UTF-8.
    pub unknown_encoding: Option<String>,
    /// How many bytes were left out of the middle of a message that is longer than any person writes.
    pub left_out: usize,
    /// How many bytes stand behind a NUL character in the message. Git shows nothing of them, and they are not read.
    pub behind_nul: usize,
    /// Whether it changes no file: its tree is that of its only parent, or empty where it has none. `false` where nobody
    /// looked it up.
    pub unchanged: bool,
    /// What others recorded about it outside of its message: notes, ledgers.
    pub records: Vec<Record>,
    /// The signature that it carries, where it was looked for.
    pub signature: Option<Signature>,
}

/// A commit's signature, as found; whether it holds is for `attest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The armoured block.
    pub block: String,
    /// The bytes that it was made over.
    pub signed: Arc<[u8]>,
    /// When it was committed, in seconds since 1970 (UTC).
    pub time: i64,
}

impl Commit {
    /// The first line of the message.
    pub fn subject(&self) -> &str {
        // A message of blank lines has no subject.
        self.message.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim()
    }

    /// The same with a message within bounds: of a longer one its start and its end, where subject and trailers stand.
    pub fn bounded(mut self) -> Self {
        let left_out = self.message.len().saturating_sub(MAX_MESSAGE);
        if left_out > 0 {
            let is_boundary = |at: &usize| self.message.is_char_boundary(*at);
            // Both ends of a text are boundaries.
            let start = (0..=MAX_MESSAGE / 2).rev().find(is_boundary).unwrap_or(0);
            let end = (MAX_MESSAGE / 2 + left_out..).find(is_boundary).unwrap_or(self.message.len());
            let cut = |part: std::ops::Range<usize>| part_of(&self.message, part);
            self.message = format!("{}\n\n{}", cut(0..start), cut(end..self.message.len())).into();
            self.left_out = end - start;
        }
        self
    }

    /// What to say of its message where that was not read whole, or may not be read as it was written.
    pub fn reading_notes(&self) -> impl Iterator<Item = String> {
        let id = self.id.get(..8).unwrap_or(&self.id);
        let long = (self.left_out > 0).then(|| {
            format!("{} bytes in the middle of the message of {id} are not read: it is too long", self.left_out)
        });
        let behind_nul = (self.behind_nul > 0).then(|| {
            let bytes = self.behind_nul;
            format!("{bytes} bytes behind a NUL character in the message of {id} are not read: git does not show them")
        });
        long.into_iter().chain(behind_nul).chain(self.encoding_note())
    }

    /// What to say where it states an encoding that is unknown.
    pub fn encoding_note(&self) -> Option<String> {
        let id = self.id.get(..8).unwrap_or(&self.id);
        let name = escaped_name(self.unknown_encoding.as_ref()?);
        Some(format!("{id} states the encoding `{name}`, which is unknown here; its message is read as UTF-8"))
    }
}

/// Something that is recorded about a commit or about the repository, as found; what it says is for `attest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it was found: a [`RecordPlace::name`].
    pub place: &'static str,
    /// The content, or why it could not be read.
    pub content: Result<Arc<[u8]>, String>,
}

/// Where records are kept.
#[derive(Debug, Clone, Copy)]
pub enum RecordPlace {
    /// Notes under this ref, each attached to its commit.
    Notes(&'static str),
    /// A file in the tree of the head with one record a line.
    Lines {
        /// The path of the file.
        path: &'static str,
        /// Finds the full id of the commit that a line names.
        commit_of: fn(&[u8]) -> Option<&str>,
    },
    /// A file in the tree of the head about the repository as a whole, not about its commits.
    File(&'static str),
}

impl RecordPlace {
    /// The ref or the path.
    pub fn name(self) -> &'static str {
        match self {
            RecordPlace::Notes(name) | RecordPlace::Lines { path: name, .. } | RecordPlace::File(name) => name,
        }
    }
}

/// Which commit of the range introduced a span of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The lines.
    pub span: Span,
    /// The index of the commit in [`ChangeSet::commits`]; `None` where no commit of the range
    /// introduced the lines (uncommitted work, a bare patch, or lines that came by a merge from
    /// outside the range).
    pub commit: Option<u32>,
    /// Where the first of the lines stood in that commit's version of the file, from 0. Records
    /// that commits carry count their lines there.
    pub line: u32,
    /// The path that the file had at that commit, where it differs from the one at the head.
    pub path: Option<BString>,
    /// Another commit of the range that brought the same lines, where one was looked for and found.
    pub before: Option<Before>,
}

/// Where a commit brought lines that another commit of the range brings, too. The path is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// The index of the commit in [`ChangeSet::commits`].
    pub commit: u32,
    /// Where the first of the lines stood in that commit's version of the file, from 0.
    pub line: u32,
}

impl Origin {
    /// Lines that no commit of the range introduced.
    pub fn unknown(span: Span) -> Self {
        Origin { span, commit: None, line: span.start, path: None, before: None }
    }

    /// The path of the file at the commit that brought the lines.
    pub fn path_in<'a>(&'a self, file: &'a FileChange) -> &'a BString {
        self.path.as_ref().unwrap_or(&file.path)
    }

    /// Those of the lines that are also in another span.
    pub fn within(&self, span: Span) -> Option<Origin> {
        let common = self.span.intersect(span);
        if common.is_empty() {
            return None;
        }
        let skipped = common.start - self.span.start;
        let before = self.before.map(|before| Before { line: before.line + skipped, ..before });
        Some(Origin { span: common, line: self.line + skipped, before, ..self.clone() })
    }
}

/// Those of the origins that have lines in `span`, in order and whole: [`Origin::within`] cuts them to it. They must be
/// sorted and disjoint, as those of a [`FileChange`] are; then this costs two searches, however many there are.
pub fn overlapping(origins: &[Origin], span: Span) -> &[Origin] {
    if span.is_empty() {
        return &[];
    }
    let first = origins.partition_point(|origin| origin.span.end <= span.start);
    let rest = items_of(origins, first..);
    items_of(rest, ..rest.partition_point(|origin| origin.span.start < span.end))
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

/// Work on a change that ended at a budget, and what is not known for that. The budgets are in docs/hardening.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutShort {
    /// Lines were not followed to the commits that added them, so they belong to none.
    Attribution {
        /// How many added lines.
        lines: u32,
        /// In how many files.
        files: usize,
    },
    /// Only identical files count as renamed in some commits.
    Renames {
        /// How many commits.
        commits: usize,
    },
    /// Lines were not compared with those that other commits of the range brought before.
    Again {
        /// In how many files.
        files: usize,
    },
}

impl std::fmt::Display for CutShort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        match self {
            CutShort::Attribution { lines, files } => write!(
                f,
                "{lines} added line{} in {files} file{} count for no commit: the history of the range takes too much work \
                 to read",
                plural(*lines as usize),
                plural(*files)
            ),
            CutShort::Renames { commits } => write!(
                f,
                "in {commits} commit{} of the range only identical files count as renamed: there is too much to compare",
                plural(*commits)
            ),
            CutShort::Again { files } => write!(
                f,
                "in {files} file{} it is not looked up whether other commits of the range brought the same lines before: \
                 there is too much to compare",
                plural(*files)
            ),
        }
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

/// Something that was not analysed, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excluded {
    /// The path.
    pub path: BString,
    /// Why.
    pub reason: Reason,
    /// What made it so, in a few words: the matching pattern, the size, the missing object.
    pub detail: String,
    /// What it holds of a language that is scored elsewhere; absent for other text, and where nobody asked.
    pub code: Option<UnseenCode>,
}

impl Excluded {
    /// Something that holds no code, or code of which nothing is known.
    pub fn new(path: BString, reason: Reason, detail: impl Into<String>) -> Self {
        Excluded { path, reason, detail: detail.into(), code: None }
    }
}

/// Code that was left out, though its language is one that is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnseenCode {
    /// The name of the language.
    pub language: &'static str,
    /// How much the change added; absent where the content was not read.
    pub added: Option<Added>,
    /// What the decision rests on.
    pub ground: Ground,
}

/// How much a change added to a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Added {
    /// In lines.
    pub lines: u32,
    /// In bytes.
    pub bytes: u64,
}

impl Added {
    /// How much some lines of a text are; nothing where there are none.
    pub fn of(text: &Text, spans: &[Span]) -> Option<Self> {
        let mut added = Added::default();
        for &span in spans {
            added.lines += span.len();
            added.bytes += text.slice(span).len() as u64;
        }
        (added.lines > 0).then_some(added)
    }

    /// `1 line` or `3 lines`.
    pub fn counted(self) -> String {
        format!("{} {}", self.lines, if self.lines == 1 { "line" } else { "lines" })
    }
}

/// What a decision to leave something out rests on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The path.
    Path,
    /// `.gitattributes`, where the change starts.
    Attributes,
    /// The content.
    Content,
    /// What some lines are. The others of the file were analysed.
    Lines,
}

/// Why something was left out of the analysis.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Made by a program: marked so in the file or in `.gitattributes`.
    Generated,
    /// Somebody else's code, carried along.
    Vendored,
    /// A dependency lock file.
    LockFile,
    /// Minified code.
    Minified,
    /// Not text.
    Binary,
    /// A submodule pointer.
    Submodule,
    /// A symbolic link.
    Symlink,
    /// Larger than the configured limit.
    TooLarge,
    /// The clone lacks the object, or it is damaged.
    MissingObject,
    /// A file on disk that may not be read.
    Unreadable,
    /// Left out by the project's configuration.
    Configured,
    /// No grammar: the text is not scored.
    NoGrammar,
    /// Lines that moved within the change, or differ in white space only.
    NotAuthored,
    /// Lines that reached the head by a merge from outside the range.
    OutsideRange,
    /// A path that no checkout can have, or one that is too long; lines with numbers that no file has.
    UnusablePath,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origins_that_have_lines_in_a_span_are_those_that_a_look_at_each_would_find() {
        let spans = [(0, 3), (3, 4), (7, 9), (9, 20), (25, 26)];
        let origins: Vec<Origin> = spans.iter().map(|&(start, end)| Origin::unknown(Span::new(start, end))).collect();
        for (start, end) in (0..30).flat_map(|start| (0..30).map(move |end| (start, end))) {
            let span = Span::new(start, end);
            let one_by_one: Vec<Origin> =
                origins.iter().filter(|origin| origin.within(span).is_some()).cloned().collect();
            assert_eq!(overlapping(&origins, span), one_by_one, "{span:?}");
        }
        assert!(overlapping(&[], Span::new(0, 9)).is_empty());
    }
}
