//! The texts of a mail, as its sender wrote them: out of their parts, transfer encodings and soft line breaks.
//!
//! Bytes stay what they are: the code of a patch is in the encoding of its files, whatever its mail says.

use bstr::ByteSlice as _;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Encoding, Message, MessagePart, MimeHeaders as _, PartType};

use ai_detect_base::charset::Charset;

/// A text of a mail.
pub(super) struct Part {
    pub(super) content: Vec<u8>,
    /// What the mail says of its encoding; nothing where it says nothing, or something unknown.
    pub(super) charset: Option<Charset>,
    /// How many lines of the mail stand before it, where the content stands there as it is.
    pub(super) lines_before: Option<usize>,
}

/// A mailed patch that is attached as a file.
pub(super) struct Attached {
    /// The name of the file.
    pub(super) name: String,
    pub(super) content: Vec<u8>,
}

/// What a mail holds.
#[derive(Default)]
pub(super) struct Body<'a> {
    /// Its own texts, in order.
    pub(super) parts: Vec<Part>,
    /// Files that are mails themselves.
    pub(super) mails: Vec<Attached>,
    /// Mails that are forwarded in it.
    pub(super) messages: Vec<&'a Message<'a>>,
    /// Whether a text of it is in HTML.
    pub(super) html: bool,
    /// Names of encodings that are unknown.
    pub(super) unknown: Vec<String>,
    /// How many parts are not encoded as they say, and are read as they stand.
    pub(super) undecoded: usize,
}

impl<'a> Body<'a> {
    pub(super) fn of(message: &'a Message<'a>) -> Self {
        let mut body = Body::default();
        for part in &message.parts {
            match &part.body {
                PartType::Multipart(_) => {}
                PartType::Message(nested) => body.messages.push(nested),
                PartType::Html(_) => body.html = true,
                PartType::Text(_) => body.text(message, part),
                PartType::Binary(content) | PartType::InlineBinary(content) => {
                    if is_diff(content) || is_sent(content) {
                        body.text(message, part);
                    }
                }
            }
        }
        body
    }

    fn text(&mut self, message: &Message<'_>, part: &MessagePart<'_>) {
        let (from, to) = (part.offset_body as usize, part.offset_end as usize);
        let raw_message = &message.raw_message;
        let (before, raw) = match (raw_message.get(..from), raw_message.get(from..to)) {
            (Some(before), Some(raw)) => (before, raw),
            // A part that does not lie within its mail, as its reader says of some damaged ones.
            _ => return self.undecoded += 1,
        };
        let decoded = match part.encoding {
            Encoding::None => None,
            Encoding::QuotedPrintable => quoted_printable_decode(raw),
            Encoding::Base64 => base64_decode(raw),
        };
        // Without that header a part is as it stands.
        let stated = part.content_transfer_encoding().unwrap_or("8bit");
        let is_encoded = ["base64", "quoted-printable"].iter().any(|known| known.eq_ignore_ascii_case(stated));
        self.undecoded += usize::from(decoded.is_none() && is_encoded);
        let kind = part.content_type();
        let is_flowed = attribute(kind, "format").is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
        let is_as_sent = decoded.is_none() && !is_flowed;
        let mut content = decoded.map_or_else(|| raw.to_vec(), without_transport_returns);
        if is_flowed {
            let is_deleted = attribute(kind, "delsp").is_some_and(|answer| answer.eq_ignore_ascii_case("yes"));
            content = unflowed(&content, is_deleted);
        }
        if !content.is_empty() && !content.ends_with(b"\n") {
            content.push(b'\n');
        }
        if let Some(name) = part.attachment_name().filter(|_| is_sent(&content)) {
            self.mails.push(Attached { name: name.to_owned(), content });
            return;
        }
        let stated = attribute(kind, "charset");
        let charset = stated.and_then(|name| Charset::named(name.as_bytes()));
        self.unknown.extend(stated.filter(|_| charset.is_none()).map(str::to_owned));
        let lines_before = is_as_sent.then(|| super::newlines(before));
        self.parts.push(Part { content, charset, lines_before });
    }
}

fn attribute<'a>(kind: Option<&'a ContentType<'_>>, name: &str) -> Option<&'a str> {
    kind.and_then(|kind| kind.attribute(name))
}

/// Whether a file holds a unified diff.
fn is_diff(content: &[u8]) -> bool {
    let mut lines = content.lines().peekable();
    while let Some(line) = lines.next() {
        let is_pair = line.starts_with(b"--- ") && lines.peek().is_some_and(|next| next.starts_with(b"+++ "));
        if line.starts_with(b"diff --git ") || is_pair {
            return true;
        }
    }
    false
}

/// Whether a file is a mail, as `git format-patch` writes it.
fn is_sent(content: &[u8]) -> bool {
    let Some(first) = content.lines().next() else { return false };
    first.starts_with(b"From ") && super::is_from_line(first) && super::is_mail(content)
}

/// Encoders make each end of a line into a carriage return and a newline. A header of a diff never ends so by itself.
fn without_transport_returns(content: Vec<u8>) -> Vec<u8> {
    let mut headers = content.lines_with_terminator().filter(|line| super::info::is_diff_start(line));
    let is_encoded = match headers.next() {
        Some(header) => header.ends_with(b"\r\n"),
        None => content.lines_with_terminator().all(|line| line.ends_with(b"\r\n")),
    };
    if is_encoded { content.replace("\r\n", "\n") } else { content }
}

/// Long lines put together again (RFC 3676), as `git mailinfo` does it.
fn unflowed(content: &[u8], is_space_deleted: bool) -> Vec<u8> {
    let mut whole = Vec::with_capacity(content.len());
    let mut waits = false;
    for line in content.lines() {
        if line == b"-- " {
            if std::mem::take(&mut waits) {
                whole.push(b'\n');
            }
            whole.extend_from_slice(b"-- \n");
            continue;
        }
        let line = line.strip_prefix(b" ").unwrap_or(line);
        waits = line.ends_with(b" ");
        if waits {
            whole.extend_from_slice(line.strip_suffix(b" ").filter(|_| is_space_deleted).unwrap_or(line));
        } else {
            whole.extend_from_slice(line);
            whole.push(b'\n');
        }
    }
    if waits {
        whole.push(b'\n');
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_line_breaks_go_and_stuffed_spaces_with_them() {
        for (flowed, is_deleted, whole) in [
            ("a b \nc\n", false, "a b c\n"),
            ("a b \nc\n", true, "a bc\n"),
            (" --- a/x\n  context\n+added \nline\n", false, "--- a/x\n context\n+added line\n"),
            ("text\n-- \n2.43.0\n", false, "text\n-- \n2.43.0\n"),
            ("text \n-- \n2.43.0\n", false, "text \n-- \n2.43.0\n"),
            ("last ", false, "last \n"),
        ] {
            assert_eq!(unflowed(flowed.as_bytes(), is_deleted).as_bstr(), whole);
        }
    }

    #[test]
    fn carriage_returns_of_the_transport_go_and_those_of_a_file_stay() {
        for (sent, read) in [
            ("m\r\n---\r\ndiff --git a/x b/x\r\n+a\r\n", "m\n---\ndiff --git a/x b/x\n+a\n"),
            ("m\n---\ndiff --git a/x b/x\n+a\r\n", "m\n---\ndiff --git a/x b/x\n+a\r\n"),
            ("m\r\nn\r\n", "m\nn\n"),
            ("m\r\nn\n", "m\r\nn\n"),
        ] {
            assert_eq!(without_transport_returns(sent.into()).as_bstr(), read);
        }
    }
}
