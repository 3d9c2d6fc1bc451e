//! Decisions in the hidden text of the summary comment: one line of HTML comment that holds plain JSON
//! and a tag over it.
//!
//! With a key the tag is an HMAC, and what it covers was written by a run that had the key. Without
//! one it is a checksum: it notices damage, not intent, and what it covers is worth no more than the
//! comments that it points to (`settle`).

use std::fmt;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::ser::Formatter;
use sha2::{Digest, Sha256};

use super::command::FINGERPRINT;
use super::{Entry, RequestKey};

/// What the hidden line starts with, in any version.
const MARKER: &str = "<!-- ai-detect-state ";
const VERSION: &str = "v1";
const END: &str = " -->";
/// What is tagged starts with it, so that a tag of something else never fits.
const DOMAIN: &[u8] = b"ai-detect triage state v1\n";
/// Longer states are cut when they are written: the summary needs its room in the same comment.
pub const MOST_BYTES: usize = 16 << 10;
/// Longer ones are not read.
const MOST_READ: usize = 64 << 10;
/// Longer values were not written by us, in characters.
const LONGEST: usize = 2000;
/// Shorter secrets can be guessed from a tag that everybody sees.
const SHORTEST_SECRET: usize = 16;

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
}

/// A secret that only runs of the project's own jobs have.
#[derive(Clone)]
pub struct StateKey(Vec<u8>);

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateKey(..)")
    }
}

/// A secret that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret for the state of decisions has fewer than {SHORTEST_SECRET} bytes")]
pub struct WeakKey;

impl StateKey {
    /// A key from a secret; white space at its ends does not count.
    ///
    /// # Errors
    /// Where it is too short to be one.
    pub fn new(secret: &str) -> Result<Self, WeakKey> {
        let secret = secret.trim();
        if secret.len() < SHORTEST_SECRET { Err(WeakKey) } else { Ok(StateKey(secret.as_bytes().to_vec())) }
    }

    fn tag(&self, json: &[u8]) -> [u8; 32] {
        hmac(&self.0, &[DOMAIN, json])
    }
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let hashed: Vec<u8> = if key.len() > BLOCK { Sha256::digest(key).to_vec() } else { key.to_vec() };
    let padded = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(&hashed).for_each(|(to, from)| *to ^= from);
        block
    };
    let mut inner = Sha256::new_with_prefix(padded(0x36));
    parts.iter().for_each(|part| inner.update(part));
    Sha256::new_with_prefix(padded(0x5c)).chain_update(inner.finalize()).finalize().into()
}

/// Compared without telling by its time where they differ.
fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
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
    #[error("it is longer than {MOST_READ} bytes")]
    TooLong,
}

impl State {
    /// A line for the summary comment; never longer than [`MOST_BYTES`]. Doubted decisions, then
    /// attestations, then the oldest rulings make room where there is none.
    pub fn encode(&self, key: Option<&StateKey>) -> String {
        let mut state = self.clone();
        loop {
            let text = state.whole(key);
            if text.len() <= MOST_BYTES {
                return text;
            }
            let entries = &state.entries;
            let doubted = entries.iter().position(|entry| entry.doubt.is_some());
            let attested = || entries.iter().position(|entry| !entry.decision.what.is_ruling());
            let Some(at) = doubted.or_else(attested).or((!entries.is_empty()).then_some(0)) else {
                // A request whose name alone is too long keeps no decisions.
                return String::new();
            };
            state.entries.remove(at);
            state.left_out += 1;
        }
    }

    fn whole(&self, key: Option<&StateKey>) -> String {
        let mut json = Vec::new();
        if self.serialize(&mut serde_json::Serializer::with_formatter(&mut json, Plain)).is_err() {
            return String::new();
        }
        let tag = match key {
            Some(key) => format!("keyed:{}", hex(&key.tag(&json))),
            None => format!("plain:{}", checksum(&json)),
        };
        format!("{MARKER}{VERSION} {tag} {}{END}", String::from_utf8_lossy(&json))
    }
}

/// The hidden line of a body as it stands, undamaged or not; none where it is too long to be one of ours.
pub fn line(body: &str) -> Option<&str> {
    let line = body.lines().find(|line| line.starts_with(MARKER))?;
    (line.len() <= MOST_READ && line.ends_with(END)).then_some(line)
}

/// Reads what an earlier run left in the body of its summary comment, for one request.
pub fn decode(body: &str, request: &RequestKey, key: Option<&StateKey>) -> Earlier {
    match read(body, key) {
        Ok(Some((state, _))) if state.request != *request => Earlier::Unreadable(Problem::OtherRequest),
        Ok(Some((state, trust))) => Earlier::Read { state, trust },
        Ok(None) => Earlier::Absent,
        Err(problem) => Earlier::Unreadable(problem),
    }
}

/// Reads a state for whichever request it says that it is about.
///
/// # Errors
/// Why it does not count.
pub fn read(body: &str, key: Option<&StateKey>) -> Result<Option<(State, Trust)>, Problem> {
    let Some((_, rest)) = body.split_once(MARKER) else { return Ok(None) };
    if rest.contains(MARKER) {
        return Err(Problem::Twice);
    }
    let (text, _) = rest.split_once(END).ok_or(Problem::Shape)?;
    if text.len() > MOST_READ {
        return Err(Problem::TooLong);
    }
    let (version, text) = text.split_once(' ').ok_or(Problem::Shape)?;
    if version != VERSION {
        return Err(Problem::Version);
    }
    let (tag, json) = text.split_once(' ').ok_or(Problem::Shape)?;
    let trust = match (tag.split_once(':').ok_or(Problem::Shape)?, key) {
        (("plain", tag), _) if tag == checksum(json.as_bytes()) => Trust::Plain,
        (("plain", _), _) => return Err(Problem::Changed),
        (("keyed", tag), Some(key)) => {
            let tag = unhex(tag).ok_or(Problem::OtherKey)?;
            if !same(&tag, &key.tag(json.as_bytes())) {
                return Err(Problem::OtherKey);
            }
            Trust::Keyed
        }
        (("keyed", _), None) => return Err(Problem::KeyMissing),
        _ => return Err(Problem::Shape),
    };
    let state: State = serde_json::from_str(json).map_err(|_| Problem::Shape)?;
    if state.entries.iter().all(plausible) { Ok(Some((state, trust))) } else { Err(Problem::Shape) }
}

fn plausible(entry: &Entry) -> bool {
    let decision = &entry.decision;
    let fingerprint = decision.fingerprint.as_bytes();
    let short = |text: &str| text.chars().count() <= LONGEST;
    fingerprint.len() == FINGERPRINT
        && fingerprint.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && [decision.what.text(), &decision.who.login, &decision.when].into_iter().all(short)
}

fn checksum(json: &[u8]) -> String {
    hex(&Sha256::new().chain_update(DOMAIN).chain_update(json).finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Only the digits that [`hex`] writes: one tag has one writing.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| if let [high, low] = pair { Some(digit(*high)? << 4 | digit(*low)?) } else { None });
    bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_the_standard_one() {
        // RFC 4231, test cases 2 and 6.
        let tag = hex(&hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]));
        assert_eq!(tag, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let tag = hex(&hmac(&[0xaa; 131], &[b"Test Using Larger Than Block-Size Key - Hash Key First"]));
        assert_eq!(tag, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
