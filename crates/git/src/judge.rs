//! Which versions of a file count as analysed code, and what is known of the code that is left out.
//!
//! A change must not take itself out. So marks, NUL bytes, long lines and sizes count from the version before: code that
//! was analysed there stays analysed. What was left out before and is no longer is new code, whoever wrote it when.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;
use rustc_hash::FxHashMap;

use super::attributes::Attributes;
use super::blobs::{Reader, Unread};
use super::trees::{Entry, Side};
use ai_detect_base::change::{Added, Excluded, Ground, Reason, Span, UnseenCode};
use ai_detect_base::exclude::{Excluder, Why, is_binary};
use ai_detect_base::linediff;
use ai_detect_base::readable::readable;
use ai_detect_base::text::Text;
use ai_detect_lang::{self as lang, Language};

/// A content that was read.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) id: ObjectId,
    /// For code, in a form that can be read by lines.
    pub(super) text: Arc<Text>,
    /// Its language, where that is one that is scored.
    pub(super) language: Option<&'static Language>,
}

impl Version {
    /// Whether it is of a language that is scored.
    pub(super) fn is_code(&self) -> bool {
        self.language.is_some()
    }

    /// The family of its language, where it is code.
    pub(super) fn family(&self) -> Option<&'static str> {
        self.language.map(lang::family)
    }
}

/// How many bytes of files that their path leaves out are read to count what was added, before and after together.
const MAX_COUNTED_BYTES: u64 = 64 << 20;
/// How many bytes of files without an extension, which are not read otherwise, are read for their first line.
const MAX_FIRST_LINE_BYTES: u64 = 64 << 20;

/// Whether somebody wants to hear how much code was left out. To know, it has to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unseen {
    Counted,
    Uncounted,
}

/// The files of one content that are gone.
#[derive(Default)]
struct Gone {
    paths: Vec<BString>,
    /// For which of them the content was known as code: analysed, or left out for a reason.
    known: OnceLock<HashSet<Option<(Reason, Ground)>>>,
}

/// Decides about the versions of the files of one change.
pub(super) struct Judge<'a> {
    pub(super) excluder: &'a Excluder,
    attributes: &'a Attributes,
    /// Contents that files had which are gone, with their paths: elsewhere, known code is no addition.
    gone: FxHashMap<ObjectId, Gone>,
    /// Files that their path leaves out, and that are not read.
    uncounted: HashSet<BString>,
    /// Files that come after all that a change may add.
    surplus: HashSet<BString>,
    /// The languages of files without an extension that are not read as a whole.
    scripts: FxHashMap<BString, &'static Language>,
    /// Paths that the change takes out of what the attributes leave out.
    freed: HashSet<BString>,
    unseen: Unseen,
}

impl<'a> Judge<'a> {
    /// `attributes` are those of the tree that the change starts from.
    pub(super) fn new(excluder: &'a Excluder, attributes: &'a Attributes, unseen: Unseen) -> Self {
        Judge {
            excluder,
            attributes,
            gone: FxHashMap::default(),
            uncounted: HashSet::new(),
            surplus: HashSet::new(),
            scripts: FxHashMap::default(),
            freed: HashSet::new(),
            unseen,
        }
    }

    /// The same for the files of a change, of which some are gone and some are freed.
    pub(super) fn of_entries(self, reader: &Reader<'_>, entries: &[Entry], freed: HashSet<BString>) -> Self {
        let mut judge = Judge { freed, ..self };
        judge.surplus = judge.surplus(reader, entries);
        if judge.unseen == Unseen::Uncounted {
            return judge;
        }
        for entry in entries.iter().filter(|entry| entry.new.is_none()) {
            if let Some((_, id)) = entry.old.filter(|(mode, _)| mode.is_blob()) {
                judge.gone.entry(id).or_default().paths.push(entry.path.clone());
            }
        }
        judge.uncounted = judge.beyond(reader, entries, MAX_COUNTED_BYTES);
        judge.scripts = judge.scripts(reader, entries);
        judge
    }

