//! What a reader should know of a patch beside what it changes.

use std::fmt;

use bstr::BString;

use ai_detect_base::terminal::escaped_name;

/// So many subjects or paths are named.
const MAX_NAMED: usize = 3;

/// A remark on a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Mails without a diff: cover letters, replies.
    NoDiff {
        /// Their subjects.
        subjects: Vec<String>,
        /// How many mails there are.
        of: usize,
    },
    /// Mails that do not name their commit.
    NoId {
        /// How many.
        count: usize,
    },
    /// Files that several of the commits change.
    ChangedTwice {
        /// Their paths.
        paths: Vec<BString>,
    },
    /// Commits that the input has several times, with the same diff.
    Again {
        /// Their subjects.
        subjects: Vec<String>,
    },
    /// A mail of more parts than anybody sends.
    TooManyParts {
        /// The number of the mail, from 1.
        mail: usize,
    },
    /// Parts of a mail that are not encoded as they say.
    Undecoded {
        /// The number of the mail, from 1.
        mail: usize,
        /// How many parts.
        parts: usize,
    },
    /// An encoding that is unknown.
    UnknownCharset {
        /// The number of the mail, from 1.
        mail: usize,
        /// What the mail calls it.
        charset: String,
    },
}

/// A few of some names, and how many more there are.
fn named<T: fmt::Display>(names: &[T]) -> String {
    let shown: Vec<String> =
        names.iter().take(MAX_NAMED).map(|name| format!("`{}`", escaped_name(&name.to_string()))).collect();
    match names.len().saturating_sub(MAX_NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::NoDiff { subjects, of } => {
                let (hold, they) = if subjects.len() == 1 { ("holds", "it is") } else { ("hold", "they are") };
                let (count, subjects) = (subjects.len(), named(subjects));
                write!(f, "{count} of {of} mails {hold} no diff, so {they} not read as a commit: {subjects}")
            }
            Note::NoId { count: 1 } => f.write_str("the mail names no commit; its id here is made of the mail's text"),
            Note::NoId { count } => {
                write!(f, "{count} mails name no commit; their ids here are made of the mails' text")
            }
            Note::ChangedTwice { paths } => write!(
                f,
                "several of the commits change {}; each is read by itself, so lines that a later one replaces are shown, \
                 too",
                named(paths)
            ),
            Note::Again { subjects } => {
                let (commits, read) =
                    if subjects.len() == 1 { ("a commit is", "is") } else { ("commits are", "each is") };
                write!(f, "{commits} there more than once, and {read} read once: {}", named(subjects))
            }
            Note::TooManyParts { mail } => write!(f, "mail {mail} has too many parts, so it is not read"),
            Note::Undecoded { mail, parts } => {
                let parts = if *parts == 1 { "a part".to_owned() } else { format!("{parts} parts") };
                write!(f, "{parts} of mail {mail} cannot be decoded as the mail says, so what is in it may be missing")
            }
            Note::UnknownCharset { mail, charset } => {
                let charset = escaped_name(charset);
                write!(
                    f,
                    "mail {mail} states the encoding `{charset}`, which is unknown here; its message is read as UTF-8"
                )
            }
        }
    }
}
