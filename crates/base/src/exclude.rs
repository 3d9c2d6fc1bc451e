//! What is not analysed: decided by path and by content, from data (`rules/exclude.yml`) and the
//! project's own patterns. Git attributes are read by `git`, sizes are compared there too.

use std::sync::OnceLock;

use bstr::{BStr, ByteSlice as _};
use serde::Deserialize;

use crate::change::{Ground, Reason};
use crate::globs::{Case, Globs, PatternError};
use crate::text::Text;

/// `rules/exclude.yml`, as the build script prepared it.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/rules/exclude.json"));

/// How many lines at the start of a file are searched for a mark of generated code.
const MARK_LINES: u32 = 12;
/// How many bytes of them.
const MARK_BYTES: usize = 4_096;
/// A line that is longer than this, in bytes, is minified or data; so is a file whose lines are on average.
pub const LONG_LINE: usize = 400;
/// How many times the size limit is still read.
const MAX_GROWTH: u64 = 8;
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

/// Why something is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The kind of reason.
    pub reason: Reason,
    /// What says so, in a few words.
    pub detail: String,
    /// What the decision rests on.
    pub ground: Ground,
}

impl Why {
    /// A decision by content.
    pub fn by_content(reason: Reason, detail: impl Into<String>) -> Self {
        Why { reason, detail: detail.into(), ground: Ground::Content }
    }
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
    /// How many bytes a change may add to files. The files that come after that, by path, are left out.
    pub max_change_bytes: u64,
}

/// The size limit unless configured: 1 MiB.
pub const DEFAULT_MAX_BYTES: u64 = 1 << 20;
/// How many bytes a change may add unless configured: 64 MiB, more than a million lines.
pub const DEFAULT_MAX_CHANGE_BYTES: u64 = 64 << 20;

