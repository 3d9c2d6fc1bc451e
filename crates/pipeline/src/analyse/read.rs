//! The first stage of a block: what is read of it, before anything is weighed.

use std::sync::Arc;

use rayon::prelude::*;

use super::Detail;
use super::blocks;
use super::counting;
use super::fingerprint::{content, fingerprint, number_twins};
use super::left_out;
use super::share::{Share, shares, total};
use ai_detect_base::change::{self, ChangeSet, Excluded, FileChange, Reason, Span, overlapping};
use ai_detect_base::lookalikes::Disguise;
use ai_detect_report::Region;
use ai_detect_style::signals::{Block, Engine, Reading, block};
use ai_detect_style::syntax::parser::Extra;
use ai_detect_style::syntax::{Hunk, MIN_LINES, Outline, Syntax};

/// A block with everything that was read of it.
pub(super) struct ReadBlock {
    pub(super) path: Arc<str>,
    /// Its file, by its place in the change.
    pub(super) file: usize,
    pub(super) language: Option<&'static str>,
    /// Its first and last line in the file, from 1.
    pub(super) lines: (u32, u32),
    pub(super) added_lines: u32,
    pub(super) reading: Reading,
    pub(super) shares: Vec<Share>,
    /// Where its lines come from.
    pub(super) origins: Vec<change::Origin>,
    /// The runs of its lines whose attestation counts: see [`telling`].
    pub(super) telling: Vec<Span>,
    pub(super) fingerprint: String,
    pub(super) content: String,
    /// Whether anything is said of it alone.
    pub(super) scored: bool,
    /// What in it was hidden or imitated Latin letters.
    pub(super) disguise: Option<Disguise>,
    /// How many of its lines are not blank, where its language is known: what it brings to its commit's code.
    pub(super) read_lines: u32,
    /// Its comments and documentation, by whole lines. Empty where nobody reads a reason.
    pub(super) prose: Vec<(Span, Region)>,
    /// What to add to a line of the text, from 0, to get its number in the file, from 1: a block is contiguous in both.
    pub(super) shift: i64,
}

/// All blocks of a change, and what has none. Several reports can be made of them.
pub struct ReadBlocks {
    pub(super) blocks: Vec<ReadBlock>,
    pub(super) excluded: Vec<Excluded>,
}

impl ReadBlocks {
    /// The same blocks as those of a patch, which no commit brought.
    #[must_use]
    pub fn loose(mut self) -> Self {
        for block in &mut self.blocks {
            let lines = total(&block.shares);
            block.shares = if lines > 0 { vec![Share { commit: None, lines }] } else { Vec::new() };
            block.origins.iter_mut().for_each(|origin| origin.commit = None);
        }
        self
    }
}

/// Reads all blocks of a change.
pub(super) fn read(change: &ChangeSet, engine: &Engine<'_>, detail: Detail) -> ReadBlocks {
    let outlines: Vec<Outline> = change.files.par_iter().map(Outline::of).collect();
    let counting = counting::files(change, &outlines);
    let too_many = blocks::left_out(&outlines);
    let reader = Reader { engine, extra: Extra::default(), new_files: block::new_files(change), detail };
    let files = change.files.par_iter().zip(outlines).zip(counting).zip(too_many);
    let of = |(((file, outline), counts), too_many): (((&FileChange, Outline), bool), Option<usize>)| {
        if let Err(why) = left_out::nameable(file) {
            return (Vec::new(), vec![left_out::file(file, Reason::UnusablePath, why.into())]);
        }
        if let Some(blocks) = too_many {
            let detail = format!("{blocks} blocks of added lines, more than are looked at in one change");
            return (Vec::new(), vec![left_out::file(file, Reason::TooLarge, detail)]);
        }
        reader.file(file, outline, counts)
    };
    let found: Vec<(Vec<ReadBlock>, Vec<Excluded>)> = files.map(of).collect();
    let (mut blocks, mut excluded) = (Vec::new(), Vec::new());
    for (at, (mut of_file, mut left_out)) in found.into_iter().enumerate() {
        of_file.iter_mut().for_each(|block| block.file = at);
        blocks.append(&mut of_file);
        excluded.append(&mut left_out);
    }
    if detail != Detail::Numbers {
        number_twins(blocks.iter_mut().map(|block| &mut block.fingerprint));
    }
    ReadBlocks { blocks, excluded }
}

