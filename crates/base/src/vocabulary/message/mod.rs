//! The message of a commit: its lines and its trailers, found once, whoever asks for them.
//!
//! What our own trailers state is [`super::trailers`]; which trailers declare AI use is for `attest`.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

mod adding;
pub mod lines;
mod quotations;
mod request;
mod reverts;
mod sentences;
pub mod trailer_lines;
mod wrapped;

use super::trailers::Trailer;
pub use adding::{with_declaration, with_trailers};
pub use lines::Line;
pub use request::request_of;
pub use trailer_lines::TrailerLine;
pub use wrapped::Wrapped;

/// The message of a commit. It reads as its text; its lines and trailers are found when they are first asked for.
#[derive(Clone, Default)]
pub struct Message {
    text: String,
    parsed: OnceLock<Parsed>,
}

#[derive(Clone)]
struct Parsed {
    lines: Vec<Line>,
    trailers: Vec<TrailerLine>,
}

impl Message {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All trailers, whatever they mean: top to bottom, wherever they stand.
    pub fn trailers(&self) -> &[TrailerLine] {
        &self.parsed().trailers
    }

    /// The trailers that the author states, that is, all that are not quoted from elsewhere.
    pub fn stated(&self) -> Vec<Trailer> {
        let own = self.trailers().iter().filter(|line| !line.quoted);
        own.map(|line| Trailer { key: line.key.clone(), value: line.value.clone() }).collect()
    }

    /// Its lines, with what is known of each.
    pub fn parsed_lines(&self) -> &[Line] {
        &self.parsed().lines
    }

    fn parsed(&self) -> &Parsed {
        self.parsed.get_or_init(|| {
            let lines = lines::of(&self.text);
            let trailers = trailer_lines::parse(&self.text, &lines, 0);
            Parsed { lines, trailers }
        })
    }
}

/// The trailers that a message states, top to bottom, wherever they stand and however they are written.
pub fn trailers(message: &str) -> Vec<Trailer> {
    Message::from(message).stated()
}

impl Deref for Message {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Message { text, parsed: OnceLock::new() }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Message {}

impl PartialEq<str> for Message {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for Message {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_parsed_once() {
        let message = Message::from("Add a parser\n\nAssisted-by: Claude:claude-opus-4-8\n");
        assert!(std::ptr::eq(message.trailers(), message.trailers()));
        assert!(std::ptr::eq(message.parsed_lines(), message.parsed_lines()));
        assert_eq!(message.clone().trailers(), message.trailers());
    }

    #[test]
    fn what_is_quoted_is_not_stated() {
        let message = Message::from("s\n\n```\nAI-Path: ide\n```\n\nAI-Path: cli\n");
        assert_eq!(message.trailers().len(), 2);
        assert_eq!(message.stated(), [Trailer::new("AI-Path", "cli")]);
    }
}
