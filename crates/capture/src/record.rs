//! From an event of an agent to events of the trail: one a file, each counted once.

use ai_detect_trail_client::event::{Class, Event, InvalidEvent};
use ai_detect_trail_client::spool::{self, Key, Keyed};
use ai_detect_trail_log::number::Micros;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::event::{Captured, Change, Identity, Kind, Lines, ModelSource, Side, Tool, Twin};
use crate::payload::Unreadable;
use crate::repositories::Found;
use crate::state::MachineKey;

/// The kind under which an event is kept that this version does not know.
pub const OTHER: &str = "capture.other";
/// The kind under which an event is kept that cannot be read.
pub const UNREADABLE: &str = "capture.unreadable";

/// Two reports without an id are the same within this time, in microseconds. Hooks that run twice run side by side.
const SAME_WITHIN: i64 = 10_000_000;

/// A change of a file in a listed repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Which file of which repository.
    pub found: Found,
    /// The change, with its lines looked up.
    pub change: Change,
}

/// An event without files, in a listed repository.
///
/// # Errors
///
/// When it cannot be written as an event.
pub fn event(captured: &Captured, found: &Found, key: &MachineKey, time: Micros) -> Result<Keyed, InvalidEvent> {
    let mut fields = common(captured);
    if captured.kind == Kind::SessionStart {
        put(&mut fields, "repository", found.repository.clone());
    }
    put(&mut fields, "bytes", captured.bytes.filter(|_| captured.kind == Kind::Prompt));
    put(&mut fields, "end", captured.end.as_ref().map(|end| end.word().to_owned()));
    let event = Event::new(captured.class(None), captured.kind.word(), time, &fields)?;
    Ok(Keyed { key: same(captured, None, key), twin: None, event })
}

/// The event of one file.
///
/// # Errors
///
/// When it cannot be written as an event.
pub fn edit(captured: &Captured, placed: &Placed, key: &MachineKey, time: Micros) -> Result<Keyed, InvalidEvent> {
    let Placed { found, change } = placed;
    let mut fields = common(captured);
    put(&mut fields, "repository", found.repository.clone());
    put(&mut fields, "path", Some(found.path.clone()));
    if let Lines::Known(range) = &change.lines {
        put(&mut fields, "first", Some(range.first));
        put(&mut fields, "last", Some(range.last));
    }
    match captured.kind {
        Kind::SuggestionAccepted => put(&mut fields, "lines_taken", change.added),
        _ => {
            put(&mut fields, "added", change.added);
            put(&mut fields, "removed", change.removed);
        }
    }
    put(&mut fields, "actor", captured.actor.as_ref().map(|actor| actor.word().to_owned()));
    let event = Event::new(captured.class(Some(change)), captured.kind.word(), time, &fields)?;
    let twin = change.twin.as_ref().map(|twin| keyed_twin(captured, found, twin, key));
    Ok(Keyed { key: same(captured, Some(found), key), twin, event })
}

/// An event that this version does not know, of a product by its word. Only its name is kept.
///
/// # Errors
///
/// When it cannot be written as an event.
pub fn other(tool: &str, name: &str, time: Micros) -> Result<Keyed, InvalidEvent> {
    // A name with spaces is text of somebody, and no name of an event.
    let is_name = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let mut fields = Map::new();
    put(&mut fields, "tool", Some(tool.to_owned()));
    put(&mut fields, "event", is_name.then(|| name.to_owned()));
    Ok(Keyed { key: None, twin: None, event: Event::new(Class::Light, OTHER, time, &fields)? })
}

/// An event that cannot be read. Only its size and the cause are kept.
///
/// # Errors
///
/// When it cannot be written as an event.
pub fn unreadable(tool: Option<Tool>, cause: Unreadable, bytes: u64, time: Micros) -> Result<Keyed, InvalidEvent> {
    let mut fields = Map::new();
    put(&mut fields, "tool", tool.map(|tool| tool.word().to_owned()));
    put(&mut fields, "cause", Some(cause.word().to_owned()));
    put(&mut fields, "bytes", Some(bytes));
    Ok(Keyed { key: None, twin: None, event: Event::new(Class::Light, UNREADABLE, time, &fields)? })
}

