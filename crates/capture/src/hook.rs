//! One call of a hook, from the payload to the spool.

use std::path::{Path, PathBuf};

use ai_detect_trail_client::error::SpoolError;
use ai_detect_trail_client::event::InvalidEvent;
use ai_detect_trail_client::spool::{Keyed, Spool};
use ai_detect_trail_log::number::Micros;

use crate::agents::{self, Agent, Reading};
use crate::edits;
use crate::event::{Captured, Change, Kind, Lines, Tool};
use crate::paths;
use crate::payload::{Payload, Unreadable};
use crate::record::{self, Placed};
use crate::repositories::{Found, Repositories};
use crate::sender::Sender;
use crate::state::{MachineKey, State, StateError};
use crate::transcripts::{self, PassedOver, Read};

/// The largest file in which lines are looked up, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// What a call of a hook needs.
pub struct Call<'a> {
    /// What capture keeps.
    pub state: &'a State,
    /// Finds the spool. It is asked only when there is something to write.
    pub spool: &'a dyn Fn() -> Result<Spool, SpoolError>,
    /// The agent that the command names, as it is written there.
    pub named: &'a str,
    /// Where the process runs.
    pub folder: Option<PathBuf>,
    /// Now.
    pub now: Micros,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It concerns no listed repository, or nothing that is recorded. Nothing was written.
    Nothing,
    /// Capture pauses. Nothing was written.
    Paused,
    /// So many events were appended; those that were reported before are not among them.
    Recorded(usize),
}

/// Why a call recorded nothing although it should have.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The state of capture.
    #[error(transparent)]
    State(#[from] StateError),
    /// The spool.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The event has no form that a trail takes.
    #[error(transparent)]
    Event(#[from] InvalidEvent),
}

/// A payload as it came, read once.
pub struct Received {
    payload: Result<Payload, Unreadable>,
    bytes: u64,
}

impl Received {
    /// Reads a payload, of which so many bytes came; of one that is too long, only the beginning is here.
    pub fn read(payload: &[u8], bytes: u64) -> Self {
        Self { payload: Payload::read(payload), bytes }
    }

    /// The agent that wrote it, if it is one whose payloads are read.
    fn agent(&self, named: &str) -> Option<(&Payload, &'static dyn Agent)> {
        let payload = self.payload.as_ref().ok()?;
        match Sender::of(payload, tool(named))? {
            Sender::Agent(tool) => Some((payload, agents::of(tool)?)),
            Sender::Other(_) => None,
        }
    }

    /// What the agent waits for on standard output; empty where it waits for nothing.
    pub fn answer(&self, named: &str) -> &'static str {
        self.agent(named).map_or("", |(payload, agent)| agent.answer(payload))
    }
}

/// Records what a payload says.
///
/// # Errors
///
/// When it concerns a listed repository and could not be recorded.
pub fn run(received: &Received, call: &Call<'_>) -> Result<Outcome, HookError> {
    let repositories = call.state.repositories()?;
    let mut events = events(received, call, &repositories)?;
    let transcripts = transcripts(received, call, &repositories);
    let is_last = events.iter().any(|keyed| keyed.event.kind().as_str() == Kind::SessionEnd.word());
    if events.is_empty() && transcripts.is_empty() {
        return Ok(Outcome::Nothing);
    }
    if call.state.pause()?.is_some() {
        return Ok(Outcome::Paused);
    }
    let passed_over = PassedOver::of(call.state)?;
    let mut reads = Vec::new();
    for path in &transcripts {
        let read = transcripts::read(call.state, path, call.now)?;
        events.extend(answers(&read, call, &repositories, &passed_over)?);
        if read.left > 0 && is_last {
            events.push(record::unread(path, read.left, &call.state.key()?, call.now)?);
        }
        reads.push(read);
    }
    let recorded = if events.is_empty() { 0 } else { (call.spool)()?.append_once(&events, call.now)? };
    for read in &reads {
        read.keep(call.state)?;
    }
    Ok(if recorded == 0 && events.is_empty() { Outcome::Nothing } else { Outcome::Recorded(recorded) })
}

/// The transcripts that a payload names, if the agent works in a listed repository.
fn transcripts<'a>(received: &'a Received, call: &Call<'_>, repositories: &Repositories) -> Vec<&'a str> {
    if repositories.repositories.is_empty() {
        return Vec::new();
    }
    let Some((payload, agent)) = received.agent(call.named) else { return Vec::new() };
    if !is_listed(payload.text(&["cwd"]), call, repositories) {
        return Vec::new();
    }
    agent.transcripts(payload)
}

/// The events of answers, as far as they were given in repositories that were listed at that time, and outside of pauses. A session
/// may have moved between folders.
fn answers(
    read: &Read,
    call: &Call<'_>,
    repositories: &Repositories,
    passed_over: &PassedOver,
) -> Result<Vec<Keyed>, HookError> {
    let mut events = Vec::new();
    let mut last: Option<(String, Option<Found>)> = None;
    for answer in &read.answers {
        let Some(folder) = answer.event.folder.as_deref().and_then(|folder| paths::absolute(folder, None)) else {
            continue;
        };
        let found = match &last {
            Some((known, found)) if *known == folder => found.clone(),
            _ => repositories.find(&folder),
        };
        let is_of_now = |found: &&Found| {
            let is_before = found.since.is_none_or(|since| answer.time.get() < since.get());
            !is_before && !passed_over.holds(answer.time)
        };
        if let Some(found) = found.as_ref().filter(is_of_now) {
            events.push(record::event(&answer.event, found, &call.state.key()?, answer.time)?);
        }
        last = Some((folder, found));
    }
    Ok(events)
}

