//! From a changed file to its hunks, each with the regions that signals look at.
//!
//! Only the surroundings of what can be scored are parsed (`window`); what is read out of the
//! tree is in [`regions`], and how runs of added lines become reviewable blocks in [`hunks`].
//! Nothing here judges.

mod comment;
pub mod hunks;
pub mod parser;
pub(crate) mod profile;
pub mod regions;
pub(crate) mod roles;
pub(crate) mod seen;
pub(crate) mod window;
pub(crate) mod words;

use rayon::prelude::*;

use ai_detect_base::change::{FileChange, Span};
use ai_detect_lang::{self as lang, Language};
use parser::{Allowance, Extra};
use regions::{Asked, Regions};
use seen::Seen;
use window::Window;

/// A reviewable block of added lines in one file at the head.
#[derive(Debug)]
pub struct Hunk {
    /// From its first authored line to its last.
    pub span: Span,
    /// Its authored lines. Sorted, disjoint.
    pub authored: Vec<Span>,
    /// How many lines were authored.
    pub added_lines: u32,
    /// How many of them are not blank.
    pub weight: u32,
    /// What was read out of the syntax tree; empty for text without a grammar.
    pub regions: Regions,
    /// Its lines as a reader compares them.
    pub seen: Seen,
}

/// A file's hunks, and the trees that queries run on.
pub struct Syntax {
    /// The language; `None` for text without a grammar.
    pub language: Option<&'static Language>,
    /// The hunks, in order.
    pub hunks: Vec<Hunk>,
    /// The parsed parts of the file with their trees, in order.
    pub trees: Vec<(Span, tree_sitter::Tree)>,
    /// Set when a part of the file took longer to parse than allowed.
    pub gave_up: bool,
}

/// Fewer non-blank authored lines than this say too little alone: the hunk's verdict is `unknown`. What a
/// commit's small hunks say together is read all the same.
pub const MIN_LINES: u32 = 5;

/// What is known of a file's authored lines before anything is parsed.
pub struct Outline {
    /// The language; `None` for text without a grammar.
    pub language: Option<&'static Language>,
    /// The runs of authored lines, in order.
    pub runs: Vec<hunks::Run>,
}

impl Outline {
    /// The outline of a file.
    pub fn of(file: &FileChange) -> Outline {
        let language = lang::of_file(file);
        Outline { language, runs: hunks::runs(&file.new, &file.authored) }
    }

    /// Cuts the runs into hunks and reads their regions. The time for what is costly to parse is that of the whole change.
    pub fn read(self, file: &FileChange, asked: &Asked<'_>, extra: &Extra) -> Syntax {
        let Outline { language, runs } = self;
        let mut syntax = Syntax { language, hunks: Vec::new(), trees: Vec::new(), gave_up: false };
        let mut cuts = hunks::Cuts::default();
        let windows = language.map_or_else(Vec::new, |language| window::windows(&file.new, &runs, language));
        // What stands in several windows is several blocks.
        let starts: Vec<u32> = windows.iter().map(|window| window.span.start).collect();
        let runs: Vec<hunks::Run> = runs.into_iter().flat_map(|run| run.split_at(&starts, &file.new)).collect();
        // Only long runs are cut.
        let long: Vec<Span> = runs.iter().filter(|run| run.is_long()).map(hunks::Run::span).collect();
        let has_long = |span: Span| {
            let first = long.partition_point(|run| run.start < span.start);
            long.get(first).is_some_and(|run| span.contains(run.start))
        };
        if let Some(language) = language {
            // One large file may be most of a change.
            let allowance = Allowance::of(extra);
            let parse = |window: Window| (window.span, parser::parse(language, &file.new, &window, &allowance));
            for (span, tree) in windows.into_par_iter().map(parse).collect::<Vec<_>>() {
                match tree {
                    Some(tree) => {
                        if has_long(span) {
                            cuts.read(&tree, &file.new, language);
                        }
                        syntax.trees.push((span, tree));
                    }
                    None => syntax.gave_up = true,
                }
            }
            // Which part is given up may depend on how busy a machine is; whether any is does not.
            if syntax.gave_up {
                syntax.trees.clear();
                cuts = hunks::Cuts::default();
            }
        }
        let pieces: Vec<hunks::Piece> = runs.into_iter().flat_map(|run| hunks::cut(&file.new, run, &cuts)).collect();
        let hunk = |piece: hunks::Piece| {
            let seen = match syntax.language {
                Some(_) => Seen::of(&file.new, &piece.authored),
                None => Seen::default(),
            };
            let regions = syntax.regions_of(file, &piece, &seen, asked);
            piece.into_hunk(&file.new, regions, seen)
        };
        syntax.hunks = pieces.into_par_iter().map(hunk).collect();
        syntax
    }

    /// The runs as hunks, with nothing read out of them: none is long.
    pub fn unread(self, file: &FileChange) -> Syntax {
        let hunks =
            self.runs.into_iter().map(|run| run.into_hunk(&file.new, Regions::default(), Seen::default())).collect();
        Syntax { language: self.language, hunks, trees: Vec::new(), gave_up: false }
    }
}

/// Cuts a file's authored lines into hunks and reads their regions.
pub fn read(file: &FileChange, asked: &Asked<'_>) -> Syntax {
    Outline::of(file).read(file, asked, &Extra::default())
}

impl Syntax {
    fn regions_of(&self, file: &FileChange, piece: &hunks::Piece, seen: &Seen, asked: &Asked<'_>) -> Regions {
        let Some(language) = self.language else { return Regions::default() };
        match self.tree_of(piece.span()) {
            Some(tree) => regions::read(tree, (&file.new, seen), &piece.authored, language, asked(language)),
            None => Regions::default(),
        }
    }

    /// The tree that covers a span, where one was parsed.
    pub(crate) fn tree_of(&self, span: Span) -> Option<&tree_sitter::Tree> {
        let after = self.trees.partition_point(|(parsed, _)| parsed.start <= span.start);
        let (parsed, tree) = self.trees.get(after.checked_sub(1)?)?;
        parsed.contains(span.start).then_some(tree)
    }
}