/// What blocks are read with.
struct Reader<'a> {
    engine: &'a Engine<'a>,
    extra: Extra,
    /// How many files of the change are new.
    new_files: u32,
    detail: Detail,
}

impl Reader<'_> {
    /// The blocks of a file, and what of it is not scored. `counts` says whether any block counts.
    fn file(&self, file: &FileChange, outline: Outline, counts: bool) -> (Vec<ReadBlock>, Vec<Excluded>) {
        let syntax = if counts {
            outline.read(file, &|language| self.engine.asked(language), &self.extra)
        } else {
            outline.unread(file)
        };
        let before = block::before(file, &syntax);
        let path: Arc<str> = String::from_utf8_lossy(&file.path).into();
        let blocks = syntax.hunks.par_iter().map(|hunk| {
            let block = Block { file, syntax: &syntax, hunk, before: before.as_ref(), new_files: self.new_files };
            self.block(&block, path.clone(), counts)
        });
        (blocks.collect(), left_out::of_read(file, &syntax))
    }

    fn block(&self, block: &Block<'_>, path: Arc<str>, counts: bool) -> ReadBlock {
        let Block { file, syntax, hunk, .. } = *block;
        let read_lines = read_lines(syntax, hunk);
        let is_named = self.detail != Detail::Numbers;
        let named = |name: fn(&FileChange, &[Span]) -> String| {
            if is_named { name(file, &hunk.authored) } else { String::new() }
        };
        let origins = hunk
            .authored
            .iter()
            .flat_map(|span| overlapping(&file.origins, *span).iter().filter_map(|origin| origin.within(*span)));
        ReadBlock {
            path,
            // Set where the blocks of all files are collected.
            file: 0,
            language: block.language_name(),
            lines: (file.new.number(hunk.span.start), file.new.number(hunk.span.end.saturating_sub(1))),
            added_lines: hunk.added_lines,
            reading: if counts && read_lines > 0 { self.engine.read(block) } else { Reading::default() },
            shares: shares(file, &hunk.authored),
            origins: origins.collect(),
            telling: telling(file, &hunk.authored),
            fingerprint: named(fingerprint),
            content: named(content),
            scored: read_lines >= MIN_LINES,
            disguise: Some(&hunk.seen.disguise).filter(|disguise| !disguise.is_empty()).cloned(),
            read_lines,
            prose: if is_named { prose(hunk) } else { Vec::new() },
            shift: i64::from(file.new.number(hunk.span.start)) - i64::from(hunk.span.start),
        }
    }
}

/// The runs of authored lines by which a block is attested: those that hold a letter or a digit. Recorders leave out
/// blank lines and lone brackets, and those say nothing of who wrote a block. Where a block has nothing but brackets,
/// they count; where it has nothing but blank lines, none does.
fn telling(file: &FileChange, authored: &[Span]) -> Vec<Span> {
    let words = runs(authored, |line| file.new.holds_words(line));
    if words.is_empty() { runs(authored, |line| !file.new.is_blank(line)) } else { words }
}

/// The longest runs of lines that fit.
fn runs(spans: &[Span], fits: impl Fn(u32) -> bool) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    for line in spans.iter().flat_map(|span| span.start..span.end).filter(|line| fits(*line)) {
        match runs.last_mut() {
            Some(last) if last.end == line => last.end = line + 1,
            _ => runs.push(Span::new(line, line + 1)),
        }
    }
    runs
}

/// The comments and the documentation of a hunk. A comment behind code shares its line with the code.
fn prose(hunk: &Hunk) -> Vec<(Span, Region)> {
    let comments = hunk.regions.comments.iter().filter(|region| !region.trailing);
    let comments = comments.map(|region| (region.span, Region::Comment));
    comments.chain(hunk.regions.docstrings.iter().map(|region| (region.span, Region::Documentation))).collect()
}

/// Text without a grammar is not scored.
fn read_lines(syntax: &Syntax, hunk: &Hunk) -> u32 {
    if syntax.language.is_some() { hunk.weight } else { 0 }
}
