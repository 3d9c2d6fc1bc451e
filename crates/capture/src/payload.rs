//! A payload of a hook: JSON that some product wrote, read as far as it can be.
//!
//! Products write booleans and numbers as text, objects as JSON in a text, and control characters as they are. What cannot be
//! read has a cause, and never stops anything.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The largest payload that is read, in bytes.
pub const MAX_PAYLOAD: usize = 16 << 20;

/// Why a payload cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unreadable {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// There is too much.
    #[error("it is longer than {MAX_PAYLOAD} bytes")]
    TooLong,
    /// It is no JSON, or ends too early.
    #[error("it is not JSON, or is cut off")]
    Syntax,
    /// It is JSON, and no object.
    #[error("it is not a JSON object")]
    NoObject,
    /// No product is known that writes such payloads.
    #[error("it does not say which product wrote it")]
    Sender,
    /// Something that the event must have is missing, or has another type.
    #[error("a member that the event must have is missing or has another type")]
    Member,
    /// A transcript is so long that some of it was left when its session ended.
    #[error("the transcript is too long: some of it was left when the session ended")]
    Transcript,
}

impl Unreadable {
    /// The word for it in events.
    pub fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::Syntax => "syntax",
            Self::NoObject => "no-object",
            Self::Sender => "sender",
            Self::Member => "member",
            Self::Transcript => "transcript",
        }
    }
}

/// An object, with lenient access to its members.
#[derive(Debug, Clone, PartialEq)]
pub struct Payload(Map<String, Value>);

impl Payload {
    /// Reads a payload.
    ///
    /// # Errors
    ///
    /// When it cannot be read as a JSON object, not even with control characters escaped.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > MAX_PAYLOAD {
            return Err(Unreadable::TooLong);
        }
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(Unreadable::Empty);
        }
        let value = serde_json::from_str(text).or_else(|_| serde_json::from_str(&with_escaped_controls(text)));
        match value {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(_) => Err(Unreadable::NoObject),
            Err(_) => Err(Unreadable::Syntax),
        }
    }

    /// The member under the first of these names that it has.
    pub fn get(&self, names: &[&str]) -> Option<&Value> {
        member(&self.0, names)
    }

    /// A text that is not empty.
    pub fn text(&self, names: &[&str]) -> Option<&str> {
        text(self.get(names)?)
    }

    /// An object, also where it is written as JSON in a text.
    pub fn object(&self, names: &[&str]) -> Option<Cow<'_, Map<String, Value>>> {
        object(self.get(names)?)
    }

    /// Whether it has a member that is not null.
    pub fn has(&self, name: &str) -> bool {
        self.get(&[name]).is_some()
    }
}

/// The member of an object under the first of these names that it has. `null` is no member.
pub fn member<'a>(map: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| map.get(*name).filter(|value| !value.is_null()))
}

/// A text that is not empty.
pub fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// A text member of an object. It may be empty.
pub fn text_of<'a>(map: &'a Map<String, Value>, names: &[&str]) -> Option<&'a str> {
    member(map, names)?.as_str()
}

/// An object, also where it is written as JSON in a text.
pub fn object(value: &Value) -> Option<Cow<'_, Map<String, Value>>> {
    match value {
        Value::Object(map) => Some(Cow::Borrowed(map)),
        Value::String(text) => serde_json::from_str(text).ok().map(Cow::Owned),
        _ => None,
    }
}

/// A yes or no, also where it is written as a text.
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A count, also where it is written as a text.
pub fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The text with control characters inside strings escaped. JSON allows none there, and some products write them.
fn with_escaped_controls(text: &str) -> String {
    let (mut in_string, mut after_backslash) = (false, false);
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if in_string && u32::from(c) < 0x20 {
            // A backslash before it would escape it, and nothing can be escaped that way.
            if after_backslash {
                escaped.push('\\');
            }
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            after_backslash = false;
            continue;
        }
        match c {
            _ if after_backslash => after_backslash = false,
            '\\' if in_string => after_backslash = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        escaped.push(c);
    }
    escaped
}
