//! From the files of a patch to those of a change: what was added and by whom, and what is left out.

use std::sync::Arc;

use bstr::{BString, ByteSlice};
use rustc_hash::FxHashMap;

use super::parse::{PatchFile, PatchHunk};
use crate::kept_lines;
use crate::{Texts, Touched};
use ai_detect_base::change::{Added, ChangeSet, Excluded, FileChange, Ground, Origin, Reason, Span, UnseenCode};
use ai_detect_base::exclude::{Excluder, Why};
use ai_detect_base::linediff;
use ai_detect_base::moved::Removed;
use ai_detect_base::text::Text;
use ai_detect_lang::{self as lang, Language};

/// Adds the files of one diff, which a commit made, to a change. What a diff removes only counts within it: a later one may
/// move what this one adds.
pub(super) fn settle_all(files: Vec<PatchFile>, commit: Option<u32>, excluder: &Excluder, change: &mut ChangeSet) {
    let text = |hunk: &PatchHunk| Text::new(hunk.old.clone());
    let before: Vec<Vec<Text>> = files.iter().map(|file| file.hunks.iter().map(text).collect()).collect();
    let mut removed = AllRemoved::default();
    for (file, texts) in files.iter().zip(&before) {
        removed.add(file, file.was_code(excluder), texts);
    }
    for file in files {
        let Settled { mut file, mut excluded } = file.settle(excluder, &removed);
        if let Some(file) = &mut file {
            for origin in file.origins.iter_mut().filter(|_| commit.is_some()) {
                origin.line = file.new.number(origin.span.start).saturating_sub(1);
                origin.commit = commit;
            }
        }
        change.files.extend(file);
        change.excluded.append(&mut excluded);
    }
}

/// The removed lines of a patch, by what they may count for: what was no code, or was left out, was never analysed.
#[derive(Default)]
struct AllRemoved<'a> {
    /// By family of languages.
    from_code: FxHashMap<&'static str, Removed<'a>>,
    from_all: Removed<'a>,
}

impl<'a> AllRemoved<'a> {
    /// `language` is that of analysed code, and `texts` are those of the hunks, before.
    fn add(&mut self, file: &PatchFile, language: Option<&'static Language>, texts: &'a [Text]) {
        for (hunk, text) in file.hunks.iter().zip(texts) {
            for span in linediff::spans(hunk.removed.iter().copied()) {
                if let Some(language) = language {
                    self.from_code.entry(lang::family(language)).or_default().push(text, span);
                }
                self.from_all.push(text, span);
            }
        }
    }
}

/// What a file of a patch comes to.
#[derive(Default)]
struct Settled {
    /// Its change; nothing for a deletion, and where it is left out.
    file: Option<FileChange>,
    /// What is left out.
    excluded: Vec<Excluded>,
}

impl Settled {
    fn left_out(excluded: Excluded) -> Self {
        Settled { file: None, excluded: vec![excluded] }
    }
}

impl PatchFile {
    /// The path after the change; before it, where the file is gone.
    pub(super) fn touched(&self) -> Option<Touched> {
        let named = self.git_paths.as_ref().map(|(_, new)| new);
        let path = self.new_path.as_ref().or(self.renamed_to.as_ref()).or(self.old_path.as_ref()).or(named)?.clone();
        let old = Text::from_parts(self.hunks.iter().map(|hunk| (hunk.old_start, hunk.old.clone())));
        let texts = (!self.binary).then(|| Texts::new(Arc::new(old), Arc::new(self.new_text())));
        Some(Touched { path, texts, ids: (None, None) })
    }

