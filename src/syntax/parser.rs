//! Parsing one window of a text, within bounds. Which windows there are is in [`super::window`].

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::window::Window;
use crate::lang::Language;
use crate::text::Text;

/// How often a parser may report progress before it is stopped; each report stands for about a
/// hundred parse steps, so this is a bound on work, the same on every machine. Windows of real code
/// take at most 200 of them ([`super::window`] bounds how large they are).
const MOST_PROGRESS: u64 = 4_000;
/// What all windows of a file may take in processor time for each byte that is parsed, since a step is not always short.
/// Whole files of the slowest language take 0.3 µs a byte.
const MOST_TIME_OF_BYTE: Duration = Duration::from_micros(3);
/// What they may take on top of that.
const MOST_TIME: Duration = Duration::from_millis(500);
/// After how many reports the clock is looked at.
const LOOK: u64 = 16;

/// How many bytes the parser gets at a time.
const CHUNK: usize = 4096;
/// How many chunks it may ask for: some scanners look far ahead again and again. This is a bound on
/// reading as the one above is on parsing; ordinary files ask for each chunk a few times.
const MOST_CHUNKS: usize = 20_000;

/// A tree that is deeper than this is not read: no person nests so deep, and every hunk is searched
/// from the root, which a file made for the purpose could drag out for minutes.
const MOST_DEPTH: usize = 2_000;
/// A tree that holds more than this many pieces in one place that the grammar could not make sense
/// of is not read: nothing in it means anything, and each hunk would walk past all of them.
const MOST_BROKEN: u32 = 10_000;

/// Parses one part of a text; positions are those of the whole text. `None` where the part is too costly
/// to parse, or others of its file were.
pub fn parse(
    language: &'static Language,
    text: &Text,
    window: &Window,
    allowance: &Allowance,
) -> Option<tree_sitter::Tree> {
    thread_local! {
        static PARSERS: RefCell<Parsers> = RefCell::default();
    }
    PARSERS.with_borrow_mut(|parsers| parsers.parse(language, text, window, allowance))
}

/// The processor time that is left for the windows of a file, in nanoseconds.
pub struct Allowance(AtomicU64);

impl Allowance {
    /// For windows that hold so many bytes together.
    pub fn of(bytes: usize) -> Self {
        let most = MOST_TIME + MOST_TIME_OF_BYTE * u32::try_from(bytes).unwrap_or(u32::MAX);
        Allowance(AtomicU64::new(nanoseconds(most)))
    }

    fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, spent: u64) {
        // Whoever comes last may find nothing left: then the file was too costly.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(spent)));
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What this thread has taken so far, in nanoseconds.
#[cfg(unix)]
fn taken() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    nanoseconds(Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32))
}

/// The same where threads have no clock of their own: how long it has been running.
#[cfg(not(unix))]
fn taken() -> u64 {
    static BEGUN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    nanoseconds(BEGUN.elapsed())
}

/// One parser a language, made when first needed.
#[derive(Default)]
struct Parsers {
    by_language: FxHashMap<&'static str, tree_sitter::Parser>,
}

impl Parsers {
    fn parse(
        &mut self,
        language: &'static Language,
        text: &Text,
        window: &Window,
        allowance: &Allowance,
    ) -> Option<tree_sitter::Tree> {
        let left = allowance.left();
        if left == 0 || !window.is_bounded(text) {
            return None;
        }
        let key = language.extensions.first().copied().unwrap_or(language.name);
        if !self.by_language.contains_key(key) {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&(language.grammar)()).ok()?;
            self.by_language.insert(key, parser);
        }
        let parser = self.by_language.get_mut(key)?;
        parser.set_included_ranges(&window.ranges(text)).ok()?;
        let mut steps = 0u64;
        let chunks = Cell::new(0);
        let begun = taken();
        let spent = || taken().saturating_sub(begun);
        let mut progress = |_: &tree_sitter::ParseState| {
            steps += 1;
            let slow = steps.is_multiple_of(LOOK) && spent() > left;
            let stop = slow || steps > MOST_PROGRESS || chunks.get() > MOST_CHUNKS;
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = tree_sitter::ParseOptions::new().progress_callback(&mut progress);
        let bytes = text.bytes();
        let mut read = |at: usize, _| {
            chunks.set(chunks.get() + 1);
            let rest = bytes.get(at..).unwrap_or_default();
            rest.get(..CHUNK).unwrap_or(rest)
        };
        let tree = parser.parse_with_options(&mut read, None, Some(options));
        if tree.is_none() {
            parser.reset();
        }
        let spent = spent();
        allowance.take(spent);
        tree.filter(|tree| spent <= left && is_readable(tree))
    }
}

/// Whether a tree is neither too deep nor too broken. Parts with too few nodes to be either are passed
/// over, so that this looks at a small share of an ordinary tree.
fn is_readable(tree: &tree_sitter::Tree) -> bool {
    let mut cursor = tree.walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        if depth > MOST_DEPTH || (node.is_error() && node.child_count() > MOST_BROKEN) {
            return false;
        }
        if depth + node.descendant_count() > MOST_DEPTH && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return true;
            }
            depth -= 1;
        }
    }
}