fn tool(word: &str) -> Option<Tool> {
    agents::named(word).map(Agent::tool)
}

fn events(received: &Received, call: &Call<'_>, repositories: &Repositories) -> Result<Vec<Keyed>, HookError> {
    if repositories.repositories.is_empty() {
        return Ok(Vec::new());
    }
    let named = tool(call.named);
    let bytes = received.bytes;
    let read = match &received.payload {
        Ok(read) => read,
        Err(cause) => return unreadable(named, *cause, bytes, None, call, repositories),
    };
    let folder = read.text(&["cwd"]).map(str::to_owned);
    let folder = folder.as_deref();
    let sender = match Sender::of(read, named) {
        Some(sender) => sender,
        None => return unreadable(named, Unreadable::Sender, bytes, folder, call, repositories),
    };
    let tool = match sender {
        Sender::Agent(tool) => tool,
        Sender::Other(word) => return other(word, read.text(&["hook_event_name"]), folder, call, repositories),
    };
    // Each tool has an agent; a payload of one without could only be of a version that lost its reader.
    let Some(agent) = agents::of(tool) else { return Ok(Vec::new()) };
    match agent.read(read) {
        Reading::Event(captured) => recorded(&captured, call, repositories),
        Reading::Nothing => Ok(Vec::new()),
        Reading::Other(name) => other(tool.word(), Some(&name), folder, call, repositories),
        Reading::Unreadable(cause) => unreadable(Some(tool), cause, bytes, folder, call, repositories),
    }
}

/// Whether the agent works in a listed repository: by the payload, or else by where the process runs.
fn is_listed(folder: Option<&str>, call: &Call<'_>, repositories: &Repositories) -> bool {
    let own = call.folder.as_deref().and_then(Path::to_str);
    let folder = folder.and_then(|folder| paths::absolute(folder, None)).or_else(|| paths::absolute(own?, None));
    folder.is_some_and(|folder| repositories.find(&folder).is_some())
}

fn unreadable(
    tool: Option<Tool>,
    cause: Unreadable,
    bytes: u64,
    folder: Option<&str>,
    call: &Call<'_>,
    repositories: &Repositories,
) -> Result<Vec<Keyed>, HookError> {
    if !is_listed(folder, call, repositories) {
        return Ok(Vec::new());
    }
    Ok(vec![record::unreadable(tool, cause, bytes, call.now)?])
}

fn other(
    tool: &str,
    name: Option<&str>,
    folder: Option<&str>,
    call: &Call<'_>,
    repositories: &Repositories,
) -> Result<Vec<Keyed>, HookError> {
    if !is_listed(folder, call, repositories) {
        return Ok(Vec::new());
    }
    Ok(vec![record::other(tool, name.unwrap_or(""), call.now)?])
}

/// The events of what an agent did, as far as it concerns listed repositories.
fn recorded(captured: &Captured, call: &Call<'_>, repositories: &Repositories) -> Result<Vec<Keyed>, HookError> {
    let own = call.folder.as_deref().and_then(Path::to_str);
    let folder = captured.folder.as_deref().or(own);
    if captured.changes.is_empty() {
        let found =
            folder.and_then(|folder| paths::absolute(folder, None)).and_then(|folder| repositories.find(&folder));
        let Some(found) = found else { return Ok(Vec::new()) };
        return Ok(vec![record::event(captured, &found, &call.state.key()?, call.now)?]);
    }
    let placed: Vec<Placed> = joined(&captured.changes, folder)
        .iter()
        .filter_map(|(path, change)| place(path, change, repositories))
        .collect();
    if placed.is_empty() {
        return Ok(Vec::new());
    }
    let key: MachineKey = call.state.key()?;
    placed.iter().map(|placed| Ok(record::edit(captured, placed, &key, call.now)?)).collect()
}

/// The changes with their absolute paths, one a file: a patch may change a file in several sections.
fn joined(changes: &[Change], folder: Option<&str>) -> Vec<(String, Change)> {
    let mut files: Vec<(String, Change)> = Vec::new();
    for change in changes {
        let Some(path) = paths::absolute(&change.path, folder) else { continue };
        match files.iter_mut().find(|(known, _)| *known == path) {
            Some((_, known)) => known.join(change),
            None => files.push((path, change.clone())),
        }
    }
    files
}

/// Where a change is, if that is in a listed repository, with its lines as the file has them now.
fn place(path: &str, change: &Change, repositories: &Repositories) -> Option<Placed> {
    let found = repositories.find(path).filter(|found| !found.path.is_empty())?;
    let lines = match &change.lines {
        Lines::Find(pieces) => {
            let range = text(Path::new(path)).and_then(|text| edits::find(&text, pieces));
            range.map_or(Lines::Unknown, Lines::Known)
        }
        lines => lines.clone(),
    };
    Some(Placed { found, change: Change { lines, ..change.clone() } })
}

/// The text of a file that is not too large.
fn text(path: &Path) -> Option<String> {
    let found = std::fs::metadata(path).ok().filter(|found| found.is_file() && found.len() <= MAX_FILE);
    found.and_then(|_| std::fs::read_to_string(path).ok())
}
