//! Parsing one window of a text, within bounds. Which windows there are is in `super::window`.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::window::Window;
use ai_detect_base::text::Text;
use ai_detect_lang::Language;

/// How often a parser may report progress before it is stopped; each report stands for about a
/// hundred parse steps, so this is a bound on work, the same on every machine. Windows of real code
/// take at most 200 of them ([`super::window`] bounds how large they are).
const MAX_PROGRESS: u64 = 4_000;
/// What a window may take in processor time by itself, for each of its bytes, since a step is not always short. Real code
/// of the slowest language takes 0.3 µs a byte.
const TIME_OF_BYTE: Duration = Duration::from_micros(1);
/// What it may take on top of that.
const TIME: Duration = Duration::from_millis(1);
/// What all windows of a file may take beyond their own time.
const MAX_EXTRA_OF_FILE: Duration = Duration::from_millis(500);
/// What all files of a change may take beyond their own time, one after the other.
const MAX_EXTRA: Duration = Duration::from_secs(4);
/// After how many reports the clock is looked at.
const LOOK: u64 = 4;

/// How many bytes the parser gets at a time.
const CHUNK: usize = 4096;
/// How many chunks it may ask for: some scanners look far ahead again and again. This is a bound on
/// reading as the one above is on parsing; ordinary files ask for each chunk a few times.
const MAX_CHUNKS: usize = 20_000;

/// A tree that is deeper than this is not read: no person nests so deep, and every hunk is searched
/// from the root, which a file made for the purpose could drag out for minutes.
const MAX_DEPTH: usize = 2_000;
/// A tree that holds more than this many pieces in one place that the grammar could not make sense
/// of is not read: nothing in it means anything, and each hunk would walk past all of them.
const MAX_BROKEN: u32 = 10_000;

/// Parses one part of a text; positions are those of the whole text. `None` where the part is too costly
/// to parse, or others of its file were.
pub(crate) fn parse(
    language: &'static Language,
    text: &Text,
    window: &Window,
    allowance: &Allowance<'_>,
) -> Option<tree_sitter::Tree> {
    thread_local! {
        static PARSERS: RefCell<Parsers> = RefCell::default();
    }
    PARSERS.with_borrow_mut(|parsers| parsers.parse(language, text, window, allowance))
}

/// The processor time, in nanoseconds, that is left for what takes longer to parse than its own time. Whoever takes of it
/// has it alone meanwhile: what is costly takes much memory, too, so only one such window of a change is parsed at a time.
pub struct Extra(Mutex<u64>);

impl Default for Extra {
    fn default() -> Self {
        Extra(Mutex::new(nanoseconds(MAX_EXTRA)))
    }
}

impl Extra {
    fn turn(&self) -> MutexGuard<'_, u64> {
        // A number is whole whatever happened to whoever held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the windows of a file may take of a change's extra time, in nanoseconds.
pub struct Allowance<'a> {
    left: AtomicU64,
    extra: &'a Extra,
}

impl<'a> Allowance<'a> {
    /// For a file.
    pub(crate) fn of(extra: &'a Extra) -> Self {
        Allowance { left: AtomicU64::new(nanoseconds(MAX_EXTRA_OF_FILE)), extra }
    }

    fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// A file is parsed as a whole or not at all: no other window of it needs to be begun.
    fn give_up(&self) {
        self.left.store(0, Ordering::Relaxed);
    }

    /// Takes what a window took beyond its own time; whether that was left.
    fn take(&self, turn: Option<MutexGuard<'a, u64>>, beyond: u64) -> bool {
        if beyond == 0 {
            return true;
        }
        let mut extra = turn.unwrap_or_else(|| self.extra.turn());
        let fits = beyond <= self.left().min(*extra);
        *extra = extra.saturating_sub(beyond);
        // Whoever comes last may find nothing left: then the file was too costly.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(beyond)));
        fits
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
        allowance: &Allowance<'_>,
    ) -> Option<tree_sitter::Tree> {
        if allowance.left() == 0 || !window.is_bounded(text) {
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
        let own = nanoseconds(TIME + TIME_OF_BYTE * text.slice(window.span).len() as u32);
        let beyond = || taken().saturating_sub(begun).saturating_sub(own);
        let mut turn = None;
        let mut progress = |_: &tree_sitter::ParseState| {
            steps += 1;
            let beyond = if steps.is_multiple_of(LOOK) { beyond() } else { 0 };
            let slow = beyond > 0 && {
                let extra = turn.get_or_insert_with(|| allowance.extra.turn());
                beyond > allowance.left().min(**extra)
            };
            let stop = slow || steps > MAX_PROGRESS || chunks.get() > MAX_CHUNKS;
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = tree_sitter::ParseOptions::new().progress_callback(&mut progress);
        let bytes = text.bytes();
        let mut read = |at: usize, _| {
            chunks.set(chunks.get() + 1);
            // The parser asks beyond the end to learn that it is there.
            let rest = bytes.get(at..).unwrap_or(&[]);
            rest.get(..CHUNK).unwrap_or(rest)
        };
        let tree = parser.parse_with_options(&mut read, None, Some(options));
        if tree.is_none() {
            parser.reset();
        }
        let fits = allowance.take(turn, beyond());
        let tree = tree.filter(|tree| fits && is_readable(tree));
        if tree.is_none() {
            allowance.give_up();
        }
        tree
    }
}

/// Whether a tree is neither too deep nor too broken. Parts with too few nodes to be either are passed
/// over, so that this looks at a small share of an ordinary tree.
fn is_readable(tree: &tree_sitter::Tree) -> bool {
    let mut cursor = tree.walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        if depth > MAX_DEPTH || (node.is_error() && node.child_count() > MAX_BROKEN) {
            return false;
        }
        if depth + node.descendant_count() > MAX_DEPTH && cursor.goto_first_child() {
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
