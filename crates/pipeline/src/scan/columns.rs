//! Rows as a Parquet file, and which commits such a file holds.
//!
//! The columns are those of a row's JSON form, by the same names and with the same values.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical};
use parquet::column::page::Page;
use parquet::column::reader::{ColumnReader, get_typed_column_reader};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{FileMetaData, KeyValue};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{ChunkReader, FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::Kind;
use super::key::Key;
use super::landed::{self, Landed};
use super::row::{NotesRead, Row, SCHEMA, word};

/// Where a file says whose it is.
const KEY: &str = "ai-detect.schema";

/// How a column's values are had from a row.
enum Values {
    Text(fn(&Row) -> Cow<'_, str>),
    MaybeText(fn(&Row) -> Option<Cow<'_, str>>),
    Integer(fn(&Row) -> i64),
    MaybeInteger(fn(&Row) -> Option<i64>),
    Number(fn(&Row) -> f64),
    MaybeNumber(fn(&Row) -> Option<f64>),
}

use Values::{Integer, MaybeInteger, MaybeNumber, MaybeText, Number, Text};

const COLUMNS: &[(&str, Values)] = &[
    ("schema", Text(|row| (&row.schema).into())),
    ("repository", Text(|row| (&row.repository).into())),
    ("commit", Text(|row| (&row.commit).into())),
    ("parent", MaybeText(|row| row.parent.as_ref().map(Cow::from))),
    ("kind", Text(|row| word(row.kind).into())),
    ("via", MaybeText(|row| row.via.as_ref().map(Cow::from))),
    ("landed_time", MaybeInteger(|row| row.landed_time)),
    ("request", MaybeText(|row| row.request.as_ref().map(Cow::from))),
    ("author_time", Integer(|row| row.author_time)),
    ("subject", Text(|row| (&row.subject).into())),
    ("languages", Text(|row| (&row.languages).into())),
    ("files", Integer(|row| row.files.into())),
    ("blocks", Integer(|row| row.blocks.into())),
    ("added_lines", Integer(|row| row.added_lines.into())),
    ("added_total", MaybeInteger(|row| row.added_total.map(i64::from))),
    ("sensitive", Text(|row| (&row.sensitive).into())),
    ("probability", MaybeNumber(|row| row.probability)),
    ("log_odds", MaybeNumber(|row| row.log_odds)),
    ("code_log_odds", MaybeNumber(|row| row.code_log_odds)),
    ("message_log_odds", Number(|row| row.message_log_odds)),
    ("strongest_log_odds", MaybeNumber(|row| row.strongest_log_odds)),
    ("threshold_log_odds", Number(|row| row.threshold_log_odds)),
    ("verdict", Text(|row| row.verdict.word().into())),
    ("unscored", MaybeText(|row| row.unscored.map(|cause| word(cause).into()))),
    ("flags", Integer(|row| row.flags.into())),
    ("state", Text(|row| word(row.state).into())),
    ("tool", MaybeText(|row| row.tool.as_ref().map(Cow::from))),
    ("model", MaybeText(|row| row.model.as_ref().map(Cow::from))),
    ("model_id", MaybeText(|row| row.model_id.as_ref().map(Cow::from))),
    ("forms", Text(|row| (&row.forms).into())),
    ("accountable", MaybeText(|row| row.accountable.as_ref().map(Cow::from))),
    ("signature", MaybeText(|row| row.signature.map(|state| state.word().into()))),
    ("version", Text(|row| (&row.version).into())),
    ("scoring_model", Text(|row| (&row.scoring_model).into())),
    ("notes", Text(|row| word(row.notes).into())),
    ("rules", Text(|row| (&row.rules).into())),
];

/// Why a file cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no Parquet file, or a broken one.
    #[error("{0}")]
    Parquet(#[from] ParquetError),
    /// It holds something else.
    #[error("it holds no rows of `ai-detect scan`")]
    Foreign,
    /// An earlier version made it.
    #[error(
        "its rows are of an earlier version, which do not say when their commits landed; make them anew with `ai-detect scan`"
    )]
    Early,
}

/// Writes rows as one file.
///
/// # Errors
/// Where `to` cannot be written.
pub fn write(rows: &[Row], to: impl Write + Send) -> Result<(), Error> {
    let about = KeyValue::new(KEY.to_owned(), SCHEMA.to_owned());
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("ai-detect {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![about]))
        .build();
    let mut file = SerializedFileWriter::new(to, shape()?, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for (_, values) in COLUMNS {
        column(&mut group, values, rows)?;
    }
    group.close()?;
    file.close()?;
    Ok(())
}

fn shape() -> Result<TypePtr, ParquetError> {
    let field = |(name, values): &(&str, Values)| {
        let (physical, logical) = match values {
            Text(_) | MaybeText(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Integer(_) | MaybeInteger(_) => (Physical::INT64, None),
            Number(_) | MaybeNumber(_) => (Physical::DOUBLE, None),
        };
        let may_lack = matches!(values, MaybeText(_) | MaybeInteger(_) | MaybeNumber(_));
        let repetition = if may_lack { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let field = Type::primitive_type_builder(name, physical).with_repetition(repetition);
        field.with_logical_type(logical).build().map(Arc::new)
    };
    let fields = COLUMNS.iter().map(field).collect::<Result<_, _>>()?;
    Type::group_type_builder("commits").with_fields(fields).build().map(Arc::new)
}

fn column<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &Values,
    rows: &[Row],
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let bytes = |text: Cow<'_, str>| ByteArray::from(text.into_owned().into_bytes());
    match values {
        Text(of) => {
            let values: Vec<ByteArray> = rows.iter().map(|row| bytes(of(row))).collect();
            column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
        }
        MaybeText(of) => {
            let (values, there) = present(rows.iter().map(|row| of(row).map(bytes)));
            column.typed::<ByteArrayType>().write_batch(&values, Some(&there), None)?;
        }
        Integer(of) => {
            let values: Vec<i64> = rows.iter().map(of).collect();
            column.typed::<Int64Type>().write_batch(&values, None, None)?;
        }
        MaybeInteger(of) => {
            let (values, there) = present(rows.iter().map(of));
            column.typed::<Int64Type>().write_batch(&values, Some(&there), None)?;
        }
        Number(of) => {
            let values: Vec<f64> = rows.iter().map(of).collect();
            column.typed::<DoubleType>().write_batch(&values, None, None)?;
        }
        MaybeNumber(of) => {
            let (values, there) = present(rows.iter().map(of));
            column.typed::<DoubleType>().write_batch(&values, Some(&there), None)?;
        }
    }
    column.close()
}

/// The values that are there, and for each row whether it has one.
fn present<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut found, mut there) = (Vec::new(), Vec::new());
    for value in values {
        there.push(i16::from(value.is_some()));
        found.extend(value);
    }
    (found, there)
}

/// Which rows a file holds.
///
/// # Errors
/// Where it is no Parquet file, or one of somebody else.
pub fn keys<R: ChunkReader + 'static>(file: R) -> Result<Vec<Key>, Error> {
    let reader = SerializedFileReader::new(file)?;
    let metadata = reader.metadata().file_metadata();
    if !is_ours(metadata) {
        return Err(Error::Foreign);
    }
    let mut keys = Vec::new();
    for at in 0..reader.num_row_groups() {
        let group = reader.get_row_group(at)?;
        let [repositories, commits, rules] =
            [texts(&*group, "repository")?, texts(&*group, "commit")?, texts(&*group, "rules")?];
        // Earlier versions had no such column.
        let notes = if has(&*group, "notes") { texts(&*group, "notes")? } else { vec![String::new(); commits.len()] };
        let of = |(((repository, commit), rules), notes): (_, String)| {
            let lacks_notes = notes == word(NotesRead::NotFetched);
            Key { repository, commit, rules, lacks_notes }
        };
        keys.extend(repositories.into_iter().zip(commits).zip(rules).zip(notes).map(of));
    }
    Ok(keys)
}

fn has(group: &dyn RowGroupReader, name: &str) -> bool {
    group.metadata().columns().iter().any(|column| column.column_path().string() == name)
}

fn is_ours(metadata: &FileMetaData) -> bool {
    let is_mark = |pair: &KeyValue| pair.key == KEY && pair.value.as_deref() == Some(SCHEMA);
    metadata.key_value_metadata().is_some_and(|pairs| pairs.iter().any(is_mark))
}

/// The rows of a file, as far as figures need them.
///
/// # Errors
/// Where it is no Parquet file, one of somebody else, or one of an earlier version.
pub(crate) fn landed<R: ChunkReader + 'static>(file: R) -> Result<Vec<Landed>, Error> {
    let reader = SerializedFileReader::new(file)?;
    if !is_ours(reader.metadata().file_metadata()) {
        return Err(Error::Foreign);
    }
    let mut rows = Vec::new();
    for at in 0..reader.num_row_groups() {
        landed_of(&*reader.get_row_group(at)?, &mut rows)?;
    }
    Ok(rows)
}