/// What was left of a transcript when its session ended. Only how much is kept.
///
/// # Errors
///
/// When it cannot be written as an event.
pub fn unread(path: &str, bytes: u64, key: &MachineKey, time: Micros) -> Result<Keyed, InvalidEvent> {
    let Keyed { event, .. } = unreadable(Some(Tool::ClaudeCode), Unreadable::Transcript, bytes, time)?;
    let key = Key { digest: digest(key, &["unread", path, &bytes.to_string()]), window: None };
    Ok(Keyed { key: Some(key), twin: None, event })
}

/// Fields that all kinds share.
fn common(captured: &Captured) -> Map<String, Value> {
    let mut fields = Map::new();
    put(&mut fields, "tool", Some(captured.tool.word().to_owned()));
    put(&mut fields, "session", captured.session.as_ref().map(ToString::to_string));
    put(&mut fields, "request_id", captured.request_id.as_ref().map(ToString::to_string));
    let integration = match captured.kind {
        Kind::SessionStart | Kind::Generation => Some("agent"),
        Kind::SuggestionAccepted => Some("editor"),
        Kind::SessionEnd | Kind::Prompt | Kind::Edit => None,
    };
    put(&mut fields, "integration", integration.map(str::to_owned));
    let version = captured.tool_version.as_ref().filter(|_| integration.is_some());
    put(&mut fields, "tool_version", version.map(ToString::to_string));
    if let Some(model) = captured.model.as_ref().filter(|_| !matches!(captured.kind, Kind::SessionEnd | Kind::Prompt)) {
        put(&mut fields, "model", Some(model.id.to_string()));
        let source = match model.source {
            ModelSource::Exact => "provider",
            ModelSource::Requested => "requested",
        };
        // Of a session, a trail holds only what was asked for.
        put(&mut fields, "model_source", (captured.kind != Kind::SessionStart).then(|| source.to_owned()));
    }
    fields
}

fn put<T: Into<Value>>(fields: &mut Map<String, Value>, name: &str, value: Option<T>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), value.into());
    }
}

/// What makes two reports of an event the same.
fn same(captured: &Captured, file: Option<&Found>, key: &MachineKey) -> Option<Key> {
    let (identity, window) = match &captured.identity {
        Identity::Id(id) | Identity::OfProvider(id) => (id, None),
        Identity::Content(content) => (content, Some(SAME_WITHIN)),
        Identity::None => return None,
    };
    // Sessions that were forked repeat answers under a name of their own.
    let is_of_session = !matches!(captured.identity, Identity::OfProvider(_));
    let session = captured.session.as_ref().filter(|_| is_of_session).map(ToString::to_string);
    let (repository, path) = file.map_or((None, ""), |found| (found.repository.as_deref(), found.path.as_str()));
    let parts = [
        captured.tool.word(),
        captured.kind.word(),
        session.as_deref().unwrap_or(""),
        identity,
        repository.unwrap_or(""),
        path,
    ];
    Some(Key { digest: digest(key, &parts), window })
}

/// How the two reports of an edit of a file find each other.
fn keyed_twin(captured: &Captured, found: &Found, twin: &Twin, key: &MachineKey) -> spool::Twin {
    let session = captured.session.as_ref().map(ToString::to_string);
    let digests = |side: Side| {
        let side = match side {
            Side::Call => "twin by its call",
            Side::File => "twin by its file",
        };
        let of = |text: &String| {
            let session = session.as_deref().unwrap_or("");
            let repository = found.repository.as_deref().unwrap_or("");
            digest(key, &[captured.tool.word(), side, session, text, repository, &found.path])
        };
        twin.texts.iter().map(of).collect::<Vec<_>>()
    };
    // Calls have ids, so each is counted; a change of a file only shows that there was one.
    let (other, takes) = match twin.side {
        Side::Call => (Side::File, true),
        Side::File => (Side::Call, false),
    };
    spool::Twin { leaves: digests(twin.side), looks_for: digests(other), takes, window: SAME_WITHIN }
}

/// A digest of some texts under the key of this machine.
fn digest(key: &MachineKey, parts: &[&str]) -> [u8; 16] {
    // A key that is shorter than a block is filled up with zeros.
    let mut block = [0; 64];
    block.iter_mut().zip(key.bytes()).for_each(|(to, from)| *to = *from);
    let mut mac = <Hmac<Sha256>>::new(&block.into());
    for part in parts {
        mac.update(&crate::edits::number(part.len()).to_be_bytes());
        mac.update(part.as_bytes());
    }
    let tag = mac.finalize().into_bytes();
    let mut digest = [0; 16];
    digest.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
    digest
}
