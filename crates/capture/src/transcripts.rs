//! Transcripts of sessions, read on from where the last call ended.
//!
//! Hooks of Claude Code name neither the model that answered nor the request. Its transcript does, in one line for each block of an
//! answer. A call of a hook reads a bounded stretch, so that an agent never waits for a long one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use ai_detect_trail_client::error::SpoolError;
use ai_detect_trail_log::ids::ModelId;
use ai_detect_trail_log::number::Micros;
use serde::{Deserialize, Serialize};

use crate::edits::number;
use crate::event::{Captured, Identity, Kind, Model, ModelSource, Tool, foreign_id};
use crate::state::{State, StateError};

const FILE: &str = "transcripts.json";
/// The most that one call reads, in bytes. A longer line is passed over.
const MAX_READ: u64 = 1 << 20;
/// The most transcripts whose place is remembered.
const MAX_TRANSCRIPTS: usize = 200;

/// How far transcripts were read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Places {
    /// What happened before is not recorded: capture had not begun, or paused.
    #[serde(default)]
    not_before: Option<Micros>,
    /// For each transcript, how many bytes were read, and when.
    #[serde(default)]
    read: BTreeMap<String, Reached>,
}

/// How far a transcript was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Reached {
    bytes: u64,
    at: Micros,
}

/// An answer of a model, as a transcript has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The event.
    pub event: Captured,
    /// When it was written.
    pub time: Micros,
}

/// The members of a line that are read.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "sessionId")]
    session: Option<String>,
    #[serde(rename = "requestId")]
    request: Option<String>,
    cwd: Option<String>,
    timestamp: Option<String>,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    id: Option<String>,
    model: Option<String>,
}

/// From now on: what transcripts hold of earlier times is not recorded.
///
/// # Errors
///
/// When it cannot be noted.
pub fn begin(state: &State, now: Micros) -> Result<(), StateError> {
    let places: Places = state.read(FILE)?.unwrap_or_default();
    state.write(FILE, &Places { not_before: Some(now), ..places })
}

/// The answers that a transcript has since the last call, and how far it was read. [`Read::keep`] remembers that.
///
/// # Errors
///
/// When it cannot be read.
pub fn read(state: &State, path: &str, now: Micros) -> Result<Read, StateError> {
    let mut places: Places = state.read(FILE)?.unwrap_or_default();
    let (text, reached) = match stretch(Path::new(path), places.read.get(path).map(|reached| reached.bytes)) {
        Ok(read) => read,
        // Transcripts may be switched off, or begin later than their session.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Read { answers: Vec::new(), places: None });
        }
        Err(source) => return Err(SpoolError::File { path: path.into(), source }.into()),
    };
    let before = places.read.get(path).map(|reached| reached.bytes);
    if before == Some(reached) {
        return Ok(Read { answers: Vec::new(), places: None });
    }
    let answers = text.split(|byte| *byte == b'\n').filter_map(|line| answer(line, places.not_before)).collect();
    places.read.insert(path.to_owned(), Reached { bytes: reached, at: now });
    while places.read.len() > MAX_TRANSCRIPTS {
        let oldest = places.read.iter().min_by_key(|(_, reached)| reached.at.get()).map(|(path, _)| path.clone());
        oldest.and_then(|path| places.read.remove(&path));
    }
    Ok(Read { answers, places: Some(places) })
}

/// What a transcript has.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The answers, each as often as there are lines of it.
    pub answers: Vec<Answer>,
    places: Option<Places>,
}

impl Read {
    /// Remembers how far it was read. If this is lost, the stretch is read again, and each answer still counts once.
    ///
    /// # Errors
    ///
    /// When it cannot be noted.
    pub fn keep(&self, state: &State) -> Result<(), StateError> {
        self.places.as_ref().map_or(Ok(()), |places| state.write_lightly(FILE, places))
    }
}

/// The next whole lines of a file, and where they end.
fn stretch(path: &Path, reached: Option<u64>) -> std::io::Result<(Vec<u8>, u64)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    // One that became shorter is another one. Of one that is new to us and long, only the end is of now.
    let from = reached.filter(|reached| *reached <= length).unwrap_or_else(|| length.saturating_sub(MAX_READ));
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(MAX_READ).read_to_end(&mut bytes)?;
    // The last line may be half-written.
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(end) => bytes.truncate(end + 1),
        None if number(bytes.len()) < MAX_READ => bytes.clear(),
        // A line that is longer than all that is read holds a large output, and no answer that is looked for.
        None => {}
    }
    let end = from + number(bytes.len());
    Ok((bytes, end))
}

fn answer(line: &[u8], not_before: Option<Micros>) -> Option<Answer> {
    // Most lines are no answers; these are not parsed.
    memchr::memmem::find(line, b"\"assistant\"")?;
    let line: Line = serde_json::from_slice(line).ok()?;
    let message = line.message.filter(|_| line.kind == "assistant")?;
    // `<synthetic>` marks what the program wrote itself, such as an error.
    let model = ModelId::parse(message.model.as_deref()?).ok()?;
    let time = line.timestamp?.parse::<jiff::Timestamp>().ok()?;
    let time = Micros::new(time.as_microsecond()).ok()?;
    if not_before.is_some_and(|begin| time.get() < begin.get()) {
        return None;
    }
    let id = message.id?;
    let event = Captured {
        session: foreign_id(line.session.as_deref()),
        request_id: foreign_id(line.request.as_deref()),
        model: Some(Model { id: model, source: ModelSource::Exact }),
        folder: line.cwd,
        identity: Identity::OfProvider(id),
        ..Captured::new(Kind::Generation, Tool::ClaudeCode)
    };
    Some(Answer { event, time })
}
