//! Decisions in the hidden text of the summary comment: one line of HTML comment that holds plain JSON
//! and a tag over it.
//!
//! With a key the tag is an HMAC, and what it covers was written by a run that had the key. Without
//! one it is a checksum: it notices damage, not intent, and what it covers is worth no more than the
//! comments that it points to (`settle`).
//!
//! The line counts only where it is written: as the first or second line of the comment. What stands further down may
//! be text of strangers.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::ser::Formatter;

use super::block::{MAX_SHOWN, Shown};
use super::command::FINGERPRINT;
use super::tag::{StateKey, checksum};
use super::{Entry, RequestKey};

/// What the hidden line starts with, in any version.
const MARKER: &str = "<!-- ai-detect-state ";
const VERSION: Version = Version { name: "v2", domain: "ai-detect triage state v2\n" };
/// It knew no digests of blocks, and stood somewhere below the summary.
const BEFORE: Version = Version { name: "v1", domain: "ai-detect triage state v1\n" };
const END: &str = " -->";
/// Longer states are cut when they are written: the summary needs its room in the same comment.
pub const MAX_BYTES: usize = 24 << 10;
/// What a line has beside its JSON, and what counting more left-out decisions adds to that, in bytes.
const AROUND: usize = 128;
/// Longer ones are not read.
const MAX_READ: usize = 64 << 10;
/// Longer values were not written by us, in characters.
const MAX_VALUE: usize = 2000;

/// A form of the line.
struct Version {
    name: &'static str,
    /// What is tagged starts with it, so that a tag of something else never fits.
    domain: &'static str,
}

/// Decisions on one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The request that they are about.
    pub request: RequestKey,
    /// The decisions, oldest first.
    pub entries: Vec<Entry>,
    /// How many more there were than fitted.
    #[serde(default)]
    pub left_out: usize,
    /// The blocks that the request has shown. Earlier versions did not keep them.
    #[serde(default = "Shown::lost")]
    pub shown: Shown,
}

/// How far a state can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Its tag was made with the key.
    Keyed,
    /// It is undamaged, and anybody who can edit the comment could have written it.
    Plain,
}

/// What an earlier run left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// Nothing.
    Absent,
    /// A summary of a version that kept a record only where something was decided. What the request showed is not known.
    Unrecorded,
    /// Decisions.
    Read {
        /// The decisions.
        state: State,
        /// How far to believe them.
        trust: Trust,
    },
    /// Something that does not count.
    Unreadable(Problem),
}

/// Why a state does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not what was written.
    #[error("it was changed after it was written")]
    Changed,
    /// Written with another key.
    #[error("it was written with another AI_DETECT_STATE_KEY, or changed after it was written")]
    OtherKey,
    /// Written with a key, and none is given.
    #[error("it was written with an AI_DETECT_STATE_KEY, and none is given")]
    KeyMissing,
    /// Written without a key, and one is given.
    #[error("it was written without the AI_DETECT_STATE_KEY")]
    NotKeyed,
    /// There is no line where one should be.
    #[error("it is gone")]
    Gone,
    /// Of another request.
    #[error("it belongs to another request")]
    OtherRequest,
    /// Of another version.
    #[error("another version of ai-detect wrote it")]
    Version,
    /// Not of the shape.
    #[error("it is not of the shape that ai-detect writes")]
    Shape,
    /// Two of them.
    #[error("it is there more than once")]
    Twice,
    /// Too long.
    #[error("it is longer than {MAX_READ} bytes")]
    TooLong,
}

impl State {
    /// The state of a request that has shown nothing yet.
    pub fn new(request: RequestKey) -> Self {
        State { request, entries: Vec::new(), left_out: 0, shown: Shown::default() }
    }

    /// A line for the summary comment; never longer than [`MAX_BYTES`]. Doubted decisions, then attestations, then the
    /// oldest rulings make room where there is none. A request whose name alone is too long keeps no decisions.
    pub fn encode(&self, key: Option<&StateKey>) -> String {
        let line = self.with_room().line(key);
        if line.len() <= MAX_BYTES { line } else { String::new() }
    }

    /// What fits into a line.
    fn with_room(&self) -> State {
        let mut order: Vec<(usize, &Entry)> = self.entries.iter().enumerate().collect();
        order.sort_by_key(|(_, entry)| match entry.doubt {
            Some(_) => 0,
            None if !entry.decision.what.is_ruling() => 1,
            None => 2,
        });
        // What has no JSON takes no room; then there is no line either.
        let length = |json: Option<String>| json.map_or(0, |json| json.len());
        let mut bytes = length(json(self)) + AROUND;
        let mut dropped = BTreeSet::new();
        for (at, entry) in order {
            if bytes <= MAX_BYTES {
                break;
            }
            bytes = bytes.saturating_sub(length(json(entry)) + ",".len());
            dropped.insert(at);
        }
        let kept = self.entries.iter().enumerate().filter(|(at, _)| !dropped.contains(at));
        let entries = kept.map(|(_, entry)| entry.clone()).collect();
        State { entries, left_out: self.left_out + dropped.len(), ..self.clone() }
    }

