//! What is not analysed: decided by path and by content, from data (`rules/exclude.yml`) and the
//! project's own patterns. Git attributes are read by `git`, sizes are compared there too.

use std::sync::OnceLock;

use bstr::BStr;
use serde::Deserialize;

use crate::change::Reason;
use crate::globs::{Case, Globs, PatternError};
use crate::text::Text;

/// `rules/exclude.yml`, as the build script prepared it.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/rules/exclude.json"));

/// How many lines at the start of a file are searched for a mark of generated code.
const MARK_LINES: u32 = 12;
/// A file whose lines are longer than this on average, in bytes, is minified or data.
const MINIFIED_LINE: usize = 400;
/// Fewer bytes than this say nothing about line lengths.
const MINIFIED_LEAST: usize = 2_000;
/// How many bytes are searched for a NUL, as git does.
const BINARY_WINDOW: usize = 8_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    paths: Paths,
    generated_marks: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Paths {
    lock_file: Vec<String>,
    minified: Vec<String>,
    vendored: Vec<String>,
    generated: Vec<String>,
}

/// Decides what is left out.
#[derive(Debug)]
pub struct Excluder {
    globs: Globs,
    /// For each of the globs, its reason and its text.
    reasons: Vec<(Reason, String)>,
    marks: String,
    compiled_marks: OnceLock<Option<regex::bytes::Regex>>,
    /// Files larger than this many bytes are left out.
    pub max_bytes: u64,
}

/// The size limit unless configured: 1 MiB.
pub const DEFAULT_MAX_BYTES: u64 = 1 << 20;

impl Excluder {
    /// The built-in patterns and the project's own.
    pub fn new(configured: &[String], max_bytes: u64) -> Result<Self, PatternError> {
        let data: Data = serde_json::from_str(BUILTIN)
            .map_err(|error| PatternError { pattern: "rules/exclude.yml".into(), problem: error.to_string() })?;
        let (mut globs, mut reasons) = (Globs::new(Case::Differs), Vec::new());
        for pattern in configured {
            globs.add_checked(pattern)?;
            reasons.push((Reason::Configured, pattern.clone()));
        }
        let groups = [
            (Reason::LockFile, &data.paths.lock_file),
            (Reason::Minified, &data.paths.minified),
            (Reason::Vendored, &data.paths.vendored),
            (Reason::Generated, &data.paths.generated),
        ];
        for (reason, patterns) in groups {
            for pattern in patterns {
                globs.add(pattern)?;
                reasons.push((reason, pattern.clone()));
            }
        }
        let marks = format!("(?i-u)(?:{})", data.generated_marks.join("|"));
        Ok(Excluder { globs, reasons, marks, compiled_marks: OnceLock::new(), max_bytes })
    }

    /// Why a path is left out, and the pattern that says so.
    pub fn by_path(&self, path: &BStr) -> Option<(Reason, String)> {
        let at = self.globs.matches(path).next()?;
        self.reasons.get(at).map(|(reason, pattern)| (*reason, format!("matches {pattern}")))
    }

    /// Why content is left out, and what in it says so.
    pub fn by_content(&self, text: &Text) -> Option<(Reason, String)> {
        let bytes = text.bytes();
        if is_binary(bytes) {
            return Some((Reason::Binary, "holds a NUL byte".into()));
        }
        let head = text.slice(crate::change::Span::new(0, MARK_LINES));
        let head = head.get(..4096).unwrap_or(head);
        if might_be_generated(head) {
            let found = self.marks().and_then(|marks| marks.find(head));
            if let Some(found) = found {
                let quote = String::from_utf8_lossy(found.as_bytes()).into_owned();
                return Some((Reason::Generated, format!("says \u{201c}{quote}\u{201d}")));
            }
        }
        let mean = bytes.len() / (text.len().max(1) as usize);
        if bytes.len() >= MINIFIED_LEAST && mean > MINIFIED_LINE {
            return Some((Reason::Minified, format!("lines of {mean} bytes on average")));
        }
        None
    }

    fn marks(&self) -> Option<&regex::bytes::Regex> {
        self.compiled_marks.get_or_init(|| regex::bytes::RegexBuilder::new(&self.marks).build().ok()).as_ref()
    }
}

/// A cheap test before the expensive one: every mark speaks of something generated.
fn might_be_generated(head: &[u8]) -> bool {
    memchr::memmem::find(head, b"enerated").is_some() || memchr::memmem::find(head, b"ENERATED").is_some()
}

/// Whether git would call these bytes binary.
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..BINARY_WINDOW).unwrap_or(bytes)).is_some()
}

/// Whether a text is a path pattern.
///
/// # Errors
/// What is wrong with it.
pub fn check_pattern(pattern: &str) -> Result<(), PatternError> {
    Globs::new(Case::Differs).add_checked(pattern)
}
