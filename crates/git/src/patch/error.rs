//! Why a patch is not read, and what to do.

use super::Note;

/// What is wrong with a patch.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// A line that cannot stand there.
    #[error("{name}:{line}: {problem}")]
    Line {
        /// What the patch is called.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Nothing in it is a diff.
    #[error("{name} holds no unified diff: no line starts with `+++ ` or `@@ `; make one with `git diff A...B`")]
    NoDiff {
        /// What the patch is called.
        name: String,
    },
    /// Mails, and no diff in any of them.
    #[error(
        "{name} holds {mails}, and none with a diff{html}{unread}. A patch is read in the text of a mail or as an attachment, as \
         `git format-patch` and `git send-email` send it", mails = count(*.mails),
        html = if *.html { "; one has its text as HTML only, where patches do not survive" } else { "" },
        unread = .unread.as_ref().map_or_else(String::new, |note| format!("; {note}"))
    )]
    NoDiffInMails {
        /// What the input is called.
        name: String,
        /// How many mails there are.
        mails: usize,
        /// Whether the text of one is there as HTML only.
        html: bool,
        /// What is said of a mail that was not read.
        unread: Option<Note>,
    },
    /// A patch as it is printed on a terminal.
    #[error(
        "{name} is coloured: it holds signs that colour a terminal; make it with `--no-color`, as in `git diff --no-color A...B`"
    )]
    Coloured {
        /// What the input is called.
        name: String,
    },
    /// Commits as `git log` prints them, and no diff with any of them.
    #[error("{name} holds commits without their diffs; `git log -p A..B` and `git show COMMIT` print them")]
    NoDiffInLog {
        /// What the input is called.
        name: String,
    },
    /// A file that `gzip` made.
    #[error("{name} is compressed; unpack it: `gzip -dc FILE | ai-detect diff --patch -`")]
    Compressed {
        /// What the input is called.
        name: String,
    },
}

fn count(mails: usize) -> String {
    if mails == 1 { "1 mail".into() } else { format!("{mails} mails") }
}