    fn settle(self, excluder: &Excluder, removed: &AllRemoved<'_>) -> Settled {
        let named = self.renamed_to.clone().or(self.git_paths.clone().map(|(_, new)| new));
        let path = self.new_path.clone().or(named.filter(|_| self.hunks.is_empty() && !self.is_gone));
        let Some(path) = path else { return Settled::default() };
        match self.mode.as_ref().map(|mode| mode.as_slice()) {
            Some(b"160000") => {
                let detail = "a pointer to another repository";
                return Settled::left_out(Excluded::new(path, Reason::Submodule, detail));
            }
            Some(b"120000") => return Settled::left_out(Excluded::new(path, Reason::Symlink, "a symbolic link")),
            _ => {}
        }
        let new = self.new_text();
        let language = lang::for_path(&path, new.line(0));
        let left_out = |why: Why, added: Option<Added>| {
            let counts = why.reason != Reason::Configured;
            let code = language.filter(|_| counts).map(|language| UnseenCode {
                language: language.name,
                added,
                ground: why.ground,
            });
            Excluded { path: path.clone(), reason: why.reason, detail: why.detail, code }
        };
        let added = (!self.binary && !self.hunks.is_empty()).then(|| self.added(&new));
        if let Some(why) = excluder.by_path(path.as_bstr()) {
            let enters = language.is_some() && self.is_new_code(&why, excluder);
            let is_left_out = self.binary || added.is_some() || enters;
            return if is_left_out { Settled::left_out(left_out(why, added)) } else { Settled::default() };
        }
        if self.binary {
            return Settled::left_out(left_out(Why::by_content(Reason::Binary, "the patch calls it binary"), None));
        }
        let family = language.map(lang::family);
        let was_code =
            self.was_code(excluder).is_some_and(|before| family.is_none_or(|family| lang::family(before) == family));
        let size = new.bytes().len() as u64;
        let too_large = (size > excluder.max_bytes).then(|| {
            let detail = format!("{size} bytes; the limit is {}", excluder.max_bytes);
            Why::by_content(Reason::TooLarge, detail)
        });
        let why = too_large.or_else(|| excluder.by_content(&new));
        if let Some(why) = why.clone().filter(|_| !was_code) {
            return Settled::left_out(left_out(why, added));
        }
        let changes = !self.hunks.is_empty() || self.renamed_from.is_some();
        let became_code = language.is_some() && !self.is_new && !was_code && changes;
        let unseen = became_code.then(|| {
            let detail = "was not analysed before, and the patch does not show all of it";
            left_out(Why { reason: Reason::NoGrammar, detail: detail.into(), ground: Ground::Lines }, None)
        });
        let file = (!self.hunks.is_empty()).then(|| self.into_change(path.clone(), became_code, removed));
        let mut settled = Settled { file, excluded: unseen.into_iter().collect() };
        if let Some(file) = settled.file.as_mut().filter(|_| why.is_some()) {
            settled.excluded.extend(kept_lines::bound(file, excluder));
        }
        settled
    }