fn landed_of(group: &dyn RowGroupReader, rows: &mut Vec<Landed>) -> Result<(), Error> {
    if !has(group, "request") {
        return Err(Error::Early);
    }
    let text = |name| values::<ByteArrayType>(group, name);
    let integer = |name| values::<Int64Type>(group, name);
    let (mut repositories, mut commits, mut kinds) = (text("repository")?, text("commit")?, text("kind")?);
    let (mut vias, mut classes, mut states) = (text("via")?, text("sensitive")?, text("state")?);
    let (mut forms, mut requests, mut authored) = (text("forms")?, text("request")?, integer("author_time")?);
    let (mut ids, mut rules) = (text("model_id")?, text("rules")?);
    // Earlier versions had no such column, and did not know.
    let mut notes = if has(group, "notes") { Some(text("notes")?) } else { None };
    let (mut times, mut scored, mut totals) =
        (integer("landed_time")?, integer("added_lines")?, integer("added_total")?);
    let (mut flags, mut probabilities) = (integer("flags")?, values::<DoubleType>(group, "probability")?);
    for _ in 0..group.metadata().num_rows() {
        rows.push(Landed {
            repository: required(&mut repositories)?,
            commit: required(&mut commits)?,
            is_merge: required(&mut kinds)? == word(Kind::Merge),
            via: maybe(&mut vias)?,
            time: times.next().ok_or(Error::Foreign)?,
            added_scored: count(&mut scored)?.ok_or(Error::Foreign)?,
            added_total: count(&mut totals)?,
            sensitive: landed::classes(&required(&mut classes)?),
            is_scored: probabilities.next().ok_or(Error::Foreign)?.is_some(),
            is_flagged: flags.next().ok_or(Error::Foreign)?.is_some_and(|flags| flags > 0),
            state: serde_json::from_value(required(&mut states)?.into()).map_err(|_| Error::Foreign)?,
            speaks_for_request: maybe(&mut requests)?.is_some() & landed::speaks_for_all(&required(&mut forms)?),
            author_time: authored.next().flatten().ok_or(Error::Foreign)?,
            model: maybe(&mut ids)?,
            lacks_notes: match &mut notes {
                Some(notes) => required(notes)? == word(NotesRead::NotFetched),
                None => false,
            },
            rules: required(&mut rules)?,
        });
    }
    Ok(())
}

