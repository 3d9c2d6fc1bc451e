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
/// Hooks never write it, so that what a person decides is not lost to one that runs at the same time.
const PASSED_OVER: &str = "passed-over.json";
/// The most that is read at once, in bytes. A longer line is passed over.
const MAX_READ: u64 = 4 << 20;
/// The most that one call reads, in bytes. The next one reads on.
const MAX_CALL: u64 = 32 << 20;
/// The most transcripts whose place is remembered.
const MAX_TRANSCRIPTS: usize = 200;
/// The most stretches of time that are remembered one by one.
const MAX_STRETCHES: usize = 1000;
/// Older answers are not recorded, in microseconds: a spool no longer knows whether it has them.
const MAX_AGE: i64 = 13 * 24 * 3600 * 1_000_000;

/// How far transcripts were read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Places {
    /// For each transcript, how many bytes were read, and when.
    #[serde(default)]
    read: BTreeMap<String, Reached>,
}

/// Times of which transcripts are not recorded, in any repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PassedOver {
    /// Everything before.
    #[serde(default)]
    before: Option<Micros>,
    /// Capture paused.
    #[serde(default)]
    pauses: Vec<Stretch>,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    since: Micros,
    until: Micros,
}

impl PassedOver {
    /// The times that are noted.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn of(state: &State) -> Result<Self, StateError> {
        // No file means that capture has not paused yet.
        Ok(state.read(PASSED_OVER)?.unwrap_or_default())
    }

    /// Whether an answer of this time is passed over.
    pub fn holds(&self, time: Micros) -> bool {
        let time = time.get();
        let in_pause = |pause: &Stretch| (pause.since.get()..=pause.until.get()).contains(&time);
        self.before.is_some_and(|before| time < before.get()) || self.pauses.iter().any(in_pause)
    }
}

/// Notes a pause: what transcripts hold of it is not recorded.
///
/// # Errors
///
/// When it cannot be noted.
pub fn pass_over(state: &State, since: Micros, until: Micros) -> Result<(), StateError> {
    let mut noted = PassedOver::of(state)?;
    noted.pauses.push(Stretch { since, until });
    if noted.pauses.len() > MAX_STRETCHES {
        noted.before = Some(noted.pauses.remove(0).until);
    }
    state.write(PASSED_OVER, &noted)
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

/// The answers that a transcript has since the last call, and how far it was read. [`Read::keep`] remembers that.
///
/// # Errors
///
/// When it cannot be read.
pub fn read(state: &State, path: &str, now: Micros) -> Result<Read, StateError> {
    let mut places: Places = state.read(FILE)?.unwrap_or_default();
    let before = places.read.get(path).map(|reached| reached.bytes);
    let oldest = now.get().saturating_sub(MAX_AGE);
    let mut answers = Vec::new();
    let mut take = |stretch: &[u8]| {
        let lines = stretch.split(|byte| *byte == b'\n');
        answers.extend(lines.filter_map(answer).filter(|answer| answer.time.get() >= oldest));
    };
    let (reached, left) = match read_on(Path::new(path), before, &mut take) {
        Ok(read) => read,
        // Transcripts may be switched off, or begin later than their session.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Read { answers: Vec::new(), left: 0, places: None });
        }
        Err(source) => return Err(SpoolError::File { path: path.into(), source }.into()),
    };
    if before == Some(reached) {
        return Ok(Read { answers, left, places: None });
    }
    places.read.insert(path.to_owned(), Reached { bytes: reached, at: now });
    while places.read.len() > MAX_TRANSCRIPTS {
        let oldest = places.read.iter().min_by_key(|(_, reached)| reached.at.get()).map(|(path, _)| path.clone());
        oldest.and_then(|path| places.read.remove(&path));
    }
    Ok(Read { answers, left, places: Some(places) })
}

/// What a transcript has.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The answers, each as often as there are lines of it.
    pub answers: Vec<Answer>,
    /// How many bytes are left for the next call.
    pub left: u64,
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

/// Hands over the next whole lines of a file. Returns where they end, and how many bytes are left behind that, apart from a line that
/// is half-written.
fn read_on(path: &Path, reached: Option<u64>, take: &mut dyn FnMut(&[u8])) -> std::io::Result<(u64, u64)> {
    // To open a pipe would wait for somebody who writes into it.
    if !std::fs::metadata(path)?.is_file() {
        return Ok((reached.unwrap_or(0), 0));
    }
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    // One that became shorter is another one. One that is new to us is read from its start: times say what is of now.
    let begin = reached.filter(|reached| *reached <= length).unwrap_or(0);
    let mut end = begin;
    let mut bytes = Vec::new();
    while end - begin < MAX_CALL {
        file.seek(SeekFrom::Start(end))?;
        bytes.clear();
        (&file).take(MAX_READ).read_to_end(&mut bytes)?;
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => bytes.truncate(last + 1),
            // The last line is half-written, or there is nothing more.
            None if number(bytes.len()) < MAX_READ => return Ok((end, 0)),
            // A line that is longer than all that is read holds a large output, and no answer that is looked for.
            None => {}
        }
        take(&bytes);
        end += number(bytes.len());
    }
    Ok((end, length.saturating_sub(end)))
}

fn answer(line: &[u8]) -> Option<Answer> {
    // Most lines are no answers; these are not parsed.
    memchr::memmem::find(line, b"\"assistant\"")?;
    let line: Line = serde_json::from_slice(line).ok()?;
    let message = line.message.filter(|_| line.kind == "assistant")?;
    // `<synthetic>` marks what the program wrote itself, such as an error.
    let model = ModelId::parse(message.model.as_deref()?).ok()?;
    let time = line.timestamp?.parse::<jiff::Timestamp>().ok()?;
    let time = Micros::new(time.as_microsecond()).ok()?;
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