    /// The language of the file before, where it was analysed, as far as the patch shows. Without a header of git, the name
    /// before says nothing: `diff -u a.py.orig a.py`.
    fn was_code(&self, excluder: &Excluder) -> Option<&'static Language> {
        let path = self.renamed_from.as_ref().or(self.new_path.as_ref()).or(self.old_path.as_ref());
        let path = path.filter(|_| !self.is_new)?;
        let old = Text::from_parts(self.hunks.iter().map(|hunk| (hunk.old_start, hunk.old.clone())));
        let is_read = excluder.by_path(path.as_bstr()).is_none() && excluder.by_content(&old).is_none();
        lang::for_path(path, old.line(0)).filter(|_| is_read)
    }

    /// Whether a rename brings code to a path that is left out, and nobody could know it as code before: it was text, or was
    /// left out for another reason.
    fn is_new_code(&self, why: &Why, excluder: &Excluder) -> bool {
        self.renamed_from.as_ref().is_some_and(|from| {
            let before = excluder.by_path(from.as_bstr());
            let is_same = before.is_none_or(|before| (before.reason, before.ground) == (why.reason, why.ground));
            lang::for_path(from, b"").is_none() || !is_same
        })
    }

    fn new_text(&self) -> Text {
        Text::from_parts(self.hunks.iter().map(|hunk| (hunk.new_start, hunk.new.clone())))
    }

    /// How much it adds.
    fn added(&self, new: &Text) -> Added {
        let mut first = 0;
        let mut spans = Vec::new();
        for hunk in &self.hunks {
            spans.extend(linediff::spans(hunk.added.iter().map(|line| line + first)));
            first += hunk.new_lines;
        }
        // Nothing added is no lines and no bytes.
        Added::of(new, &spans).unwrap_or_default()
    }

    /// Code that was none before, or was left out, is all new.
    fn into_change(mut self, path: BString, became_code: bool, removed: &AllRemoved<'_>) -> FileChange {
        for hunk in &mut self.hunks {
            remove_nuls(&mut hunk.old);
            remove_nuls(&mut hunk.new);
            if became_code {
                hunk.added = (0..hunk.new_lines).collect();
                hunk.old.clear();
                hunk.old_lines = 0;
            }
        }
        let new = self.new_text();
        let old = Text::from_parts(self.hunks.iter().map(|hunk| (hunk.old_start, hunk.old.clone())));
        let old_path = self.renamed_from.or(self.old_path).filter(|old| *old != path);
        let is_new = self.is_new || became_code;
        let removed = match lang::for_path(&path, new.line(0)) {
            Some(language) => removed.from_code.get(lang::family(language)),
            None => Some(&removed.from_all),
        };
        let mut file = FileChange {
            path,
            old_path,
            is_new,
            new: Arc::new(new),
            old: (!is_new).then(|| Arc::new(old.clone())),
            authored: Vec::new(),
            moved_lines: 0,
            whitespace_lines: 0,
            carried: None,
            origins: Vec::new(),
        };
        settle_lines(&mut file, &old, &self.hunks, removed);
        file
    }
}

/// Reads around NUL bytes. The number of lines stays: a last line of nothing else becomes an empty one.
fn remove_nuls(text: &mut Vec<u8>) {
    let ends_in_nul = text.last() == Some(&0);
    text.retain(|byte| *byte != 0);
    if ends_in_nul && text.last().is_none_or(|byte| *byte == b'\n') {
        text.push(b'\n');
    }
}

/// Which of the added lines were authored.
fn settle_lines(file: &mut FileChange, old: &Text, hunks: &[PatchHunk], removed: Option<&Removed<'_>>) {
    let (mut added, mut whitespace) = (Vec::new(), Vec::new());
    let (mut old_line, mut new_line) = (0, 0);
    for hunk in hunks {
        let placed = |lines: &[u32], start: u32| linediff::spans(lines.iter().map(|line| line + start));
        added.extend(placed(&hunk.added, new_line));
        // Within a hunk, removed and added lines may pair up in white space across a context line;
        // treating the hunk as one edit finds those too, and context equals context.
        let edit = linediff::Edit {
            old: Span::new(old_line, old_line + hunk.old_lines),
            new: Span::new(new_line, new_line + hunk.new_lines),
        };
        whitespace.extend(linediff::whitespace_only(old, &file.new, edit));
        old_line += hunk.old_lines;
        new_line += hunk.new_lines;
    }
    let rest = linediff::subtract(&added, &whitespace);
    let count = |spans: &[Span]| spans.iter().map(|span| span.len()).sum::<u32>();
    let moved: Vec<Span> =
        removed.into_iter().flat_map(|removed| rest.iter().flat_map(|&span| removed.moved(&file.new, span))).collect();
    file.moved_lines = count(&moved);
    let left = linediff::subtract(&rest, &moved);
    let blank = linediff::blank_only(&file.new, &left);
    file.whitespace_lines = count(&added) - count(&rest) + count(&blank);
    file.authored = linediff::subtract(&left, &blank);
    file.origins = file.authored.iter().map(|&span| Origin::unknown(span)).collect();
}
