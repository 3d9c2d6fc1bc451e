//! Reading one line.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::repository::normal_repository;
use super::{Content, FORMAT, Incoming, Line, MAX_DEPTH, MAX_LINE, MAX_NAME, Texts};
use crate::entry::vocabularies::UnreadableCause;
use crate::entry::{Event, Fit, Kind};
use crate::ids::{ClientId, Epoch, PathId, PersonId, RepositoryId, Word};
use crate::number::{Micros, Number};

/// The most bytes of a line whose event surely fits into an entry, whatever ids and members are added to it.
const SURELY_FITS: usize = 8 * 1024;
/// The most bytes of an event's fields: with its envelope they fit into an entry.
const MAX_FIELDS: usize = 12 * 1024;

/// What tells events apart.
#[derive(Deserialize)]
struct Envelope {
    client: ClientId,
    epoch: Epoch,
    number: Number,
}

/// Reads a line, without its line break.
pub fn decode(line: &[u8]) -> Line {
    let too_deep = depth(line) > MAX_DEPTH;
    if too_deep || line.len() > MAX_LINE {
        // Members that are passed over may be of any depth and length.
        let cause = if too_deep { UnreadableCause::TooDeep } else { UnreadableCause::TooLong };
        return match serde_json::from_slice(line) {
            Ok(envelope) => numbered(envelope, None, false, Content::Unreadable(cause)),
            Err(_) => Line::Nameless(cause),
        };
    }
    let mut map: Map<String, Value> = match serde_json::from_slice(line) {
        Ok(map) => map,
        Err(error) if error.is_data() => return Line::Nameless(UnreadableCause::Field),
        Err(_) => return Line::Nameless(UnreadableCause::Syntax),
    };
    let (client, epoch, number) = (take(&mut map, "client"), take(&mut map, "epoch"), take(&mut map, "number"));
    let (Some(client), Some(epoch), Some(number)) = (client, epoch, number) else {
        return Line::Nameless(UnreadableCause::Field);
    };
    let envelope = Envelope { client, epoch, number };
    let time: Option<Micros> = take(&mut map, "time");
    let exercise = take(&mut map, "exercise").unwrap_or(false);
    let content = match content(map, time, line.len()) {
        Ok(content) => content,
        Err(cause) => Content::Unreadable(cause),
    };
    numbered(envelope, time, exercise, content)
}

fn numbered(envelope: Envelope, time: Option<Micros>, exercise: bool, content: Content) -> Line {
    let Envelope { client, epoch, number } = envelope;
    Line::Numbered(Box::new(Incoming { client, epoch, number, time, exercise, content }))
}

/// Takes a member that can be read. One that cannot stays where it is.
fn take<T: for<'de> Deserialize<'de>>(map: &mut Map<String, Value>, name: &str) -> Option<T> {
    let read = T::deserialize(map.get(name)?).ok()?;
    map.remove(name);
    Some(read)
}

/// What a line holds beside its envelope.
fn content(mut map: Map<String, Value>, time: Option<Micros>, length: usize) -> Result<Content, UnreadableCause> {
    if let Some(format) = map.remove("v")
        && format.as_u64() != Some(FORMAT)
    {
        return Err(UnreadableCause::Format);
    }
    let kind: Word = take(&mut map, "kind").ok_or(UnreadableCause::Field)?;
    if time.is_none() {
        return Err(UnreadableCause::Field);
    }
    let kind = match Kind::from(kind) {
        Kind::Other(word) => return Ok(Content::Unknown(word)),
        kind if is_reserved(&kind) => return Err(UnreadableCause::Reserved),
        kind => kind,
    };
    // What is not known is left out: some clients write it as null or as an empty text instead.
    map.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
    put_tool_as_word(&kind, &mut map);
    let texts = texts(&kind, &mut map);
    let (fields, rest): (Map<_, _>, Map<_, _>) =
        map.into_iter().partition(|(name, value)| Event::fit(&kind, name, value) == Fit::Fits);
    if length > SURELY_FITS && Value::Object(fields.clone()).to_string().len() > MAX_FIELDS {
        return Err(UnreadableCause::TooLong);
    }
    // A field without which there is no such event is missing.
    let event = Event::from_fields(&kind, fields).map_err(|_| UnreadableCause::Field)?;
    Ok(Content::Event { event: Box::new(event), texts, rest })
}

