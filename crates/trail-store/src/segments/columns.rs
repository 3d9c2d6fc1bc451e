//! The columns of a sealed file, and what an entry has in each.
//!
//! Columns are added at the end, and never changed or removed. No column has NULL: a text that is not known is empty, a number is 0.

use std::sync::Arc;

use ai_detect_trail_log::entry::Columns;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

/// The name of the schema, and of the mark by which a file says whose it is.
pub(crate) const SCHEMA: &str = "trail-segment/v1";
/// Where it says so.
pub(crate) const KEY: &str = "ai-detect.schema";

/// An entry as it is sealed: with the columns that the table `entry` has beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) seq: u64,
    pub(crate) client: String,
    pub(crate) epoch: String,
    pub(crate) number: i64,
    pub(crate) kind: String,
    pub(crate) is_conflict: bool,
    pub(crate) entry: Vec<u8>,
}

/// A row with the day of its file and what its entry says.
pub(crate) struct Line<'a> {
    pub(crate) seq: i64,
    pub(crate) day: i64,
    pub(crate) said: Columns<'a>,
}

impl<'a> Line<'a> {
    /// What a file has about a row. Bytes that no version can read keep the columns of their row alone.
    pub(crate) fn of(row: &'a Row, day: i64) -> Self {
        let said = Columns::read(&row.entry).unwrap_or_else(|| Columns {
            client: &row.client,
            epoch: &row.epoch,
            number: row.number,
            kind: &row.kind,
            is_conflict: row.is_conflict,
            ..Columns::default()
        });
        Self { seq: i64::try_from(row.seq).unwrap_or(i64::MAX), day, said }
    }
}

/// How a column's values are had.
#[derive(Clone, Copy)]
pub(crate) enum Values {
    Text(for<'a> fn(&Line<'a>) -> &'a str),
    Number(for<'a> fn(&Line<'a>) -> i64),
}

use Values::{Number, Text};

/// The columns before the entry itself.
pub(crate) const COLUMNS: &[(&str, Values)] = &[
    ("seq", Number(|line| line.seq)),
    ("kind", Text(|line| line.said.kind)),
    ("schema", Number(|line| line.said.schema)),
    ("time", Number(|line| line.said.time)),
    ("received", Number(|line| line.said.received)),
    ("day", Number(|line| line.day)),
    ("client", Text(|line| line.said.client)),
    ("epoch", Text(|line| line.said.epoch)),
    ("number", Number(|line| line.said.number)),
    ("conflict", Number(|line| line.said.is_conflict.into())),
    ("exercise", Number(|line| line.said.is_exercise.into())),
    ("region", Text(|line| line.said.region)),
    ("person", Text(|line| line.said.fields.person)),
    ("tool", Text(|line| line.said.fields.tool)),
    ("tool_version", Text(|line| line.said.fields.tool_version)),
    ("integration", Text(|line| line.said.fields.integration)),
    ("provider", Text(|line| line.said.fields.provider)),
    ("model", Text(|line| line.said.fields.model)),
    ("request_id", Text(|line| line.said.fields.request_id)),
    ("session", Text(|line| line.said.fields.session)),
    ("repository", Text(|line| line.said.fields.repository)),
    ("commit_id", Text(|line| line.said.fields.commit)),
    ("path", Text(|line| line.said.fields.place.path)),
    ("first", Number(|line| line.said.fields.place.first)),
    ("last", Number(|line| line.said.fields.place.last)),
    ("prompt", Text(|line| line.said.fields.prompt)),
    ("output", Text(|line| line.said.fields.output)),
    ("extra", Text(|line| line.said.extra)),
];

/// The column of the stored bytes. It is the last one.
pub(crate) const ENTRY: &str = "entry";

/// Columns whose values differ from row to row, or grow: a dictionary would only take room.
pub(crate) const GROWING: &[&str] = &["seq", "time", "received", "number"];
/// Texts that nearly always differ from row to row.
pub(crate) const UNIQUE: &[&str] = &["request_id", "prompt", "output", "extra", ENTRY];

/// The schema of a file.
pub(crate) fn schema() -> Result<TypePtr, ParquetError> {
    let field = |name: &str, values: Option<&Values>| {
        let (physical, logical) = match values {
            Some(Number(_)) => (Physical::INT64, None),
            // An entry is ASCII, so that engines may show it as a text.
            Some(Text(_)) | None => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED);
        field.with_logical_type(logical).build().map(Arc::new)
    };
    let mut fields = Vec::with_capacity(COLUMNS.len() + 1);
    for (name, values) in COLUMNS {
        fields.push(field(name, Some(values))?);
    }
    fields.push(field(ENTRY, None)?);
    Type::group_type_builder("entries").with_fields(fields).build().map(Arc::new)
}
