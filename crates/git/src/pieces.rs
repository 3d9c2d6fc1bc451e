//! What each entry of a tree diff comes to, before the change is looked at as a whole.

use bstr::{BString, ByteSlice};

use super::blobs::{Reader, Unread};
use super::judge::{Judge, Version, max_read_bytes, plain_version, version};
use super::trees::{Entry, Side};
use ai_detect_base::change::{Excluded, Reason};
use ai_detect_base::exclude::{self, Why};
use ai_detect_base::readable::readable;
use ai_detect_lang as lang;

/// What one entry comes to.
pub(super) enum Piece {
    /// A file that is there after the change.
    There(There),
    /// A deleted file.
    Gone {
        path: BString,
        old: Version,
    },
    Excluded(Excluded),
    Nothing,
}

/// A file that is there after the change, and read.
pub(super) struct There {
    pub(super) path: BString,
    /// Its content before, where it can be compared: code with code that was analysed.
    pub(super) old: Option<Version>,
    pub(super) new: Version,
    pub(super) standing: Standing,
}

/// Whether a file is analysed.
pub(super) enum Standing {
    /// It is.
    Analysed,
    /// Its content is one that is left out, but the code that was there before was analysed, so that this is, too.
    Kept,
    /// Its content is left out, unless it turns out that code which was analysed was renamed to it.
    Doubtful(Excluded),
}

pub(super) fn piece(reader: &Reader<'_>, entry: Entry, judge: &Judge<'_>) -> Piece {
    let Entry { path, old, new } = entry;
    let Some((mode, id)) = new else { return gone(reader, path, old, judge) };
    if mode.is_commit() {
        return Piece::Excluded(Excluded::new(path, Reason::Submodule, "a pointer to another repository"));
    }
    if mode.is_link() {
        return Piece::Excluded(Excluded::new(path, Reason::Symlink, "a symbolic link"));
    }
    // A link or submodule that became a file has no text before.
    let before = old.filter(|(mode, _)| mode.is_blob()).map(|(_, id)| id);
    if !mode.is_blob() || before == Some(id) {
        return Piece::Nothing;
    }
    let left_out = |path: BString, why| Piece::Excluded(judge.left_out(reader, path, why, before, id));
    if let Some(why) = judge.by_path(path.as_bstr()).or_else(|| judge.by_surplus(path.as_bstr())) {
        return left_out(path, why);
    }
    let max_bytes = max_read_bytes(path.as_bstr(), judge.excluder);
    let text = match reader.text(id, max_bytes) {
        Ok(text) => text,
        Err(Unread::Missing(_)) if !lang::may_be(path.as_bstr()) => return Piece::Excluded(never_scored(path)),
        Err(unread) => {
            let unread = unread.within(judge.excluder.max_bytes);
            return left_out(path, Why::by_content(unread.reason(), unread.to_string()));
        }
    };
    let why = judge.by_content(path.as_bstr(), &text);
    let new = version(path.as_bstr(), id, &text);
    let old = match before.map(|id| reader.text(id, max_bytes).map(|text| (id, text))) {
        None => None,
        Some(Ok(old)) => Some(old),
        // Too large to have been analysed.
        Some(Err(Unread::TooLarge { .. })) if new.is_code() => None,
        Some(Err(Unread::Missing(_))) if !lang::may_be(path.as_bstr()) => {
            return match why {
                Some(why) => left_out(path, why),
                None => Piece::Excluded(never_scored(path)),
            };
        }
        Some(Err(unread)) => {
            let unread = unread.within(judge.excluder.max_bytes);
            return match why {
                Some(why) => left_out(path, why),
                None => Piece::Excluded(Excluded::new(path, unread.reason(), format!("the content before: {unread}"))),
            };
        }
    };
    let was = old.as_ref().and_then(|(id, text)| judge.before(path.as_bstr(), *id, text));
    if let Some(was) = was.filter(|was| was.is_code()) {
        // Also where a script lost the line by which its language was known.
        let new = Version { text: readable(text), language: new.language.or(was.language), ..new };
        let standing = if why.is_some() { Standing::Kept } else { Standing::Analysed };
        return Piece::There(There { path, old: Some(was), new, standing });
    }
    match why {
        Some(why) if before.is_none() && new.is_code() => {
            let standing = Standing::Doubtful(judge.left_out(reader, path.clone(), why, None, id));
            Piece::There(There { path, old: None, new, standing })
        }
        Some(why) => left_out(path, why),
        None => {
            let old = old.filter(|_| !new.is_code()).and_then(|(id, text)| plain_version(id, &text));
            Piece::There(There { path, old, new, standing: Standing::Analysed })
        }
    }
}

/// A file whose content is not in the clone, and would not be scored: its name is that of no language. So nothing is
/// missing of what matters.
fn never_scored(path: BString) -> Excluded {
    let detail = "by its name; its content is not in this clone";
    let reason = if exclude::is_binary_name(path.as_bstr()) { Reason::Binary } else { Reason::NoGrammar };
    Excluded::new(path, reason, detail)
}

/// A deleted file's lines may have moved elsewhere, so they are read where that is cheap.
fn gone(reader: &Reader<'_>, path: BString, old: Side, judge: &Judge<'_>) -> Piece {
    let Some((_, id)) = old.filter(|(mode, _)| mode.is_blob()) else { return Piece::Nothing };
    if judge.by_path(path.as_bstr()).is_some() {
        return Piece::Nothing;
    }
    let Ok(text) = reader.text(id, judge.excluder.max_bytes) else { return Piece::Nothing };
    // What was left out for its content is no code that was analysed, but may be what other text was.
    match judge.before(path.as_bstr(), id, &text).or_else(|| plain_version(id, &text)) {
        Some(old) => Piece::Gone { path, old },
        None => Piece::Nothing,
    }
}