    fn line(&self, key: Option<&StateKey>) -> String {
        // A line that no reader takes: the next run says so, rather than that nothing was decided.
        let Some(json) = json(self) else { return format!("{MARKER}{} unwritten{END}", VERSION.name) };
        let tag = match key {
            Some(key) => format!("keyed:{}", key.tag(VERSION.domain, &json)),
            None => format!("plain:{}", checksum(VERSION.domain, &json)),
        };
        format!("{MARKER}{} {tag} {json}{END}", VERSION.name)
    }
}

/// Plain JSON; nothing for what has none. Our types all have.
fn json(value: &impl Serialize) -> Option<String> {
    let mut bytes = Vec::new();
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Plain));
    written.ok().and_then(|()| String::from_utf8(bytes).ok())
}

/// The hidden line of a body as it stands, undamaged or not; none where it is too long to be one of ours.
pub fn line(body: &str) -> Option<&str> {
    found(body).ok().flatten().filter(|line| line.len() <= MAX_READ && line.ends_with(END))
}

/// Whether a text begins with a hidden line.
pub(crate) fn begins_with_line(text: &str) -> bool {
    text.starts_with(MARKER)
}

/// Reads what an earlier run left in the body of its summary comment, for one request.
pub fn decode(body: &str, request: &RequestKey, key: Option<&StateKey>) -> Earlier {
    match read(body, key) {
        Ok(Some((state, _))) if state.request != *request => Earlier::Unreadable(Problem::OtherRequest),
        Ok(Some((state, trust))) => Earlier::Read { state, trust },
        // Every summary has a line.
        Ok(None) => Earlier::Unreadable(Problem::Gone),
        Err(problem) => Earlier::Unreadable(problem),
    }
}

/// Reads a state for whichever request it says that it is about.
///
/// # Errors
/// Why it does not count.
pub fn read(body: &str, key: Option<&StateKey>) -> Result<Option<(State, Trust)>, Problem> {
    let Some(line) = found(body)? else { return Ok(None) };
    let text = line.strip_prefix(MARKER).and_then(|rest| rest.strip_suffix(END)).ok_or(Problem::Shape)?;
    if text.len() > MAX_READ {
        return Err(Problem::TooLong);
    }
    let (name, text) = text.split_once(' ').ok_or(Problem::Shape)?;
    let version = [VERSION, BEFORE].into_iter().find(|version| version.name == name).ok_or(Problem::Version)?;
    let (tag, json) = text.split_once(' ').ok_or(Problem::Shape)?;
    let trust = match (tag.split_once(':').ok_or(Problem::Shape)?, key) {
        (("plain", tag), _) if tag != checksum(version.domain, json) => return Err(Problem::Changed),
        (("plain", _), None) => Trust::Plain,
        (("plain", _), Some(_)) => return Err(Problem::NotKeyed),
        (("keyed", tag), Some(key)) if key.has_made(tag, version.domain, json) => Trust::Keyed,
        (("keyed", _), Some(_)) => return Err(Problem::OtherKey),
        (("keyed", _), None) => return Err(Problem::KeyMissing),
        _ => return Err(Problem::Shape),
    };
    let state: State = serde_json::from_str(json).map_err(|_| Problem::Shape)?;
    let is_ours = state.shown.blocks.len() <= MAX_SHOWN && state.entries.iter().all(plausible);
    if is_ours { Ok(Some((state, trust))) } else { Err(Problem::Shape) }
}

/// The line where it is written. The version before wrote it further down; there it must be the only one.
fn found(body: &str) -> Result<Option<&str>, Problem> {
    let mut lines = body.lines().map(str::trim_end).enumerate().filter(|(_, line)| line.starts_with(MARKER));
    let (at, line) = match lines.next() {
        None => return Ok(None),
        Some(first) => first,
    };
    let is_before = line.get(MARKER.len()..).is_some_and(|rest| rest.starts_with(BEFORE.name));
    match (at, lines.next()) {
        (0 | 1, _) => Ok(Some(line)),
        (_, Some(_)) => Err(Problem::Twice),
        (_, None) => Ok(is_before.then_some(line)),
    }
}

fn plausible(entry: &Entry) -> bool {
    let decision = &entry.decision;
    let is_digest =
        |text: &str| text.len() == FINGERPRINT && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let short = |text: &str| text.chars().count() <= MAX_VALUE;
    is_digest(&decision.fingerprint)
        && decision.content.as_deref().is_none_or(|content| content.is_empty() || is_digest(content))
        && [decision.what.text(), &decision.who.login, &decision.when].into_iter().all(short)
}

/// JSON whose strings hold nothing that a forge or a browser could take for its own: no end of an HTML
/// comment, no mention, no reference, no character that its text filters change.
struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for c in fragment.chars() {
            if c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | ',' | ':' | '_' | '/') {
                write!(writer, "{c}")?;
            } else {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: serde_json::ser::CharEscape,
    ) -> io::Result<()> {
        use serde_json::ser::CharEscape as Escape;
        let byte = match escape {
            Escape::Quote => b'"',
            Escape::ReverseSolidus => b'\\',
            Escape::Solidus => b'/',
            Escape::Backspace => 0x08,
            Escape::FormFeed => 0x0c,
            Escape::LineFeed => b'\n',
            Escape::CarriageReturn => b'\r',
            Escape::Tab => b'\t',
            Escape::AsciiControl(byte) => byte,
        };
        write!(writer, "\\u{byte:04x}")
    }
}
