//! Events as tools hand them over, and the lines in which they are sent.

use ai_detect_trail_log::ids::{ClientId, Epoch, InvalidId, Word};
use ai_detect_trail_log::number::{Micros, Number};
use serde_json::{Map, Value};

/// The longest line of one event, in bytes. Text that is longer belongs into a body.
pub const MAX_EVENT: usize = 64 * 1024;
/// How deeply the fields of an event may be nested.
pub const MAX_DEPTH: usize = 16;

/// The members that every line has, which no field may be called.
const RESERVED: [&str; 5] = ["client", "epoch", "number", "kind", "time"];
/// The room for the members that every line has.
const FRAME: usize = 512;

/// What goes first when a spool is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Sizes, times and digests, such as of an inline completion: summed up first.
    Light,
    /// A turn of an agent, an edit with its lines: goes after all light ones.
    Detailed,
    /// An attestation, a decision, a heartbeat: goes last.
    Lasting,
}

/// An event before it has a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    class: Class,
    kind: Word,
    time: Micros,
    /// The fields as they are sent: `"tool":"…","lines":3`, without braces.
    fields: String,
}

/// Why something cannot be an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEvent {
    /// The kind is not a word.
    #[error("the kind of an event: {0}")]
    Kind(#[from] InvalidId),
    /// A field has the name of a member that every event has.
    #[error("a field of an event cannot be called `{0}`: every event has a member of that name")]
    Reserved(&'static str),
    /// It is too long.
    #[error("an event has {bytes} bytes, and {MAX_EVENT} are the most: long text belongs into a body")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It is nested too deeply.
    #[error("the fields of an event are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// It cannot be written as JSON.
    #[error("the fields of an event cannot be written as JSON")]
    Json,
}

impl Event {
    /// An event of a kind, with the fields that the kind has.
    ///
    /// # Errors
    ///
    /// When the kind is not a word, and when the fields are too long, too deep, or have reserved names.
    pub fn new(class: Class, kind: &str, time: Micros, fields: &Map<String, Value>) -> Result<Self, InvalidEvent> {
        let kind = Word::parse(kind)?;
        if let Some(name) = RESERVED.into_iter().find(|name| fields.contains_key(*name)) {
            return Err(InvalidEvent::Reserved(name));
        }
        if fields.values().any(|value| !is_shallow(value, MAX_DEPTH - 1)) {
            return Err(InvalidEvent::TooDeep);
        }
        let text = serde_json::to_string(fields).map_err(|_| InvalidEvent::Json)?;
        let fields = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).ok_or(InvalidEvent::Json)?;
        if fields.len() + FRAME > MAX_EVENT {
            return Err(InvalidEvent::TooLong { bytes: fields.len() + FRAME });
        }
        Ok(Self { class, kind, time, fields: fields.to_owned() })
    }

    /// What goes first when the spool is full.
    pub fn class(&self) -> Class {
        self.class
    }

    /// Its kind.
    pub fn kind(&self) -> &Word {
        &self.kind
    }

    /// When it happened.
    pub fn time(&self) -> Micros {
        self.time
    }

    /// The fields, as they are stored and sent.
    pub(crate) fn fields(&self) -> &str {
        &self.fields
    }
}

fn is_shallow(value: &Value, depth: usize) -> bool {
    let below = |value| depth > 0 && is_shallow(value, depth - 1);
    match value {
        Value::Array(items) => items.iter().all(below),
        Value::Object(members) => members.values().all(below),
        _ => true,
    }
}

/// Who numbered an event, in which epoch.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series {
    /// The client.
    pub client: ClientId,
    /// Its epoch.
    pub epoch: Epoch,
}

/// The line of an event. The same event has the same line in all versions: collectors compare what is sent again.
pub(crate) fn write_line(out: &mut Vec<u8>, series: &Series, number: Number, kind: &str, time: i64, fields: &str) {
    let Series { client, epoch } = series;
    // Ids and words have no character that JSON escapes.
    out.extend_from_slice(
        format!(r#"{{"client":"{client}","epoch":"{epoch}","number":{number},"kind":"{kind}","time":{time}"#)
            .as_bytes(),
    );
    if !fields.is_empty() {
        out.push(b',');
        out.extend_from_slice(fields.as_bytes());
    }
    out.extend_from_slice(b"}\n");
}
