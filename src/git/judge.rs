//! Which versions of a file count as analysed code, and what is known of the code that is left out.
//!
//! A change must not take itself out. So marks, NUL bytes, long lines and sizes count from the version before: code that
//! was analysed there stays analysed. What was left out before and is no longer is new code, whoever wrote it when.

use std::collections::HashSet;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;
use rustc_hash::FxHashSet;

use super::attributes::Attributes;
use super::blobs::{Reader, Unread};
use super::trees::Entry;
use crate::change::{Added, Excluded, Reason, Span, UnseenCode};
use crate::exclude::{Excluder, Why, is_binary};
use crate::lang::{self, Language};
use crate::linediff;
use crate::readable::readable;
use crate::text::Text;

/// A content that was read.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) id: ObjectId,
    /// For code, in a form that can be read by lines.
    pub(super) text: Arc<Text>,
    /// Whether it is of a language that is scored.
    pub(super) is_code: bool,
}

/// Whether somebody wants to hear how much code was left out. To know, it has to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unseen {
    Counted,
    Uncounted,
}

/// Decides about the versions of the files of one change.
pub(super) struct Judge<'a> {
    pub(super) excluder: &'a Excluder,
    attributes: &'a Attributes,
    /// Contents that files had which are gone: elsewhere, they are no addition.
    gone: FxHashSet<ObjectId>,
    /// Paths that the change takes out of what the attributes leave out.
    freed: HashSet<BString>,
    unseen: Unseen,
}

impl<'a> Judge<'a> {
    /// `attributes` are those of the tree that the change starts from.
    pub(super) fn new(excluder: &'a Excluder, attributes: &'a Attributes, unseen: Unseen) -> Self {
        Judge { excluder, attributes, gone: FxHashSet::default(), freed: HashSet::new(), unseen }
    }

    /// The same for the files of a change, of which some are gone and some are freed.
    pub(super) fn of_entries(self, entries: &[Entry], freed: HashSet<BString>) -> Self {
        let old = entries.iter().filter(|entry| entry.new.is_none()).filter_map(|entry| entry.old);
        Judge { gone: old.map(|(_, id)| id).collect(), freed, ..self }
    }

    /// Why a path is left out.
    pub(super) fn by_path(&self, path: &BStr) -> Option<Why> {
        self.excluder.by_path(path).or_else(|| self.attributes.reason(path).filter(|_| !self.freed.contains(path)))
    }

    /// Why a content is left out.
    pub(super) fn by_content(&self, path: &BStr, text: &Arc<Text>) -> Option<Why> {
        let size = text.bytes().len() as u64;
        if size > self.excluder.max_bytes {
            let unread = Unread::TooLarge { size, most: self.excluder.max_bytes };
            return Some(Why::by_content(Reason::TooLarge, unread.to_string()));
        }
        // Long lines count as a reader of the code finds them.
        match self.excluder.by_content(text) {
            Some(why) if why.reason == Reason::Minified && language(path, text).is_some() => {
                self.excluder.by_content(&readable(text.clone()))
            }
            why => why,
        }
    }

    /// What a version before the change was: nothing where it was left out by its content.
    pub(super) fn before(&self, path: &BStr, id: ObjectId, text: &Arc<Text>) -> Option<Version> {
        self.by_content(path, text).is_none().then(|| version(path, id, text))
    }

    /// Whether a version before the change was code, and was analysed.
    pub(super) fn was_code(&self, path: &BStr, text: &Arc<Text>) -> bool {
        language(path, text).is_some() && self.by_path(path).is_none() && self.by_content(path, text).is_none()
    }

    /// A file that is left out, with what it holds. `old` and `new` are its contents.
    pub(super) fn left_out(
        &self,
        reader: &Reader<'_>,
        path: BString,
        why: Why,
        old: Option<ObjectId>,
        new: ObjectId,
    ) -> Excluded {
        let code = self.unseen_code(reader, path.as_bstr(), &why, old, new);
        Excluded { path, reason: why.reason, detail: why.detail, code }
    }

    fn unseen_code(
        &self,
        reader: &Reader<'_>,
        path: &BStr,
        why: &Why,
        old: Option<ObjectId>,
        new: ObjectId,
    ) -> Option<UnseenCode> {
        // What the project's settings leave out is no news to the project.
        if self.unseen == Unseen::Uncounted || why.reason == Reason::Configured || !lang::may_be(path) {
            return None;
        }
        let found = |language: &Language, added| UnseenCode { language: language.name, added, ground: why.ground };
        let most = self.excluder.max_read_bytes();
        let new_text = match reader.text(new, most) {
            Ok(text) => text,
            Err(Unread::TooLarge { .. }) => return lang::for_path(path, b"").map(|language| found(language, None)),
            // Listed for that elsewhere, if it matters.
            Err(_) => return None,
        };
        let language = language(path, &new_text)?;
        if old.is_none() && self.gone.contains(&new) {
            return Some(found(language, Some(Added::default())));
        }
        let added = match old.map(|old| reader.text(old, most)) {
            None => Some(added(&Text::default(), &readable(new_text))),
            Some(Ok(old)) => Some(added(&readable(old), &readable(new_text))),
            Some(Err(_)) => None,
        };
        Some(found(language, added))
    }
}

/// A version of a file, as it is read.
pub(super) fn version(path: &BStr, id: ObjectId, text: &Arc<Text>) -> Version {
    let is_code = language(path, text).is_some();
    Version { id, text: if is_code { readable(text.clone()) } else { text.clone() }, is_code }
}

/// A version of a file that is not code, for a comparison: nothing where it is binary.
pub(super) fn plain_version(id: ObjectId, text: &Arc<Text>) -> Option<Version> {
    (!is_binary(text.bytes())).then(|| Version { id, text: text.clone(), is_code: false })
}

/// How large a content of a path is that is read, in bytes.
pub(super) fn max_read_bytes(path: &BStr, excluder: &Excluder) -> u64 {
    if lang::may_be(path) { excluder.max_read_bytes() } else { excluder.max_bytes }
}

fn language(path: &BStr, text: &Text) -> Option<&'static Language> {
    lang::for_path(path, text.line(0))
}

/// How much stands in the new text and not in the old one.
fn added(old: &Text, new: &Text) -> Added {
    let spans: Vec<Span> = linediff::edits(old, new).into_iter().map(|edit| edit.new).collect();
    Added::of(new, &spans).unwrap_or_default()
}
