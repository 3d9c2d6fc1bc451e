//! What recorders keep beside commits: the shape that all their formats are read into.
//!
//! The formats are in `forms`. Headers in a note are read like a message's trailers, in `read`.
//! What follows from records is `facts`; which lines they cover is `covering`.

use std::collections::BTreeMap;

use super::spans::{self, Claimed, LineRange};
use super::{Conflict, Contributor};
use ai_detect_base::change::Record;

/// Who did something, as a record has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct By {
    pub(super) contributor: Contributor,
    /// As written.
    pub(super) tool: Option<String>,
    /// As written.
    pub(super) model: Option<String>,
    pub(super) session: Option<String>,
    /// Where the conversation is kept.
    pub(super) prompt: Option<String>,
    /// Who directed the tool, or answers for what it did.
    pub(super) person: Option<String>,
    /// The raw output's digest or address.
    pub(super) output: Option<String>,
    /// How much of the change it wrote.
    pub(super) proportion: Option<String>,
    /// By which way it worked.
    pub(super) path: Option<String>,
}

/// One file's lines of one contributor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) path: String,
    pub(super) ranges: Vec<LineRange>,
    pub(super) by: By,
}

/// What a record says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Lines, no line twice.
    pub(super) shares: Vec<Share>,
    /// What is said of the whole commit.
    pub(super) whole: Vec<By>,
    /// Who answers for the whole commit, where a form has a word for that.
    pub(super) accountable: Option<String>,
    /// Sessions that the record lists without a line: they took part, and nothing of theirs is left.
    pub(super) idle: Vec<By>,
    /// What could not be read, each with its reason.
    pub(super) unreadable: Vec<String>,
    /// What does not fit together.
    pub(super) conflicts: Vec<Conflict>,
}

impl Reading {
    pub(super) fn unreadable(reason: impl Into<String>) -> Reading {
        Reading { unreadable: vec![reason.into()], ..Reading::default() }
    }
}

/// The text of a record, or why there is none.
pub(super) fn text(record: &Record) -> Result<&str, String> {
    let content = record.content.as_ref().map_err(String::clone)?;
    std::str::from_utf8(content).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// Gathers who claims which lines, in the order in which claims win.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    claimed: BTreeMap<String, Claimed>,
    shares: BTreeMap<(String, By), Vec<LineRange>>,
}

impl Ledger {
    /// Whoever asks first keeps a line.
    pub(super) fn claim(&mut self, path: &str, by: &By, ranges: &[LineRange]) {
        if !self.claimed.contains_key(path) {
            self.claimed.insert(path.to_owned(), Claimed::default());
        }
        let Some(claimed) = self.claimed.get_mut(path) else { return };
        let free: Vec<LineRange> = ranges.iter().flat_map(|range| claimed.claim(*range)).collect();
        if !free.is_empty() {
            self.shares.entry((path.to_owned(), by.clone())).or_default().extend(free);
        }
    }

    /// Everybody's lines, by path.
    pub(super) fn shares(self) -> Vec<Share> {
        let share = |((path, by), ranges)| Share { path, ranges: spans::joined(ranges), by };
        self.shares.into_iter().map(share).collect()
    }
}

/// Whether a version `major.minor…` is one that a reader knows.
pub(super) fn major(version: &str) -> Option<u32> {
    version.trim().split('.').next()?.parse().ok()
}

/// An address or digest; anything with spaces is a text, which is not kept.
pub(super) fn reference(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty() && !value.contains(char::is_whitespace))
}
