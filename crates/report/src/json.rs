//! The report as JSON, and the JSON Schema of it. [`read()`] takes a report back that a stranger may have written.

pub(super) mod check;
mod read;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::bounds::MAX_WRITTEN_BYTES;
use super::formats::{Evidence, Format, Output};
use super::{Report, fit};
use ai_detect_base::slices::items_of;
use ai_detect_base::terminal::{command_places, is_unsafe};
pub use read::{ReadError, read};

/// The format.
pub(crate) static FORMAT: Format = Format {
    name: "json",
    alias: None,
    endings: &["json"],
    about: "Everything, by the schema that `ai-detect schema report` prints",
    evidence: Evidence::All,
    shows_code: false,
    output: Output::Plain,
    write: |report, _| write(report),
};

/// Pretty-printed JSON with a newline at the end. JSON is looked at in terminals too, so whatever
/// would act on one stands there as `\u` escapes, not only what JSON itself must escape.
///
/// [`read()`] takes whatever this writes, and it has at most [`MAX_WRITTEN_BYTES`]: where a report holds more, what says
/// least is left out and counted in [`Report::omitted`].
///
/// # Errors
/// Never for a report that this crate made: every number in it is finite and every key a string.
pub fn write(report: &Report) -> Result<String, serde_json::Error> {
    if check::check(report).is_ok()
        && let Some(written) = within(report, MAX_WRITTEN_BYTES)?
    {
        return Ok(written);
    }
    let fitted = fit::fitted(report)?;
    if let Err(check::Problem { place, what }) = check::check(&fitted) {
        return Err(serde::ser::Error::custom(format!("the report does not hold together: {place}: {what}")));
    }
    pretty(&fitted)
}

/// The same, if it has no more than so many bytes.
fn within(report: &Report, most: usize) -> Result<Option<String>, serde_json::Error> {
    // The newline at the end is one of them.
    let mut bounded = Bounded { bytes: Vec::new(), most: most - 1 };
    match pretty_to(report, &mut bounded) {
        Err(error) if error.is_io() => Ok(None),
        Err(error) => Err(error),
        Ok(()) => text(bounded.bytes).map(|written| Some(written + "\n")),
    }
}

/// Takes no more than so many bytes.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes as [`write()`] does, without the newline at the end and whatever the size.
pub(crate) fn pretty_to(value: &impl Serialize, writer: &mut impl Write) -> Result<(), serde_json::Error> {
    let formatter = Harmless(PrettyFormatter::new());
    value.serialize(&mut serde_json::Serializer::with_formatter(writer, formatter))
}

/// Any of our formats that is JSON, likewise.
pub fn pretty(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(written(value, Harmless(PrettyFormatter::new()))? + "\n")
}

/// The same on one line, without the newline.
pub fn compact(value: &impl Serialize) -> Result<String, serde_json::Error> {
    written(value, Harmless(CompactFormatter))
}

fn written<F: Formatter>(value: &impl Serialize, formatter: Harmless<F>) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    text(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, serde_json::Error> {
    String::from_utf8(bytes).map_err(|error| serde::ser::Error::custom(error.to_string()))
}

/// The JSON Schema of a report.
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("$id".into(), super::SCHEMA.into());
    schema
}

/// With more escapes than JSON asks for.
struct Harmless<F>(F);

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut commands = command_places(fragment).peekable();
        let mut from = 0;
        for (at, c) in fragment.char_indices() {
            if commands.next_if_eq(&at).is_none() && !is_unsafe(c) {
                continue;
            }
            writer.write_all(items_of(fragment.as_bytes(), from..at))?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            from = at + c.len_utf8();
        }
        writer.write_all(items_of(fragment.as_bytes(), from..))
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