/// The values of a column, one for each row.
type OfRows<T> = std::vec::IntoIter<Option<T>>;

fn maybe(values: &mut OfRows<ByteArray>) -> Result<Option<String>, Error> {
    let value = values.next().ok_or(Error::Foreign)?;
    Ok(value.map(|bytes| String::from_utf8_lossy(bytes.data()).into_owned()))
}

fn required(values: &mut OfRows<ByteArray>) -> Result<String, Error> {
    maybe(values)?.ok_or(Error::Foreign)
}

fn count(values: &mut OfRows<i64>) -> Result<Option<u64>, Error> {
    Ok(values.next().ok_or(Error::Foreign)?.and_then(|value| u64::try_from(value).ok()))
}

fn values<T: DataType>(group: &dyn RowGroupReader, name: &str) -> Result<OfRows<T::T>, Error> {
    let columns = group.metadata().columns();
    let at = columns.iter().position(|column| column.column_path().string() == name).ok_or(Error::Foreign)?;
    let descriptor = columns.get(at).ok_or(Error::Foreign)?.column_descr();
    if descriptor.physical_type() != T::get_physical_type() {
        return Err(Error::Foreign);
    }
    check_pages(group, at)?;
    let may_lack = descriptor.max_def_level() > 0;
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(at)?);
    let rows = usize::try_from(group.metadata().num_rows()).map_err(|_| Error::Foreign)?;
    let (mut found, mut levels) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let (records, _, _) = reader.read_records(rows - read, may_lack.then_some(&mut levels), None, &mut found)?;
        if records == 0 {
            return Err(ParquetError::EOF(format!("the column {name} has fewer values than there are rows")).into());
        }
        read += records;
    }
    let mut found = found.into_iter();
    let values: Vec<Option<T::T>> = match may_lack {
        true => levels.into_iter().map(|level| if level > 0 { found.next() } else { None }).collect(),
        false => found.map(Some).collect(),
    };
    Ok(values.into_iter())
}

