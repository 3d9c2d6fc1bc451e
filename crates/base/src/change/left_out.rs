//! What of a change was not analysed, and work on it that ended at a budget.

use bstr::BString;

use super::Span;
use crate::text::Text;

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