impl Excluder {
    /// The built-in patterns and the project's own.
    pub fn new(configured: &[String], max_bytes: u64) -> Result<Self, PatternError> {
        let data: Data = serde_json::from_str(BUILTIN)
            .map_err(|error| PatternError { pattern: "rules/exclude.yml".into(), problem: error.to_string() })?;
        let (mut globs, mut reasons) = (Globs::new(Case::Differs), Vec::new());
        for pattern in configured {
            let added = add_configured(&mut globs, pattern)?;
            reasons.extend(std::iter::repeat_n((Reason::Configured, pattern.clone()), added));
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
        let max_change_bytes = DEFAULT_MAX_CHANGE_BYTES;
        Ok(Excluder { globs, reasons, marks, compiled_marks: OnceLock::new(), max_bytes, max_change_bytes })
    }

    /// The same with another limit on what a change may add, in bytes.
    pub fn with_max_change_bytes(self, max_change_bytes: u64) -> Self {
        Excluder { max_change_bytes, ..self }
    }

    /// Why a path is left out, and the pattern that says so.
    pub fn by_path(&self, path: &BStr) -> Option<Why> {
        let at = self.globs.matches(path).next()?;
        let of = |(reason, pattern): &(Reason, String)| Why {
            reason: *reason,
            detail: format!("matches {pattern}"),
            ground: Ground::Path,
        };
        self.reasons.get(at).map(of)
    }

    /// Why content is left out, and what in it says so.
    pub fn by_content(&self, text: &Text) -> Option<Why> {
        let bytes = text.bytes();
        if is_binary(bytes) {
            return Some(Why::by_content(Reason::Binary, "holds a NUL byte"));
        }
        self.by_mark(text).or_else(|| {
            let mean = bytes.len() / (text.len().max(1) as usize);
            let is_minified = bytes.len() >= MINIFIED_LEAST && mean > LONG_LINE;
            is_minified.then(|| Why::by_content(Reason::Minified, format!("lines of {mean} bytes on average")))
        })
    }

    /// Why a text is left out for a mark in its first lines.
    pub(crate) fn by_mark(&self, text: &Text) -> Option<Why> {
        // A text may hold no more than parts of a file.
        let head = (0..text.len().min(MARK_LINES)).take_while(|&line| text.number(line) <= MARK_LINES).count() as u32;
        let head = text.slice(crate::change::Span::new(0, head));
        let head = head.get(..MARK_BYTES).unwrap_or(head);
        if !might_be_generated(head) {
            return None;
        }
        let found = self.marks()?.find(head)?;
        let quote = String::from_utf8_lossy(found.as_bytes()).into_owned();
        Some(Why::by_content(Reason::Generated, format!("says \u{201c}{quote}\u{201d}")))
    }

    /// How large a file may be that is read to see what a change added to it, in bytes. One that was within the limit
    /// before the change may grow up to here and is still analysed, in part.
    pub fn max_read_bytes(&self) -> u64 {
        self.max_bytes.saturating_mul(MAX_GROWTH)
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

/// Ends of names of files that are never text.
const BINARY_ENDS: [&str; 48] = [
    "7z", "a", "avi", "bin", "bmp", "bz2", "class", "dat", "db", "dll", "dylib", "ear", "eot", "exe", "gif", "gz",
    "ico", "jar", "jpeg", "jpg", "lib", "mov", "mp3", "mp4", "o", "obj", "ogg", "otf", "pack", "parquet", "pdb", "pdf",
    "png", "psd", "pyc", "rar", "so", "tar", "tgz", "ttf", "war", "wasm", "webp", "whl", "woff", "woff2", "xz", "zip",
];

/// Whether a name is that of a file that is never text.
pub fn is_binary_name(path: &BStr) -> bool {
    let end = path.rsplit_once_str(".").map(|(_, end)| end.to_ascii_lowercase());
    end.is_some_and(|end| BINARY_ENDS.iter().any(|known| known.as_bytes() == end))
}

/// Whether a text is a pattern that a project may exclude paths by.
///
/// # Errors
/// What is wrong with it.
pub fn check_pattern(pattern: &str) -> Result<(), PatternError> {
    add_configured(&mut Globs::new(Case::Differs), pattern).map(drop)
}

/// Adds a project's own pattern, and says how many it comes to.
fn add_configured(globs: &mut Globs, pattern: &str) -> Result<usize, PatternError> {
    let wrong = |problem: String| PatternError { pattern: pattern.into(), problem };
    let plain = from_root(pattern).map_err(wrong)?;
    for glob in &plain {
        globs.add_checked(glob).map_err(|error| wrong(error.problem))?;
    }
    Ok(plain.len())
}

/// A pattern as globs on paths from the root. A slash or `./` at its start means the root, where all patterns start; a slash
/// at its end means everything below; and a plain name at its end may be a file or a folder.
fn from_root(pattern: &str) -> Result<Vec<String>, String> {
    if pattern.trim().is_empty() {
        return Err("it is empty; `**` stands for every path".into());
    }
    if let Some(kept) = pattern.strip_prefix('!') {
        return Err(format!(
            "`!` takes nothing back here; take out what matches {kept}, or list more exactly what is left out"
        ));
    }
    let body = pattern.strip_prefix("./").or_else(|| pattern.strip_prefix('/')).unwrap_or(pattern);
    let (body, is_folder) = body.strip_suffix('/').map_or((body, false), |body| (body, true));
    if let Some(part) = body.split('/').find(|part| matches!(*part, "" | "." | "..")) {
        let part = if part.is_empty() { "without a name".to_owned() } else { format!("`{part}`") };
        return Err(format!(
            "no path has a part {part}: paths are those from the root of the repository, as git lists them"
        ));
    }
    let below = format!("{body}/**");
    let last = body.rsplit('/').next().unwrap_or(body);
    Ok(match (is_folder, last.contains(['*', '?', '[', ']', '{', '}', '\\', ','])) {
        (true, _) => vec![below],
        (false, true) => vec![body.to_owned()],
        (false, false) => vec![body.to_owned(), below],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(pattern: &str, path: &str) -> bool {
        let excluder = Excluder::new(&[pattern.to_owned()], DEFAULT_MAX_BYTES).unwrap();
        let expected = Why { reason: Reason::Configured, detail: format!("matches {pattern}"), ground: Ground::Path };
        excluder.by_path(path.into()) == Some(expected)
    }

    #[test]
    fn slashes_and_plain_names_mean_what_they_do_in_other_files_of_patterns() {
        for pattern in ["docs", "docs/", "/docs", "/docs/", "./docs", "./docs/", "docs/**", "/docs/**", "./docs/**"] {
            assert!(left_out(pattern, "docs/a.py") && left_out(pattern, "docs/deep/a.py"), "{pattern}");
            assert!(!left_out(pattern, "src/docs/a.py") && !left_out(pattern, "docs.py"), "{pattern}");
        }
        assert!(left_out("src/gen", "src/gen/a.py") && left_out("**/gen/", "src/gen/a.py"));
        assert!(left_out("a.py", "a.py") && left_out("/a.py", "a.py") && !left_out("a.py", "src/a.py"));
    }

    #[test]
    fn patterns_that_matched_match_what_they_did() {
        for (pattern, path, expected) in [
            ("*.snap", "a.snap", true),
            ("*.snap", "src/a.snap", false),
            ("**/*.snap", "src/a.snap", true),
            ("src/*", "src/a.py", true),
            ("src/*", "src/deep/a.py", false),
            ("{docs,src}/*.py", "src/a.py", true),
            ("**", "src/deep/a.py", true),
        ] {
            assert_eq!(left_out(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_that_can_match_nothing_are_refused() {
        let said = |pattern: &str| check_pattern(pattern).unwrap_err().to_string();
        assert_eq!(said(" "), "` ` is not a path pattern: it is empty; `**` stands for every path");
        assert_eq!(
            said("!b.py"),
            "`!b.py` is not a path pattern: `!` takes nothing back here; take out what matches b.py, or list more exactly \
             what is left out"
        );
        for (pattern, part) in
            [("/", "without a name"), ("a//b", "without a name"), ("../a", "`..`"), ("src/./a", "`.`"), (".", "`.`")]
        {
            assert_eq!(
                said(pattern),
                format!(
                    "`{pattern}` is not a path pattern: no path has a part {part}: paths are those from the root of the \
                     repository, as git lists them"
                )
            );
        }
    }
}
