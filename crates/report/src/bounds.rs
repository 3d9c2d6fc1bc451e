//! The bounds of a report. The writer keeps to them and the reader asks for them, so a report that is written is
//! always read.

/// The largest report that is written as JSON, in bytes.
pub const MAX_WRITTEN_BYTES: usize = 32 << 20;
/// The largest report that is read, in bytes: more than is written, since others may indent it differently.
pub const MAX_READ_BYTES: usize = 64 << 20;
/// How many commits a report lists.
pub(crate) const MAX_COMMITS: usize = 100_000;
/// How many blocks a report lists.
pub const MAX_HUNKS: usize = 200_000;
/// How many signals of one block or message a report lists.
pub const MAX_SIGNALS: usize = 2000;
/// How many places of one signal a report lists.
pub(crate) const MAX_EVIDENCE: usize = 100;
/// How many lines to paste a report lists for one commit.
pub(crate) const MAX_PASTED_LINES: usize = 100;
/// The largest number of a line.
pub(crate) const MAX_LINE: u32 = 100_000_000;
/// The longest path, in bytes: the limit of common systems.
pub(crate) const MAX_PATH: usize = 4096;
/// The longest text, in bytes.
pub(crate) const MAX_TEXT: usize = 64 << 10;
/// The longest id of a rule, in bytes.
pub(crate) const MAX_RULE: usize = 200;
/// How many rules a signal about several blocks together names.
pub(crate) const MAX_TOGETHER: usize = 20;
/// How many classes of sensitive paths a block names.
pub(crate) const MAX_SENSITIVE: usize = 40;
/// The longest name of a language, in bytes.
pub(crate) const MAX_LANGUAGE: usize = 40;
/// The largest count of something that a report leaves out.
pub(crate) const MAX_COUNT: u64 = 1_000_000_000;

/// What is wrong, if anything is.
pub type Checked = Result<(), &'static str>;

/// An error that says what is wrong, unless something holds.
pub(crate) fn ensure(holds: bool, what: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(what) }
}

/// Whether a report can name a path: one within the repository, and not too long.
pub fn path(path: &str) -> Checked {
    ensure(!path.is_empty() && path.len() <= MAX_PATH, "the path is empty or too long")?;
    ensure(!path.contains('\0'), "the path holds a NUL")?;
    ensure(!path.starts_with('/') && path.split('/').all(|part| part != ".."), "the path leads out of the repository")
}

/// Whether a report can name some lines.
pub fn lines(start: u32, end: u32) -> Checked {
    ensure(start >= 1 && start <= end && end <= MAX_LINE, "the lines are out of bounds")
}