/// Whether only the collector itself may record such an event.
fn is_reserved(kind: &Kind) -> bool {
    match kind {
        Kind::GapClosed
        | Kind::Access
        | Kind::Purge
        | Kind::Hold
        | Kind::Configuration
        | Kind::Drill
        | Kind::Unreadable => true,
        Kind::SessionStart
        | Kind::SessionEnd
        | Kind::Prompt
        | Kind::Generation
        | Kind::SuggestionShown
        | Kind::SuggestionAccepted
        | Kind::SuggestionPartial
        | Kind::SuggestionRejected
        | Kind::Edit
        | Kind::Attestation
        | Kind::Finding
        | Kind::Decision
        | Kind::Review
        | Kind::Link
        | Kind::Heartbeat
        | Kind::Fact
        | Kind::GapOpened
        | Kind::Other(_) => false,
    }
}

/// Entries name a tool by a word: `Claude Code` becomes `claude-code`. What was said is kept beside the event.
fn put_tool_as_word(kind: &Kind, map: &mut Map<String, Value>) {
    let Some(said) = map.get("tool").and_then(Value::as_str).map(str::to_owned) else { return };
    if Event::fit(kind, "tool", &Value::String(said.clone())) != Fit::Unfit {
        return;
    }
    let words = said.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let word = Value::String(words.collect::<Vec<_>>().join("-").to_ascii_lowercase());
    if said.is_ascii() && Event::fit(kind, "tool", &word) == Fit::Fits {
        map.insert("tool".to_owned(), word);
        map.insert("said_tool".to_owned(), Value::String(said));
    }
}

/// Takes out the texts that become ids, and puts a place with its lines where the kind has one.
fn texts(kind: &Kind, map: &mut Map<String, Value>) -> Texts {
    let mut texts = Texts::default();
    if has_field(kind, "person", &PersonId::from_random([0; 16])) {
        texts.person = take_text(map, "person", |text| PersonId::parse(text).is_ok());
    }
    if has_field(kind, "repository", &RepositoryId::from_random([0; 16])) {
        let text = take_text(map, "repository", |text| RepositoryId::parse(text).is_ok());
        texts.repository = text.map(|text| normal_repository(&text));
    }
    let place = |path: PathId| Value::Object(Map::from_iter([("path".to_owned(), Value::String(path.to_string()))]));
    let path = PathId::from_random([0; 16]);
    if Event::fit(kind, "place", &place(path)) == Fit::Fits {
        // Clients name the file by its path, never by an id: what they call a place is kept beside the event.
        if let Some(said) = map.remove("place") {
            map.insert("said_place".to_owned(), said);
        }
        texts.path = take_text(map, "path", |_| false);
        if texts.path.is_some() {
            let mut place = place(path);
            for name in ["first", "last"] {
                if let Some(line) = map.get(name).filter(|line| line.as_u64().is_some_and(|line| line > 0)).cloned() {
                    place[name] = line;
                    if Event::fit(kind, "place", &place) == Fit::Fits {
                        map.remove(name);
                    } else if let Some(members) = place.as_object_mut() {
                        members.remove(name);
                    }
                }
            }
            map.insert("place".to_owned(), place);
        }
    }
    if *kind == Kind::GapOpened {
        // A client speaks for itself alone.
        for name in ["of", "of_epoch"] {
            if let Some(said) = map.remove(name) {
                map.insert(format!("said_{name}"), said);
            }
        }
    }
    texts
}

fn has_field(kind: &Kind, name: &str, id: &impl ToString) -> bool {
    Event::fit(kind, name, &Value::String(id.to_string())) == Fit::Fits
}

/// Takes a text that is no id yet.
fn take_text(map: &mut Map<String, Value>, name: &str, is_id: impl Fn(&str) -> bool) -> Option<String> {
    let text = map.get(name)?.as_str()?;
    if text.len() > MAX_NAME || is_id(text) {
        return None;
    }
    match map.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// How deep brackets nest outside of texts.
fn depth(line: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
