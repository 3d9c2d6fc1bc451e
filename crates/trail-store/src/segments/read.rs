//! Reading a sealed file. A file is only unpacked once its bytes are those that were noted when it was sealed.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use sha2::{Digest as _, Sha256};

use super::columns::{COLUMNS, ENTRY, KEY, Row, SCHEMA, Values};
use super::name::SegmentName;
use super::unpacked;
use crate::error::{SegmentProblem, StoreError};

/// The most rows that a group may claim to have.
const MAX_ROWS: usize = 1 << 16;
/// The most bytes that a column of a group may claim to have.
const MAX_COLUMN_BYTES: i64 = 16 << 20;

/// The length and SHA-256 of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

impl Stamp {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: Sha256::digest(bytes).into() }
    }
}

/// Why a file could not be read: it is not what was sealed, or the disk failed.
#[derive(Debug)]
pub(crate) enum Unread {
    Damaged(SegmentProblem),
    Failed(StoreError),
}

impl From<SegmentProblem> for Unread {
    fn from(problem: SegmentProblem) -> Self {
        Self::Damaged(problem)
    }
}

impl From<ParquetError> for Unread {
    fn from(_: ParquetError) -> Self {
        Self::Damaged(SegmentProblem::Unreadable)
    }
}

/// The bytes of a file, if they are those that were noted.
pub(crate) fn bytes_of(path: &Path, noted: Stamp) -> Result<Bytes, Unread> {
    let failed = |source| Unread::Failed(StoreError::File { path: path.to_owned(), source });
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(SegmentProblem::Missing.into()),
        Err(error) => return Err(failed(error)),
    };
    let found = file.metadata().map_err(failed)?.len();
    if found != noted.bytes {
        return Err(SegmentProblem::Length { expected: noted.bytes, found }.into());
    }
    let mut bytes = Vec::new();
    // It may grow meanwhile, and is another file then.
    file.take(noted.bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if Stamp::of(&bytes) != noted {
        return Err(SegmentProblem::Changed.into());
    }
    Ok(Bytes::from(bytes))
}

/// How many rows a file says it has.
pub(crate) fn rows_in(bytes: &Bytes) -> Option<u64> {
    let reader = guarded(|| Ok(SerializedFileReader::new(bytes.clone())?)).ok()?;
    reader
        .metadata()
        .row_groups()
        .iter()
        .try_fold(0_u64, |sum, group| sum.checked_add(u64::try_from(group.num_rows()).ok()?))
}

/// A sealed file that can be read.
pub(crate) struct Segment {
    name: SegmentName,
    reader: SerializedFileReader<Bytes>,
    /// By group: the index of its first entry, and that after its last.
    groups: Vec<(u64, u64)>,
}

impl Segment {
    /// Reads what a file says of itself.
    pub(crate) fn open(name: SegmentName, bytes: Bytes) -> Result<Self, Unread> {
        let reader = guarded(|| Ok(SerializedFileReader::new(bytes)?))?;
        let metadata = reader.metadata();
        let marks = metadata.file_metadata().key_value_metadata();
        let is_mark = |value: &Option<String>| value.as_deref() == Some(SCHEMA);
        if !marks.is_some_and(|marks| marks.iter().any(|mark| mark.key == KEY && is_mark(&mark.value))) {
            return Err(SegmentProblem::Unreadable.into());
        }
        let mut groups = Vec::with_capacity(metadata.num_row_groups());
        let mut first = name.first;
        for group in metadata.row_groups() {
            let rows = u64::try_from(group.num_rows()).map_err(|_| SegmentProblem::Unreadable)?;
            let end = first.checked_add(rows).ok_or(SegmentProblem::Rows)?;
            groups.push((first, end));
            first = end;
        }
        if Some(first) != name.last.checked_add(1) {
            return Err(SegmentProblem::Rows.into());
        }
        Ok(Self { name, reader, groups })
    }

    /// The same for a file of unknown origin: it may not unpack to more than it claims.
    pub(crate) fn open_unknown(name: SegmentName, bytes: Bytes) -> Result<Self, Unread> {
        let segment = Self::open(name, bytes.clone())?;
        let is_small = guarded(|| {
            let groups = segment.reader.metadata().row_groups();
            let mut columns = groups.iter().flat_map(|group| group.columns());
            Ok(columns.all(|column| has_small_claims(column) && unpacked::is_as_claimed(&bytes, column)))
        })?;
        if is_small { Ok(segment) } else { Err(SegmentProblem::Unreadable.into()) }
    }

    /// How many groups it has.
    pub(crate) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The group that holds an entry.
    pub(crate) fn group_of(&self, index: u64) -> Option<usize> {
        self.groups.iter().position(|(first, end)| (*first..*end).contains(&index))
    }

    /// The index of the first entry of a group.
    pub(crate) fn first_of(&self, group: usize) -> Option<u64> {
        self.groups.get(group).map(|(first, _)| *first)
    }

    /// The entries of a group, as they were stored.
    pub(crate) fn entries(&self, group: usize) -> Result<Vec<ByteArray>, Unread> {
        self.texts(group, ENTRY)
    }

