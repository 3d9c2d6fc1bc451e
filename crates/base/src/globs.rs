//! Many path patterns at once, each compiled when a path might match it.
//!
//! Compiling all built-in patterns costs more than reading a small change. A pattern can only match a
//! path that holds its longest piece of plain text: most paths hold none of them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use bstr::ByteSlice;
use globset::{Glob, GlobBuilder, GlobSet};
use memchr::memmem::Finder;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use crate::slices::items_of;

/// A pattern that is not a glob.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is not a path pattern: {problem}")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Whether `A` and `a` are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// They differ, as in a `.gitattributes` file.
    Differs,
    /// They are the same.
    Same,
}

/// Path patterns in the order in which they were added.
#[derive(Debug)]
pub struct Globs {
    case: Case,
    each: Vec<One>,
}

#[derive(Debug)]
struct One {
    /// A path without it, in lower case where case does not matter, cannot match; may be empty.
    needed: Finder<'static>,
    glob: Glob,
    quick: OnceLock<Option<Regex>>,
    /// How many paths were looked at.
    looks: AtomicU32,
    thorough: OnceLock<Option<Regex>>,
}

/// After so many paths a pattern is compiled thoroughly.
const MANY: u32 = 24;

impl Globs {
    /// No pattern.
    pub fn new(case: Case) -> Self {
        Globs { case, each: Vec::new() }
    }

    /// Patterns that the program brings, each compiled when it is first needed.
    ///
    /// # Errors
    /// At the first that is not a glob.
    pub fn builtin(case: Case, patterns: &[String]) -> Result<Self, PatternError> {
        let mut globs = Globs::new(case);
        patterns.iter().try_for_each(|pattern| globs.add(pattern))?;
        Ok(globs)
    }

    /// Adds one of the patterns that the program brings.
    ///
    /// # Errors
    /// Where it is not a glob.
    pub fn add(&mut self, pattern: &str) -> Result<(), PatternError> {
        let glob = GlobBuilder::new(pattern)
            .literal_separator(true)
            .empty_alternates(true)
            .case_insensitive(self.case == Case::Same)
            .build()
            .map_err(|error| PatternError { pattern: pattern.into(), problem: error.kind().to_string() })?;
        let needed = Finder::new(&self.folded(needed(pattern))).into_owned();
        self.each.push(One {
            needed,
            glob,
            quick: OnceLock::new(),
            looks: AtomicU32::new(0),
            thorough: OnceLock::new(),
        });
        Ok(())
    }

    /// Adds one that somebody wrote: what is wrong with it must be said at once.
    ///
    /// # Errors
    /// Where it is not a glob, or too large to compile.
    pub fn add_checked(&mut self, pattern: &str) -> Result<(), PatternError> {
        self.add(pattern)?;
        let Some(added) = self.each.last() else { return Ok(()) };
        let compiled = GlobSet::new([added.glob.clone()]);
        compiled.map(drop).map_err(|error| PatternError { pattern: pattern.into(), problem: error.kind().to_string() })
    }

    /// The numbers of the patterns that match, in order.
    pub fn matches(&self, path: &[u8]) -> impl Iterator<Item = usize> {
        let folded = self.folded(path.to_vec());
        let path = path.to_vec();
        let matching = move |one: &One| one.needed.find(&folded).is_some() && one.is_match(&path);
        self.each.iter().enumerate().filter(move |(_, one)| matching(one)).map(|(at, _)| at)
    }

    /// Whether any pattern matches.
    pub fn is_match(&self, path: &[u8]) -> bool {
        self.matches(path).next().is_some()
    }

    fn folded(&self, mut text: Vec<u8>) -> Vec<u8> {
        if self.case == Case::Same {
            text.make_ascii_lowercase();
        }
        text
    }
}

impl One {
    /// That the built-in ones compile is tested; the others were compiled when they were added.
    fn is_match(&self, path: &[u8]) -> bool {
        let compiled = match self.looks.fetch_add(1, Ordering::Relaxed) < MANY {
            true => self.quick.get_or_init(|| compiled(&self.glob, false)),
            false => self.thorough.get_or_init(|| compiled(&self.glob, true)),
        };
        compiled.as_ref().is_some_and(|regex| regex.is_match(path))
    }
}

