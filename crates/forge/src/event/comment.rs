//! Events of comments: which of them can have decided something about a flag.

use crate::triage::{Dialect, commands};

/// Why most comments need no look at the change.
pub(super) const NO_COMMAND: &str = "the comment holds no command of ai-detect";

/// Whether a comment commands something, or did before it was edited or deleted: a decision is gone with its comment.
pub(super) fn commands_something<'a>(texts: impl IntoIterator<Item = &'a str>, dialect: Dialect) -> bool {
    texts.into_iter().any(|text| !commands(text, dialect).is_empty())
}