    /// The files that come after all that a change may add. Exact renames add nothing. A few objects can stand for any
    /// number of files, so what a change adds can be much more than what was sent.
    fn surplus(&self, reader: &Reader<'_>, entries: &[Entry]) -> HashSet<BString> {
        let mut surplus = HashSet::new();
        if (entries.len() as u64).saturating_mul(self.excluder.max_read_bytes()) <= self.excluder.max_change_bytes {
            return surplus;
        }
        let old_ids: HashSet<ObjectId> =
            entries.iter().filter(|entry| entry.new.is_none()).filter_map(|entry| blob(entry.old)).collect();
        let mut bytes = 0_u64;
        // Code comes first, so that pictures and texts take nothing of it out.
        let (code, other): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| lang::may_be(&entry.path));
        for Entry { path, old, new } in code.into_iter().chain(other) {
            let Some(id) = blob(*new).filter(|id| !old_ids.contains(id)) else { continue };
            if self.by_path(path.as_bstr()).is_some() {
                continue;
            }
            // What is larger is not read.
            let most = max_read_bytes(path.as_bstr(), self.excluder);
            let size = |id: ObjectId| reader.size(id).ok().filter(|size| *size <= most);
            let Some(after) = size(id) else { continue };
            // What was not there, or was too large to be read, was no code that was analysed: then all of it is new.
            let before = blob(*old).and_then(size).unwrap_or(0);
            let added = after.saturating_sub(before);
            bytes = bytes.saturating_add(added);
            if added > 0 && bytes > self.excluder.max_change_bytes {
                surplus.insert(path.clone());
            }
        }
        surplus
    }

    /// Why a file is left out that comes after all that a change may add.
    pub(super) fn by_surplus(&self, path: &BStr) -> Option<Why> {
        self.surplus.contains(path).then(|| {
            let max = self.excluder.max_change_bytes;
            let detail =
                format!("this change adds more than {max} bytes (limits.change_bytes); files after that are left out");
            Why::by_content(Reason::TooLarge, detail)
        })
    }

    /// Whether a file is not read as a whole to count what was added.
    fn is_unread(&self, path: &BStr) -> bool {
        self.uncounted.contains(path) || self.surplus.contains(path)
    }

    /// The languages of files that only their first line tells, as far as these files are not read otherwise. Each is
    /// read whole, since a packed object has no beginning that could be read alone.
    fn scripts(&self, reader: &Reader<'_>, entries: &[Entry]) -> FxHashMap<BString, &'static Language> {
        let mut scripts = FxHashMap::default();
        let most = self.excluder.max_read_bytes();
        let mut bytes_left = MAX_FIRST_LINE_BYTES;
        for Entry { path, new, .. } in entries {
            let Some(id) = blob(*new).filter(|_| lang::is_told_by_first_line(path)) else { continue };
            let Ok(size) = reader.size(id) else { continue };
            if (size <= most && !self.is_unread(path.as_bstr())) || size > bytes_left {
                continue;
            }
            bytes_left -= size;
            let Ok(content) = reader.read(id) else { continue };
            // An empty file has no first line.
            let first_line = content.lines().next().unwrap_or(b"");
            if let Some(language) = lang::for_path(path, first_line) {
                scripts.insert(path.clone(), language);
            }
        }
        scripts
    }

    /// The files that their path leaves out, after the first ones that hold so many bytes.
    fn beyond(&self, reader: &Reader<'_>, entries: &[Entry], max_bytes: u64) -> HashSet<BString> {
        let mut beyond = HashSet::new();
        let most = self.excluder.max_read_bytes();
        if (entries.len() as u64).saturating_mul(2 * most) <= max_bytes {
            return beyond;
        }
        let mut bytes = 0_u64;
        for Entry { path, old, new } in entries {
            let is_read = |why: Why| why.reason != Reason::Configured && lang::may_be(path.as_bstr());
            if new.is_none() || !self.by_path(path.as_bstr()).is_some_and(is_read) {
                continue;
            }
            let sizes = [old, new].into_iter().flatten().filter_map(|(_, id)| reader.size(*id).ok());
            bytes = bytes.saturating_add(sizes.filter(|size| *size <= most).sum());
            if bytes > max_bytes {
                beyond.insert(path.clone());
            }
        }
        beyond
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

    /// Whether a version before the change was code of a family of languages, and was analysed.
    pub(super) fn was_code(&self, path: &BStr, text: &Arc<Text>, family: &str) -> bool {
        language(path, text).is_some_and(|language| lang::family(language) == family)
            && self.by_path(path).is_none()
            && self.by_content(path, text).is_none()
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
        let unread = || {
            let language = lang::for_path(path, b"").or_else(|| self.scripts.get::<BStr>(path).copied());
            language.map(|language| found(language, None))
        };
        if self.is_unread(path) {
            return unread();
        }
        let new_text = match reader.text(new, most) {
            Ok(text) => text,
            Err(Unread::TooLarge { .. }) => return unread(),
            // Listed for that elsewhere, if it matters.
            Err(_) => return None,
        };
        let language = language(path, &new_text)?;
        if old.is_none() && self.was_known(new, &new_text, why) {
            return Some(found(language, Some(Added::default())));
        }
        let added = match old.map(|old| reader.text(old, most)) {
            None => Some(added(&Text::default(), &readable(new_text))),
            // Nobody heard of it as code.
            Some(Ok(old)) if self::language(path, &old).is_none() => Some(added(&Text::default(), &readable(new_text))),
            Some(Ok(old)) => Some(added(&readable(old), &readable(new_text))),
            Some(Err(_)) => None,
        };
        Some(found(language, added))
    }

    /// Whether a file that is gone had this content as code that was analysed, or that was left out for the same reason.
    /// Other text enters as code where it is now.
    fn was_known(&self, id: ObjectId, text: &Arc<Text>, why: &Why) -> bool {
        let Some(gone) = self.gone.get(&id) else { return false };
        let known = gone.known.get_or_init(|| {
            let code = gone.paths.iter().map(|path| path.as_bstr()).filter(|path| language(path, text).is_some());
            let why = |path| self.by_path(path).or_else(|| self.by_content(path, text));
            code.map(|path| why(path).map(|why| (why.reason, why.ground))).collect()
        });
        known.contains(&None) || known.contains(&Some((why.reason, why.ground)))
    }
}

/// The content of one side of a difference, where that is a file.
fn blob(side: Side) -> Option<ObjectId> {
    side.filter(|(mode, _)| mode.is_blob()).map(|(_, id)| id)
}

/// A version of a file, as it is read.
pub(super) fn version(path: &BStr, id: ObjectId, text: &Arc<Text>) -> Version {
    let language = language(path, text);
    Version { id, text: if language.is_some() { readable(text.clone()) } else { text.clone() }, language }
}

/// A version of a file that is not code, for a comparison: nothing where it is binary.
pub(super) fn plain_version(id: ObjectId, text: &Arc<Text>) -> Option<Version> {
    (!is_binary(text.bytes())).then(|| Version { id, text: text.clone(), language: None })
}

/// How large a content of a path is that is read, in bytes.
pub(super) fn max_read_bytes(path: &BStr, excluder: &Excluder) -> u64 {
    if lang::may_be(path) { excluder.max_read_bytes() } else { excluder.max_bytes }
}

fn language(path: &BStr, text: &Text) -> Option<&'static Language> {
    lang::for_path(path, text.line(0))
}

/// How much stands in the new text and not in the old one. Where the texts are too long to be compared in order, lines
/// that stand anywhere in the old one are not added.
fn added(old: &Text, new: &Text) -> Added {
    let mut spans: Vec<Span> = Vec::new();
    for edit in linediff::edits(old, new) {
        if edit.is_whole() {
            spans.extend(linediff::only_in_new(old, new, edit));
        } else {
            spans.push(edit.new);
        }
    }
    // Nothing added is no lines and no bytes.
    Added::of(new, &spans).unwrap_or_default()
}