/// As the library of patterns compiles them, but for the search for literals, which takes longer than many paths; and,
/// where it need not be thorough, for automata.
fn compiled(glob: &Glob, thorough: bool) -> Option<Regex> {
    let syntax = syntax::Config::new().utf8(false).dot_matches_new_line(true);
    let config = Regex::config()
        .auto_prefilter(false)
        .hybrid(thorough)
        .onepass(thorough)
        .utf8_empty(false)
        .nfa_size_limit(Some(10 << 20));
    Regex::builder().syntax(syntax).configure(config).build(glob.regex()).ok()
}

/// The longest piece of a pattern that stands for itself. Slashes at its ends do not count: beside `**`
/// they stand for nothing, too.
fn needed(pattern: &str) -> Vec<u8> {
    let mut longest: &[u8] = b"";
    let mut within = 0usize;
    let mut start = 0;
    let bytes = pattern.as_bytes();
    let mut at = 0;
    while at <= bytes.len() {
        let byte = bytes.get(at).copied();
        let plain = byte.is_some_and(|byte| byte.is_ascii() && !b"*?[]{}!,\\".contains(&byte));
        if !plain {
            let piece = items_of(bytes, start..at);
            let piece = piece.trim_with(|c| c == '/');
            if within == 0 && piece.len() > longest.len() {
                longest = piece;
            }
            match byte {
                Some(b'{' | b'[') => within += 1,
                Some(b'}' | b']') => within = within.saturating_sub(1),
                Some(b'\\') => at += 1,
                _ => {}
            }
            start = at + 1;
        }
        at += 1;
    }
    longest.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(case: Case, patterns: &[&str], path: &str) -> Vec<usize> {
        let mut globs = Globs::new(case);
        patterns.iter().for_each(|pattern| globs.add(pattern).unwrap());
        globs.matches(path.as_bytes()).collect()
    }

    #[test]
    fn patterns_are_told_by_their_numbers() {
        let patterns = ["**/test/**", "*.lock", "**/*.min.{js,css}", "[!a]*", "*"];
        assert_eq!(matching(Case::Differs, &patterns, "test/a.rs"), [0]);
        assert_eq!(matching(Case::Differs, &patterns, "a.lock"), [1, 4]);
        assert_eq!(matching(Case::Differs, &patterns, "x/app.min.css"), [2]);
        assert_eq!(matching(Case::Differs, &patterns, "x/app.MIN.css"), [] as [usize; 0]);
        assert_eq!(matching(Case::Same, &patterns, "x/app.MIN.css"), [2]);
    }

    #[test]
    fn the_longest_plain_piece_is_needed() {
        for (pattern, piece) in [
            ("**/.github/workflows/**", ".github/workflows"),
            ("**/{auth,login}/*.py", ".py"),
            ("a/**/bcd", "bcd"),
            (r"a\*bc", "bc"),
            ("{a,b}", ""),
            ("[abc]", ""),
            ("caf\u{e9}s", "caf"),
            ("", ""),
        ] {
            assert_eq!(needed(pattern), piece.as_bytes(), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_said() {
        let problem = Globs::new(Case::Same).add("a{b").unwrap_err().to_string();
        assert!(problem.starts_with("`a{b` is not a path pattern: "), "{problem}");
        assert!(Globs::new(Case::Differs).add_checked(&"[a-z]{a,b}".repeat(400_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_same_paths_match_as_in_one_set(
            patterns in proptest::collection::vec(r"([ab/.A]|\*\*/|/\*\*|\*|\?|\{a,b\}|\[ab\]|\\\*){1,8}", 1..6),
            path in "[abA/.*]{1,10}",
            same: bool,
        ) {
            let case = if same { Case::Same } else { Case::Differs };
            let mut globs = Globs::new(case);
            let mut set = GlobSet::builder();
            for pattern in &patterns {
                if globs.add(pattern).is_ok() {
                    set.add(globs.each.last().unwrap().glob.clone());
                }
            }
            let expected = set.build().unwrap().matches(&path);
            let matches = || globs.matches(path.as_bytes()).collect::<Vec<_>>();
            proptest::prop_assert_eq!(matches(), expected.clone());
            globs.each.iter().for_each(|one| one.looks.store(MANY, Ordering::Relaxed));
            proptest::prop_assert_eq!(matches(), expected);
        }
    }
}