    /// A column of a group.
    pub(crate) fn texts(&self, group: usize, name: &str) -> Result<Vec<ByteArray>, Unread> {
        guarded(|| values::<ByteArrayType>(&*self.reader.get_row_group(group)?, name))
    }

    /// A column of a group.
    pub(crate) fn numbers(&self, group: usize, name: &str) -> Result<Vec<i64>, Unread> {
        guarded(|| values::<Int64Type>(&*self.reader.get_row_group(group)?, name))
    }

    /// The rows of a group, as they were in the table `entry`.
    pub(crate) fn rows(&self, group: usize) -> Result<Vec<Row>, Unread> {
        let first = self.first_of(group).ok_or(SegmentProblem::Rows)?;
        let mut clients = self.texts(group, "client")?.into_iter();
        let mut epochs = self.texts(group, "epoch")?.into_iter();
        let mut kinds = self.texts(group, "kind")?.into_iter();
        let mut numbers = self.numbers(group, "number")?.into_iter();
        let mut conflicts = self.numbers(group, "conflict")?.into_iter();
        let text = |value: Option<ByteArray>| {
            let bytes = value.ok_or(SegmentProblem::Rows)?;
            String::from_utf8(bytes.data().to_vec()).map_err(|_| SegmentProblem::Unreadable)
        };
        let entries = self.entries(group)?;
        let mut rows = Vec::with_capacity(entries.len());
        for (seq, entry) in (first..).zip(entries) {
            rows.push(Row {
                seq,
                client: text(clients.next())?,
                epoch: text(epochs.next())?,
                number: numbers.next().ok_or(SegmentProblem::Rows)?,
                kind: text(kinds.next())?,
                is_conflict: conflicts.next().ok_or(SegmentProblem::Rows)? != 0,
                entry: entry.data().to_vec(),
            });
        }
        Ok(rows)
    }

    /// Those entries of a group whose columns say something else than they do, by their place in it.
    pub(crate) fn differing(&self, group: usize, rows: &[Row]) -> Result<Vec<usize>, Unread> {
        let day = self.name.day.get();
        let lines: Vec<super::columns::Line<'_>> = rows.iter().map(|row| super::columns::Line::of(row, day)).collect();
        let mut differing = Vec::new();
        for (name, of) in COLUMNS {
            let differs: Vec<usize> = match of {
                Values::Text(of) => {
                    let found = self.texts(group, name)?;
                    let pairs = (0..).zip(found.iter().zip(&lines));
                    pairs.filter(|(_, (found, line))| found.data() != of(line).as_bytes()).map(|(at, _)| at).collect()
                }
                Values::Number(of) => {
                    let found = self.numbers(group, name)?;
                    let pairs = (0..).zip(found.iter().zip(&lines));
                    pairs.filter(|(_, (found, line))| **found != of(line)).map(|(at, _)| at).collect()
                }
            };
            differing.extend(differs);
        }
        differing.sort_unstable();
        differing.dedup();
        Ok(differing)
    }
}

/// Runs the library on bytes that may be anything. It panics on some files instead of refusing them.
fn guarded<T>(read: impl FnOnce() -> Result<T, Unread>) -> Result<T, Unread> {
    // What it worked on is dropped with it.
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    done.unwrap_or_else(|_| Err(SegmentProblem::Unreadable.into()))
}

/// Whether a column says that it is small, and is packed as sealed files are.
fn has_small_claims(column: &ColumnChunkMetaData) -> bool {
    let is_small = |bytes: i64| (0..=MAX_COLUMN_BYTES).contains(&bytes);
    is_small(column.compressed_size())
        && is_small(column.uncompressed_size())
        && matches!(column.compression(), Compression::UNCOMPRESSED | Compression::GZIP(_))
}

fn values<T: DataType>(group: &dyn RowGroupReader, name: &str) -> Result<Vec<T::T>, Unread> {
    let columns = group.metadata().columns();
    let at = columns.iter().position(|column| column.column_path().string() == name);
    let (at, column) = at.and_then(|at| Some((at, columns.get(at)?))).ok_or(SegmentProblem::Unreadable)?;
    let descriptor = column.column_descr();
    if descriptor.physical_type() != T::get_physical_type()
        || !has_small_claims(column)
        || descriptor.max_def_level() > 0
        || descriptor.max_rep_level() > 0
    {
        return Err(SegmentProblem::Unreadable.into());
    }
    let rows = usize::try_from(group.metadata().num_rows()).ok().filter(|rows| *rows <= MAX_ROWS);
    let rows = rows.ok_or(SegmentProblem::Unreadable)?;
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(at)?);
    let mut found = Vec::new();
    while found.len() < rows {
        let (records, _, _) = reader.read_records(rows - found.len(), None, None, &mut found)?;
        if records == 0 {
            return Err(SegmentProblem::Rows.into());
        }
    }
    if found.len() == rows { Ok(found) } else { Err(SegmentProblem::Rows.into()) }
}
