//! What a hunk's signals look at, in one place. Evidence quotes what was written; all else is as a reader compares it.

use std::borrow::Cow;
use std::ops::Range;

use crate::signals::metric::MIN_BEFORE;
use crate::signals::{Evidence, quote};
use crate::syntax::profile::Profile;
use crate::syntax::regions::Region;
use crate::syntax::{Hunk, MIN_LINES, Syntax};
use ai_detect_base::change::{ChangeSet, FileChange, Span};
use ai_detect_base::slices::items_of;
use ai_detect_base::text::Text;
use ai_detect_lang::{self as lang, Language};

/// A hunk with its surroundings.
pub struct Block<'a> {
    /// The file.
    pub file: &'a FileChange,
    /// Its trees.
    pub syntax: &'a Syntax,
    /// The hunk.
    pub hunk: &'a Hunk,
    /// The habits of the same file before the change; absent for new and very short files.
    pub before: Option<&'a Profile>,
    /// How many new code files the change brings.
    pub new_files: u32,
}

/// How many bytes of a line are looked at for a quotation.
const MAX_QUOTED: usize = 1024;

/// How many new files of code a change brings.
pub fn new_files(change: &ChangeSet) -> u32 {
    let is_new_code = |file: &&FileChange| file.is_new && lang::of_file(file).is_some();
    change.files.iter().filter(is_new_code).count() as u32
}

/// The habits of a file before the change, where it has a hunk that can be scored and was long enough
/// to have habits.
pub fn before(file: &FileChange, syntax: &Syntax) -> Option<Profile> {
    let scored = syntax.hunks.iter().any(|hunk| hunk.weight >= MIN_LINES);
    let (language, old) = syntax.language.zip(file.old.as_ref()).filter(|_| scored)?;
    Some(Profile::of_all(old, language)).filter(|profile| profile.lines >= MIN_BEFORE)
}

impl Block<'_> {
    /// The language; `None` for text without a grammar.
    pub(crate) fn language(&self) -> Option<&'static Language> {
        self.syntax.language
    }

    /// Its name.
    pub fn language_name(&self) -> Option<&'static str> {
        self.syntax.language.map(|language| language.name)
    }

    /// Whether a line was authored in this change.
    pub(crate) fn is_authored(&self, line: u32) -> bool {
        let spans = &self.hunk.authored;
        let after = spans.partition_point(|span| span.start <= line);
        after.checked_sub(1).and_then(|at| spans.get(at)).is_some_and(|span| span.contains(line))
    }

    /// The authored lines as a reader compares them, with their numbers.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let lines = self.hunk.authored.iter().flat_map(|span: &Span| span.start..span.end);
        lines.map(|line| (line, self.hunk.seen.line(line).unwrap_or_else(|| self.file.new.line(line))))
    }

    /// A part of the file as a reader compares it, with as many lines as it was written with.
    pub(crate) fn compared(&self, bytes: Range<usize>) -> Cow<'_, [u8]> {
        self.hunk.seen.bytes(items_of(self.file.new.bytes(), bytes))
    }

    /// How its lines are written.
    pub(crate) fn profile(&self, language: &Language) -> Profile {
        if self.hunk.seen.disguise.is_empty() {
            return Profile::of(&self.file.new, &self.hunk.authored, language);
        }
        let lines: Vec<&[u8]> = self.lines().map(|(_, line)| line).collect();
        Profile::of_all(&Text::new(lines.join(&b'\n')), language)
    }

    /// The first line at or after `line` that is neither blank nor a comment.
    pub(crate) fn code_line_after(&self, line: u32) -> Option<u32> {
        let marks = self.language().map_or(&[] as &[&str], |language| language.line_comments);
        (line..self.file.new.len().min(line + 4)).find(|&line| {
            let content = self.file.new.line(line).trim_ascii();
            !content.is_empty() && !marks.iter().any(|mark| content.starts_with(mark.as_bytes()))
        })
    }

    /// Evidence that quotes a line as it stands in the file.
    pub(crate) fn line_evidence(&self, line: u32) -> Evidence {
        let content = self.file.new.line(line);
        let column = content.iter().take_while(|byte| byte.is_ascii_whitespace()).count() as u32;
        // A line may be all of a file.
        let start = items_of(content, column as usize..);
        let text = quote(&String::from_utf8_lossy(start.get(..MAX_QUOTED).unwrap_or(start)));
        Evidence { line, end_line: line + 1, column, text, contribution: 0.0 }
    }

    /// Evidence for a whole region, quoting its first line.
    pub(crate) fn region_evidence(&self, region: &Region) -> Evidence {
        Evidence { end_line: region.span.end, ..self.line_evidence(region.span.start) }
    }
}