/// Whether the pages of a column can be decoded: the library panics on a page that asks for a dictionary which is not
/// there, and on levels in an encoding that levels do not have.
fn check_pages(group: &dyn RowGroupReader, at: usize) -> Result<(), Error> {
    let mut has_dictionary = false;
    for page in group.get_column_page_reader(at)? {
        let encoding = match page? {
            Page::DictionaryPage { .. } => {
                has_dictionary = true;
                continue;
            }
            Page::DataPage { encoding, def_level_encoding, rep_level_encoding, .. } => {
                if [def_level_encoding, rep_level_encoding].iter().any(|levels| *levels != Encoding::RLE) {
                    return Err(Error::Foreign);
                }
                encoding
            }
            Page::DataPageV2 { encoding, .. } => encoding,
        };
        if matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY) && !has_dictionary {
            return Err(Error::Foreign);
        }
    }
    Ok(())
}

fn texts(group: &dyn RowGroupReader, name: &str) -> Result<Vec<String>, Error> {
    let columns = group.metadata().columns();
    let at = columns.iter().position(|column| column.column_path().string() == name).ok_or(Error::Foreign)?;
    check_pages(group, at)?;
    let ColumnReader::ByteArrayColumnReader(mut reader) = group.get_column_reader(at)? else {
        return Err(Error::Foreign);
    };
    let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    let mut values = Vec::new();
    while values.len() < rows {
        let (read, _, _) = reader.read_records(rows - values.len(), None, None, &mut values)?;
        if read == 0 {
            return Err(ParquetError::EOF(format!("the column {name} has fewer values than there are rows")).into());
        }
    }
    Ok(values.iter().map(|value| String::from_utf8_lossy(value.data()).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parquet::record::Field;
    use serde_json::Value;

    use super::*;
    use crate::scan::Unscored;
    use ai_detect_attest::State;
    use ai_detect_attest::signature::SignatureState;
    use ai_detect_report::gate::Verdict;

    fn row(commit: &str, subject: &str) -> Row {
        Row {
            schema: SCHEMA.into(),
            repository: "owner/name".into(),
            commit: commit.into(),
            parent: None,
            kind: Kind::Commit,
            via: None,
            landed_time: Some(1_700_000_000),
            request: Some("#12".into()),
            author_time: -1,
            subject: subject.into(),
            languages: "Go,Rust".into(),
            files: 2,
            blocks: 3,
            added_lines: u32::MAX,
            added_total: None,
            sensitive: "cryptography,secrets".into(),
            probability: Some(0.25),
            log_odds: Some(-1.0986),
            code_log_odds: None,
            message_log_odds: 0.0,
            strongest_log_odds: Some(2.5),
            threshold_log_odds: 3.5637,
            verdict: Verdict::WrongForm,
            unscored: Some(Unscored::NoGrammar),
            flags: 1,
            state: State::WrongForm,
            tool: Some("Claude".into()),
            model: None,
            model_id: Some("claude-opus-4-8".into()),
            forms: "trailer".into(),
            accountable: None,
            signature: Some(SignatureState::Unsigned),
            version: "0.1.0".into(),
            scoring_model: "m".into(),
            notes: NotesRead::Read,
            rules: "r".into(),
        }
    }

    fn json(field: &Field) -> Value {
        match field {
            Field::Null => Value::Null,
            Field::Str(text) => text.clone().into(),
            Field::Long(number) => (*number).into(),
            Field::Double(number) => (*number).into(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_holds_what_json_says_by_the_same_names_in_the_same_order() {
        let rows = [row("a", "Say \u{1b}[2J \u{0} “hello”\r\n"), Row { parent: Some("a".into()), ..row("b", "") }];
        let mut file = Vec::new();
        write(&rows, &mut file).unwrap();
        let reader = SerializedFileReader::new(Bytes::from(file)).unwrap();
        let read: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(read.len(), rows.len());
        for (read, row) in read.iter().zip(&rows) {
            let read: Vec<(String, Value)> =
                read.get_column_iter().map(|(name, field)| (name.clone(), json(field))).collect();
            let text = serde_json::to_string(row).unwrap();
            let Value::Object(written) = serde_json::to_value(row).unwrap() else { panic!("{text}") };
            assert_eq!(read.len(), written.len());
            let mut before = 0;
            for (name, value) in read {
                assert_eq!(written[&name], value, "{name}");
                let at = text.find(&format!("\"{name}\":")).unwrap();
                assert!(at > before, "{name} is out of order");
                before = at;
            }
        }
    }

    #[test]
    fn a_file_is_known_by_what_it_says_of_itself() {
        let mut file = Vec::new();
        write(&[row("a", ""), row("b", "")], &mut file).unwrap();
        let found = keys(Bytes::from(file)).unwrap();
        assert_eq!(found.iter().map(|key| key.commit.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((found[0].repository.as_str(), found[0].rules.as_str()), ("owner/name", "r"));
        assert!(matches!(keys(Bytes::from("PAR1 or so")), Err(Error::Parquet(_))));
    }
}
